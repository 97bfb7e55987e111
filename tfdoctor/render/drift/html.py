"""What changed between two releases as one self-contained page, with drawings of what was measured."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from tfdoctor.drift.change import EFFECTS, Effect
from tfdoctor.render.drift.fold import Entry, entries
from tfdoctor.render.drift.plots import plot
from tfdoctor.render.drift.view import DriftView, FixView, PlaceView
from tfdoctor.render.drift.words import ASIDE, TITLES, apart, count, keeping, lines, sentence, was_and_is, whole
from tfdoctor.render.html.element import Child, Markup, element
from tfdoctor.render.html.findings import badge, evidence_table, findings
from tfdoctor.render.html.markdown import markdown
from tfdoctor.render.html.page import Section, layout, made_by, page, table
from tfdoctor.rules import RULES

_STATE: Final[dict[Effect, str]] = {
    "results": "warning", "raises": "error", "warns": "note", "speed": "note", "cosmetic": "idle",
}  # fmt: skip
_WORDS: Final[dict[Effect, str]] = {
    "results": "Other results", "raises": "Raises", "warns": "Warns", "speed": "Speed, memory",
    "cosmetic": "Same results",
}  # fmt: skip
_FULL: Final[dict[Effect, int]] = {"results": 40, "raises": 20, "warns": 10, "speed": 10, "cosmetic": 0}
_MOST: Final = 200  # entries with places in full
_LINES: Final = 400  # of a list without places
_PARTS: Final = 60
_PLACES: Final = 60
_PLOTS: Final = 3  # that are open
_MORE_PLOTS: Final = 12
_TEXT: Final = 2000
_RULES: Final = {rule.name: rule for rule in RULES}


def document(answer: DriftView) -> str:
    """Return one self-contained page."""
    return _Page(answer).document()


class _Page:
    """The page of one answer."""

    def __init__(self, answer: DriftView) -> None:
        self._answer = answer
        self._places: dict[int, list[PlaceView]] = {}
        for place in answer.places:
            self._places.setdefault(place.change, []).append(place)
        self._code = answer.subject.kind == "code"
        self._entries = entries(answer.changes, answer.subject.after, answer.places)
        self._drawn = 0

    def document(self) -> str:
        answer = self._answer
        sections: list[Section] = [
            (effect, TITLES[effect], self._section(effect))
            for effect in EFFECTS
            if not (self._code and effect == "cosmetic")
        ]
        doctor = tuple(row for row in answer.findings if row.family == "doctor")
        sections += [
            ("aside", ASIDE, self._aside()),
            ("fixes", "How it is rewritten", [_fix(row) for row in answer.fixes or ()] or None),
            ("same", "The same in both", self._same()),
            ("crashed", "The doctor's own trouble", findings(doctor, "", 3) if doctor else None),
            ("unread", "What was not read", self._unread()),
        ]
        origin = made_by(answer.tool_version, answer.matrix.version, answer.matrix.digest)
        name = f"tfdoctor · TensorFlow {answer.subject.before} to {answer.subject.after}"
        return page(name, layout(self._verdict(), sections, origin))

    def _verdict(self) -> Markup:
        subject = self._answer.subject
        status = self._answer.status if self._code else "note"
        counts = {
            effect: sum(row.effect == effect and not row.aside for row in self._entries) for effect in EFFECTS[:-1]
        }
        said = [f"{TITLES[effect].lower()}: {number:,}" for effect, number in counts.items() if number]
        known = bool(said) or whole(self._answer)
        word = {"error": "It raises", "warning": "Other results", "note": "To know", "ok": "Nothing found"}[status]
        state, word = (status, word) if known or not self._code else ("unknown", "Not known")
        rows = [("From", _end(subject.asked[0], subject.before)), ("To", _end(subject.asked[1], subject.after))]
        if self._code and (subject.files or not subject.model):
            rows.append(("Code", f"{count(subject.uses or 0, 'use')} in {count(subject.files or 0, 'file')}"))
        if subject.model:
            rows.append(("Model", subject.model))
        rows += [("Remark", said) for said in self._answer.remarks]
        return element(
            "div",
            element("p", badge(state, word)),
            element("h1", self._headline(found=bool(said), known=known)),
            element("p", ", ".join(said), class_="counts") if said else None,
            element("dl", (element("div", element("dt", name), element("dd", value)) for name, value in rows),
                    class_="subject"),
            class_=f"verdict {state}",
        )  # fmt: skip

    def _headline(self, *, found: bool, known: bool) -> str:
        subject = self._answer.subject
        span = f"from TensorFlow {subject.before} to {subject.after}"
        if not self._code:
            return f"What changed {span}"
        parts = (("the code", subject.files or not subject.model), ("the model", subject.model))
        what = " and ".join(name for name, there in parts if there)
        if not known:
            return f"Whether what changed {span} concerns {what} is not known in whole"
        return f"What changed {span} and concerns {what}" if found else f"Nothing that changed {span} concerns {what}"

    # --- the changes ----------------------------------------------------------------------------------

    def _section(self, effect: Effect) -> Child:
        mine = [row for row in self._entries if row.effect == effect and not row.aside]
        if not mine:
            return None
        full = _MOST if self._code else _FULL[effect]
        rest = mine[full:]
        listed = element(
            "ul", (element("li", _cut(sentence(row, row.parts[:_PARTS], _left(row)))) for row in rest[:_LINES])
        )
        number = sum(len(row.changes) for row in rest)
        left = len(rest) - _LINES
        return [
            *(self._entry(row) for row in mine[:full]),
            element(
                "details",
                element("summary", element("h3", f"{count(number, 'rarer change')}")),
                listed,
                element("p", f"And {left:,} more, which the JSON output has.", class_="quiet") if left > 0 else None,
                class_="facts",
            )
            if rest
            else None,
        ]

    def _aside(self) -> Child:
        rows = [row for row in self._entries if row.aside]
        if not rows:
            return None
        number = count(len(rows), "experiment")
        return element(
            "details",
            element("summary", element("h3", f"{number} with what is used here, in cases of their own")),
            [self._entry(row) for row in rows[:_MOST]],
            class_="facts",
        )

    def _entry(self, row: Entry) -> Markup:
        first = row.changes[0]
        rule = _RULES.get(first.finding)
        places = self._places.get(first.id, [])
        keep = keeping(row, places[0].name if places else "")
        sure = "" if row.confidence == "certain" else row.confidence.capitalize()
        said = _cut(sentence(row, row.parts[:_PARTS], _left(row)))
        title = row.title or said
        said = said.removeprefix(f"{title}: ")
        return element(
            "article",
            element(
                "div",
                badge(_STATE[row.effect], _WORDS[row.effect]),
                element("p", sure, class_="quiet") if sure else None,
                class_="side",
            ),
            element(
                "div",
                element("h3", title, " ", element("span", rule.code, class_="code") if rule else None),
                element("p", said, class_="message") if said != title else None,
                self._was(row),
                self._where(places),
                [element("h4", "To keep what it did"), _kept(keep)] if keep else None,
                self._plots(row),
                _evidence(row),
                _meaning(first.finding),
                class_="body",
            ),
            class_="finding",
        )

    def _was(self, row: Entry) -> Child:
        told = [
            (f"TensorFlow {release}", _cut(text))
            for one in row.changes
            for release, text in was_and_is(one, self._answer)
        ]
        return element("dl", (element("div", element("dt", name), element("dd", text)) for name, text in told),
                       class_="subject") if told else None  # fmt: skip

    def _where(self, places: Sequence[PlaceView]) -> Child:
        if not places:
            return None
        told = lines(places)
        rows: list[tuple[Child, ...]] = [
            (element("code", name), element("code", _cut(place.source) or place.name))
            for name, place in islice(told.items(), _PLACES)
        ]
        left = len(told) - _PLACES
        return [
            table("Where", ("Place", "Line"), rows),
            element("p", f"And {left:,} more places.", class_="quiet") if left > 0 else None,
        ]

    def _plots(self, row: Entry) -> Child:
        subject = self._answer.subject
        found = {(one.experiment, one.value): one for change in row.changes for one in change.numbers}
        numbers = sorted(found.values(), key=lambda one: -apart(one))  # stable: of equal ones the first stays first
        drawn: list[Markup] = []
        for one in numbers[: _PLOTS + _MORE_PLOTS]:
            self._drawn += 1
            made = plot(one, subject.before, subject.after, f"plot-{self._drawn}")
            if made is not None:
                drawn.append(made)
        if not drawn:
            return None
        hidden = drawn[_PLOTS:]
        left = len(numbers) - _PLOTS - _MORE_PLOTS
        return [
            element("h4", "What was measured"),
            element("div", drawn[:_PLOTS], class_="plots"),
            element("details", element("summary", f"{count(len(hidden), 'more value')} that differ"),
                    element("div", hidden, class_="plots")) if hidden else None,
            element("p", f"And {left:,} more, which the JSON output has.", class_="quiet") if left > 0 else None,
        ]  # fmt: skip

    # --- the rest -------------------------------------------------------------------------------------

    def _same(self) -> Child:
        rows: list[tuple[Child, ...]] = [
            (
                row.title,
                _cut(row.defaults) or "none",
                count(len(row.experiments), "experiment") if row.experiments else "no",
            )
            for row in self._answer.same
        ]
        return (
            table("What people suspect, and what did not change", ("What", "Defaults", "Measured"), rows)
            if rows
            else None
        )

    def _unread(self) -> Child:
        rows: list[tuple[Child, ...]] = [(_cut(row.path), _cut(row.reason)) for row in self._answer.unread[:_LINES]]
        left = len(self._answer.unread) - _LINES
        return [
            table("Files that were not read", ("File", "Why"), rows),
            element("p", f"And {left:,} more.", class_="quiet") if left > 0 else None,
        ] if rows else None  # fmt: skip


def _kept(text: str) -> Markup:
    """Return what keeps the old behaviour: code as code, advice as a sentence."""
    advice = text.endswith(".") or not any(mark in text for mark in "(=.")
    if advice:
        return element("p", _cut(text))
    return element("pre", element("code", _cut(text)), class_="kept", tabindex=0, role="group", aria_label="Code")


def _end(asked: str, minor: str) -> str:
    return f"TensorFlow {minor}" if asked == minor else f"TensorFlow {minor}, {asked}"


def _left(row: Entry) -> int:
    return max(len(row.parts) - _PARTS, 0)


def _evidence(row: Entry) -> Child:
    rows = tuple(dict.fromkeys(one for change in row.changes for one in change.evidence))[:_PARTS]
    shown = evidence_table(rows, f"Evidence of {row.title or row.changes[0].finding}")
    return element("details", element("summary", "What it rests on"), shown, class_="meaning") if rows else None


def _meaning(name: str) -> Markup | None:
    rule = _RULES.get(name)
    if rule is None:
        return None
    return element(
        "details",
        element("summary", f"What {rule.code} {rule.name} means in general"),
        element("p", rule.title, class_="lead"),
        markdown(rule.page, 4),
        class_="meaning",
    )


def _fix(row: FixView) -> Iterator[Child]:
    done = "It was written." if row.written else "Nothing was written."
    yield element("h3", row.path)
    yield element("p", f"{count(row.made, 'change')}. {done}")
    if row.diff:
        yield element(
            "pre", element("code", row.diff), class_="kept", tabindex=0, role="group", aria_label="Difference"
        )
    left = [f"line {one.line}: {one.text}: {one.reason}" for one in row.refused]
    yield element("ul", (element("li", _cut(text)) for text in left), class_="remarks") if left else None


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} … ({len(text) - _TEXT} characters more)"
