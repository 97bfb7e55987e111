"""Where a model is to be loaded: a release of TensorFlow, the Keras that `tf.keras` is there, and the interpreter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock

_PLATFORM: Final = "linux-x86_64"
_ONE = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+)(?:\.post\d+)?|\.x|\.\*)?")
_FIRST: Final = (1, 13)  # older releases are in no environment that was verified
_OWN_KERAS: Final = (2, 6)  # from here on Keras is a distribution of its own
_KERAS_3: Final = (2, 16)


@dataclass(frozen=True)
class Target:
    """One environment to load in.

    Attributes:
        tensorflow: the release.
        keras: what `tf.keras` is there: the minor of TensorFlow itself before 2.6 and for tf-keras, else the
            release of the distribution keras.
        legacy: whether it is tf-keras, by TF_USE_LEGACY_KERAS=1.
        python: minor version of the interpreter ("3.11"), None where it is not known.
    """

    tensorflow: Version
    keras: Version
    legacy: bool = False
    python: str | None = None

    @property
    def minor(self) -> str:
        """TensorFlow's minor: "2.3"."""
        return f"{self.tensorflow.major}.{self.tensorflow.minor}"

    @property
    def keras_minor(self) -> str:
        """Keras's minor on the scale of `matrix.keras`: "2.3" or "3.4"."""
        return f"{self.keras.major}.{self.keras.minor}"

    @property
    def keras3(self) -> bool:
        """Whether `tf.keras` is Keras 3."""
        return self.keras.major >= 3

    def __str__(self) -> str:
        return f"TensorFlow {self.tensorflow}{' with tf-keras' if self.legacy else ''}"


def target(version: str, matrix: Matrix, *, legacy: bool = False, python: str | None = None) -> Target:
    """Return the target that "2.3" (its newest patch) or "2.3.1" means, with the Keras of its verified environment.

    Args:
        version: a minor or a release of TensorFlow.
        matrix: where releases and locks are known.
        legacy: load with tf-keras; means nothing before 2.16, where Keras 2 is Keras.
        python: minor version of the interpreter; without it the newest that was verified with the release.

    Raises:
        UsageError: the text is no version, or no such release is known.
    """
    found = _ONE.fullmatch(version.strip())
    if found is None:
        raise UsageError(f"{version!r} is no release of TensorFlow: write 2.3, 2.3.1, a list 2.3,2.6 or 2.1..2.21")
    exact = f"{found[1]}.{found[2]}.{found[3]}" if found[3] else ""
    release = _release(exact, (int(found[1]), int(found[2])), matrix)
    if release is None:
        raise UsageError(f"there is no release {version.strip()} of TensorFlow, or none that is known here")
    return environment(release, matrix, legacy=legacy, python=python)


def targets(text: str, matrix: Matrix, *, legacy: bool = False) -> tuple[Target, ...]:
    """Return the targets of "2.3", "2.3,2.6.5" or "2.1..2.21" (each minor's newest patch), in the order given.

    Raises:
        UsageError: a part can't be read, or means no release.
    """
    found: dict[Target, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dots, last = part.partition("..")
        if not dots:
            found[target(part, matrix, legacy=legacy)] = None
            continue
        low = target(first, matrix).tensorflow if first else Version(".".join(map(str, _FIRST)))
        high = target(last.strip("."), matrix).tensorflow if last.strip(".") else Version("99")
        if high < low:
            raise UsageError(f"{part!r} runs backwards: write {last.strip('.')}..{first}")
        found.update((environment(one, matrix, legacy=legacy), None) for one in _newest(matrix) if _in(low, one, high))
    if not found:
        raise UsageError(f"{text!r} names no release of TensorFlow: write 2.3, a list 2.3,2.6 or 2.1..2.21")
    return tuple(found)


def environment(
    tensorflow: Version,
    matrix: Matrix,
    *,
    legacy: bool = False,
    python: str | None = None,
    keras: Version | None = None,
) -> Target:
    """Return a target for a release; what is not given is that of its verified environment on Linux.

    `keras` is the installed release of the distribution keras; it counts only where TensorFlow uses it.
    """
    numbers = (tensorflow.major, tensorflow.minor)
    locks = [
        lock
        for lock in matrix.locks.of(tensorflow)
        if isinstance(lock, Lock) and lock.platform == _PLATFORM and not lock.extra and python in {None, lock.python}
    ]
    locks.sort(key=lambda lock: (lock.basis == "trained", tuple(map(int, lock.python.split(".")))))
    lock = locks[-1] if locks else None
    minor = Version(f"{tensorflow.major}.{tensorflow.minor}")
    legacy = legacy and numbers >= _KERAS_3
    if legacy or numbers < _OWN_KERAS:
        keras = minor
    elif keras is None:
        pinned = lock.version_of("keras") if lock else None
        keras = Version(pinned) if pinned else minor if numbers < _KERAS_3 else Version("3.0")
    return Target(tensorflow, keras, legacy, python or (lock.python if lock else None))


def _release(exact: str, minor: tuple[int, int], matrix: Matrix) -> Version | None:
    if exact:
        found = matrix.releases.get("tensorflow", exact)
        return found.version if found else None
    return next((version for version in _newest(matrix) if (version.major, version.minor) == minor), None)


def _newest(matrix: Matrix) -> Iterator[Version]:
    """The newest patch of each minor, oldest minor first."""
    newest = {(version.major, version.minor): version for version in matrix.releases.versions("tensorflow")}
    return (version for minor, version in sorted(newest.items()) if minor >= _FIRST)


def _in(low: Version, version: Version, high: Version) -> bool:
    """Whether a release is between two, each of which stands for its whole minor."""
    return (low.major, low.minor) <= (version.major, version.minor) <= (high.major, high.minor)
