"""A plan for people: what was chosen and why, how sure that is, and what to do, step by step."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfdoctor.plan.model import Answer, NoPlan, Plan, Rejected, Step
from tfdoctor.render.plan import _words, alternatives, steps
from tfdoctor.render.text import speaks_unicode

_GLYPH = {"good": "✓", "bad": "✗", "note": "!"}
_ASCII = {"good": "+", "bad": "x", "note": "!"}
_STYLE = {"good": "bold green", "bad": "bold red", "note": "yellow"}
_BASIS = {"trained": "green", "installed": "green", "resolved": "yellow", "declared": "yellow"}
_NEAREST = 5
_WIDE = 1000  # columns: enough for any table
_MANY = 6  # more requirements than these are shown as a list and installed from a file


def show(
    console: Console, answer: Answer, *, verbose: bool = False, quiet: bool = False, options: tuple[str, ...] = ()
) -> None:
    """Print an answer.

    Args:
        console: where to.
        answer: a plan, or why there is none.
        verbose: also say where each statement is from, and list every candidate that was not taken.
        quiet: only what was chosen and the steps' commands, or the reason.
        options: words of the user's command line that no plan holds, to repeat in commands: `--machine X`.
    """
    glyphs = _GLYPH if speaks_unicode(console) else _ASCII
    if isinstance(answer, NoPlan):
        parts = _none(answer, glyphs, options, quiet=quiet)
    else:
        parts = _plan(answer, glyphs, _words.command(answer, options), quiet=quiet, verbose=verbose)
    for part in parts:
        # A command is not broken into lines: the terminal wraps it, and it can be copied whole.
        console.print(part, soft_wrap=isinstance(part, _Command))
    if not quiet or verbose:
        for part in _rejected(answer.rejected, verbose=verbose):
            console.print(part)


def _plan(plan: Plan, glyphs: dict[str, str], asks: str, *, quiet: bool, verbose: bool) -> Iterator[RenderableType]:
    yield _marked("good", glyphs, _words.title(plan.chosen))
    if quiet:
        for step in plan.steps:
            yield from (_Command(line, 2, _prompt(plan)) for line in _lines(step, plan, asks))
        return
    yield _indent(Text(f"asked for: {_words.asked(plan.target)}", style="dim"), 4)
    yield _indent(_statements(plan, verbose=verbose), 4)
    for note in plan.notes:
        yield _marked("note", glyphs, note)
    if plan.changes:
        yield Text()
        yield Text(f"{len(plan.changes)} distribution{'s' if len(plan.changes) > 1 else ''} changed:", style="bold")
        yield _indent(_Changes(plan), 2)
    yield Text()
    yield Text("To do:" if plan.steps else "Nothing is to be done.", style="bold")
    for number, step in enumerate(plan.steps, 1):
        yield from _step(number, step, plan, asks)
    for left in plan.unresolved:
        code = f"{left.code} " if left.code else ""
        yield _marked("bad", glyphs, f"not resolved: {code}{left.name}: {_words.line(left.because)}")
    if plan.steps:
        yield Text()
        yield Text(
            "Have it done with --apply, or print it with --format sh, requirements, conda, dockerfile, ...", style="dim"
        )


def _statements(plan: Plan, *, verbose: bool) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="dim", overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("basis", Text(plan.basis, style=_BASIS[plan.basis]), "of the whole plan")
    for row in plan.evidence:
        source = f" ({row.source})" if row.source and verbose else ""
        table.add_row(row.about, Text(row.basis, style=_BASIS[row.basis]), f"{_words.line(row.text)}{source}")
    return table


class _Changes:
    """What a repair changes: a table, or lines where that is too wide, for a name is not to be broken."""

    def __init__(self, plan: Plan) -> None:
        self.rows = [
            (row.distribution, row.was or "not installed", "->", row.becomes or "removed") for row in plan.changes
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        for row in self.rows:
            table.add_row(*row)
        if Measurement.get(console, options.update(max_width=_WIDE), table).maximum <= options.max_width:
            yield table
        else:
            yield from (_hanging("- ", Text(" ".join(row))) for row in self.rows)


def _step(number: int, step: Step, plan: Plan, asks: str) -> Iterator[RenderableType]:
    cures = f"  (cures {', '.join(step.resolves)})" if step.resolves else ""
    yield _hanging(f"{number:2}. ", Text.assemble(_words.line(step.text), (cures, "dim")))
    yield from (_Command(line, 6, _prompt(plan)) for line in _lines(step, plan, asks))
    if len(step.requirements) > _MANY:
        yield _indent(Text("  ".join(step.requirements), style="dim"), 6)


def _lines(step: Step, plan: Plan, asks: str) -> tuple[str, ...]:
    """Return a step's commands; a long list of requirements is taken from a file."""
    if len(step.requirements) <= _MANY:
        return steps.commands(step, plan)
    file = f"tf-{plan.chosen.version}-requirements.txt"
    while file in asks:  # the shell empties the file before it would be read
        file = f"new-{file}"
    return (f"{asks} --format requirements > {file}", *steps.install_from(file, step, plan))


def _none(answer: NoPlan, glyphs: dict[str, str], options: tuple[str, ...], *, quiet: bool) -> Iterator[RenderableType]:
    yield _marked("bad", glyphs, f"no plan: {_words.line(answer.reason)}")
    if quiet:
        return
    yield _indent(Text(f"asked for: {_words.asked(answer.target)}", style="dim"), 4)
    if answer.relax:
        yield Text("\nOne of these would have to give way:", style="bold")
    for row in answer.relax:
        yield _hanging("  - ", Text.assemble(_words.line(row.text), (f"  ({', '.join(row.constraints)})", "dim")))
    if answer.alternatives:
        yield Text("\nPlans that exist:", style="bold")
    for number, plan in enumerate(answer.alternatives, 1):
        basis = (f"  {plan.basis}", _BASIS[plan.basis])
        yield _hanging(f"{number:2}. ", Text.assemble(_words.title(plan.chosen), basis))
        first = alternatives.first(plan)
        yield from (_indent(Text(f"first: {line}"), 6) for line in first)
        again = alternatives.command(plan, answer, options)
        if again is not None:
            yield _Command(again, 6, _prompt(plan))
        elif not first:
            yield _indent(Text("first: take what has to give way out of the requirements file"), 6)


def _rejected(rows: tuple[Rejected, ...], *, verbose: bool) -> Iterator[RenderableType]:
    if not rows:
        return
    shown = rows if verbose else rows[:_NEAREST]
    yield Text("\nNot taken:", style="bold")
    for row in shown:
        yield _hanging("  - ", Text(f"{row.candidate}: {_words.line(row.because)}", style="dim"))
    if len(shown) < len(rows):
        yield Text(f"  - and {len(rows) - len(shown)} more (--verbose lists them)", style="dim")


def _marked(kind: str, glyphs: dict[str, str], text: str) -> RenderableType:
    style = _STYLE[kind]
    return _hanging(f"[{glyphs[kind]}] ", Text(_words.line(text), style=style), style=style)


def _hanging(mark: str, text: Text, *, style: str = "") -> Table:
    """Return a text whose further lines stand under its first."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark, style=style), text)
    return grid


class _Command(Text):
    """A command line, indented."""

    def __init__(self, line: str, by: int, prompt: str = "$") -> None:
        super().__init__(f"{' ' * by}{prompt} {line}", style="bold")


def _indent(part: RenderableType, by: int) -> Padding:
    return Padding(part, (0, 0, 0, by), expand=False)


def _prompt(plan: Plan) -> str:
    return "PS>" if plan.chosen.os == "windows" else "$"
