"""Where a dump is written: a whole new file or nothing, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tfdoctor.errors import UsageError

_MARK = "-UNREDACTED"
_MOST = 100  # dumps of the same second


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and the name that the user gave ("" where it is made of the time)."""

    folder: Path
    name: str
    redacted: bool

    def save(self, data: bytes, stamp: str) -> Path:
        """Write the dump and return its path; nothing is left behind where that fails or is interrupted.

        Raises:
            UsageError: it cannot be written, or the file that the user named is there by now.
        """
        try:
            handle, temporary = tempfile.mkstemp(prefix=".tfdoctor-", suffix=".part", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                return self._publish(Path(temporary), stamp)
            finally:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()
        except OSError as error:
            raise UsageError(
                f"the dump cannot be written into {self.folder}: {error.strerror or error}; {_elsewhere()}"
            ) from None

    def _publish(self, temporary: Path, stamp: str) -> Path:
        """Give the whole file its name, in one step and never over another file."""
        for name in self._names(stamp):
            target = self.folder / name
            try:
                os.link(temporary, target)
            except FileExistsError:
                continue
            except (OSError, NotImplementedError):  # a file system without hard links
                if os.path.lexists(target):
                    continue
                temporary.rename(target)
            return target
        raise UsageError(f"{self.folder / name}: this file is already there; nothing was written")

    def _names(self, stamp: str) -> list[str]:
        if self.name:
            return [self.name]
        mark = "" if self.redacted else _MARK
        return [f"tfdoctor-{stamp}{mark}.zip", *(f"tfdoctor-{stamp}-{n}{mark}.zip" for n in range(2, _MOST))]


def place(output: str | None, *, redacted: bool) -> Place:
    """Return where the dump goes: the file or folder that the user names, else the current folder.

    Raises:
        UsageError: a file is already there, or this user may not write there; the text says what to do.
    """
    if output is None:
        folder = _here()
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"the current folder ({folder}) cannot be written to; {_elsewhere()}")
        return Place(folder, "", redacted)
    folder, name = _named(output, redacted=redacted)
    if not folder.is_dir():
        raise UsageError(f"-o {output}: there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"-o {output}: this user may not write into {folder}")
    return Place(folder, name, redacted)


def _named(output: str, *, redacted: bool) -> tuple[Path, str]:
    """The folder and the name that the user means; the name is "" where a folder is meant."""
    if not output or "\0" in output:
        raise UsageError("-o: no file or folder is named")
    try:
        target = Path(output).expanduser()
        if target.is_dir():
            return target, ""
        if output.endswith(("/", os.sep)):
            raise UsageError(f"-o {output}: there is no such folder")
        file = target.parent / _marked(target.name, redacted=redacted)
        if os.path.lexists(file) or os.path.lexists(target):
            raise UsageError(f"-o {output}: this file is already there, and a dump is never written over another file")
    except (OSError, RuntimeError) as error:  # a folder that may not be looked into, no home for "~"
        raise UsageError(f"-o {output}: {getattr(error, 'strerror', None) or error}") from None
    return file.parent, file.name


def _marked(name: str, *, redacted: bool) -> str:
    """The name, ending in .zip, with a mark where the content is not redacted."""
    stem = name[:-4] if name.lower().endswith(".zip") else name
    mark = "" if redacted or _MARK in stem else _MARK
    return f"{stem}{mark}.zip"


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise UsageError(f"the current folder is gone; {_elsewhere()}") from None


def _elsewhere() -> str:
    try:
        return f"name another place: tfdoctor dump -o {tempfile.gettempdir()}"
    except OSError:  # no folder for temporary files can be written to
        return "name another place: tfdoctor dump -o FOLDER"
