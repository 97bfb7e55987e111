"""Zips of every kind, made by hand where no tool would make them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor import facts
from tfdoctor.tickets.dump import Content, Manifest, Origin, Redacted, write

MACHINES = Path(__file__).parent.parent.parent / "machines"
TAKEN = "2026-11-21T10:45:00Z"
Zipped = Callable[..., bytes]


@pytest.fixture
def machine() -> facts.Snapshot:
    return facts.decode((MACHINES / "debian12-cpu-tf2.10.1-numpy2" / "snapshot.json").read_bytes())


@pytest.fixture
def dumped() -> Callable[..., tuple[bytes, Manifest]]:
    def make(snapshot: facts.Snapshot, *more: Content) -> tuple[bytes, Manifest]:
        return write(
            [Content("snapshot.json", facts.encode(snapshot), "snapshot"), *more],
            taken=TAKEN,
            written_by=Origin(tool="0.1.0", matrix="2026-11-20", digest="0" * 12),
            redaction=Redacted(on=True, rules={"home-path": 3}),
        )

    return make


@pytest.fixture
def zipped() -> Zipped:
    """Make a zip of names and contents; `*entries` are ZipInfo with content."""

    def make(
        files: dict[str, bytes] | None = None, *entries: tuple[zipfile.ZipInfo, bytes], comment: bytes = b""
    ) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = comment
            for name, data in (files or {}).items():
                archive.writestr(name, data)
            for info, data in entries:
                archive.writestr(info, data)
        return buffer.getvalue()

    return make
