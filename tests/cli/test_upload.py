"""`tfdoctor dump --upload`, against a real receiver on this machine."""

import base64
import hashlib
import os
import pty
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.running import ended
from tfdoctor.cli._upload import TOKEN, Limits, UploadError, receiver, send
from tfdoctor.errors import UsageError
from tfdoctor.tickets.dump import Content, Origin, Redacted, write

QUICK = Limits(connect=2, silence=0.2, attempts=4, pause=0.01, longest_pause=0.05)
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiving:
    """A receiver: what it answers, one after the other (the last for ever), and what it got."""

    url: str = ""
    answers: list[Answer | str] = field(default_factory=lambda: [(201, {}, b"ticket 17\n\x1b[31mthanks")])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self) -> Answer | str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiving]:
    for name in (TOKEN, "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    receiving = Receiving()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            answer = receiving.answer()
            if answer == "drop":  # in the middle of the body, by a reset
                self.rfile.read(100)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiving.got.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            if answer == "sleep":
                time.sleep(0.5)
                self.close_connection = True
                return
            assert not isinstance(answer, str)
            status, headers, content = answer
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A connection that is dropped is on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    receiving.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiving
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return made(tmp_path / "tfdoctor-x.zip")


def made(path: Path, *, redacted: bool = True) -> Path:
    contents = [
        Content("snapshot.json", b'{"type":"Snapshot"}', "snapshot"),
        Content("attachments/001-a.log", os.urandom(300_000), "log"),
    ]
    path.write_bytes(
        write(contents, taken="", written_by=Origin(tool="1"), redaction=Redacted(on=redacted, rules={"email": 2}))[0]
    )
    return path


def sent(there: Receiving, file: Path, place: str = "/in/", limits: Limits = QUICK) -> tuple[str, list[str]]:
    said: list[str] = []
    return send(receiver(there.url + place, file.name), file, said.append, limits), said


def test_it_arrives_whole(there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, " s3cret\n")
    answer, said = sent(there, file)
    assert answer == "ticket 17 [31mthanks"
    assert said == []
    [(path, headers, body)] = there.got
    digest = hashlib.sha256(file.read_bytes())
    assert path == "/in/tfdoctor-x.zip"
    assert body == file.read_bytes()
    assert headers["content-length"] == str(len(body))
    assert headers["content-type"] == "application/zip"
    assert headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert headers["idempotency-key"] == digest.hexdigest()
    assert headers["authorization"] == "Bearer s3cret"


def test_a_signed_address_is_used_as_it_is_and_not_shown(there: Receiving, file: Path) -> None:
    place = "/bucket/key.zip?X-Signature=abc%2Fdef&n=1"
    sent(there, file, place)
    assert there.got[0][0] == place
    assert "authorization" not in there.got[0][1]
    assert receiver(there.url + place, "f").shown.endswith("/bucket/key.zip")
    there.answers = [(403, {}, b"<Error>\n expired</Error>")]
    with pytest.raises(UploadError) as raised:
        sent(there, file, place)
    assert "Signature" not in str(raised.value)
    assert "403" in str(raised.value)
    assert TOKEN in str(raised.value)
    assert "<Error> expired</Error>" in str(raised.value)


def test_no_password_is_looked_for_in_netrc(
    there: Receiving, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login jane password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent(there, file)
    assert "authorization" not in there.got[0][1]


@pytest.mark.parametrize(
    "trouble",
    [
        (500, {}, b""),
        (503, {"Retry-After": "0"}, b""),
        (429, {"Retry-After": "7"}, b"slow down"),
        (429, {"Retry-After": "Fri, 20 Nov 2099 10:00:00 GMT"}, b""),
        (429, {"Retry-After": "soon"}, b""),
        "drop",
        "sleep",
    ],
    ids=str,
)
def test_trouble_that_passes(there: Receiving, file: Path, trouble: Answer | str) -> None:
    there.answers = [trouble, trouble, (200, {}, b"")]
    answer, said = sent(there, file)
    assert answer == ""
    assert len(said) == 2
    assert said[0].startswith("attempt 1 of 4: ")
    assert there.got[-1][2] == file.read_bytes()
    assert {headers["idempotency-key"] for _, headers, _ in there.got} == {
        hashlib.sha256(file.read_bytes()).hexdigest()
    }


@pytest.mark.parametrize("trouble", [(500, {}, b"x"), "drop", "sleep"], ids=str)
def test_trouble_that_stays(there: Receiving, file: Path, trouble: Answer | str) -> None:
    there.answers = [trouble]
    with pytest.raises(UploadError, match="given up after 4 attempts"):
        sent(there, file)
    assert file.is_file()


def test_nobody_there(there: Receiving, file: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UploadError, match="Connection refused"):
        send(receiver(f"http://127.0.0.1:{port}/?secret=1", "f"), file, lambda _: None, QUICK)
    with pytest.raises(UploadError) as raised:  # speaks no TLS
        send(receiver(there.url.replace("http:", "https:") + "/?secret=1", "f"), file, lambda _: None, QUICK)
    assert "secret" not in str(raised.value)
    assert "certificate" in str(raised.value)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 411, 413])
def test_a_refusal_is_not_repeated(there: Receiving, file: Path, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "s3cret")
    there.answers = [(status, {}, b"no")]
    with pytest.raises(UploadError) as raised:
        sent(there, file)
    assert len(there.got) == 1
    assert str(status) in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_redirection_on_the_same_host(there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "s3cret")
    there.answers = [(307, {"Location": "/other/place"}, b""), (200, {}, b"ok")]
    assert sent(there, file)[0] == "ok"
    assert [path for path, _, _ in there.got] == ["/in/tfdoctor-x.zip", "/other/place"]
    assert there.got[1][2] == file.read_bytes()
    assert there.got[1][1]["authorization"] == "Bearer s3cret"
    there.answers = [(308, {"Location": "/again"}, b"")]
    with pytest.raises(UploadError, match="without end"):
        sent(there, file)


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (307, "http://localhost:{port}/x"),
        (308, "https://127.0.0.1:{port}/x"),
        (307, "//elsewhere.example/x"),
        (307, "http://host:port/"),
        (301, "/same"),
        (303, ""),
    ],
)
def test_a_redirection_that_is_not_followed(there: Receiving, file: Path, status: int, location: str) -> None:
    there.answers = [(status, {"Location": location.format(port=there.url.rpartition(":")[2])}, b"")]
    with pytest.raises(UploadError, match="points elsewhere"):
        sent(there, file)
    assert len(there.got) == 1


def test_a_redirection_to_nonsense(there: Receiving, file: Path) -> None:
    there.answers = [(307, {"Location": "http://[broken"}, b"")]
    with pytest.raises(UploadError, match="cannot be read"):
        sent(there, file)


def test_no_proxy_for_this_machine(there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    sent(there, file)
    assert len(there.got) == 1


def test_the_proxy_of_the_environment_is_asked_for_the_rest(
    there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", there.url)
    with pytest.raises(UploadError, match="given up after 2 attempts"):  # this proxy knows no CONNECT
        send(receiver("https://receiver.example/x", "f"), file, lambda _: None, Limits(2, 0.5, 2, 0.01, 0.01))


def test_a_token_that_cannot_be_sent(there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "a\nX-Evil: 1")
    with pytest.raises(UploadError, match="cannot be sent"):
        sent(there, file)
    monkeypatch.setenv(TOKEN, "пароль")
    with pytest.raises(UploadError, match="cannot be sent"):
        sent(there, file)
    assert there.got == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "begins with https"),
        ("ftp://host/x", "begins with https"),
        ("https://", "begins with https"),
        ("https:///x", "begins with https"),
        ("https://a b/x", "begins with https"),
        ("https://host\n/x", "begins with https"),
        ("http://host/x", "not encrypted"),
        ("http://127.0.0.1.evil.example/", "not encrypted"),
        ("http://localhost.evil.example/", "not encrypted"),
        ("https://user:word@host/x", "no user or password"),
        ("https://host:port/x", "no address"),
        ("https://[::1/x", "no address"),
    ],
)
def test_addresses_that_are_not_taken(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        receiver(url, "f.zip")
    assert "word" not in str(raised.value).replace("password", "")


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://host", "https://host/f%20x.zip"),
        ("https://host/in/?a=1#part", "https://host/in/f%20x.zip?a=1"),
        ("https://host:8443/in", "https://host:8443/in"),
        ("http://[::1]:80/in", "http://[::1]:80/in"),
        ("http://localhost/in", "http://localhost/in"),
    ],
)
def test_addresses(url: str, whole: str) -> None:
    to = receiver(url, "f x.zip")
    assert to.url == whole
    assert to.shown == whole.partition("?")[0]
    assert to.loopback == url.startswith("http:")


# --- the command --------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return ended(monkeypatch, *words)


def test_a_new_dump_is_shown_and_sent(
    there: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TOKEN, "s3cret")
    assert run(monkeypatch, "dump", "-o", str(tmp_path), "--upload", f"{there.url}/in/?key=1", "--yes") == 0
    [path] = tmp_path.iterdir()
    said = capsys.readouterr()
    assert said.out == f"{path}\n"
    assert there.got[0][2] == path.read_bytes()
    assert said.err.index("to be sent to") < said.err.index("snapshot.json", said.err.index("to be sent to"))
    assert f"sent to {there.url}/in/{path.name}: ticket 17" in said.err
    assert "s3cret" not in said.err
    assert "key=1" not in said.err


def test_a_dump_is_sent_again(
    there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there.answers = [(401, {}, b"")]
    assert run(monkeypatch, "dump", str(file), "--upload", there.url, "-y") == 1
    assert f"send it again: tfdoctor dump {file} --upload URL" in capsys.readouterr().err
    there.answers = [(200, {}, b"")]
    assert run(monkeypatch, "dump", str(file), "--upload", there.url, "-y") == 0
    assert capsys.readouterr().out == f"{file}\n"
    assert [body for _, _, body in there.got] == [file.read_bytes()] * 2


def test_what_a_dump_of_a_stranger_says_of_itself_drives_no_terminal(
    there: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there.answers = [(200, {}, b"")]
    hostile = "x\x1b]52;c;eA==\x07\n\x9b2J\u202e"
    data, _ = write(
        [Content("snapshot.json", b'{"type": "Snapshot", "schema_version": 1}', "snapshot")],
        taken="2026-11-21T12:00:00Z", written_by=Origin(tool="0.1.0"),
        redaction=Redacted(on=True, rules={hostile: 1}), left_out={hostile: hostile},
    )  # fmt: skip
    file = tmp_path / "theirs.zip"
    file.write_bytes(data)
    assert run(monkeypatch, "dump", str(file), "--upload", there.url, "--yes") == 0
    said = capsys.readouterr().err
    assert "left out: x\\x1b]52" in said
    assert not set(said) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("FILE",), "to be sent with --upload"),
        (("FILE", "--upload", "URL", "--load"), "sent as it is"),
        (("FILE", "--upload", "URL"), "no terminal"),
        (("--upload", "URL"), "no terminal"),
        (("--upload", "URL", "--yes", "--no-redact"), "--yes-unredacted"),
        (("--upload", "http://elsewhere.example/", "--yes"), "not encrypted"),
        (("OTHER", "--upload", "URL", "--yes"), "no dump of tfdoctor"),
        (("/does/not/exist", "--upload", "URL", "--yes"), "No such file"),
        (("LARGE", "--upload", "URL", "--yes", "--max-size", "1"), "more than 1 MiB"),
    ],
)
def test_what_is_not_sent(  # noqa: PLR0917  pytest gives them by name
    there: Receiving,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    named = {"FILE": str(file), "URL": there.url, "OTHER": str(tmp_path / "o.zip"), "LARGE": str(tmp_path / "l.zip")}
    if "OTHER" in words:
        import zipfile

        with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
            archive.writestr("a.txt", "hello")
    if "LARGE" in words:
        data = os.urandom(2 << 20)
        (tmp_path / "l.zip").write_bytes(
            write(
                [Content("snapshot.json", b'{"type":"Snapshot"}', "snapshot"), Content("a.log", data, "log")],
                taken="", written_by=Origin(tool="1"), redaction=Redacted(on=True),
            )[0]
        )  # fmt: skip
    assert run(monkeypatch, "dump", *(named.get(word, word) for word in words)) == 2
    assert said in capsys.readouterr().err
    assert there.got == []
    assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"o.zip", "l.zip"}


@pytest.mark.parametrize(
    ("words", "redacted", "answers", "code"),
    [
        ((), True, [False], 2),
        ((), True, [True], 0),
        ((), False, [True, False], 2),
        ((), False, [True, True], 0),
        (("--yes",), False, [False], 2),
        (("--yes", "--yes-unredacted"), False, [], 0),
    ],
)
def test_what_is_asked(  # noqa: PLR0917  pytest gives them by name
    there: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], redacted: bool,  # noqa: FBT001
    answers: list[bool], code: int,
) -> None:  # fmt: skip
    left = list(answers)
    monkeypatch.setattr(sys.modules["tfdoctor.cli.dump"]._Consent, "_somebody", staticmethod(lambda: True))
    monkeypatch.setattr("typer.confirm", lambda *_, **__: left.pop(0))
    file = made(tmp_path / "d.zip", redacted=redacted)
    assert run(monkeypatch, "dump", str(file), "--upload", there.url, *words) == code
    assert left == []
    assert bool(there.got) == (code == 0)


def test_an_interrupted_upload_says_that_the_file_stays(
    there: Receiving, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("tfdoctor.cli._upload.send", interrupt)
    assert run(monkeypatch, "dump", str(file), "--upload", there.url, "-y") == 130
    assert "interrupted; the dump stays" in capsys.readouterr().err
    assert file.is_file()


@pytest.mark.parametrize(
    ("redacted", "answers", "arrives"),
    [
        (True, ["n"], False),
        (True, ["y"], True),
        (False, ["y", "n"], False),
        (False, ["y", "y"], True),
        (True, [""], False),
    ],
)
def test_the_user_is_asked(
    there: Receiving, tmp_path: Path, *, redacted: bool, answers: list[str], arrives: bool
) -> None:
    file = made(tmp_path / "d.zip", redacted=redacted)
    said = typed([sys.executable, "-m", "tfdoctor", "dump", str(file), "--upload", there.url], answers)
    assert bool(there.got) == arrives
    assert "Send it?" in said
    assert ("NOT redacted" in said) == (not redacted)
    assert ("nothing was sent" in said) == (not arrives)


def typed(argv: list[str], answers: list[str]) -> str:
    """Run a program on a terminal, answer its questions, and return what it showed."""
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover  another process
        os.execv(argv[0], argv)  # noqa: S606  this very program
    shown = b""
    left = list(answers)
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
            if left and shown.count(b"[y/N]") > len(answers) - len(left):
                os.write(terminal, f"{left.pop(0)}\n".encode())
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(terminal)
        os.waitpid(child, 0)
    return shown.decode()
