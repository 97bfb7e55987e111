"""A diagnosis as workflow commands of GitHub Actions: one annotation a finding."""

from collections.abc import Mapping

from tfdoctor.diagnosis import Severity
from tfdoctor.render.view import DiagnosisView

_LEVEL: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(diagnosis: DiagnosisView) -> str:
    """Return one line a finding, in order; an empty text where there is none.

    No file is named: what is wrong lies in an environment, and GitHub shows files of the repository only.
    """
    ticket = f" (ticket {diagnosis.id})" if diagnosis.id else ""
    return "\n".join(
        annotation(
            finding.severity,
            f"{finding.code} {finding.name}{ticket}",
            "\n".join((finding.message, *(remedy.text for remedy in finding.remedies))),
        )
        for finding in diagnosis.findings
    )


def annotation(severity: Severity, title: str, text: str, place: Mapping[str, str | int] | None = None) -> str:
    """Return one annotation; `place` has file, line, endLine, col and endColumn as far as they are known."""
    told = "".join(f"{name}={_property(str(value))}," for name, value in (place or {}).items())
    return f"::{_LEVEL[severity]} {told}title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
