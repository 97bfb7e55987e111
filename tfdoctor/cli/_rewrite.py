"""Writes programs that were rewritten: each file whole or not at all, and none that was changed in between."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tfdoctor.drift.fix.edit import FileFix
from tfdoctor.errors import UsageError


def write(fixes: Sequence[FileFix]) -> list[Path]:
    """Write the new contents and return the files that were changed.

    All new files are there before the first takes its place; modes and owners stay, links go on pointing there.

    Raises:
        UsageError: a file was changed since it was read, or cannot be written; the message says which, and what was
            written before.
    """
    changed = [(Path(os.path.realpath(fix.path)), fix) for fix in fixes if fix.after != fix.before]
    ready: list[tuple[Path, Path, FileFix]] = []
    done: list[Path] = []
    try:
        for target, fix in changed:
            _unchanged(target, fix)
            ready.append((_beside(target, fix.after), target, fix))
        for temporary, target, fix in ready:
            _unchanged(target, fix)
            temporary.replace(target)
            done.append(target)
    except OSError as error:
        name = error.filename2 or error.filename or "a program"
        raise UsageError(f"{name}: {error.strerror or error}; {_so_far(done)}") from None
    except UsageError as error:
        raise UsageError(f"{error}; {_so_far(done)}") from None
    finally:
        for temporary, _, _ in ready:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return done


def _unchanged(target: Path, fix: FileFix) -> None:
    if target.read_bytes() != fix.before:
        raise UsageError(f"{fix.path}: it was changed since it was read")
    if not os.access(target, os.W_OK):
        raise UsageError(f"{fix.path}: it may not be written")


def _so_far(done: Sequence[Path]) -> str:
    return f"written before: {', '.join(map(str, done))}" if done else "nothing was written"


def _beside(target: Path, data: bytes) -> Path:
    """Write data to a new file beside another, with its mode, and its owner as far as this user may."""
    handle, name = tempfile.mkstemp(prefix=".tfdoctor-", suffix=".part", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, temporary)
        if hasattr(os, "chown"):
            with contextlib.suppress(OSError):
                status = target.stat()
                os.chown(temporary, status.st_uid, status.st_gid)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
