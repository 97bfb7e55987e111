"""How POSIX shells and PowerShell write the same things: words, values, paths of an environment."""

import re
import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tfdoctor.plan.model import Plan

_PLACEHOLDER = re.compile(r"(\{site\}|\{prefix\})")


class Dialect(NamedTuple):
    """The way of one shell.

    Attributes:
        name: "posix" or "powershell".
        quote: returns a word that the shell takes literally.
        escape: returns a text that is literal within double quotes.
        call: what stands before the path of a program.
        here: a folder of the working folder; `{}` stands for its name.
        python: path of the interpreter within an environment.
        conda_python: the same in a conda environment.
        site: site-packages within an environment; `{}` stands for Python's minor version.
        set: sets a variable to a value within double quotes.
        rest: the old value of a list, behind the new one.
        unset: removes a variable.
        delete: removes paths that may be gone already.
    """

    name: str
    quote: Callable[[str], str]
    escape: Callable[[str], str]
    call: str
    here: str
    python: str
    conda_python: str
    site: str
    set: str
    rest: str
    unset: str
    delete: str

    def joined(self, words: Iterable[str]) -> str:
        """Return words as one command line has them."""
        return " ".join(map(self.quote, words))

    def value(self, text: str, *, site: str, prefix: str) -> str:
        """Return a value for use within double quotes: its placeholders become the given expressions."""
        known = {"{site}": site, "{prefix}": prefix}
        return "".join(known.get(part) or self.escape(part) for part in _PLACEHOLDER.split(text))

    def path(self, text: str, *, site: str, prefix: str) -> str:
        """Return a path as one word; a literal one where it has no placeholder."""
        return f'"{self.value(text, site=site, prefix=prefix)}"' if _PLACEHOLDER.search(text) else self.quote(text)


def has_placeholder(text: str) -> bool:
    """Say whether a value names a folder of the environment."""
    return bool(_PLACEHOLDER.search(text))


def _power_word(word: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_./\\:=+~-]+", word) and not word.startswith("-")
    return word if plain else "'" + word.replace("'", "''") + "'"


POSIX = Dialect(
    name="posix",
    quote=shlex.quote,
    escape=lambda text: re.sub(r'([\\"$`])', r"\\\1", text),
    call="",
    here="$PWD/{}",
    python="bin/python",
    conda_python="bin/python",
    site="lib/python{}/site-packages",
    set='export {variable}="{value}"',
    rest="${{{variable}:+{between}${variable}}}",
    unset="unset {variable}",
    delete="rm -rf -- {paths}",
)
POWERSHELL = Dialect(
    name="powershell",
    quote=_power_word,
    escape=lambda text: re.sub(r'(["$`])', r"`\1", text),
    call="& ",
    here="${{PWD}}\\{}",
    python="Scripts\\python.exe",
    conda_python="python.exe",
    site="Lib\\site-packages",
    set='$env:{variable} = "{value}"',
    rest="$(if ($env:{variable}) {{ '{between}' + $env:{variable} }})",
    unset="Remove-Item Env:{variable} -ErrorAction SilentlyContinue",
    delete="Remove-Item -Recurse -Force -LiteralPath {paths} -ErrorAction SilentlyContinue",
)


def dialect(plan: Plan) -> Dialect:
    """Return the dialect of the shell that the plan's machine has."""
    return POWERSHELL if plan.chosen.os == "windows" else POSIX
