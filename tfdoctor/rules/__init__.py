"""All rules. A new rule is one function in a family module; a new family is one module named here."""

from typing import Final

from tfdoctor.rules import (
    abi,
    capability,
    cpu,
    cuda,
    cudnn,
    dependency,
    doctor,
    driver,
    files,
    gpu,
    gpu_build,
    harmless,
    installation,
    keras,
    keras_use,
    loading,
    numpy,
    pairs,
    pins,
    pip,
    platform,
    plugins,
    protobuf,
    python,
    removed,
    requirements,
    tensorflow,
    visibility,
    windows,
    xla,
)
from tfdoctor.rules._case import Case
from tfdoctor.rules._presumed import presumed
from tfdoctor.rules._rule import FAMILIES, Conclusion, Rule
from tfdoctor.rules.drift import generation, hardware, normalization, numerics, optimizer, performance
from tfdoctor.rules.drift import own as changes
from tfdoctor.rules.drift import removed as removed_names
from tfdoctor.rules.model import config, graph, own, saved, stored, weights

__all__ = ["FAMILIES", "FAMILY_ORDER", "RULES", "Case", "Conclusion", "Rule", "presumed"]

_MODULES: Final = (
    doctor,
    python,
    removed,
    platform,
    pip,
    cpu,
    windows,
    tensorflow,
    gpu_build,
    installation,
    files,
    requirements,
    protobuf,
    numpy,
    keras,
    keras_use,
    dependency,
    pairs,
    pins,
    abi,
    plugins,
    driver,
    visibility,
    capability,
    gpu,
    cuda,
    cudnn,
    xla,
    config,
    stored,
    saved,
    weights,
    own,
    graph,
    removed_names,
    generation,
    optimizer,
    numerics,
    normalization,
    hardware,
    performance,
    changes,
    loading,
    harmless,
)


def _gather() -> tuple[Rule, ...]:
    found = [value for module in _MODULES for value in vars(module).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda rule: rule.code))


RULES: Final = _gather()
FAMILY_ORDER: Final = {family.name: family.order for family in FAMILIES}
