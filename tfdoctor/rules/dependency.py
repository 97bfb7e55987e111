"""Rules on the versions of single dependencies, each known for one way of breaking TensorFlow."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Remedy
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import (
    Clue,
    about,
    from_bounds,
    install,
    judge,
    library,
    raised_in,
    versions_evidence,
    violated,
)
from tfdoctor.rules._rule import DEPENDENCY, Conclusion, rule
from tfdoctor.rules.drift import _judge as drift
from tfdoctor.versions import minor


@rule("TFD473", DEPENDENCY)
def h5py3_with_old_keras(case: Case) -> Iterator[Conclusion]:
    """h5py 3 with a Keras or TensorFlow that still decodes HDF5 attributes.

    ## What it checks
    h5py's version against TensorFlow before 2.5 (and the standalone Keras of that time); in a log: "'str' object has
    no attribute 'decode'".

    ## Why it matters
    h5py 3 returns text where h5py 2 returned bytes. Models in HDF5 cannot be loaded, and weights neither.

    ## How to fix it
    Install h5py 2.10.0, or TensorFlow 2.5 or newer.

    ## Sources
    Measured with real wheels; https://docs.h5py.org/en/stable/whatsnew/3.0.html
    """
    events = (*case.events.of("text-decoded-again"), *case.events.of("hdf5-attribute-decoded"))
    about_files = any(event.kind == "hdf5-attribute-decoded" for event in events) or any(
        library(raised_in(case, event)) in {"keras", "tensorflow", "tensorflow_core", "h5py"} for event in events
    )
    known_pair = "h5py" in case.versions or case.tensorflow is not None
    fresh = case.tensorflow is not None and case.tensorflow >= Version("2.5") and not about_files
    if fresh:
        return
    yield from judge(case, Clue("h5py3-with-old-keras", "h5py", events,
        "h5py 3 returns text where this Keras expects bytes.",
        install("h5py==2.10.0"), innocent=lambda version: version < Version("3"),
        confidence="likely" if about_files or known_pair else "possible",
    ))  # fmt: skip


@rule("TFD474", DEPENDENCY, severity="warning", verdict="degraded")
def gast_version(case: Case) -> Iterator[Conclusion]:
    """Gast does not fit the AutoGraph of this TensorFlow.

    ## What it checks
    gast's version against the release; in a log: names that gast does not have ("Num", "Index", "Constant").

    ## Why it matters
    AutoGraph turns Python functions into graphs by gast's syntax trees. Where these differ, it gives up with a warning
    and runs the function as it is, which fails for conditions and loops on tensors.

    ## How to fix it
    Install the gast that TensorFlow pins: 0.2.2 up to 2.1, 0.3.3 for 2.2 to 2.4, 0.4.0 for 2.5 to 2.15.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/32319
    """
    events = about(case, "gast")
    fatal = any(library(raised_in(case, event)) == "tensorflow" for event in events) and not case.events.of(
        "autograph-gave-up"
    )
    yield from judge(case, Clue("gast-version", "gast", events, "gast has another syntax tree than AutoGraph expects.",
        _gast(case), outcome=("error", "broken") if fatal else ("warning", "degraded"),
    ))  # fmt: skip


def _gast(case: Case) -> Remedy:
    for limit, pin in (("2.2", "0.2.2"), ("2.5", "0.3.3"), ("2.16", "0.4.0")):
        if case.tensorflow is not None and case.tensorflow < Version(limit):
            return install(f"gast=={pin}")
    return install("gast", "Install the gast that this TensorFlow requires.")


@rule("TFD475", DEPENDENCY)
def wrapt_typing_ext_dictwrapper(case: Case) -> Iterator[Conclusion]:
    """Saving fails in TensorFlow's _DictWrapper: wrapt, typing-extensions or Python is too new for it.

    ## What it checks
    wrapt 1.15, typing-extensions 4.6 and Python 3.12 against the releases that do not know them; in a log: "this
    __dict__ descriptor does not support '_DictWrapper' objects".

    ## Why it matters
    TensorFlow wraps the dicts of a model with wrapt. Protocol checks of newer typing modules, and newer wrapt, look at
    such objects in a way that raises, so `model.save` and `tf.saved_model.save` fail.

    ## How to fix it
    Install wrapt 2.2 or later; before TensorFlow 2.9, wrapt 1.14.1 with typing-extensions below 4.6.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/63548,
    https://github.com/tensorflow/tensorflow/issues/61063
    """
    events = case.events.of("dict-wrapper-refused")
    if not events and "wrapt" in case.distributions:
        events = tuple(
            frame
            for frame in case.events.of("frame")
            if frame["path"].replace("\\", "/").endswith("trackable/data_structures.py")
        )
    if violated(case, "wrapt-typing-ext-dictwrapper"):
        yield from from_bounds(case, "wrapt-typing-ext-dictwrapper", events)
    elif events:
        old = case.tensorflow is not None and case.tensorflow < Version("2.9")
        remedy = install("wrapt==1.14.1") if old else install("wrapt>=2.2", "Install wrapt 2.2 or later.")
        yield Conclusion(
            message="TensorFlow's _DictWrapper does not work with this wrapt, typing-extensions or Python.",
            evidence=(
                *logged(events[:2]),
                *case.tensorflow_evidence(),
                *versions_evidence(case, "wrapt", "typing-extensions"),
            ),
            remedies=(remedy,),
            symptom=True,
        )
    else:
        yield from _wrapper_suspected(case)


def _wrapper_suspected(case: Case) -> Iterator[Conclusion]:
    """What the versions alone let expect of dicts in models, where the measured bounds do not speak of them."""
    wrapt, typing = case.versions.get("wrapt"), case.versions.get("typing-extensions")
    tensorflow = case.tensorflow
    if tensorflow is None or case.imported is True:
        return
    by_wrapt = tensorflow < Version("2.12") and wrapt is not None and Version("1.15") <= wrapt < Version("2.2")
    by_typing = (
        tensorflow >= Version("2.9")
        and wrapt is None
        and case.has("wrapt") is None
        and typing is not None
        and typing >= Version("4.6")
        and (case.python is None or case.python < Version("3.12"))
    )
    if by_wrapt or by_typing:
        name = "wrapt" if by_wrapt else "typing-extensions"
        yield Conclusion(
            message=f"With this {name} what looks at a dict inside a model by its protocol fails.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, name)),
            remedies=(install("wrapt==1.14.1") if by_wrapt else install("wrapt>=2.2"),),
            severity="note",
            verdict="degraded",
            confidence="possible",
        )


@rule("TFD476", DEPENDENCY)
def estimator_version(case: Case) -> Iterator[Conclusion]:
    """tensorflow-estimator is of another minor than TensorFlow, or a leftover.

    ## What it checks
    The minor of tensorflow-estimator against TensorFlow's (1.13 to 2.15); in a log: missing parts of it.

    ## Why it matters
    It is a part of TensorFlow in a distribution of its own. An older or newer one, often a leftover of an earlier
    installation, fails where TensorFlow uses it.

    ## How to fix it
    Install tensorflow-estimator of TensorFlow's minor; remove tensorflow-gpu-estimator and leftovers. TensorFlow from
    2.16 on has no tf.estimator.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/36193
    """
    name = "tensorflow-estimator"
    events = (*about(case, "tensorflow_estimator"), *case.events.of("estimator-not-installed"))
    events += tuple(
        event
        for event in about(case, "tensorflow")
        if event["module"] in {"tensorflow", "tensorflow.compat.v1", "tensorflow._api.v2.compat.v1"}
        and ("estimator" in (event["attribute"], event["symbol"]) or _half_imported(case, event))
    )
    gone = case.tensorflow is not None and case.tensorflow >= Version("2.16")
    events = drift.unexplained(case, events)
    if not gone and not violated(case, "estimator-version"):
        yield from _other_estimator(case, events)
        return
    pin = f"{name}=={case.tensorflow.major}.{case.tensorflow.minor}.*" if case.tensorflow and not gone else name
    yield from judge(case, Clue("estimator-version", name, events,
        "tf.estimator was removed in TensorFlow 2.16." if gone else "tensorflow-estimator does not fit TensorFlow.",
        Remedy(kind="manual", text="Port the code, or stay on TensorFlow 2.15.") if gone else install(pin),
    ))  # fmt: skip


def _half_imported(case: Case, event: Event) -> bool:
    """Whether TensorFlow was asked for `compat` before it was imported: tensorflow-estimator of another minor does."""
    separate = case.tensorflow is None or Version("1.13") <= case.tensorflow < Version("2.16")
    return separate and event["attribute"] == "compat" and event["module"] == "tensorflow"


def _other_estimator(case: Case, events: tuple[Event, ...]) -> Iterator[Conclusion]:
    version = case.versions.get("tensorflow-estimator")
    tensorflow = case.tensorflow
    differs = version is not None and tensorflow is not None and minor(version) != _estimator_minor(tensorflow)
    if not events and not differs:
        return
    pin = "tensorflow-estimator"
    if tensorflow is not None:
        pin += "=={}.{}.*".format(*_estimator_minor(tensorflow))
    yield Conclusion(
        message="tensorflow-estimator is not the one that belongs to this TensorFlow.",
        evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "tensorflow-estimator")),
        remedies=(install(pin),),
        severity="error" if events else "warning",
        verdict="broken" if events else "degraded",
        confidence="certain" if differs else "likely",
        symptom=bool(events),
    )


def _estimator_minor(tensorflow: Version) -> tuple[int, int]:
    """The minor of the tensorflow-estimator that a release was made with: TensorFlow 1.12 took 1.10."""
    return (1, 10) if minor(tensorflow) == (1, 12) else minor(tensorflow)


@rule("TFD477", DEPENDENCY)
def ml_dtypes_version(case: Case) -> Iterator[Conclusion]:
    """ml-dtypes lacks a type that TensorFlow or JAX uses at import.

    ## What it checks
    ml-dtypes' version against the release; in a log: a type that the module does not have.

    ## Why it matters
    TensorFlow from 2.12 on, JAX and Keras 3 share ml-dtypes. Types were renamed in 0.3 (float8_e4m3b11) and added in
    later versions.

    ## How to fix it
    Install the ml-dtypes that the one which fails requires (0.2.0 for TensorFlow 2.14), and if need be a JAX of the
    same time.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/61867
    """
    events = about(case, "ml_dtypes")
    fetched = case.events.of("dtype-fetched")
    handles = case.events.of("handle-not-converted")
    if handles and not events:
        known_bad = bool(violated(case, "ml-dtypes-version"))
        events = handles if known_bad else tuple(event for event in fetched if event["type"] != "bfloat16")
    lost = any("b11" in event["attribute"] and "fnuz" not in event["attribute"] for event in events)
    yield from judge(case, Clue("ml-dtypes-version", "ml-dtypes", events,
        "ml-dtypes does not have a type that is used here.",
        install("ml-dtypes==0.2.0" if lost else "ml-dtypes>=0.5", "Install the ml-dtypes that the importer requires."),
    ))  # fmt: skip


@rule("TFD478", DEPENDENCY)
def flatbuffers_version(case: Case) -> Iterator[Conclusion]:
    """Flatbuffers has another Python interface than the code that writes TensorFlow Lite files.

    ## What it checks
    flatbuffers' version against the release; in a log: a wrong number of arguments to EndVector or the like.

    ## Why it matters
    flatbuffers 2.0 changed `Builder.EndVector`. Code generated for the other version fails when a model is converted.
    Very old versions import `imp`, which Python 3.12 does not have.

    ## How to fix it
    Install 1.12 for TensorFlow 2.4 to 2.7, 2.0 or newer for later ones.

    ## Sources
    Measured with real wheels; https://github.com/ultralytics/yolov5/issues/5707
    """
    events = (*case.events.of("flatbuffers-signature"), *about(case, "flatbuffers"))
    events += tuple(event for event in about(case, "imp") if library(raised_in(case, event)) == "flatbuffers")
    if not violated(case, "flatbuffers-version") and not events:
        yield from _lite_tools(case)
        return
    too_many = any("takes" in event.text for event in events)
    yield from judge(case, Clue("flatbuffers-version", "flatbuffers", events,
        "flatbuffers has another interface than the generated code that is used here.",
        install("flatbuffers==1.12" if too_many else "flatbuffers>=2.0"),
    ))  # fmt: skip


def _lite_tools(case: Case) -> Iterator[Conclusion]:
    """TensorFlow 2.8 and later write Lite files with the interface of flatbuffers 2."""
    version, tensorflow = case.versions.get("flatbuffers"), case.tensorflow
    if version is None or tensorflow is None or tensorflow < Version("2.8"):
        return
    if version < Version("2") and not (Version("2.9") <= tensorflow < Version("2.10")):  # 2.9 itself demands 1.12
        yield Conclusion(
            message=f"flatbuffers {version} is older than TensorFlow {tensorflow} and its Lite tools use.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "flatbuffers")),
            remedies=(install("flatbuffers>=2.0"),),
            severity="warning",
            verdict="degraded",
            confidence="likely",
        )


@rule("TFD479", DEPENDENCY)
def importlib_metadata_5(case: Case) -> Iterator[Conclusion]:
    """importlib-metadata 5 or newer breaks programs that use entry points the old way.

    ## What it checks
    importlib-metadata's version under Python 3.7; in a log: "'EntryPoints' object has no attribute 'get'".

    ## Why it matters
    Version 5 removed the dict interface of entry points. TensorBoard, gym, markdown and others of that time use it.

    ## How to fix it
    Install importlib-metadata below 5, or the complaining library in a newer version.

    ## Sources
    https://importlib-metadata.readthedocs.io/en/latest/history.html
    """
    version, name = case.versions.get("importlib-metadata"), "importlib-metadata"
    old = case.python is not None and case.python < Version("3.8") and case.imported is not True
    wanted = {"EntryPoints", "SelectableGroups"}
    events = tuple(event for event in case.events.of("attribute-missing") if event["object"] in wanted)
    yield from judge(case, Clue("importlib-metadata-5", "importlib-metadata", events,
        "importlib-metadata 5 or newer has no dict of entry points any more.",
        install("importlib-metadata<5"), innocent=lambda version: version < Version("5"),
    ))  # fmt: skip
    if not events and old and version is not None and version >= Version("5"):
        yield Conclusion(
            message=f"{name} {version} has no dict of entry points any more, which libraries for Python 3.7 use.",
            evidence=versions_evidence(case, name),
            remedies=(install("importlib-metadata<5"),),
            severity="note",
            verdict="degraded",
            confidence="possible",
        )


@rule("TFD480", DEPENDENCY)
def absl_version(case: Case) -> Iterator[Conclusion]:
    """absl-py does not fit the Python version or TensorFlow.

    ## What it checks
    absl-py below 0.9 under Python 3.8 or newer; its version against the release; in a log: names or arguments that it
    does not know.

    ## Why it matters
    Python 3.8 gave logging a new argument, which absl-py knows from 0.9 on.

    ## How to fix it
    Install a newer absl-py.

    ## Sources
    https://github.com/abseil/abseil-py/pull/126, measured with real wheels
    """
    logging = case.events.of("logging-signature")
    # absl's own method has two arguments, TensorFlow's has one
    events = tuple(
        event
        for event in logging
        if "absl" in f"{event.text} {raised_in(case, event)}".lower() or "from 1 to 2 positional" in event.text
    )
    version = case.versions.get("absl-py")
    late = case.python is not None and case.python >= Version("3.8")
    if version is not None and version < Version("0.9") and late and not violated(case, "absl-version"):
        yield Conclusion(
            message=f"absl-py {version} does not know the logging of Python {case.python}.",
            evidence=(*logged(events[:2]), *versions_evidence(case, "absl-py")),
            remedies=(install("absl-py>=0.9"),),
            severity="error" if events else "warning",
            verdict="broken" if events else "degraded",
            symptom=bool(events),
        )
        return
    yield from judge(case, Clue("absl-version", "absl-py", (*events, *about(case, "absl")), "absl-py is too old here.",
        install("absl-py>=0.9"),
    ))  # fmt: skip
