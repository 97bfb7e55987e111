"""What was seen to fail when TensorFlow was used, whatever the cause."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import known
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import LOADING, Conclusion, rule


@rule("TFD601", LOADING)
def load_attempt_failed(case: Case) -> Iterator[Conclusion]:
    """TensorFlow was used in a child process, and a stage failed.

    ## What it checks
    The stages of `--load`: import, list of devices, one operation, one epoch of training; and whether the child ended
    by a signal or outran its time limit.

    ## Why it matters
    It is what the user meets. A finding before this one names the cause; where there is none, the cause is not known
    to the doctor, and the environment is broken all the same.

    ## How to fix it
    Mend the causes that are named before this finding. Where none is named, the error below is the place to start.

    ## Sources
    The load attempt itself.
    """
    load = case.load
    if load is None:
        return
    failed = [(name, text) for name, text in load.stages if text != "ok"]
    signal = known(load.signal)
    if not failed and signal is None and not load.timed_out:
        return
    where = f" at the stage {failed[0][0]}" if failed else ""
    how = "outran its time limit" if load.timed_out else f"was ended by {signal}" if signal else "failed"
    yield Conclusion(
        message=f"TensorFlow {how}{where} when it was used.",
        evidence=(
            *(Evidence(fact=f"load.{name}", value=text[:400]) for name, text in failed),
            *((Evidence(fact="load.signal", value=signal),) if signal else ()),
            *((Evidence(fact="load.seconds", value=f"{load.seconds:.0f}"),) if load.timed_out else ()),
        ),
    )
