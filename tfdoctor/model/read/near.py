"""Where the model is, when a path names something beside it: a folder above, a file inside, an address."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tfdoctor.model.read import keras_folder, savedmodel

_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]{1,20}):/+[^/]", re.IGNORECASE)
_ENDS: Final = (".h5", ".hdf5", ".keras", ".tflite", ".index", ".pb", ".pbtxt", ".meta", ".hdf", ".lite")
_PARTS: Final = frozenset({"variables", "assets", "assets.extra"})
_DEPTH: Final = 3
_SEEN: Final = 2_000  # entries
_SHOWN: Final = 5


def missing(path: Path) -> str:
    """Say what a path that is not there may be."""
    text = str(path)
    if _ADDRESS.match(text):
        return "an address: download it first, and name the file or folder"
    if path.is_symlink():
        target = path.readlink()
        return f"a link to {target}, which is not there"
    if text.startswith("~"):
        return "no such file: the shell puts your home in the place of ~ where it is not quoted"
    if any(mark in text for mark in "*?"):
        return "no such file: a pattern that nothing matches; name one model"
    above = next((each for each in path.parents if each.exists()), Path())
    where = "" if above == path.parent else f"; there is no {_below(above, path)}"
    return f"no such file, folder or checkpoint ({path.name}.index){where}"


def _below(above: Path, path: Path) -> Path:
    """The first part of a path that is not there."""
    return above / path.relative_to(above).parts[0] if above != Path() or not path.is_absolute() else path


def inside(path: Path) -> str:
    """Say which models are in a folder that is none, or of which it is a part."""
    found = []
    for each in models(path):
        found.append(str(each))
        if len(found) > _SHOWN:
            found[-1] = "..."
            break
    if found:
        return f"no model by itself; name one of those in it: {', '.join(found)}"
    whole = path.absolute().parent
    if path.name in _PARTS and savedmodel.is_folder(whole):
        return f"a part of the SavedModel {path.parent if path.parent.name else whole}: name that"
    return "a folder without saved_model.pb, a file named checkpoint or an .index"


def models(path: Path) -> Iterator[Path]:
    """Yield what looks like a model in a folder, nearest first, within bounds, without following links to folders."""
    level, seen = [path], 0
    for _ in range(_DEPTH):
        below: list[Path] = []
        for folder in level:
            try:
                entries = sorted(folder.iterdir())
            except OSError:
                continue
            for entry in entries:
                seen += 1
                if seen > _SEEN:
                    return
                if entry.is_symlink() and entry.is_dir():
                    continue
                if entry.is_dir():
                    if savedmodel.is_folder(entry) or keras_folder.is_folder(entry):
                        yield entry
                    else:
                        below.append(entry)
                elif entry.name.endswith(_ENDS):
                    yield entry.with_suffix("") if entry.suffix == ".index" else entry
        level = below
