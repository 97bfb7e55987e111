"""Rules on NumPy: its C ABI, names that it removed, and TensorFlow's pins on it."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._declared import outside, unmet
from tfdoctor.rules._dependencies import about, broken_by, from_bounds, install, versions_evidence, violated
from tfdoctor.rules._rule import NUMPY, Conclusion, rule


def _abi(case: Case) -> tuple[Event, ...]:
    """The messages of extensions for NumPy 1 under NumPy 2."""
    if _older(case):
        return ()
    stated = case.events.of("numpy-size", "numpy-capi")
    older = (event for event in stated if _number(event, "compiled") < _number(event, "runtime"))
    return (*case.events.of("numpy1-binary"), *older)


def _number(event: Event, key: str) -> int:
    """A version of the C API, which is printed in base 16 (by old versions without a prefix), or a size in bytes."""
    return int(event[key], 16 if event.kind == "numpy-capi" else 10)


def _handles(case: Case) -> tuple[Event, ...]:
    """The failed conversion of a type, which an extension for another NumPy shows as well as a wrong ml-dtypes."""
    fetched = {event["type"] for event in case.events.of("dtype-fetched")}
    if fetched - {"bfloat16"} or about(case, "ml_dtypes") or broken_by(case, "ml-dtypes"):
        return ()
    return case.events.of("handle-not-converted")


def _older(case: Case) -> tuple[Event, ...]:
    """The messages of extensions that were compiled against a newer NumPy than the one here."""
    stated = case.events.of("numpy-capi", "numpy-size")
    # The module came with NumPy 1.16: what asks for it was compiled against that or a newer one.
    asked = (event for event in case.events.of("module-missing") if event["module"] == "numpy.core._multiarray_umath")
    return (*(event for event in stated if _number(event, "compiled") > _number(event, "runtime")), *asked)


@rule("TFD450", NUMPY)
def numpy2_abi(case: Case) -> Iterator[Conclusion]:
    """NumPy 2 is installed under a TensorFlow (or another extension) that was compiled for NumPy 1.

    ## What it checks
    NumPy's major version against the C ABI that the release was built for; and in a log: a missing `_ARRAY_API`,
    or the message about modules compiled using NumPy 1.x.

    ## Why it matters
    NumPy 2 changed its C ABI. TensorFlow before 2.18 was compiled for the old one and cannot be imported, although
    the metadata of several releases (2.7 to 2.11, 2.14.0) admits NumPy 2.

    ## How to fix it
    Install NumPy 1 (1.26.4 is the last; TensorFlow before 2.7 needs less than 1.24), or TensorFlow 2.18 or newer.

    ## Sources
    Measured with real wheels; https://numpy.org/doc/stable/numpy_2_0_migration_guide.html
    """
    events = _abi(case)
    if violated(case, "numpy2-abi"):
        yield from from_bounds(case, "numpy2-abi", events or _handles(case))
        return
    version = case.versions.get("numpy")
    sure = bool(events)
    events = events or _handles(case)
    if events and (version is None or version.major >= 2):
        yield Conclusion(
            message="An extension that was compiled for NumPy 1 runs under NumPy 2.",
            confidence="certain" if sure else "possible",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "numpy")),
            remedies=(install("numpy<2"),),
            symptom=True,
        )


@rule("TFD451", NUMPY)
def numpy_removed_aliases(case: Case) -> Iterator[Conclusion]:
    """NumPy has removed names that this TensorFlow (or another library) still uses.

    ## What it checks
    NumPy's version against the releases that use `np.object` and `np.bool` (removed in NumPy 1.24) or names that
    NumPy 2 removed; and in a log: the attribute error about such a name.

    ## Why it matters
    TensorFlow before 2.7 uses such names while it is imported.

    ## How to fix it
    Install NumPy 1.23.5 or older, or a newer TensorFlow.

    ## Sources
    Measured with real wheels; https://numpy.org/doc/stable/release/1.24.0-notes.html
    """
    events = case.events.of("numpy-alias-removed")
    if violated(case, "numpy-removed-aliases"):
        yield from from_bounds(case, "numpy-removed-aliases", events)
        return
    lost = next((event["alias"] for event in events), "")
    version = case.versions.get("numpy")
    if lost and (version is None or version >= Version("1.20")):
        in_two = any("NumPy 2" in event.text for event in events)
        yield Conclusion(
            message=f"np.{lost} is used here, which the installed NumPy does not have any more.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "numpy")),
            remedies=(install("numpy<2" if in_two else "numpy<1.24"),),
            symptom=True,
        )


@rule("TFD452", NUMPY)
def numpy120_with_old_tf(case: Case) -> Iterator[Conclusion]:
    """NumPy 1.20 or newer with TensorFlow 2.5 or older: recurrent layers cannot be built.

    ## What it checks
    NumPy's version against the release; and in a log: "Cannot convert a symbolic Tensor to a numpy array".

    ## Why it matters
    TensorFlow before 2.6 calls `np.prod` on symbolic shapes, which NumPy from 1.20 on does not leave alone. LSTM,
    GRU and others then fail while a model is built.

    ## How to fix it
    Install NumPy 1.19.5, or TensorFlow 2.6 or newer.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/models/issues/9706
    """
    events = case.events.of("symbolic-tensor-to-numpy")
    if violated(case, "numpy120-with-old-tf"):
        yield from from_bounds(case, "numpy120-with-old-tf", events)
        return
    version, tensorflow = case.versions.get("numpy"), case.tensorflow
    recent = tensorflow is not None and tensorflow >= Version("2.7")  # there the message means the user's own code
    if events and not recent and (version is None or version >= Version("1.20")):
        yield Conclusion(
            message="NumPy 1.20 or newer with TensorFlow 2.5 or older: symbolic shapes are taken for arrays.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, "numpy")),
            remedies=(install("numpy==1.19.5"),),
            confidence="certain" if version and tensorflow else "likely",
            symptom=True,
        )


@rule("TFD453", NUMPY)
def numpy_too_old_abi(case: Case) -> Iterator[Conclusion]:
    """NumPy is older than the one that TensorFlow (or another extension) was compiled against.

    ## What it checks
    In a log: the C API versions of an extension and of the running NumPy, or sizes of NumPy's types, where the
    extension's is the larger; and NumPy's version against the bounds of the release.

    ## Why it matters
    An extension runs on the NumPy that it was compiled against or a newer one, not on an older one.

    ## How to fix it
    Install a newer NumPy that TensorFlow admits. Where TensorFlow pins it low, install the other extension in a
    version that was compiled against an older NumPy.

    ## Sources
    https://numpy.org/doc/stable/user/troubleshooting-importerror.html, measured with real wheels
    """
    events = _older(case)
    version = case.versions.get("numpy")
    if not events and version is not None and version.major < 2:
        events = _handles(case)
    if violated(case, "numpy-too-old-abi"):
        yield from from_bounds(case, "numpy-too-old-abi", events)
    elif events:
        yield Conclusion(
            message="An extension was compiled against a newer NumPy than the one installed.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "numpy")),
            remedies=(install("numpy", "Install a newer NumPy that this TensorFlow admits."),),
            symptom=True,
        )


@rule("TFD454", NUMPY, severity="warning", verdict="degraded")
def numpy_outside_pin(case: Case) -> Iterator[Conclusion]:
    """NumPy is outside the range that TensorFlow declares, and nothing is known to break.

    ## What it checks
    NumPy's version against TensorFlow's declared requirement, and pip's complaint about it in a log.

    ## Why it matters
    pip reports a conflict, and nobody has tested the pair.

    ## How to fix it
    Install a NumPy within the range.

    ## Sources
    The requirements in the metadata of the wheel.
    """
    breaks = broken_by(case, "numpy")
    only_in_part = not any(bound.breaking for bound in case.violations if bound.row.distribution == "numpy")
    for one in unmet(case):
        if one.dependency == "numpy" and (not breaks or (one.events and only_in_part)):
            yield outside(one)
