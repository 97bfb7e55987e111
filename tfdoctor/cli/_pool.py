"""Judges pieces in several processes: answers come in order, memory is bounded, a process that dies costs one piece."""

from __future__ import annotations

import signal
import time
from collections import deque
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import connection, get_context
from typing import TYPE_CHECKING, Final

from tfdoctor.tickets.inputs.entry import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

    from tfdoctor.cli._judge import Answer, Asked
    from tfdoctor.tickets.inputs.entry import Piece

_AT_ONCE: Final = 16  # pieces that one process gets together
_BYTES: Final = 1 << 20  # of their data
_AHEAD: Final = 4  # times the processes: batches that may be done before the oldest is
_GRACE: Final = 5.0  # seconds after its own limit until a process that does not answer is ended
_START: Final = 60.0  # seconds until a process is ready
_DEATHS: Final = 3  # of a process, before it is ready


def _work(link: Connection, asked: Asked) -> None:
    """Answer batches until the other end is closed: what each process of the pool does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what an interrupt means
    from tfdoctor.cli import _output
    from tfdoctor.cli._judge import Judge

    _output.prepare()
    import tfdoctor.diagnose  # noqa: F401  before the clock runs

    judge = Judge(asked)
    with suppress(OSError):
        link.send(None)  # ready
    while True:
        try:
            batch: list[Piece | Rejected] = link.recv()
            for piece in batch:
                link.send(judge.answers(piece))
        except (EOFError, OSError):
            return


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let what is started here begin deaf to interrupts; one that comes meanwhile is delivered afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its start would end what follows
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Batch:
    """Pieces that go to one process, and the answers so far."""

    def __init__(self, pieces: list[Piece | Rejected]) -> None:
        self.waiting = deque(pieces)
        self.answers: list[Answer] = []


class _Worker:
    """One process and what it works on."""

    def __init__(self, asked: Asked) -> None:
        context = get_context("spawn")  # the same everywhere, and safe beside threads
        self.link, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other, asked), daemon=True)
        with _uninterrupted():
            self.process.start()
        other.close()
        self.batch: _Batch | None = None
        self.since = time.monotonic()
        self.ready = False

    def give(self, batch: _Batch) -> None:
        self.batch = batch
        self.since = time.monotonic()
        with suppress(OSError):  # it died: its end of the link says so when it is asked
            self.link.send(list(batch.waiting))

    def end(self) -> None:
        self.link.close()
        self.process.kill()
        self.process.join()


class Pool:
    """Processes that judge pieces."""

    def __init__(self, asked: Asked, jobs: int) -> None:
        """Start the processes."""
        self.asked = asked
        self.workers = [_Worker(asked) for _ in range(jobs)]
        self.deaths = 0

    def close(self) -> None:
        """End the processes, whatever they do."""
        for worker in self.workers:
            worker.end()

    def answers(self, pieces: Iterable[Piece | Rejected]) -> Iterator[Answer]:
        """Yield the answers to the pieces, in their order."""
        batches = _batched(iter(pieces))
        order: deque[_Batch] = deque()
        more = True
        while more or order:
            for worker in self.workers:
                if worker.batch is None and more and len(order) < _AHEAD * len(self.workers):
                    batch = next(batches, None)
                    more = batch is not None
                    if batch is not None:
                        order.append(batch)
                        worker.give(batch)
            self._listen()
            while order and not order[0].waiting:
                yield from order.popleft().answers
            # The oldest batch may be long: what is ready of it is told.
            if order and order[0].answers:
                ready, order[0].answers = order[0].answers, []
                yield from ready

    def _listen(self) -> None:
        """Take what the processes say; replace those that are dead or silent."""
        busy = {worker.link: worker for worker in self.workers if worker.batch is not None}
        if not busy:
            return
        for link in connection.wait(list(busy), timeout=1.0):
            worker = busy.pop(link)  # type: ignore[call-overload]  # wait returns what it was given
            try:
                answers: list[Answer] | None = worker.link.recv()
            except (EOFError, OSError):
                self._replace(worker, "")
            else:
                self._take(worker, answers)
        for worker in busy.values():
            if time.monotonic() - worker.since > (self.asked.seconds + _GRACE if worker.ready else _START):
                self._replace(worker, f"it takes longer than {self.asked.seconds:g} s")

    def _take(self, worker: _Worker, answers: list[Answer] | None) -> None:
        worker.since = time.monotonic()
        batch = worker.batch
        if answers is None:
            worker.ready = True
            self.deaths = 0
            return
        if batch is None:
            return
        batch.waiting.popleft()
        batch.answers += answers
        if not batch.waiting:
            worker.batch = None

    def _replace(self, worker: _Worker, reason: str) -> None:
        """Start another process for the rest of a batch; the piece that was being judged is not tried again.

        Raises:
            RuntimeError: processes die before they are ready.
        """
        batch = worker.batch
        worker.process.kill()
        worker.process.join()
        code = worker.process.exitcode
        worker.end()
        self.deaths += not worker.ready
        if self.deaths > _DEATHS * len(self.workers):
            raise RuntimeError(f"the processes of --jobs end before they are ready (exit code {code})")
        if batch is not None and worker.ready:
            from tfdoctor.cli._judge import Judge

            piece = batch.waiting.popleft()
            how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            said = reason or f"the process that read it ended ({how})"
            batch.answers.append(Judge(self.asked).refusal(Rejected(piece.place, said, piece.id)))
        fresh = _Worker(self.asked)
        self.workers[self.workers.index(worker)] = fresh
        if batch is not None and batch.waiting:
            fresh.give(batch)


def _batched(pieces: Iterator[Piece | Rejected]) -> Iterator[_Batch]:
    while kept := list(islice(pieces, 1)):
        size = 0
        while len(kept) < _AT_ONCE and size < _BYTES:
            last = kept[-1]
            # A file of its own is judged in the process that reads it, and may be large.
            size += _BYTES // 4 if isinstance(last, Rejected) or last.data is None else len(last.data)
            if size >= _BYTES or (piece := next(pieces, None)) is None:
                break
            kept.append(piece)
        yield _Batch(kept)
