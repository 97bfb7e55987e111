"""Rules on the configuration of a Keras model that another Keras does not understand."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import MODEL_CONFIG, Conclusion, rule
from tfdoctor.rules.model._cures import (
    REBUILD,
    WITHOUT_OPTIMIZER,
    legacy_keras,
    manual,
    newer_reader,
    source_release,
)
from tfdoctor.rules.model._judge import conclude, judged


@rule("TFD701", MODEL_CONFIG)
def config_arg_from_newer_keras(case: Case) -> Iterator[Conclusion]:
    """A model's configuration holds an argument that the Keras which reads it does not know yet.

    ## What it checks
    In a log: a layer or optimizer that refuses an argument while a model is read. The argument, the layer and the
    versions of both sides decide, with the matrix of arguments that came and went.

    ## Why it matters
    Keras writes every argument of a layer into the file, also those at their default. A release that is older than
    the argument refuses the whole model.

    ## How to fix it
    Read the model with a release as new as the one that wrote it. Or build the model in code and load the weights
    only. Where the argument is at its default, it can also be removed from the configuration.

    ## Sources
    https://github.com/raghakot/keras-vis/issues/210, https://github.com/tensorflow/tensorflow/issues/64685
    """
    found = judged(case, "config-arg-from-newer-keras")
    if found is not None:
        view, cause = found
        since = (cause.row.since if cause.row is not None else None) or ""
        came = f", which came with {_release(since)}" if since else ""
        yield conclude(
            found,
            f"The model's configuration holds {cause.what}{came}; the Keras that reads it is older",
            newer_reader(view, since),
        )


def _release(since: str) -> str:
    return f"Keras {since}" if since.startswith("3") else f"TensorFlow {since}"


@rule("TFD702", MODEL_CONFIG)
def unknown_class_from_newer_keras(case: Case) -> Iterator[Conclusion]:
    """A model names a class that the Keras which reads it does not know yet.

    ## What it checks
    In a log: a class of Keras that is unknown while a model is read ("Unknown layer: Functional"). The class and the
    versions of both sides decide; a class of your own is none of these.

    ## Why it matters
    New releases bring new classes, and some of them are written without asking: every functional model of TensorFlow
    2.3 or newer is a "Functional", every operation between layers of 2.4 to 2.15 a "TFOpLambda".

    ## How to fix it
    Read the model with a release as new as the one that wrote it. Or build the model in code and load the weights
    only.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.3.0, https://github.com/fizyr/keras-retinanet/issues/1480
    """
    found = judged(case, "unknown-class-from-newer-keras")
    if found is not None:
        view, cause = found
        since = (cause.row.since if cause.row is not None else None) or ""
        came = f", which came with {_release(since)}" if since else ""
        yield conclude(
            found,
            f"The model names {cause.what}{came}; the Keras that reads it does not know it",
            newer_reader(view, since),
        )


@rule("TFD703", MODEL_CONFIG)
def keras2_file_in_keras3(case: Case) -> Iterator[Conclusion]:
    """A model of Keras 2 is read by Keras 3, which does not understand it.

    ## What it checks
    In a log: arguments, classes and modules of Keras 2 that Keras 3 refuses while it reads a model (`groups` of
    DepthwiseConv2D, `time_major` of LSTM and GRU, `keras.src.engine`, TFOpLambda, Lambda layers without a shape,
    another number of layers). Without such a line: a file of Keras 2 and a reader with Keras 3.

    ## Why it matters
    From TensorFlow 2.16 on `tf.keras` is Keras 3, a rewrite. It reads simple models of Keras 2 (HDF5), but not what it
    has no counterpart for, and no .keras file of Keras 2.

    ## How to fix it
    Load it with Keras 2: install tf-keras and set `TF_USE_LEGACY_KERAS=1`, or use TensorFlow 2.15. To move on for good,
    build the model in Keras 3 code and load the weights into it, then save that.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/, https://github.com/keras-team/keras/issues/19151,
    https://github.com/keras-team/keras/issues/20750
    """
    found = judged(case, "keras2-file-in-keras3")
    if found is not None:
        view, cause = found
        compiled = any(event.kind == "class-not-saveable" or event["what"] == "function" for event in cause.events)
        yield conclude(
            found,
            f"Keras 3 does not understand {cause.what}: the model is of Keras 2",
            (
                *((WITHOUT_OPTIMIZER,) if compiled else ()),
                *legacy_keras(view),
                manual("Or load it with TensorFlow 2.15 (tfdoctor plan --target '<2.16')."),
                REBUILD,
            ),
        )


@rule("TFD704", MODEL_CONFIG)
def keras3_minor_custom_object_key(case: Case) -> Iterator[Conclusion]:
    """Two minors of Keras 3 look for a custom object under different keys.

    ## What it checks
    In a log: an object that Keras 3 cannot find or rebuild. The versions decide: both sides have Keras 3, of different
    minors.

    ## Why it matters
    How Keras 3 writes and finds classes, functions and losses by name has changed between its minors. A model with
    objects of your own is then not rebuilt.

    ## How to fix it
    Name the objects when you load: `load_model(path, custom_objects={"Name": Name})`. Or load without the compile
    configuration (`compile=False`), or with the Keras that wrote the model.

    ## Sources
    https://github.com/keras-team/keras/releases
    """
    found = judged(case, "keras3-minor-custom-object-key")
    if found is not None:
        view, cause = found
        yield conclude(
            found,
            f"Keras 3 does not rebuild {cause.what}: its minors find objects under different keys",
            (
                manual('Name the objects: load_model(path, custom_objects={"Name": Name}).'),
                WITHOUT_OPTIMIZER,
                *source_release(view),
            ),
        )


@rule("TFD705", MODEL_CONFIG)
def old_config_format_regression(case: Case) -> Iterator[Conclusion]:
    """TensorFlow 2.1 refuses the configuration of a Sequential model of old Keras.

    ## What it checks
    In a log: `'list' object has no attribute 'items'`, raised where TensorFlow 2.1 reads the configuration of a model.

    ## Why it matters
    Keras before 2.2.3 and TensorFlow before 1.12 wrote a Sequential model as a list. TensorFlow 2.1 expects a table
    there; releases before and after it take both.

    ## How to fix it
    Use TensorFlow 2.0 or 2.2, or load and save the model once with one of them.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/35934
    """
    found = judged(case, "old-config-format-regression")
    if found is not None:
        yield conclude(
            found,
            "TensorFlow 2.1 does not take the configuration of an old Sequential model, which is a list",
            (
                manual("Use TensorFlow 2.0 or 2.2 or newer (tfdoctor plan --target 2.2)."),
                manual("Or load it there once, save it again, and read that."),
            ),
        )


@rule("TFD706", MODEL_CONFIG)
def keras3_nested_model_reload(case: Case) -> Iterator[Conclusion]:
    """A model inside a model, saved by Keras 3, cannot be loaded again.

    ## What it checks
    In a log of Keras 3: a layer behind an inner model that gets two tensors instead of one, a Sequential model with two
    input layers, weights that an inner layer does not receive.

    ## Why it matters
    Keras 3 rebuilds a Sequential model with a model inside (a pretrained network with a head, mostly) other than it
    was, and then fails. It is a fault of Keras.

    ## How to fix it
    Build the outer model with the functional API, `outputs = head(base.output)` or `base(inputs)`, save it again; or
    build the model in code and load the weights only. Newer minors of Keras have mended part of it.

    ## Sources
    https://github.com/keras-team/keras/issues/20084
    """
    found = judged(case, "keras3-nested-model-reload")
    if found is not None:
        yield conclude(
            found,
            f"Keras 3 does not rebuild {found[1].what} as it was saved",
            (
                manual("Build the model in code and load the weights only: model.load_weights(path)."),
                manual("Make the outer model with the functional API and save it again."),
                manual("Or use the newest Keras 3."),
            ),
        )
