"""The doctor's own trouble: a probe or a rule that crashed, a patient that could not be examined."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DOCTOR, Conclusion, rule


@rule("TFD001", DOCTOR, severity="warning", verdict="harmless")
def probe_crashed(case: Case) -> Iterator[Conclusion]:
    """A probe of the doctor crashed, so some facts are unknown.

    ## What it checks
    Whether every probe ended in an orderly way.

    ## Why it matters
    Rules that need the missing facts are skipped; what they would have found is not known to be fine.

    ## How to fix it
    Run again with `--debug` and report the traceback.
    """
    for failure in case.snapshot.failures:
        yield Conclusion(
            message=f"The probe {failure.probe} crashed; rules that need its facts were skipped.",
            evidence=(Evidence(fact="doctor.probe", value=failure.error, source=failure.probe),),
        )


@rule("TFD002", DOCTOR, severity="warning", verdict="harmless")
def rule_crashed(case: Case) -> Iterator[Conclusion]:
    """A rule of the doctor crashed; the other rules were run.

    ## What it checks
    Nothing of the machine: the engine reports under this code.

    ## Why it matters
    What the crashed rule would have found is not known to be fine.

    ## How to fix it
    Run again with `--debug` and report the traceback.
    """
    del case  # the engine makes the finding
    yield from ()
