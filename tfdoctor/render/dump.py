"""What was written into a dump: as JSON, and in sentences for the one who sends it."""

import hashlib
import shlex
from collections.abc import Iterator
from pathlib import PurePath

import msgspec

from tfdoctor.facts import Distribution, Snapshot, Unknown, known
from tfdoctor.render.safe import json_text
from tfdoctor.render.view import DiagnosisView
from tfdoctor.tickets.dump.manifest import Manifest, Member, Redacted


class WrittenView(msgspec.Struct, frozen=True, kw_only=True):
    """A dump that was written: where, what it is and what it holds."""

    schema_version: int
    path: str
    sha256: str
    size: int
    members: dict[str, Member]
    redaction: Redacted
    left_out: dict[str, str]


def view(path: str, data: bytes, manifest: Manifest) -> WrittenView:
    """Return the outward form of what was written."""
    return WrittenView(
        schema_version=1,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        members=manifest.members,
        redaction=manifest.redaction,
        left_out=manifest.left_out,
    )


def document(written: WrittenView) -> str:
    """Return it as an indented JSON document."""
    return json_text(msgspec.json.format(msgspec.json.encode(written), indent=2).decode())


def summary(written: WrittenView, report: DiagnosisView | None) -> Iterator[str]:
    """Yield lines that say what is in the file, what was taken out of it, what was found, and what to do with it."""
    yield f"wrote {written.path} ({size(written.size)})"
    yield from holdings(written.members, written.redaction, written.left_out)
    if report is not None:
        names = [f"{finding.code} {finding.name}" for finding in report.findings]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"found: {', '.join(names[:3])}{more}" if names else "found: nothing wrong"
    yield "send this file; who gets it runs:"
    yield f"  tfdoctor triage {shlex.quote(PurePath(written.path).name)}"


def holdings(members: dict[str, Member], redaction: Redacted, left_out: dict[str, str]) -> Iterator[str]:
    """Yield lines that say what a dump holds and what was taken out of it."""
    width = max((len(name) for name in members), default=0)
    for name, member in members.items():
        cut = f", the beginning and the end of {size(member.original)}" if member.original else ""
        yield f"  {name:<{width}}  {size(member.bytes):>9}{cut}"
    for name, reason in left_out.items():
        yield f"left out: {name} ({reason})"
    if not redaction.on:
        yield "NOT REDACTED: it holds names, paths and whatever else stands in the logs; look before you send it"
    elif redaction.rules:
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(redaction.rules.items()))
        yield f"redacted, by rule: {rules}"
    else:
        yield "redacted: nothing private was found"


def size(count: int) -> str:
    """Return a number of bytes for people: "52.1 KiB"."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KiB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MiB"


def freeze(snapshot: Snapshot) -> str:
    """Return what is installed as `pip freeze` would say it; what an import would not take stands in comments."""
    stated = snapshot.installation.distributions
    if isinstance(stated, Unknown):
        reasons = [row.error for row in snapshot.failures if row.probe == "patient"] or [stated.reason]
        return f"# the installed distributions are not known: {' '.join(reasons[0].split())}\n"
    found = known(stated) or ()
    rows = sorted(found, key=lambda item: (item.name, item.shadowed, item.location))
    return "".join(f"{_pin(item)}\n" for item in rows)


def _pin(item: Distribution) -> str:
    version = known(item.version)
    if version is None:
        return f"# no version in its metadata: {item.name}"
    if item.shadowed:
        return f"# shadowed: {item.name}=={version} in {item.location}"
    if item.editable:
        return f"# editable: {item.name}=={version} in {item.location}"
    return f"{item.name}=={version}"
