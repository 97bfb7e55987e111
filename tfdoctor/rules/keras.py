"""Rules on Keras: which generation, which minor, and whether the package is there at all."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import (
    about,
    below,
    broken_by,
    from_bounds,
    install,
    library,
    pip_says,
    raised_in,
    same_minor,
    variable_evidence,
    versions_evidence,
    violated,
)
from tfdoctor.rules._rule import KERAS, Conclusion, rule
from tfdoctor.rules._standalone import fitting_tf_keras, standalone

THREE = Version("3.0.dev0")
SPLIT = Version("2.16.dev0")  # the first TensorFlow whose tf.keras is Keras 3
SEPARATE = Version("2.6.dev0")  # the first TensorFlow whose tf.keras is the keras distribution
LEGACY = "TF_USE_LEGACY_KERAS"
_INTERNAL = ("tensorflow.compat.v2", "tensorflow._api", "tensorflow.tools.docs", "tensorflow.python")


def keras3(case: Case) -> bool | None:
    """Whether `tf.keras` is Keras 3 here; None where the versions do not tell."""
    if case.tensorflow is not None:
        return case.tensorflow >= SPLIT
    version = case.versions.get("keras")
    return None if version is None else version >= THREE


def legacy(case: Case) -> bool:
    """Whether the environment asks for Keras 2 as tf.keras."""
    return (case.variable(LEGACY) or "").strip().lower() in {"1", "true"}


def mixed(case: Case) -> bool:
    """Whether two distributions own the import package keras: then its parts do not fit each other."""
    return "keras" in case.distributions and "keras-nightly" in case.distributions


def interface_events(case: Case) -> tuple[Event, ...]:
    """Return what a log says of a Keras that asks TensorFlow for parts of another version."""
    found = list(
        case.events.of(
            "metric-registered-twice", "symbol-exposed-twice", "keras-needs-tensorflow", "keras-needs-module",
            "keras-not-imported",
        )
    )  # fmt: skip
    for event in case.events.of("attribute-missing", "name-missing", "module-missing"):
        asked = event["module"]
        if library(raised_in(case, event)) == "tf_keras":
            continue  # tf-keras-tf-mismatch
        inner = "__internal__" in asked or event["attribute"] == "__internal__" or event["symbol"] == "dtensor"
        inner_only = event["symbol"] == "dtensor" and not asked  # Python 3.6 names no module
        by_keras = library(raised_in(case, event)) in {"keras", "keras_preprocessing"} and below(asked, "tensorflow")
        if (inner and below(asked, *_INTERNAL)) or inner_only or by_keras or _graph_mode(case, event):
            found.append(event)
    return tuple(sorted(found, key=lambda event: event.line))


def _graph_mode(case: Case, event: Event) -> bool:
    """Whether a Keras of TensorFlow 1's time asks TensorFlow 2 for what is gone."""
    version, tensorflow = case.versions.get("keras"), case.tensorflow
    old = version is not None and version < Version("2.4") and tensorflow is not None and tensorflow.major >= 2
    return old and event["module"] == "tensorflow" and event["attribute"] not in {"keras", "contrib", "estimator"}


@rule("TFD460", KERAS)
def keras3_over_tf_le_215(case: Case) -> Iterator[Conclusion]:
    """Keras 3 is installed over a TensorFlow before 2.16, whose tf.keras is Keras 2.

    ## What it checks
    The major version of the keras distribution against the release, and pip's complaint about the pair in a log.

    ## Why it matters
    From 2.6 to 2.15 `tf.keras` is the keras distribution of the same 2.x minor. With Keras 3 in its place
    `import tensorflow` still works, and the first use of `tf.keras` fails. pip only prints a conflict.

    ## How to fix it
    Install keras of TensorFlow's minor, or TensorFlow 2.16 or newer.

    ## Sources
    Measured with real wheels; https://keras.io/getting_started/#compatibility-matrix
    """
    if violated(case, "keras3-over-tf-le-215"):
        pip = tuple(event for event in case.events.of("requirement-conflict") if event["dependency"] == "keras")
        other = about(case, "keras", "optree", "tree", "namex")
        yield from from_bounds(case, "keras3-over-tf-le-215", (*pip, *interface_events(case), *other))


@rule("TFD461", KERAS)
def keras2_under_tf_ge_216(case: Case) -> Iterator[Conclusion]:
    """Keras 2 is installed under TensorFlow 2.16 or newer, whose tf.keras is Keras 3.

    ## What it checks
    The major version of the keras distribution against the release.

    ## Why it matters
    `tf.keras` of these releases is the keras distribution, in version 3. The first use of `tf.keras` fails.

    ## How to fix it
    Install a current keras. Keras 2 lives on as the distribution tf-keras, beside it.

    ## Sources
    Measured with real wheels; https://keras.io/getting_started/
    """
    yield from from_bounds(case, "keras2-under-tf-ge-216", (*interface_events(case), *about(case, "keras")))


@rule("TFD462", KERAS)
def keras_tf_minor_mismatch(case: Case) -> Iterator[Conclusion]:
    """Keras and TensorFlow are of different minors.

    ## What it checks
    From TensorFlow 2.6 to 2.15: whether keras (or keras-nightly) is of TensorFlow's minor, or of its date for
    nightly builds. In a log: metrics or symbols registered twice, and Keras asking TensorFlow for internal parts that
    this TensorFlow does not have. Before 2.6: the standalone keras against the releases that it fails with.

    ## Why it matters
    `tf.keras` and the keras distribution are one program in two distributions: some pairs fail at import or at the
    first model, others work by luck.

    ## How to fix it
    Install keras of TensorFlow's minor. A standalone keras that nothing needs can be uninstalled.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/51592
    """
    events = tuple(one for one in interface_events(case) if not (legacy(case) and one.kind == "keras-not-imported"))
    if violated(case, "keras-tf-minor-mismatch"):
        yield from from_bounds(case, "keras-tf-minor-mismatch", events)
        return
    name, differs = _pair(case)
    old = case.versions.get("keras")
    ancient = old is not None and old < Version("2.4.90") and not differs
    if mixed(case) or broken_by(case, "keras"):
        return  # another rule's cause
    if events and ancient and not any(_graph_mode(case, event) for event in events):
        return  # a Keras that has no such parts: its files are not its own
    pip = tuple(event for event in case.events.of("requirement-conflict") if event["dependency"] == name)
    if not events and not differs:
        yield from standalone(case)
        return
    if events and not differs and same_minor(case.tensorflow, old):
        return
    if case.has("tf-keras") and keras3(case):
        return  # its parts are those of tf-keras
    yield Conclusion(
        message="keras and TensorFlow are of different minors, but are parts of one program.",
        evidence=(*logged((*events, *pip)[:3]), *case.tensorflow_evidence(), *versions_evidence(case, name)),
        remedies=(_keras_for(case, name),),
        severity="error" if events else "warning",
        verdict="broken" if events else "degraded",
        confidence="certain" if differs else "likely",
        symptom=bool(events or pip),
    )


def _pair(case: Case) -> tuple[str, bool]:
    """The distribution that carries Keras, and whether it is known not to fit TensorFlow's minor or date."""
    tensorflow = case.tensorflow
    name = "keras-nightly" if "keras-nightly" in case.versions else "keras"
    version = case.versions.get(name)
    if tensorflow is None or version is None or not SEPARATE <= tensorflow < SPLIT or version >= THREE:
        return name, False
    if tensorflow.dev is not None and version.dev is not None:
        return name, str(tensorflow.dev)[:8] != str(version.dev)[:8]
    return name, not same_minor(tensorflow, version)


def _keras_for(case: Case, name: str) -> Remedy:
    if case.tensorflow is None:
        return Remedy(kind="manual", text="Install keras of the same minor as TensorFlow.")
    if name == "keras-nightly":
        return Remedy(kind="manual", text="Install keras-nightly of the same date as tf-nightly.")
    return install(f"keras=={case.tensorflow.major}.{case.tensorflow.minor}.*")


@rule("TFD463", KERAS)
def keras_package_missing(case: Case) -> Iterator[Conclusion]:
    """The separate keras distribution is not installed, though TensorFlow or a library imports it.

    ## What it checks
    Whether keras is there where TensorFlow 2.6 or newer needs it, and "No module named 'keras'" in a log.

    ## Why it matters
    From 2.6 on `tf.keras` is the keras distribution. Some conda builds of TensorFlow come without it, and libraries
    that `import keras` then fail.

    ## How to fix it
    Install keras of TensorFlow's minor (before TensorFlow 2.16), or a current one.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/addons/issues/2679
    """
    events = tuple(event for event in case.events.of("module-missing") if event["module"] == "keras")
    nightly = "keras-nightly" in case.distributions  # brings the same import package
    if violated(case, "keras-package-missing") and not nightly:
        yield from from_bounds(case, "keras-package-missing", events)
    elif events and "keras" not in case.versions and not case.events.of("pickle-read"):  # a pickle names old places
        yield Conclusion(
            message="The keras distribution is not installed; TensorFlow's own copy cannot be imported as keras.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *case.installed("keras")),
            remedies=(install("keras") if keras3(case) is not False else _keras_for(case, "keras"),),
            symptom=True,
        )


# Libraries on Keras 2 that import tf_keras with TensorFlow 2.16 and newer, whether they require it or not.
_KERAS2_USERS = (
    "tensorflow-probability",
    "tensorflow-hub",
    "tensorflow-model-optimization",
    "tensorflow-decision-forests",
    "tf-models-official",
    "deepface",
    "retina-face",
)


def _keras2_asked(case: Case, event: Event) -> bool:
    """Whether a library on Keras 2 asks Keras 3 for what it does not have."""
    inner = event["attribute"] == "__internal__" or library(raised_in(case, event)) == "tensorflow_probability"
    return inner and keras3(case) is not False


@rule("TFD464", KERAS)
def tf_keras_missing(case: Case) -> Iterator[Conclusion]:
    """Keras 2 (the distribution tf-keras) is needed and not installed.

    ## What it checks
    Whether tf-keras is there where `TF_USE_LEGACY_KERAS` is set, or where a library that is built on Keras 2 runs
    with TensorFlow 2.16 or newer; and in a log: the failed import of tf_keras, or a library's refusal of Keras 3.

    ## Why it matters
    From TensorFlow 2.16 on `tf.keras` is Keras 3. Libraries written for Keras 2 use tf-keras instead, and some of
    them set `TF_USE_LEGACY_KERAS` for the whole process.

    ## How to fix it
    Install tf-keras of TensorFlow's minor, or unset `TF_USE_LEGACY_KERAS`.

    ## Sources
    https://github.com/keras-team/tf-keras, https://keras.io/getting_started/
    """
    if "tf-keras" in case.versions or case.has("tf-keras"):
        return
    events = (*case.events.of("legacy-keras-without-package", "legacy-keras-wanted"), *about(case, "tf_keras"))
    events += tuple(event for event in about(case, "keras") if _keras2_asked(case, event))
    set_ = legacy(case)
    if set_:
        events += case.events.of("keras-not-imported")
    demanded = set_ and case.tensorflow is not None and case.tensorflow >= Version("2.14")
    users = tuple(name for name in _KERAS2_USERS if keras3(case) and name in case.distributions)
    absent = case.has("tf-keras") is False
    # In a ticket nobody says what is missing; the libraries that bring tf-keras themselves are not suspected.
    suspected = not absent and not {"tensorflow-probability", "deepface", "retina-face"}.isdisjoint(users)
    if not users and not absent and keras3(case) and (case.versions.get("transformers") or Version("5")) < Version("5"):
        users, suspected = ("transformers",), True  # its TensorFlow models alone need it
    if not events and not demanded and not (users and absent) and not suspected:
        return
    alone = not events and not demanded
    pin = f"tf-keras=={case.tensorflow.major}.{case.tensorflow.minor}.*" if case.tensorflow else "tf-keras"
    unset = Remedy(kind="unset-variable", text=f"Or unset {LEGACY}.", variable=LEGACY)
    yield Conclusion(
        message="Keras 2 is asked for, which is the distribution tf-keras; it is not installed."
        if not alone
        else f"{users[0]} needs Keras 2 with this TensorFlow, which is the distribution tf-keras.",
        evidence=(
            *logged(events[:3]),
            *case.tensorflow_evidence(),
            *case.installed("tf-keras"),
            *variable_evidence(case, LEGACY),
            *case.installed(*users),
        ),
        remedies=(install(pin), unset) if set_ else (install(pin),),
        severity="error" if not alone else "warning" if absent else "note",
        verdict="degraded" if alone else "broken",
        confidence="possible" if alone and not absent else "certain" if not alone and (events or absent) else "likely",
        symptom=bool(events),
    )


def _old_interface(case: Case, event: Event) -> bool:
    """Whether TensorFlow 2.16 or newer is asked for what only Keras 2 asks for, where tf-keras is installed."""
    return "__internal__" in event["module"] and case.has("tf-keras") is True and keras3(case) is True


@rule("TFD465", KERAS)
def tf_keras_tf_mismatch(case: Case) -> Iterator[Conclusion]:
    """tf-keras is of another minor than TensorFlow.

    ## What it checks
    The minor of tf-keras against TensorFlow's, and an import that fails inside tf_keras in a log.

    ## Why it matters
    tf-keras uses TensorFlow's internals; each of its minors is made for one minor of TensorFlow.

    ## How to fix it
    Install tf-keras of TensorFlow's minor.

    ## Sources
    https://github.com/keras-team/tf-keras, https://github.com/keras-team/tf-keras/issues/756
    """
    version = case.versions.get("tf-keras")
    inside = tuple(
        event
        for event in (*about(case, "tensorflow", "tf_keras"), *case.events.of("import-statement"))
        if (library(raised_in(case, event)) == "tf_keras" or _old_interface(case, event))
        and not (event.kind == "module-missing" and event["module"] == "tf_keras")
    )
    said = pip_says(case, "tf-keras")
    if violated(case, "tf-keras-tf-mismatch"):
        yield from from_bounds(case, "tf-keras-tf-mismatch", inside)
        return
    same = same_minor(version, case.tensorflow)
    if same is False or (inside and same is None):
        yield Conclusion(
            message="tf-keras and TensorFlow are of different minors.",
            evidence=(*logged((*inside, *said)[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "tf-keras")),
            remedies=(fitting_tf_keras(case),),
            severity="error" if inside else "warning",
            verdict="broken" if inside else "degraded",
            confidence="likely",
            symptom=bool(inside or said),
        )


# What each generation of Keras can run on.
_BACKENDS = (
    (Version("2.4"), {"tensorflow", "theano", "cntk", "plaidml.keras.backend", "mxnet"}),
    (THREE, {"tensorflow"}),
    (Version("999"), {"tensorflow", "jax", "torch", "numpy", "openvino"}),
)


@rule("TFD466", KERAS)
def keras_json_backend(case: Case) -> Iterator[Conclusion]:
    """Keras is told to use a backend that this generation does not have.

    ## What it checks
    The backend in `~/.keras/keras.json` and in `KERAS_BACKEND` against those that the installed Keras has, and the
    failed import of such a backend in a log.

    ## Why it matters
    A `keras.json` of years ago selects Theano or CNTK for every environment of the user; Keras from 2.4 to 2.15 has
    TensorFlow only, Keras 3 has TensorFlow, JAX, PyTorch and NumPy.

    ## How to fix it
    Set the backend to "tensorflow" in keras.json (or delete the file), and unset `KERAS_BACKEND`.

    ## Sources
    https://keras.io/getting_started/#configuring-your-backend
    """
    events = (
        *case.events.of("keras-backend-unavailable", "keras-backend-used"),
        *about(case, "theano", "cntk", "mxnet", "plaidml"),
    )
    config = known(case.snapshot.keras_config)
    variable = case.variable("KERAS_BACKEND")
    stated = variable or (known(config.backend) if config is not None else None) or ""
    version = case.versions.get("keras") or (case.tensorflow if keras3(case) is False else None)
    can = next((names for limit, names in _BACKENDS if version is not None and version < limit), None)
    wrong = bool(stated) and can is not None and stated.lower() not in can
    if not wrong and not events:
        return
    shown = [
        Evidence(
            fact="keras_config.backend",
            value=stated,
            source=config.path if config and not variable else "KERAS_BACKEND",
        )
    ]
    yield Conclusion(
        message="Keras is told to use a backend that it does not have here.",
        evidence=(*logged(events[:3]), *(shown if stated else ()), *versions_evidence(case, "keras")),
        remedies=(
            Remedy(kind="unset-variable", text="Unset KERAS_BACKEND.", variable="KERAS_BACKEND")
            if variable
            else Remedy(kind="manual", text='Set "backend": "tensorflow" in ~/.keras/keras.json, or delete it.'),
        ),
        confidence="certain" if wrong else "likely",
        severity="error" if events else "warning",
        verdict="broken" if events else "degraded",
        symptom=bool(events),
    )
