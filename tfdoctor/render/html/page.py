"""What all pages share: the page around a body with its policy, the order of its parts, its tables."""

import base64
import hashlib
from collections.abc import Sequence

from tfdoctor.render.html.element import Child, Markup, element, join, link
from tfdoctor.render.html.style import page_style

Section = tuple[str, str, Child]  # id, name, content


def page(name: str, body: Child) -> str:
    """Return a whole page around a body; its policy lets nothing in but its own style."""
    style = page_style()
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="referrer", content="no-referrer"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", name),
        element("style", Markup(style)),
    )
    skip = element("a", "To the report", href="#report", class_="skip")
    return f"<!DOCTYPE html>\n{element('html', head, element('body', skip, body, class_='tfd tfd-page'), lang='en')}\n"


def _hash(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def layout(verdict: Child, sections: Sequence[Section], origin: Child, *, prefix: str = "", level: int = 1) -> Markup:
    """Return a body: what it is and links to its parts, the verdict, the parts that have content, where it is from.

    A body that is no page of its own (its headings begin below 1) has no landmarks: the page around it has them.
    """
    whole = level == 1
    shown = [row for row in sections if row[2]]
    links = element("ul", (element("li", link(name, f"#{prefix}{key}")) for key, name, _ in shown))
    around = {"aria_label": "Parts of the report"} if whole else {}
    return join([
        element(
            "header",
            element("span", "tfdoctor", class_="brand"),
            element("nav" if whole else "div", links, class_="parts", **around),
            class_="top",
        ),
        element(
            "main" if whole else "div",
            verdict,
            (section(f"{prefix}{key}", name, body, level + 1) for key, name, body in shown),
            class_="report",
            id=f"{prefix}report",
            tabindex=-1 if whole else None,
        ),
        element("footer", origin),
    ])  # fmt: skip


def section(id_: str, name: str, body: Child, level: int) -> Markup:
    """Return one part with its heading."""
    return element("section", element(f"h{level}", name, id=id_), body, aria_labelledby=id_)


def made_by(tool: str, version: str, digest: str, more: str = "") -> Markup:
    """Return the sentence on what made the report."""
    said = f"Made by tfdoctor {tool} with the compatibility matrix of {version} "
    return element("p", said, element("span", f"({digest})", class_="quiet"), f".{more}")


def table(caption: str, head: tuple[str, ...], rows: list[tuple[Child, ...]]) -> Markup:
    """Return a table; the first cell of each row names it."""
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", (element("th", name, scope="col") for name in head))),
        element("tbody", (
            element("tr", element("th", first, scope="row"),
                    (element("td", cell, data_label=name or None) for name, cell in zip(head[1:], rest, strict=True)))
            for first, *rest in rows
        )),
    )  # fmt: skip
