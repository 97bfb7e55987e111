"""Real environments of releases: one for each minor of TensorFlow, from the pins that are known to work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
PINS = ROOT / "compat_matrix" / "evidence" / "environments.json"
OLDEST = Version("1.15")
# No GPU, no talk: the children's answers are files, their complaints are shown when they fail.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONHASHSEED": "0",
}
LIMIT = 900  # seconds for one child


@dataclass(frozen=True)
class Environment:
    """A release with the CPython and the pins to run it.

    `name` is the release of TensorFlow, or of what is added to it ("keras-3.4.1", "tf-keras-2.18.0").
    """

    name: str
    tensorflow: str
    python: str
    pins: tuple[str, ...]


def chosen() -> list[Environment]:
    """Return the last release of each minor with the newest CPython that it has pins for, oldest first."""
    best: dict[tuple[int, ...], tuple[Version, Version, Environment]] = {}
    for key, pins in json.loads(PINS.read_text(encoding="utf-8")).items():
        release, _, tag = key.partition("-cp")
        version, python = Version(release), Version(f"{tag[0]}.{tag[1:]}")
        if version < OLDEST:
            continue
        found = (version, python, Environment(release, release, str(python), tuple(pins)))
        if found[:2] > best.get(version.release[:2], (OLDEST, python))[:2]:
            best[version.release[:2]] = found
    return [best[minor][2] for minor in sorted(best)]


@contextmanager
def prepared(one: Environment, folder: Path | None, scratch: Path) -> Iterator[Path]:
    """Give the interpreter of an environment: the one in `folder`/NAME, else a new one that is removed afterwards.

    Raises:
        subprocess.CalledProcessError: uv could not make it.
    """
    ready = folder / one.name / "bin" / "python" if folder else None
    if ready and ready.exists():
        yield ready
        return
    place = scratch / one.name
    try:
        subprocess.run(["uv", "venv", "-q", "--python", one.python, place], check=True)
        python = place / "bin" / "python"
        subprocess.run(["uv", "pip", "install", "-q", "--no-deps", "--python", python, *_cpu(one.pins)], check=True)
        yield python
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _cpu(pins: Sequence[str]) -> list[str]:
    """Return pins with the build without CUDA, which registers the same and is a third of the size."""
    return [f"tensorflow-cpu{pin[len('tensorflow') :]}" if pin.startswith("tensorflow==") else pin for pin in pins]


def ask(python: Path, child: Path, answer: Path, **variables: str) -> dict[str, object]:
    """Run a script in an environment; it writes JSON to the file that its argument names.

    Raises:
        RuntimeError: it failed; the text has its last lines.
    """
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "TF_", "KERAS"))}
    done = subprocess.run(
        [python, "-W", "ignore", child, answer],
        env=environ | QUIET | variables,
        cwd=answer.parent,
        timeout=LIMIT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{child.name} in {python}: {done.stderr[-2000:]}")
    sys.stderr.write(f"{python.parent.parent.name}: {child.name} done\n")
    found: dict[str, object] = json.loads(answer.read_text(encoding="utf-8"))
    return found
