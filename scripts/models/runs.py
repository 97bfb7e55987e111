"""Start `save.py` and `load.py` in real environments, and keep what happened: resumable, crashes and hangs included."""

import json
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
KERAS_WAYS: Final = ("load_model", "load_model-nocompile")
WAYS: Final = {
    "h5": KERAS_WAYS, "keras": KERAS_WAYS, "savedmodel": (*KERAS_WAYS, "saved_model.load", "TFSMLayer", "v1"),
    "weights": ("load_weights",), "checkpoint": ("load_weights",), "tflite": ("tflite",),
}  # fmt: skip
FILES: Final = {  # as save.py names them
    "h5": "model.h5", "keras": "model.keras", "savedmodel": "model_dir", "weights": "model.weights.h5",
    "checkpoint": "checkpoint/weights", "tflite": "model.tflite",
}  # fmt: skip
WITH_OWN_CLASSES: Final = {"custom", "registered", "outputs", "subclassed"}
FIRST_WITH_KERAS_3: Final = (2, 16)
SLOWEST: Final = ("bidirectional", "savedmodel")  # two thirds of all time: they come last
SECONDS: Final = 60  # for one task
STARTING: Final = 120  # to import TensorFlow, and over a task's own limit before the process is killed
CRASHES: Final = 8  # of one release that saves; 2.16's converter of TFLite takes its process with it
CHUNK: Final = 160  # tasks for one process

Row = dict[str, Any]


def environment(python: Path) -> dict[str, str]:
    """The variables of a run: no GPU, few words, the environment's programs first (1.15's converter calls one)."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "PYTHON"))}
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return kept | {"PATH": path, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def version(python: Path) -> str:
    """The minor version of an interpreter: "3.9"."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def save(python: Path, folder: Path, architectures: list[str]) -> None:
    """Save the architectures in one release; those that are there are kept, and one that crashes does not end it."""
    words = [str(python), str(HERE / "save.py"), str(folder), *architectures]
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        for _ in range(CRASHES):
            if not subprocess.run(words, env=environment(python), stdout=log, stderr=log, check=False).returncode:
                return


def tasks(artifacts: Path, loaded: str) -> Iterator[Row]:
    """All that one release can be asked to load, among what lies in `artifacts`."""
    layer = tuple(map(int, loaded.split(".")[:2])) >= FIRST_WITH_KERAS_3
    for report in sorted(artifacts.glob("*/*/saved.json")):
        folder = report.parent
        written = json.loads(report.read_text())["formats"]
        for kind, state in written.items():
            ways = [way for way in WAYS[kind] if way != "TFSMLayer" or layer] if state == "saved" else []
            if ways and "load_model" in ways and folder.name in WITH_OWN_CLASSES:
                ways.append("load_model-custom")
            for way in ways:
                yield {
                    "arch": folder.name, "format": kind, "saved": folder.parent.name, "way": way,
                    "folder": str(folder), "path": str(folder / FILES[kind]),
                }  # fmt: skip


def key(row: Row) -> tuple[str, ...]:
    """What tells a task from all others of one release."""
    return (row["arch"], row["format"], row["saved"], row["way"])


def answered(answers: Path) -> dict[tuple[str, ...], Row]:
    """The answers of one release that are there; a begun task without an answer is a crash."""
    rows: dict[tuple[str, ...], Row] = {}
    for line in answers.read_text().splitlines() if answers.exists() else ():
        row = json.loads(line)
        if "begun" in row:
            rows[key(row["begun"])] = {**row["begun"], "ok": False, "error": "crash", "message": ""}
        else:
            rows[key(row)] = row
    return rows


def chunks(artifacts: Path, loaded: str, answers: Path) -> list[list[Row]]:
    """What is left for one release, shuffled so that a part of it is a fair sample."""
    done = answered(answers)
    left = [row for row in tasks(artifacts, loaded) if key(row) not in done]
    random.Random(loaded).shuffle(left)  # noqa: S311  an order, no secret
    left.sort(key=lambda row: (row["arch"], row["format"]) == SLOWEST)
    return [left[start : start + CHUNK] for start in range(0, len(left), CHUNK)]


def load(python: Path, rows: list[Row], answers: Path) -> None:
    """Load them in one process, and go on in another one after a crash or a hang."""
    while rows:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
            file.flush()
            words = [str(python), str(HERE / "load.py"), file.name, str(answers), str(SECONDS)]
            process = subprocess.Popen(
                words, env=environment(python), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _watch(process, answers)
        done = answered(answers)
        left = [row for row in rows if key(row) not in done]
        if len(left) == len(rows):
            raise RuntimeError(f"{python} answers nothing")
        rows = left


def _watch(process: "subprocess.Popen[bytes]", answers: Path) -> None:
    """Wait for a process that keeps writing; kill one that does not."""
    size = -1
    while True:
        try:
            process.wait(SECONDS + STARTING)
        except subprocess.TimeoutExpired:
            now = answers.stat().st_size if answers.exists() else 0
            if now == size:
                process.kill()
            size = now
        else:
            return
