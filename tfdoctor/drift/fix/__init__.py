"""Rewrites programs so that they keep their old behaviour: safe edits only, formatting and comments kept.

Needs libcst (the extra `fix`), which is imported when it is used. Nothing is written here: `plan` gives the new
contents, the command line writes them. `edit` has the values; `rewrite` changes one source, with `arguments` and
`names` for the kinds of edits; `notebook` puts a changed cell back into its notebook.
"""

from collections.abc import Sequence
from pathlib import Path

from tfdoctor.drift.fix.edit import Edit, FileFix, Refused
from tfdoctor.errors import UsageError

__all__ = ["Edit", "FileFix", "Refused", "plan"]


def plan(edits: Sequence[Edit]) -> list[FileFix]:
    """Return the new contents of the files that the edits are about, in the order of the files' paths.

    Edits that are not safe are left out and listed with their reasons.

    Raises:
        UsageError: libcst is not installed; the message names the extra.
    """
    try:
        from tfdoctor.drift.fix import whole
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "libcst":
            raise
        raise UsageError("rewriting programs needs libcst: install tfdoctor[fix]") from None
    wanted: dict[str, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        wanted.setdefault(edit.path, []).append(edit)
    return [whole.fixed(Path(path), wanted[path]) for path in sorted(wanted)]
