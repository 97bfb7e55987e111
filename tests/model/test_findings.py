"""Findings made of verdicts: one for each reason, the worst first, under names that have a page."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.model.models import a_graph, a_model, a_target, verdict
from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.model.answer import Judged
from tfdoctor.model.cures import Cure
from tfdoctor.model.findings import diagnosis, page_of, why
from tfdoctor.model.judge import Reason, Verdict
from tfdoctor.model.meant import natural
from tfdoctor.model.pages import PAGES
from tfdoctor.rules import RULES

ARG = "config-arg-from-newer-keras"
REFUSED = verdict("load_model", "fails", ARG, "TypeError", "('Keyword argument not understood:', 'groups')")
BARE = Verdict("load_model-nocompile", "fails", REFUSED.reason)
CURE = Cure("legacy-keras", "Do it.", remedies=(Remedy(kind="set-variable", text="Set it.", variable="A", value="1"),))


def judged(release: str, *verdicts: Verdict, cures: tuple[Cure, ...] = ()) -> Judged:
    return Judged(a_target(release), verdicts, cures)


def test_ways_that_fail_alike_are_one_finding() -> None:
    found = diagnosis(a_model(), [judged("2.3.4", REFUSED, BARE, cures=(CURE, CURE))])
    assert (found.status, len(found.findings)) == ("error", 1)
    first = found.findings[0]
    assert (first.code, first.name, first.verdict, first.severity) == ("TFD701", ARG, "broken", "error")
    assert first.message == (
        "In TensorFlow 2.3.4, keras.models.load_model and load_model with compile=False fails: "
        "TypeError: ('Keyword argument not understood:', 'groups')"
    )
    assert [row.fact for row in first.evidence] == ["model.load_model", "model.load_model-nocompile"]
    assert first.remedies == CURE.remedies


def test_releases_are_gathered() -> None:
    rows = [judged(release, REFUSED) for release in ("2.1.4", "2.2.3", "2.3.4")]
    found = diagnosis(a_model(), [*rows, judged("2.6.5", verdict("load_model", "loads"))])
    assert [row.message.partition(",")[0] for row in found.findings] == ["In TensorFlow 2.1.4"]
    assert "TensorFlow 2.2.3 and 1 more" in found.findings[0].message
    assert found.findings[0].evidence[0].fact == "model.2.1.load_model"


def test_another_way_makes_it_less_bad() -> None:
    found = diagnosis(a_model(), [judged("2.3.4", REFUSED, verdict("saved_model.load", "loads"))])
    assert (found.findings[0].severity, found.findings[0].verdict) == ("error", "degraded")


def test_a_way_that_it_is_not_meant_for_is_a_note() -> None:
    found = diagnosis(a_model(), [judged("2.3.4", verdict("load_model", "loads"), BARE)])
    assert (found.status, found.findings[0].severity) == ("note", "note")
    both = diagnosis(a_model(), [judged("2.6.5", verdict("load_model", "loads"), BARE), judged("2.3.4", REFUSED)])
    assert both.findings[0].severity == "error"  # the worst of the same reason


def test_a_difference_is_a_warning() -> None:
    row = Verdict("load_model", "differs", Reason("gru-reset-after-default"), "the outputs change")
    found = diagnosis(a_model(), [judged("2.0.4", row)])
    assert (found.status, found.findings[0].code) == ("warning", "TFD723")
    assert found.findings[0].message.endswith("loads otherwise: the outputs change")
    assert diagnosis(a_model(), [judged("2.0.4", Verdict("load_model", "differs"))]).status == "ok"


def test_what_is_undecided_is_skipped_with_its_reason() -> None:
    lacking = Reason("lambda-bytecode-python-mismatch", evidence=(Evidence(fact="python", value="not known"),))
    found = diagnosis(a_model(), [judged("2.3.4", Verdict("load_model", "undecided", lacking))])
    assert found.status == "ok"
    assert found.skipped[0].code == "TFD707"
    assert found.skipped[0].reason == "keras.models.load_model in TensorFlow 2.3.4: python: not known"
    assert why(Verdict("v1", "undecided")) == "the files do not tell"
    assert why(Verdict("v1", "undecided", Reason("", "", "it asks for code"))) == "it asks for code"


def test_a_name_without_a_page_is_the_doctors_fault() -> None:
    assert page_of("no-such-rule") == ("TFD002", "doctor")
    assert page_of("") == ("", "model-keras-config")


def test_the_pages_are_those_of_the_rules() -> None:
    families = {"model-keras-config", "model-graph"}
    assert {rule.name: (rule.code, rule.family.name) for rule in RULES if rule.family.name in families} == PAGES


def test_the_way_that_a_model_is_meant_for() -> None:
    ways = verdict("saved_model.load", "loads"), verdict("load_model", "fails"), verdict("tflite", "fails")
    assert natural(a_model(), ways) == ways[1]
    assert natural(a_graph(), ways) == ways[0]
    assert natural(a_model(), ()) is None
    assert natural(a_model(), [verdict("TFSMLayer", "loads")]) == verdict("TFSMLayer", "loads")


@pytest.mark.parametrize("path", sorted((Path(natural.__code__.co_filename).parent / "judge").rglob("*.py")), ids=str)
def test_names_in_the_judge_have_pages(path: Path) -> None:
    known = {rule.name for rule in RULES}
    named = set(re.findall(r'^[A-Z_0-9]+: Final = "([a-z0-9]+(?:-[a-z0-9]+){2,})"', path.read_text(), re.MULTILINE))
    named |= set(re.findall(r'(?:Reason|reason)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"', path.read_text()))
    assert named <= known
