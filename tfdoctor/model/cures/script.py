"""Writes the script that saves a model anew; it runs in the source's and in the target's environment, not here."""

import re
from pathlib import Path

from tfdoctor.errors import UsageError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.cures.cure import Judge
from tfdoctor.model.cures.edits import Edit
from tfdoctor.model.cures.resave import converted, resave, source_of
from tfdoctor.model.judge.target import Target


def script_for(model: SavedModel, target: Target, matrix: Matrix, judge: Judge, name: str) -> str:
    """Return the script for a model, with the changes after which the judge has nothing against it.

    Raises:
        UsageError: Keras did not write the model: a graph can't be saved for another release.
    """
    if model.keras is None or model.keras.config is None:
        raise UsageError(f"--script: {model.path} holds no Keras configuration, so nothing can be built anew from it")
    made = resave(model, target, judge, matrix)
    found = None if made else converted(model, target, judge, matrix)
    edits = made.edits if made else found[0] if found else ()
    return script(target, source_of(model, matrix) or "", edits, name)


def script(target: Target, source: str, edits: tuple[Edit, ...], name: str) -> str:
    """Return a Python script for CPython 3.6 and newer and every TensorFlow from 1.15.

    Args:
        target: where the model is to be loaded.
        source: minor of the release that wrote it, "" where that is not known.
        edits: changes to the configuration.
        name: of the file that it is written to.
    """
    rows = "".join(f"    {(edit.class_name, edit.key, edit.to)!r},  # {_comment(edit.text)}\n" for edit in edits)
    text = Path(__file__).with_name("anew.template").read_text(encoding="utf-8")
    values = {
        "TARGET": str(target.tensorflow),
        "SOURCE": source or "the release that wrote it",
        "NAME": _comment(name).replace('"', "'"),
        "LEGACY": repr(target.legacy),
        "EDITS": f"[\n{rows}]" if rows else "[]",
    }
    return re.sub("@([A-Z]+)@", lambda found: values[found[1]], text)  # once: what is put in is not looked at again


def _comment(text: str) -> str:
    """A text from a model as a comment: one line, nothing else."""
    return ascii(text)[1:-1]
