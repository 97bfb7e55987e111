"""A bare log, judged by experience: what its symptom has most often meant, said as a possibility.

A log that somebody pastes without a word about the machine often leaves several causes. The rules stay silent then,
since facts decide. What real tickets with the same symptom turned out to be is known, though, and so is the question
whose answer decides: both are rows of the matrix.
"""

from collections.abc import Iterable, Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.logs import Event
from tfdoctor.matrix.presumptions import Presumption
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import Conclusion, Rule


def presumed(case: Case, rules: Iterable[Rule], explained: frozenset[str]) -> Iterator[tuple[Rule, Conclusion]]:
    """Yield what the log's symptom most often means; at most one, with the rule that it belongs to.

    `explained` are the places ("log line 3") that findings rest on: what they say needs no presumption.
    """
    if not case.bare or not case.events:
        return
    named = {rule.name: rule for rule in rules}
    for row in case.matrix.presumptions:
        found = tuple(event for event in _matching(case, row) if f"log line {event.line}" not in explained)
        if found and row.finding in named:
            yield named[row.finding], _conclude(row, found)
            return


def _matching(case: Case, row: Presumption) -> Iterator[Event]:
    if case.events.of(*row.unless):
        return
    for event in case.events.of(*row.events):
        if row.regex.search(event.text):
            yield event


def _conclude(row: Presumption, found: tuple[Event, ...]) -> Conclusion:
    share = f"{row.right} of {row.threads} real tickets with this symptom"
    return Conclusion(
        message=f"{row.message} Nothing more is known of this machine.",
        evidence=(*logged(found[:3]), Evidence(fact="matrix.presumptions", value=share, source=row.source)),
        remedies=(Remedy(kind="manual", text=f"To be sure, find out: {row.ask}"),),
        confidence="possible",
        severity="warning",
        symptom=True,
    )
