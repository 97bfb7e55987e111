"""A cause: which rule about drift explains some lines of a log or of code, and how sure that is."""

from dataclasses import dataclass

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.logs import Event
from tfdoctor.matrix.api import Arguments, Change, Symbols
from tfdoctor.rules._case import logged
from tfdoctor.rules.drift._calls import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The name of the rule, what it is about (a dotted name, "fit(workers)"), and the row of the matrix behind it."""

    name: str
    path: str
    events: tuple[Event, ...] = ()
    uses: tuple[Use, ...] = ()
    row: Symbols | Arguments | Change | None = None
    confidence: Confidence = "likely"
    rank: int = 0  # among the causes that an upgrade alone brings: the likeliest is 0
    told: tuple[str, ...] = ()  # what title or code say for it

    @property
    def bare(self) -> bool:
        """Whether neither log nor code shows it: an upgrade alone brings it."""
        return not self.events and not self.uses

    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence: lines of the log and of the code, and the row of the matrix."""
        code = tuple(Evidence(fact="code", value=use.text, source=f"code line {use.line}") for use in self.uses[:3])
        if self.row is None:
            return (*logged(self.events[:3]), *code)
        told = ", ".join(
            f"{word} {value}" for word, value in (("since", self.row.since), ("until", self.row.until)) if value
        )
        row = Evidence(fact=f"matrix.keras_api.{self.path}", value=told or "not public", source=self.row.source)
        return (*logged(self.events[:3]), *code, row)
