"""Builds HTML so that no text can become markup: what is not Markup is escaped, wherever it stands."""

import html
import re
from collections.abc import Iterable
from typing import TypeAlias, Union

from tfdoctor.render.safe import safe

Child: TypeAlias = Union[str, Iterable["Child"], None]  # noqa: UP007  a name in quotes takes no "|"
Attribute: TypeAlias = str | int | float | bool | None

# Elements without content in HTML; those of SVG are closed in the same way as any other.
_VOID = frozenset({"br", "hr", "meta", "col"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>\"'`;,]*[^\s<>\"'`;,.)])?")
# Python's way of carrying bytes that are no text, and what is no character: no page can hold them.
_NOTHING = re.compile("[\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already; made by `element` and by nothing that holds foreign text."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Return one element; "_" in an attribute's name stands for "-", and a "_" at its end is dropped.

    None and False leave an attribute out, True writes its name alone.
    """
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{head}>" if name in _VOID else f"<{head}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """Return children, nested ones too, one after the other."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, str):
            parts.append(child if isinstance(child, Markup) else escape(child))
        elif child is not None:
            parts.append(join(child))
    return Markup("".join(parts))


def escape(text: str) -> Markup:
    """Return a text as HTML: the one place through which foreign text goes."""
    return Markup(html.escape(visible(text), quote=True))


def visible(text: str) -> str:
    """Return a text with characters that steer terminals, parsers or the direction of writing made visible."""
    return _NOTHING.sub("\ufffd", safe(text.replace("\r\n", "\n")))


def link(text: Child, target: str) -> Markup:
    """Return a link to a place of this page ("#…") or to the web; other targets leave the text alone."""
    if target.startswith("#"):
        return element("a", text, href=target)
    if _WEB.fullmatch(target):
        return element("a", text, href=target, rel="noopener noreferrer")
    return join([text])


def linked(text: str) -> Markup:
    """Return a text whose addresses of the web are links."""
    parts: list[Child] = []
    end = 0
    for found in _WEB.finditer(text):
        parts += [text[end : found.start()], link(found.group(), found.group())]
        end = found.end()
    return join([*parts, text[end:]])


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    plain = name.removesuffix("_").replace("_", "-")
    if _NAME.fullmatch(plain) is None:
        raise ValueError(f"{name!r} is no attribute")
    return f" {plain}" if value is True else f' {plain}="{escape(str(value))}"'
