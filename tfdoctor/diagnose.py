"""Runs the rules over a Snapshot and orders what they find, root cause first."""

from collections.abc import Iterable

from tfdoctor.diagnosis import Diagnosis, Evidence, Finding, Skipped
from tfdoctor.facts import NotApplicableError, Snapshot, UndeterminedError
from tfdoctor.logs import Events
from tfdoctor.matrix import Matrix
from tfdoctor.rules import FAMILY_ORDER, RULES, Case, Conclusion, Rule, presumed

_SEVERITY = {"error": 0, "warning": 1, "note": 2}
_VERDICT = {"broken": 0, "degraded": 1, "harmless": 2}
_CONFIDENCE = {"certain": 0, "likely": 1, "possible": 2}


def diagnose(snapshot: Snapshot, matrix: Matrix, rules: Iterable[Rule] = RULES, *, debug: bool = False) -> Diagnosis:
    """Return what is wrong with a machine.

    A rule that crashes becomes a finding of the doctor itself, unless `debug` is set: then the error is raised.
    """
    case = Case(snapshot, matrix)
    rules = tuple(rules)
    findings: list[Finding] = []
    ranks: dict[int, int] = {}
    skipped: list[Skipped] = []
    for rule in rules:
        try:
            for conclusion in rule.check(case):
                findings.append(_finding(rule, conclusion))
                ranks[id(findings[-1])] = conclusion.rank
        except UndeterminedError as error:
            skipped.append(Skipped(code=rule.code, name=rule.name, reason=str(error)))
        except NotApplicableError:
            continue
        except Exception as error:  # the one place where a rule's fault is caught
            if debug:
                raise
            findings.append(_crash(rule, error))
            skipped.append(Skipped(code=rule.code, name=rule.name, reason=f"the rule crashed: {error!r}"))
    if all(finding.severity == "note" for finding in findings):
        explained = frozenset(row.source for finding in findings for row in finding.evidence)
        findings.extend(_finding(rule, conclusion) for rule, conclusion in presumed(case, rules, explained))
    events: Events = vars(case).get("events") or Events()  # a log that no rule could read is said above
    ordered = sorted(findings, key=lambda finding: _order(finding, ranks.get(id(finding), 0)))
    return Diagnosis(findings=tuple(ordered), skipped=tuple(skipped), remarks=events.passed_over)


def _finding(rule: Rule, conclusion: Conclusion) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        family=rule.family.name,
        severity=conclusion.severity or rule.severity,
        verdict=conclusion.verdict or rule.verdict,
        message=conclusion.message,
        evidence=conclusion.evidence,
        remedies=conclusion.remedies,
        confidence=conclusion.confidence,
        symptom=conclusion.symptom,
    )


def _crash(rule: Rule, error: Exception) -> Finding:
    return Finding(
        code="TFD002",
        name="rule-crashed",
        family="doctor",
        severity="warning",
        verdict="harmless",
        message=f"A rule of the doctor ({rule.code} {rule.name}) crashed; the other rules were run.",
        evidence=(Evidence(fact="doctor.rule", value=repr(error), source=rule.code),),
    )


def _order(finding: Finding, rank: int) -> tuple[int, ...]:
    """The place of a finding: what was seen to fail first, then the worst, then the nearest to the root."""
    return (
        finding.severity == "note",
        finding.family == "doctor",  # the doctor's own trouble explains nobody's symptom
        not finding.symptom,
        _SEVERITY[finding.severity],
        _VERDICT[finding.verdict],
        _CONFIDENCE[finding.confidence] == 2,
        rank,
        FAMILY_ORDER[finding.family],
        _CONFIDENCE[finding.confidence],
        int(finding.code[3:]),
    )
