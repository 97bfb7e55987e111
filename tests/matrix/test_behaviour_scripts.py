"""The harvest of behaviour: what runs, what is kept, and how outcomes and noise become one table."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import harvest_behaviour
import measure_noise
from knowing import experiments as kept
from knowing.experiments import FIRST, ONEDNN, THREADS, Runs
from knowing.fold_behaviour import fastest, fold, inherited, merged, moved

from tfdoctor.matrix.behaviour import Behaviour, Outcome
from tfdoctor.probes import experiments
from tfdoctor.probes.experiments import About, Ran, Suite, Wish

SUITE = {
    "layer-one": SimpleNamespace(kind="layer", subject=("tf.keras.layers.GRU",), what="Output.", arguments=("units",)),
    "execution-two": SimpleNamespace(kind="execution", subject=("tf.config",), what="Modes.", arguments=()),
    "speed-three": SimpleNamespace(kind="speed", subject=("tf.matmul",), what="Times.", arguments=()),
}


def measured(*minors: str) -> list[dict[str, str]]:
    return [{"minor": one, "tensorflow": f"{one}.1", "keras": "2", "numpy": "1", "python": "3"} for one in minors]


def folded(*runs: dict[str, Outcome], noise: Any = None) -> Behaviour:
    minors = [f"2.{number}" for number in range(len(runs))]
    text = fold(measured(*minors), list(runs), noise or [{}] * len(runs), SUITE, "2026-11-21")
    assert text == fold(measured(*minors), list(runs), noise or [{}] * len(runs), SUITE, "2026-11-21")
    return Behaviour(text.encode())


def test_an_outcome_is_stored_once() -> None:
    old, new = Outcome({"a": (1.0, 2.5)}), Outcome({"a": (1.0, 3.5)})
    table = folded({"layer-one": old}, {"layer-one": new}, {"layer-one": Outcome({"a": (1.0, 2.500001)})})
    assert table.outcome("layer-one", "2.2") == old
    assert table.differs("layer-one", "2.0", "2.2") is None
    assert table.differs("layer-one", "2.0", "2.1") is not None
    assert list(table.experiments) == ["layer-one"]
    assert table.experiments["layer-one"].arguments == ("units",)


def test_what_is_noise_in_one_release_is_no_new_outcome() -> None:
    one, other = Outcome({"a": (1.0,)}), Outcome({"a": (1.01,)})
    noise: list[dict[str, dict[str, float]]] = [{}, {"layer-one": {"a": 0.005}}]
    table = folded({"layer-one": one}, {"layer-one": other}, noise=noise)
    assert table.noise("layer-one", "2.1") == {"a": 0.005}
    assert table.noise("layer-one", "2.0") == {}
    assert table.differs("layer-one", "2.0", "2.1") is None
    assert folded({"layer-one": one}, {"layer-one": other}).differs("layer-one", "2.0", "2.1") is not None


def test_errors_are_kept_in_short() -> None:
    table = folded({"layer-one": Outcome(error="TypeError: " + "x" * 500)}, {"layer-one": Outcome({"a": "word"})})
    told = table.outcome("layer-one", "2.0")
    assert told is not None
    assert len(told.error) == 160
    assert table.outcome("layer-one", "2.1") == Outcome({"a": "word"})


def test_how_far_values_move() -> None:
    runs = [
        {"x": Outcome({"a": (1.0, 2.0), "b": "on", "c": (5.0,)})},
        {"x": Outcome({"a": (1.0, 2.01), "b": "on", "c": (5.0,)})},
        {"x": Outcome({"a": (1.0, 2.001), "b": "off", "c": (5.0,)})},
        {},
    ]
    assert moved(runs) == {"x": {"a": 0.005, "b": 1.0}}


def test_of_times_the_least_counts_and_the_second_is_its_noise() -> None:
    runs = [
        {"x": Outcome({"ratio": (9.0,)}), "y": Outcome(error="ValueError: x")},
        {"x": Outcome({"ratio": (8.0,)}), "y": Outcome(error="ValueError: x")},
        {"x": Outcome({"ratio": (20.0,)}), "y": Outcome(error="ValueError: x")},
    ]
    assert fastest(runs) == ({"x": runs[1]["x"], "y": runs[0]["y"]}, {"x": {"ratio": 0.11}})
    assert fastest(runs[:1]) == (runs[0], {})


def test_noise_that_was_not_measured_is_the_most_of_others() -> None:
    one, other = {"x": {"a": 0.1, "b": 0.2}}, {"x": {"a": 0.3}, "y": {"c": 0.4}}
    assert inherited([one, other]) == {"x": {"a": 0.3, "b": 0.2}, "y": {"c": 0.4}}
    assert inherited([]) == {}
    assert merged(one, {}) == one


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Wish]:
    """What was asked of the children; each experiment gives how often it was asked."""
    wishes: list[Wish] = []

    def run(_: str, environ: dict[str, str], wish: Wish, __: float) -> Suite:
        wishes.append(wish)
        if environ.get("BROKEN"):
            return Suite(None, {}, "ImportError: no")
        number = float(len(wishes))
        outcomes = {
            name: Ran(error="ValueError: x") if name == "execution-two" else Ran(values={"asked": (number,)})
            for name in wish.names or ()
        }
        return Suite(About("3.9", "2.6.5", "2.6.0", "1.19"), outcomes)

    monkeypatch.setattr(experiments, "run", run)
    monkeypatch.setattr(kept, "suite", lambda: SUITE)
    return wishes


def test_what_is_there_is_not_run_again(tmp_path: Path, ran: list[Wish]) -> None:
    runs = Runs(tmp_path / "answers")
    assert runs.kept("2.6", FIRST) is None
    assert runs.outcomes("2.6", FIRST) == {}
    runs.make("2.6", FIRST, Path("python"), {})
    runs.make("2.6", FIRST, Path("python"), {})
    assert [wish.names for wish in ran] == [["layer-one", "execution-two"]]
    runs.make("2.6", FIRST, Path("python"), {}, ["layer-one"])
    found = runs.outcomes("2.6", FIRST)
    assert found == {"layer-one": Outcome({"asked": (2.0,)}), "execution-two": Outcome(error="ValueError: x")}
    with pytest.raises(RuntimeError, match=r"2\.7, first: ImportError: no"):
        runs.make("2.7", FIRST, Path("python"), {"BROKEN": "1"})


def test_settings_are_not_measured_under_settings(tmp_path: Path, ran: list[Wish]) -> None:
    Runs(tmp_path).make("2.6", THREADS[0], Path("python"), {})
    assert (ran[0].names, ran[0].threads) == (["layer-one"], 1)


def test_the_ways_of_running() -> None:
    assert [way.name for way in measure_noise.ways("2.4", "whole")] == ["second", "third", "threads-1", "threads-2"]
    assert [way.name for way in measure_noise.ways("2.6", "whole")][2:4] == ["onednn-0", "onednn-1"]
    assert [way.name for way in measure_noise.ways("2.6", "quick")] == ["second", "onednn-1", "threads-1"]
    assert [way.name for way in measure_noise.ways("2.10", "quick")] == ["second", "onednn-0", "threads-1"]


def test_the_scripts_from_runs_to_table(
    tmp_path: Path, ran: list[Wish], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, output, noise = tmp_path / "answers", tmp_path / "behaviour.json", tmp_path / "noise.json"
    ready = tmp_path / "2.6.5" / "bin" / "python"
    ready.parent.mkdir(parents=True)
    ready.touch()
    common = ["--environments", str(tmp_path), "--answers", str(answers), "--release", "2.6"]
    monkeypatch.setattr(sys, "argv", ["measure_noise.py", *common, "--output", str(noise), "--quick"])
    assert measure_noise.main() == 0
    assert len(ran) == 4
    told = json.loads(noise.read_text())
    assert told["runs"] == {"2.6": ["second", "onednn-1", "threads-1"]}
    assert told["noise"] == {"2.6": {"layer-one": {"asked": 0.75}}}
    monkeypatch.setattr(harvest_behaviour, "NOISE", noise)
    monkeypatch.setattr(harvest_behaviour, "suite", lambda: SUITE)
    monkeypatch.setattr(sys, "argv", ["harvest_behaviour.py", *common, "--output", str(output), "--date", "2026-11-21"])
    assert harvest_behaviour.main() == 1  # one of many releases
    assert len(ran) == 4
    assert "1 of 23 releases" in capsys.readouterr().out
    table = Behaviour(output.read_bytes())
    assert table.releases == ("2.6",)
    assert table.noise("layer-one", "2.6") == {"asked": 0.75}
    again = ["harvest_behaviour.py", *common, "--output", str(output), "--speed"]
    monkeypatch.setattr(sys, "argv", again)
    assert harvest_behaviour.main() == 1
    assert [wish.names for wish in ran[4:]] == [["speed-three"]] * 3
    table = Behaviour(output.read_bytes())
    assert table.outcome("speed-three", "2.6") == Outcome({"asked": (5.0,)})
    assert table.noise("speed-three", "2.6") == {"asked": 0.17}  # 5, then 6
    assert ONEDNN[0].variables == (("TF_ENABLE_ONEDNN_OPTS", "0"),)
