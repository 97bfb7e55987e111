"""The page of many diagnoses: what breaks, how often, and in which release."""

from typing import Final

from tfdoctor.render.html.element import Child, Markup, element, link
from tfdoctor.render.html.findings import SEVERITIES, badge
from tfdoctor.render.html.markdown import markdown
from tfdoctor.render.html.page import Section, layout, made_by, page, table
from tfdoctor.rules import RULES
from tfdoctor.tickets.summary import NONE, FindingCount, Summary

_STATUS: Final = {
    "error": "with errors",
    "warning": "with warnings",
    "note": "with notes only",
    "ok": "where nothing was found",
}
_BARS = 40  # findings with a bar; the rest is counted in the JSON output
_ROWS, _COLUMNS = 15, 24  # of the table by release
_SHADES = 5
_PAGES: Final = {rule.code: rule for rule in RULES}


def summary(counted: Summary) -> str:
    """Return one self-contained page of a summary."""
    sections: list[Section] = [
        ("findings", "What was found", _findings(counted)),
        ("releases", "By release of TensorFlow", _releases(counted)),
        ("machines", "Machines", _machines(counted)),
        ("rejected", "What could not be read", _rejected(counted)),
        ("meaning", "What the findings mean", _meaning(counted)),
    ]
    origin = made_by(counted.tool_version, counted.matrix.version, counted.matrix.digest)
    return page(f"tfdoctor · {_number(counted.entries, 'ticket')}", layout(_verdict(counted), sections, origin))


def bar(value: int, most: int, kind: str = "", further: int = 0) -> Markup:
    """Return a bar: `value` of `most`, and lighter behind it what goes `further`; the number stands beside it."""
    scale = 100 / max(most, 1)
    return element(
        "svg",
        element("rect", class_="further", width=f"{max(value, further) * scale:.2f}", height=10) if further else None,
        element("rect", width=f"{value * scale:.2f}", height=10),
        class_=f"bar {kind}",
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


def _verdict(counted: Summary) -> Markup:
    rejected = f"; {counted.rejected} could not be read" if counted.rejected else ""
    rows: list[tuple[Child, ...]] = [
        (badge(key, words.capitalize()), bar(number, counted.entries, key), _share(number, counted.entries))
        for key, words in _STATUS.items()
        if (number := counted.status.get(key, 0))
    ]
    return element(
        "div",
        element("h1", f"{_number(counted.entries, 'ticket')} diagnosed{rejected}"),
        _plot(table("Tickets by their worst finding", ("Status", "", "Tickets"), rows)) if rows else None,
        class_="verdict",
    )


def _findings(counted: Summary) -> Child:
    if not counted.findings:
        return element("p", "No rule found a fault.", class_="quiet") if counted.entries else None
    most = max(row.any for row in counted.findings)
    rows: list[tuple[Child, ...]] = [
        (
            link(f"{row.code} {row.name}", f"#meaning-{row.code}" if row.code in _PAGES else ""),
            bar(row.primary, most, row.severity, row.any),
            str(row.primary),
            str(row.any),
        )
        for row in counted.findings[:_BARS]
    ]
    left = len(counted.findings) - _BARS
    return [
        _plot(table("The most frequent root causes first", ("Finding", "", "First", "Any"), rows)),
        element("p", "Full: how often it is the first thing to fix. Light: how often it is found at all.",
                class_="quiet"),
        element("p", f"And {left} rarer ones, which the JSON output has.", class_="quiet") if left > 0 else None,
    ]  # fmt: skip


def _releases(counted: Summary) -> Child:
    """The root causes of each release: a table whose cells are the darker the more tickets they count."""
    columns = sorted(counted.releases, key=lambda row: -row.entries)[:_COLUMNS]
    shown = [row for row in counted.releases if row in columns]
    names = [row.name for row in counted.findings if row.primary][:_ROWS]
    if not shown or not names:
        return None
    most = max((row.primary.get(name, 0) for row in shown for name in names), default=0)
    rows: list[tuple[Child, ...]] = [
        (name, *(_cell(row.primary.get(name, 0), most) for row in shown)) for name in (*names, NONE)
    ]
    left = len(counted.releases) - len(shown)
    grid = element(
        "table",
        element("caption", "Tickets by first finding and release"),
        element("thead", element("tr", (element("th", name, scope="col")
                                        for name in ("Finding", *(row.release for row in shown))))),
        element("tbody", (element("tr", element("th", "no finding" if name == NONE else name, scope="row"), cells)
                          for name, *cells in rows)),
        element("tfoot", element("tr", element("th", "All tickets", scope="row"),
                                 (element("td", str(row.entries)) for row in shown))),
        class_="heat",
    )  # fmt: skip
    return [
        element("div", grid, class_="wide", tabindex=0, role="group", aria_label="Findings by release"),
        element("p", f"And {left} releases with fewer tickets.", class_="quiet") if left > 0 else None,
    ]


def _cell(number: int, most: int) -> Markup:
    shade = min(-(-number * _SHADES // max(most, 1)), _SHADES)
    return element("td", str(number) if number else None, class_=f"heat-{shade}" if number else None)


def _machines(counted: Summary) -> Child:
    parts = (("System", counted.systems), ("GPU", counted.gpus), ("How sure the first finding is", counted.confidence))
    tables = [_counts(name, counts, counted.entries) for name, counts in parts if counts]
    return element("div", tables, class_="thirds") if tables else None


def _counts(name: str, counts: dict[str, int], entries: int) -> Markup:
    rows: list[tuple[Child, ...]] = [
        (key, bar(number, entries), _share(number, entries)) for key, number in list(counts.items())[:12]
    ]
    return _plot(table(name, ("What", "", "Tickets"), rows))


def _rejected(counted: Summary) -> Child:
    if not counted.rejected:
        return None
    rows: list[tuple[Child, ...]] = [(row.place, row.reason) for row in counted.errors]
    left = counted.rejected - len(rows)
    return [
        table("Inputs that are no tickets", ("Place", "Why"), rows),
        element("p", f"And {left} more.", class_="quiet") if left > 0 else None,
    ]


def _meaning(counted: Summary) -> Child:
    return [
        element(
            "details",
            element("summary", element("h3", f"{row.code} {row.name}"), " ", _about(row)),
            element("p", _PAGES[row.code].title, class_="lead"),
            element("p", element("span", "Seen in ", class_="quiet"), ", ".join(row.examples))
            if row.examples
            else None,
            markdown(_PAGES[row.code].page, 4),
            class_="facts meaning",
            id=f"meaning-{row.code}",
        )
        for row in counted.findings[:_BARS]
        if row.code in _PAGES
    ]


def _about(row: FindingCount) -> Markup:
    return element("span", f"{SEVERITIES[row.severity].lower()}, {_number(row.any, 'ticket')}", class_="quiet")


def _plot(drawn: Markup) -> Markup:
    return element("div", drawn, class_="plot")


def _share(number: int, entries: int) -> str:
    return f"{number} ({100 * number / max(entries, 1):.0f} %)"


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
