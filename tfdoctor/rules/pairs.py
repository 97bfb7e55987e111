"""Rules on pairs: companions and libraries that need another TensorFlow."""

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import (
    about,
    asked_by,
    below,
    install,
    is_tensorflow,
    library,
    pip_says,
    raised_in,
    versions_evidence,
)
from tfdoctor.rules._rule import DEPENDENCY, Conclusion, rule
from tfdoctor.rules.drift import _judge as drift
from tfdoctor.versions import within


def pair_broken(case: Case, name: str) -> str | None:
    """Return the TensorFlow that an installed companion needs where TensorFlow is another, else None."""
    version, tensorflow = case.versions.get(name), case.tensorflow
    if version is None or tensorflow is None:
        return None
    needs = case.matrix.companions.needs(name, str(version))
    if needs is None or within(Version(tensorflow.base_version), needs):
        return None
    return needs


def pair_evidence(case: Case, name: str, needs: str | None) -> tuple[Evidence, ...]:
    """Evidence: a companion, TensorFlow, and what the pair should be."""
    row = case.matrix.companions.get(name)
    stated = (Evidence(fact=f"matrix.companions.{name}", value=needs, source=row.source),) if needs and row else ()
    return (*case.tensorflow_evidence(), *versions_evidence(case, name), *stated)


def pair_remedies(case: Case, name: str, needs: str | None = None) -> tuple[Remedy, ...]:
    """Remedies: the companion's newest release for this TensorFlow, else the TensorFlow that it needs."""
    row = case.matrix.companions.get(name)
    fitting = row.fitting(case.tensorflow) if row and case.tensorflow else None
    if fitting:
        return (install(f"{name}=={fitting}"),)
    if needs:
        return (install(f"tensorflow{needs}"),)
    return (Remedy(kind="manual", text=f"Install {name} in the version that was made for this TensorFlow."),)


def _asked_by(case: Case, module: str) -> tuple[Event, ...]:
    """The parts of TensorFlow that a library asks for and does not find."""
    # TensorFlow 1.15 to 2.1 call themselves tensorflow_core in messages
    asked = about(case, "tensorflow", "tensorflow_core")
    return tuple(event for event in asked if asked_by(case, event) == module)


def demands(case: Case) -> tuple[Event, ...]:
    """Return pip's complaints of libraries that require a newer TensorFlow."""
    found = []
    for event in case.events.of("requirement-conflict"):
        name = canonicalize_name(event["name"] or "")
        old = is_tensorflow(event["dependency"]) and _below_floor(event["found"], event["specifier"])
        if old and case.matrix.companions.get(name) is None and not is_tensorflow(name):
            found.append(event)
    return tuple(found)


def _below_floor(found: str, specifier: str) -> bool:
    try:
        parts = SpecifierSet(specifier.strip("() "))
    except InvalidSpecifier:
        return False
    floors = (one.version.removesuffix(".*") for one in parts if one.operator in {">=", ">", "==", "~="})
    return any(Version(found) < Version(floor) for floor in floors)


def _named(case: Case, *words: str) -> tuple[Event, ...]:
    """The version checks of a library, by words of its name."""
    return tuple(
        event
        for event in case.events.of("needs-tensorflow")
        if any(word in (event["library"] or event.text).lower() for word in words)
    )


@rule("TFD483", DEPENDENCY)
def tfp_tf_pair(case: Case) -> Iterator[Conclusion]:
    """tensorflow-probability is made for another TensorFlow.

    ## What it checks
    tensorflow-probability's version against the TensorFlow that it checks for at import; in a log: its refusal.

    ## Why it matters
    Each release names the oldest TensorFlow that it takes, only in its code, and raises ImportError below it. Metadata
    does not tell, so pip installs the newest.

    ## How to fix it
    Install the tensorflow-probability that was made for this TensorFlow.

    ## Sources
    https://github.com/tensorflow/probability/releases, https://github.com/tensorflow/probability/issues/1479
    """
    name = "tensorflow-probability"
    needs = pair_broken(case, name)
    events = (*_named(case, "probability"), *_asked_by(case, "tensorflow_probability"))
    if case.tensorflow is None and name in case.distributions and not case.events.of("frame", "import-statement"):
        events += about(case, "tensorflow.python")  # nobody else is named
    if events or needs:
        yield Conclusion(
            message="tensorflow-probability needs another TensorFlow than this one.",
            evidence=(*logged(events[:2]), *pair_evidence(case, name, needs)),
            remedies=pair_remedies(case, name, needs),
            symptom=bool(events),
        )


def _older(case: Case, needs: str | None) -> bool:
    """Whether TensorFlow is below the floor of a specifier: that is what a check at import refuses."""
    floors = [Version(one.version) for one in SpecifierSet(needs or "") if one.operator in {">=", ">", "=="}]
    return case.tensorflow is not None and any(case.tensorflow < floor for floor in floors)


@rule("TFD484", DEPENDENCY)
def tfa_tf_pair(case: Case) -> Iterator[Conclusion]:
    """tensorflow-addons is made for another TensorFlow.

    ## What it checks
    The range of TensorFlow that the installed tensorflow-addons supports; in a log: its warning about the range.

    ## Why it matters
    Its compiled operations fit the TensorFlow that they were built for; outside the range they may fail to load.

    ## How to fix it
    Install the tensorflow-addons of this TensorFlow; none exists for 2.16 and newer.

    ## Sources
    https://github.com/tensorflow/addons#python-op-compatibility-matrix
    """
    name = "tensorflow-addons"
    events = (*case.events.of("addons-range", "addons-found"), *_named(case, "addons"), *pip_says(case, name))
    needs = pair_broken(case, name)
    asked = (*_asked_by(case, "tensorflow_addons"), *case.events.of("addons-op-refused"))
    late = case.tensorflow is not None and case.tensorflow >= Version("2.16.dev0")
    if (events or needs or asked) and not late:
        yield Conclusion(
            message="tensorflow-addons was built for another TensorFlow than this one.",
            evidence=(*logged((*asked, *events)[:2]), *pair_evidence(case, name, needs)),
            remedies=pair_remedies(case, name, needs),
            severity="error" if asked else "warning",
            verdict="broken" if asked else "degraded",
            symptom=bool(events or asked),
        )


@rule("TFD485", DEPENDENCY)
def jax_tf_version_pair(case: Case) -> Iterator[Conclusion]:
    """JAX is newer than the installed TensorFlow can take.

    ## What it checks
    In a log: what jax2tf writes and TensorFlow does not know (the version of XlaCallModule, arguments of its call).
    Without one: JAX 0.4.16 or newer beside TensorFlow before 2.14, JAX 0.4.31 or newer beside 2.14.

    ## Why it matters
    jax2tf writes for the newest TensorFlow of its day. An older one refuses the module.

    ## How to fix it
    Install a newer TensorFlow, or a JAX of this TensorFlow's time.

    ## Sources
    https://github.com/jax-ml/jax/issues/17194, https://github.com/jax-ml/jax/issues/17660,
    https://github.com/openvinotoolkit/openvino/pull/26100,
    https://github.com/jax-ml/jax/blob/main/jax/experimental/jax2tf/README.md
    """
    events = (
        *case.events.of("jax-module-newer"),
        *(
            event
            for event in about(case, "tensorflow")
            if library(raised_in(case, event)) in {"jax", "jaxlib", "flax"}
            or below(event["module"], "tensorflow.compiler.tf2xla")
        ),
    )
    if events:
        yield Conclusion(
            message="JAX hands TensorFlow what only a newer TensorFlow understands.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, "jax")),
            remedies=(install("tensorflow", "Install a newer TensorFlow, or an older JAX."),),
            symptom=True,
        )
        return
    jax, tensorflow = case.versions.get("jax"), case.tensorflow
    if jax is None or tensorflow is None:
        return
    floor = next((least for since, least in _JAX2TF if jax >= since), None)
    if floor is not None and tensorflow < floor:
        yield Conclusion(
            message=f"jax2tf of JAX {jax} writes what only TensorFlow {floor} and newer understand.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "jax")),
            remedies=(install(f"tensorflow>={floor}", "Install a newer TensorFlow, or an older JAX."),),
            severity="note",  # the two do not meet before jax2tf is used
            verdict="degraded",
            confidence="likely",
        )


# From which JAX on jax2tf was seen to need which TensorFlow, the newest first.
_JAX2TF = ((Version("0.4.31"), Version("2.15")), (Version("0.4.16"), Version("2.14")))


# Libraries with a check of their own, or companions that are no part of another rule.
_LIBRARIES = {
    "tensorflow-datasets": "tensorflow_datasets", "tensorflow-hub": "tensorflow_hub", "tf-agents": "tf_agents",
    "tensorflow-transform": "tensorflow_transform", "tensorflow-recommenders": "tensorflow_recommenders",
    "tensorflow-model-optimization": "tensorflow_model_optimization", "tf-models-official": "official",
    "tensorflow-federated": "tensorflow_federated", "tensorflow-ranking": "tensorflow_ranking",
    "tflite-model-maker": "tflite_model_maker", "tensorflow-graphics": "tensorflow_graphics",
    "tensorflow-privacy": "tensorflow_privacy", "dm-sonnet": "sonnet", "gpflow": "gpflow", "deepchem": "deepchem",
    "transformers": "transformers",
}  # fmt: skip


@rule("TFD486", DEPENDENCY)
def tf_library_needs_newer_tf(case: Case) -> Iterator[Conclusion]:
    """A library needs a newer TensorFlow than the installed one.

    ## What it checks
    What installed TensorFlow libraries (datasets, hub, agents, model optimization…) declare or are known to need;
    in a log: their refusal, or names of TensorFlow that they miss.

    ## Why it matters
    Such libraries do not always name TensorFlow in their requirements, so pip cannot know.

    ## How to fix it
    Install a newer TensorFlow, or the library in the version for this one.

    ## Sources
    https://github.com/tensorflow/datasets/issues/1577
    """
    refused = tuple(
        event
        for event in case.events.of("needs-tensorflow")
        if event["library"] and not any(word in event["library"].lower() for word in ("probability", "addons"))
    )
    missing = tuple(event for event in about(case, "tensorflow") if "__internal__" not in event["module"])
    for name, module in _LIBRARIES.items():
        if name not in case.versions:
            continue
        needs = pair_broken(case, name)
        mine = tuple(event for event in missing if library(raised_in(case, event)) in {"", module})
        old = _older(case, needs) or (needs is None and bool(mine) and _lacks(case))
        if old and not refused:
            yield Conclusion(
                message=f"{name} {case.versions[name]} needs a newer TensorFlow than {case.tensorflow}.",
                evidence=(*logged(mine[:2]), *pair_evidence(case, name, needs)),
                remedies=pair_remedies(case, name, needs),
                severity="error" if mine else "warning",
                verdict="broken" if mine else "degraded",
                confidence="certain" if needs else "likely",
                symptom=bool(mine),
            )
    yield from _as_pip_says(demands(case))
    yield from _came_later(case)
    if refused:
        floor = refused[0]["floor"]
        yield Conclusion(
            message=f"{refused[0]['library']} needs TensorFlow {floor} or newer.",
            evidence=(*logged(refused[:2]), *case.tensorflow_evidence()),
            remedies=(install(f"tensorflow>={floor}"),),
            symptom=True,
        )


# Public names and the TensorFlow that brought them at the earliest: the thread that misses each is its source.
_CAME: tuple[tuple[str, str, Version], ...] = (
    ("keras.optimizers", "legacy", Version("2.9")),  # google-research/deeplab2#165
    ("experimental", "numpy", Version("2.4")),  # tallamjr/astronet#56
    ("keras.layers", "Normalization", Version("2.6")),  # kaieye/2022-Machine-Learning-Specialization#25
    ("keras.layers.experimental.preprocessing", "RandomRotation", Version("2.2")),  # keras-team/keras-tuner#448
    ("random", "Generator", Version("2.2")),  # tensorflow/addons#1927
    ("keras.utils", "register_keras_serializable", Version("2.1")),  # tensorflow/addons#1987
)


def _came_later(case: Case) -> Iterator[Conclusion]:
    """Conclude from public names that only a newer TensorFlow has."""
    owned = {"tensorflow_addons", "tensorflow_probability"}
    for event in drift.unexplained(case, about(case, "tensorflow", "tensorflow_core", "keras")):
        asked, name = event["module"], event["attribute"] or event["symbol"]
        floor = next((least for place, one, least in _CAME if name == one and asked.endswith(f".{place}")), None)
        floor = floor or next((least for place, one, least in _CAME if (asked, name) == (place, one)), None)
        late = case.tensorflow is not None and floor is not None and case.tensorflow >= floor
        if (
            floor is not None
            and not late
            and asked_by(case, event) not in owned
            and (case.tensorflow or name != "legacy")
        ):
            yield Conclusion(
                message=f"{name} of {asked} came with TensorFlow {floor} or later; the code needs a newer one.",
                evidence=(*logged((event,)), *case.tensorflow_evidence()),
                remedies=(install(f"tensorflow>={floor}"),),
                confidence="certain" if case.tensorflow else "likely",
                symptom=True,
            )
            return


def _as_pip_says(events: tuple[Event, ...]) -> Iterator[Conclusion]:
    for event in events[:1]:
        yield Conclusion(
            message=f"{event['name']} {event['version']} requires TensorFlow {event['specifier']}.",
            evidence=logged(events[:2]),
            remedies=(install(f"tensorflow{event['specifier'].strip('() ')}"),),
            symptom=True,
        )


def _lacks(case: Case) -> bool:
    """Whether TensorFlow is old enough that a library's missing name is more likely new than removed."""
    return case.tensorflow is not None and case.tensorflow < Version("2.2")


@rule("TFD487", DEPENDENCY)
def tf_private_api_import(case: Case) -> Iterator[Conclusion]:
    """Code imports private parts of TensorFlow (tensorflow.python…) that this version does not have.

    ## What it checks
    In a log: a name or module inside `tensorflow.python` or `tensorflow.core` that is missing, asked for by other
    code than TensorFlow itself.

    ## Why it matters
    These modules are no part of the public API and move with any release.

    ## How to fix it
    Use the public API, or the library in a version for this TensorFlow.

    ## Sources
    https://www.tensorflow.org/guide/versions
    """
    own = {"tensorflow", "tensorflow_core", "tensorflow_estimator", "tensorboard", "keras", "tf_keras"}
    own |= {"tensorflow_addons", "tensorflow_probability", "jax"}
    events = tuple(
        event
        for event in about(case, "tensorflow.python", "tensorflow.core", "tensorflow_core.python")
        if library(raised_in(case, event)) not in own
        and event["module"] != "tensorflow.python"
        and not event["symbol"].startswith("_pywrap") and "_pywrap" not in event["module"]
        and "is not a package" not in event.text
        and not below(event["module"], "tensorflow.compiler.tf2xla")
        and ("tensorflow-probability" not in case.distributions or case.tensorflow or case.events.of("frame"))
    )  # fmt: skip
    asked_by = any(raised_in(case, event) for event in events)
    if events:
        yield Conclusion(
            message="Private parts of TensorFlow are imported that this version does not have.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence()),
            remedies=(Remedy(kind="manual", text="Use TensorFlow's public API, or another version of the library."),),
            confidence="likely" if asked_by else "possible",
            severity=None if asked_by else "warning",
            symptom=True,
        )
