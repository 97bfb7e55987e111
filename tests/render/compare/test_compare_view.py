"""The outward forms of a comparison."""

import io
import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace
from rich.console import Console

import tfdoctor
from tfdoctor import facts
from tfdoctor.facts import Distribution, LoadAttempt, Snapshot, TensorFlow, Variable
from tfdoctor.matrix import Matrix
from tfdoctor.render.compare import json_v1, text
from tfdoctor.render.compare.view import ComparisonView, Named, view
from tfdoctor.tickets import form, ticket
from tfdoctor.tickets.compare import compare

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "comparison.json").read_text())
MATRIX = Matrix.locate()
BAD, GOOD = (
    facts.decode((Path(__file__).parents[2] / "machines" / name / "snapshot.json").read_bytes())
    for name in ("debian12-cpu-tf2.10.1-numpy2", "debian12-cpu-tf2.21.0")
)


def made(a: Snapshot, b: Snapshot) -> ComparisonView:
    return view(Named("a.zip", a), Named("b", b, here=True), compare(a, b, MATRIX, debug=True), MATRIX)


def with_numpy(version: str) -> Snapshot:
    listed = facts.known(BAD.installation.distributions) or ()
    changed = tuple(replace(row, version=version) if row.name == "numpy" else row for row in listed)
    return replace(BAD, installation=replace(BAD.installation, distributions=changed))


def drawn(shown: ComparisonView, *, width: int = 100, encoding: str = "utf-8", **options: bool) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    text.show(Console(file=stream, width=width), shown, **options)
    stream.seek(0)
    return stream.read()


@pytest.mark.parametrize(
    ("a", "b"), [(GOOD, BAD), (GOOD, GOOD), (Snapshot(), GOOD), (ticket.snapshot(form.Ticket()), Snapshot())]
)
def test_json_follows_its_schema(a: Snapshot, b: Snapshot) -> None:
    document = json.loads(json_v1.document(made(a, b)))
    jsonschema.validate(document, SCHEMA)
    assert document["schema_version"] == 1
    counts = document["counts"]
    assert counts["certain"] + counts["suspicious"] + counts["harmless"] == len(document["differences"])


def test_json_has_the_finding_its_root_and_the_commands() -> None:
    document = json.loads(json_v1.document(made(with_numpy("1.23.5"), BAD)))
    [found] = document["findings"]
    assert (found["side"], found["finding"]["name"], found["facts"]) == ("b", "numpy2-abi", ["distributions.numpy"])
    assert found["proven"] is True
    [cure] = document["cures"]
    assert cure["remedy"]["commands"][-1] == "/home/user/env/bin/python -m pip install numpy==1.23.5"
    assert document["judgement"] == "certain"


def test_text_answers_first() -> None:
    report = drawn(made(with_numpy("1.23.5"), BAD))
    lines = report.splitlines()
    assert lines[0] == "[✗] B cannot import TensorFlow (numpy2-abi): numpy 2.2.6 where A has 1.23.5."
    assert "  numpy  1.23.5  2.2.6" in report
    assert "To make B like A in this: Install what A has. (cures numpy2-abi)" in report
    assert "tfdoctor plan --repair --python /home/user/env/bin/python" in report
    assert report.index("Findings that only one has") < report.index("Certain") < report.index("To make B like A")


def test_text_on_a_narrow_terminal_and_in_ascii() -> None:
    report = drawn(made(GOOD, BAD), width=50, encoding="ascii")
    assert report.startswith("[x] ")
    commands = [line for line in report.splitlines() if line.startswith("    $ ")]
    assert all(len(line) <= 50 for line in report.splitlines() if line not in commands)
    assert "  numpy\n    A  2.5.5\n    B  2.2.6" in report


def test_harmless_differences_are_counted_and_listed_on_request() -> None:
    shown = made(GOOD, BAD)
    number = shown.counts.harmless
    short, long = drawn(shown), drawn(shown, verbose=True)
    assert f"{number} harmless (--verbose lists them)" in short
    assert "Harmless: known to change nothing" not in short
    assert "Harmless: known to change nothing" in long
    assert "compat_matrix/locks.json" in long


def test_a_dump_is_repaired_on_its_own_machine() -> None:
    assert "$ tfdoctor plan --repair\n" in drawn(made(BAD, with_numpy("1.23.5")))


def test_gpus_and_unnamed_things_in_the_heads() -> None:
    env = {"gpus": [{"name": "RTX 3090"}], "driver_version": "430.40", "cuda_versions_found": "11.2", "os": "Linux"}
    old = ticket.snapshot(form.from_object({"environment": env | {"tf_version": "2.10.0"}}))
    bare = Snapshot()
    report = drawn(made(old, bare))
    assert "A  a.zip: TensorFlow 2.10.0, linux, RTX 3090, driver 430.40" in report
    assert "B  b: no TensorFlow found" in report
    assert "nothing is stated" in drawn(made(old, Snapshot(origin="ticket")))


def test_quiet_is_the_answer_alone() -> None:
    assert drawn(made(GOOD, GOOD), quiet=True).splitlines() == [
        "[✓] A and B do not differ in the 91 facts that are known of both."
    ]


def test_many_suspects_are_cut_and_unknown_facts_are_few_words() -> None:
    variables = tuple(Variable(name=f"TF_SWITCH_{number:02}", value="1") for number in range(20))
    report = drawn(made(GOOD, replace(GOOD, environ=(*(facts.known(GOOD.environ) or ()), *variables))))
    assert "and 8 more (--verbose lists them)" in report
    report = drawn(made(GOOD, ticket.snapshot(form.from_object({"environment": {"tf_version": "2.21"}}))))
    assert "not known of B (not observed), so not compared: CPUs, CPU features, cpu.model," in " ".join(report.split())


def test_what_was_seen_and_rules_that_could_not_decide() -> None:
    good = replace(with_numpy("1.23.5"), load=LoadAttempt(stages=(("import", "ok"),)))
    bad = replace(BAD, load=LoadAttempt(stages=(("import", "ImportError: numpy"),)))
    report = drawn(made(good, bad))
    assert "Seen to go otherwise" in report
    assert "ImportError: numpy" in report


def test_a_ticket_does_not_drive_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[31m[bold]x"
    b = Snapshot(
        origin="ticket",
        tensorflow=TensorFlow(version="2.10.0", distribution=evil),
        installation=facts.Installation(distributions=(Distribution(name=f"num{evil}", version=evil),)),
        environ=(Variable(name=evil, value=f"{evil}\n\r\nlast" + "x" * 1000),),
    )
    a = replace(b, environ=(Variable(name=evil, value="1"),), tensorflow=TensorFlow(version="2.9.0"))
    shown = view(Named(evil, a), Named(evil, b), compare(a, b, MATRIX), MATRIX)
    for report in (drawn(shown), drawn(shown, verbose=True), drawn(shown, quiet=True)):
        assert "\x1b" not in report
        assert "\x07" not in report
    assert "[bold]x" in drawn(shown)
