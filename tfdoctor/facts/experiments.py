"""What small experiments gave in one environment: numbers that can be laid beside those of another one."""

from tfdoctor.facts._base import Part


class Measurement(Part, frozen=True):
    """One named value of an experiment: rounded numbers, or a word."""

    name: str
    value: tuple[float, ...] | str


class Outcome(Part, frozen=True):
    """What an experiment gave, or why it gave nothing ("AttributeError: ...", "Crash: ...", "TimeoutError: ...")."""

    experiment: str
    values: tuple[Measurement, ...] = ()
    error: str = ""


class Fingerprint(Part, frozen=True):
    """The experiments of one environment, and the versions as it tells them when it runs.

    `left` are the experiments that did not get their turn, `error` says why.
    """

    tensorflow: str
    keras: str = ""
    numpy: str = ""
    python: str = ""
    outcomes: tuple[Outcome, ...] = ()
    left: tuple[str, ...] = ()
    error: str = ""
