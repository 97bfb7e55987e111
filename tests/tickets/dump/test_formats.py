"""Dumps of every format that ever was: data/format-N.zip, as tfdoctor wrote them then. They are never made again."""

from pathlib import Path

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.matrix import Matrix
from tfdoctor.tickets.dump import FORMAT, read
from tfdoctor.tickets.read import Entry, read_inputs

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_an_older_dump_is_still_read(number: int) -> None:
    path = DATA / f"format-{number}.zip"
    found = read(path, members=True)
    assert found.remarks == ()
    assert found.manifest is not None
    assert found.manifest.format == number
    assert found.manifest.redaction.on
    assert "_ARRAY_API not found" in found.members["attachments/001-train.log"]
    assert found.members["attachments/002-train.py"].startswith("import tensorflow")
    assert found.members["report.txt"].startswith("TensorFlow 2.10.1")
    assert "numpy==2.2.6\n" in found.members["freeze.txt"]
    assert found.snapshot is not None
    diagnosis = diagnose(found.snapshot, Matrix.locate(), debug=True)
    assert diagnosis.primary is not None
    assert diagnosis.primary.name == "numpy2-abi"
    assert diagnosis.primary.symptom


def test_triage_reads_it() -> None:
    [entry] = read_inputs([str(DATA / "format-1.zip")])
    assert isinstance(entry, Entry)
    assert entry.id == "format-1"
    assert entry.snapshot.origin == "machine"
