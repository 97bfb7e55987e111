"""What ends the following of a loader: the first thing that it refuses, or something that facts can't decide."""

from __future__ import annotations

from dataclasses import dataclass

from tfdoctor.diagnosis import Evidence


class Failure(Exception):  # noqa: N818  it is the loader's error, not one of ours
    """The loader raises an exception here.

    Attributes:
        finding: name of the rule that explains it.
        error: type of the exception.
        message: a fragment of its message.
        evidence: what it rests on; the innermost message is kept where another wraps it.
    """

    def __init__(self, finding: str, error: str, message: str, *evidence: Evidence) -> None:
        super().__init__(message)
        self.finding, self.error, self.message, self.evidence = finding, error, message, evidence

    def within(self, message: str, error: str = "TypeError") -> Failure:
        """Return the failure as it looks from outside, where the loader wraps it."""
        inner = Evidence(fact="loader", value=f"{self.error}: {self.message}", source="the error inside")
        kept = self.evidence if any(each.fact == "loader" for each in self.evidence) else (inner, *self.evidence)
        return Failure(self.finding, error, message, *kept)


class Unsure(Exception):  # noqa: N818  no error: facts can't decide
    """Static facts can't decide; the text says what is missing."""

    def __init__(self, finding: str, reason: str) -> None:
        super().__init__(reason)
        self.finding, self.reason = finding, reason


@dataclass(frozen=True)
class Below:
    """What TensorFlow refuses of a model when a loader of Keras hands it on; None for nothing.

    Attributes:
        graph: its graph and the objects made from it.
        variables: the files of its variables, which are read afterwards.
    """

    graph: Failure | None = None
    variables: Failure | None = None
