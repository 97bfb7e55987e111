"""Requirements of TensorFlow that are not installed at all."""

from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules import _markers as markers
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import INSTALLATION, Conclusion, rule

# Requirements without which TensorFlow is imported and trains: each was taken away from TensorFlow 1.15.5, 2.6.5,
# 2.11.1, 2.15.1 and 2.21.0 in a real environment. Without tensorboard 2.6.5 does not train, the others do.
_UNUSED = {
    "libclang", "clang", "tensorflow-io-gcs-filesystem", "wheel", "setuptools", "grpcio", "google-pasta", "h5py",
    "tensorflow-estimator",
}  # fmt: skip


def _trains_without(case: Case, name: str) -> bool:
    """Whether TensorFlow imports and trains though this requirement is not there."""
    if name == "tensorboard":
        version = case.tensorflow
        return version is not None and (version.release >= (2, 11) or version.release < (2,))
    return name in _UNUSED


@rule("TFD431", INSTALLATION)
def requirement_not_installed(case: Case) -> Iterator[Conclusion]:
    """A distribution that TensorFlow requires is not installed.

    ## What it checks
    Requires-Dist of the installed TensorFlow, with its markers judged for this Python and platform, against the
    installed distributions.

    ## Why it matters
    Most requirements are imported by `import tensorflow`, which then raises ModuleNotFoundError. A few (libclang,
    tensorboard) are needed by some functions only.

    ## How to fix it
    Install the missing distributions in a version that TensorFlow accepts.

    ## Sources
    METADATA of the wheels; measured by taking requirements away from real environments.
    """
    if case.snapshot.origin != "machine":
        return
    for owner in case.tensorflow_distributions:
        for need in _missing(case, owner):
            name = canonicalize_name(need.name)
            decisive = not _trains_without(case, name) and case.imported is not True
            event = case.events.first("module-missing", module=name.replace("-", "_"))
            yield Conclusion(
                message=f"{owner} requires {name}, which is not installed.",
                evidence=(
                    Evidence(
                        fact=f"distributions.{owner}.requires",
                        value=str(need),
                        source=case.distributions[owner].location,
                    ),
                    *case.installed(name),
                    *(logged((event,)) if event else ()),
                ),
                remedies=(Remedy(kind="install", text=f"Install {name}.", requirements=(f"{name}{need.specifier}",)),),
                severity="error" if decisive else "warning",
                verdict="broken" if decisive else "degraded",
                confidence="likely" if decisive and event is None else "certain",
                symptom=event is not None,
            )


def _missing(case: Case, owner: str) -> Iterator[Requirement]:
    lines = known(case.distributions[owner].requires)
    if lines is None:
        lines = case.wheel.requires if case.wheel is not None and owner == case.distribution else ()
    seen: set[str] = set()
    for line in lines:
        need = markers.parse(line)
        if need is None or not markers.applies(case, need):
            continue
        name = canonicalize_name(need.name)
        # A shell without its contents, and what the bounds say of absent distributions, have findings of their own.
        named_elsewhere = (name in TENSORFLOW_DISTRIBUTIONS and case.os == "windows") or _bounded(case, name)
        if name not in seen and not named_elsewhere and case.has(name) is False:
            seen.add(name)
            yield need


def _bounded(case: Case, name: str) -> bool:
    if case.tensorflow is None:
        return False
    rows = case.matrix.bounds.for_tensorflow(case.tensorflow, case.python, case.os)
    return any(row.row.distribution == name and row.hits(None) for row in rows)
