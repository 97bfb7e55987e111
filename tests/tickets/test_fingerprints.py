"""What `tfdoctor fingerprint --format json` wrote, read again: by this version, of older and newer ones, damaged."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

import tfdoctor
from tests.measured import MATRIX, fingerprint, row
from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Finding
from tfdoctor.drift.fingerprint import compare, diagnosis
from tfdoctor.facts import Fingerprint, Snapshot, Unknown, known
from tfdoctor.facts.tolerant import decode_tolerantly
from tfdoctor.matrix.behaviour import Outcome
from tfdoctor.matrix.fingerprints import beside
from tfdoctor.render.fingerprint import json_v1
from tfdoctor.render.fingerprint.view import view
from tfdoctor.tickets import fingerprints
from tfdoctor.tickets.read import Rejected, read_inputs, read_one
from tfdoctor.tickets.redact import Identity, Redactor

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "fingerprint.json").read_text())


def document(found: Fingerprint) -> dict[str, Any]:
    answer = compare("/home/me/env/bin/python", found, MATRIX)
    data: dict[str, Any] = json.loads(json_v1.document(view(answer, diagnosis(answer, MATRIX), MATRIX)))
    jsonschema.validate(data, SCHEMA)
    return data


def saved(folder: Path, data: object) -> str:
    (folder / "fingerprint.json").write_text(json.dumps(data))
    return str(folder / "fingerprint.json")


def test_all_of_it_comes_back(tmp_path: Path) -> None:
    found = fingerprint("2.9", left=("one-of-tomorrow",))
    entry = read_one(saved(tmp_path, document(found)))
    assert entry.snapshot.fingerprint == found
    assert known(entry.snapshot.tensorflow.version) == "2.9.3"
    assert known(entry.snapshot.interpreter.version) == found.python
    assert entry.remarks == ()


def test_an_older_one_without_outcomes_is_read(tmp_path: Path) -> None:
    data = document(fingerprint("2.9", "layer-dense"))
    for key in ("outcomes", "left", "error"):
        del data[key]
    told = read_one(saved(tmp_path, data)).snapshot.fingerprint
    assert isinstance(told, Unknown)
    assert told.reason.startswith("written by an older tfdoctor")


def test_a_newer_one_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    data = document(fingerprint("2.9", "layer-dense")) | {"schema_version": 2, "of_tomorrow": [1]}
    entry = read_one(saved(tmp_path, data))
    assert entry.remarks == ("written by a newer tfdoctor (schema 2, this one knows 1)",)
    assert known(entry.snapshot.fingerprint) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": {"kind": "environment"}}, "missing required field `tensorflow`"),
        ({"subject": [1]}, r"$.subject"),
        ({"outcomes": {"layer-dense": {"values": {"x": [{"deep": 1}]}}}}, "$.outcomes"),
        ({"outcomes": [1, 2]}, "$.outcomes"),
        ({"schema_version": "x"}, "$.schema_version"),
    ],
)
def test_a_damaged_one_is_refused_in_one_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (entry,) = read_inputs([saved(tmp_path, document(fingerprint("2.9", "layer-dense")) | change)])
    assert isinstance(entry, Rejected)
    assert entry.reason.startswith("this is no whole fingerprint: ")
    assert said in entry.reason


def test_too_many_are_cut(tmp_path: Path) -> None:
    data = document(fingerprint("2.9", "layer-dense"))
    data["outcomes"] = {f"e{number}": {"values": {"x": [1.0]}, "error": None} for number in range(3000)}
    entry = read_one(saved(tmp_path, data))
    assert entry.remarks == ("of 3000 experiments the first 2000 were read",)
    told = known(entry.snapshot.fingerprint)
    assert told is not None
    assert len(told.outcomes) == 2000


def test_another_answer_is_none() -> None:
    assert not fingerprints.is_fingerprint({"schema_version": 1, "subject": {}, "same": [], "changes": []})


# --- in a snapshot ------------------------------------------------------------------------------------


def test_an_older_tfdoctor_and_a_newer_one() -> None:
    data = json.loads(facts.encode(Snapshot(fingerprint=fingerprint("2.9", "layer-dense"))))
    data["schema_version"] = 2
    data["fingerprint"]["of_tomorrow"] = 1
    data["fingerprint"]["outcomes"].append({"type": "Outcome", "experiment": "x", "values": {"other": "form"}})
    found, remarks = decode_tolerantly(json.dumps(data).encode())
    told = known(found.fingerprint)
    assert told is not None
    assert told.outcomes[0].experiment == "layer-dense"
    assert "fingerprint.of_tomorrow" in remarks[1]
    assert Snapshot() == facts.decode(b'{"type":"Snapshot"}')  # of a version that had none


def test_redaction_leaves_the_numbers_and_the_words() -> None:
    everywhere = [fingerprint(release) for release in ("1.15", "2.9", "2.21")]
    redactor = Redactor(Identity(users=("lstm", "gelu"), hosts=("selu",)))
    for found in everywhere:
        hidden = known(redactor.snapshot(Snapshot(fingerprint=found)).fingerprint)
        assert hidden is not None
        assert [replace(one, error="") for one in hidden.outcomes] == [replace(one, error="") for one in found.outcomes]
        # Errors are compared by their type.
        assert beside(hidden, MATRIX.behaviour) == beside(found, MATRIX.behaviour)


def test_redaction_takes_secrets_and_places_out_of_errors() -> None:
    secret = "ghp_" + "a1B2" * 9
    found = Fingerprint(tensorflow="2.9.3", outcomes=(row("x", {secret: secret}, f"OSError: /home/adam/my {secret}"),))
    text = facts.encode(Redactor().snapshot(Snapshot(fingerprint=found))).decode()
    assert secret not in text
    assert "adam" not in text


def test_a_document_is_redacted_and_still_says_the_same() -> None:
    found = fingerprint("2.9")
    word = row("words", {"names": "mmuster/kernel:0"}, "OSError: no /home/mmuster/x")
    data = document(replace(found, outcomes=(*found.outcomes, word)))
    me = Identity(users=("me", "mmuster"))
    hidden = json.loads(Redactor(me).json(json.dumps(data).encode()))
    assert hidden["outcomes"].keys() == data["outcomes"].keys()
    for name, one in data["outcomes"].items():
        assert hidden["outcomes"][name]["values"] == one["values"]
    assert hidden["subject"]["executable"] != data["subject"]["executable"]
    assert "mmuster" not in hidden["outcomes"]["words"]["error"]
    other = json.loads(Redactor(me).json(b'{"outcomes": {"a": "mmuster/kernel:0"}}'))
    assert "mmuster" not in other["outcomes"]["a"]  # any other document


# --- the rule -----------------------------------------------------------------------------------------


def _measured(found: Fingerprint) -> list[Finding]:
    told = diagnose(Snapshot(fingerprint=found), MATRIX, debug=True)
    return [row for row in told.findings if row.code == "TFD849"]


def test_triage_says_what_departs_from_the_release() -> None:
    wrong = fingerprint("2.9", changed={"layer-dense": 1.01, "loss-huber": 2.0})
    (finding,) = _measured(wrong)
    assert finding.message.startswith("2 of 354 small experiments give something else here than TensorFlow 2.9")
    assert [one.fact for one in finding.evidence] == ["measured.loss-huber", "measured.layer-dense"]
    assert (finding.severity, finding.confidence) == ("warning", "likely")


def test_settings_and_another_keras_are_told_apart() -> None:
    off = fingerprint("2.9", changed={"execution-onednn": Outcome({"oneDNN": "no"})})
    (finding,) = _measured(off)
    assert (finding.severity, finding.verdict) == ("note", "harmless")
    keras = fingerprint("2.17", changed={"layer-dense": 1.01}, keras="3.6.0")
    (finding,) = _measured(keras)
    assert finding.confidence == "possible"
    assert finding.message.endswith("This Keras is 3.6.0, that of the reference 3.15.1.")
    assert _measured(fingerprint("2.9")) == []


def test_a_fingerprint_that_could_not_be_made_skips_the_rule() -> None:
    told = diagnose(Snapshot(fingerprint=Unknown(reason="no experiment could run")), MATRIX)
    assert "the fingerprint: no experiment could run" in [row.reason for row in told.skipped if row.code == "TFD849"]
    assert not [row for row in diagnose(Snapshot(), MATRIX).skipped if row.code == "TFD849"]
