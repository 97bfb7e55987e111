from collections.abc import Iterator

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import ABSENT, NOT_OBSERVED, ProbeFailure, Snapshot, Unknown, require
from tfdoctor.matrix import Matrix
from tfdoctor.render.view import view
from tfdoctor.rules import Case, Conclusion
from tfdoctor.rules._rule import CUDA, DRIVER, HARMLESS, PROTOBUF, rule

MATRIX = Matrix.locate()
SEEN = (Evidence(fact="a.fact", value="1"),)


@rule("TFD801", PROTOBUF)
def import_breaks(case: Case) -> Iterator[Conclusion]:
    """A page."""
    del case
    yield Conclusion(message="broken", evidence=SEEN)


@rule("TFD802", DRIVER, severity="warning", verdict="degraded")
def gpu_unused(case: Case) -> Iterator[Conclusion]:
    """A page."""
    del case
    yield Conclusion(message="degraded", evidence=SEEN, symptom=True)


@rule("TFD803", HARMLESS, severity="note", verdict="harmless")
def noise(case: Case) -> Iterator[Conclusion]:
    """A page."""
    del case
    yield Conclusion(message="harmless", evidence=SEEN, symptom=True)


@rule("TFD804", CUDA)
def needs_the_driver(case: Case) -> Iterator[Conclusion]:
    """A page."""
    require(case.snapshot.accelerators.driver, "the driver")
    yield Conclusion(message="never", evidence=SEEN)


@rule("TFD805", CUDA)
def has_a_bug(case: Case) -> Iterator[Conclusion]:
    """A page."""
    del case
    yield Conclusion(message=str(1 // 0), evidence=SEEN)


def test_what_explains_the_symptom_comes_first_and_noise_last() -> None:
    found = diagnose(Snapshot(), MATRIX, [noise, import_breaks, gpu_unused])
    assert [row.name for row in found.findings] == ["gpu-unused", "import-breaks", "noise"]
    assert found.primary is found.findings[0]
    assert found.status == "error"


def test_status_is_the_worst_severity() -> None:
    assert diagnose(Snapshot(), MATRIX, []).status == "ok"
    assert diagnose(Snapshot(), MATRIX, []).primary is None
    assert diagnose(Snapshot(), MATRIX, [noise]).status == "note"
    assert diagnose(Snapshot(), MATRIX, [noise, gpu_unused]).status == "warning"


def test_what_is_passed_over_of_a_log_is_said() -> None:
    long = "Illegal instruction (core dumped)\n" + "." * 5_000_000
    (remark,) = diagnose(Snapshot(origin="ticket", log=long), MATRIX).remarks
    assert "1000034 characters in its middle" in remark
    assert view(Snapshot(), diagnose(Snapshot(origin="ticket", log=long), MATRIX), MATRIX).remarks == (remark,)
    assert diagnose(Snapshot(origin="ticket", log=long[:500]), MATRIX).remarks == ()


def test_an_unknown_fact_skips_the_rule_with_its_reason() -> None:
    from tfdoctor.facts import Accelerators

    unknown = Snapshot(accelerators=Accelerators(driver=Unknown(reason="no permission")))
    found = diagnose(unknown, MATRIX, [needs_the_driver])
    assert [(row.code, row.reason) for row in found.skipped] == [("TFD804", "the driver: no permission")]
    absent = Snapshot(accelerators=Accelerators(driver=ABSENT))
    assert diagnose(absent, MATRIX, [needs_the_driver]).skipped == ()
    assert diagnose(Snapshot(), MATRIX, [needs_the_driver]).skipped[0].reason.endswith(NOT_OBSERVED.reason)


def test_a_crashing_rule_is_reported_and_the_others_run() -> None:
    found = diagnose(Snapshot(), MATRIX, [has_a_bug, import_breaks])
    assert [row.name for row in found.findings] == ["import-breaks", "rule-crashed"]
    assert "ZeroDivisionError" in found.findings[1].evidence[0].value
    assert found.skipped[0].code == "TFD805"
    with pytest.raises(ZeroDivisionError):
        diagnose(Snapshot(), MATRIX, [has_a_bug], debug=True)


def test_a_crashed_probe_is_reported() -> None:
    found = diagnose(Snapshot(failures=(ProbeFailure(probe="gpu", error="ValueError('x')"),)), MATRIX)
    crashed = next(row for row in found.findings if row.name == "probe-crashed")
    assert crashed.evidence[0].value == "ValueError('x')"


def test_a_rule_needs_a_code_and_a_page() -> None:
    with pytest.raises(ValueError, match="TFD1"):
        rule("TFD1", CUDA)

    def silent(case: Case) -> Iterator[Conclusion]:
        del case
        yield from ()

    with pytest.raises(ValueError, match="silent has no page"):
        rule("TFD899", CUDA)(silent)
