"""Rules on code and libraries that use Keras: written for the other generation, or for private modules."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import about, below, install, library, raised_in, variable_evidence, versions_evidence
from tfdoctor.rules._rule import KERAS, Conclusion, rule
from tfdoctor.rules.drift import _judge as drift
from tfdoctor.rules.keras import LEGACY, SPLIT, interface_events, keras3, legacy, mixed
from tfdoctor.rules.model._judge import explained

_PRIVATE = re.compile(
    r"\b(?:t?f?_?keras|python\.keras)\.(?:src|engine|saving|legacy|mixed_precision\.experimental|optimizer_v[12]"
    r"|utils\.(?:generic_utils|conv_utils|layer_utils|tf_utils|np_utils|multi_gpu_utils|vis_utils)"
    r"|layers\.(?:core|convolutional|recurrent|normalization|merge|embeddings|pooling|wrappers|advanced_activations"
    r"|noise|local|preprocessing|rnn|kernelized)|backend\.tensorflow_backend|api\._v[12]|optimizers\.(?:legacy|schedules"
    r"|optimizer_experimental)|initializers\.initializers_v[12]|preprocessing\.image_utils)"
)
_PRIVATE_NAMES = {
    "generic_utils", "engine", "src", "np_utils", "conv_utils", "layer_utils", "tf_utils", "optimizer_v1",
    "optimizer_v2", "network", "topology", "saving", "convolutional", "normalization", "tensorflow_backend", "legacy",
}  # fmt: skip
# Names of Keras 2 that Keras 3 does not have, where they were public.
_LOST = {
    "fit_generator", "evaluate_generator", "predict_generator", "predict_classes", "predict_proba", "wrappers",
    "experimental", "set_session", "get_session", "get_uid", "learning_phase", "set_learning_phase", "placeholder",
    "int_shape", "function", "estimator", "model_to_estimator", "_set_hyper", "get_updates", "_keras_shape", "lr",
    "KerasClassifier", "KerasRegressor", "ThresholdedReLU", "CuDNNLSTM", "CuDNNGRU", "add_metric", "add_update",
    "shape", "is_tensor", "image_data_format", "tensor_shape", "_resource_apply_dense", "run_eagerly", "state_updates",
    "legacy", "_layers", "_keras_history", "make_predict_function", "_get_trainable_state", "_distribution_strategy",
}  # fmt: skip
# What every Keras 2 had below keras.preprocessing and Keras 3 does not: only Keras 3 can miss it.
_KERAS2_ONLY = {
    "ImageDataGenerator", "DirectoryIterator", "NumpyArrayIterator", "Tokenizer", "text_to_word_sequence",
    "tokenizer_from_json", "hashing_trick", "TimeseriesGenerator", "make_sampling_table", "skipgrams",
}  # fmt: skip
_IMPORT = re.compile(r"^[ \t]*(?:import|from)\s+(?:tensorflow|keras|tensorflow_\w+|transformers)\b", re.MULTILINE)


@rule("TFD468", KERAS)
def tfa_with_keras3(case: Case) -> Iterator[Conclusion]:
    """tensorflow-addons is used with Keras 3, whose internals it does not know.

    ## What it checks
    tensorflow-addons next to TensorFlow 2.16 or newer; and in a log: modules of Keras's engine that are missing,
    where tensorflow-addons is named or asked for them.

    ## Why it matters
    tensorflow-addons ended in 2024. It imports internals of Keras 2, so it cannot be imported with Keras 3.

    ## How to fix it
    Stay on TensorFlow 2.15, or drop tensorflow-addons: most of it is in Keras now.

    ## Sources
    https://github.com/tensorflow/addons/issues/2807, https://github.com/tensorflow/addons/issues/2865
    """
    if explained(case):
        return  # a saved model asks for these modules
    named = "tensorflow-addons" in case.distributions or bool(case.events.of("addons-notice"))
    events = tuple(
        event
        for event in about(case, "keras", "tensorflow.keras", "tensorflow.python.keras")
        if _is_private(event) or event["symbol"] == "keras_tensor" or below(event["module"], "tensorflow.python.keras")
    )
    engine = any(below(event["module"], "keras.src.engine", "keras.engine") for event in events)
    old = keras3(case) is False
    if old or not (named or engine) or not (events or keras3(case)):
        return
    if not named and library(raised_in(case, events[0])) not in {"", "tensorflow_addons"}:
        return  # somebody else's private import
    if not named and not any(below(event["module"], "keras.src.engine") for event in events):
        return
    yield Conclusion(
        message="tensorflow-addons needs the internals of Keras 2, but Keras here is version 3.",
        evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "tensorflow-addons")),
        remedies=(install("tensorflow<2.16"), Remedy(kind="uninstall", text="Or do without tensorflow-addons.",
                                                     distributions=("tensorflow-addons",))),
        confidence="certain" if named else "likely",
        symptom=bool(events),
    )  # fmt: skip


def _is_private(event: Event) -> bool:
    asked = event["module"]
    lost = event["attribute"] or event["symbol"]
    if below(asked, "tensorflow.python"):
        return False  # tf-private-api-import
    if asked.endswith("optimizers") and lost == "legacy":
        return False  # was public from 2.9 to 2.15
    if asked.endswith("generic_utils") and event.kind == "attribute-missing":
        return False  # the module is there, with other contents: Keras's own parts differ
    return bool(_PRIVATE.search(f"{asked}.")) or lost in _PRIVATE_NAMES


@rule("TFD469", KERAS)
def private_keras_import(case: Case) -> Iterator[Conclusion]:
    """Code or a library imports private modules of Keras that this version does not have.

    ## What it checks
    In a log: a missing module or name inside `keras.engine`, `keras.src`, `keras.utils.generic_utils` and the like.

    ## Why it matters
    These modules have no stable place: they moved with Keras 2.4, 2.6, 2.9, 2.13 and 3.0.

    ## How to fix it
    Import from the public API (`keras.layers`, `keras.utils`), or use the library in a version that was made for
    this Keras.

    ## Sources
    https://github.com/keras-team/keras/releases, https://github.com/tensorflow/tensorflow/issues/57273
    """
    if mixed(case) or case.events.of("addons-notice") or "tensorflow-addons" in case.distributions or explained(case):
        return
    interface = interface_events(case)
    events = tuple(
        event
        for event in about(case, "keras", "tensorflow.keras", "tf_keras")
        if _is_private(event) and event not in interface and not below(event["module"], "keras.src.engine.keras_tensor")
    )
    events = drift.unexplained(case, tuple(event for event in events if not _addons(case, event)))
    if events:
        yield Conclusion(
            message="A private module of Keras is imported that this version of Keras does not have.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "keras")),
            remedies=(
                Remedy(kind="manual", text="Import from Keras's public API, or use the library in a fitting version."),
            ),
            symptom=True,
        )


def _addons(case: Case, event: Event) -> bool:
    """Whether a bare complaint about keras.src.engine is most likely that of tensorflow-addons."""
    unknown = not raised_in(case, event)
    return unknown and below(event["module"], "keras.src.engine") and keras3(case) is not False


@rule("TFD470", KERAS)
def hub_keraslayer_with_keras3(case: Case) -> Iterator[Conclusion]:
    """A hub.KerasLayer, which is a layer of Keras 2, is put into a model of Keras 3.

    ## What it checks
    In a log: Keras 3's refusal of a foreign layer, where tensorflow-hub is installed or named. Without one:
    tensorflow-hub beside TensorFlow 2.16 or newer.

    ## Why it matters
    tensorflow-hub uses tf-keras. A layer of one generation cannot be part of a model of the other.

    ## How to fix it
    Build the whole model with `tf_keras`, or set `TF_USE_LEGACY_KERAS=1` before TensorFlow is imported, or use
    TensorFlow 2.15.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/63849
    """
    events = case.events.of("keras-layer-refused")
    text = f"{known(case.snapshot.log) or ''}\n{known(case.snapshot.code) or ''}"
    hub = "tensorflow-hub" in case.distributions or re.search(r"KerasLayer|tensorflow_hub|\bhub\.", text)
    if events and hub and keras3(case) is not False:
        yield Conclusion(
            message="hub.KerasLayer is a layer of Keras 2 and cannot be added to a model of Keras 3.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, "tensorflow-hub")),
            remedies=(_legacy(case),),
            symptom=True,
        )
    elif "tensorflow-hub" in case.distributions and case.tensorflow is not None and keras3(case) and not legacy(case):
        yield Conclusion(
            message=f"hub.KerasLayer is a layer of Keras 2; tf.keras of TensorFlow {case.tensorflow} is Keras 3.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "tensorflow-hub")),
            remedies=(_legacy(case),),
            severity="note",
            verdict="degraded",
            confidence="possible",
        )


def _legacy(case: Case) -> Remedy:
    version = case.tensorflow
    pin = f"tf-keras=={version.major}.{version.minor}.*" if version else "tf-keras"
    return install(pin, f"Install {pin} and build the model with tf_keras, or set {LEGACY}=1.")


_MODEL_LIBRARIES = ("tensorflow-model-optimization", "tfmot", "qkeras", "keras-vis", "tf-explain", "shap")


@rule("TFD471", KERAS)
def keras2_library_with_keras3_model(case: Case) -> Iterator[Conclusion]:
    """A library built on one Keras gets a model or layer of another one.

    ## What it checks
    In a log: a library's refusal of a Keras object (tensorflow-model-optimization and others) though it looks like
    one. In code: layers of the standalone keras given to such a library. tensorflow-model-optimization beside
    TensorFlow 2.16 or newer.

    ## Why it matters
    tf.keras, the standalone keras of before 2.6, Keras 3 and tf-keras are separate programs: `isinstance` fails
    between them.

    ## How to fix it
    Make the model with the same Keras that the library imports: `tf_keras` from TensorFlow 2.16 on, `tf.keras`
    before it.

    ## Sources
    https://github.com/tensorflow/model-optimization/issues/1139,
    https://github.com/tensorflow/tensorflow/issues/72874
    """
    events = case.events.of("keras-object-refused")
    if not events and case.events.of("keras-layer-refused") and keras3(case) is not False:
        found = tuple(hub_keraslayer_with_keras3.check(case))
        events = () if found else case.events.of("keras-layer-refused")
    code = known(case.snapshot.code) or ""
    user = next((name for name in _MODEL_LIBRARIES if name in case.distributions), "")
    standalone = re.search(r"^[ \t]*(?:from keras[. ]|import keras\b)", code, re.MULTILINE)
    other = bool(user and standalone) and (case.tensorflow is None or not Version("2.6") <= case.tensorflow < SPLIT)
    if not events and not other:
        yield from _keras2_toolkit(case)
        return
    shown = (Evidence(fact="code", value=standalone.group().strip(), source="code"),) if standalone else ()
    yield Conclusion(
        message="A library gets an object of another Keras than the one that it is built on.",
        evidence=(*logged(events[:2]), *shown, *case.tensorflow_evidence(), *versions_evidence(case, "keras", user)),
        remedies=(
            _legacy(case)
            if keras3(case) is not False
            else Remedy(kind="manual", text="Make the model with tf.keras, as the library does."),
        ),
        confidence="certain" if events else "likely",
        symptom=bool(events) or bool(case.events.of("attribute-missing")) or "TypeError" in code,
    )


def _keras2_toolkit(case: Case) -> Iterator[Conclusion]:
    """tensorflow-model-optimization takes models of Keras 2 only."""
    name = "tensorflow-model-optimization"
    if name in case.distributions and keras3(case) and case.tensorflow is not None and not legacy(case):
        yield Conclusion(
            message=f"{name} takes models of Keras 2 only; tf.keras of TensorFlow {case.tensorflow} is Keras 3.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, name)),
            remedies=(_legacy(case),),
            severity="note",
            verdict="degraded",
            confidence="likely",
        )


@rule("TFD472", KERAS)
def keras3_default_code_break(case: Case) -> Iterator[Conclusion]:
    """Code written for Keras 2 runs under Keras 3, which refuses it.

    ## What it checks
    In a log: refusals that only Keras 3 makes (arguments that it does not know, KerasTensors in TensorFlow functions,
    file names), and names of Keras 2 that it does not have, where TensorFlow is 2.16 or newer; where it is not known,
    names that every Keras 2 had.

    ## Why it matters
    From TensorFlow 2.16 on `tf.keras` is Keras 3. It is a rewrite, with a smaller API.

    ## How to fix it
    Port the code to Keras 3. Or install tf-keras and set `TF_USE_LEGACY_KERAS=1` before TensorFlow is imported. Or
    stay on TensorFlow 2.15.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/
    """
    if keras3(case) is False or explained(case):
        return
    read = any(word in (known(case.snapshot.log) or "").lower() for word in ("deserializ", "from_config", "load_model"))
    events = () if read else case.events.of("keras3-refusal")
    if keras3(case):
        errors = case.events.of("attribute-missing", "name-missing", "module-missing")
        events += tuple(event for event in errors if _was_public(event))
    elif not read:
        errors = case.events.of("attribute-missing", "name-missing", "module-missing")
        events += tuple(event for event in errors if _only_three_misses(event))
    events = drift.unexplained(case, events)
    if events:
        yield Conclusion(
            message="This code is written for Keras 2; Keras here is version 3.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "keras")),
            remedies=(_legacy(case),),
            confidence="certain" if keras3(case) else "likely",
            symptom=True,
        )


def _only_three_misses(event: Event) -> bool:
    """Whether a name or module is asked for that each Keras 2 had, so that the Keras here is version 3."""
    if event.kind == "module-missing":
        return event["module"] == "keras.preprocessing.text"
    lost = event["attribute"] or event["symbol"]
    return lost in _KERAS2_ONLY and below(event["module"], "keras.preprocessing")


def _was_public(event: Event) -> bool:
    asked = event["module"].removeprefix("tensorflow.").removeprefix("_api.v2.")
    lost = event["attribute"] or event["symbol"]
    if event.kind == "module-missing" and asked == "keras":
        return False  # Keras itself is not there
    owned = below(asked, "keras") or event["object"] in {"Sequential", "Functional", "Model", "KerasTensor"}
    if event["object"] == "tuple" and event["attribute"] in {"as_list", "rank", "ndims"}:
        return True  # shapes are plain tuples in Keras 3
    if not owned and not re.fullmatch(r"(?:Adam|SGD|RMSprop|Adagrad|\w+Layer|Dense|Conv\w+)", event["object"]):
        return False
    return not _is_private(event) and (lost in _LOST or below(asked, "keras"))


@rule("TFD467", KERAS)
def legacy_keras_env_import_order(case: Case) -> Iterator[Conclusion]:
    """TF_USE_LEGACY_KERAS is set in the code after TensorFlow was imported, so it has no effect.

    ## What it checks
    In code: the order of the first import of tensorflow (or a library that imports it) and the assignment.

    ## Why it matters
    TensorFlow reads the variable when `tf.keras` is loaded first. Later it stays with Keras 3.

    ## How to fix it
    Set the variable before the first import, or in the environment of the process.

    ## Sources
    https://keras.io/getting_started/#tensorflow--keras-2-backwards-compatibility
    """
    code = known(case.snapshot.code) or ""
    refused = case.events.of("keras3-refusal")
    if refused and legacy(case) and "tf-keras" in case.versions:
        yield Conclusion(
            message=f"{LEGACY} is set and tf-keras installed, yet Keras 3 runs: the variable came too late.",
            evidence=(*logged(refused[:2]), *variable_evidence(case, LEGACY), *versions_evidence(case, "tf-keras")),
            remedies=(Remedy(kind="set-variable", text="Set it before the first import.", variable=LEGACY, value="1"),),
            symptom=True,
        )
        return
    assigned = re.search(r"(?:environ\[|environ\.setdefault\(|putenv\()\s*['\"]TF_USE_LEGACY_KERAS['\"]", code)
    imported = re.search(
        r"^[ \t]*(?:import|from)\s+(?:tensorflow|keras|tensorflow_\w+|transformers)\b", code, re.MULTILINE
    )
    if assigned and imported and imported.start() < assigned.start() and keras3(case) is not False:
        yield Conclusion(
            message=f"{LEGACY} is set after TensorFlow has been imported; it has no effect there.",
            evidence=(
                Evidence(fact="code", value=imported.group().strip(), source="code"),
                Evidence(fact="code", value=assigned.group().strip(), source="code"),
            ),
            remedies=(Remedy(kind="set-variable", text="Set it before the first import.", variable=LEGACY, value="1"),),
            symptom=bool(case.events),
        )
