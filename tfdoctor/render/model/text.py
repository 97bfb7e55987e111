"""The answer on a saved model for people: its facts, what each way of loading does, the cures in order of cost."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfdoctor.diagnosis import Severity
from tfdoctor.model.judge.verdict import Outcome
from tfdoctor.render.model import facts
from tfdoctor.render.model.headline import raised, sentence, target_name
from tfdoctor.render.model.table import table
from tfdoctor.render.model.view import CureView, JudgedView, ModelView, ProofView, TrialView, WayView
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.text import speaks_unicode

STYLES: Final[dict[Outcome, str]] = {
    "loads": "bold green", "differs": "bold yellow", "fails": "bold red", "undecided": "bold cyan",
}  # fmt: skip
GLYPHS: Final[dict[Outcome, str]] = {"loads": "✓", "differs": "~", "fails": "✗", "undecided": "?"}
ASCII: Final[dict[Outcome, str]] = {"loads": "+", "differs": "~", "fails": "x", "undecided": "?"}
_SEVERITY: Final[dict[Severity, str]] = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_CONFIDENCE: Final = {"certain": "", "likely": " (likely)", "possible": " (possible)"}
_NAME = 12  # characters of the names of facts
_LONG = 400  # characters of a message


def show(console: Console, answer: ModelView, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print the answer; `quiet` leaves the verdicts only, `verbose` adds what they rest on and all facts."""
    shown = harmless(answer)
    glyphs = GLYPHS if speaks_unicode(console) else ASCII
    narrow = console.width < 60
    if not quiet or not shown.targets:
        console.print(Text(line(facts.heading(shown.subject)), style="bold"))
        for name, said in facts.rows(shown.subject, verbose=verbose):
            console.print(_fact(name, said, narrow=narrow))
    for remark in shown.remarks:
        console.print(Text(f"remark: {line(remark)}", style="dim"))
    if len(shown.targets) > 1:
        console.print() if not quiet else None
        for part in table(shown, glyphs, width=console.width, verbose=verbose):
            console.print(part)
    else:
        for judged in shown.targets:
            for part in _judged(judged, glyphs, quiet=quiet, verbose=verbose):
                console.print(part, soft_wrap=isinstance(part, _Command))
    if shown.proof is not None:
        for part in _proof(shown.proof, glyphs):
            console.print(part)


class _Command(Text):
    """A command line, indented; the terminal wraps it, so that it can be copied whole."""

    def __init__(self, command: str) -> None:
        super().__init__(f"      $ {command}", style="bold")


def _fact(name: str, said: str, *, narrow: bool) -> RenderableType:
    if narrow:
        return _hanging(Text("  "), Text.assemble((f"{name}: ", "dim"), line(said)))
    return _hanging(Text(f"  {name:{_NAME}}", style="dim"), Text(line(said)))


def _judged(row: JudgedView, glyphs: dict[Outcome, str], *, quiet: bool, verbose: bool) -> Iterator[RenderableType]:
    if not quiet:
        yield Text()
    yield Text(line(target_name(row.target)), style="bold")
    yield Text(f"{sentence(row)}.")
    for way in row.ways:
        yield Padding(Group(*_way(way, glyphs, quiet=quiet, verbose=verbose)), (0, 0, 0, 2), expand=False)
    if quiet or not row.cures:
        return
    yield Text("\nWhat to do, the cheapest first", style="bold")
    for number, cure in enumerate(row.cures, 1):
        yield from _cure(number, cure)


def _way(row: WayView, glyphs: dict[Outcome, str], *, quiet: bool, verbose: bool) -> Iterator[RenderableType]:
    words = {"loads": "loads", "differs": "loads, but otherwise", "fails": "fails", "undecided": "undecided"}
    head = Text.assemble((f"[{glyphs[row.outcome]}] {row.call}", STYLES[row.outcome]), f"  {words[row.outcome]}")
    head.append(_CONFIDENCE[row.confidence], style="dim")
    yield head
    if quiet:
        return
    indent = (0, 0, 0, 4)
    if row.difference:
        yield Padding(Text(line(row.difference)), indent, expand=False)
    said = raised(row)
    if said and row.outcome != "undecided":
        yield Padding(Text(line(said[:_LONG])), indent, expand=False)
    for fact in row.evidence if verbose or row.outcome == "undecided" else ():
        source = f"  ({fact.source})" if fact.source else ""
        yield Padding(Text(line(f"{fact.fact} = {fact.value[:_LONG]}{source}"), style="dim"), indent, expand=False)
    if row.finding:
        page = f"{row.code} {row.finding}" if row.code else row.finding
        yield Padding(
            Text(line(f"{page}  (tfdoctor explain {row.code or row.finding})"), style="dim"), indent, expand=False
        )


def _cure(number: int, row: CureView) -> Iterator[RenderableType]:
    checked = {"loads": " (checked: it loads)", "differs": " (checked: it loads, with a difference)"}
    text = Text(line(row.text), style="green")
    text.append(checked.get(row.checked or "", " (not checked)" if row.way else ""), style="dim")
    yield _hanging(Text(f"  {number}. "), text)
    for remedy in row.remedies:
        if remedy.text != row.text:
            yield Padding(Text(line(remedy.text)), (0, 0, 0, 5), expand=False)
        yield from map(_Command, map(line, remedy.commands))
    yield from map(_Command, map(line, row.commands))
    for note in row.notes:
        yield Padding(Text(line(note), style="dim"), (0, 0, 0, 5), expand=False)


def _proof(row: ProofView, glyphs: dict[Outcome, str]) -> Iterator[RenderableType]:
    where = line(f"TensorFlow {row.tensorflow}, Python {row.python}, {row.executable}")
    yield Text(f"\nTried for real: {where}", style="bold")
    for trial in row.trials:
        state: Outcome = "undecided" if trial.outcome == "not tried" else trial.outcome
        head = Text(f"  [{glyphs[state]}] {trial.way}  {trial.outcome}", style=STYLES[state])
        if trial.agrees is not None:
            head.append(f"  {_beside(trial)}", style="dim")
        if trial.outcome != "not tried":
            head.append(f"  {trial.seconds:.1f} s", style="dim")
        yield head
        said = ": ".join(part for part in (trial.error, trial.message) if part)
        for text in (said[:_LONG], f"outputs: {trial.outputs}" if trial.outputs else ""):
            if text:
                yield Padding(Text(line(text)), (0, 0, 0, 6), expand=False)
    for remark in row.remarks:
        yield Text(f"  {line(remark)}", style="dim")


def _beside(trial: TrialView) -> str:
    """How a trial stands beside what was predicted."""
    if trial.agrees:
        return "as predicted"
    same = trial.outcome == trial.predicted
    return "for another reason than predicted" if same else f"predicted: {trial.predicted}"


def _hanging(mark: Text, text: Text) -> Table:
    """Return a text whose further lines stand under its first."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, text)
    return grid
