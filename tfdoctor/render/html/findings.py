"""The findings of a page: each with what to do, what it rests on, and what it means in general."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.render.html.drawing import GLYPHS
from tfdoctor.render.html.element import Child, Markup, element, join, linked
from tfdoctor.render.html.markdown import markdown
from tfdoctor.render.view import FindingView, RemedyView
from tfdoctor.rules import RULES

SEVERITIES: Final = {"error": "Error", "warning": "Warning", "note": "Note"}
_MOST = 200  # findings in full; a page of more would be read by nobody
_NAME = 100  # characters of a name
_TEXT = 2000  # characters of one value
_PAGES: Final = {rule.code: rule.page for rule in RULES}


def findings(rows: tuple[FindingView, ...], prefix: str, level: int) -> Markup:
    """Return the findings as articles with headings of `level`; ids begin with `prefix`."""
    left = len(rows) - _MOST
    return join([
        (_article(row, f"{prefix}finding-{number}", level, first=number == 1 and row.severity != "note")
         for number, row in enumerate(rows[:_MOST], 1)),
        element("p", f"And {left} more, which the JSON output has.") if left > 0 else None,
    ])  # fmt: skip


def badge(state: str, word: str) -> Markup:
    """Return a status that is told by a glyph and a word, and by colour only besides."""
    glyph = {**GLYPHS, "ok": "✓"}[state]  # type: ignore[index]  # a severity is one of the states
    return element("span", element("span", glyph, aria_hidden="true"), " ", word, class_=f"badge {state}")


def evidence_table(rows: tuple[Evidence, ...], caption: str) -> Markup:
    """Return evidence as a table: the fact, its value, where it comes from."""
    return element(
        "div",
        element(
            "table",
            element("caption", caption, class_="unseen"),
            element("thead", element("tr", (element("th", name, scope="col") for name in ("Fact", "Value", "Source")))),
            element("tbody", (
                element(
                    "tr",
                    element("th", element("code", _cut(row.fact)), scope="row"),
                    element("td", element("code", _cut(row.value)), data_label="Value"),
                    element("td", linked(_cut(row.source)), data_label="Source"),
                )
                for row in rows
            )),
            class_="evidence",
        ),
        class_="wide",
        tabindex=0,
        role="group",
        aria_label=caption,
    )  # fmt: skip


def command(text: str) -> Markup:
    """Return a command that one click selects as a whole."""
    return element("pre", element("code", text), class_="command", tabindex=0, role="group", aria_label="Command")


def _article(row: FindingView, id_: str, level: int, *, first: bool) -> Markup:
    sure = "" if row.confidence == "certain" else row.confidence.capitalize()
    sub = f"h{level + 1}"
    return element(
        "article",
        element(
            "div",
            badge(row.severity, SEVERITIES[row.severity]),
            element("p", "Fix this first", class_="first") if first else None,
            element("p", sure, class_="quiet") if sure else None,
            class_="side",
        ),
        element(
            "div",
            element(f"h{level}", row.name[:_NAME], " ", element("span", row.code[:_NAME], class_="code"), id=id_),
            element("p", _cut(row.message), class_="message"),
            element(sub, "What to do") if row.remedies else None,
            element("ol", (element("li", _remedy(remedy)) for remedy in row.remedies)) if row.remedies else None,
            element(sub, "What it rests on") if row.evidence else None,
            evidence_table(row.evidence, f"Evidence of {row.code}") if row.evidence else None,
            _meaning(row, level),
            class_="body",
        ),
        class_="finding",
        aria_labelledby=id_,
    )


def _remedy(remedy: RemedyView) -> Iterator[Child]:
    yield element("p", _cut(remedy.text))
    for text in remedy.commands:
        yield command(text)


def _meaning(row: FindingView, level: int) -> Markup | None:
    page = _PAGES.get(row.code)
    if page is None:
        return None
    return element(
        "details",
        element("summary", f"What {row.code} means in general"),
        element("p", page.partition("\n")[0], class_="lead"),
        markdown(page, level + 1),
        class_="meaning",
    )


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} … ({len(text) - _TEXT} characters more)"
