from tfdoctor.diagnose import diagnose
from tfdoctor.facts import LoadAttempt, Snapshot
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES

MATRIX = Matrix.locate()
OURS = [rule for rule in RULES if rule.name == "load-attempt-failed"]


def findings(load: LoadAttempt) -> list[tuple[str, str]]:
    found = diagnose(Snapshot(load=load), MATRIX, OURS, debug=True).findings
    return [(row.severity, row.message) for row in found]


def test_a_failed_stage_is_never_called_fine() -> None:
    load = LoadAttempt(stages=(("import", "ok"), ("fit", "AttributeError: no attribute 'scalar'")), exit_code=0)
    assert findings(load) == [("error", "TensorFlow failed at the stage fit when it was used.")]


def test_a_signal_and_a_time_limit() -> None:
    assert findings(LoadAttempt(signal="SIGILL")) == [("error", "TensorFlow was ended by SIGILL when it was used.")]
    late = LoadAttempt(stages=(("import", "ok"),), timed_out=True, seconds=120.0)
    assert findings(late) == [("error", "TensorFlow outran its time limit when it was used.")]


def test_what_works_is_no_finding() -> None:
    assert findings(LoadAttempt(stages=(("import", "ok"), ("fit", "ok")), exit_code=0)) == []
    assert diagnose(Snapshot(), MATRIX, OURS).findings == ()
