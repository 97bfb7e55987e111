"""Variables that are lost: what is said against what 13 releases said of the same damage.

`captures/lost.jsonl.gz` was measured: a row is a model of `captures/tensorflow`, what was done to it, and an outcome
("" for loaded) with the releases that had it by each way of loading. Paths in messages are "<path>".
"""

import gzip
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.model.read.conftest import models as models  # noqa: PLC0414  the fixture is used here too
from tfdoctor.facts.saved import Lost, MetaGraph, OpUse, SavedModel, SavedObject
from tfdoctor.matrix import Matrix
from tfdoctor.model.cures import cures
from tfdoctor.model.judge import Verdict, Way, judge
from tfdoctor.model.judge.target import Target, target
from tfdoctor.model.read import read

MATRIX = Matrix.locate()
CAPTURE = Path(__file__).parents[2] / "captures" / "lost.jsonl.gz"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in gzip.decompress(CAPTURE.read_bytes()).splitlines()]
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 1234\n"
DATA, INDEX = "variables.data-00000-of-00001", "variables.index"
DAMAGE: dict[str, Callable[[Path], object]] = {
    "whole": lambda _: None,
    "no-data": lambda place: (place / DATA).unlink(),
    "no-index": lambda place: (place / INDEX).unlink(),
    "no-folder": shutil.rmtree,
    "cut": lambda place: (place / DATA).write_bytes((place / DATA).read_bytes()[:4]),
    "cut-end": lambda place: (place / DATA).write_bytes((place / DATA).read_bytes()[:-1]),
    "pointer": lambda place: (place / DATA).write_text(POINTER),
}


def damaged(models: Path, tmp_path: Path, model: str, damage: str) -> Path:
    release, _, name = model.partition("-")
    place = tmp_path / "model"
    shutil.copytree(models / release / name, place)
    DAMAGE[damage](place / "variables")
    return place


def said(model: SavedModel | None, where: Target) -> dict[Way, Verdict]:
    assert model is not None
    return {verdict.way: verdict for verdict in judge(model, where, MATRIX)}


@pytest.mark.parametrize(("model", "damage"), sorted({(row["model"], row["damage"]) for row in ROWS}))
def test_each_release_is_right_about_lost_variables(models: Path, tmp_path: Path, model: str, damage: str) -> None:
    place = damaged(models, tmp_path, model, damage)
    prefix = place / "variables" / "variables"
    facts = {False: read(place), True: read(prefix) if "keras" in model and prefix.with_name(INDEX).exists() else None}
    judged = cache(lambda weights, release: said(facts[weights], target(release, MATRIX)))
    counted = 0
    for row in ROWS:
        if (row["model"], row["damage"]) != (model, damage):
            continue
        for way, releases in row["loaded"].items():
            for release in releases:
                found = judged(way == "load_weights", release)[way]
                told = f"{way} in {release}: {found}"
                counted += 1
                if not row["error"]:
                    assert found.outcome in {"loads", "differs"}, told
                    continue
                assert found.reason is not None, told
                assert found.reason.error == row["error"], told
                assert " ".join(found.reason.message.split()) in row["message"], told
    assert counted >= 20


@pytest.mark.parametrize(
    ("damage", "words", "command"),
    [
        ("no-data", "Copy or download it again: variables/variables.data-00000-of-00001 is not there.", ""),
        ("cut-end", "is cut off, ", ""),
        ("no-index", "its folder variables/ has no variables.index.", ""),
        ("pointer", "Fetch the files themselves: ", "git lfs pull"),
    ],
)
def test_the_cure_is_to_fetch_the_files(models: Path, tmp_path: Path, damage: str, words: str, command: str) -> None:
    model = read(damaged(models, tmp_path, "2.6.5-keras", damage))
    where = target("2.6", MATRIX)
    made = cures(model, where, judge(model, where, MATRIX), MATRIX, lambda model, where: judge(model, where, MATRIX))
    assert [cure.kind for cure in made] == ["fetch"]
    assert words in made[0].text
    assert made[0].checked == "loads"
    assert command in " ".join(made[0].commands)


def test_with_its_files_it_still_has_its_other_cures(models: Path, tmp_path: Path) -> None:
    model = read(damaged(models, tmp_path, "2.15.1-keras", "no-data"))
    where = target("2.11", MATRIX)
    made = cures(model, where, judge(model, where, MATRIX), MATRIX, lambda model, where: judge(model, where, MATRIX))
    kinds = [cure.kind for cure in made]
    assert kinds[0] == "fetch"
    if made[0].checked is None:
        assert "what follows" in made[0].notes[0]
        assert kinds[-1] == "retrain"


def test_lost_shards_are_told_one_by_one(models: Path, tmp_path: Path) -> None:
    place = damaged(models, tmp_path, "2.6.5-keras", "pointer")
    assert [(row.name, row.pointer, row.objects) for row in read(place).lost] == [(f"variables/{DATA}", True, True)]
    (place / "variables" / DATA).unlink()
    lost = read(place).lost[0]
    assert (lost.size, lost.pointer, lost.mismatch) == (None, False, ())
    assert lost.needed > 100


def test_a_shard_without_the_object_graph_is_read_by_the_operation() -> None:
    """Of a checkpoint in several shards."""
    objects = (SavedObject(node=0, kind="user_object", path="root"),)
    graph = MetaGraph(tags=("serve",), ops=(OpUse("RestoreV2", 1, node=3),), objects=objects)
    lost = (Lost("variables/variables.data-00001-of-00002", None, 80),)
    model = SavedModel(path="m", format="savedmodel", meta_graphs=(graph,), variables=(), lost=lost)
    verdict = next(each for each in judge(model, target("2.6", MATRIX), MATRIX) if each.way == "saved_model.load")
    assert verdict.reason is not None
    assert (verdict.reason.error, verdict.reason.message) == (
        "FileNotFoundError",
        "variables/variables.data-00001-of-00002; No such file or directory",
    )


@pytest.mark.parametrize(
    ("name", "data", "release", "way", "error", "message"),
    [
        (INDEX, b"", "2.0", "saved_model.load", "DataLossError", "file is too short to be an sstable"),
        (INDEX, b"", "2.10", "load_model", "OpError", "file is too short to be an sstable"),
        (INDEX, POINTER.encode(), "2.10", "v1", "DataLossError", "not an sstable (bad magic number)"),
        ("../keras_metadata.pb", POINTER.encode(), "2.6", "load_model", "OSError", "Cannot parse keras metadata "),
        ("../keras_metadata.pb", POINTER.encode(), "2.6", "saved_model.load", "", ""),
        ("../keras_metadata.pb", b"", "2.6", "load_model", "", ""),
    ],
)
def test_an_index_or_metadata_that_can_not_be_read(  # noqa: PLR0917  one parameter a column
    models: Path, tmp_path: Path, name: str, data: bytes, release: str, way: Way, error: str, message: str
) -> None:
    """As each of these releases said of the same files."""
    place = damaged(models, tmp_path, "2.6.5-keras", "whole")
    (place / "variables" / name).write_bytes(data)
    verdict = said(read(place), target(release, MATRIX))[way]
    if not error:
        assert verdict.outcome in {"loads", "differs"}
        return
    assert verdict.reason is not None
    assert (verdict.reason.error, verdict.reason.message) == (error, message)


def test_weights_whose_index_is_no_table(models: Path, tmp_path: Path) -> None:
    place = damaged(models, tmp_path, "2.6.5-keras", "whole") / "variables"
    (place / INDEX).write_bytes(POINTER.encode())
    verdict = said(read(place / "variables"), target("1.15", MATRIX))["load_weights"]
    assert verdict.reason is not None
    assert verdict.reason.error == "OSError"
