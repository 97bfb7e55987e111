"""The page of a saved model in a real browser: it fits, it is readable, it asks for nothing and runs nothing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.looking import check_page
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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_readable_and_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    (tmp_path / "report.html").write_text(document(seen(PAGES[name]())), encoding="utf-8")
    check_page(browser, tmp_path / "report.html", 8)
