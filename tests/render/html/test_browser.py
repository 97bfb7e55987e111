"""The reports in a real browser: what is seen, what is not run, what a keyboard and a reader reach."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tfdoctor.facts import Snapshot
from tfdoctor.render.html import document, fragment

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.html.pages import MATRIX, PAGES, broken_gpu, hostile, hostile_view, report, seen

Theme = Literal["light", "dark"]
WIDTHS = (390, 1280)
THEMES: tuple[Theme, ...] = ("light", "dark")

# The contrast of each text with what is painted behind it, as WCAG 2.2 counts it; large text may have less.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = text => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const behind = element => {
    if (element.ownerSVGElement) {
      const shape = element.parentElement.querySelector(':scope > rect, :scope > circle');
      const fill = shape && getComputedStyle(shape).fill;
      if (fill && fill !== 'none') return rgb(fill);
    }
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = []; let measured = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches('style, title, desc')) continue;
    const style = getComputedStyle(element);
    const ink = rgb(element.ownerSVGElement ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + .05) / (b + .05);
    measured += 1;
    if (ratio < (large ? 3 : 4.5)) poor.push([element.textContent.slice(0, 40), ratio]);
  }
  return [measured, poor];
}"""


@dataclass
class Looked:
    """A page that is open, and what happened while it was."""

    page: Page
    requests: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture
def look(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Looked]]:
    contexts: list[BrowserContext] = []

    def opened(html: str, width: int = 1280, theme: Theme = "light") -> Looked:
        path = tmp_path / "report.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        looked = Looked(page)
        page.on("request", lambda request: looked.requests.append(request.url))
        page.on("console", lambda message: looked.console.append(message.text))
        page.on("pageerror", lambda error: looked.console.append(str(error)))
        page.on("requestfinished", lambda request: looked.answered.append(request.url))
        page.on("dialog", lambda dialog: looked.dialogs.append(dialog.message))
        page.goto(path.as_uri())
        return looked

    yield opened
    for context in contexts:
        context.close()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_report_fits_is_readable_and_asks_for_nothing(look: Callable[..., Looked], name: str, width: int) -> None:
    looked = look(PAGES[name](), width)
    page = looked.page
    for theme, ground in (("light", "rgb(251, 250, 247)"), ("dark", "rgb(21, 23, 26)")):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        for opened in (False, True):
            page.evaluate(
                f"document.querySelectorAll('details').forEach(each => {{ each.open = {str(opened).lower()}; }})"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            measured, poor = page.evaluate(CONTRAST)
            assert measured > 15
            assert poor == []
    assert page.locator("h1").bounding_box() is not None
    assert looked.console == []
    assert looked.dialogs == []
    assert [url.rpartition("/")[2] for url in looked.requests] == ["report.html"]


FOREIGN = """() => ({
  elements: [...document.querySelectorAll('script, iframe, img, object, embed, link, base, form, input, button, video')]
    .map(each => each.outerHTML.slice(0, 80)),
  styles: document.querySelectorAll('style').length,
  metas: document.querySelectorAll('meta').length,
  bold: document.querySelectorAll('b, h1').length,
  handlers: [...document.querySelectorAll('*')].flatMap(each => [...each.attributes])
    .filter(each => /^on|^style$|^srcdoc$|^formaction$|^autofocus$/.test(each.name)).map(each => each.name),
  targets: [...document.querySelectorAll('[href], [src]')]
    .map(each => each.getAttribute('href') || each.getAttribute('src')).filter(each => !/^#|^https?:[/][/]/.test(each)),
  hit: window.hit === undefined ? null : window.hit,
})"""


@pytest.mark.parametrize("start", range(0, 21, 7))
@pytest.mark.parametrize("unknown", [False, True])
def test_nothing_that_a_field_holds_runs_or_becomes_markup(
    look: Callable[..., Looked],
    start: int,
    unknown: bool,  # noqa: FBT001  a parameter of the case
) -> None:
    looked = look(document(hostile_view(start), hostile(Snapshot, unknown=unknown, start=start), MATRIX))
    open_all(looked.page)
    for anchor in looked.page.locator("a[href*='evil']").all()[:5]:
        anchor.hover()
    found = looked.page.evaluate(FOREIGN)
    assert found == {
        "elements": [], "styles": 1, "metas": 5, "bold": 1, "handlers": [], "targets": [], "hit": None,
    }  # fmt: skip
    assert looked.console == []
    assert looked.dialogs == []
    assert len(looked.requests) == 1
    text = looked.page.locator("body").inner_text()
    assert "<script>window.hit = 1</script>" in text  # it is shown, as text
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(text)


def test_the_policy_stops_what_would_slip_through(look: Callable[..., Looked]) -> None:
    slipped = "<script>window.hit = 1</script><img src='http://evil.example/a.png' onerror='window.hit = 2'></main>"
    looked = look(PAGES["healthy"]().replace("</main>", slipped))
    assert looked.page.evaluate("window.hit === undefined")
    assert len(looked.answered) == 1
    assert any("Content Security Policy" in line for line in looked.console)


STRUCTURE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
  const named = each => each.getAttribute('aria-label') || (each.getAttribute('aria-labelledby') || '').split(' ')
    .map(id => document.getElementById(id)?.textContent || '').join(' ').trim();
  return {
    headings: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(each => +each.tagName[1]),
    landmarks: ['body > header', 'nav[aria-label]', 'main', 'body > footer'].map(
      each => document.querySelectorAll(each).length),
    twice: ids.filter((each, at) => ids.indexOf(each) !== at),
    lost: [...document.querySelectorAll('a[href^="#"]')].map(each => each.getAttribute('href').slice(1))
      .filter(each => !document.getElementById(each)),
    unnamed: [...document.querySelectorAll('section, article, [role]')].filter(each => !named(each)).length,
    scopeless: document.querySelectorAll('th:not([scope])').length,
    headless: [...document.querySelectorAll('table')].filter(each => !each.querySelector('thead th')).length,
    drawings: [...document.querySelectorAll('svg:not([aria-hidden])')].filter(
      each => !each.matches('[role=img]') || !each.querySelector('title') || !each.querySelector('desc')).length,
    language: document.documentElement.lang, title: document.title,
  };
}"""


@pytest.mark.parametrize("name", PAGES)
def test_a_reader_finds_headings_landmarks_and_names(look: Callable[..., Looked], name: str) -> None:
    found = look(PAGES[name]()).page.evaluate(STRUCTURE)
    headings = found.pop("headings")
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert found.pop("title").startswith("tfdoctor")
    assert found == {
        "landmarks": [1, 1, 1, 1], "twice": [], "lost": [], "unnamed": 0, "scopeless": 0, "headless": 0, "drawings": 0,
        "language": "en",
    }  # fmt: skip


def test_a_status_is_told_in_words_and_the_broken_joint_is_marked(look: Callable[..., Looked]) -> None:
    page = look(report(broken_gpu())).page
    assert page.locator(".verdict .badge").inner_text().split() == ["✕", "Broken"]
    marked = page.locator("svg.stack .joint.error .pill text").all_text_contents()
    assert "✕ TFD203" in marked
    assert "✕ TFD440" in marked
    description = page.locator("svg.stack desc").text_content() or ""
    assert "Driver and CUDA: broken (TFD203)" in description
    row = page.locator("tr", has=page.locator("th", has_text="Driver and CUDA"))
    assert row.locator("a").get_attribute("href") == "#finding-2"
    assert page.locator("#finding-2").inner_text().startswith("driver-too-old")
    # Findings come before the drawing, the drawing before the facts.
    tops = [page.locator(f"#{name}").bounding_box() for name in ("findings", "stack", "facts")]
    places = [box["y"] for box in tops if box]
    assert places == sorted(places)
    assert len(places) == 3


def test_the_keyboard_reaches_all_that_opens_scrolls_or_leads_on(look: Callable[..., Looked]) -> None:
    page = look(report(broken_gpu())).page
    wanted = page.evaluate("document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length")
    # What is folded is reached after it was opened.
    open_all(page)
    page.evaluate(
        "document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').forEach((e, at) => e.dataset.at = at)"
    )
    reached = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        at, ring = page.evaluate(
            "[document.activeElement.dataset.at, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert ring in {"solid", "auto"}
        reached.append(int(at))
    assert reached == list(range(wanted))
    assert page.locator("pre.command[tabindex='0']").count() == page.locator("pre.command").count() > 0
    page.locator("pre.command").first.click()
    assert page.evaluate("getSelection().toString().trim()").startswith("/home/user/env/bin/python")


@pytest.mark.parametrize("theme", THEMES)
def test_paper_shows_everything_in_dark_ink(look: Callable[..., Looked], theme: Theme) -> None:
    page = look(report(broken_gpu()), 800, theme).page
    folded = """[...document.querySelectorAll('details > :not(summary)')]
        .filter(each => !each.checkVisibility() || each.getBoundingClientRect().height === 0).length"""
    assert page.evaluate(folded) > 10
    page.emulate_media(media="print", color_scheme=theme)
    assert page.evaluate(folded) == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 33, 37)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CONTRAST)[1] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").count(b"/Type /Page") > 2


@pytest.mark.parametrize("jupyter", ["true", "false"])
def test_a_notebook_shows_it_and_keeps_its_own_look(look: Callable[..., Looked], jupyter: str) -> None:
    snapshot = broken_gpu()
    cells = [fragment(seen(item), item, MATRIX) for item in (snapshot, hostile(Snapshot))]
    around = "<h1>Mine</h1><table><tr><th>a</th></tr></table><pre>b</pre><details><summary>c</summary>d</details>"
    body = f"<body data-jp-theme-light='{jupyter}'><main>{around}"
    head = f"<!DOCTYPE html><html lang=en><title>Notebook</title>{body}"
    outer = """[...document.querySelectorAll('main > :is(h1, table, pre, details)')].map(
        each => [...getComputedStyle(each)].map(name => name + getComputedStyle(each).getPropertyValue(name)).join())"""
    alone = look(f"{head}</main>", 900).page.evaluate(outer)
    looked = look("".join((head, *(f"<div class=output>{cell}</div>" for cell in cells), "</main>")), 900, "light")
    page = looked.page
    assert len(alone) == 4
    assert page.evaluate(outer) == alone
    assert page.evaluate(STRUCTURE)["twice"] == []
    assert page.evaluate(STRUCTURE)["lost"] == []
    assert page.evaluate(STRUCTURE)["headings"][1] == 3
    assert page.locator("main").count() == 1
    grounds = page.evaluate("[...document.querySelectorAll('.tfd')].map(e => getComputedStyle(e).backgroundColor)")
    assert set(grounds) == {"rgb(251, 250, 247)" if jupyter == "true" else "rgb(21, 23, 26)"}
    open_all(page)
    assert page.evaluate(CONTRAST)[1] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    assert page.evaluate("window.hit === undefined")
    assert looked.console == []
    assert not any(word in cells[0] for word in ("<html", "<head>", "<body", "<script", "<main"))
