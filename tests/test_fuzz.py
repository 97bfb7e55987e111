"""A few seconds of what scripts/fuzz.py does for ten minutes a reader."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfdoctor.tickets.inputs import readers
from tfdoctor.tickets.inputs.entry import Entry, Rejected
from tfdoctor.tickets.inputs.split import cut

FUZZ = Path(__file__).parent.parent / "scripts" / "fuzz.py"
READERS = ["ticket", "jsonl", "snapshot", "dump", "text", "answer", "fingerprint", "redact-text", "redact-json"]
READERS += ["triage", "hdf5", "keras-h5", "keras-zip", "keras-json", "keras-folder", "bytecode", "savedmodel"]
READERS += ["checkpoint", "graph", "pbtxt", "table", "tflite", "keras-metadata", "others", "code", "fix"]


@pytest.mark.skipif(sys.platform == "win32", reason="the fuzzer needs the timers of POSIX")
@pytest.mark.parametrize("reader", READERS)
def test_readers_survive_changed_inputs(reader: str, tmp_path: Path) -> None:
    command = [sys.executable, str(FUZZ), reader, "--seconds", "0.5", "--save", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failed" in done.stdout


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.sampled_from(["", ".json", ".jsonl", ".zip", ".md", ".json.gz"]))
def test_any_bytes_are_read_or_rejected_with_a_reason(data: bytes, suffix: str) -> None:
    for piece in cut(data, "place", f"a{suffix}"):
        for entry in [piece] if isinstance(piece, Rejected) else readers.read(piece):
            assert isinstance(entry, Entry) or entry.reason
