"""Versions that `packaging.version.Version` cannot carry, and tolerant reading of what people write."""

import re
from functools import total_ordering

from packaging.specifiers import SpecifierSet
from packaging.version import Version

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


@total_ordering
class Dotted:
    """A dotted number of NVIDIA's kind: a driver ("535.104.05"), CUDA ("11.2") or cuDNN ("8.9.7") version.

    Keeps the original text; compares number by number, a missing number counting as 0.
    """

    __slots__ = ("numbers", "text")

    def __init__(self, text: str) -> None:
        """Read `text`, e.g. "535.104.05" or "11.2".

        Raises:
            ValueError: there is no number in it.
        """
        found = _NUMBERS.search(text)
        if found is None:
            raise ValueError(f"no version in {text!r}")
        self.text = found.group()
        self.numbers = tuple(int(part) for part in self.text.split("."))

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0]

    @property
    def minor(self) -> int | None:
        """The second number, where it is given."""
        return self.numbers[1] if len(self.numbers) > 1 else None

    def covers(self, other: "Dotted") -> bool:
        """Whether `other` is this version or a more precise form of it ("11.2" covers "11.2.152")."""
        return other.numbers[: len(self.numbers)] == self.numbers

    def _key(self) -> tuple[int, ...]:
        numbers = self.numbers
        while numbers and numbers[-1] == 0:
            numbers = numbers[:-1]
        return numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dotted) and self._key() == other._key()

    def __lt__(self, other: "Dotted") -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Dotted({self.text!r})"

    def __str__(self) -> str:
        return self.text


def dotted(text: str | None) -> Dotted | None:
    """Return the first dotted number in `text`, or None where there is none."""
    try:
        return Dotted(text or "")
    except ValueError:
        return None


_RELEASE_LIKE = re.compile(r"v?\d+(?:\.\d+)*(?:\.?(?:dev|post|a|b|rc|-rc)-?\d+)*(?:\+[\w.]+)?", re.IGNORECASE)


def release(text: str | None) -> Version | None:
    """Return the version in what a person wrote ("2.6", "TF 2.4.0-rc1", "2.14.0-dev20230531"), or None.

    "1.x" and "latest" give None: they name no release.
    """
    if not text:
        return None
    stripped = text.strip()
    try:
        return Version(stripped)
    except ValueError:  # also: thousands of digits
        pass
    found = _RELEASE_LIKE.search(stripped)
    if found is None or stripped[found.end() : found.end() + 2].lower() == ".x":
        return None
    try:
        return Version(found.group().replace("-dev", ".dev"))
    except ValueError:
        return None


def within(version: Version, specifier: str) -> bool:
    """Whether `version` satisfies a PEP 440 specifier, pre-releases included; alternatives are joined by "||"."""
    return any(SpecifierSet(part.strip()).contains(version, prereleases=True) for part in specifier.split("||"))


def minor(version: Version) -> tuple[int, int]:
    """The (major, minor) pair of a version."""
    return version.major, version.minor


def cuda_minor(version: Dotted) -> str:
    """The toolkit name of a CUDA version: "11.2" of "11.2.152"."""
    return ".".join(str(number) for number in version.numbers[:2])
