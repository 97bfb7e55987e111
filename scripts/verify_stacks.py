"""Prove the pip rows of stacks.toml: TensorFlow's own loader opens every CUDA file from where the row says.

For each row a fresh environment gets the row's exact pins. Then, by --parts:
loader: one TensorFlow after the other is installed (of patches that are not the last of their minor only the library
  with the loader), and the loader's functions of libtensorflow_framework are called in a process of their own: without
  variables, with those that the row calls necessary, with all. /proc/self/maps tells the files. cuDNN opens its parts
  itself and its run-time compiler as it would, ptxas compiles a kernel for every architecture.
import: the same with the last release, its whole lock installed, after `import tensorflow` and a compiled function.
libraries: the architectures that the libraries have binary code for, and their size.
unlinked: cuDNN's parts without the links of the row.
wsl: cuDNN's parts where the loader knows libcuda.so.1 and not libcuda.so, as on WSL 2.

A real driver library (libcuda.so.1 of any NVIDIA driver package, unpacked) is given by --driver: cuDNN 8 aborts
without. No GPU is needed or used.
Needs Linux x86_64, uv, nm, the package index, 4 GB of disk; root for a loader cache without the machine's own CUDA.
Appends one JSON line a run to evidence/stacks.jsonl, replacing older ones. Exit code 1 where a run is wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harvest.binaries import gpu_code
from packaging.version import Version
from stacks.rig import Rig, only_soname, private_cache

from tfdoctor.matrix import Matrix
from tfdoctor.versions import within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfdoctor.matrix.stacks import Stack

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "compat_matrix" / "evidence" / "stacks.jsonl"
MATRIX = Matrix.locate()
DRIVER = "libcuda.so.1"
PARTS = ("loader", "import", "libraries", "unlinked", "wsl")
OURS = ("nvidia/", "driver/")
_NAMED = re.compile(rb"\blib(?:cuda|nvrtc|cublasLt|z)\.so(?:\.\d+)*")


def releases(stack: Stack) -> list[str]:
    """Return the releases of a row, oldest first."""
    known = MATRIX.releases.versions("tensorflow")
    return [str(version) for version in known if within(version, stack.tensorflow)]


def pythons(version: str) -> set[str]:
    """Return the interpreters for which a release has a Linux wheel."""
    release = MATRIX.releases.get("tensorflow", version)
    return set(release.pythons("linux", "x86_64")) if release else set()


def newest(interpreters: Iterable[str]) -> str:
    """Return the newest of some interpreters ("3.9", "3.10")."""
    return max(interpreters, key=Version)


def expected(version: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files that a release needs, and those that it opens later: name → where pip puts it."""
    build = MATRIX.sonames.build(Version(version))
    if build is None:
        sys.exit(f"sonames.toml has no row for {version}")
    major = build.cuda.partition(".")[0]
    places = {name: f"{item.folder}/lib/{name}" for item in MATRIX.sonames.providers[major] for name in item.files}
    needed = {name: places[name] for name in build.required if name != DRIVER}
    return needed, {name: places[name] for name in build.lazy if name in places}


def judge(version: str, stack: Stack, answers: dict[str, dict[str, Any]], *, driver: bool) -> dict[str, Any]:
    """Compare what was opened with what should be; `wrong` lists each difference."""
    needed, later = expected(version)
    wrong = [f"{name}: {answer['error']}" for name, answer in answers.items() if "error" in answer]
    row: dict[str, Any] = {}
    if not wrong:
        everything, least, bare = answers["all"], answers["search"], answers["none"]
        row["opened"] = {name: place for name, place in needed.items() if place in everything["mapped"]}
        row["later"] = {name: place if place in everything["mapped"] else None for name, place in later.items()}
        row["without_also"] = sorted(name for name, place in later.items() if place in least["mapped"])
        row["without_variables"] = sorted(name for name, place in needed.items() if place in bare["mapped"])
        row["admits"] = {name: answers[name]["admits"] for name in answers}
        row["nvrtc"] = {name: answers[name]["nvrtc"] for name in answers}
        row |= {key: everything[key] for key in ("cudnn", "versions", "roots")}
        for name, answer in (("search", least), ("all", everything)):
            files = answer["mapped"]
            wrong += [f"{name}: {item} is not at {place}" for item, place in needed.items() if place not in files]
            wrong += [f"{name}: {file} is not the row's" for file in files if not file.startswith(OURS)]
            wrong += [f"{name}: TensorFlow's check refuses"] * (answer["admits"] is False)
        if not everything["nvrtc"].get("compiled"):
            wrong.append(f"cuDNN's run-time compiler: {everything['nvrtc']}")
        if driver:
            wrong += [f"cuDNN's {part}: {status}" for part, status in everything["cudnn"].items() if status != 0]
            parts = MATRIX.sonames.cudnns[int(stack.cudnn.partition(".")[0])].linux
            files = everything["mapped"]
            wrong += [f"cuDNN: {name} was not opened" for name in parts if f"nvidia/cudnn/lib/{name}" not in files]
        if bool(stack.search) == (len(row["without_variables"]) == len(needed)):
            wrong.append("search: the row's folders are not those that are missing")
    return row | {"wrong": wrong}


def is_last_patch(version: str) -> bool:
    """Whether a release is the newest of its minor."""
    newest_patch = MATRIX.releases.latest_patch("tensorflow", version)
    return newest_patch is not None and str(newest_patch.version) == version


def ask(rig: Rig, stack: Stack, version: str, *, imported: bool) -> dict[str, dict[str, Any]]:
    """Ask without variables, with the necessary ones and with all; where these are the same, once."""
    answers: dict[str, dict[str, Any]] = {}
    asked: dict[tuple[str | None, ...], str] = {}
    for name in ("none", "search", "all"):
        environ = rig.environ(stack, name)
        twin = asked.setdefault((environ.get("LD_LIBRARY_PATH"), environ.get("XLA_FLAGS")), name)
        answers[name] = answers.get(twin) or rig.ask(stack, version, variables=name, imported=imported)
    return answers


def run(rig: Rig, stack: Stack, version: str, python: str, *, whole: bool) -> dict[str, Any]:
    """Examine one release; `whole`: import it with its lock."""
    installed = whole or is_last_patch(version)
    if whole:
        lock = MATRIX.locks.get("tensorflow", version, python, "linux-x86_64")
        pins = [str(pin) for pin in getattr(lock, "pins", ())]
        if not pins:
            sys.exit(f"no lock for {version} on {python}")
        rig.install(*pins, cached=True)
    elif installed:
        rig.install(f"tensorflow=={version}")
    else:
        rig.take_framework(version)
    answers = ask(rig, stack, version, imported=whole)
    result = judge(version, stack, answers, driver=rig.driver is not None)
    compiler = rig.compiler()
    if not compiler["ptxas"] or not compiler["libdevice"]:
        result["wrong"].append("ptxas or libdevice is missing")
    head: dict[str, Any] = {"stack": stack.name, "tensorflow": version, "python": python, "imported": whole}
    head["installed"] = installed
    if whole and not result["wrong"]:
        head["jit"] = answers["all"]["jit"]
    driver = next((path.name for path in rig.driver.glob("libcuda.so.*.*")), "") if rig.driver else ""
    head |= {"date": dt.datetime.now(tz=dt.timezone.utc).date().isoformat(), "driver": driver[len("libcuda.so.") :]}
    return head | {"own_cache": rig.cache is not None, **compiler, **result}


def without_links(rig: Rig, stack: Stack, version: str) -> dict[str, Any]:
    """Open cuDNN's parts before the row's links are made."""
    rig.install(f"tensorflow=={version}")
    answer = rig.ask(stack, version, variables="all")
    found = {"error": answer["error"]} if "error" in answer else {key: answer[key] for key in ("cudnn", "nvrtc")}
    return {"stack": stack.name, "unlinked": version, **found}


def on_wsl(rig: Rig, stack: Stack, version: str) -> dict[str, Any]:
    """Open cuDNN's parts where the loader knows the driver by libcuda.so.1 only, without and with the row's folder."""
    if rig.driver is None:
        sys.exit("this needs --driver")
    folder = only_soname(rig.driver, rig.folder / "wsl")
    bare = replace(rig, cache=private_cache(folder, folder))
    rig.install(f"tensorflow=={version}")
    answers = {
        "without": bare.ask(stack, version, variables="all"),
        "with": bare.ask(stack, version, variables="all", wsl=rig.driver),
    }
    return {
        "stack": stack.name,
        "wsl": version,
        **{name: answer.get("error", answer.get("cudnn")) for name, answer in answers.items()},
    }


def libraries(rig: Rig, stack: Stack) -> dict[str, Any]:
    """Read the architectures of the binary code in the libraries of a row, and what cuDNN opens by name."""
    needed, _ = expected(releases(stack)[-1])
    folder = rig.site / "nvidia" / "cudnn" / "lib"
    files = [rig.site / place for place in needed.values()] + sorted(folder.glob("libcudnn_*.so.*"))
    found = {path.name: gpu_code(path.read_bytes())[0] for path in files}
    files = [path for path in files if "cudnn" in path.name]
    return {
        "stack": stack.name,
        "megabytes": rig.megabytes(),
        "glibc": rig.glibc(),
        "sass": {name: list(code) for name, code in found.items() if code},
        "cudnn_names": sorted({name.decode() for path in files for name in _NAMED.findall(path.read_bytes())}),
    }


def key(row: dict[str, Any]) -> tuple[int, str, Version, str]:
    """Order the lines: by row, release, kind of line."""
    names = [stack.name for stack in MATRIX.stacks.rows]
    version = Version(row.get("tensorflow", "0"))
    place = names.index(row["stack"]) if row["stack"] in names else len(names)
    named = {"sass": "libraries", "unlinked": "unlinked", "wsl": "wsl"}
    kind = next((kind for field, kind in named.items() if field in row), "import" if row.get("imported") else "loader")
    return place, row["stack"], version, kind


def write(rows: list[dict[str, Any]]) -> None:
    """Put the rows in place of older ones of the same key."""
    old = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    merged = {key(row): row for row in [*old, *rows]}
    RESULTS.write_text("".join(json.dumps(merged[name]) + "\n" for name in sorted(merged)))


def known(part: str, stack: Stack) -> bool:
    """Whether a part that concerns the libraries only was done for these libraries."""
    twins = {row.name for row in MATRIX.stacks.rows if (row.cuda, row.cudnn) == (stack.cuda, stack.cudnn)}
    lines = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    return any(part in line and line["stack"] in twins for line in lines)


def done(stack: Stack, version: str, *, whole: bool) -> bool:
    """Whether a release was found right with a row before."""
    lines = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    wanted: tuple[object, ...] = (stack.name, version, whole, [])
    return any(
        (line["stack"], line.get("tensorflow"), line.get("imported"), line.get("wrong")) == wanted for line in lines
    )


def verify(stack: Stack, chosen: list[str], rig: Rig, python: str, arguments: argparse.Namespace) -> bool:
    """Run the releases of one row; return whether all of them are right."""
    rig.install(*stack.requirements)
    rig.unlink(stack)
    rig.make_shim()
    if "unlinked" in arguments.parts and stack.links and not known("unlinked", stack):
        write([without_links(rig, stack, chosen[-1])])
    rig.link(stack)
    jobs = [(version, False) for version in chosen if "loader" in arguments.parts]
    jobs += [(chosen[-1], True)] if "import" in arguments.parts else []
    if arguments.missing:
        jobs = [(version, whole) for version, whole in jobs if not done(stack, version, whole=whole)]
    right = True
    for version, whole in jobs:
        row = run(rig, stack, version, python, whole=whole)
        write([row])
        right = right and not row["wrong"]
        print(f"{stack.name} {version}{' imported' if whole else ''}: {'; '.join(row['wrong']) or 'right'}", flush=True)
    if "wsl" in arguments.parts and not known("wsl", stack):
        write([on_wsl(rig, stack, chosen[-1])])
    if "libraries" in arguments.parts and not known("sass", stack):
        write([libraries(rig, stack)])
    return right


def verify_all(work: dict[str, list[str]], arguments: argparse.Namespace) -> bool:
    """Run rows of the same CUDA and cuDNN in one environment; `work` has the releases by the name of the row."""
    rows = [stack for stack in MATRIX.stacks.rows if stack.name in work]
    chosen = [version for versions in work.values() for version in versions]
    python = newest(set.intersection(*(pythons(version) for version in chosen)))
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        path = Path(folder).resolve()
        rig = Rig(path / "env", arguments.driver, private_cache(path, arguments.driver))
        subprocess.run(["uv", "venv", "-q", "-p", python, str(rig.folder)], check=True)
        results = [verify(stack, work[stack.name], rig, python, arguments) for stack in rows]
        return all(results)


def main() -> int:
    """Verify the rows that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", nargs="*", help="names of rows; default all of pip")
    parser.add_argument("--releases", help="a specifier; default all of a row")
    parser.add_argument("--driver", type=Path, help="a folder with libcuda.so.1 and libcuda.so of a real driver")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=["loader"], help="what to do; default loader")
    parser.add_argument("--missing", action="store_true", help="leave out the runs that were right before")
    parser.add_argument("--work", type=Path, help="a folder for the environments")
    arguments = parser.parse_args()
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for stack in MATRIX.stacks.rows:
        if stack.with_pip and stack.name in (arguments.stacks or [stack.name]):
            chosen = [text for text in releases(stack) if within(Version(text), arguments.releases or ">=0")]
            if chosen:
                groups.setdefault((stack.cuda, stack.cudnn), {})[stack.name] = chosen
    results = [verify_all(work, arguments) for work in groups.values()]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
