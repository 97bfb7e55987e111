"""What can be observed of a machine: the Snapshot and its parts, all immutable.

Every fact is a value, `Absent` (looked, not there) or `Unknown` (could not look, with the reason).
The default of each field is `NOT_OBSERVED`, so a ticket states only what it knows.
A saved Snapshot is the JSON form of these Structs (`encode`, `decode`).
"""

from typing import Final, Literal

import msgspec

from tfdoctor.facts._base import (
    ABSENT,
    NOT_OBSERVED,
    Absent,
    Fact,
    NotApplicableError,
    Part,
    UndeterminedError,
    Unknown,
    known,
    require,
)
from tfdoctor.facts.experiments import Fingerprint, Measurement, Outcome
from tfdoctor.facts.gpu import (
    Accelerators,
    CudnnVersion,
    Driver,
    Gpu,
    Libraries,
    LibraryCopy,
    Nvml,
    NvmlStatus,
    SearchFolder,
    Tool,
    Toolkit,
)
from tfdoctor.facts.host import Cpu, LibStdCxx, System
from tfdoctor.facts.patient import (
    Distribution,
    Installation,
    Interpreter,
    KerasConfig,
    LoadAttempt,
    Module,
    Overlap,
    Shadow,
    TensorFlow,
    Variable,
)
from tfdoctor.facts.reported import Framework, Transfer, Upgrade

__all__ = [
    "ABSENT",
    "NOT_OBSERVED",
    "SCHEMA_VERSION",
    "Absent",
    "Accelerators",
    "Cpu",
    "CudnnVersion",
    "Distribution",
    "Driver",
    "Fact",
    "Fingerprint",
    "Framework",
    "Gpu",
    "Installation",
    "Interpreter",
    "KerasConfig",
    "LibStdCxx",
    "Libraries",
    "LibraryCopy",
    "LoadAttempt",
    "Measurement",
    "Module",
    "NotApplicableError",
    "Nvml",
    "NvmlStatus",
    "Outcome",
    "Overlap",
    "Part",
    "ProbeFailure",
    "SearchFolder",
    "Shadow",
    "Snapshot",
    "System",
    "TensorFlow",
    "Tool",
    "Toolkit",
    "Transfer",
    "UndeterminedError",
    "Unknown",
    "Upgrade",
    "Variable",
    "decode",
    "encode",
    "known",
    "require",
]

SCHEMA_VERSION: Final = 1


class ProbeFailure(Part, frozen=True):
    """A probe that crashed: a finding of the doctor itself."""

    probe: str
    error: str


class Snapshot(Part, frozen=True):
    """All that a rule may ask about one machine and one environment."""

    schema_version: int = SCHEMA_VERSION
    origin: Literal["machine", "ticket"] = "machine"
    id: str = ""
    taken: str = ""  # UTC, ISO 8601
    system: System = System()
    cpu: Cpu = Cpu()
    accelerators: Accelerators = Accelerators()
    libraries: Libraries = Libraries()
    interpreter: Interpreter = Interpreter()
    installation: Installation = Installation()
    tensorflow: TensorFlow = TensorFlow()
    environ: Fact[tuple[Variable, ...]] = NOT_OBSERVED
    keras_config: Fact[KerasConfig] = NOT_OBSERVED
    load: Fact[LoadAttempt] = NOT_OBSERVED  # Absent: not asked for
    fingerprint: Fact[Fingerprint] = ABSENT  # Absent: no experiments were asked for
    log: Fact[str] = NOT_OBSERVED  # what programs printed (tickets)
    code: Fact[str] = NOT_OBSERVED  # the user's source (tickets)
    title: Fact[str] = NOT_OBSERVED  # the trouble in the user's own few words (tickets)
    transfer: Fact[Transfer] = NOT_OBSERVED  # tickets
    upgrade: Fact[Upgrade] = NOT_OBSERVED  # tickets
    notes: tuple[str, ...] = ()  # free-text version notes (tickets); shown, rules may read versions from them
    failures: tuple[ProbeFailure, ...] = ()


def encode(snapshot: Snapshot) -> bytes:
    """Return the Snapshot as JSON (UTF-8)."""
    return msgspec.json.encode(snapshot)


def decode(data: bytes) -> Snapshot:
    """Read a Snapshot from its JSON form.

    Raises:
        msgspec.DecodeError: it is no JSON, or not of this form; the text carries the key path.
    """
    return msgspec.json.decode(data, type=Snapshot)
