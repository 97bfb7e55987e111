"""The record of what was installed before a repair, so that it can be gone back to by hand at any time."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from tfdoctor.apply.environment import Environment
from tfdoctor.apply.removal import metadata

FOLDER: Final = "tfdoctor-undo"


def freeze(environment: Environment) -> tuple[str, ...]:
    """Return what is installed as lines of a requirements file: exact pins, direct URLs, editable folders."""
    return tuple(sorted(set(_lines(environment)), key=str.lower))


def _lines(environment: Environment) -> Iterator[str]:
    for _, path in metadata(environment):
        inner = path / ("METADATA" if path.suffix == ".dist-info" else "PKG-INFO") if path.is_dir() else path
        try:
            text = inner.read_text("utf-8", "replace")
        except OSError:
            yield f"# without metadata: {path.name}"
            continue
        name, version = (re.search(rf"^{key}: *(\S+)", text, re.MULTILINE) for key in ("Name", "Version"))
        if name is None or version is None:
            yield f"# without a version: {path.name}"
        else:
            yield _direct(path, name.group(1)) or f"{name.group(1)}=={version.group(1)}"


def _direct(path: Path, name: str) -> str | None:
    """The line of a distribution that came from elsewhere than an index; passwords in its URL are left out."""
    try:
        data: Any = msgspec.json.decode((path / "direct_url.json").read_bytes())
        url = re.sub(r"(?<=://)[^/@]*@", "", data["url"])
    except (OSError, msgspec.MsgspecError, KeyError, TypeError):
        return None
    if (data.get("dir_info") or {}).get("editable"):
        return f"-e {url.removeprefix('file://')}"
    version = data.get("vcs_info") or {}
    if "commit_id" in version:
        return f"{name} @ {version.get('vcs', 'git')}+{url}@{version['commit_id']}"
    return f"{name} @ {url}"


def write(before: tuple[str, ...], environment: Environment) -> Path:
    """Write the record into the environment; return its path.

    Raises:
        OSError: it cannot be written.
    """
    folder = Path(environment.prefix, FOLDER)
    folder.mkdir(exist_ok=True)
    file = folder / time.strftime("%Y-%m-%dT%H%M%SZ.txt", time.gmtime())
    head = (
        "# What was installed here before `tfdoctor plan --repair --apply` changed it.",
        f'# Back to it: "{environment.python}" -m pip install --no-deps -r "{file}"',
    )
    file.write_text("".join(f"{line}\n" for line in (*head, *before)), encoding="utf-8")
    return file
