"""The doctor for programs and notebooks: `import tfdoctor; tfdoctor.check()`."""

import sys
from dataclasses import dataclass
from typing import Any

import msgspec

from tfdoctor.facts import Snapshot
from tfdoctor.matrix import Matrix
from tfdoctor.render.view import DiagnosisView, FindingView


@dataclass(frozen=True, repr=False)
class Report:
    """What was found in an environment: text where it is printed, a page where a notebook shows it.

    Attributes:
        diagnosis: the findings, root cause first, in the form that `--format json` prints.
        snapshot: the facts that they follow from.
        matrix: what judged them.
    """

    diagnosis: DiagnosisView
    snapshot: Snapshot
    matrix: Matrix

    @property
    def findings(self) -> tuple[FindingView, ...]:
        """The findings, root cause first."""
        return self.diagnosis.findings

    @property
    def ok(self) -> bool:
        """Whether nothing was found that needs to be fixed."""
        return self.diagnosis.status in {"ok", "note"}

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as plain values, as `--format json` prints them."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.diagnosis))
        return plain

    def to_html(self) -> str:
        """Return the report as one self-contained page, as `--format html` prints it."""
        from tfdoctor.render.html import document

        return document(self.diagnosis, self.snapshot, self.matrix)

    def __repr__(self) -> str:
        from tfdoctor.render.text import plain

        return plain(self.diagnosis)

    def _repr_html_(self) -> str:
        """Return the report as a part of a notebook."""
        from tfdoctor.render.html import fragment

        return fragment(self.diagnosis, self.snapshot, self.matrix)


def check(python: str | None = None, *, load: bool = False, timeout: float = 120.0) -> Report:
    """Examine a Python environment; nothing is changed or downloaded.

    Args:
        python: the interpreter or environment folder to examine; by default the interpreter that runs this.
        load: also import and use TensorFlow, in a child process.
        timeout: seconds that `load` may take.

    Raises:
        tfdoctor.errors.PatientError: there is no interpreter that can be examined.
    """
    from tfdoctor.diagnose import diagnose
    from tfdoctor.probes import take_snapshot
    from tfdoctor.render.view import view

    snapshot = take_snapshot(python or sys.executable, load=load, timeout=timeout)
    matrix = Matrix.locate()
    return Report(view(snapshot, diagnose(snapshot, matrix), matrix), snapshot, matrix)
