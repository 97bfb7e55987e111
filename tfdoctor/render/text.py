"""A diagnosis for people: findings in order, each with its evidence and what to do."""

import io
import shlex
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from tfdoctor.diagnosis import Evidence
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.view import DiagnosisView, FindingView

_STYLE = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan", "ok": "bold green"}
_GLYPH = {"error": "✗", "warning": "!", "note": "i", "ok": "✓"}
_ASCII = {"error": "x", "warning": "!", "note": "i", "ok": "+"}
_CONFIDENCE = {"certain": "", "likely": " (likely)", "possible": " (possible)"}
_EVIDENCE_WIDTH = 400
_UNDERSTOOD = 8  # things that are named without --verbose
_VALUE_WIDTH = 60


def show(
    console: Console, diagnosis: DiagnosisView, *, quiet: bool = False, verbose: bool = False, snapshot: str = ""
) -> None:
    """Print the report; `quiet` leaves only the verdict and the findings' first lines.

    `snapshot` is the file with the facts where the machine is not at hand.
    """
    glyphs = _GLYPH if speaks_unicode(console) else _ASCII
    if not quiet:
        console.print(_heading(diagnosis))
        for said in _read(diagnosis, verbose=verbose):
            console.print(Text(said, style="dim"))
        console.print()
    for position, finding in enumerate(diagnosis.findings):
        console.print(_title(finding, glyphs, root=position == 0 and finding.severity != "note"))
        if not quiet:
            console.print(Padding(Group(*_body(finding)), (0, 0, 1, 4), expand=False))
    console.print(_summary(diagnosis, glyphs))
    if not quiet and _repairable(diagnosis):
        where = f" --python {shlex.quote(diagnosis.subject.executable)}" if diagnosis.subject.executable else ""
        if snapshot:
            where = f" --snapshot {shlex.quote(snapshot)}"
        console.print(Text("All of it at once, with the fewest changes:", style="green"))
        console.print(Padding(Text(f"$ tfdoctor plan --repair{where}", style="bold", overflow="fold"), (0, 0, 0, 2)))
    if verbose:
        for row in diagnosis.skipped:
            console.print(Text(f"  - {row.code} {row.name}: {row.reason}"))


def plain(diagnosis: DiagnosisView, width: int = 100, snapshot: str = "") -> str:
    """Return the report as text without colours; `snapshot` as for `show`."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    show(console, harmless(diagnosis), snapshot=snapshot)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def speaks_unicode(console: Console) -> bool:
    """Say whether the terminal can show glyphs beyond ASCII."""
    return console.encoding.lower().replace("-", "").startswith("utf")


def _heading(diagnosis: DiagnosisView) -> Text:
    subject = diagnosis.subject
    parts = []
    if diagnosis.id:
        parts.append(f"ticket {diagnosis.id}" if subject.kind == "ticket" else diagnosis.id)
    if subject.tensorflow or subject.kind == "machine":
        owner = f" ({subject.distribution})" if subject.distribution else ""
        parts.append(f"TensorFlow {subject.tensorflow}{owner}" if subject.tensorflow else "no TensorFlow found")
    if subject.python:
        where = f" {subject.environment}" if subject.environment else ""
        parts.append(f"Python {subject.python}{where}")
    if subject.executable:
        parts.append(subject.executable)
    if subject.os:
        parts.append(f"{subject.os} {subject.arch or ''}".strip())
    parts.extend(gpu.name or "unnamed GPU" for gpu in subject.gpus[:1])
    if len(subject.gpus) > 1:
        parts.append(f"and {len(subject.gpus) - 1} more GPU")
    if subject.driver:
        parts.append(f"driver {subject.driver}")
    # What a ticket states is one line, or it could look like a report of its own.
    return Text(line(", ".join(parts)) or "nothing is stated", style="dim")


def _read(diagnosis: DiagnosisView, *, verbose: bool) -> Iterator[str]:
    """What was taken out of free text, and where it stood; what of the input was left out."""
    if diagnosis.understood and verbose:
        yield "understood:"
        yield from (f"  {_label(row)} ({row.source})" for row in diagnosis.understood)
    elif diagnosis.understood:
        shown = [f"{_label(row)} ({row.source})" for row in diagnosis.understood[:_UNDERSTOOD]]
        more = len(diagnosis.understood) - len(shown)
        yield f"understood: {', '.join(shown)}" + (f" and {more} more (--verbose lists them)" if more else "")
    yield from (f"remark: {line(remark)}" for remark in diagnosis.remarks)


def _label(row: Evidence) -> str:
    """The key of the ticket's form in words, with the value in one short line."""
    key = row.fact.removeprefix("environment.").replace("_", " ")
    lines = row.value.strip().split("\n")
    first = lines[0][:_VALUE_WIDTH] + ("..." if len(lines) > 1 or len(lines[0]) > _VALUE_WIDTH else "")
    return f"{key} {first}"


def _title(finding: FindingView, glyphs: dict[str, str], *, root: bool) -> Text:
    text = Text(f"[{glyphs[finding.severity]}] ", style=_STYLE[finding.severity])
    text.append(f"{finding.code} {finding.name}", style=_STYLE[finding.severity])
    text.append(_CONFIDENCE[finding.confidence], style="dim")
    if root:
        text.append("  <- fix this first", style="dim")
    return text


def _body(finding: FindingView) -> Iterator[RenderableType]:
    yield Text(line(finding.message))
    for row in finding.evidence:
        source = f"  ({row.source})" if row.source else ""
        yield Padding(
            Text(line(f"{row.fact} = {row.value[:_EVIDENCE_WIDTH]}{source}"), style="dim"), (0, 0, 0, 2), expand=False
        )
    for remedy in finding.remedies:
        yield Text(f"To do: {remedy.text}", style="green")
        for command in remedy.commands:
            yield Padding(Text(f"$ {command}", style="bold", overflow="fold"), (0, 0, 0, 2), expand=False)


def _repairable(diagnosis: DiagnosisView) -> bool:
    """Whether changing distributions is part of the cure, on a machine that is at hand."""
    kinds = {remedy.kind for finding in diagnosis.findings for remedy in finding.remedies if finding.severity != "note"}
    return diagnosis.subject.kind == "machine" and bool(kinds & {"install", "reinstall", "uninstall", "delete"})


def _summary(diagnosis: DiagnosisView, glyphs: dict[str, str]) -> Text:
    counts = {level: sum(f.severity == level for f in diagnosis.findings) for level in ("error", "warning", "note")}
    said = [f"{number} {level}{'s' if number > 1 else ''}" for level, number in counts.items() if number]
    text = Text(f"[{glyphs[diagnosis.status]}] ", style=_STYLE[diagnosis.status])
    healthy = "nothing wrong was found"
    if diagnosis.subject.kind == "ticket":  # a ticket states little: what it does not state is not known to be fine
        healthy += " in what the ticket states"
    text.append(", ".join(said) or healthy, style=_STYLE[diagnosis.status])
    if diagnosis.skipped:
        number = len(diagnosis.skipped)
        text.append(f"; {number} rule{'s' if number > 1 else ''} could not decide (--verbose says why)", style="dim")
    return text
