"""Prove that the probe names the very file that TensorFlow's own dlopen opens, for every CUDA library, in real wheels.

For each environment a real TensorFlow is installed from exact pins, with real nvidia distributions where named. Small
shared libraries with the names of CUDA's are laid out beside them in every situation that a loader can meet. Then the
patient's Python imports TensorFlow and opens each name through TF_LoadLibrary, which calls dlopen in the same library
as TensorFlow's CUDA loader does; /proc/self/maps tells the file. Exit code 1 on any disagreement.

It needs Linux, uv, gcc, ldconfig, the package index and up to 5 GB of disk; the cases of the loader's cache need
root (a private mount of /etc/ld.so.cache) and are left out without.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfdoctor.probes import libraries
from tfdoctor.probes.cpu import probe as probe_cpu
from tfdoctor.probes.machine import RealMachine
from tfdoctor.probes.search import CACHE

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "compat_matrix" / "evidence" / "environments.json"
RESULTS = ROOT / "compat_matrix" / "evidence" / "search.json"

# Environment → distributions laid beside TensorFlow. The first three releases know nothing of nvidia's wheels.
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "2.3.4-cp38": (),
    "2.11.1-cp310": ("nvidia-cuda-runtime-cu11==11.8.89", "nvidia-cudnn-cu11==8.6.0.163"),
    "2.13.1-cp311": ("nvidia-cuda-runtime-cu11==11.8.89",),
    "2.15.1-cp311": ("nvidia-cuda-runtime-cu12==12.2.140", "nvidia-cudnn-cu12==8.9.4.25"),
    "2.16.1-cp312": ("nvidia-cuda-runtime-cu12==12.3.101",),
    "2.16.2-cp312": ("nvidia-cuda-runtime-cu12==12.3.101",),
    "2.18.1-cp312": ("nvidia-cuda-runtime-cu12==12.5.82", "nvidia-cudnn-cu12==9.3.0.75"),
    "2.21.0-cp313": ("nvidia-cuda-runtime-cu12==12.5.82",),
}

CHILD = """
import json, os, sys
names, result = json.loads(sys.argv[1]), sys.argv[2]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
def mapped():
    with open("/proc/self/maps") as file:
        return {line.split(None, 5)[5].strip() for line in file if "/" in line}
found = {}
for name in names:
    before = mapped()
    try:
        tf.load_op_library(name)
        error = ""
    except Exception as exception:
        error = str(exception)
    stem = name.partition(".so")[0] + ".so"
    maps = mapped()
    # TensorFlow may have opened it by itself before.
    for paths in (maps - before, () if error else maps):
        new = sorted(path for path in paths if os.path.basename(path).startswith(stem))
        if new:
            break
    found[name] = [new[0] if new else None, error]
with open(result, "w") as file:
    json.dump(found, file)
"""


@dataclass(frozen=True)
class Case:
    """One name in one layout: what the loader opened and what the probe says ("-" nothing, "!" an error)."""

    environment: str
    layout: str
    name: str
    situation: str
    loader: str
    probe: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.loader == self.probe


class StubMachine(RealMachine):
    """This machine with another environment and, where one is given, another cache of the loader."""

    def __init__(self, environ: Mapping[str, str], cache: Path | None) -> None:
        """See RealMachine; `cache` is read in place of /etc/ld.so.cache."""
        super().__init__(environ=environ)
        object.__setattr__(self, "cache", cache)

    def read(self, path: str, limit: int = 1 << 20) -> bytes:
        """See Machine.read."""
        cache: Path | None = getattr(self, "cache")  # noqa: B009  the base class is frozen
        return super().read(str(cache) if path == CACHE and cache else path, limit)


def build(path: Path) -> Path:
    """Compile a shared library whose SONAME is the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{path.name}", "-o", str(path), "-x", "c", "-"],
        input=b"int tfdoctor_stub(void) { return 1; }",
        check=True,
    )
    return path


def patch(path: Path, offset: int, data: bytes) -> None:
    """Overwrite bytes of a file."""
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)


SITUATIONS = {
    "libcublas.so.11": "only in the second folder",
    "libcublasLt.so.11": "in both folders",
    "libcufft.so.10": "of another ELF class in the first",
    "libcurand.so.10": "for another machine in the first",
    "libcusolver.so.11": "cut off within its header in the first",
    "libcusparse.so.11": "a text in the first",
    "libnvrtc.so.11.2": "a link to nowhere in the first",
    "libcupti.so.11.8": "a chain of links in the first",
    "libnvinfer.so.8": "a folder in the first",
    "libcusolverMg.so.11": "in glibc-hwcaps of the first",
    "libnvJitLink.so.12": "nowhere",
    "libcufftw.so.10": "in nvidia/cufft/lib and in the second",
    "libnvonnxparser.so.8": "in TensorFlow's folder and in the second",
    "libcusparse.so.12": "in nvidia/cusparse/lib only",
    "libcusolverMg.so.12": "in nvidia/cusolver/lib only",
    "libnvinfer_plugin.so.8": "in the working folder",
    "libnccl.so.2": "an empty file in the first",
    "libcudart.so.11.0": "nvidia's own, if installed",
    "libcudart.so.12": "nvidia's own, if installed",
    "libcudart.so.13": "in the system's cache, if installed",
    "libcudnn.so.8": "nvidia's own; another in the second folder",
    "libcudnn.so.9": "nvidia's own; another in the second folder",
}


def lay_out(first: Path, second: Path, work: Path, site: Path) -> None:
    """Make the files of SITUATIONS."""
    for name in ("libcufft.so.10", "libcurand.so.10", "libcusolver.so.11", "libcusparse.so.11", "libcublasLt.so.11"):
        build(first / name)
        build(second / name)
    build(second / "libcublas.so.11")
    patch(first / "libcufft.so.10", 4, b"\1")
    patch(first / "libcurand.so.10", 18, struct.pack("<H", 183))
    os.truncate(first / "libcusolver.so.11", 40)
    (first / "libcusparse.so.11").write_text("/* GNU ld script */\nINPUT(-lcusparse)\n" * 4)
    (first / "libnvrtc.so.11.2").symlink_to(work / "nowhere" / "libnvrtc.so.11.2.152")
    build(second / "libnvrtc.so.11.2")
    build(work / "third" / "libcupti.so.2022.3.0")
    (work / "third" / "libcupti.so.11.8").symlink_to("libcupti.so.2022.3.0")
    (first / "libcupti.so.11.8").symlink_to(work / "third" / "libcupti.so.11.8")
    (first / "libnvinfer.so.8").mkdir()
    build(second / "libnvinfer.so.8")
    build(first / "libcusolverMg.so.11")
    build(first / "glibc-hwcaps" / "x86-64-v2" / "libcusolverMg.so.11")
    (first / "libnccl.so.2").touch()
    build(second / "libnccl.so.2")
    build(site / "nvidia" / "cufft" / "lib" / "libcufftw.so.10")
    build(second / "libcufftw.so.10")
    build(site / "tensorflow" / "libnvonnxparser.so.8")
    build(second / "libnvonnxparser.so.8")
    build(site / "nvidia" / "cusparse" / "lib" / "libcusparse.so.12")
    build(site / "nvidia" / "cusolver" / "lib" / "libcusolverMg.so.12")
    build(work / "here" / "libnvinfer_plugin.so.8")
    for name in ("libcudnn.so.8", "libcudnn.so.9"):
        build(second / name)


def layouts(work: Path) -> Iterator[tuple[str, str | None, Path | None]]:
    """Return (name, LD_LIBRARY_PATH, cache) of each layout."""
    first, second = work / "first", work / "second"
    yield "nothing set", None, None
    yield "LD_LIBRARY_PATH=first:second", f"{first}:{second}", None
    yield "LD_LIBRARY_PATH=second:first", f"{second}:{first}", None
    yield "LD_LIBRARY_PATH=first;second:", f"{first};{second}:", None
    if os.geteuid() == 0:
        for order in ((first, second), (second, first)):
            name = f"ld.so.cache of {order[0].name}, {order[1].name}"
            cache = work / f"{order[0].name}.cache"
            conf = cache.with_suffix(".conf")
            conf.write_text("".join(f"{folder}\n" for folder in order))
            subprocess.run(["/sbin/ldconfig", "-X", "-C", str(cache), "-f", str(conf)], check=True, capture_output=True)
            yield name, None, cache


def ask_loader(python: Path, environ: Mapping[str, str], cache: Path | None, work: Path) -> dict[str, str]:
    """Let TensorFlow open each name; return name → real path, "-" (not found) or "!" (an error)."""
    result = work / "result.json"
    result.unlink(missing_ok=True)
    argv = [str(python), "-c", CHILD, json.dumps(list(SITUATIONS)), str(result)]
    if cache:
        argv = ["unshare", "-m", "sh", "-c", f'mount --bind "{cache}" {CACHE} && exec "$@"', "sh", *argv]
    done = subprocess.run(argv, env=dict(environ), cwd=work / "here", capture_output=True, timeout=300, check=False)
    if not result.exists():
        sys.exit(f"TensorFlow could not be asked: {done.stderr.decode(errors='replace')[-2000:]}")
    answers = {}
    for name, (path, error) in json.loads(result.read_text()).items():
        absent = "No such file or directory" in error and "cannot open shared object file" in error
        answers[name] = os.path.realpath(path) if path else "-" if absent else "!"
    return answers


def ask_probe(python: Path, site: Path, environ: Mapping[str, str], cache: Path | None, here: Path) -> dict[str, str]:
    """Let the probe say the same."""
    machine = StubMachine(environ, cache)
    flags = probe_cpu(machine).flags
    before = Path.cwd()
    os.chdir(here)  # an empty part of LD_LIBRARY_PATH is the working folder
    try:
        found = libraries.probe(
            machine,
            (str(site),),
            str(site / "tensorflow"),
            interpreter_path=str(python),
            flags=flags if isinstance(flags, tuple) else (),
        )
        copies = found.copies if isinstance(found.copies, tuple) else ()
        opened = {copy.name: copy for copy in copies if copy.order == 0}
        return {
            name: "-" if name not in opened else os.path.realpath(opened[name].path) if opened[name].usable else "!"
            for name in SITUATIONS
        }
    finally:
        os.chdir(before)


def install(environment: str, extra: tuple[str, ...], folder: Path) -> tuple[Path, Path]:
    """Make the environment; return its Python and its site-packages."""
    pins = json.loads(PINS.read_text())
    release, tag = environment.split("-cp")
    if environment not in pins:  # another patch of the same minor needs the same dependencies
        like = next(name for name in pins if name.startswith(release.rpartition(".")[0]) and name.endswith(tag))
        pins[environment] = [f"tensorflow=={release}" if pin.startswith("tensorflow==") else pin for pin in pins[like]]
    python = folder / "bin" / "python"
    subprocess.run(["uv", "venv", "-q", "-p", f"{tag[0]}.{tag[1:]}", str(folder)], check=True)
    base = ["uv", "pip", "install", "-q", "--no-deps", "-p", str(python)]
    subprocess.run([*base, *pins[environment]], check=True)
    if extra:
        subprocess.run([*base, "--no-cache", *extra], check=True)
    return python, next(folder.glob("lib/python3*/site-packages"))


def verify(environment: str, extra: tuple[str, ...], work: Path) -> list[Case]:
    """Return the cases of one environment."""
    python, site = install(environment, extra, work / "env")
    for name in ("first", "second", "third", "here"):
        (work / name).mkdir()
    lay_out(work / "first", work / "second", work, site)
    cases = []
    for layout, variable, cache in layouts(work):
        environ = {key: value for key, value in os.environ.items() if key not in {"LD_LIBRARY_PATH", "CONDA_PREFIX"}}
        if variable is not None:
            environ["LD_LIBRARY_PATH"] = variable
        loader = ask_loader(python, environ, cache, work)
        probe = ask_probe(python, site, environ, cache, work / "here")
        for name, situation in SITUATIONS.items():
            texts = [answer[name].replace(str(site), "site").replace(str(work) + "/", "") for answer in (loader, probe)]
            cases.append(Case(environment, layout, name, situation, *texts))
    return cases


def main() -> int:
    """Verify the environments that are asked for, print a table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", default=list(ENVIRONMENTS), help="such as 2.15.1-cp311; default all")
    parser.add_argument("--work", type=Path, help="a folder for the environments (default: the system's temporary one)")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    arguments = parser.parse_args()
    cases: list[Case] = []
    for environment in arguments.environments:
        with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
            found = verify(environment, ENVIRONMENTS.get(environment, ()), Path(folder).resolve())
        wrong = [case for case in found if not case.agrees]
        print(f"{environment}: {len(found)} cases, {len(wrong)} disagreements", flush=True)
        for case in wrong:
            print(f"  {case.layout} | {case.name} ({case.situation}): {case.loader} | probe says {case.probe}")
        cases += found
    if arguments.write:
        write(cases)
    return int(any(not case.agrees for case in cases))


def write(cases: list[Case]) -> None:
    """Write the results, one case a line; those of environments that were not measured now are kept."""
    old = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"rows": []}
    measured = {case.environment for case in cases}
    rows = [row for row in old["rows"] if row[0] not in measured]
    rows += [[case.environment, case.layout, case.name, case.situation, case.loader, case.probe] for case in cases]
    order = list(ENVIRONMENTS)
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    head = {
        "format": 1,
        "measured": dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        "with": {name: list(ENVIRONMENTS.get(name, ())) for name in dict.fromkeys(row[0] for row in rows)},
        "cases": len(rows),
        "disagreements": sum(row[4] != row[5] for row in rows),
        "columns": ["environment", "layout", "name", "situation", "opened (- not found, ! an error)", "the probe says"],
    }
    body = ",\n  ".join(json.dumps(row) for row in rows)
    text = json.dumps(head, indent=1)[:-2] + ',\n "rows": [\n  ' + body + "\n ]\n}\n"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if shutil.which("gcc") is None or sys.platform != "linux":
        sys.exit("this needs Linux and gcc")
    sys.exit(main())
