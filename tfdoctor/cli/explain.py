"""`tfdoctor explain`: print a rule's page."""

import difflib
from typing import Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.errors import UsageError


def explain(
    rule: Annotated[str | None, typer.Argument(metavar="[CODE|NAME]", help="E.g. TFD302 or cudnn-missing.")] = None,
) -> None:
    """Print the page of a rule; without an argument, list all rules."""
    from tfdoctor.render import pages
    from tfdoctor.rules import RULES

    if rule is None:
        _output.emit(pages.index(RULES))
        return
    wanted = rule.strip().lower()
    for candidate in RULES:
        if wanted in (candidate.code.lower(), candidate.name):
            _output.emit(pages.page(candidate))
            return
    names = [word for candidate in RULES for word in (candidate.code.lower(), candidate.name)]
    near = difflib.get_close_matches(wanted, names, n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else "; `tfdoctor explain` lists all"
    raise UsageError(f"no rule has the code or name {rule!r}{hint}")
