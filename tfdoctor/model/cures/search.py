"""Finds the cures of one target, the cheapest first."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import Final

import msgspec
from msgspec import structs
from packaging.version import Version

from tfdoctor.diagnosis import Remedy
from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.cures.cure import Cure, Judge
from tfdoctor.model.cures.fetch import fetch, fetched
from tfdoctor.model.cures.resave import converted, resave
from tfdoctor.model.judge.target import Target, environment, targets
from tfdoctor.model.judge.target import target as target_of
from tfdoctor.model.judge.verdict import Outcome, Verdict, Way
from tfdoctor.model.meant import natural

_LOADS: Final[frozenset[Outcome]] = frozenset({"loads", "differs"})
_LEGACY: Final = "TF_USE_LEGACY_KERAS"
_KERAS_3: Final = (2, 16)
_FEW: Final = 6  # names in one sentence
_NAMED: Final = re.compile(r"Unknown [a-z ]{1,40}: '?([\w>.]{1,100})")


class Patient(msgspec.Struct, frozen=True):
    """A model that fails in a target, with all that the cures ask."""

    model: SavedModel
    target: Target
    verdicts: tuple[Verdict, ...]
    failed: Verdict
    matrix: Matrix
    judge: Judge

    def of(self, way: Way) -> Verdict | None:
        """Return the verdict on a way of loading."""
        return next((row for row in self.verdicts if row.way == way), None)

    def outcome(self, model: SavedModel, target: Target, way: Way) -> Outcome | None:
        """Return what the judge says of a way for another model or target."""
        return next((row.outcome for row in self.judge(model, target) if row.way == way), None)


def cures(
    model: SavedModel, target: Target, verdicts: Sequence[Verdict], matrix: Matrix, judge: Judge
) -> tuple[Cure, ...]:
    """Return what can be done where the way that the model is meant for fails or loads it otherwise, else nothing."""
    first = natural(model, verdicts)
    if first is None or first.outcome in {"loads", "undecided"}:
        return ()
    whole = fetched(model)
    if whole is not None:
        again = judge(whole, target)
        outcome = next((row.outcome for row in again if row.way == first.way), None)
        others = cures(whole, target, again, matrix, judge) if outcome == "fails" else ()
        return (fetch(model, first.way, outcome), *others)
    patient = Patient(model, target, tuple(verdicts), first, matrix, judge)
    return tuple(cure for find in _CURES for cure in find(patient))


def _packed(patient: Patient) -> Iterator[Cure]:
    """An archive that was unpacked is packed again."""
    model, name = patient.model, PurePath(patient.model.path).name
    if model.format != "keras-folder":
        return
    archive = f"{name}.keras"
    outcome = patient.outcome(
        structs.replace(model, format="keras-zip", path=archive), patient.target, patient.failed.way
    )
    if _better(outcome, patient.failed):
        folder = shlex.quote(model.path)
        yield Cure(
            "pack",
            "Pack it again: a .keras archive is a zip of these files.",
            way=patient.failed.way,
            checked=outcome,
            commands=(f"python -m zipfile -c {shlex.quote(archive)} {folder}/*",),
        )


def _without_compile(patient: Patient) -> Iterator[Cure]:
    found = patient.of("load_model-nocompile")
    if patient.failed.way != "load_model" or found is None or found.outcome not in _LOADS:
        return
    if patient.failed.outcome == "differs" and found.outcome == "differs":
        return
    yield Cure(
        "without-compile",
        "Load it without its optimizer, loss and metrics, and compile it again: load_model(path, compile=False).",
        way="load_model-nocompile",
        checked=found.outcome,
        notes=("Call model.compile(...) afterwards to train or evaluate it; to predict it is not needed.",),
    )


def _legacy_keras(patient: Patient) -> Iterator[Cure]:
    target = patient.target
    if target.legacy or target.tensorflow.release[:2] < _KERAS_3:
        return
    other = environment(target.tensorflow, patient.matrix, legacy=True, python=target.python)
    outcome = patient.outcome(patient.model, other, patient.failed.way)
    if not _better(outcome, patient.failed):
        return
    pin = f"tf-keras=={target.minor}.*"
    yield Cure(
        "legacy-keras",
        f"Load it with Keras 2 beside TensorFlow {target.minor}: tf-keras, with {_LEGACY}=1.",
        way=patient.failed.way,
        checked=outcome,
        remedies=(
            Remedy(kind="install", text=f"Install {pin}, which is Keras 2.", requirements=(pin,)),
            Remedy(
                kind="set-variable",
                text="Make it tf.keras, before TensorFlow is imported.",
                variable=_LEGACY,
                value="1",
            ),
        ),
    )


def _serving(patient: Patient) -> Iterator[Cure]:
    """As a layer or as functions: predictions only, no layers and no training."""
    if patient.failed.outcome == "differs" or patient.failed.way == "saved_model.load":
        return
    layer, graph = patient.of("TFSMLayer"), patient.of("saved_model.load")
    sign = next((row.name for meta in patient.model.meta_graphs for row in meta.signatures), "serving_default")
    if layer is not None and layer.outcome in _LOADS:
        yield Cure(
            "serving-layer",
            f"Use it as one layer, for predictions only: keras.layers.TFSMLayer(path, call_endpoint={sign!r}).",
            way="TFSMLayer",
            checked=layer.outcome,
        )
    if graph is not None and graph.outcome in _LOADS:
        yield Cure(
            "graph",
            f"Call its function, for predictions only: tf.saved_model.load(path).signatures[{sign!r}](...).",
            way="saved_model.load",
            checked=graph.outcome,
        )

    session = patient.of("v1")
    others = (layer, graph)
    if session is not None and session.outcome in _LOADS and not any(row and row.outcome in _LOADS for row in others):
        yield Cure(
            "graph",
            "Run its graph in a session, to predict only: tf.compat.v1.saved_model.load(session, ['serve'], path).",
            way="v1",
            checked=session.outcome,
        )


def _custom(patient: Patient) -> Iterator[Cure]:
    """What the user's own code defines must be given; whether it then loads, only that code can tell."""
    keras, reason = patient.model.keras, patient.failed.reason
    if keras is None or reason is None:
        return
    said = " ".join((reason.message, *(row.value for row in reason.evidence)))
    own = [row.registered or row.class_name for row in keras.layers if row.custom]
    own += [row.name for row in keras.lambdas if row.kind == "name" and row.name]
    own += _NAMED.findall(reason.message) if reason.finding == "custom-object-not-registered" else ()
    names = list(dict.fromkeys(own))[:_FEW]
    if any(name in said for name in names):
        given = ", ".join(f"{name!r}: {name.rpartition('>')[2]}" for name in names)
        yield Cure(
            "custom-objects",
            f"Import the code that defines {', '.join(names)} and give it: "
            f"load_model(path, custom_objects={{{given}}}).",
            way=patient.failed.way,
        )


def _trusted(patient: Patient) -> Iterator[Cure]:
    reason = patient.failed.reason
    if reason is not None and reason.finding == "lambda-safe-mode":
        pythons = [row.pythons for row in (patient.model.keras.lambdas if patient.model.keras else ()) if row.pythons]
        by = f" With another Python than {' or '.join(pythons[0])}, which wrote it, it may crash." if pythons else ""
        yield Cure(
            "trust",
            "If you trust who wrote it, let it run the code inside: load_model(path, safe_mode=False).",
            way=patient.failed.way,
            notes=(f"The file then decides what your program does.{by}",),
        )


def _resaved(patient: Patient) -> Iterator[Cure]:
    made = resave(patient.model, patient.target, patient.judge, patient.matrix)
    if made is None:
        return
    text = (
        f"Save it anew: take it apart with TensorFlow {made.source}, which wrote it, and put it together with "
        f"{patient.target.minor}."
    )
    name, target = shlex.quote(patient.model.path), patient.target
    lossy = "; ".join(edit.text for edit in made.edits)
    yield Cure(
        "resave",
        text,
        way="load_model",
        checked=made.checked,
        commands=(
            f"tfdoctor model {name} --target {target.minor} --script anew.py",
            f"tfdoctor plan --target {made.source} --apply",
            f".venv-tf{target_of(made.source, patient.matrix).tensorflow}/bin/python anew.py save {name} anew",
            f"python anew.py load anew    # with {target}",
        ),
        notes=(
            *((f"The script changes the configuration: {lossy}.",) if lossy else ()),
            "It compares the model's answers before and after, and says where they differ.",
        ),
    )


def _converted(patient: Patient) -> Iterator[Cure]:
    made = converted(patient.model, patient.target, patient.judge, patient.matrix)
    if made is None:
        return
    edits, outcome = made
    path = PurePath(patient.model.path)
    new = shlex.quote(f"{path.stem}-converted{path.suffix}")
    yield Cure(
        "convert",
        f"Change the configuration in a copy of the file: {'; '.join(edit.text for edit in edits)}.",
        way="load_model-nocompile" if patient.model.format != "keras-json" else patient.failed.way,
        checked=outcome,
        commands=(
            f"tfdoctor model {shlex.quote(patient.model.path)} --target {patient.target.minor} --script anew.py",
            f"python anew.py convert {shlex.quote(patient.model.path)} {new}",
        ),
    )


def _release(patient: Patient) -> Iterator[Cure]:
    """The nearest release that loads it as it was saved; where none does, the nearest that loads it at all."""
    here = patient.target.tensorflow
    others = [row for row in targets("2.0..", patient.matrix) if row.minor != patient.target.minor]
    otherwise: Target | None = None
    for other in sorted(others, key=lambda row: (_apart(row.tensorflow, here), -row.tensorflow.minor)):
        outcome = patient.outcome(patient.model, other, patient.failed.way)
        if outcome == "loads":
            yield _moved(patient, other, outcome)
            return
        otherwise = otherwise or (other if outcome == "differs" else None)
    if otherwise is not None and patient.failed.outcome == "fails":
        yield _moved(patient, otherwise, "differs")


def _moved(patient: Patient, other: Target, outcome: Outcome) -> Cure:
    how = "as it is" if outcome == "loads" else "at all"
    return Cure(
        "release",
        f"Load it with TensorFlow {other.minor}, the nearest release that loads it {how}.",
        way=patient.failed.way,
        checked=outcome,
        commands=(f"tfdoctor plan --target {other.minor} --apply",),
    )


def _retrain(patient: Patient) -> Iterator[Cure]:
    if patient.failed.outcome == "fails" and patient.model.format != "tflite":
        yield Cure(
            "retrain",
            f"Build and train it again with TensorFlow {patient.target.minor}, from the code that made it.",
            notes=("Last of all, where nothing above keeps the weights.",),
        )


_CURES: Final[tuple[Callable[[Patient], Iterator[Cure]], ...]] = (
    _packed, _without_compile, _legacy_keras, _serving, _custom, _trusted, _resaved, _converted, _release, _retrain,
)  # fmt: skip


def _better(outcome: Outcome | None, failed: Verdict) -> bool:
    return outcome == "loads" or (outcome == "differs" and failed.outcome == "fails")


def _apart(one: Version, other: Version) -> int:
    return abs((one.major - other.major) * 100 + one.minor - other.minor)
