"""What was seen to go otherwise: stages of load attempts, kinds of messages. They are what is to be explained."""

from collections.abc import Iterator

from tfdoctor.facts import known
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.model import Symptom

_MOST = 20


def symptoms(a: Case, b: Case) -> tuple[Symptom, ...]:
    """Return what was seen on both sides to go otherwise; nothing where one side did not look."""
    return (*_stages(a, b), *_messages(a, b))


def _stages(a: Case, b: Case) -> Iterator[Symptom]:
    if a.load is None or b.load is None:
        return
    one, other = dict(a.load.stages), dict(b.load.stages)
    for stage in dict.fromkeys((*one, *other)):
        if _passed(one, stage) != _passed(other, stage):
            yield Symptom(fact=f"load.{stage}", a=one.get(stage), b=other.get(stage))
    for name, fact in (("signal", "load.signal"), ("devices", "load.physical_devices")):
        left, right = (known(getattr(load, name)) for load in (a.load, b.load))
        if left != right:
            yield Symptom(fact=fact, a=_text(left), b=_text(right))
    if a.load.timed_out != b.load.timed_out:
        yield Symptom(fact="load.timed_out", a=_text(a.load.timed_out), b=_text(b.load.timed_out))


def _passed(stages: dict[str, str], stage: str) -> bool:
    return stages.get(stage) == "ok"


def _text(value: object) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return None if value is None else "yes" if value is True else "no" if value is False else str(value)


def _messages(a: Case, b: Case) -> Iterator[Symptom]:
    if known(a.snapshot.log) is None or known(b.snapshot.log) is None:
        return
    one = {event.kind: event.text for event in reversed(a.events)}
    other = {event.kind: event.text for event in reversed(b.events)}
    kinds = [kind for kind in dict.fromkeys((*one, *other)) if (kind in one) != (kind in other)]
    for kind in sorted(kinds)[:_MOST]:
        yield Symptom(fact=f"log.{kind}", a=one.get(kind), b=other.get(kind))
