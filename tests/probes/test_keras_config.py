"""keras.json, wherever it is and whatever it says."""

import json
from pathlib import Path

import pytest

from tfdoctor.facts import ABSENT, KerasConfig, Unknown
from tfdoctor.probes import keras_config
from tfdoctor.probes.machine import RealMachine


def machine(platform: str = "linux", **environ: str) -> RealMachine:
    return RealMachine(platform=platform, environ=environ)


def test_where_it_is_looked_for(tmp_path: Path) -> None:
    for folder, backend in ((".keras", "torch"), ("own", "jax")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "keras.json").write_text(json.dumps({"backend": backend}))
    path = str(tmp_path / ".keras/keras.json")
    assert keras_config.probe(machine(HOME=str(tmp_path))) == KerasConfig(path=path, backend="torch")
    assert keras_config.probe(machine("win32", USERPROFILE=str(tmp_path))) == KerasConfig(path=path, backend="torch")
    own = keras_config.probe(machine(HOME=str(tmp_path), KERAS_HOME=str(tmp_path / "own")))
    assert own == KerasConfig(path=str(tmp_path / "own/keras.json"), backend="jax")


def test_none(tmp_path: Path) -> None:
    assert keras_config.probe(machine(HOME=str(tmp_path))) == ABSENT
    assert isinstance(keras_config.probe(machine()), Unknown)
    (tmp_path / ".keras/keras.json").mkdir(parents=True)
    assert isinstance(keras_config.probe(machine(HOME=str(tmp_path))), Unknown)


@pytest.mark.parametrize(
    ("data", "backend"),
    [
        (b'{"backend": "jax"}', "jax"),
        (b'{"floatx": "float32"}', ABSENT),
        (b'{"backend": 3}', ABSENT),
        (b'{"backend": "jax",}', "jax"),
        (b'["backend"]', None),
        (b"\xff\xfe", None),
        (b"[" * 100000, None),
    ],
)
def test_what_it_says(data: bytes, backend: object) -> None:
    found = keras_config.parse("keras.json", data).backend
    assert isinstance(found, Unknown) if backend is None else found == backend
