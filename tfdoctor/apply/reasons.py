"""Why an installer failed, told from its last words, and how to go on."""

import re
from typing import Final, NamedTuple

from tfdoctor.apply.process import ToolError

_AGAIN: Final = "run the same command again: what was downloaded is kept"


class Reason(NamedTuple):
    """What went wrong in a few words, and what the reader can do."""

    what: str
    advice: str


class _Known(NamedTuple):
    reason: Reason
    words: "re.Pattern[str]"


def _known(what: str, advice: str, *words: str) -> _Known:
    return _Known(Reason(what, advice), re.compile("|".join(words)))


_KNOWN: Final = (
    _known(
        "there is no space left on the disk",
        f"free some, then {_AGAIN}",
        r"No space left on device|not enough space on the disk|Disk quota exceeded|File too large",
        r"os error (?:28|112|122)\b",
    ),
    _known(
        "the index could not be reached, or broke off",
        f"see to the network, then {_AGAIN}",
        r"error sending request|[Ff]ailed to fetch|dns error|Connection (?:refused|reset|aborted)|ConnectionError",
        r"NewConnectionError|Name or service not known|Temporary failure in name resolution|[Tt]imed out|TimeoutError",
        r"Network is unreachable|Could not connect|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|IncompleteRead",
    ),
    _known(
        "there is no permission to write",
        "see to the permissions of the folder that is named, then try again",
        r"Permission denied|Read-only file system|Access is denied|Operation not permitted|os error (?:1|5|13|30)\b",
    ),
    _known(
        "a file from the index is not the one that was locked",
        "the index that is configured here has another file of that name: ask who runs it",
        r"[Hh]ash mismatch|HASHES|do not match the hashes",
    ),
    _known(
        "a distribution had to be compiled and could not be",
        "the log says what it lacks",
        r"[Ff]ailed (?:to build|building)|command '.*(?:gcc|cc|cl\.exe).*' failed|metadata-generation-failed",
    ),
    _known(
        "the index that is configured here lacks a distribution, or its wheel for this machine",
        "see which index pip and uv are told to use, then try again",
        r"No matching distribution|Could not find a version|not found in the package registry|has no wheels",
        r"there (?:is|are) no version|No solution found",
    ),
    _known(
        "this Python makes no environments",
        "install uv, or your system's venv distribution for this Python",
        r"ensurepip is not available|No module named (?:venv|ensurepip)",
    ),
)


def reason(error: ToolError | OSError) -> Reason:
    """Return why a program or an access to the disk failed."""
    if isinstance(error, OSError):
        text = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        found = next((known.reason for known in _KNOWN if known.words.search(text)), None)
        return Reason(text, found.advice if found else "try again")
    if error.code is None:
        return Reason(str(error), _AGAIN)
    for known in _KNOWN:
        if known.words.search(error.tail):
            return Reason(f"{known.reason.what} ({last(error.tail)})", known.reason.advice)
    return Reason(last(error.tail) or str(error), "the log says more")


def last(tail: str) -> str:
    """Return the line of an installer's last words that says most: its error, without decoration."""
    lines = [line.strip(" \u2502\u251c\u2570\u2500\u25b6\u00d7") for line in tail.splitlines()]
    lines = [line for line in lines if re.search("[A-Za-z]", line)]
    told = [line for line in lines if any(known.words.search(line) for known in _KNOWN)]
    errors = [line for line in lines if re.match("error:|ERROR:", line)]
    found = (told or errors or lines or [""])[-1]
    return re.sub(r"^(?:error|ERROR|Caused by|cause):\s*", "", found)
