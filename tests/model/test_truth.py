"""The judge against what real releases did with real models: the committed table, and that the comparison can fail."""

import json
import lzma
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "compat_matrix" / "evidence" / "models.jsonl.xz"
sys.path.insert(0, str(ROOT / "scripts"))

import verify_models  # noqa: E402  scripts are on the path now


def verify(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["verify_models.py", *map(str, words)])
    return verify_models.main()


def test_verdicts_and_reasons_agree_with_what_happened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(monkeypatch, "--show", 5) == 0
    assert "savedmodel saved_model.load" in capsys.readouterr().out


def test_the_table_holds_every_release_and_way() -> None:
    head, *lines = lzma.decompress(TABLE.read_bytes()).split(b"\n")
    pythons = json.loads(head)["pythons"]
    entries = [json.loads(line) for line in lines]
    assert len(pythons) >= 14
    assert {"1.15.5", "2.3.4", "2.6.5", "2.21.0"} <= set(pythons)
    assert {entry["saved"] for entry in entries} == set(pythons)
    assert {loaded for entry in entries for by in entry["answers"].values() for loaded in by} == set(pythons)
    assert len({entry["arch"] for entry in entries}) >= 12
    assert all(entry["facts"] for entry in entries)


def test_answers_that_disagree_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head, *lines = lzma.decompress(TABLE.read_bytes()).split(b"\n")
    first = json.loads(head)
    for answer in first["answers"]:
        answer.update({"ok": not answer["ok"], "error": "OtherError", "message": "other words"})
    turned = tmp_path / "turned.xz"
    turned.write_bytes(lzma.compress(b"\n".join((json.dumps(first).encode(), *lines[:40])), preset=1))
    assert verify(monkeypatch, turned) == 1
    said = capsys.readouterr().out
    assert "said " in said
    assert " 0.0 % of " in said
