"""The scripts for the patient's Python keep to what the oldest of them understands."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tfdoctor.errors import PatientError
from tfdoctor.facts import known
from tfdoctor.probes import take_snapshot
from tfdoctor.probes.interpreter import FOREIGN

SCRIPTS = sorted(FOREIGN.glob("*.py"))
# What a fresh CPython 3.6 has; TensorFlow and NumPy are what trial.py is there to try.
ALLOWED = {name: {"tensorflow", "numpy"} for name in ("loading.py", "trial.py")}
OWN = {path.stem for path in SCRIPTS}


def interpreters() -> dict[str, str]:
    """Other versions of Python that work: beside the running one, as version managers put them, and on PATH."""
    places = [str(path) for path in Path(sys.base_prefix).parent.glob("*/bin/python")]
    places += [
        name
        for minor in ("2.7", *(f"3.{number}" for number in range(6, 16)))
        if (name := shutil.which(f"python{minor}"))
    ]
    found: dict[str, str] = {}
    for place in places:
        command = [place, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            found.setdefault(done.stdout.strip(), place)
    return found


INTERPRETERS = interpreters()


def imports(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            found.append(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_syntax_is_that_of_3_6(script: Path) -> None:
    tree = ast.parse(script.read_text(), feature_version=(3, 6))
    newer = [type(node).__name__ for node in ast.walk(tree) if type(node).__name__ in {"NamedExpr", "Match", "TryStar"}]
    assert newer == []
    allowed = set(sys.stdlib_module_names) | OWN | ALLOWED.get(script.name, set())
    assert set(imports(tree)) <= allowed


def test_only_sys_is_imported_above_the_gate() -> None:
    body = ast.parse((FOREIGN / "interrogate.py").read_text()).body
    gate = next(i for i, node in enumerate(body) if isinstance(node, ast.If) and "version_info" in ast.dump(node.test))
    assert [name for node in body[:gate] for name in imports(node)] == ["sys"]
    assert imports(body[gate]) == []


@pytest.mark.parametrize("version", sorted(INTERPRETERS))
def test_every_version_answers(version: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    subprocess.run([INTERPRETERS[version], "-B", FOREIGN / "interrogate.py", answer], check=True, cwd=tmp_path)
    told = json.loads(answer.read_text())
    if version < "3":
        assert told["refused"]["version"].startswith(version)
        return
    assert told["failures"] == []
    assert told["interpreter"]["version"].startswith(version + ".")
    assert told["interpreter"]["soabi"].startswith("cpython-3")


@pytest.mark.skipif("2.7" not in INTERPRETERS, reason="no Python 2.7")
def test_python_2_is_refused_with_one_line() -> None:
    with pytest.raises(PatientError, match=r"Python 2\.7\.\d+ is too old; TensorFlow's wheels"):
        take_snapshot(INTERPRETERS["2.7"])


@pytest.mark.parametrize("version", sorted(version for version in INTERPRETERS if version > "3"))
def test_every_version_is_examined_whole(version: str) -> None:
    found = take_snapshot(INTERPRETERS[version], debug=True)
    assert str(found.interpreter.version).startswith(version)
    assert found.failures == ()
    assert known(found.installation.distributions) is not None


def test_without_a_place_for_the_answer(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, FOREIGN / "interrogate.py"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"usage" in done.stderr
