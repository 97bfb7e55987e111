"""Which distribution owns a CUDA library, by the RECORD of each nvidia distribution."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tfdoctor.probes.machine import Machine
from tfdoctor.probes.search import escape

_FOLDER = re.compile(r"(?P<name>[^/\\]+?)-(?P<version>\d[^/\\-]*)\.dist-info$")
_PATTERNS = ("nvidia_*.dist-info", "tensorrt*.dist-info")


@dataclass(frozen=True)
class Owner:
    """A distribution with the size that it recorded for a file (None: not recorded)."""

    distribution: str
    version: str
    size: int | None = None


@dataclass
class Owners:
    """File → the distributions that claim it."""

    files: dict[str, list[Owner]] = field(default_factory=dict)

    def of(self, machine: Machine, path: str) -> Owner | None:
        """Return the owner of a file; where several claim it, the only one whose recorded size is the file's."""
        claims = self.files.get(path, [])
        if len(claims) > 1:
            size = machine.size(path)
            claims = [claim for claim in claims if claim.size == size]
        return claims[0] if len(claims) == 1 else None


def read_owners(machine: Machine, site_paths: Iterable[str]) -> Owners:
    """Read the RECORDs of the nvidia and TensorRT distributions in these folders."""
    owners = Owners()
    for site in site_paths:
        for pattern in _PATTERNS:
            for folder in machine.glob(f"{escape(site)}/{pattern}"):
                found = _FOLDER.search(folder)
                if found is None:
                    continue
                name = re.sub(r"[-_.]+", "-", found["name"]).lower()
                try:
                    text = machine.read(f"{folder}/RECORD", 4 << 20).decode("utf-8", "replace")
                except OSError:
                    continue
                for path, size in parse_record(text):
                    whole = posixpath.normpath(f"{site}/{path}")
                    owners.files.setdefault(whole, []).append(Owner(name, found["version"], size))
    return owners


def parse_record(text: str) -> list[tuple[str, int | None]]:
    """Return (path, size) of the shared libraries and programs of a RECORD."""
    rows = []
    for line in text.splitlines():
        path, _, rest = line.rpartition(",sha256=")
        if path and (".so" in path or path.endswith(".dll") or "/bin/" in path):
            size = rest.rpartition(",")[2]
            rows.append((path.strip('"'), int(size) if size.isdigit() else None))
    return rows


def flavour(distribution: str) -> str | None:
    """Return the CUDA major that a distribution was built for: "12" of "nvidia-cudnn-cu12"."""
    found = re.search(r"-cu(\d\d)$", distribution)
    return found.group(1) if found else None
