"""How far a long run is: one line on a terminal, out of the way of the result."""

import sys
import time
from typing import Final

_FIRST: Final = 1.0  # seconds until a run is long enough to be told about
_BETWEEN: Final = 0.2


class Progress:
    """Counts entries; nothing is written unless standard error is a terminal."""

    def __init__(self, *, wanted: bool, label: str = "") -> None:
        """Start the clock; `label` stands before the numbers."""
        self.label = label
        self.shown = wanted and sys.stderr is not None and sys.stderr.isatty()
        self.start = time.monotonic()
        self._last = self.start + _FIRST - _BETWEEN
        self._width = 0
        self.done = 0
        self.rejected = 0

    def step(self, *, rejected: bool = False, total: int = 0) -> None:
        """Count one entry, of `total` where that is known."""
        self.done += 1
        self.rejected += rejected
        if not self.shown:
            return
        now = time.monotonic()
        if now - self._last < _BETWEEN:
            return
        self._last = now
        bad = f", {self.rejected} could not be read" if self.rejected else ""
        of = f" of {total}" if total else ""
        self._write(f"{self.label}{self.done}{of} done, {self.done / (now - self.start):.0f}/s{bad}")

    def clear(self) -> None:
        """Take the line away before something else is written."""
        if self._width:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._width) + ("\r" if not text else ""))
        sys.stderr.flush()
        self._width = len(text)
