"""SARIF: the official schema, what GitHub asks of a file besides, and fingerprints that last."""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import Snapshot
from tfdoctor.render import sarif
from tfdoctor.render.view import DiagnosisView
from tfdoctor.rules import RULES

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.render.html.pages import MACHINES, broken_gpu, golden, hostile, hostile_view, seen

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
replace = msgspec.structs.replace


def read(*views: DiagnosisView) -> Any:
    """The one run of a log, after what the standard and GitHub ask of it."""
    log = json.loads(sarif.document(views))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert len(rule["shortDescription"]["text"]) <= 1024 >= len(rule["fullDescription"]["text"])
        assert len(rule["name"]) <= 255
    for result in run["results"]:
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"]
        assert set(place["physicalLocation"]["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    return run


def test_a_diagnosis_becomes_a_run() -> None:
    run = read(seen(golden("debian12-cpu-tf2.6.4-protobuf6")))
    first = run["results"][0]
    assert first["ruleId"] == "TFD440"
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "TFD440"
    assert first["level"] == "error"
    assert first["message"]["text"].startswith("TensorFlow 2.6.4 cannot be imported")
    assert "To do:\n- Install protobuf==3.19.6." in first["message"]["text"]
    assert first["properties"]["primary"]
    assert run["results"][1]["level"] == "warning"
    assert not run["results"][1]["properties"]["primary"]
    place = first["locations"][0]
    assert place["physicalLocation"]["artifactLocation"] == {
        "uri": "lib/python3.9/site-packages/tensorflow", "uriBaseId": "ENVIRONMENT",
    }  # fmt: skip
    assert run["originalUriBaseIds"]["ENVIRONMENT"]["uri"] == "file:///home/user/env/"
    assert {"fullyQualifiedName": "distributions.protobuf", "name": "protobuf", "kind": "module"} in (
        place["logicalLocations"]
    )


def test_all_rules_are_described_and_what_could_not_be_decided_is_told() -> None:
    view = seen(Snapshot(origin="ticket"))
    run = read(replace(view, skipped=(*hostile_view().skipped, *seen(broken_gpu()).skipped)))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    assert run["results"] == []
    assert len(run["invocations"][0]["toolExecutionNotifications"]) >= 2


def fingerprints(view: DiagnosisView) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in read(view)["results"]]


def test_fingerprints_outlast_versions_messages_and_paths() -> None:
    view = seen(broken_gpu())
    elsewhere = tuple(
        replace(
            row,
            message="other words",
            evidence=tuple(replace(item, value="other", source=f"/srv/x{item.source}") for item in row.evidence),
        )
        for row in view.findings
    )
    again = replace(view, findings=elsewhere, subject=replace(view.subject, executable="/srv/x/bin/python"))
    assert fingerprints(view) == fingerprints(again)
    assert len(set(fingerprints(view))) == len(view.findings)


def test_fingerprints_tell_findings_and_tickets_apart() -> None:
    view = seen(broken_gpu())
    twice = replace(view, findings=(view.findings[0], view.findings[0]))
    one, other = fingerprints(twice)
    assert (one.partition(":")[0], one[-2:], other[-2:]) == (other.partition(":")[0], ":1", ":2")
    assert not set(fingerprints(view)) & set(fingerprints(replace(view, id="ticket 1")))
    row = replace(view.findings[0], evidence=(Evidence(fact="distributions.numpy", value="1"),))
    assert fingerprints(replace(view, findings=(row,))) != fingerprints(view)[:1]


def test_many_tickets_are_one_run_and_too_many_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    view = seen(broken_gpu())
    views = [replace(view, id=f"ticket {number}") for number in range(4)]
    run = read(*views)
    assert len(run["results"]) == 4 * len(view.findings)
    assert run["results"][-1]["properties"]["ticket"] == "ticket 3"
    assert "originalUriBaseIds" not in run
    monkeypatch.setattr(sarif, "RESULTS_PER_RUN", 5)
    runs = json.loads(sarif.document(views))["runs"]
    assert [len(each["results"]) for each in runs[:-1]] == [5] * (len(runs) - 1)
    assert sum(len(each["results"]) for each in runs) == 4 * len(view.findings)
    assert json.loads(sarif.document([]))["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("executable", "source", "artifact", "base"),
    [
        (r"C:\my env\Scripts\python.exe", r"C:\my env\Lib\site-packages", ("Lib/site-packages", "ENVIRONMENT"),
         "file:///C:/my%20env/"),
        ("/e/bin/python3.9", "/usr/lib/ü", ("file:///usr/lib/%C3%BC", None), "file:///e/"),
        ("/e/bin/python3.9", "log line 3", ("bin/python3.9", "ENVIRONMENT"), "file:///e/"),
        ("/bin/python", "", ("bin/python", "ENVIRONMENT"), "file:///"),
        ("python", "", ("machine/environment", None), None),
        ("/e/bin/pypy", "", ("file:///e/bin/pypy", None), None),
        (None, "C:relative", ("machine/environment", None), None),
    ],
)  # fmt: skip
def test_places_are_addresses(
    executable: str | None, source: str, artifact: tuple[str, str | None], base: str | None
) -> None:
    view = seen(broken_gpu())
    row = replace(view.findings[0], evidence=(Evidence(fact="distributions.a", value="1", source=source),))
    run = read(replace(view, findings=(row,), subject=replace(view.subject, executable=executable)))
    found = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (found["uri"], found.get("uriBaseId")) == artifact
    assert run.get("originalUriBaseIds", {}).get("ENVIRONMENT", {}).get("uri") == base


def test_a_ticket_without_paths_has_a_place_too() -> None:
    view = seen(Snapshot(origin="ticket", log="ImportError: libcudart.so.11.0: cannot open shared object file"))
    assert view.findings
    run = read(replace(view, id="a b/ü"))
    assert {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in run["results"]} == {
        "ticket/a-b--"
    }


@pytest.mark.parametrize("start", range(0, 20, 4))
def test_hostile_texts_stay_texts(start: int) -> None:
    read(hostile_view(start), hostile(DiagnosisView, start=start))
    sarif.document([hostile_view(start)]).encode("ascii")


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in MACHINES.glob("*/snapshot.json")), ids=lambda p: p.name
)
def test_a_machine_gives_its_results(folder: Path, pytestconfig: pytest.Config) -> None:
    made = json.dumps(read(seen(golden(folder.name)))["results"], indent=1) + "\n"
    made = (
        "\n".join(line for line in made.splitlines() if '"ruleIndex"' not in line) + "\n"
    )  # moves with every new rule
    if pytestconfig.getoption("--update-golden"):
        (folder / "results.sarif").write_text(made)
    assert made == (folder / "results.sarif").read_text()
