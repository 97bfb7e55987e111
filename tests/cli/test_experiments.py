"""`compare --fingerprint` and `dump --fingerprint` as a user calls them, with a TensorFlow that computes nothing."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import Run, installed, site
from tests.laboratory import NUMPY, TENSORFLOW
from tests.measured import fingerprint, snapshot
from tfdoctor import facts
from tfdoctor.cli._progress import Progress
from tfdoctor.facts import known
from tfdoctor.tickets.dump import read

SCHEMAS = Path(tfdoctor.__file__).parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "comparison.json").read_text())
ONLY = ("--only", "layer-dense", "--only", "loss-huber")
Patient = Callable[..., Path]


@pytest.fixture
def run(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)

    return call


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    def made(version: str, more: str = "") -> Path:
        folder = tmp_path_factory.mktemp("env")
        where = site(folder)
        installed(where, "tensorflow-cpu", version, "tensorflow/__init__.py,,\n")
        (where / "tensorflow").mkdir()
        (where / "tensorflow" / "__init__.py").write_text(TENSORFLOW.replace("{version}", version) + more)
        (where / "numpy.py").write_text(NUMPY)
        return folder

    return made


def saved(folder: Path, name: str, found: facts.Fingerprint) -> Path:
    (folder / name).write_bytes(facts.encode(snapshot(found)))
    return folder / name


def test_two_environments(run: Run, patient: Patient) -> None:
    one = patient("2.9.3")
    other = patient("2.9.3", "\nkeras.layers = types.SimpleNamespace(Dense=None)\n")
    code, out, err = run("compare", one, one, "--fingerprint", *ONLY, "--format", "json", "--fail-on", "never")
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert (code, err) == (0, "")
    assert data["experiments"]["same"] == ["layer-dense", "loss-huber"]  # the same errors
    assert data["experiments"]["a"]["own"] == ["layer-dense", "loss-huber"]
    _, out, _ = run("compare", one, other, "--fingerprint", *ONLY, "--no-color", "--fail-on", "never")
    assert "Own to both" in out
    assert "TypeError" in out


def test_an_environment_that_cannot_import_it_is_a_line(run: Run, patient: Patient) -> None:
    good, bad = patient("2.9.3"), patient("2.9.3", "\nraise ImportError('libcudart is missing')\n")
    _, out, err = run("compare", good, bad, "--fingerprint", *ONLY, "--no-color")
    assert err == ""
    said = " ".join(out.split())
    reason = "no experiment could run: ImportError: libcudart is missing"
    assert f"not known of B ({reason}), so not compared: experiments" in said
    _, out, _ = run("compare", bad, good, "--fingerprint", *ONLY, "--format", "json")
    rows = {row["unknown"]: row["reason"] for row in json.loads(out)["uncompared"] if row["facts"] == ["experiments"]}
    assert rows == {"a": reason, "b": "not run: there is nothing to compare with"}


def test_the_time_is_limited(run: Run, patient: Patient) -> None:
    slow = patient("2.9.3", "\nimport time\ntime.sleep(60)\n")
    _, out, _ = run("compare", slow, slow, "--fingerprint", *ONLY, "--timeout", "1", "--no-color")
    assert "the time for all experiments is over" in " ".join(out.split())


def test_recorded_ones_are_compared_unasked(run: Run, tmp_path: Path) -> None:
    one = saved(tmp_path, "a.json", fingerprint("2.9", "layer-dense", "loss-huber"))
    other = saved(tmp_path, "b.json", fingerprint("2.9", "layer-dense", "loss-huber", changed={"layer-dense": 1.1}))
    code, out, err = run("compare", one, other, "--format", "json")
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert (code, err) == (1, "")
    assert data["judgement"] == "certain"
    assert [row["experiment"] for row in data["experiments"]["differences"]] == ["layer-dense"]
    code, out, _ = run("compare", one, other, "--only", "loss-*", "--format", "json", "--fail-on", "note")
    assert json.loads(out)["experiments"]["same"] == ["loss-huber"]
    assert code == 0
    assert run("compare", one, other, "--only", "no-such")[0] == 2
    assert run("compare", one, other, "--fingerprint", "-q")[2] == ""


def test_a_live_one_runs_what_is_recorded(run: Run, patient: Patient, tmp_path: Path) -> None:
    recorded = saved(tmp_path, "a.json", fingerprint("2.9", "layer-dense", "loss-huber"))
    env = patient("2.9.3")
    for words, which in (((recorded, env), "b"), ((env, recorded), "a")):
        _, out, _ = run("compare", *words, "--fingerprint", "--format", "json")
        data = json.loads(out)["experiments"]
        assert {row["origin"] for row in data["differences"]} == {which}
        assert data[which]["ran"] == 2
    _, out, _ = run("compare", recorded, env, "--fingerprint", "--only", "loss-*", "--format", "json")
    assert json.loads(out)["experiments"]["b"]["ran"] == 1


def test_what_cannot_be_compared_is_not_run(run: Run, patient: Patient, tmp_path: Path) -> None:
    (tmp_path / "ticket.json").write_text('{"environment": {"tf_version": "2.9.3"}}')
    env = patient("2.9.3", "\nraise SystemExit('it was run')\n")
    for words, which in ((("ticket.json", env), "A"), ((env, "ticket.json"), "B")):
        _, _, err = run("compare", *words, "--fingerprint")
        assert err == f"tfdoctor: --fingerprint: {which} holds no fingerprint to compare with; nothing is run\n"
    _, _, err = run("compare", "ticket.json", "ticket.json", "--fingerprint")
    assert err.startswith("tfdoctor: --fingerprint: neither A nor B is an environment of this machine")
    recorded = saved(tmp_path, "a.json", fingerprint("2.9", "layer-dense"))
    _, out, _ = run("compare", recorded, env, "--no-color")
    assert "not known of B (none were run there (--fingerprint))" in " ".join(out.split())


def test_a_dump_carries_it_to_triage_and_compare(run: Run, patient: Patient, tmp_path: Path) -> None:
    env = patient("2.9.3")
    code, _, err = run("dump", "-p", env, "--fingerprint", "-o", "a.zip")
    assert code == 0
    assert "TFD849 measured-difference" in err
    taken = read(tmp_path / "a.zip").snapshot
    assert taken is not None
    told = known(taken.fingerprint)
    assert told is not None
    assert told.tensorflow == "2.9.3"
    assert len(told.outcomes) > 300
    assert "measured-difference" in run("triage", "a.zip", "--no-color", "--fail-on", "never")[1]
    _, out, _ = run("compare", "a.zip", "a.zip", "--format", "json")
    assert len(json.loads(out)["experiments"]["same"]) == len(told.outcomes)
    (tmp_path / "f.json").write_text(run("fingerprint", "-p", env, *ONLY, "--format", "json")[1])
    _, out, _ = run("compare", "f.json", "a.zip", "--format", "json")
    assert json.loads(out)["experiments"]["same"] == ["layer-dense", "loss-huber"]
    assert run("triage", "f.json", "-q", "--fail-on", "never")[0] == 0
    assert run("redact", "f.json")[0] == 0


def test_a_dump_of_no_environment_and_of_a_broken_one(run: Run, patient: Patient, tmp_path: Path) -> None:
    broken = patient("2.9.3", "\nraise ImportError('no')\n")
    assert run("dump", "-p", broken, "--fingerprint", "-q", "-o", "a.zip")[0] == 0
    assert run("dump", "-p", tmp_path / "gone", "--fingerprint", "-q", "-o", "b.zip")[0] == 0
    for name, said in (("a.zip", "no experiment could run: ImportError: no"), ("b.zip", "no such interpreter")):
        found = read(tmp_path / name).snapshot
        assert found is not None
        assert isinstance(found.fingerprint, facts.Unknown)
        assert said in found.fingerprint.reason
    assert run("dump", "a.zip", "--upload", "https://example.org/", "--fingerprint")[0] == 2


def test_a_hostile_fingerprint_in_a_dump_is_one_line(run: Run, tmp_path: Path) -> None:
    for number, rows in enumerate((5, [{"type": "Outcome", "experiment": "x", "values": {}}], "x" * 1000)):
        stream = io.BytesIO()
        data = {"type": "Snapshot", "fingerprint": {"type": "Fingerprint", "tensorflow": "2.9.3", "outcomes": rows}}
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("snapshot.json", json.dumps(data))
        (tmp_path / f"{number}.zip").write_bytes(stream.getvalue())
        code, out, err = run("compare", f"{number}.zip", f"{number}.zip")
        assert (code, out) == (2, "")
        assert "$.fingerprint.outcomes" in err
        assert "Traceback" not in err


def test_progress_names_the_side_and_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("tfdoctor.cli._progress._FIRST", 0.0)
    progress = Progress(wanted=True, label="B: ")
    progress.step(total=9)
    assert stream.getvalue().startswith("\rB: 1 of 9 done, ")
