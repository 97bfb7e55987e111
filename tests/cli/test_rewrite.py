"""Rewritten programs are written whole or not at all."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tfdoctor.cli._rewrite import write
from tfdoctor.drift.fix import FileFix
from tfdoctor.errors import UsageError


def a_fix(path: Path, after: bytes = b"new\r\n") -> FileFix:
    return FileFix(str(path), path.read_bytes(), after)


@pytest.fixture
def programs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.py" for name in "abc"]
    for path in paths:
        path.write_bytes(b"old\n")
    return paths


def test_files_are_replaced_with_their_modes(programs: list[Path]) -> None:
    programs[0].chmod(0o751)
    assert write([a_fix(programs[0]), a_fix(programs[1], b"old\n")]) == [Path(os.path.realpath(programs[0]))]
    assert [path.read_bytes() for path in programs] == [b"new\r\n", b"old\n", b"old\n"]
    if sys.platform != "win32":
        assert stat.S_IMODE(programs[0].stat().st_mode) == 0o751
    assert sorted(programs[0].parent.iterdir()) == programs


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_go_on_pointing_there(programs: list[Path], tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(programs[0])
    write([a_fix(link)])
    assert link.is_symlink()
    assert programs[0].read_bytes() == b"new\r\n"


def test_nothing_is_written_where_one_was_changed_in_between(programs: list[Path]) -> None:
    fixes = [a_fix(path) for path in programs]
    programs[2].write_bytes(b"changed\n")
    with pytest.raises(UsageError, match=r"c\.py: it was changed since it was read; nothing was written"):
        write(fixes)
    assert [path.read_bytes() for path in programs] == [b"old\n", b"old\n", b"changed\n"]
    assert len(list(programs[0].parent.iterdir())) == 3


def test_what_was_written_before_is_said(programs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    fixes = [a_fix(path) for path in programs]
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if Path(target).name == "b.py":
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(UsageError, match=r"b\.py: No space left on device; written before: .*a\.py$"):
        write(fixes)
    assert [path.read_bytes() for path in programs] == [b"new\r\n", b"old\n", b"old\n"]
    assert len(list(programs[0].parent.iterdir())) == 3


def test_a_file_that_is_gone_is_said(programs: list[Path]) -> None:
    fix = a_fix(programs[0])
    programs[0].unlink()
    with pytest.raises(UsageError, match=r"a\.py: No such file or directory; nothing was written"):
        write([fix])


def test_nothing_is_left_where_writing_fails(programs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="a program: No space left on device; nothing was written"):
        write([a_fix(programs[0])])
    assert sorted(programs[0].parent.iterdir()) == programs


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_what_may_not_be_written_is_left_alone(programs: list[Path]) -> None:
    programs[0].chmod(0o444)
    with pytest.raises(UsageError, match=r"a\.py: it may not be written; nothing was written"):
        write([a_fix(programs[0])])
