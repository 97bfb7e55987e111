"""Whether a model can be saved anew so that a target reads it: the judge is asked about what would be written."""

from typing import Final

import msgspec

from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.cures.cure import Judge
from tfdoctor.model.cures.edits import Edit, IsDefault, as_h5, bare, edited, next_edit, plain
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Outcome, Verdict
from tfdoctor.versions import release

_TABLES: Final = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})
_MOST: Final = 24  # changes to one configuration


class Resave(msgspec.Struct, frozen=True):
    """How to save a model anew: taken apart in the release that wrote it, put together in the target.

    Attributes:
        source: minor of the release that wrote it, which has to load it.
        edits: changes to the configuration.
        checked: what the judge says of the result in the target.
    """

    source: str
    edits: tuple[Edit, ...] = ()
    checked: Outcome | None = None


def resave(model: SavedModel, target: Target, judge: Judge, matrix: Matrix) -> Resave | None:
    """Return how to save the model anew; None where only its graph is stored or its writer is unknown."""
    source = source_of(model, matrix)
    if source is None or source == target.minor or model.keras is None or model.keras.config is None:
        return None
    if target.keras3 and _worded(model):
        return None
    same = defaults_of(model, matrix)
    found = settled(as_h5(model), target, judge, same) or settled(bare(model), target, judge, same)
    return Resave(source, *found) if found else None


def _worded(model: SavedModel) -> bool:
    """Whether a layer's words stand in a table of the graph alone, which Keras 3 takes from a configuration only."""
    rows = [each.metadata.get("class_name") for each in model.keras.objects if each.metadata] if model.keras else []
    return not _TABLES.isdisjoint(name for name in rows if isinstance(name, str))


def converted(
    model: SavedModel, target: Target, judge: Judge, matrix: Matrix
) -> tuple[tuple[Edit, ...], Outcome] | None:
    """Return the changes after which the file itself loads; None where there are none, or it can't be changed."""
    if model.format not in {"h5", "keras-zip", "keras-json"} or model.keras is None:
        return None
    found = settled(model, target, judge, defaults_of(model, matrix))
    return found if found is not None and found[0] else None


def defaults_of(model: SavedModel, matrix: Matrix) -> IsDefault:
    """Return what tells the defaults of the Keras that wrote a model; where that is not known, only what is empty."""
    written = release(model.writer.keras)
    minor = f"{written.major}.{written.minor}" if written and written.major >= 3 else source_of(model, matrix)
    keras = matrix.keras.release(minor) if minor else None

    def same(class_name: str, key: str, value: object) -> bool:
        found = keras.lookup("layers", class_name) if keras else None
        config = (found.config if found else None) or {}
        return plain(value) == plain(config[key]) if key in config else value in (None, False, [], {})

    return same


def settled(
    model: SavedModel, target: Target, judge: Judge, is_default: IsDefault
) -> tuple[tuple[Edit, ...], Outcome] | None:
    """Change the configuration until the judge has nothing against it; None where no known change helps."""
    edits: list[Edit] = []
    for _ in range(_MOST):
        verdict = _of_config(judge(model, target))
        if verdict is None:
            return None
        if verdict.outcome != "fails":
            return (tuple(edits), verdict.outcome) if verdict.outcome in {"loads", "differs"} else None
        edit = next_edit(model, verdict, is_default)
        if edit is None or edit in edits:
            return None
        edits.append(edit)
        model = edited(model, edit)
    return None


def _of_config(verdicts: tuple[Verdict, ...]) -> Verdict | None:
    """The verdict on the configuration; how it is compiled does not count."""
    found = {row.way: row for row in verdicts}
    return found.get("load_model-nocompile") or found.get("load_model") or (verdicts[0] if verdicts else None)


def source_of(model: SavedModel, matrix: Matrix) -> str | None:
    """Return the minor of the release that wrote the model, as well as it is known, or None."""
    written = release(model.writer.tensorflow)
    if written is not None and matrix.releases.get("tensorflow", str(written)) is not None:
        return f"{written.major}.{written.minor}"
    keras = release((model.writer.keras or "").replace("-tf", ""))
    if keras is None:
        return None
    if keras.major >= 3:
        known = [row for row in matrix.releases.versions("tensorflow") if (row.major, row.minor) >= (2, 16)]
        return f"{max(known).major}.{max(known).minor}" if known else None
    return _BUNDLED.get((keras.major, keras.minor), f"2.{keras.minor}" if keras.minor >= 6 else None)


# The Keras that each TensorFlow had inside, by the version that it wrote into files.
_BUNDLED: Final = {(2, 2): "2.1", (2, 3): "2.2", (2, 4): "2.4", (2, 5): "2.5"}
