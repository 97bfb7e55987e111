"""Keeps an environment as it was until a change has succeeded, and puts it back where it has not."""

# 20,000 files: os.scandir and plain texts take a third of the time of Path objects.
# ruff: noqa: PTH102, PTH103, PTH105, PTH108, PTH112, PTH114, PTH116, PTH118
import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import Final

import msgspec

from tfdoctor.apply.environment import Environment

FOLDER: Final = ".tfdoctor-backup"
_RECORD: Final = "record.json"
_ALSO: Final = ("etc", "share", "include", "Include")  # of the environment's folder; wheels bring data there
_SMALL: Final = 1 << 16  # bytes


class _Record(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes:
        process: number of the tfdoctor that makes the change.
        started: when that process started, in seconds; numbers are used again.
        taken: when the backup was begun, for people.
        whole: it is complete; before that nothing was changed.
        roots: the folders that were there.
        absent: folders that were not there.
    """

    process: int
    started: float
    taken: str
    whole: bool = False
    roots: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether another process still makes that change."""
        import psutil

        if self.process == os.getpid():  # one change is made at a time
            return False
        try:
            return abs(psutil.Process(self.process).create_time() - self.started) < 1
        except psutil.Error:
            return False


class Backup:
    """All folders of one environment that installers write to, as they were.

    It lies in the environment's own folder. Files are hard links, which take no room, and about a second for the
    13,000 files of a TensorFlow: installers never write into a file that is there, they put another in its place. Only
    of those for which that is not certain (metadata, .pth files, scripts), and where the file system has no hard links,
    a copy is made.
    """

    def __init__(self, prefix: str) -> None:
        self.folder = Path(prefix, FOLDER)

    @property
    def record(self) -> _Record | None:
        """What it holds; None where there is none, or a rest of one."""
        try:
            return msgspec.json.decode((self.folder / _RECORD).read_bytes(), type=_Record)
        except (OSError, msgspec.MsgspecError):
            return None

    def take(self, environment: Environment) -> None:
        """Make the backup.

        Raises:
            FileExistsError: there is one already.
            OSError: there is no room or no permission; nothing is left behind.
        """
        also = [os.path.join(environment.prefix, name) for name in _ALSO]
        wanted = tuple(dict.fromkeys((*environment.sites, environment.scripts, *also)))
        roots = tuple(root for root in wanted if Path(root).is_dir())
        absent = tuple(root for root in wanted if root not in roots)
        import psutil

        record = _Record(
            process=os.getpid(),
            started=psutil.Process().create_time(),
            taken=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            roots=roots,
            absent=absent,
        )
        self.folder.mkdir()
        try:
            self._write(record)
            for number, root in enumerate(roots):
                _clone(root, str(self.folder / str(number)), top=True)
            self._write(msgspec.structs.replace(record, whole=True))
        except BaseException:
            self.drop()
            raise

    def _write(self, record: _Record) -> None:
        (self.folder / "new").write_bytes(msgspec.json.encode(record))
        (self.folder / "new").replace(self.folder / _RECORD)

    def restore(self) -> None:
        """Put everything back as it was, then drop the backup; to be called again where it was interrupted.

        Raises:
            OSError: something could not be put back; the backup stays.
        """
        record = self.record
        if record is None or not record.whole:
            self.drop()
            return
        for root in record.absent:
            _delete(root)
        pairs = [(str(self.folder / str(number)), root) for number, root in enumerate(record.roots)]
        for kept, root in pairs:  # first what is too much: the disk may be full
            _prune(kept, root)
        for kept, root in pairs:
            _refill(kept, root)
        self.drop()

    def drop(self) -> None:
        """Delete the backup; its record goes first, so that a rest of it is never taken for a whole one."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (self.folder / _RECORD).unlink()
        shutil.rmtree(self.folder, ignore_errors=True)


def _clone(source: str, target: str, *, top: bool) -> None:
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            copy = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                _clone(entry.path, copy, top=entry.name.endswith((".dist-info", ".egg-info")))
            elif entry.is_symlink() or entry.is_file():
                _put(entry.path, copy, link=not top or entry.stat(follow_symlinks=False).st_size > _SMALL)
    _copy_stat(source, target)


def _put(source: str, target: str, *, link: bool) -> None:
    """Make a file appear at another place: as a hard link, or as a copy where that is wanted or all that can be had."""
    if link and not os.path.islink(source):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target, follow_symlinks=False)
    _own(source, target)


def _prune(kept: str, root: str) -> None:
    """Delete what the backup does not have, or has as something else."""
    if not os.path.isdir(root) or os.path.islink(root):
        _delete(root)
        return
    with os.scandir(kept) as entries:
        was = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    with os.scandir(root) as entries:
        now = list(entries)
    for entry in now:
        folder = entry.is_dir(follow_symlinks=False)
        if was.get(entry.name) != folder:
            _delete(entry.path)
        elif folder:
            _prune(os.path.join(kept, entry.name), entry.path)


def _refill(kept: str, root: str) -> None:
    """Bring back what is missing or was replaced; the backup stays whole, so that this can be done again."""
    os.makedirs(root, exist_ok=True)
    with os.scandir(kept) as entries:
        for entry in entries:
            target = os.path.join(root, entry.name)
            if entry.is_dir(follow_symlinks=False):
                _refill(entry.path, target)
            elif not _same(entry, target):
                new = f"{target}.tfdoctor-new"
                _delete(new)
                _put(entry.path, new, link=True)
                os.replace(new, target)
    _copy_stat(kept, root)


def _same(entry: "os.DirEntry[str]", target: str) -> bool:
    """Whether the file there is the very one that was kept."""
    try:
        return os.path.samestat(os.stat(entry.path, follow_symlinks=False), os.lstat(target))
    except OSError:
        return False


def _delete(path: str) -> None:
    """Delete a file, link or folder, whatever it is."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _copy_stat(source: str, target: str) -> None:
    shutil.copystat(source, target)
    _own(source, target)


def _own(source: str, target: str) -> None:
    """Give a copy the owner of its source, as far as this user may."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            status = os.lstat(source)
            os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
