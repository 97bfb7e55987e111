"""A fingerprint for people: what this machine computes otherwise, the largest difference first."""

from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tfdoctor.render.fingerprint.view import FingerprintView
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.text import speaks_unicode

_SHOWN: Final = 20


def show(console: Console, answer: FingerprintView, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print the comparison; `quiet` leaves the names, `verbose` names what is the same and what is not known."""
    shown = harmless(answer)
    unicode = speaks_unicode(console)
    subject = shown.subject
    versions = [f"TensorFlow {subject.tensorflow}", *(f"Python {subject.python}" for _ in [0] if subject.python)]
    console.print(Text(line(f"{', '.join(versions)}, {subject.executable}"), style="bold"))
    for remark in shown.remarks:
        console.print(Text(line(f"remark: {remark}"), style="dim"))
    rows = shown.differences if verbose else shown.differences[:_SHOWN]
    for row in rows:
        glyph = "≠" if unicode else "!="
        console.print(Text.assemble((f"[{glyph}] {line(row.experiment)}", "bold yellow"), f"  {row.size:.2%} apart"))
        if not quiet:
            for said in (row.what, f"here      {row.here}", f"reference {row.reference}"):
                console.print(Padding(Text(line(said)), (0, 0, 0, 4), expand=False))
    if len(rows) < len(shown.differences):
        console.print(Text(f"and {len(shown.differences) - len(rows)} more (--verbose)", style="dim"))
    if verbose:
        for name in shown.same:
            console.print(Text(line(f"  same     {name}"), style="dim"))
        for name in shown.unknown:
            console.print(Text(line(f"  unknown  {name}"), style="dim"))
    total = len(shown.same) + len(shown.differences)
    if subject.reference and total:
        glyph = ("✓" if unicode else "+") if not shown.differences else "!"
        said = f"{len(shown.same)} of {total} experiments give what TensorFlow {subject.reference} gave elsewhere"
        console.print(Text(f"[{glyph}] {said}", style="bold green" if not shown.differences else "bold yellow"))
