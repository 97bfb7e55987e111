"""The lines of places."""

from pathlib import Path
from typing import Any

from tests.drift.making import change, notebook, program, use
from tfdoctor.drift.change import Hit, Region
from tfdoctor.drift.sources import Sources


def placed(**others: Any) -> Hit:
    return Sources().placed(Hit(change(), use(**others), "certain"))


def test_a_place_of_a_program_has_its_line(tmp_path: Path) -> None:
    hit = placed(path=str(program(tmp_path)))
    assert (hit.text, hit.region) == ("L.GRU(16),", Region(5, 5, 5, 14))


def test_a_chain_of_calls_shows_the_line_of_the_name(tmp_path: Path) -> None:
    path = program(tmp_path, "x = (tf.data.Dataset.range(3)\n  .shuffle(3)\n  .batch(2))\n")
    assert placed(path=str(path), line=1, end_line=3, at=3).text == ".batch(2))"


def test_a_place_of_a_notebook_has_its_line_in_the_cell_and_in_the_file(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import tensorflow as tf\n\nx = 1\n\ny = tf.abs(x)\n")
    hit = placed(path=str(path), cell=2, column=5, end_column=14)
    assert hit.text == "y = tf.abs(x)"
    assert hit.region
    assert path.read_text().splitlines()[hit.region.line - 1].strip() == '"y = tf.abs(x)\\n"'


def test_a_place_that_is_not_there_any_more_has_no_line(tmp_path: Path) -> None:
    assert placed(path=str(tmp_path / "gone.py")).text == ""
    assert placed(path=str(program(tmp_path, "x = 1\n"))).text == ""
    gone = placed(path=str(tmp_path / "gone.ipynb"), cell=2)
    assert (gone.text, gone.region) == ("", None)
    binary = tmp_path / "binary.py"
    binary.write_bytes(b"\0")
    assert placed(path=str(binary)).text == ""


def test_a_saved_model_has_no_lines() -> None:
    hit = placed(path="net.h5", line=0, owner="gru")
    assert (hit.text, hit.region) == ("", None)
