"""A summary of many diagnoses: for people as tables, for scripts as JSON; and one line of one diagnosis."""

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tfdoctor.render.safe import harmless, json_text, line
from tfdoctor.render.view import DiagnosisView
from tfdoctor.tickets.summary import NONE, FindingCount, ReleaseCount, Summary

_STATUS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan", "ok": "bold green"}
_WORDS = {"error": "with errors", "warning": "with warnings", "note": "with notes only", "ok": "with nothing found"}
_ID_WIDTH = 40
_SHOWN = 30
_NARROW = 70  # columns of a terminal below which the numbers are told and the examples are not
_MOST = 3  # findings that are named of each release


def document(summary: Summary) -> str:
    """Return the summary as an indented JSON document."""
    return msgspec.json.format(compact(summary), indent=2)


def compact(summary: Summary) -> str:
    """Return the summary as one line of JSON."""
    return json_text(msgspec.json.encode(summary).decode())


def row(diagnosis: DiagnosisView) -> str:
    """Return a diagnosis as one line: the id, the status, the finding to fix first."""
    first = diagnosis.findings[0] if diagnosis.findings else None
    what = f"{first.code} {first.name}" if first else "-"
    return f"{line(diagnosis.id or '-')}\t{diagnosis.status}\t{what}"


def show(console: Console, summary: Summary, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print the summary; `quiet` leaves only its first line, `verbose` lists findings however rare."""
    summary = harmless(summary)
    console.print(_first(summary))
    if quiet or not summary.entries:
        return
    if summary.findings:
        console.print()
        shown = summary.findings if verbose else summary.findings[:_SHOWN]
        console.print(_findings(shown, narrow=console.width < _NARROW))
        if more := len(summary.findings) - len(shown):
            console.print(Text(f"and {more} rarer ones (--verbose lists them)", style="dim"))
    console.print()
    console.print(_releases(summary.releases))
    console.print()
    for name, counts in (("System", summary.systems), ("GPU", summary.gpus), ("Confidence", summary.confidence)):
        if counts:
            console.print(Text(f"{name}: ", style="bold").append(_listed(counts), style="not bold"))


def _first(summary: Summary) -> Text:
    number = summary.entries
    text = Text(f"{number} ticket{'' if number == 1 else 's'}", style="bold")
    for status, words in _WORDS.items():
        if summary.status.get(status):
            text.append(", ").append(f"{summary.status[status]} {words}", style=_STATUS[status])
    if summary.rejected:
        text.append("; ").append(f"{summary.rejected} could not be read", style="bold red")
    return text


def _table(*columns: str, right: tuple[str, ...], elastic: str = "") -> Table:
    table = Table(expand=True, box=None, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        # A name is whole or it is useless; examples may be cut.
        ratio = 1 if column == (elastic or columns[-1]) else None
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True, ratio=ratio)
    return table


def _findings(findings: tuple[FindingCount, ...], *, narrow: bool) -> Table:
    if narrow:
        table = _table("Finding", "First", "Any", right=("First", "Any"), elastic="Finding")
    else:
        table = _table("Finding", "First", "Any", "Tickets", right=("First", "Any"))
    for count in findings:
        name = Text(f"{count.code} {count.name}", style=_STATUS[count.severity])
        examples = ", ".join(_short(example) for example in count.examples)
        row = (name, str(count.primary), str(count.any), Text(examples))
        table.add_row(*row[: len(table.columns)])
    return table


def _releases(releases: tuple[ReleaseCount, ...]) -> Table:
    table = _table("TensorFlow", "Tickets", "First of all", right=("Tickets",))
    for count in releases:
        found = {name: number for name, number in count.primary.items() if name != NONE}
        most = dict(list(found.items())[:_MOST])
        rest = f" +{len(found) - len(most)} others" if len(found) > len(most) else ""
        table.add_row(count.release, str(count.entries), Text(_listed(most) + rest or "nothing found"))
    return table


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def _short(text: str) -> str:
    plain = line(text)
    return plain if len(plain) <= _ID_WIDTH else plain[: _ID_WIDTH - 3] + "..."
