"""The two ends of a comparison: releases, or where a TensorFlow stands (a dump, a ticket, an environment)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfdoctor.drift.releases import Span
    from tfdoctor.matrix import Matrix
    from tfdoctor.probes.interpreter import Interrogation

_LIMIT: Final = 30.0  # seconds that an environment may take to answer
_SUFFIXES: Final = frozenset({".zip", ".json", ".jsonl", ".md", ".txt", ".log"})


def ends(words: Sequence[str], from_env: str, to_env: str, matrix: Matrix) -> Span:
    """Return the two releases that the command line names, each once: by a word, or by an environment.

    Raises:
        UsageError: one is named twice or not at all, or has no TensorFlow that is known.
    """
    left = list(words)
    named: list[tuple[str, bool]] = []  # a word or an environment
    for env, what, option in ((from_env, "FROM", "--from-env"), (to_env, "TO", "--to-env")):
        if env:
            named.append((env, True))
        elif left:
            word = left.pop(0)
            named.append((word, _is_environment(word)))
        else:
            raise UsageError(f"{what} is missing: name a release (2.3), a dump or ticket, or an environment ({option})")
    if left:
        raise UsageError(f"{left[0]}: two releases are compared, and both are named already")
    return _span(named, matrix)


def _span(named: Sequence[tuple[str, bool]], matrix: Matrix) -> Span:
    from dataclasses import replace

    from tfdoctor.cli import _legacy
    from tfdoctor.cli._patient import asked
    from tfdoctor.drift.releases import Span, minor

    with ExitStack() as stack:
        running = [
            stack.enter_context(asked(None if word == "." else word)) if live else None for word, live in named
        ]  # both answer at once
        found = [
            (word, *(_answered(word, one) if live else _read(word)))
            for (word, live), one in zip(named, running, strict=True)
        ]
    minors = []
    for word, version, _ in found:
        try:
            minors.append(minor(version, matrix))
        except UsageError as error:
            raise UsageError(str(error) if word == version else f"{word}: {error}") from None
    before, after = minors
    told = [word if word == version else f"{word} ({version})" for word, version, _ in found]
    if before == after:
        raise UsageError(f"{told[0]} and {told[1]} are both TensorFlow {before}: patches of a minor are not compared")
    span = Span(before, after, (told[0], told[1]))
    (one, _, first), (other, _, second) = found
    return replace(span, remarks=tuple(_legacy.remarks(span, (one, other), (first, second))))


def _answered(word: str, running: Interrogation | None) -> tuple[str, str]:
    """Return the TensorFlow of an environment, and what sets its tf.keras to Keras 2 ("" for nothing).

    Raises:
        UsageError: it has none, or gave no answer.
    """
    from tfdoctor.answers import tensorflow
    from tfdoctor.cli._legacy import of_environment
    from tfdoctor.facts import known
    from tfdoctor.probes.interpreter import finish

    if running is None:
        raise UsageError(f"{word}: no environment is active")
    data = finish(running, _LIMIT).get("installation")
    version = known(tensorflow.read(data).version) if data else None
    if not version:
        raise UsageError(f"{word}: this environment has no TensorFlow")
    return version, of_environment(running.executable)


def _read(word: str) -> tuple[str, str]:
    """Return the release that a word names, or the TensorFlow of a file, and the same.

    Raises:
        UsageError: it is neither.
    """
    from tfdoctor.facts import known

    if not _is_file(word):
        if len(Path(word).parts) > 1 and not Path(word).exists():
            raise UsageError(f"{word}: there is no such file or folder")
        return word, ""
    from tfdoctor.cli._legacy import of_snapshot
    from tfdoctor.tickets.read import read_one

    snapshot = read_one(word).snapshot
    version = known(snapshot.tensorflow.version)
    if not version:
        raise UsageError(f"{word}: it does not say which TensorFlow it is about")
    return version, of_snapshot(snapshot)


def _is_file(word: str) -> bool:
    return Path(word).suffix.lower() in _SUFFIXES


def _is_environment(word: str) -> bool:
    """Whether a word names an environment or an interpreter rather than a release or a file to read."""
    from tfdoctor.cli.compare import is_environment
    from tfdoctor.drift.releases import is_release

    return not is_release(word) and not _is_file(word) and (word == "." or Path(word).exists()) and is_environment(word)
