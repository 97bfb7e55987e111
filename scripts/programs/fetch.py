"""Get the programs of `programs.toml` from the configured index: `python -m programs.fetch FOLDER [NAME...]`.

Each program gets a folder of its own: its file, and where it needs the rest of its distribution, that too. Programs
that import Keras by its old name are changed as one who migrates does ("from keras" becomes "from tensorflow.keras").
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

LIST: Final = Path(__file__).parent / "programs.toml"
_RENAMED: Final = (
    (re.compile(r"^(\s*)from keras\b", re.MULTILINE), r"\1from tensorflow.keras"),
    (re.compile(r"^(\s*)import keras\s*$", re.MULTILINE), r"\1from tensorflow import keras"),
    (re.compile(r"^(\s*)import keras\.(\S+) as", re.MULTILINE), r"\1import tensorflow.keras.\2 as"),
)

Row = dict[str, Any]


def programs(names: list[str] | None = None) -> list[Row]:
    """The rows of the list, or those with some names."""
    rows: list[Row] = msgspec.toml.decode(LIST.read_bytes())["program"]
    return [row for row in rows if not names or row["name"] in names]


def download(distribution: str, version: str, kind: str, folder: Path, python: str = "3.7") -> Path:
    """Get one archive, a wheel for some Python, and return it."""
    kept = sorted(folder.glob(f"{re.sub('[-_.]+', '[-_.]', distribution)}-{version}[-.]*"))
    if kept:
        return kept[0]
    only = ["--no-binary", ":all:"] if kind == "sdist" else ["--only-binary", ":all:", "--python-version", python]
    with tempfile.TemporaryDirectory() as temporary:
        words = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation", *only]
        subprocess.run([*words, "-d", temporary, f"{distribution}=={version}"], check=True)
        (found,) = Path(temporary).iterdir()
        name = re.sub(r"^[A-Za-z0-9_.-]+?(?=-\d)", distribution, found.name)
        return Path(shutil.move(found, folder / name))


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The Python files in an archive, by their paths below its leading folder."""
    if archive.name.endswith(".tar.gz"):
        with tarfile.open(archive) as tar:
            for one in tar:
                file = tar.extractfile(one) if one.isfile() and one.name.endswith(".py") else None
                if file is not None:
                    yield one.name.partition("/")[2], file.read()
    else:
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(".py"):
                    yield (name if archive.suffix == ".whl" else name.partition("/")[2]), wheel.read(name)


def fetch(row: Row, archives: Path, folder: Path) -> None:
    """Put one program into its folder.

    Raises:
        ValueError: its file is not the one of the list.
    """
    target = folder / row["name"]
    shutil.rmtree(target, ignore_errors=True)
    kind, python = row.get("archive", "sdist"), row.get("python", "3.7")
    files = dict(members(download(row["distribution"], row["version"], kind, archives, python)))
    digest = hashlib.sha256(files[row["file"]]).hexdigest()
    if digest != row["sha256"]:
        raise ValueError(f"{row['name']}: {row['file']} has the digest {digest}")
    wanted = [row["file"], *(name for name in files if name.split("/")[0] in row.get("with", []))]
    parts = {name: files[name] for name in wanted}
    for distribution, version, kind, top in row.get("beside", []):
        other = dict(members(download(distribution, version, kind, archives)))
        parts |= {name: data for name, data in other.items() if name.split("/")[0] == top}
    for name, data in parts.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(renamed(data) if row.get("keras") else data)


def renamed(data: bytes) -> bytes:
    """Import Keras from TensorFlow."""
    text = data.decode()
    for pattern, new in _RENAMED:
        text = pattern.sub(new, text)
    return text.encode()


def main() -> int:
    """Fetch all, or those that are named."""
    folder = Path(sys.argv[1])
    archives = folder / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    for row in programs(sys.argv[2:]):
        fetch(row, archives, folder)
        print(row["name"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
