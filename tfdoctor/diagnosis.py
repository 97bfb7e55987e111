"""What the rules conclude: findings with their evidence and remedies, gathered in a Diagnosis."""

from typing import Final, Literal

import msgspec

SCHEMA_VERSION: Final = 1

Severity = Literal["error", "warning", "note"]
Verdict = Literal["broken", "degraded", "harmless"]
Confidence = Literal["certain", "likely", "possible"]
CONFIDENCES: Final[tuple[Confidence, ...]] = ("certain", "likely", "possible")
RemedyKind = Literal[
    "install", "uninstall", "reinstall", "create-environment", "set-variable", "unset-variable", "delete", "manual"
]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One observed or sourced fact that a finding rests on.

    `fact` is its place ("distributions.protobuf.version", "matrix.releases.2.15.1.cuda", "log"), `source` where
    the value comes from (a path, a table's source, "log line 12").
    """

    fact: str
    value: str
    source: str = ""


class Remedy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do, as data; commands are made by the renderers.

    `requirements` are PEP 508 requirements (install, reinstall, create-environment), `distributions` canonical
    names (uninstall), `python` a minor version (create-environment), `variable` and `value` belong to
    set-variable and unset-variable, `paths` to delete. `text` says it in one plain sentence.
    """

    kind: RemedyKind
    text: str
    requirements: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    python: str = ""
    variable: str = ""
    value: str = ""
    paths: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong (or only looks wrong), with its evidence and what to do.

    `symptom` is True where the finding explains something that was seen to fail (a log, a load attempt).
    """

    code: str
    name: str
    family: str
    severity: Severity
    verdict: Verdict
    message: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...] = ()
    confidence: Confidence = "certain"
    symptom: bool = False


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that could not decide, and why."""

    code: str
    name: str
    reason: str


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, root cause first, and the rules that could not decide.

    `remarks` are sentences on what was passed over, since there is too much of it.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    remarks: tuple[str, ...] = ()

    @property
    def primary(self) -> Finding | None:
        """The finding that explains the symptom, or None where nothing is found."""
        return self.findings[0] if self.findings else None

    @property
    def status(self) -> Literal["ok", "note", "warning", "error"]:
        """The worst severity among the findings."""
        found = {finding.severity for finding in self.findings}
        if "error" in found:
            return "error"
        if "warning" in found:
            return "warning"
        return "note" if found else "ok"
