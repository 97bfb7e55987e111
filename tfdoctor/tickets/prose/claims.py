"""What a reader takes from the text: a value for a key of the ticket form, where it stands and how far to trust it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tfdoctor.tickets.prose.lines import Line

# Measured output wins over a form's field, a field over a command that somebody typed, that over a sentence.
MEASURED: Final = 4
STATED: Final = 3
TYPED: Final = 2
SAID: Final = 1

ENVIRONMENT: Final = "environment."
PACKAGES: Final = "environment.packages."
VARIABLES: Final = "environment.env_vars."
# Keys that hold several values: statements of the same trust are put together.
LISTED: Final = frozenset(
    {
        "environment.cuda_versions_found",
        "environment.cudnn_versions_found",
        "environment.gpus",
        "environment.version_notes",
        "environment.install_method",
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One value for one key of the form ("environment.tf_version"), read from the lines `first` to `last`.

    `taken` says that the lines are output of a tool which is read completely: they are no part of the log.
    """

    key: str
    value: str
    first: int
    last: int
    rank: int
    reader: str
    taken: bool = False


Reader: TypeAlias = Callable[[Sequence[Line]], Iterator[Claim]]
Pair: TypeAlias = tuple[str, str]  # key, value


def of_line(pairs: Sequence[Pair], line: Line, rank: int, reader: str, *, taken: bool = False) -> Iterator[Claim]:
    """Make claims of what one line says."""
    for key, value in pairs:
        yield Claim(key, value, line.number, line.number, rank, reader, taken)
