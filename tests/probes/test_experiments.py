"""Experiments run in children: what they give, crashes, hangs, time limits; with a small suite in place of the real."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import laboratory
from tfdoctor.probes import experiments
from tfdoctor.probes.experiments import Ran, Suite, Wish, run
from tfdoctor.probes.interpreter import FOREIGN

FOLDER = FOREIGN / "experiments"
MODULES = sorted(FOLDER.glob("*.py"))

TENSORFLOW = laboratory.TENSORFLOW.replace("{version}", "2.6.5")
REGISTRY = """
import os, time
class Experiment(object):
    def __init__(self, name, run, kind="layer"):
        self.name, self.run, self.kind, self.limit = name, run, kind, 5
def crash(lab): os.abort()
def hang(lab): time.sleep(60)
def numbers(lab): return {"numbers": [1.0, 1 / 3.0], "none": None, "infinite": [float("inf"), 1.0], "bytes": b"x"}
def missing(lab): return {"never": lab.symbol("tf.keras.layers.Nowhere")}
def told(lab): raise ValueError("first line at 0x7f00aa11bb22\\nsecond")
def leaves(lab):
    open("left", "w").close()
    return {"word": "text"}
def registered():
    made = [numbers, missing, told, leaves, crash, hang]
    found = {one.__name__: Experiment(one.__name__, one) for one in made}
    found["slow"] = Experiment("slow", numbers, "speed")
    return found
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite of a few experiments, with the real laboratory and the real way of running them."""
    place = tmp_path / "suite"
    place.mkdir()
    for name in ("__init__.py", "lab.py", "run.py"):
        shutil.copy(FOLDER / name, place)
    (place / "registry.py").write_text(REGISTRY)
    monkeypatch.setattr(experiments, "RUN", place / "run.py")
    return place


def asked(patient: Any, *names: str, timeout: float = 60.0, source: str = TENSORFLOW, **wish: Any) -> Suite:
    patient.file("tensorflow/__init__.py", source)
    patient.file("numpy.py", laboratory.NUMPY)
    return run(patient.python, os.environ, Wish(names=names or None, **wish), timeout)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("fork", [True, False])
def test_what_experiments_give(patient: Any, *, fork: bool) -> None:
    found = asked(patient, "numbers", "missing", "told", "leaves", "unknown", fork=fork)
    assert (found.error, found.left) == ("", ("unknown",))
    assert found.about is not None
    assert (found.about.tensorflow, found.about.keras, found.about.numpy) == ("2.6.5", "2.6.0", "1.19.5")
    assert found.about.fork == fork
    values = {"numbers": (1.0, 0.3333333), "none": "None", "infinite": "inf 1", "bytes": "x"}
    assert found.outcomes["numbers"].values == values
    assert found.outcomes["missing"].error == "AttributeError: tf.keras has no layers"
    assert found.outcomes["told"].error == "ValueError: first line at 0x..."
    assert found.outcomes["leaves"].values == {"word": "text"}
    assert not Path("left").exists()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("fork", [True, False])
def test_a_crash_costs_one(patient: Any, *, fork: bool) -> None:
    seen: list[tuple[str, int, int]] = []
    patient.file("tensorflow/__init__.py", TENSORFLOW)
    patient.file("numpy.py", laboratory.NUMPY)
    wish = Wish(names=("crash", "leaves"), fork=fork)
    found = run(patient.python, os.environ, wish, 60, lambda *told: seen.append(told))
    assert found.error == ""
    assert found.outcomes["crash"].error.startswith("Crash: ended by")
    assert found.outcomes["leaves"].values == {"word": "text"}
    assert seen == [("crash", 1, 2), ("leaves", 2, 2)]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("fork", [True, False])
def test_a_hang_costs_one(patient: Any, monkeypatch: pytest.MonkeyPatch, *, fork: bool) -> None:
    monkeypatch.setattr(experiments, "SLACK", 0.5)
    found = asked(patient, "hang", "leaves", fork=fork, limit=0.5, threads=1)
    assert found.outcomes["hang"].error == "TimeoutError: did not end within 0.5 s"
    assert found.outcomes["leaves"] == Ran(values={"word": "text"}, seconds=found.outcomes["leaves"].seconds)


def test_all_but_speed_is_the_default(patient: Any, small: Path) -> None:
    (small / "registry.py").write_text(REGISTRY.replace("leaves, crash, hang]", "leaves]"))
    found = asked(patient, fork=True)
    assert set(found.outcomes) == {"numbers", "missing", "told", "leaves"}
    assert (found.error, found.left) == ("", ())


@pytest.mark.usefixtures("small")
def test_the_time_for_all_ends(patient: Any) -> None:
    found = asked(patient, "hang", "leaves", timeout=1.5, fork=True)
    assert found.error == "the time for all experiments is over"
    assert found.left[-1:] == ("leaves",)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ImportError('DLL load failed')", "ImportError: DLL load failed"),
        ("import os; os.abort()", "the child was ended by SIGABRT"),
        ("import os, sys; sys.stderr.write('no AVX\\n'); os._exit(3)", "the child was ended with exit code 3: no AVX"),
    ],
)
def test_without_tensorflow_there_is_a_reason(patient: Any, source: str, said: str) -> None:
    found = asked(patient, "numbers", source=source)
    assert (found.about, found.outcomes, found.left) == (None, {}, ("numbers",))
    assert found.error.startswith(said)


@pytest.mark.usefixtures("small")
def test_a_tensorflow_that_does_not_start_in_time(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "BEGINNING", 1.0)
    found = asked(patient, "numbers", source="import time; time.sleep(60)")
    assert found.error == "TensorFlow did not start in time"


def test_what_is_no_answer_is_passed_over(patient: Any, small: Path) -> None:
    (small / "run.py").write_text(
        "import sys\nwith open(sys.argv[2], 'w') as file:\n"
        '    file.write(\'no json\\n[1]\\n{"about": {"python": 3}, "experiments": []}\\n{"about": {}}\\n{}\\n\')\n'
        '    file.write(\'{"about": {}, "experiments": ["one"]}\\n{"name"\')\n'
    )
    found = asked(patient)
    assert (found.outcomes, found.left) == ({}, ("one",))
    assert found.error == "the children end before an experiment begins"


def test_no_interpreter(tmp_path: Path) -> None:
    found = run(str(tmp_path / "nothing"), os.environ, Wish(names=("one",)), 5)
    assert found.error.startswith("the child could not be started")
    assert (found.about, found.left) == (None, ("one",))


def test_ctrl_c_ends_the_child(patient: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        asked(patient, "hang")
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(small) not in running


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_the_modules_are_valid_for_old_interpreters(module: Path) -> None:
    tree = ast.parse(module.read_text(), feature_version=(3, 6))
    newer = [type(node).__name__ for node in ast.walk(tree) if type(node).__name__ in {"NamedExpr", "Match", "TryStar"}]
    assert newer == []
    assert len(module.read_text().splitlines()) <= 700
    top = [node for node in tree.body if isinstance(node, ast.Import)]
    assert {alias.name.partition(".")[0] for node in top for alias in node.names} <= set(sys.stdlib_module_names)


def test_the_list_needs_no_tensorflow() -> None:
    code = (
        "import json, sys; from tfdoctor.probes.foreign.experiments.registry import registered; "
        "known = registered().items(); "
        "print(json.dumps({name: [one.kind, one.subject, one.what, one.limit] for name, one in known})); "
        "assert 'tensorflow' not in sys.modules and 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) >= 120
    for name, (kind, subject, what, limit) in found.items():
        assert name.startswith(f"{kind}-")
        assert all(symbol.startswith("tf.") for symbol in subject)
        assert what.endswith((".", ")"))
        assert 0 < limit <= 120
