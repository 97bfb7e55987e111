"""The style of a report: one sheet for pages and notebooks, with the two themes put where each is asked for."""

from functools import cache
from pathlib import Path
from typing import Final

# Names are roles. Text on its ground has at least the contrast 4.5 in both themes (tests/render/html measures it).
_LIGHT: Final = (
    "color-scheme:light;--ground:#fbfaf7;--card:#ffffff;--sunk:#f3f1ec;--ink:#1d2125;--quiet:#5a6068;--line:#e2ded6;"
    "--strong:#c9c4b9;--link:#0b57a4;--error:#ab2320;--error-soft:#fbeceb;--warning:#855200;--warning-soft:#fbf1df;"
    "--note:#2a5b87;--note-soft:#e8f0f8;--ok:#1c6a3a;--ok-soft:#e7f3ea;"
)
_DARK: Final = (
    "color-scheme:dark;--ground:#15171a;--card:#1c1f23;--sunk:#24282d;--ink:#e8e6e1;--quiet:#a4a9b0;--line:#30353b;"
    "--strong:#474e56;--link:#8ab8f0;--error:#ff958c;--error-soft:#3a2020;--warning:#eebb62;--warning-soft:#362a14;"
    "--note:#97c3ee;--note-soft:#1c2c3c;--ok:#83d3a0;--ok-soft:#17301f;"
)
# A notebook has a theme of its own, whatever the system's is.
_LIGHT_NOTEBOOKS: Final = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
_DARK_NOTEBOOKS: Final = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')


@cache
def page_style() -> str:
    """Return the style of a page."""
    themes = f".tfd{{{_LIGHT}}}@media(prefers-color-scheme:dark){{.tfd{{{_DARK}}}}}@media print{{.tfd{{{_LIGHT}}}}}"
    return themes + _sheet("style.css") + _sheet("page.css")


@cache
def scoped_style() -> str:
    """Return the style of a report inside another page: every rule holds below its own class only."""
    light = ",".join(f"{place} .tfd" for place in _LIGHT_NOTEBOOKS)
    dark = ",".join(f"{place} .tfd" for place in _DARK_NOTEBOOKS)
    themes = f".tfd{{{_LIGHT}}}@media(prefers-color-scheme:dark){{.tfd{{{_DARK}}}}}{light}{{{_LIGHT}}}{dark}{{{_DARK}}}"
    return f"{themes}@media print{{.tfd,{light},{dark}{{{_LIGHT}}}}}{_sheet('style.css')}"


def _sheet(name: str) -> str:
    """A sheet without its comments and indentation."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    while (start := text.find("/*")) >= 0:
        text = text[:start] + text[text.index("*/", start) + 2 :]
    return "".join(line.strip() for line in text.splitlines())
