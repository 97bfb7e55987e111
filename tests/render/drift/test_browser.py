"""The page of a comparison in a real browser: it fits, it is readable, it asks for nothing and runs nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.render.drift.answers import code, hostile, releases
from tests.render.looking import check_page
from tfdoctor.render.drift.html import document
from tfdoctor.render.drift.view import DriftView

PAGES: dict[str, Callable[[], DriftView]] = {"releases": releases, "code": code, "hostile": hostile}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_readable_and_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "report.html").write_text(document(PAGES[name]()), encoding="utf-8")
    check_page(browser, tmp_path / "report.html", 15)


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
