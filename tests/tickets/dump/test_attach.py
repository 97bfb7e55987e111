from pathlib import Path

import pytest

from tfdoctor.errors import UsageError
from tfdoctor.tickets.dump import attach, take
from tfdoctor.tickets.dump.attach import Attachment, contents, decoded, joined, without_escapes


def made(name: str, text: str) -> Attachment:
    return Attachment(name, "code" if name.endswith(".py") else "log", text.encode(), text, len(text.encode()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("train.log", "log"), ("out", "log"), ("a.txt", "log"), ("a.PY", "code"), ("n.ipynb", "code"),
        ("environment.yml", "text"), ("requirements-dev.txt", "text"), ("pip_freeze.txt", "text"),
        ("Dockerfile", "text"), ("pyproject.toml", "text"), ("a.json", "text"),
    ],
)  # fmt: skip
def test_what_a_file_is(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_text("x\n")
    [found] = take([tmp_path / name], binary=False)
    assert (found.kind, found.name, found.text, found.cut) == (kind, name, "x\n", False)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("Jos\u00e9\n".encode(), "Jos\u00e9\n"),
        ("\ufeffJos\u00e9".encode(), "Jos\u00e9"),
        ("Jos\u00e9".encode("latin-1"), "Jos\u00e9"),
        ("\u65e5".encode() + b" \xe9", "\u65e5 \u00e9"),
        ("Jos\u00e9\r\n".encode("utf-16"), "Jos\u00e9\r\n"),
        ("Jos\u00e9".encode("utf-16-be"), None),
        (b"\xfe\xff" + "Jos\u00e9".encode("utf-16-be"), "Jos\u00e9"),
        (b"\xff\xfe\0\0", None),
        (b"a\0b", None),
        (bytes(range(1, 32)), None),
        (b"10%\r20%\r\x1b[32mok\x1b[0m\n", "10%\r20%\r\x1b[32mok\x1b[0m\n"),
    ],
)
def test_text_or_not(data: bytes, text: str | None) -> None:
    assert decoded(data) == text


def test_what_drives_a_terminal() -> None:
    text = "\x1b[1;31mred\x1b[0m \x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x08\x00\x7f\tend\r\n\x1b(B\x1bM"
    assert without_escapes(text) == "red alink\tend\r\n(B"


def test_large_files_keep_their_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach, "LIMIT", 4000)
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(b"line %05d\n" % number for number in range(2000)))
    [found] = take([path], binary=False)
    lines = found.text.splitlines()
    assert found.cut
    assert found.original == 22_000
    assert len(found.data) < 4100
    assert (lines[0], lines[-1]) == ("line 00000", "line 01999")
    [mark] = [line for line in lines if not line.startswith("line ")]
    assert mark == f"[tfdoctor: {22_000 - len(found.data) + len(mark) + 1} bytes left out]"
    assert all(len(line) == 10 for line in lines if line != mark)
    path.write_bytes(b"x" * 5000)  # one line only
    [found] = take([path], binary=False)
    assert found.text.startswith("x" * 1000)
    path.write_bytes(b"\0" * 5000)
    [found] = take([path], binary=True)
    assert (len(found.data), found.kind) == (4000, "binary")


def test_a_file_of_the_kernel() -> None:
    [found] = take([Path("/proc/cpuinfo")], binary=False)
    assert found.text


def test_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{number}.log" for number in range(4)]
    for path in paths:
        path.write_text("x" * 100)
    assert len(take(paths, binary=False)) == 4
    monkeypatch.setattr(attach, "MOST", 3)
    with pytest.raises(UsageError, match="more than 3 files"):
        take(paths, binary=False)
    monkeypatch.setattr(attach, "MOST", 5)
    monkeypatch.setattr(attach, "TOTAL", 350)
    with pytest.raises(UsageError):
        take(paths, binary=False)


def test_logs_are_joined_within_bounds() -> None:
    first, code, empty = made("a.log", "one\n"), made("a.py", "import x\n"), made("e.log", " \n")
    assert joined([first, code, empty], "log") == "one\n"
    assert joined([first, code, empty], "log", "before") == "before\none\n"
    assert joined([first, code], "code") == "import x\n"
    assert joined([], "log") == ""
    long = made("b.log", "".join(f"{number:07}\n" for number in range(200_000)))
    text = joined([long, first], "log")
    assert len(text) < attach.JOINED + 200
    assert text.startswith("0000000\n")
    assert text.endswith("0199999\n\none\n")
    assert "characters left out]\n" in text


def test_names_in_the_dump() -> None:
    names = ["../../etc/passwd", ".bashrc", "\x1b[31m", "a" * 200 + ".log", "\u65e5\u672c.log", "-rf", "jane.log"]
    found = contents([made(name, "x") for name in names], None, lambda name: name.replace("jane", "user1"))
    assert [item.name for item in found] == [
        "attachments/001-_.._etc_passwd", "attachments/002-bashrc", "attachments/003-_31m",
        f"attachments/004-{'a' * 76}.log", "attachments/005-\u65e5\u672c.log", "attachments/006--rf",
        "attachments/007-user1.log",
    ]  # fmt: skip
