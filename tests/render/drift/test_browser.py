"""The page of a comparison in a real browser: it fits, it is readable, it asks for nothing and runs nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.render.drift.answers import code, hostile, releases
from tests.render.html.test_browser import CONTRAST, FOREIGN, THEMES
from tfdoctor.render.drift.html import document
from tfdoctor.render.drift.view import DriftView

PAGES: dict[str, Callable[[], DriftView]] = {"releases": releases, "code": code, "hostile": hostile}


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What a page writes to the console and what it asks for, from now on."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    return said, asked


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_readable_and_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "report.html").write_text(document(PAGES[name]()), encoding="utf-8")
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
            assert measured > 15
            assert poor == []
        found = page.evaluate(FOREIGN)
        assert (found["elements"], found["handlers"], found["targets"], found["bold"]) == ([], [], [], 1)
        assert (said, len(asked)) == ([], 1)
        context.close()


def test_drawings_have_names_and_their_marks_are_seen(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(document(code()), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    seen = [each for each in page.get_by_role("img").all() if each.is_visible()]
    names = page.evaluate("[...document.querySelectorAll('svg[role=img] > title')].map(each => each.textContent)")
    assert len(names) >= len(seen) > 0
    assert all(": " in name for name in names)
    colours = page.evaluate("""() => ['.before circle', '.after rect'].map(mark => {
      const style = getComputedStyle(document.querySelector('.numbers ' + mark));
      return style.stroke + style.fill;
    })""")
    assert len(set(colours)) == 2
    page.close()
