"""Where an environment asks for Keras 2 as its tf.keras: TF_USE_LEGACY_KERAS, in this shell or by its activation."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tfdoctor.facts import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfdoctor.drift.releases import Span
    from tfdoctor.facts import Snapshot

NAME: Final = "TF_USE_LEGACY_KERAS"
_ON: Final = frozenset({"1", "true"})
_SINCE: Final = (2, 16)  # before it tf.keras is Keras 2 anyway
_LAST: Final = "2.15"  # the last minor whose own tf.keras is Keras 2
# As activation scripts write it: export of POSIX shells, csh's setenv, fish's set -gx, cmd's set, PowerShell, xonsh.
_SET: Final = re.compile(
    rf"^[ \t@]*(?:export[ \t]+|set(?:env)?[ \t]+(?:-\w+[ \t]+)*|\$env:|\$)?[\"']?{NAME}[ \t]*[= \t][ \t]*[\"']?(\w+)",
    re.IGNORECASE | re.MULTILINE,
)
_SCRIPTS: Final = ("bin/activate*", "Scripts/activate*", "etc/conda/activate.d/*")
_STATE: Final = "conda-meta/state"  # what `conda env config vars set` writes
_MOST: Final = 60  # files
_LONG: Final = 1 << 18  # bytes of one


def on(value: str) -> bool:
    """Whether TensorFlow takes a value for yes."""
    return value.strip().lower() in _ON


def of_snapshot(snapshot: Snapshot) -> str:
    """Return where a recorded environment sets it, "" where it does not."""
    values = (row.value for row in known(snapshot.environ) or () if row.name.upper() == NAME)
    return "it" if any(map(on, values)) else ""


def of_environment(executable: str) -> str:
    """Return what sets it for an interpreter of this machine: the shell that calls, or a file of the environment."""
    if on(os.environ.get(NAME, "")):
        return "this shell"
    folder = Path(executable).parent
    roots = [folder.parent] if folder.name.lower() in {"bin", "scripts"} else [folder]
    return next((str(path) for root in roots for path in _files(root) if _sets(path)), "")


def _files(root: Path) -> Iterator[Path]:
    yield root / _STATE
    found = sorted(path for pattern in _SCRIPTS for path in root.glob(pattern))
    yield from found[:_MOST]


def _sets(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            text = stream.read(_LONG).decode("utf-8", "replace")
    except OSError:
        return False
    if path.name != "state":
        values = _SET.findall(text)
        return bool(values) and on(values[-1])
    try:
        variables = json.loads(text)["env_vars"]
        return on(str(variables.get(NAME, "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def remarks(span: Span, words: tuple[str, str], set_by: tuple[str, str]) -> Iterator[str]:
    """Yield what has to be known of ends whose tf.keras is not the one that is compared."""
    ends = (span.before, span.after)
    legacy = [bool(by) and _release(end) >= _SINCE for end, by in zip(ends, set_by, strict=True)]
    for word, end, by, keras2 in zip(words, ends, set_by, legacy, strict=True):
        if keras2:
            yield (
                f"{word}: {by} sets {NAME}=1, so its tf.keras is Keras 2 (tf_keras);"
                f" what is said here of tf.keras in {end} is that of Keras 3"
            )
    # The Keras of either end as far as it was harvested: tf_keras continues that of 2.15.
    before, after = (_LAST if keras2 else end for end, keras2 in zip(ends, legacy, strict=True))
    if any(legacy) and before == after:
        yield "tf_keras continues the Keras of 2.15: little of tf.keras differs between the two"
    elif any(legacy):
        yield f"tf_keras continues the Keras of 2.15: of tf.keras see tfdoctor drift {before} {after}"


def _release(minor: str) -> tuple[int, ...]:
    return tuple(map(int, minor.split(".")))
