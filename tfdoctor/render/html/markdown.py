"""The little Markdown that the pages of rules are written in, as HTML: headings, paragraphs, lists, code."""

import re
from collections.abc import Iterator

from tfdoctor.render.html.element import Child, Markup, element, join, linked

_ITEM = re.compile(r"\n?^- ", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


def markdown(text: str, level: int) -> Markup:
    """Return a page without its first line; its headings become those of `level`."""
    blocks = re.split(r"\n{2,}|\n(?=## )|(?<=\n)(?=## )", text.partition("\n")[2].strip())
    return join(_block(block, level) for block in blocks if block.strip())


def _block(block: str, level: int) -> Iterator[Child]:
    head, _, rest = block.strip().partition("\n")
    if head.startswith("## "):
        yield element(f"h{level}", head[3:])
        head, rest = rest.strip(), ""
    text = f"{head}\n{rest}".strip()
    if text.startswith("- "):
        yield element("ul", (element("li", _inline(item)) for item in _ITEM.split(text) if item))
    elif text:
        yield element("p", _inline(text))


def _inline(text: str) -> Iterator[Child]:
    for number, part in enumerate(_CODE.split(text)):
        yield element("code", part) if number % 2 else linked(part)
