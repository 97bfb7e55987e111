"""The loaders of Keras against what real releases did: every file of the committed table, in every release asked."""

import sys
from collections import Counter
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "scripts"))

from models import table  # noqa: E402  scripts are on the path now

from tfdoctor.matrix import Matrix  # noqa: E402
from tfdoctor.model.judge import judge  # noqa: E402
from tfdoctor.model.judge.target import target  # noqa: E402
from tfdoctor.model.judge.verdict import Way  # noqa: E402

TABLE = ROOT / "compat_matrix" / "evidence" / "models.jsonl.xz"
WAYS: tuple[Way, ...] = ("load_model", "load_model-nocompile", "load_weights")
MATRIX = Matrix.locate()


def test_verdicts_of_keras_agree_with_what_happened() -> None:
    pythons, entries = table.of_table(TABLE)
    where = {loaded: target(loaded, MATRIX, python=python) for loaded, python in pythons.items()}
    counted: Counter[str] = Counter()
    for entry in islice(entries, 0, None, 4):  # the whole table is scripts/verify_models.py's
        assert entry.facts is not None
        for loaded in {loaded for way in WAYS for loaded in entry.answers.get(way, ())}:
            verdicts = {verdict.way: verdict for verdict in judge(entry.facts, where[loaded], MATRIX)}
            for way in WAYS:
                row = entry.answers.get(way, {}).get(loaded)
                if row is None:
                    continue
                verdict = verdicts[way]
                right = (verdict.outcome in {"loads", "differs"}) == row["ok"]
                counted["right" if right else "wrong"] += 1
                if not row["ok"] and right:
                    reason = verdict.reason
                    assert reason is not None
                    told = reason.error == row["error"] and reason.message in row["message"]
                    counted["told" if told else "mistold"] += 1
                    assert reason.finding
    assert counted["right"] > 500
    assert counted["right"] / (counted["right"] + counted["wrong"]) >= 0.98
    assert counted["told"] / (counted["told"] + counted["mistold"]) >= 0.95
