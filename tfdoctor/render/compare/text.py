"""A comparison for people: the answer first, then what differs side by side, the likeliest explanation first."""

import shlex
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfdoctor.render.compare.hanging import hanging
from tfdoctor.render.compare.view import ComparisonView, DifferenceView, OnlyView, SideView
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.text import speaks_unicode
from tfdoctor.tickets.compare import Judgement, Uncompared
from tfdoctor.tickets.compare.headline import name

_STYLE = {"certain": "bold red", "suspicious": "bold yellow", "harmless": "dim", None: "bold green"}
_SEVERITY = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_GLYPH = {"certain": "✗", "suspicious": "?", "harmless": "✓", None: "✓"}
_ASCII = {"certain": "x", "suspicious": "?", "harmless": "+", None: "+"}
_TITLES: dict[Judgement, str] = {
    "certain": "Certain: a finding rests on it",
    "suspicious": "Suspicious: known to be able to change what TensorFlow does",
    "harmless": "Harmless: known to change nothing",
}
_NARROW = 72  # columns: below it two columns of values are too thin to read
_LONG = 200  # characters of a value
_FIRST = 12  # suspicious differences that are shown unless all are asked for
_FACTS = 6  # facts that are named in one line


def show(console: Console, comparison: ComparisonView, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print a comparison; `quiet` leaves the answer only, `verbose` shows all differences with all reasons."""
    shown = harmless(comparison)
    glyphs = _GLYPH if speaks_unicode(console) else _ASCII
    head = Text(f"[{glyphs[shown.judgement]}] ", style=_STYLE[shown.judgement])
    console.print(hanging(head, Text(line(shown.headline), style=_STYLE[shown.judgement])))
    if quiet:
        return
    console.print()
    for letter, side in (("A", shown.a), ("B", shown.b)):
        console.print(hanging(Text(f"{letter}  ", style="bold"), _subject(side)))
    for part in _parts(shown, narrow=console.width < _NARROW, verbose=verbose):
        console.print(part, soft_wrap=isinstance(part, _Command))


def _parts(shown: ComparisonView, *, narrow: bool, verbose: bool) -> Iterator[RenderableType]:
    yield from _findings(shown.findings)
    if shown.symptoms:
        yield Text("\nSeen to go otherwise", style="bold")
        yield _table([(row.fact, row.a, row.b) for row in shown.symptoms], narrow=narrow)
    for judgement, title in _TITLES.items():
        rows = [row for row in shown.differences if row.judgement == judgement]
        if rows and (judgement != "harmless" or verbose):
            yield Text(f"\n{title}", style=_STYLE[judgement])
            yield from _differences(rows, judgement, narrow=narrow, verbose=verbose)
    if shown.experiments is not None:
        from tfdoctor.render.compare.experiments import parts

        yield from parts(shown.experiments, narrow=narrow, verbose=verbose)
    yield from _cures(shown)
    yield Text(f"\n{_counts(shown, verbose=verbose)}", style="dim")
    yield from _uncompared(shown.uncompared, verbose=verbose)


class _Command(Text):
    """A command line, indented; the terminal wraps it, so that it can be copied whole."""

    def __init__(self, command: str) -> None:
        super().__init__(f"    $ {command}", style="bold")


def _subject(side: SideView) -> Text:
    found = side.subject
    parts = []
    if found.tensorflow:
        parts.append(f"TensorFlow {found.tensorflow}" + (f" ({found.distribution})" if found.distribution else ""))
    elif found.kind == "machine":
        parts.append("no TensorFlow found")
    if found.python:
        parts.append(f"Python {found.python}")
    if found.os:
        parts.append(f"{found.os} {found.arch or ''}".strip())
    parts += [gpu.name or "unnamed GPU" for gpu in found.gpus[:1]]
    if found.driver:
        parts.append(f"driver {found.driver}")
    return Text.assemble(line(side.place), (f": {line(', '.join(parts) or 'nothing is stated')}", "dim"))


def _findings(rows: tuple[OnlyView, ...]) -> Iterator[RenderableType]:
    if rows:
        yield Text("\nFindings that only one has", style="bold")
    for row in rows:
        finding = row.finding
        head = Text(f"  {row.side.upper()}  ", style="bold")
        title = Text(f"{finding.code} {finding.name}", style=_SEVERITY[finding.severity])
        title.append(f"  {line(finding.message)}", style="")
        other = "B" if row.side == "a" else "A"
        if row.undecided:
            title.append(f" ({other} could not be judged in this: {line(row.undecided)})", style="dim")
        yield hanging(head, title)
        for remedy in finding.remedies[:1]:
            if finding.severity != "note":
                yield Padding(Text(f"To do: {line(remedy.text)}", style="green"), (0, 0, 0, 5), expand=False)
                yield from map(_Command, remedy.commands)


def _differences(
    rows: list[DifferenceView], judgement: Judgement, *, narrow: bool, verbose: bool
) -> Iterator[RenderableType]:
    shown = rows if verbose or judgement == "certain" else rows[:_FIRST]
    yield _table([(name(row.fact), row.a, row.b) for row in shown], narrow=narrow)
    if verbose:
        yield from _reasons(_all_said(shown))
    elif judgement == "suspicious":
        yield from _reasons(_said(shown))
    if len(shown) < len(rows):
        yield Text(f"  and {len(rows) - len(shown)} more (--verbose lists them)", style="dim")


def _reasons(said: dict[tuple[str, str], list[str]]) -> Iterator[RenderableType]:
    for (text, source), names in said.items():
        where = f"  ({source})" if source else ""
        yield hanging(Text("  - "), Text(line(f"{_few(names)}: {text}{where}"), style="dim"))


def _said(rows: list[DifferenceView]) -> dict[tuple[str, str], list[str]]:
    """The facts of each first reason, without its source."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        reasons.setdefault((row.reasons[0].text, ""), []).append(name(row.fact))
    return reasons


def _all_said(rows: list[DifferenceView]) -> dict[tuple[str, str], list[str]]:
    """The facts of each reason with its source."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for ground in row.reasons:
            reasons.setdefault((ground.text, ground.source), []).append(name(row.fact))
    return reasons


def _few(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _FACTS} more" if len(names) > _FACTS else ""
    return ", ".join(names[:_FACTS]) + more


def _table(rows: list[tuple[str, str | None, str | None]], *, narrow: bool) -> RenderableType:
    if narrow:
        text = Text()
        for fact, a, b in rows:
            text.append(f"  {line(fact)}\n", style="bold")
            text.append(f"    A  {_value(a)}\n    B  {_value(b)}\n")
        text.rstrip()
        return text
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", overflow="fold", max_width=36)
    table.add_column("A", overflow="fold", ratio=1)
    table.add_column("B", overflow="fold", ratio=1)
    for fact, a, b in rows:
        table.add_row(Text(line(fact), style="bold"), Text(_value(a)), Text(_value(b)))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _value(value: str | None) -> str:
    if value is None:
        return "-"
    text = line(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."


def _cures(shown: ComparisonView) -> Iterator[RenderableType]:
    for row in shown.cures:
        here, there = row.side.upper(), "B" if row.side == "a" else "A"
        what = f"\nTo make {here} like {there} in this: {line(row.remedy.text)} (cures {', '.join(row.resolves)})"
        yield Text(what, style="green")
        yield from map(_Command, row.remedy.commands)
    for letter, side in (("a", shown.a), ("b", shown.b)):
        if side.subject.kind == "machine" and _installs(shown.findings, letter):
            named = side.here and side.subject.executable
            where = "" if named else ", on that machine, in that environment"
            yield Text(f"\nWith the fewest changes, whatever {letter.upper()} has besides{where}:", style="green")
            yield _Command(f"tfdoctor plan --repair{f' --python {shlex.quote(named)}' if named else ''}")


def _installs(rows: tuple[OnlyView, ...], side: str) -> bool:
    """Whether a finding of a side is cured by changing distributions."""
    kinds = {
        remedy.kind
        for row in rows
        for remedy in row.finding.remedies
        if row.side == side and row.finding.severity != "note"
    }
    return bool(kinds & {"install", "reinstall", "uninstall", "delete"})


def _counts(shown: ComparisonView, *, verbose: bool) -> str:
    counts = shown.counts
    hidden = " (--verbose lists them)" if counts.harmless and not verbose else ""
    return (
        f"{counts.certain} certain, {counts.suspicious} suspicious, {counts.harmless} harmless{hidden};"
        f" {counts.same} facts are equal" + (f"; both have {', '.join(shown.common)}" if shown.common else "")
    )


def _uncompared(rows: tuple[Uncompared, ...], *, verbose: bool) -> Iterator[RenderableType]:
    for row in rows:
        facts = [name(fact) for fact in row.facts]
        listed = ", ".join(facts) if verbose else _few(facts)
        text = f"not known of {row.unknown.upper()} ({line(row.reason)}), so not compared: {line(listed)}"
        yield hanging(Text("- ", style="dim"), Text(text, style="dim"))
