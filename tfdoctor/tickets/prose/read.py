"""Free text into a ticket: every reader looks at the lines, the best claims make the ticket."""

import re
from functools import cache
from typing import Final

import msgspec

from tfdoctor import logs
from tfdoctor.diagnosis import Evidence
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.signatures import Signatures
from tfdoctor.tickets import form
from tfdoctor.tickets.prose import (
    assemble,
    banners,
    collect,
    forms,
    lists,
    output,
    paths,
    smi,
    statements,
    systems,
    tools,
    variables,
    wheels,
)
from tfdoctor.tickets.prose.claims import STATED, Reader
from tfdoctor.tickets.prose.lines import Line, cut, remark

# Readers of what tools print; then those of what people write, who do not see what the first took whole.
_MEASURING: Final[tuple[Reader, ...]] = (
    collect.read,
    smi.read,
    lists.read,
    tools.read,
    banners.read,
    systems.read,
)
# What stands in a log, where the rules read it too: added to what is told of the machine, no telling by itself.
_HINTING: Final[tuple[Reader, ...]] = (wheels.read, paths.read)
_STATING: Final[tuple[Reader, ...]] = (variables.read, statements.read)


class Prose(msgspec.Struct, frozen=True):
    """A ticket read from free text, and what was understood where ("line 12, issue form")."""

    ticket: form.Ticket
    understood: tuple[Evidence, ...]


def read(text: str, signatures: Signatures | None = None) -> Prose:
    """Read free text: issue forms, output of tools, logs, sentences, in any order. Any text is taken.

    `signatures` tell which lines programs are known to print; those of this installation by default.
    """
    lines = cut(text)
    claims = [claim for reader in _MEASURING for claim in reader(lines)]
    spans = {(claim.first, claim.last) for claim in claims if claim.taken}
    taken = frozenset(number for first, last in spans for number in range(first, last + 1))
    rest = tuple(line for line in lines if line.number not in taken)
    claims += forms.read(rest)
    fields = frozenset(claim.first for claim in claims)
    loose = tuple(line for line in rest if line.number not in fields)
    claims += [claim for reader in _STATING for claim in reader(loose)]
    if claims:
        claims += [claim for reader in _HINTING for claim in reader(lines)]
    fields = frozenset(claim.first for claim in claims if claim.rank == STATED)
    plain = not claims and not any(line.fence or line.heading for line in lines)
    known = signatures or _signatures()
    printed = _printed(loose, known)
    sorted_out = output.sort(rest, printed, fields, plain=plain)
    log = sorted_out.log if printed else (*sorted_out.log, *_headline(lines, known))
    understood = [*assemble.evidence(claims), *_parts("log", log), *_parts("code", sorted_out.code)]
    passed_over = remark(text, lines)
    if passed_over:
        understood.append(Evidence(fact="text", value=passed_over, source=f"{len(text)} characters"))
    return Prose(assemble.ticket(_title(lines), claims, log, sorted_out.code), tuple(understood))


# Of what the signatures know, what people say as well as programs, and what is a fact rather than a message.
_SAID_TOO: Final = frozenset(
    [
        "import-statement",
        "installed-version",
        "answer",
        "config-list",
        "installed-into",
        "interpreter-path",
        "built-with-cuda-asked",
        "docker-gpus",
        "cuda-image",
        "image-platform",
        "nightly-installed",
        "keras3-speaking",
        "keras2-speaking",
        "site-path",
        "frame",
        "running-on",
        "emulated",
        "gpu-works",
        "gpu-found",
        "nvcc",
        "nvidia-smi",
        "cpu-model",
        "interpreter-bits",
        "pip-version",
        "wheel-named",
        "library-path",
    ]
)
_LONGEST: Final = 3000  # lines that are compared with the signatures
_WIDEST: Final = 500  # characters of each: how a message begins tells that it is one
_PERSON: Final = re.compile(r"\b(?:I|I'm|I've|my|we|our|me)\b")


@cache
def _signatures() -> Signatures:
    return Matrix.locate().signatures


def _printed(lines: tuple[Line, ...], signatures: Signatures) -> frozenset[int]:
    """The numbers of the lines that are messages which programs are known to print."""
    asked = [line for line in lines if not line.python and not line.heading and line.text.strip()][:_LONGEST]
    asked = [line for line in asked if not _PERSON.search(line.text)]
    text = "\n".join(" ".join(line.text[:_WIDEST].split()) for line in asked)
    events = logs.read(text, signatures)
    return frozenset(asked[event.line - 1].number for event in events if event.kind not in _SAID_TOO)


def _headline(lines: tuple[Line, ...], signatures: Signatures) -> tuple[Line, ...]:
    """The title, where it is the message that a program printed: many put it nowhere else."""
    for line in lines[:200]:
        found = _TITLE.match(line.text.strip())
        if found and not line.fence:
            asks = "?" in found[1] or _PERSON.search(found[1])
            events = () if asks else logs.read(found[1], signatures)
            return (line,) if any(event.kind not in _SAID_TOO for event in events) else ()
    return ()


def _parts(fact: str, lines: tuple[Line, ...]) -> list[Evidence]:
    """One entry for the log or the code: from where to where."""
    if not lines:
        return []
    count = f"{len(lines)} line{'s' if len(lines) > 1 else ''}"
    first, last = lines[0].number, lines[-1].number
    return [Evidence(fact=fact, value=count, source=f"line {first}" if first == last else f"lines {first}-{last}")]


_TITLE: Final = re.compile(r"^(?:#\s+|(?:title|subject|betreff)\s?:\s?)(\S.{0,300})$", re.IGNORECASE)


def _title(lines: tuple[Line, ...]) -> str:
    """The first heading of the first level, or the subject of a mail; else nothing."""
    for line in lines[:200]:
        found = _TITLE.match(line.text.strip())
        if found and not line.fence:
            return found[1].strip(" #*")
    return ""
