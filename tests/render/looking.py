"""What every page must pass in a real browser: it fits, it is readable, it asks for nothing and runs nothing."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.render.html.test_browser import CONTRAST, FOREIGN, THEMES


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What a page writes to the console and what it asks for, from now on."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    return said, asked


def check_page(browser: Browser, place: Path, least: int) -> None:
    """Look at a page at two widths and in both themes; `least` texts are measured at the least."""
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        said, asked = watched(page)
        page.goto(place.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            measured, poor = page.evaluate(CONTRAST)
            assert measured > least
            assert poor == []
        found = page.evaluate(FOREIGN)
        assert (found["elements"], found["handlers"], found["targets"], found["bold"]) == ([], [], [], 1)
        assert (said, len(asked)) == ([], 1)
        context.close()
