"""Prove the rows "search" of sonames.toml: which of pip's CUDA files TensorFlow's own loader finds.

For each release: takes libtensorflow_framework out of its Linux wheel by HTTP range requests, lays an empty library of
each name into the folder in which pip puts it, calls the loader's functions in a process of its own and looks which
files that process has mapped. Needs a C compiler and `nm`, no GPU. Prints one JSON line a release.
"""

import argparse
import ctypes
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harvest.index import Listed, listing
from harvest.remote import new_session, open_wheel
from packaging.version import Version
from pypi_simple import PyPISimple

from tfdoctor.matrix import Matrix

_FRAMEWORK = re.compile(r"/libtensorflow_framework\.so\.\d$")
_LIBRARIES = "CudaRuntime|Cublas|CublasLt|Cufft|Curand|Cusolver|Cusparse|Cudnn|Cupti|Nccl"
_LOADER = re.compile(rf"\b(_ZN\S*9DsoLoader\d+Get(?:{_LIBRARIES})DsoHandleEv)\b")


def call_loader(framework: Path) -> None:
    """Call every loader function of a framework library and print the files of nvidia/ that are mapped then."""
    library = ctypes.CDLL(str(framework))
    table = subprocess.run(["nm", "-D", "--defined-only", framework], capture_output=True, text=True, check=True).stdout
    for name in sorted(set(_LOADER.findall(table))):
        function = getattr(library, name)
        function.restype, function.argtypes = None, [ctypes.c_void_p]
        status = ctypes.create_string_buffer(64)  # room for the StatusOr that it returns
        function(ctypes.addressof(status))
    mapped = set(re.findall(r"/(nvidia/\S+)", Path("/proc/self/maps").read_text()))
    print(json.dumps(sorted(mapped)))


def found(wheel: Listed, folder: Path) -> list[str]:
    """Return the files of pip that the loader of one wheel finds."""
    matrix = Matrix.locate().sonames
    build = matrix.build(Version(wheel.version))
    if build is None:
        raise SystemExit(f"no row for {wheel.version}")
    framework = folder / "tensorflow" / "libtensorflow_framework.so.2"
    framework.parent.mkdir()
    remote, archive = open_wheel(new_session(), wheel.url)
    with remote, archive:
        member = next(info for info in archive.infolist() if _FRAMEWORK.search(info.filename))
        framework.write_bytes(archive.read(member))
    for item in matrix.providers[build.cuda.partition(".")[0]]:
        place = folder / item.folder / "lib"
        place.mkdir(parents=True, exist_ok=True)
        for name in item.files:
            subprocess.run(["cc", "-shared", "-o", place / name, "-x", "c", "/dev/null"], check=True)
    command = [sys.executable, __file__, "--call", str(framework)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    mapped: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return mapped


def main() -> None:
    """Run for the releases named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("versions", nargs="*")
    parser.add_argument("--call", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.call:
        call_loader(options.call)
        return
    with PyPISimple() as client:
        wheels = [
            w for w in listing(client, "tensorflow").wheels if "manylinux" in w.filename and "x86_64" in w.filename
        ]
    matrix = Matrix.locate().sonames
    for version in options.versions:
        wheel = next(w for w in reversed(wheels) if w.version == version)
        with tempfile.TemporaryDirectory() as folder:
            files = found(wheel, Path(folder))
        search, build = matrix.search(Version(version)), matrix.build(Version(version))
        folders = search.folders if search else ()
        required = build.required if build else ()
        names = {Path(name).name for name in files}
        said = {name for name in required for item in matrix.providers_of(name) if item.folder in folders}
        row = {
            "tensorflow": version,
            "found": sorted(names),
            "missed": sorted(set(required) - names - {"libcuda.so.1"}),
        }
        print(json.dumps({**row, "agrees": said == names & set(required)}), flush=True)


if __name__ == "__main__":
    main()
