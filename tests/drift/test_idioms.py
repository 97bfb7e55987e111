"""Drift beside what short snippets met in every release: the committed runs, and that the comparison can fail."""

import json
import lzma
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import verify_idioms  # noqa: E402  scripts are on the path now
import verify_numbers  # noqa: E402
from idioms.inside import printed  # noqa: E402
from idioms.run import LIST, NUMBERS, NUMBERS_RUNS, RUNS, idioms, runs  # noqa: E402


def verify(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["verify_idioms.py", *map(str, words)])
    return verify_idioms.main()


def test_what_breaks_is_listed_and_what_works_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(monkeypatch, "--pairs", "neighbours") == 0
    assert verify(monkeypatch, "--pairs", "asked") == 0
    assert "snippets that break" in capsys.readouterr().out


@pytest.mark.parametrize(("listed", "told"), [(LIST, RUNS), (NUMBERS, NUMBERS_RUNS)])
def test_every_snippet_ran_in_every_release(listed: Path, told: Path) -> None:
    kept = runs(told)
    rows = idioms(listed)
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


def verify_printed(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["verify_numbers.py", *map(str, words)])
    return verify_numbers.main()


def test_other_numbers_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_printed(monkeypatch, "--pairs", "neighbours") == 0
    assert verify_printed(monkeypatch, "--pairs", "asked") == 0
    assert "other numbers: " in capsys.readouterr().out


def test_numbers_that_went_otherwise_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    turned = tmp_path / "turned.jsonl"
    rows = [json.loads(line) for line in lzma.decompress(NUMBERS_RUNS.read_bytes()).splitlines()]
    for row in rows:
        for number, found in enumerate(row["releases"].values()):
            if found["status"] == "done":
                found["printed"] = [number]
    turned.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert verify_printed(monkeypatch, "--runs", turned, "--show") == 1
    assert "not: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (0.5, 0.5004, False), (0.5, 0.51, True), (0.0001, 0.0002, True), (0.0, 1e-9, False), (100.0, 100.05, False),
        (2.0, 3.0, True), ("acc", "accuracy", True), ("loss", "loss", False), (None, 3.0, False), (1.0, "nan", True),
    ],
)  # fmt: skip
def test_what_counts_as_another_number(one: float | str | None, other: float | str | None, differ: bool) -> None:  # noqa: FBT001
    assert verify_numbers.differs(one, other) is differ


def test_numbers_and_words_of_what_is_printed() -> None:
    said = "[np.float32(0.5), 2e-3] {'loss': nan} 3x x3 -.5 (2, 3)"
    found = printed(said)  # type: ignore[no-untyped-call]  # it runs in old interpreters
    assert found == [0.5, 0.002, "loss", "nan", -0.5, 2.0, 3.0]
    assert verify_numbers.changed([1.0, 2.0], [1.0]) == "2 -> 1 numbers and words"
    assert not verify_numbers.changed([1.0], [1.0])
