"""`tfdoctor redact`: take what is private out of files that were written without that."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, QuietOption
from tfdoctor.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tfdoctor.facts import Snapshot
    from tfdoctor.tickets.dump.attach import Attachment, AttachmentKind
    from tfdoctor.tickets.dump.read import Dump
    from tfdoctor.tickets.redact import Redactor

_JSON = frozenset({".json", ".ipynb", ".har", ".sarif"})
_LARGEST = 256 << 20  # bytes of a JSON document, which is taken whole


def redact(
    file: Annotated[Path, typer.Argument(help="A snapshot, ticket, diagnosis, log, text or dump.")],
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help='File to write, - for standard output [default: beside FILE, ".redacted"].'
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Replace names, paths, addresses and secrets in a file by pseudonyms; its diagnosis stays the same.

    What was replaced, by which rule, is said on standard error. FILE itself stays as it is.
    """
    from tfdoctor.probes import RealMachine, identity
    from tfdoctor.tickets.redact import Redactor

    redactor = Redactor(identity.probe(RealMachine()))
    target = None if output == "-" else _target(file, output, force=force)
    if target is None and file.suffix.lower() == ".zip" and sys.stdout.isatty():
        raise UsageError("a dump is not written to a terminal: name a file with -o")
    try:
        parts = _parts(file, redactor, debug=debug)
        if target is None:
            _to_stdout(parts)
        else:
            _to_file(parts, target, force=force)
    except OSError as error:
        raise InputError(f"{error.filename or file}: {error.strerror or error}") from error
    except InputError as error:
        raise error if str(error).startswith(str(file)) else InputError(f"{file}: {error}") from error
    if not quiet:
        rules = ", ".join(f"{row.count} {row.rule}" for row in redactor.record)
        _output.complain(f"redacted {rules}" if rules else "nothing to redact was found")
    if target is not None:
        _output.emit(str(target))


def _target(file: Path, output: str | None, *, force: bool) -> Path:
    if output is not None:
        target = Path(output)
        target = target / _name(file) if target.is_dir() else target
    else:
        target = file.with_name(_name(file))
    if not file.is_file():
        raise InputError(
            f"{file}: {'this is a folder; name the files in it' if file.is_dir() else 'there is no such file'}"
        )
    if target.exists() and target.samefile(file):
        raise UsageError(f"{target}: a file is not redacted in its own place; name another one with -o")
    if target.exists() and not target.is_file():
        return target  # a device or a pipe: it is written to, never replaced
    if target.exists() and not force:
        raise UsageError(f"{target}: this file is already there (--force writes over it)")
    return target


def _name(file: Path) -> str:
    stem = file.stem.replace("-UNREDACTED", "")
    return f"{stem}.redacted{file.suffix}"


def _parts(file: Path, redactor: Redactor, *, debug: bool) -> Iterator[bytes]:
    """The redacted content of a file, piece by piece."""
    suffix = file.suffix.lower()
    with file.open("rb") as opened:
        start = opened.read(4)
    if suffix == ".zip" or start == b"PK\x03\x04":
        yield _dump(file, redactor, debug=debug)
    elif suffix in {".gz", ".bz2", ".xz", ".zst", ".7z", ".tgz"}:
        raise InputError(f"{file}: unpack it first: nothing is taken out of packed files but dumps")
    elif suffix in _JSON:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file}: larger than {_LARGEST >> 20} MiB")
        yield redactor.json(file.read_bytes())
    elif suffix == ".jsonl":
        yield from _lines(file, redactor)
    else:
        yield from _text(file, redactor)


def _lines(file: Path, redactor: Redactor) -> Iterator[bytes]:
    from tfdoctor.tickets.redact import stream

    with file.open("rb") as opened:
        stream.learn(opened, redactor)  # a name that a later line tells is taken out of all
    with file.open("rb") as opened:
        for line in opened:
            body = line.rstrip(b"\r\n")
            try:
                yield redactor.json(body) if body.strip() else body
            except InputError:  # a line that is no JSON is taken out of as text
                yield redactor.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            yield line[len(body) :]


def _text(file: Path, redactor: Redactor) -> Iterator[bytes]:
    from tfdoctor.tickets.redact import stream

    with file.open("rb") as opened:
        if b"\0" in opened.read(4096) and stream.encoding_of(_first(file)) == "utf-8":
            raise InputError(f"{file}: this is no text")
    with file.open("rb") as opened:
        stream.learn(opened, redactor)
    with file.open("rb") as opened:
        yield from stream.redacted(opened, redactor)


def _first(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(4096)


def _dump(file: Path, redactor: Redactor, *, debug: bool) -> bytes:
    """A dump, made again from its redacted facts and files."""
    from tfdoctor.cli import _members
    from tfdoctor.matrix import Matrix
    from tfdoctor.tickets.dump.read import read

    dump = read(file, members=True)
    if dump.snapshot is None or dump.manifest is None:
        raise InputError(f"{file}: this zip is no dump of tfdoctor; unpack it and redact the files in it")
    attached = tuple(_attachments(dump))
    for name in sorted(set(dump.manifest.members) - set(dump.members) - {"snapshot.json"}):
        _output.complain(f"{name} is no text, so it is left out")
    maker = _members.Maker(Matrix.locate(), redactor, debug=debug)
    data, _ = maker.make(_without(dump.snapshot, attached), attached)
    return data


def _attachments(dump: Dump) -> Iterator[Attachment]:
    from tfdoctor.tickets.dump.attach import Attachment
    from tfdoctor.tickets.dump.manifest import ATTACHMENTS

    for name, text in sorted(dump.members.items()):
        if name.startswith(ATTACHMENTS):
            row = dump.manifest.members.get(name) if dump.manifest else None
            kind: AttachmentKind = (
                "log" if row and row.kind == "log" else "code" if row and row.kind == "code" else "text"
            )
            data = text.encode("utf-8", "backslashreplace")
            size = row.original if row and row.original is not None else len(data)
            plain = re.sub(r"^\d{3}-", "", name.removeprefix(ATTACHMENTS))
            yield Attachment(plain, kind, data, text, size)


def _without(snapshot: Snapshot, attached: tuple[Attachment, ...]) -> Snapshot:
    """The Snapshot as it was before the attached logs and source were joined to it, as the writer of dumps wants it."""
    import msgspec

    from tfdoctor.facts import NOT_OBSERVED, known
    from tfdoctor.tickets.dump.attach import joined

    log, code = known(snapshot.log) or "", known(snapshot.code) or ""
    return msgspec.structs.replace(
        snapshot,
        log=log.removesuffix(joined(attached, "log")).removesuffix("\n") or NOT_OBSERVED,
        code=code.removesuffix(joined(attached, "code")).removesuffix("\n") or NOT_OBSERVED,
    )


def _to_stdout(parts: Iterable[bytes]) -> None:
    try:
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _output.abandon()


def _to_file(parts: Iterable[bytes], target: Path, *, force: bool) -> None:
    """Write a whole new file or nothing."""
    if target.exists() and not target.is_file():
        with target.open("wb") as opened:
            opened.writelines(parts)
        return
    target = target.resolve()  # of a link, what it names is replaced
    handle, temporary = tempfile.mkstemp(prefix=".tfdoctor-", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            for part in parts:
                opened.write(part)
        if target.exists() and not force:
            raise UsageError(f"{target}: this file is already there (--force writes over it)")
        Path(temporary).replace(target)
    finally:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
