"""The page of a saved model in a real browser: it fits, it is readable, it asks for nothing and runs nothing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.html.test_browser import CONTRAST, FOREIGN, THEMES
from tests.render.model.test_render import MANY, ONE, hostile, replace_targets, seen
from tfdoctor.model.answer import Answer
from tfdoctor.render.model.html import document

PAGES: dict[str, Callable[[], Answer]] = {
    "one": lambda: ONE,
    "many": lambda: MANY,
    "facts": lambda: Answer(ONE.model),
    "hostile": hostile,
    "hostile many": lambda: replace_targets(hostile()),
}


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What a page writes to the console and what it asks for, from now on."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    return said, asked


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_readable_and_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "report.html").write_text(document(seen(PAGES[name]())), encoding="utf-8")
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        said, asked = watched(page)
        page.goto((tmp_path / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            measured, poor = page.evaluate(CONTRAST)
            assert measured > 8
            assert poor == []
        found = page.evaluate(FOREIGN)
        assert (found["elements"], found["handlers"], found["targets"], found["bold"]) == ([], [], [], 1)
        assert (said, len(asked)) == ([], 1)
        context.close()
