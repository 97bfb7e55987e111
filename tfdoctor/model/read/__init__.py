"""Readers of saved models: from files to `facts.saved.SavedModel`, bounded, without TensorFlow, with nothing run.

`source` gives bounded access to bytes; `formats` tells a file's format by its content; each other module reads one
format.
"""

from pathlib import Path

from msgspec import structs

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read.source import DamagedError


def read(path: Path) -> SavedModel:
    """Return the facts of the model at a path: a file, a folder, or the prefix of a checkpoint.

    Raises:
        UsageError: there is no model that is known, or it can't be read at all: what and where.
    """
    from tfdoctor.model.read import formats

    try:
        found = formats.find(path)
        size, files, remarks = found.files()
        model = found.read()
    except DamagedError as error:
        said = str(error).removeprefix(f"{path.name}: ")
        raise InputError(f"{path}: {said}") from None
    except OSError as error:  # a folder that may not be entered
        raise InputError(f"{path}: {error.strerror or error}") from None
    return structs.replace(
        model, path=str(found.path), size=size, files=files, remarks=tuple(dict.fromkeys([*model.remarks, *remarks]))
    )
