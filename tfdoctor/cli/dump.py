"""`tfdoctor dump`: put what a support engineer needs into one file, and send it where that is asked for."""

from __future__ import annotations

import contextlib
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, QuietOption
from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfdoctor.cli._upload import Receiver
    from tfdoctor.tickets.dump.manifest import Manifest

_LOADING = 120.0  # seconds


class DumpFormat(str, Enum):
    """The outputs of a dump."""

    TEXT = "text"
    JSON = "json"


def dump(  # noqa: PLR0913  one parameter an option
    file: Annotated[
        Path | None, typer.Argument(metavar="[DUMP]", help="With --upload: send this dump again, write none.")
    ] = None,
    *,
    python: Annotated[
        str | None,
        typer.Option("--python", "-p", help="Interpreter or environment folder to examine [default: the active one]."),
    ] = None,
    load: Annotated[bool, typer.Option("--load", help="Also import and use TensorFlow, in a child process.")] = False,
    fingerprint: Annotated[
        bool,
        typer.Option("--fingerprint", help="Also run small experiments whose numbers `compare` lays side by side."),
    ] = False,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=1, help="Seconds: --load has 120, --fingerprint 900.")
    ] = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", "-a", help="A log or another text to add (repeatable).")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="File or folder to write to [default: the current folder].")
    ] = None,
    no_redact: Annotated[
        bool, typer.Option("--no-redact", help="Leave names, paths and addresses as they are; marks the file's name.")
    ] = False,
    upload: Annotated[
        str | None,
        typer.Option(
            "--upload", metavar="URL", help="Send it there (PUT), after asking; token: TFDOCTOR_UPLOAD_TOKEN."
        ),
    ] = None,
    max_size: Annotated[int, typer.Option("--max-size", min=1, help="MiB that --upload may send.")] = 50,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False,
    yes_unredacted: Annotated[
        bool, typer.Option("--yes-unredacted", help="Send what is not redacted without asking, too.")
    ] = False,
    form: Annotated[DumpFormat, typer.Option("--format", "-f", help="Form of the result on standard output.")] = (
        DumpFormat.TEXT
    ),
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Write all facts about this machine and its TensorFlow into one file for those who help.

    The exit code is 0 where the file is written, whatever is found. Private things are replaced unless --no-redact
    is given; nothing is sent unless --upload is given.
    """
    consent = _Consent(yes=yes, unredacted=yes_unredacted)
    if file is not None:
        if upload is None:
            raise UsageError(f"{file} is to be sent with --upload URL; to write a new dump there: -o {file}")
        if any((python, load, fingerprint, attach, output, no_redact)):
            raise UsageError(f"{file} is sent as it is: the other options are for a new dump")
        _resend(file, upload, max_size, consent)
        _output.emit(str(file))
        return
    from tfdoctor.cli import _members
    from tfdoctor.cli._place import place
    from tfdoctor.matrix import Matrix
    from tfdoctor.render import dump as words
    from tfdoctor.tickets.dump.attach import take
    from tfdoctor.tickets.dump.write import stamp

    # All that the user may have to change is found before the machine is examined.
    if upload is not None:
        _address(upload, Path("tfdoctor.zip"))
        consent.check(redacted=not no_redact)
    target = place(output, redacted=not no_redact)
    attachments = take(attach or (), binary=no_redact)
    snapshot = _members.observe(python, load=load, timeout=(timeout if load else None) or _LOADING, debug=debug)
    if fingerprint:
        from tfdoctor.cli._experiments import LIMIT, with_fingerprint

        snapshot = with_fingerprint(snapshot, python, timeout or LIMIT, quiet=quiet)
    maker = _members.Maker(Matrix.locate(), None if no_redact else _members.redactor(), debug=debug)
    data, manifest = maker.make(snapshot, attachments)
    path = target.save(data, stamp(manifest.taken))
    written = words.view(str(path), data, manifest)
    if not quiet:
        _tell(words.summary(written, maker.report))
    _output.emit(str(path) if form is DumpFormat.TEXT else words.document(written))
    if upload is not None:
        _send(path, manifest, upload, max_size, consent)


def _resend(file: Path, upload: str, max_size: int, consent: _Consent) -> None:
    """Send a dump that is already there."""
    from tfdoctor.tickets.dump.read import read

    manifest = read(file).manifest
    if manifest is None:
        raise UsageError(f"{file}: this is no dump of tfdoctor")
    _address(upload, file)
    consent.check(redacted=manifest.redaction.on)
    _send(file, manifest, upload, max_size, consent)


def _address(upload: str, file: Path) -> Receiver:
    from tfdoctor.cli._upload import receiver

    return receiver(upload, file.name)


def _send(file: Path, manifest: Manifest, upload: str, max_size: int, consent: _Consent) -> None:
    """Show what would be sent and where to, ask, and send it."""
    import shlex

    from tfdoctor.cli._upload import UploadError, send
    from tfdoctor.render import dump as words

    to = _address(upload, file)
    size = file.stat().st_size
    again = f"the dump stays; send it again: tfdoctor dump {shlex.quote(str(file))} --upload URL"
    if size > max_size << 20:
        raise UsageError(f"{file} has {words.size(size)}, more than {max_size} MiB (--max-size); {again}")
    _tell([f"to be sent to {to.shown}: {file.name} ({words.size(size)})"])
    _tell(words.holdings(manifest.members, manifest.redaction, manifest.left_out))
    if not consent.asked(redacted=manifest.redaction.on):
        raise UsageError(f"nothing was sent; {again}")
    try:
        answer = send(to, file, lambda line: _tell([line]))
    except UploadError as error:
        raise UploadError(f"{error}; {again}") from None
    except KeyboardInterrupt:
        _tell([f"interrupted; {again}"])
        raise
    _tell([f"sent to {to.shown}{f': {answer}' if answer else ''}"])


class _Consent:
    """What the user has agreed to send."""

    def __init__(self, *, yes: bool, unredacted: bool) -> None:
        self.yes = yes
        self.unredacted = unredacted

    def check(self, *, redacted: bool) -> None:
        """Find out before the work whether there is anybody to ask.

        Raises:
            UsageError: there is nobody, and the options do not say it all.
        """
        if self._somebody():
            return
        if not self.yes:
            raise UsageError("--upload asks before it sends, and there is no terminal to ask on; --yes agrees to it")
        if not redacted and not self.unredacted:
            raise UsageError("--upload: what is not redacted is only sent with --yes-unredacted besides --yes")

    def asked(self, *, redacted: bool) -> bool:
        """Ask what the options do not say."""
        if not (self.yes or typer.confirm("Send it?", default=False, err=True)):
            return False
        if redacted or (self.yes and self.unredacted):
            return True
        return typer.confirm("It is NOT redacted. Send it all the same?", default=False, err=True)

    @staticmethod
    def _somebody() -> bool:
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _tell(lines: Iterable[str]) -> None:
    """Write lines for people, apart from the result; nobody has to listen."""
    from tfdoctor.render.safe import line

    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):
        for said in lines:  # a dump may be a stranger's
            sys.stderr.write(f"{line(said)}\n")
        sys.stderr.flush()
