#!/usr/bin/env python3
"""Builds tfdoctor as single files, for machines where nothing may be installed.

    scripts/build_onefile.py [--target 3.10-x86_64-manylinux2014 ...] [-o dist]

`tfdoctor.pyz` holds tfdoctor and what it depends on, for every target (a CPython and a platform as uv names it); it
unpacks itself into a temporary folder, runs, and removes the folder. `tfdoctor-firstaid.pyz` holds the interrogator
alone: the standard library only, CPython 3.6 and newer. Both are the same byte for byte when built again from the
same distributions. uv downloads the wheels from the index that it is configured for.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAUNCHER = Path(__file__).parent / "onefile" / "launcher.py"
FOREIGN = ROOT / "tfdoctor" / "probes" / "foreign"
FIRST_AID = ("firstaid.py", "hostfacts.py", "imports.py", "interrogate.py", "records.py", "survey.py")
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PLATFORMS = ("x86_64-manylinux2014", "aarch64-manylinux2014", "x86_64-pc-windows-msvc", "aarch64-apple-darwin")
TARGETS = tuple(f"{python}-{platform}" for platform in PLATFORMS for python in PYTHONS)
EPOCH = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"bin", "Scripts", "__pycache__", ".lock", "RECORD", "REQUESTED"}


def collect(target: str, wheel: Path, folder: Path) -> dict[str, bytes]:
    """Return the files of tfdoctor and its dependencies for a target, by their path under site-packages."""
    python, _, platform = target.partition("-")
    subprocess.run(
        ["uv", "pip", "install", "-q", "--target", folder, "--python-version", python, "--python-platform", platform,
         "--only-binary", ":all:", wheel],
        check=True,
    )  # fmt: skip
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not LEFT_OUT & {*path.relative_to(folder).parts}
    }


def pack(found: dict[str, dict[str, bytes]]) -> dict[str, bytes]:
    """Return the members of the archive: what all targets share in common/, the rest in only/TARGET/."""
    first = next(iter(found.values()))
    shared = {name for name, data in first.items() if all(files.get(name) == data for files in found.values())}
    members = {"targets": "\n".join(found).encode(), **{f"common/{name}": first[name] for name in shared}}
    for target, files in found.items():
        members.update({f"only/{target}/{name}": data for name, data in files.items() if name not in shared})
    return members


def write(place: Path, members: dict[str, bytes]) -> None:
    """Write an executable archive, the same bytes for the same members."""
    with place.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in sorted(members.items()):
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, data)
    place.chmod(0o755)
    print(f"{place}: {place.stat().st_size / 1e6:.1f} MB, sha256 {hashlib.sha256(place.read_bytes()).hexdigest()}")


def main() -> int:
    """Build both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", action="append", help=f"CPython and platform [default: {', '.join(TARGETS)}]")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--first-aid-only", action="store_true", help="build tfdoctor-firstaid.pyz alone")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    aid = {name: (FOREIGN / name).read_bytes() for name in FIRST_AID}
    aid["__main__.py"] = b"import firstaid\n\nfirstaid.main()\n"
    write(options.output / "tfdoctor-firstaid.pyz", aid)
    if options.first_aid_only:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["uv", "build", "-q", "--wheel", "-o", scratch, ROOT], check=True)
        [wheel] = Path(scratch).glob("tfdoctor-*.whl")
        found = {target: collect(target, wheel, Path(scratch) / target) for target in options.target or TARGETS}
    write(options.output / "tfdoctor.pyz", {**pack(found), "__main__.py": LAUNCHER.read_bytes()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
