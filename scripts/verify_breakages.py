"""Break working environments on purpose, in the ways that users break them, and compare `tfdoctor check` with reality.

For each breakage: a working environment, the change, scripts/smoke_tf.py (and the companion's import, where one is
part of the breakage) as the truth, then `tfdoctor check --format json`. Right is: where something fails, an error
whose primary is one of the expected names (a warning where only TensorBoard or a companion fails); where nothing
fails, no error.

Writes docs/breakages.md. Needs uv, interpreters and the network. Exit code 1 below --at-least, or on a false error.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from verify_installs import ROOT, check, interpreters, run, smoke

TABLE = ROOT / "docs" / "breakages.md"


@dataclass(frozen=True)
class Patient:
    """One environment under test; `cwd` is the folder that the user works in."""

    folder: Path
    cwd: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def site(self) -> Path:
        """Its site-packages folder."""
        return next((self.folder / "lib").glob("python3.*")) / "site-packages"

    def pip(self, *words: str) -> None:
        """Run `uv pip` on it; a failed change is a fault of this script.

        Raises:
            RuntimeError: uv failed.
        """
        done = run("uv", "pip", words[0], "-q", "-p", self.python, *words[1:])
        if done.returncode:
            raise RuntimeError(f"uv pip {' '.join(words)}: {done.stderr[-300:]}")


Change = Callable[[Patient], None]


def install(*requirements: str, deps: bool = False) -> Change:
    """Put distributions at other versions, by default without their dependencies."""
    return lambda patient: patient.pip("install", *([] if deps else ["--no-deps"]), *requirements)


def remove(*names: str) -> Change:
    """Uninstall distributions."""
    return lambda patient: patient.pip("uninstall", *names)


def delete(pattern: str) -> Change:
    """Delete the first file that matches below site-packages."""

    def change(patient: Patient) -> None:
        next(iter(sorted(patient.site.glob(pattern)))).unlink()

    return change


def truncate(pattern: str) -> Change:
    """Cut the first file that matches to half (a new file: the original may be shared with a cache)."""

    def change(patient: Patient) -> None:
        path = next(iter(sorted(patient.site.glob(pattern))))
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content[: len(content) // 2])

    return change


def delete_folder(pattern: str) -> Change:
    """Delete the first folder that matches below site-packages."""

    def change(patient: Patient) -> None:
        shutil.rmtree(next(iter(sorted(patient.site.glob(pattern)))))

    return change


def interrupted_uninstall(patient: Patient) -> None:
    """Leave what pip leaves when it is killed while it uninstalls: folders renamed to a tilde."""
    for path in [patient.site / "tensorflow", *patient.site.glob("tensorflow-*.dist-info")]:
        path.rename(path.with_name("~" + path.name[1:]))


def leftover(patient: Patient) -> None:
    """Leave a tilde folder beside a working installation."""
    (patient.site / "~ensorboard-2.0.0.dist-info").mkdir()


def write(name: str, text: str = "") -> Change:
    """Put a file into the user's working folder."""

    def change(patient: Patient) -> None:
        path = patient.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


@dataclass(frozen=True)
class Breakage:
    """One way to break an environment. `also` is a program that must work besides the smoke stages."""

    title: str
    change: Change
    expected: tuple[str, ...]
    also: str = ""


@dataclass(frozen=True)
class Base:
    """A working environment and what is done to it."""

    python: str
    requirements: tuple[str, ...]
    breakages: tuple[Breakage, ...]


KERAS3 = ("keras3-over-tf-le-215", "keras-tf-minor-mismatch")
FILES = ("tensorflow-files-missing", "corrupt-dependency")
HUB = "tensorflow-hub==0.15.0"  # tensorflow-text imports it
BASES = (
    Base("3.11", ("tensorflow==2.15.1", "setuptools<80"), (
        Breakage("nothing", lambda _: None, ()),
        Breakage("NumPy 2", install("numpy==2.2.6"), ("numpy2-abi",)),
        Breakage("protobuf 6", install("protobuf==6.31.1"), ("protobuf-too-new",)),
        Breakage("protobuf 3.19", install("protobuf==3.19.6"), ("protobuf-too-old",)),
        Breakage("Keras 3", install("keras==3.5.0"), KERAS3),
        Breakage("Keras 2.14", install("keras==2.14.0"), ("keras-tf-minor-mismatch",)),
        Breakage("wrapt 2", install("wrapt==2.0.1"), ("wrapt-typing-ext-dictwrapper",)),
        Breakage("ml-dtypes 0.1", install("ml-dtypes==0.1.0"), ("ml-dtypes-version",)),
        Breakage("ml-dtypes 0.5", install("ml-dtypes==0.5.1"), ("ml-dtypes-version",)),
        Breakage("estimator 2.13", install("tensorflow-estimator==2.13.0"), ("estimator-version",)),
        Breakage("gast 0.6", install("gast==0.6.0"), ("gast-version",)),
        Breakage("no wrapt", remove("wrapt"), ("requirement-not-installed",)),
        Breakage("no Keras", remove("keras"), ("keras-package-missing", "requirement-not-installed")),
        Breakage("setuptools 82", install("setuptools==82.0.0"), ("pkg-resources-removed",)),
        Breakage("tensorflow-cpu 2.14 over it", install("tensorflow-cpu==2.14.1"),
                 ("two-tensorflow-distributions", "ml-dtypes-version")),
        Breakage("TF_USE_LEGACY_KERAS is harmless here", lambda _: None, ()),
        Breakage("tensorflow.py in the folder", write("tensorflow.py"), ("shadowed-module",)),
        Breakage("random.py in the folder", write("random.py", "x = 1\n"), ("shadowed-module",)),
        Breakage("a data folder named keras", write("keras/notes.txt"), ()),
        Breakage("a deleted library", delete("tensorflow/python/_pywrap_tensorflow_internal.so"), FILES),
        Breakage("a truncated library", truncate("tensorflow/libtensorflow_framework.so.2"), FILES),
        Breakage("a deleted module", delete("tensorflow/python/framework/ops.py"), FILES),
        Breakage("half of Keras deleted", delete_folder("keras/src/engine"), FILES),
        Breakage("NumPy's core deleted", delete_folder("numpy/core"), FILES),
        Breakage("an interrupted uninstall", interrupted_uninstall,
                 ("pip-tilde-leftover", "interrupted-uninstall", "tensorflow-not-installed")),
        Breakage("a harmless tilde folder", leftover, ("pip-tilde-leftover",)),
        Breakage("tensorflow-text 2.14", install("tensorflow-text==2.14.0", HUB), (), "import tensorflow_text"),
        Breakage("tensorflow-text 2.16", install("tensorflow-text==2.16.1", HUB), ("tf-plugin-abi-mismatch",),
                 "import tensorflow_text"),
        Breakage("tensorflow-text 2.12", install("tensorflow-text==2.12.1", HUB), ("tf-plugin-abi-mismatch",),
                 "import tensorflow_text"),
        Breakage("tensorflow-text 2.15", install("tensorflow-text==2.15.0", HUB), (), "import tensorflow_text"),
        Breakage("tensorflow-probability 0.25", install("tensorflow-probability==0.25.0", "dm-tree", "cloudpickle",
                 "decorator"), ("tfp-tf-pair",), "import tensorflow_probability as t; t.distributions.Normal"),
    )),
    Base("3.12", ("tensorflow==2.16.2", "setuptools<80"), (
        Breakage("nothing", lambda _: None, ()),
        Breakage("NumPy 2", install("numpy==2.1.3"), ("numpy2-abi",)),
        Breakage("protobuf 5", install("protobuf==5.29.5"), ("protobuf-too-new",)),
        Breakage("protobuf 7", install("protobuf==7.34.0"), ("protobuf-too-new",)),
        Breakage("Keras 2", install("keras==2.15.0"), ("keras-tf-minor-mismatch", "keras2-under-tf-ge-216")),
        Breakage("wrapt 2", install("wrapt==2.0.1"), ("wrapt-typing-ext-dictwrapper",)),
        Breakage("tf-keras 2.15", install("tf-keras==2.15.1"), ("tf-keras-tf-mismatch",), "import tf_keras"),
        Breakage("tf-keras 2.16", install("tf-keras==2.16.0"), (), "import tf_keras"),
        Breakage("no setuptools", remove("setuptools"), ("distutils-removed",)),
    )),
    Base("3.12", ("tensorflow==2.20.0", "setuptools<80"), (
        Breakage("nothing", lambda _: None, ()),
        Breakage("protobuf 7", install("protobuf==7.34.0"), ("protobuf-too-new",)),
        Breakage("protobuf 5.27", install("protobuf==5.27.5"), ("protobuf-too-old",)),
        Breakage("protobuf 4", install("protobuf==4.25.8"), ("protobuf-too-old",)),
        Breakage("NumPy 1.26", install("numpy==1.26.4"), ("numpy-too-old-abi",)),
        Breakage("setuptools 82", install("setuptools==82.0.0"), ("pkg-resources-removed",)),
        Breakage("ml-dtypes 0.4", install("ml-dtypes==0.4.1"), ("ml-dtypes-version",)),
        Breakage("tensorflow-cpu 2.19 over it", install("tensorflow-cpu==2.19.0"), ("two-tensorflow-distributions",)),
    )),
    Base("3.9", ("tensorflow==2.6.5", "setuptools<80"), (
        Breakage("nothing", lambda _: None, ()),
        Breakage("protobuf 4", install("protobuf==4.25.8"), ("protobuf-too-new",)),
        Breakage("Keras 2.7", install("keras==2.7.0"), ("keras-tf-minor-mismatch",)),
        Breakage("estimator 2.7", install("tensorflow-estimator==2.7.0"), ("estimator-version",)),
        Breakage("NumPy 1.26", install("numpy==1.26.4"), ("numpy-removed-aliases",)),
        Breakage("flatbuffers 23", install("flatbuffers==23.5.26"), ("flatbuffers-version",)),
        Breakage("typing-extensions 4", install("typing-extensions==4.12.2"), ()),
        Breakage("h5py 3.11", install("h5py==3.11.0"), ("h5py3-with-old-keras",)),
    )),
)  # fmt: skip


def truth(patient: Patient, also: str) -> str:
    """Return what fails in a broken environment, or an empty text."""
    stage, error = smoke(patient.python, cwd=patient.cwd)
    if stage:
        return f"{stage}: {error}"
    if also:
        tried = run(patient.python, "-c", also, cwd=patient.cwd)
        if tried.returncode:
            return f"{also}: {tried.stderr.strip().splitlines()[-1][:200]}"
    return ""


def main() -> int:
    """Make every base, break it in every way, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--at-least", type=float, default=0.98)
    parser.add_argument("--only", default="", help="only breakages whose title contains this")
    options = parser.parse_args()
    pythons = interpreters([])
    rows: list[tuple[str, str, str, str, bool]] = []
    for base in BASES:
        for breakage in base.breakages:
            if options.only in breakage.title:
                rows.append(examine(base, breakage, pythons[base.python]))
                print(*rows[-1], sep=" | ", flush=True)
    right = sum(row[-1] for row in rows)
    false = [row for row in rows if not row[2] and "error" in row[3]]
    print(f"{right} of {len(rows)} right; {len(false)} false errors")
    if not options.only:
        TABLE.write_text(table(rows, right, len(false)))
    return 0 if right >= options.at_least * len(rows) and not false else 1


def examine(base: Base, breakage: Breakage, interpreter: str) -> tuple[str, str, str, str, bool]:
    """Return (base, breakage, what fails, verdict, right) of one breakage in a fresh environment."""
    with tempfile.TemporaryDirectory() as name:
        patient = Patient(Path(name) / "env", Path(name) / "work")
        patient.cwd.mkdir()
        run("uv", "venv", "-q", "-p", interpreter, str(patient.folder))
        patient.pip("install", *base.requirements)
        breakage.change(patient)
        fails = truth(patient, breakage.also)
        verdict = check(patient.python, cwd=patient.cwd)
    if not fails:
        right = verdict["status"] not in ("error", "?")
    elif fails.startswith(("tensorboard", "import ")):  # TensorFlow itself works: a warning says enough
        right = verdict["primary"] in breakage.expected
    else:
        right = verdict["status"] == "error" and verdict["primary"] in breakage.expected
    said = f"{verdict['status']}: {verdict['primary']}"
    return base.requirements[0], breakage.title, fails[:90], said, bool(right)


def table(rows: list[tuple[str, str, str, str, bool]], right: int, false: int) -> str:
    """Return the results as Markdown."""
    today = datetime.now(timezone.utc).date().isoformat()
    lines = [
        "# Working environments, broken on purpose",
        "",
        f"Made by `scripts/verify_breakages.py` on {today} (Linux x86_64, CPU): {right} of {len(rows)} right,",
        f"{false} false errors.",
        "",
        "| environment | change | what fails | check | right |",
        "|---|---|---|---|---|",
    ]
    for environment, change, fails, said, good in rows:
        shown = " ".join(fails.replace("|", "/").split()) or "nothing"
        lines.append(f"| {environment} | {change} | {shown} | {said} | {'yes' if good else '**no**'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
