"""Drift beside what short snippets met in every release: the committed runs, and that the comparison can fail."""

import json
import lzma
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import verify_idioms  # noqa: E402  scripts are on the path now
from idioms.run import LIST, RUNS, idioms, runs  # noqa: E402


def verify(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["verify_idioms.py", *map(str, words)])
    return verify_idioms.main()


def test_what_breaks_is_listed_and_what_works_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(monkeypatch, "--pairs", "neighbours") == 0
    assert verify(monkeypatch, "--pairs", "asked") == 0
    assert "snippets that break" in capsys.readouterr().out


def test_every_snippet_ran_in_every_release() -> None:
    kept = runs(RUNS)
    rows = idioms(LIST)
    assert len(rows) >= 200
    assert {len(kept[row.name, row.digest]) for row in rows} == {23}


def test_runs_that_went_otherwise_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    turned = tmp_path / "turned.jsonl"
    rows = [json.loads(line) for line in lzma.decompress(RUNS.read_bytes()).splitlines()]
    for row in rows:
        for found in row["releases"].values():
            found.update(
                status="done" if found["status"] == "failed" else "failed", line=1, through=[], error="E", message="m"
            )
    turned.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert verify(monkeypatch, "--runs", turned, "--show") == 1
    assert "FALSE" in capsys.readouterr().out
