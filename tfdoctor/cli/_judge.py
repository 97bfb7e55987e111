"""Judges one piece of the input of `triage`, alone or in a process of many: reads it, diagnoses it, renders it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tfdoctor.cli import _output
from tfdoctor.cli._options import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfdoctor.matrix import Matrix
    from tfdoctor.render.view import DiagnosisView
    from tfdoctor.tickets.inputs.entry import Entry, Piece, Rejected
    from tfdoctor.tickets.summary import Found

SECONDS: Final = 10.0  # that one piece may take


@dataclass(frozen=True, slots=True)
class Asked:
    """How each answer is written; `text` False where only the summary is wanted."""

    form: Format
    no_color: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    text: bool = True
    several: bool = False
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one entry: what is written of it, and what is counted."""

    text: str = ""
    found: Found | None = None
    rejected: Rejected | None = None
    view: DiagnosisView | None = None  # only for forms that are one document of all


class TooLongError(BaseException):
    """A piece takes too long; not an Exception, so that no rule and no reader takes it for its own."""


class Judge:
    """Answers pieces, with the matrix that it loads once."""

    def __init__(self, asked: Asked, matrix: Matrix | None = None) -> None:
        """Load what judges."""
        from tfdoctor.matrix import Matrix

        self.asked = asked
        self.matrix = matrix or Matrix.locate()

    def answers(self, piece: Piece | Rejected) -> list[Answer]:
        """Return the answers to one piece; whatever it does to the reader or the rules is an answer too."""
        from tfdoctor.tickets.inputs.entry import Rejected
        from tfdoctor.tickets.inputs.readers import read

        if isinstance(piece, Rejected):
            return [self.refusal(piece)]
        done: list[Answer] = []
        try:
            with _limited(self.asked.seconds):
                done.extend(
                    self.refusal(entry) if isinstance(entry, Rejected) else self._judged(entry)
                    for entry in read(piece, self.matrix.signatures)
                )
        except TooLongError:
            reason = f"it takes longer than {self.asked.seconds:g} s"
        except MemoryError:
            reason = "it takes too much memory"
        except Exception as error:  # a reader's fault must not cost the other tickets
            if self.asked.debug:
                raise
            reason = f"internal error: {error!r} (--debug shows the traceback)"[:500]
        else:
            return done
        return [*done, self.refusal(Rejected(piece.place, reason, piece.id))]

    def refusal(self, entry: Rejected) -> Answer:
        """Return the answer to an entry that cannot be read."""
        from tfdoctor.render import rejected

        form = self.asked.form if self.asked.text else Format.TEXT
        text = rejected.document(entry) if form is Format.JSON else rejected.line(entry) if form is Format.JSONL else ""
        return Answer(text=text, rejected=entry)

    def _judged(self, entry: Entry) -> Answer:
        from tfdoctor.diagnose import diagnose
        from tfdoctor.render.view import view
        from tfdoctor.tickets.summary import found

        asked = self.asked
        diagnosis = diagnose(entry.snapshot, self.matrix, debug=asked.debug)
        counted = found(entry.id, entry.snapshot, diagnosis, self.matrix)
        if not asked.text:
            return Answer(found=counted)
        seen = view(
            entry.snapshot,
            diagnosis,
            self.matrix,
            name=entry.id,
            understood=entry.understood,
            remarks=entry.remarks,
        )
        if asked.form is Format.SARIF:
            return Answer(found=counted, view=seen)

        def page() -> str:
            from tfdoctor.render.html import document

            return document(seen, entry.snapshot, self.matrix)

        if asked.form is Format.TEXT and asked.several and asked.quiet:
            from tfdoctor.render.summary import row

            return Answer(text=row(seen), found=counted)
        text = _output.rendered(
            seen,
            asked.form,
            no_color=asked.no_color,
            quiet=asked.quiet,
            verbose=asked.verbose,
            page=page,
            snapshot=entry.place if Path(entry.place).is_file() else "FILE",
        )
        return Answer(text=text, found=counted)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TooLongError in what runs longer, where the system has timers and this is the thread that gets signals."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        del number, frame
        raise TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)  # again and again: a callback of C may swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
