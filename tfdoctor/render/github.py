"""A diagnosis as workflow commands of GitHub Actions: one annotation a finding."""

from tfdoctor.render.view import DiagnosisView

_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(diagnosis: DiagnosisView) -> str:
    """Return one line a finding, in order; an empty text where there is none.

    No file is named: what is wrong lies in an environment, and GitHub shows files of the repository only.
    """
    ticket = f" (ticket {diagnosis.id})" if diagnosis.id else ""
    return "\n".join(
        f"::{_LEVEL[finding.severity]} title={_property(f'{finding.code} {finding.name}{ticket}')}::"
        + _data("\n".join((finding.message, *(remedy.text for remedy in finding.remedies))))
        for finding in diagnosis.findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
