"""The script that saves a model anew: valid for old interpreters, and nothing of the model can write code in it."""

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.model.models import MATRIX, a_graph, a_model, a_target, layer, refusing
from tfdoctor.errors import UsageError
from tfdoctor.model.cures.edits import Edit
from tfdoctor.model.cures.script import script, script_for

HERE = a_target("2.3.4")
HOSTILE = 'x"""\nimport os\nos.system("echo hacked")\n# @NAME@ @EDITS@ \x1b[31m'


@pytest.mark.parametrize("name", ["anew.py", HOSTILE])
def test_it_is_python_of_3_6_whatever_the_names_are(name: str) -> None:
    text = script(HERE, "2.6", (Edit("Conv2D", "groups", values=("1",)), Edit(HOSTILE, HOSTILE, HOSTILE)), name)
    tree = ast.parse(text, feature_version=(3, 6))
    assert text.isascii()
    edits = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "EDITS"
    )
    assert ast.literal_eval(edits) == [("Conv2D", "groups", ""), (HOSTILE, HOSTILE, HOSTILE)]
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"json", "os", "shutil", "sys", "zipfile"}
    assert sum(isinstance(node, ast.FunctionDef) for node in tree.body) == 10


def test_it_has_the_changes_that_the_judge_asks_for() -> None:
    model = a_model(layer("GlobalAveragePooling2D", "pool", keepdims=False))
    text = script_for(model, HERE, MATRIX, refusing("keepdims", "2.6"), "anew.py")
    assert "('GlobalAveragePooling2D', 'keepdims', ''),  # drop 'keepdims' of GlobalAveragePooling2D" in text
    assert "With TensorFlow 2.6, which wrote the model" in text
    assert "EDITS = []" in script_for(a_model(), HERE, MATRIX, refusing("keepdims", "2.6"), "anew.py")
    unknown = a_model(layer("GlobalAveragePooling2D", "pool", keepdims=False), written=None)
    text = script_for(unknown, HERE, MATRIX, refusing("keepdims", "2.6"), "anew.py")
    assert "'keepdims'" in text  # a file can be converted without its source


def test_a_graph_alone_has_none() -> None:
    with pytest.raises(UsageError, match="no Keras configuration"):
        script_for(a_graph(), HERE, MATRIX, refusing("keepdims", "2.6"), "anew.py")


def test_legacy_keras_is_set() -> None:
    assert "if True:\n    os.environ" in script(a_target("2.18.1", "2.18", legacy=True), "", (), "anew.py")
    assert "if False:\n    os.environ" in script(HERE, "", (), "anew.py")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "anew.py", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def test_it_converts_files_without_tensorflow(tmp_path: Path) -> None:
    edits = (Edit("Conv2D", "groups"), Edit("Functional", to="Model"))
    (tmp_path / "anew.py").write_text(script(HERE, "2.6", edits, "anew.py"))
    config = a_model(layer("Conv2D", "c", groups=1, filters=2)).keras
    assert config is not None
    (tmp_path / "net.json").write_text(json.dumps(config.config))
    with zipfile.ZipFile(tmp_path / "net.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config.config))
        archive.writestr("model.weights.h5", b"weights")
    for name in ("net.json", "net.keras"):
        assert run(tmp_path, "convert", name, f"new-{name}").returncode == 0
    wanted = {
        "class_name": "Model",
        "config": {"name": "net", "layers": [{"class_name": "Conv2D", "config": {"name": "c", "filters": 2}}]},
    }
    assert json.loads((tmp_path / "new-net.json").read_text()) == wanted
    with zipfile.ZipFile(tmp_path / "new-net.keras") as archive:
        assert json.loads(archive.read("config.json")) == wanted
        assert archive.read("model.weights.h5") == b"weights"
    again = run(tmp_path, "convert", "net.json", "new-net.json")
    assert again.returncode == 1
    assert "already there" in again.stderr


def test_it_explains_itself(tmp_path: Path) -> None:
    (tmp_path / "anew.py").write_text(script(HERE, "2.6", (), "anew.py"))
    assert "python anew.py save MODEL FOLDER" in run(tmp_path).stderr
