"""Reads dumps, and other zips that people send: logs, a list of distributions, tickets."""

import bisect
import hashlib
import io
import re
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from tfdoctor.diagnosis import Evidence
from tfdoctor.errors import InputError
from tfdoctor.facts import Snapshot
from tfdoctor.facts.tolerant import decode_tolerantly
from tfdoctor.matrix.signatures import Signatures
from tfdoctor.tickets import form, ticket
from tfdoctor.tickets.dump import manifest as manifests
from tfdoctor.tickets.dump._archive import Archive, shown
from tfdoctor.tickets.dump.attach import decoded
from tfdoctor.tickets.dump.manifest import ATTACHMENTS, Manifest

_SNAPSHOT_LIMIT: Final = 32 << 20  # bytes, unpacked
_MANIFEST_LIMIT: Final = 4 << 20
_MEMBER_LIMIT: Final = 20 << 20
_TEXT_LIMIT: Final = 1 << 20  # of one file in a zip that is no dump
_BUDGET: Final = 256 << 20  # of a whole dump
_TICKET_KEYS: Final = (frozenset(form.Ticket.__struct_fields__) | {"body", "interpreter"}) - {"id", "title"}
_DOCUMENTS: Final = (".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Dump:
    """What a zip holds.

    `snapshot` is that of a dump, with the attached logs in its `log`; of a zip that is no dump (`manifest` None) it
    is what its texts state, None where there are none, and `understood` says where what stood. `documents` are the
    tickets and snapshots (.json, .jsonl) in such a zip, by name, unread. `members` are the texts by name (of a dump
    only where they were asked for), `remarks` sentences on what was ignored.
    """

    snapshot: Snapshot | None
    members: dict[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None
    remarks: tuple[str, ...] = ()
    understood: tuple[Evidence, ...] = ()
    documents: tuple[tuple[str, bytes], ...] = ()


def is_archive(data: bytes) -> bool:
    """Say whether a file that begins with these bytes is a zip."""
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def read(source: bytes | Path, *, place: str = "", members: bool = False, signatures: Signatures | None = None) -> Dump:
    """Read a dump or another zip; nothing is unpacked to disk.

    Args:
        source: the zip, or its path.
        place: how messages name it; the path by default.
        members: also return the texts in a dump: reports, logs, attachments.
        signatures: of known messages, for the texts of a zip that is no dump; those of this installation by default.

    Raises:
        InputError: it cannot be read, is no zip, or a dump without a usable snapshot; the text names `place`.
    """
    place = place or (str(source) if isinstance(source, Path) else "the zip")
    try:
        file: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    with closing(file):
        archive = Archive(file, place, _BUDGET)
        root = _root(archive)
        if root is None:
            return _Foreign(archive, place, signatures).read()
        return _dump(archive, root, place, members=members)


def _root(archive: Archive) -> str | None:
    """The folder in the zip that is a dump ("" or "name/"), or None.

    People unpack a dump, look at it, and pack the folder again.
    """
    names = archive.entries
    folders = [name.removesuffix(manifests.SNAPSHOT) for name in names if _is(name, manifests.SNAPSHOT)]
    beside = [folder for folder in folders if folder + manifests.NAME in names]
    found = sorted(beside or [folder for folder in folders if not folder], key=lambda folder: folder.count("/"))
    for folder in found[1:]:
        archive.remark(f"{shown(folder)}: another dump in the same zip, ignored")
    return found[0] if found else None


def _is(name: str, file: str) -> bool:
    return name == file or name.endswith(f"/{file}")


def _dump(archive: Archive, root: str, place: str, *, members: bool) -> Dump:
    manifest = _manifest(archive, root)
    data = archive.read(root + manifests.SNAPSHOT, _SNAPSHOT_LIMIT)
    if data is None:
        raise InputError(f"{place}: {archive.remarks[-1]}")
    _compare(archive, manifest, manifests.SNAPSHOT, data)
    try:
        snapshot, remarks = decode_tolerantly(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{place}: {manifests.SNAPSHOT}: {error}") from None
    except RecursionError:
        raise InputError(f"{place}: {manifests.SNAPSHOT}: nested too deeply") from None
    for remark in remarks:
        archive.remark(f"{manifests.SNAPSHOT}: {remark}")
    texts = _texts(archive, root, manifest) if members else {}
    return Dump(snapshot, texts, manifest, archive.said())


def _manifest(archive: Archive, root: str) -> Manifest | None:
    if root + manifests.NAME not in archive.entries:
        archive.remark("the dump has no manifest: what was redacted is not known")
        return None
    data = archive.read(root + manifests.NAME, _MANIFEST_LIMIT)
    if data is None:
        return None
    try:
        manifest, remarks = manifests.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        archive.remark(f"{manifests.NAME}: {error}, ignored")
        return None
    for remark in remarks:
        archive.remark(remark)
    inside = {name.removeprefix(root) for name in archive.entries if name.startswith(root)}
    for name in sorted(set(manifest.members) - inside):
        archive.remark(f"{shown(name)}: named in the manifest, not in the dump")
    for name in sorted(inside - set(manifest.members) - {manifests.NAME}):
        archive.remark(f"{shown(name)}: not named in the manifest")
    return manifest


def _compare(archive: Archive, manifest: Manifest | None, name: str, data: bytes) -> None:
    stated = manifest.members.get(name) if manifest is not None else None
    if stated is not None and hashlib.sha256(data).hexdigest() != stated.sha256:
        archive.remark(f"{shown(name)}: changed after the dump was written")


def _texts(archive: Archive, root: str, manifest: Manifest | None) -> dict[str, str]:
    found = {}
    for name in list(archive.entries):
        plain = name.removeprefix(root)
        if not name.startswith(root) or plain == manifests.SNAPSHOT:
            continue
        if "/" in plain and not plain.startswith(ATTACHMENTS):
            continue
        data = archive.read(name, _MEMBER_LIMIT)
        if data is None:
            continue
        _compare(archive, manifest, plain, data)
        text = decoded(data)
        if text is not None:
            found[plain] = text
    return found


class _Foreign:
    """A zip that is no dump."""

    def __init__(self, archive: Archive, place: str, signatures: Signatures | None) -> None:
        self.archive = archive
        self.signatures = signatures
        self.place = place
        self.texts: dict[str, str] = {}
        self.documents: list[tuple[str, bytes]] = []

    def read(self) -> Dump:
        for name in list(self.archive.entries):
            data = self.archive.excerpt(name, _TEXT_LIMIT)
            if data is None:
                continue
            text = decoded(data)
            if text is None:
                self.archive.remark(f"{shown(name)}: is no text, ignored")
            elif not name.lower().endswith(_DOCUMENTS):
                self.texts[name] = text
            elif _is_ticket(
                data.lstrip().splitlines()[0] if name.lower().endswith(".jsonl") and text.strip() else data
            ):
                self.documents.append((name, data))
            else:
                self.archive.remark(f"{shown(name)}: is no ticket, ignored")
        if not self.texts and not self.documents:
            reasons = "; ".join(self.archive.said()[:3]) or "it is empty"
            raise InputError(f"{self.place}: nothing in the zip can be read: {reasons}")
        snapshot, understood = self._prose() if self.texts else (None, ())
        return Dump(
            snapshot,
            self.texts,
            remarks=self.archive.said(),
            understood=understood,
            documents=tuple(self.documents),
        )

    def _prose(self) -> tuple[Snapshot, tuple[Evidence, ...]]:
        """Read all texts as the words of one user; source is no prose."""
        from tfdoctor.tickets import prose

        code = [text for name, text in self.texts.items() if name.lower().endswith(".py")]
        words = {name: text for name, text in self.texts.items() if not name.lower().endswith(".py")}
        found = prose.read("\n".join(words.values()), self.signatures)
        stated = found.ticket
        if code:
            own = stated.code if isinstance(stated.code, list) else [stated.code]
            stated = msgspec.structs.replace(stated, code=[*own, *code])
        return ticket.snapshot(stated), _placed(found.understood, words)


def _placed(understood: tuple[Evidence, ...], texts: dict[str, str]) -> tuple[Evidence, ...]:
    """Name the file and the line in it where the joined texts were numbered."""
    names = list(texts)
    first = []
    line = 1
    for text in texts.values():
        first.append(line)
        line += text.count("\n") + 1
    return tuple(msgspec.structs.replace(row, source=_place(row.source, names, first)) for row in understood)


def _place(source: str, names: list[str], first: list[int]) -> str:
    """Say "name: lines 2-4, a table" for "lines 12-14, a table" of the joined texts."""
    found = re.match(r"(lines? )(\d+)((?:-\d+)?)", source)
    if found is None:
        return source
    at = max(bisect.bisect_right(first, int(found[2])) - 1, 0)
    numbers = [str(int(number) - first[at] + 1) for number in re.findall(r"\d+", found[0])]
    return f"{shown(names[at])}: {found[1]}{'-'.join(numbers)}{source[found.end() :]}"


def _is_ticket(data: bytes) -> bool:
    """Whether a JSON text is a ticket or a snapshot, and not the settings of some program."""
    try:
        value: Any = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(value, dict) and (value.get("type") == "Snapshot" or bool(_TICKET_KEYS & set(value)))
