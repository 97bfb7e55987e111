"""A `.keras` archive that was unpacked: config.json and model.weights.h5 in a folder. Keras reads it from 3.4 on."""

from contextlib import ExitStack
from pathlib import Path

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read import keras_zip
from tfdoctor.model.read.source import DamagedError, File, Source


def is_folder(path: Path) -> bool:
    """Say whether a folder holds what Keras packs into an archive."""
    return (path / "config.json").exists() and (path / "model.weights.h5").exists()


def read(path: Path) -> SavedModel:
    """Read such a folder; what is missing or damaged in it becomes a remark."""
    with ExitStack() as stack:
        return keras_zip.described(_Files(path, stack), str(path), "keras-folder")


class _Files:
    """The files of the folder, open until the stack is closed."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self.remarks: list[str] = []

    def open(self, name: str) -> Source | None:
        """Return a file; None where it is missing, which is remarked.

        Raises:
            DamagedError: it can't be read.
        """
        if not (self._path / name).exists():
            self.remarks.append(f"{name} is missing")
            return None
        try:
            found = File(self._path / name)
        except InputError as error:
            raise DamagedError(str(error)) from None
        self._stack.callback(found.close)
        return found
