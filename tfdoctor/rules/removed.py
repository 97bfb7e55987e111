"""Modules that newer Pythons and newer setuptools do not have any more."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import PYTHON, Conclusion, rule


@rule("TFD105", PYTHON)
def distutils_removed(case: Case) -> Iterator[Conclusion]:
    """A program imports distutils, which Python 3.12 no longer has.

    ## What it checks
    "No module named 'distutils'" in the log; TensorFlow before 2.19 under Python 3.12 or later without setuptools
    (before 2.16 also where nobody says whether setuptools is there).

    ## Why it matters
    TensorFlow up to 2.18 imports distutils (and an old companion may). setuptools brings a copy of it, but is not part
    of a new environment any more.

    ## How to fix it
    Install setuptools, which brings distutils back, or use TensorFlow 2.19 or later.

    ## Sources
    https://docs.python.org/3/whatsnew/3.12.html ; https://github.com/tensorflow/tensorflow/issues/62003 ; measured with
    TensorFlow 2.16 to 2.18 in real environments.
    """
    event = case.events.first("module-missing", module="distutils")
    modern = case.python is None or case.python >= Version("3.12")
    old = case.tensorflow is not None and case.tensorflow < Version("2.19") and case.python is not None and modern
    gone = old and case.has("setuptools") is False and case.imported is not True
    # In a ticket nobody says that setuptools is missing, but new environments of such a Python do not have it.
    expected = old and event is None and not gone and case.has("setuptools") is None and case.imported is not True
    expected = expected and case.tensorflow is not None and case.tensorflow < Version("2.16")
    if not (event and modern) and not gone and not expected:
        return
    yield Conclusion(
        message="distutils is not part of Python 3.12 and later, and setuptools, which brings a copy, does not "
        "provide it here.",
        evidence=(
            *(logged((event,)) if event else ()),
            *case.tensorflow_evidence(),
            *(() if case.python is None else (Evidence(fact="interpreter.version", value=str(case.python)),)),
        ),
        remedies=(
            Remedy(kind="install", text="Bring distutils back with setuptools.", requirements=("setuptools<82",)),
            Remedy(kind="install", text="Or use a release without distutils.", requirements=("tensorflow>=2.19",)),
        ),
        symptom=event is not None,
        confidence="possible" if expected else "certain" if case.python is not None else "likely",
        severity="warning" if expected else None,
    )


# The last releases that import pkg_resources when they start: measured with real wheels.
_IMPORTERS = {
    "tensorboard": Version("2.20.0"), "tb-nightly": Version("2.21.0a20251023"), "tensorflow-hub": Version("0.16.1"),
}  # fmt: skip


@rule("TFD106", PYTHON)
def pkg_resources_removed(case: Case) -> Iterator[Conclusion]:
    """A program imports pkg_resources, which is not there: setuptools is missing or newer than 81.

    ## What it checks
    "No module named 'pkg_resources'" in the log; tensorboard up to 2.20 or tensorflow-hub up to 0.16.1 with
    setuptools 82 or later, or without setuptools. In a ticket on Python 3.12 or later nobody has to say that.

    ## Why it matters
    setuptools 82 removed pkg_resources, and environments of Python 3.12 and later have no setuptools to begin with.
    TensorBoard then does not start; `import tensorflow_hub` fails. TensorFlow itself does not need it.

    ## How to fix it
    Install `setuptools<82`. (TensorBoard 2.21 does without it, but needs TensorFlow's protobuf of 2.21 or later.)

    ## Sources
    https://github.com/pypa/setuptools (changelog of 82.0.0); https://github.com/tensorflow/tensorboard (2.21),
    https://github.com/tensorflow/tensorboard/issues/7107
    """
    event = case.events.first("module-missing", module="pkg_resources")
    setuptools = case.version("setuptools")
    gone = case.has("setuptools") is False or (setuptools is not None and setuptools >= Version("82"))
    importers = [name for name, last in _IMPORTERS.items() if (case.version(name) or Version("9999")) <= last]
    # setuptools is no part of new environments from Python 3.12 on, and pip takes the newest
    fresh = case.python is not None and case.python >= Version("3.12") and case.imported is not True
    expected = setuptools is None and case.has("setuptools") is not False and fresh and case.snapshot.origin == "ticket"
    if event is None and not ((gone or expected) and importers):
        return
    expected = expected and event is None
    hub = event is not None or "tensorflow-hub" in importers
    yield Conclusion(
        message="pkg_resources is imported but not there: setuptools 82 removed it, and new environments have "
        "no setuptools.",
        evidence=(*(logged((event,)) if event else ()), *case.installed("setuptools", *importers)),
        remedies=(
            Remedy(
                kind="install",
                text="Install the last setuptools that has pkg_resources.",
                requirements=("setuptools<82",),
            ),
        ),
        severity="note" if expected else "error" if hub else "warning",
        verdict="broken" if hub and not expected else "degraded",
        confidence="possible" if expected else "certain",
        symptom=event is not None,
    )
