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


@rule("TFD003", DOCTOR, severity="warning", verdict="harmless")
def code_unread(case: Case) -> Iterator[Conclusion]:
    """No use of TensorFlow was found in the code that was named, and not all of the code could be read.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: whether anything of the code is left to be judged. Each file, folder and
    cell that was not read is listed with its reason.

    ## Why it matters
    That no change was found is no good news then: what the unread code uses is not known.

    ## How to fix it
    The reasons say it: turn Python 2 into Python 3 first (`2to3 -w`), mend what does not parse, name the folder in
    which the programs lie.
    """
    del case
    return iter(())  # as above: `tfdoctor drift` makes the finding
