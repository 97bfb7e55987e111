"""What rules on dependencies share: bounds turned into conclusions, and what the log says of a module."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Confidence, Evidence, Remedy, Severity, Verdict
from tfdoctor.logs import Event
from tfdoctor.matrix.bounds import Bound
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import Conclusion
from tfdoctor.versions import minor

_OUTCOME: dict[str, tuple[str, Severity, Verdict]] = {
    "import": ("cannot be imported", "error", "broken"),
    "crash": ("crashes", "error", "broken"),
    "op": ("cannot run an operation", "error", "broken"),
    "fit": ("cannot build or train a Keras model", "error", "broken"),
    "save_load": ("cannot save and load a model", "error", "broken"),
    "tensorboard": ("cannot use the TensorBoard callback", "error", "degraded"),
    "feature": ("works in part", "warning", "degraded"),
    "warning": ("complains", "warning", "degraded"),
}
_FEATURES = {
    "autograph": "cannot convert Python functions to graphs (AutoGraph)",
    "recurrent": "cannot build recurrent layers",
    "saved_model": "cannot save a model in the SavedModel format",
    "tflite": "cannot convert models to TensorFlow Lite",
    "estimator": "cannot use tf.estimator",
    "tracked_dict": "fails in part",
    "tensorboard_command": "runs, but the tensorboard command does not start",
}


def library(path: str) -> str:
    """Return the import package that a file belongs to ("keras" of ".../site-packages/keras/src/x.py"), or ""."""
    parts = path.replace("\\", "/").split("/")
    for place in ("site-packages", "dist-packages"):
        if place in parts[:-1]:
            return parts[parts.index(place) + 1].removesuffix(".py")
    return "tensorflow" if parts[:2] == ["tensorflow", "python"] else ""  # cut off in front


def raised_in(case: Case, event: Event) -> str:
    """Return the file of the last traceback frame above a line, or ""."""
    frames = [frame["path"] for frame in case.events.of("frame") if frame.line <= event.line]
    return frames[-1] if frames else ""


def asked_by(case: Case, event: Event) -> str:
    """Return the import package whose code failed: of the last frame, else what the statement above imports."""
    path = raised_in(case, event)
    if path:
        return library(path)
    imports = [one for one in case.events.of("import-statement") if one.line < event.line]
    return (imports[-1]["source"] or imports[-1]["names"]).split(".")[0] if imports else ""


def about(case: Case, *modules: str) -> tuple[Event, ...]:
    """Return the import and attribute errors about one of these modules or what is below them."""
    kinds = ("module-missing", "name-missing", "attribute-missing")
    return tuple(event for event in case.events.of(*kinds) if event["module"] and below(event["module"], *modules))


def below(module: str, *parents: str) -> bool:
    """Whether a module is one of these, or inside one of them."""
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def same_minor(one: Version | None, other: Version | None) -> bool | None:
    """Whether two versions share major and minor; None where one of them is not known."""
    return None if one is None or other is None else minor(one) == minor(other)


def install(requirement: str, text: str = "") -> Remedy:
    """Make the remedy to install one requirement."""
    return Remedy(kind="install", text=text or f"Install {requirement}.", requirements=(requirement,))


def versions_evidence(case: Case, *names: str) -> tuple[Evidence, ...]:
    """Evidence: installed versions, also those that only the log names."""
    rows: list[Evidence] = []
    for name in names:
        if name in case.distributions or name not in case.stated:
            rows += case.installed(name)
        else:
            rows.append(Evidence(fact=f"distributions.{name}", value=str(case.stated[name]), source="log"))
    return tuple(rows)


def violated(case: Case, *findings: str) -> list[Bound]:
    """Return the violated bounds of these findings: for each dependency the one with the worst effect."""
    worst: dict[str, Bound] = {}
    for bound in case.violations:
        worst.setdefault(bound.row.distribution, bound)
    return [bound for bound in worst.values() if bound.row.finding in findings and bound.row.effect != "none"]


def broken_by(case: Case, distribution: str) -> bool:
    """Whether a dependency at its installed version is known to break something."""
    return any(bound.row.distribution == distribution and bound.row.effect != "none" for bound in case.violations)


def from_bounds(case: Case, finding: str, events: tuple[Event, ...] = ()) -> Iterator[Conclusion]:
    """Conclude from the violated bounds of one finding; `events` are what the log says of it."""
    for bound in violated(case, finding):
        yield from_bound(case, bound, events)


def from_bound(case: Case, bound: Bound, events: tuple[Event, ...] = ()) -> Conclusion:
    """Conclude that a dependency at its installed version breaks TensorFlow, as the bound says."""
    row = bound.row
    outcome, severity, verdict = _OUTCOME[row.effect]
    if row.feature is not None:
        outcome = _FEATURES.get(row.feature, outcome)
    if row.effect == "warning" and not events:
        severity, verdict = "note", "harmless"
    if row.feature == "tracked_dict" and not events:
        severity = "note"  # few models hold dicts that are looked at by protocol
    version = case.versions.get(row.distribution)
    state = f"{row.distribution} {version}" if version else f"{row.distribution} missing"
    return Conclusion(
        message=f"TensorFlow {case.tensorflow} {outcome} with {state}: {row.message}.",
        evidence=(
            *case.tensorflow_evidence(),
            *versions_evidence(case, row.distribution),
            Evidence(fact=f"matrix.bounds.{row.distribution}", value=f"{row.breaks}: {row.effect}", source=row.source),
            *logged(events[:3]),
        ),
        remedies=cure(case, bound),
        severity=severity,
        verdict=verdict,
        symptom=bool(events) or _load_failed(case, row.effect),
    )


# Distributions that are one program with TensorFlow, of the same minor: keras from 2.6 to 2.15, and these.
_IN_STEP = {"keras": Version("2.6.dev0"), "tensorflow-estimator": Version("1.13.dev0")}


def cure(case: Case, bound: Bound) -> tuple[Remedy, ...]:
    """Return what to install instead of the version that breaks."""
    row, tensorflow = bound.row, case.tensorflow
    start = _IN_STEP.get(row.distribution)
    if start is not None and tensorflow is not None and start <= tensorflow < Version("2.16.dev0"):
        return (install(f"{row.distribution}=={tensorflow.major}.{tensorflow.minor}.*"),)
    if row.recommended:
        return (install(f"{row.distribution}=={row.recommended}"),)
    if bound.breaks.absent:
        return (install(row.distribution),)
    if row.works and "||" not in row.works:
        return (install(f"{row.distribution}{row.works}"),)
    return (Remedy(kind="manual", text=f"Install a version of {row.distribution} that is not {row.breaks}."),)


def _load_failed(case: Case, effect: str) -> bool:
    """Whether the stage that such an effect stops was seen to fail."""
    if case.load is None:
        return False
    failed = next((name for name, text in case.load.stages if text != "ok"), None)
    return failed == ("import" if effect == "crash" else effect)


def variable_evidence(case: Case, *names: str) -> tuple[Evidence, ...]:
    """Evidence: the values of environment variables that are set."""
    values = ((name, case.variable(name)) for name in names)
    return tuple(Evidence(fact=f"environ.{name}", value=value) for name, value in values if value is not None)


@dataclass(frozen=True, slots=True)
class Clue:
    """What the log says of one dependency, and what that means where no bound explains it.

    `innocent` says which installed versions cannot be the cause.
    """

    finding: str
    distribution: str
    events: tuple[Event, ...]
    message: str
    remedy: Remedy
    outcome: tuple[Severity, Verdict] = ("error", "broken")
    innocent: Callable[[Version], bool] = lambda _: False
    confidence: Confidence = "likely"  # where the installed version is not known


def judge(case: Case, clue: Clue) -> Iterator[Conclusion]:
    """Conclude from the bounds of a finding, else from what the log says, unless the installed version is innocent."""
    if violated(case, clue.finding):
        yield from from_bounds(case, clue.finding, clue.events)
        return
    version = case.versions.get(clue.distribution)
    if clue.events and (version is None or not clue.innocent(version)):
        yield Conclusion(
            message=clue.message,
            evidence=(
                *logged(clue.events[:3]),
                *case.tensorflow_evidence(),
                *versions_evidence(case, clue.distribution),
            ),
            remedies=(clue.remedy,),
            severity=clue.outcome[0],
            verdict=clue.outcome[1],
            confidence="certain" if version else clue.confidence,
            symptom=True,
        )


def pip_says(case: Case, name: str) -> tuple[Event, ...]:
    """Return pip's complaints that a distribution requires another TensorFlow than the one installed."""
    return tuple(
        event
        for event in case.events.of("requirement-conflict")
        if canonicalize_name(event["name"] or "") == name and is_tensorflow(event["dependency"])
    )


def is_tensorflow(name: str) -> bool:
    """Whether a distribution carries the import package tensorflow."""
    return canonicalize_name(name) in TENSORFLOW_DISTRIBUTIONS
