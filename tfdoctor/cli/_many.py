"""Runs `triage` over all that the user names: judges, writes, counts; in order, in memory that does not grow."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from tfdoctor import errors
from tfdoctor.cli import _output
from tfdoctor.cli._judge import Answer, Asked, Judge
from tfdoctor.cli._options import FailOn, Format
from tfdoctor.cli._progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tfdoctor.render.view import DiagnosisView
    from tfdoctor.tickets.inputs.entry import Piece, Rejected

INTERRUPTED: Final = 130
_ALONE: Final = 1.0  # seconds of work until further processes are worth their start
_MOST: Final = 8  # processes that are started unasked


class Triage:
    """One run."""

    def __init__(self, asked: Asked, *, fail_on: FailOn, jobs: int, summary: bool) -> None:
        """Load what judges; `jobs` 0: as many processes as the work is worth."""
        from tfdoctor.tickets.summary import Tally

        self.asked = asked
        self.fail_on = fail_on
        self.jobs = jobs
        self.only_summary = summary
        self.judge = Judge(asked)
        self.tally = Tally()
        self.code = errors.OK
        self.views: list[DiagnosisView] = []
        self.progress = Progress(wanted=not asked.quiet)

    def run(self, inputs: Iterable[str]) -> int:
        """Answer all inputs and return the exit code."""
        from tfdoctor.tickets.inputs.split import pieces

        skipped: Counter[str] = Counter()
        found = pieces(inputs, skipped)
        first = list(islice(found, 2))
        several = len(first) > 1
        page = several and self.asked.form is Format.HTML
        self.only_summary |= page
        self.asked = replace(self.asked, several=several, text=not self.only_summary)
        self.judge.asked = self.asked
        interrupted = False
        try:
            for answer in self._answers(chain(first, found)):
                self._take(answer)
        except KeyboardInterrupt:
            interrupted = True
        self.progress.clear()
        if interrupted:
            _output.complain(f"interrupted after {self.progress.done} tickets")
        if skipped:
            listed = ", ".join(f"{number} {kind}" for kind, number in skipped.most_common())
            _output.complain(f"files left alone in folders: {listed}")
        self._end(several=several or self.progress.done > 1)
        return INTERRUPTED if interrupted else self.code

    def _answers(self, pieces: Iterator[Piece | Rejected]) -> Iterator[Answer]:
        """Judge here, and in further processes where they are asked for or there is enough to do."""
        jobs = self.jobs or min(_cores(), _MOST)
        worked = 0.0
        if self.jobs <= 1:
            for piece in pieces:
                start = time.monotonic()
                answers = self.judge.answers(piece)
                worked += time.monotonic() - start
                yield from answers
                if jobs > 1 and worked > _ALONE:
                    break
            else:
                return
        from tfdoctor.cli._pool import Pool

        pool = Pool(self.asked, jobs)
        try:
            yield from pool.answers(pieces)
        finally:
            pool.close()

    def _take(self, answer: Answer) -> None:
        refused = answer.rejected
        self.progress.step(rejected=refused is not None)
        if refused is not None:
            from tfdoctor.render.safe import line

            self.tally.reject(refused)
            self.code = errors.UsageError.exit_code
            self.progress.clear()
            _output.complain(line(f"{refused.place}: {refused.reason}"))
        elif answer.found is not None:
            self.tally.add(answer.found)
            self.code = max(self.code, _output.status_code(answer.found.status, self.fail_on))
        if answer.view is not None:
            self.views.append(answer.view)
        if answer.text:
            self.progress.clear()
            apart = self.asked.form is Format.TEXT and self.asked.several and not self.asked.quiet
            _output.emit(answer.text + "\n\n" if apart else answer.text)

    def _end(self, *, several: bool) -> None:
        form = self.asked.form
        if form is Format.SARIF and not self.only_summary:
            from tfdoctor.render import sarif

            _output.emit(sarif.document(self.views))
        elif self.only_summary or (several and form is Format.TEXT):
            self._summary(form)

    def _summary(self, form: Format) -> None:
        from tfdoctor.render import summary

        counted = self.tally.summary(self.judge.matrix)
        if form is Format.HTML:
            from tfdoctor.render import html

            _output.emit(html.summary(counted))
        elif form in {Format.JSON, Format.JSONL}:
            _output.emit(summary.document(counted) if form is Format.JSON else summary.compact(counted))
        else:
            asked = self.asked
            _output.draw(
                lambda console: summary.show(console, counted, quiet=asked.quiet, verbose=asked.verbose),
                no_color=asked.no_color,
            )


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
