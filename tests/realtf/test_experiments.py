"""The whole suite of experiments in a fresh environment of a release: it gives what was measured."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from knowing.environments import chosen

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Outcome
from tfdoctor.probes.experiments import Wish, run

from .conftest import an_environment

pytestmark = pytest.mark.realtf


def test_a_release_gives_what_was_measured(tmp_path: Path) -> None:
    behaviour = Matrix.locate().behaviour
    one = next(one for one in chosen() if one.minor == "2.15")
    python = an_environment(tmp_path / "env", one.python, "--no-deps", *one.pins) / "bin" / "python"
    environ = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "PYTHONHASHSEED": "0"}
    found = run(str(python), environ, Wish(), 1800)
    assert (found.error, found.left) == ("", ())
    assert set(found.outcomes) == {name for name, known in behaviour.experiments.items() if known.kind != "speed"}
    differing = [
        name
        for name, ran in found.outcomes.items()
        if behaviour.compare(name, "2.15", Outcome(ran.values, ran.error)) is not None
    ]
    assert differing == []
