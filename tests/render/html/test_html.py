"""The parts of a report without a browser: escaping, the stack, bounds, and what is said where."""

import re
import sys
from pathlib import Path

import msgspec
import pytest

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Distribution,
    Driver,
    Gpu,
    Installation,
    Interpreter,
    Snapshot,
    System,
    TensorFlow,
)
from tfdoctor.render.html import document, fragment, summary
from tfdoctor.render.html.document import headline, verdict
from tfdoctor.render.html.drawing import described, drawing
from tfdoctor.render.html.element import Markup, element, escape, join, link, linked, visible
from tfdoctor.render.html.facts import bounded, facts, title
from tfdoctor.render.html.joints import ORDER, joint
from tfdoctor.render.html.markdown import markdown
from tfdoctor.render.html.stack import Stack, stack
from tfdoctor.render.view import DiagnosisView, SkippedView
from tfdoctor.rules import RULES
from tfdoctor.tickets.summary import Tally

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.html.pages import (
    HOSTILE,
    MACHINES,
    MATRIX,
    broken_gpu,
    counted,
    golden,
    hostile,
    report,
    seen,
    texts_of,
)


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = element("b", "<&>\"'", title='"x"', hidden=True, lang=None)
    assert inner == '<b title="&quot;x&quot;" hidden>&lt;&amp;&gt;&quot;&#x27;</b>'
    assert element("p", inner, ["a", None, ("b",)], data_label="c", class_="d") == (
        f'<p data-label="c" class="d">{inner}ab</p>'
    )
    assert element("br") == "<br>"
    assert isinstance(join([escape("<"), "<"]), Markup)
    with pytest.raises(ValueError, match="is no attribute"):
        element("p", **{"x onload": "1"})


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_an_element_or_leaves_its_attribute(text: str) -> None:
    plain = re.sub(r"&(?:amp|lt|gt|quot|#x27);", "", escape(text))
    assert not set(plain) & set("<>\"'&")
    escape(text).encode()  # no half characters


def test_what_steers_a_reader_is_made_visible() -> None:
    assert visible("a\x1b[1m\0\r\nb\tc") == "a\\x1b[1m\\x00\nb\tc"
    assert visible("\u202ea\ud800") == "\\u202ea\ufffd"


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("#a", True), ("https://a.example/b?c=d#e", True), ("http://a.example:80", True), ("javascript:x", False),
        ("//a.example", False), ('https://a.example/"x', False), ("data:text/html,x", False), ("file:///etc", False),
        (" https://a.example", False), ("HTTPS://a.example", False),
    ],
)  # fmt: skip
def test_links_lead_to_this_page_or_the_web(target: str, leads: bool) -> None:  # noqa: FBT001  a parameter of the case
    assert ("href" in link("a", target)) is leads


def test_addresses_in_a_text_become_links() -> None:
    found = linked("own runs; https://a.example/1, (https://b.example/2).")
    assert re.findall('href="([^"]+)"', found) == ["https://a.example/1", "https://b.example/2"]
    assert found.endswith("</a>).")


def test_pages_of_rules_become_html() -> None:
    made = markdown("Title.\n\n## Why\nA `b` and\nc.\n\n- one\n- `two`\n\n## Sources\nhttps://a.example/x", 4)
    assert made == (
        "<h4>Why</h4><p>A <code>b</code> and\nc.</p><ul><li>one</li><li><code>two</code></li></ul><h4>Sources</h4>"
        '<p><a href="https://a.example/x" rel="noopener noreferrer">https://a.example/x</a></p>'
    )
    for rule in RULES:
        assert markdown(rule.page, 4).count("<h4>") == rule.page.count("\n## ")


# --- the stack ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_finding_lies_at_a_joint_from_the_hardware_up(rule: object) -> None:
    pair = joint(rule.name, rule.family.name)  # type: ignore[attr-defined]  # a Rule
    if pair is not None:
        assert ORDER.index(pair[0]) <= ORDER.index(pair[1])


def test_every_family_of_errors_about_the_environment_has_its_joint() -> None:
    without = {rule.family.name for rule in RULES if joint(rule.name, rule.family.name) is None}
    assert all(name in {"doctor", "harmless"} or name.startswith(("model", "drift")) for name in without)


def drawn(snapshot: Snapshot) -> Stack:
    return stack(seen(snapshot), snapshot, MATRIX)


def test_the_stack_of_a_gpu_machine_says_what_is_there_and_what_is_needed() -> None:
    made = drawn(broken_gpu())
    said = {box.part: (box.said, box.needed) for box in made.boxes}
    assert list(said) == list(ORDER)
    assert said["gpu"] == ("2 x NVIDIA GeForce RTX 3090 (8.6)", "one of 3.5, 5.0, 6.0, 7.0, 7.5, PTX 8.0")
    assert said["driver"] == ("450.51.06, serves CUDA 11.0", "450.80.02 or newer")
    assert said["cuda"] == ("11.4.120", "11.2")
    assert said["python"] == ("3.9.18, venv", "3.6 to 3.9") or said["python"][0] == "3.9.18, venv"
    states = {row.between: row.state for row in (*made.neighbours, *made.others)}
    assert states["driver", "cuda"] == "error"
    assert states["tensorflow", "distributions"] == "error"
    assert states["python", "system"] == "ok"


def test_a_build_without_cuda_has_a_short_stack_unless_a_gpu_is_there() -> None:
    cpu = Snapshot(
        origin="ticket",
        system=System(os="linux", arch="x86_64"),
        interpreter=Interpreter(version="3.10.4"),
        tensorflow=TensorFlow(version="2.10.0", distribution="tensorflow-cpu"),
    )
    assert [box.part for box in drawn(cpu).boxes] == ["tensorflow", "distributions", "python", "system"]
    with_gpu = msgspec.structs.replace(cpu, accelerators=Accelerators(gpus=(Gpu(name="RTX 3090"),)))
    made = drawn(with_gpu)
    assert [box.part for box in made.boxes] == list(ORDER)
    assert [row.between for row in made.others] == [("gpu", "tensorflow")]
    assert "TFD408" in drawing(made, "")


def test_what_is_not_known_is_never_called_fine() -> None:
    made = drawn(Snapshot(origin="ticket"))
    assert {row.state for row in made.neighbours} == {"unknown"}
    assert {box.presence for box in made.boxes} == {"unknown"}
    none = drawn(golden("debian12-cpu-tf2.21.0"))
    states = {row.between: row.state for row in none.neighbours}
    assert states["gpu", "driver"] == "idle"  # no GPU, no driver: nothing to be right or wrong
    assert "GPU: none" in described(none)


def test_an_amd_gpu_is_shown() -> None:
    snapshot = msgspec.structs.replace(
        broken_gpu(), accelerators=Accelerators(gpus=(Gpu(name="RX 6800", vendor="amd"),), driver=ABSENT)
    )
    made = drawn(snapshot)
    assert made.boxes[0].said == "RX 6800"
    assert made.boxes[1].presence == "absent"


def test_many_distant_joints_take_three_lanes_and_the_table_names_all() -> None:
    base = seen(broken_gpu())
    names = ("gpu-cc-too-old", "cudnn-too-new-for-gpu", "cuda-libs-missing", "os-too-old", "python-version-no-wheel")
    families = ("driver", "cuda", "cuda", "platform", "python-version")
    rows = tuple(
        msgspec.structs.replace(base.findings[0], name=name, family=family, code=f"TFD99{at}")
        for at, (name, family) in enumerate(zip(names, families, strict=True))
    )
    view = msgspec.structs.replace(base, findings=(*rows, rows[0], rows[0]))
    made = stack(view, broken_gpu(), MATRIX)
    assert len(made.others) == 5
    assert drawing(made, "").count('class="pill') == 3
    assert "TFD990+2" in drawing(made, "")
    page = document(view, broken_gpu(), MATRIX)
    assert all(f"TFD99{at} {name}" in page for at, name in enumerate(names))


def test_facts_that_break_a_box_do_not_cost_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = broken_gpu()
    view = seen(snapshot)

    def fails(*_: object) -> None:
        raise ValueError("no version in 'x'")

    monkeypatch.setattr("tfdoctor.render.html.stack._driver", fails)
    monkeypatch.setattr("tfdoctor.rules._cuda.Cuda.is_cuda", property(fails))
    assert next(box for box in stack(view, snapshot, MATRIX).boxes if box.part == "driver").presence == "unknown"


def test_a_joint_whose_rule_could_not_decide_is_not_known() -> None:
    snapshot = golden("debian12-cpu-tf2.21.0")
    view = seen(snapshot)
    row = SkippedView(code="TFD440", name="protobuf-too-new", reason="nobody looked")
    before = {joint.between: joint.state for joint in drawn(snapshot).neighbours}
    after = stack(msgspec.structs.replace(view, skipped=(row,)), snapshot, MATRIX).neighbours
    assert before["tensorflow", "distributions"] == "ok"
    assert {joint.between: joint.state for joint in after}["tensorflow", "distributions"] == "unknown"
    assert "nobody looked" in document(msgspec.structs.replace(view, skipped=(row,)), snapshot, MATRIX)


def test_what_was_understood_and_many_findings_at_one_joint_are_told() -> None:
    snapshot = broken_gpu()
    view = seen(snapshot)
    understood = (Evidence(fact="environment.tf_version", value="2.6.4", source="line 12"),)
    page = document(
        msgspec.structs.replace(view, understood=understood, findings=(*(view.findings[0],) * 7, *view.findings)),
        snapshot,
        MATRIX,
    )
    assert "environment.tf_version" in page
    assert "line 12" in page
    assert "and 3 more" in page or "and 4 more" in page


def test_what_runs_in_part_is_not_called_broken() -> None:
    view = seen(broken_gpu())
    assert verdict(view) == "Broken"
    slow = tuple(msgspec.structs.replace(row, verdict="degraded") for row in view.findings)
    assert verdict(msgspec.structs.replace(view, findings=slow)) == "Works in part"
    assert verdict(seen(golden("debian12-cpu-tf2.21.0"))) == "No fault found"


# --- the facts ----------------------------------------------------------------------------------------


def test_every_text_of_a_snapshot_is_on_the_page() -> None:
    snapshot = hostile(Snapshot)
    page = document(seen(golden("debian12-cpu-tf2.21.0")), snapshot, MATRIX)
    short = {text for text in texts_of(snapshot) if text in HOSTILE and len(text) < 500 and "\n" not in text}
    assert len(short) > 15
    for text in short:
        assert escape(" ".join(text.split())) in page


def test_ten_thousand_distributions_and_a_long_log_stay_bounded() -> None:
    many = tuple(Distribution(name=f"name-{number}", version="1.0", location="/env") for number in range(10_000))
    log = "".join(f"line {number}\n" for number in range(100_000))
    page = report(Snapshot(origin="ticket", installation=Installation(distributions=many), log=log))
    assert len(page) < 400_000
    assert "And 9600 more" in page
    assert "line 0\n" in page
    assert "line 99999" in page
    assert "characters are left out here" in page
    assert bounded("short") == "short"


def test_many_findings_and_skipped_rules_stay_bounded() -> None:
    view = seen(broken_gpu())
    view = msgspec.structs.replace(view, findings=view.findings * 200, remarks=("One field is ignored.",))
    page = document(view, broken_gpu(), MATRIX)
    assert page.count("<article") == 200
    assert "more, which the JSON output has" in page
    assert "One field is ignored." in page


def test_names_of_fields_are_words() -> None:
    assert [title(name) for name in ("cuda_version", "os_version", "git_version", "memory_bytes", "libc_version")] == [
        "CUDA version", "OS version", "Git version", "Memory", "C library version",
    ]  # fmt: skip
    assert list(facts(Snapshot(), 3)) == []


# --- the page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("A short sentence.", "A short sentence"),
        ("The GPU has capability 3.0; this build needs 3.5.", "The GPU has capability 3.0; this build needs 3.5"),
        (f"The build that is here opens libcudnn.so.7, but {'x ' * 90}", "The build that is here opens libcudnn.so.7"),
        ("x" * 1000, "x" * 300 + "…"),
    ],
)
def test_the_headline_is_the_cause_in_one_sentence(message: str, said: str) -> None:
    view = seen(broken_gpu())
    first = msgspec.structs.replace(view.findings[0], message=message)
    assert headline(msgspec.structs.replace(view, findings=(first,))) == said


def test_the_headline_of_what_is_fine_claims_no_more_than_is_known() -> None:
    assert headline(seen(golden("debian12-cpu-tf2.21.0"))) == "Nothing wrong was found"
    assert headline(seen(Snapshot(origin="ticket"))) == "Nothing wrong was found in what the ticket states"
    noted = msgspec.structs.replace(seen(broken_gpu()), status="note")
    assert headline(noted) == "Nothing needs to be fixed"


def test_a_report_holds_no_script_and_its_policy_no_exception() -> None:
    page = report(broken_gpu())
    assert "<script" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert re.fullmatch(
        r"default-src &#x27;none&#x27;; style-src &#x27;sha256-[\w+/]{43}=&#x27;; base-uri &#x27;none&#x27;; "
        r"form-action &#x27;none&#x27;",
        policy[1],
    )
    assert page == report(broken_gpu())
    assert len(page) < 120_000


def test_every_rule_of_a_cells_style_holds_below_its_class_only() -> None:
    view, snapshot = seen(broken_gpu()), broken_gpu()
    cell = fragment(view, snapshot, MATRIX)
    sheet = re.search("<style>(.*?)</style>", cell, re.DOTALL)
    assert sheet is not None
    rules = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", sheet[1])
    selectors = [one for rule in re.findall(r"([^{}]+)\{", rules) for one in re.split(r",(?![^(]*\))", rule)]
    assert len(selectors) > 100
    assert all(re.search(r"\.tfd(?:-cell)?\b", selector) for selector in selectors)


def test_a_summary_counts_and_leads_to_what_findings_mean() -> None:
    page = summary(counted())
    assert "12 tickets diagnosed; 1 could not be read" in page
    assert "it is no zip" in page
    assert 'href="#meaning-TFD440"' in page
    assert 'id="meaning-TFD440"' in page
    assert ">4</td>" in page
    empty = summary(Tally().summary(MATRIX))
    assert "0 tickets diagnosed" in empty


def test_a_summary_of_many_kinds_stays_bounded() -> None:
    some = counted()
    about = some.findings[0]
    kinds = tuple(msgspec.structs.replace(about, name=f"name-{at}", primary=1) for at in range(300))
    releases = tuple(msgspec.structs.replace(some.releases[0], release=f"2.{at}") for at in range(300))
    page = summary(msgspec.structs.replace(some, findings=kinds, releases=releases, rejected=900))
    assert "And 260 rarer ones" in page
    assert "And 276 releases with fewer tickets" in page
    assert "And 899 more." in page
    assert len(page) < 200_000


# --- the golden machines ------------------------------------------------------------------------------


def outline(view: DiagnosisView, snapshot: Snapshot) -> str:
    """The headings of the page and the stack in words: small enough to read in a review."""
    page = document(view, snapshot, MATRIX)
    headings = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", page)
    lines = [f"{'#' * int(level)} {re.sub('<[^>]+>', '', text)}" for level, text in headings]
    return "\n".join([*lines, "", *described(drawn(snapshot)).split(". ")]) + "\n"


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in MACHINES.glob("*/snapshot.json")), ids=lambda p: p.name
)
def test_a_machine_gives_its_page(folder: Path, pytestconfig: pytest.Config) -> None:
    snapshot = golden(folder.name)
    made = outline(seen(snapshot), snapshot)
    if pytestconfig.getoption("--update-golden"):
        (folder / "page.txt").write_text(made)
    assert made == (folder / "page.txt").read_text()


def test_driver_facts_alone_are_enough_for_a_page() -> None:
    page = report(Snapshot(origin="ticket", accelerators=Accelerators(driver=Driver(version="535.54.03"))))
    assert "535.54.03" in page
