"""Real environments of releases: one for each minor of TensorFlow, from the pins that are known to work."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
PINS = ROOT / "compat_matrix" / "evidence" / "environments.json"
OLDEST = Version("1.15")
FIRST_CPU = Version("2.1")
# No GPU, no talk: the children's answers are files, their complaints are shown when they fail.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONHASHSEED": "0",
}
KERAS_3 = 3
LAST_OVER_216 = (3, 4)  # newer ones run over TensorFlow 2.18
FIRST, TREE = (3, 0), ("dm-tree==0.1.8",)  # what Keras 3.0 needs and later ones do not
LIMIT = 1800  # seconds for one child


@dataclass(frozen=True)
class Environment:
    """A release with CPython and pins to run it; `added` are pins that go over these, in a folder of their own."""

    name: str
    python: str
    pins: tuple[str, ...]
    added: tuple[str, ...] = ()

    @property
    def minor(self) -> str:
        """TensorFlow's minor."""
        version = Version(self.name)
        return f"{version.major}.{version.minor}"


def chosen() -> list[Environment]:
    """Return the last release of each minor with the newest CPython that it has pins for, oldest first."""
    best: dict[tuple[int, ...], tuple[Version, Version, Environment]] = {}
    for key, pins in json.loads(PINS.read_text(encoding="utf-8")).items():
        release, _, tag = key.partition("-cp")
        version, python = Version(release), Version(f"{tag[0]}.{tag[1:]}")
        if version < OLDEST:
            continue
        found = (version, python, Environment(release, str(python), tuple(pins)))
        if found[:2] > best.get(version.release[:2], (OLDEST, python))[:2]:
            best[version.release[:2]] = found
    return [best[minor][2] for minor in sorted(best)]


def keras_two(tensorflow: Environment, releases: Sequence[str]) -> Environment | None:
    """Return an environment with the newest tf-keras of its minor added."""
    found = [release for release in releases if release.startswith(f"{tensorflow.minor}.")]
    newest = max(found, key=Version, default=None)
    return replace(tensorflow, added=(f"tf-keras=={newest}",)) if newest else None


def keras_three(tensorflows: Sequence[Environment], releases: Sequence[str]) -> list[Environment]:
    """Return an environment for each minor of Keras 3, each over a TensorFlow that takes it, oldest first."""
    newest: dict[tuple[int, ...], Version] = {}
    for version in sorted(map(Version, releases)):
        if version.major == KERAS_3 and not version.is_prerelease:
            newest[version.release[:2]] = version
    below = {one.minor: one for one in tensorflows}
    found = []
    for minor, version in sorted(newest.items()):
        base = below["2.16"] if minor <= LAST_OVER_216 else below["2.18"]
        found.append(replace(base, added=(f"keras=={version}", *(TREE if minor == FIRST else ()))))
    return found


@contextmanager
def prepared(one: Environment, folder: Path | None, scratch: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give interpreter and variables of an environment: that in `folder`/NAME, else a new one, removed afterwards.

    Raises:
        subprocess.CalledProcessError: uv could not make it.
    """
    ready = folder / one.name / "bin" / "python" if folder else None
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        over, python = Path(place) / "added", Path(place) / one.name / "bin" / "python"
        if ready and ready.exists():
            python = ready
        else:
            subprocess.run(["uv", "venv", "-q", "--python", one.python, python.parent.parent], check=True)
            subprocess.run(["uv", "pip", "install", "-q", "--no-deps", "-p", python, *_cpu(one.pins)], check=True)
        if one.added:
            options = ["-q", "--no-deps", "--python", str(python), "--target", str(over)]
            subprocess.run(["uv", "pip", "install", *options, *one.added], check=True)
        variables = {"PYTHONPATH": str(over)} if one.added else {}
        if any(pin.startswith("tf-keras") for pin in one.added):
            variables["TF_USE_LEGACY_KERAS"] = "1"
        yield python, variables


def _cpu(pins: Sequence[str]) -> list[str]:
    """Return pins with the build without CUDA, which registers the same and is a third of the size.

    The last patches before 2.1 were built as one distribution only.
    """
    name, _, version = next(pin for pin in pins if pin.startswith("tensorflow==")).partition("==")
    if Version(version) < FIRST_CPU:
        return list(pins)
    return [f"tensorflow-cpu=={version}" if pin == f"{name}=={version}" else pin for pin in pins]


def ask(python: Path, variables: dict[str, str], child: Path, answer: Path, *arguments: Path) -> dict[str, Any]:
    """Run a script in an environment; it writes JSON to the file that its first argument names.

    Raises:
        RuntimeError: it failed; the text has its last lines.
    """
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "TF_", "KERAS"))}
    done = subprocess.run(
        [python, "-W", "ignore", child, answer, *arguments],
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
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found
