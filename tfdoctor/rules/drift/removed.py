"""Rules on names that are gone: of TensorFlow 1, of Keras 2 before Keras 3, and names that only newer releases have."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_API, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, conclude, manual, stay, use_instead


@rule("TFD801", DRIFT_API)
def contrib_removed(case: Case) -> Iterator[Conclusion]:
    """Code or a library uses tf.contrib, which TensorFlow 2 does not have.

    ## What it checks
    In a log: `tensorflow.contrib` that is missing. In code: its use, where TensorFlow is 2.0 or newer.

    ## Why it matters
    tf.contrib ended with TensorFlow 1.15. There is no replacement as a whole, and the upgrade script cannot help.

    ## How to fix it
    Use a version of the library for TensorFlow 2, or what its parts have become (tf-slim, tensorflow-addons, Keras
    layers). Or run the old program with TensorFlow 1.15, which needs Python 3.7 or older.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.0.0, https://www.tensorflow.org/guide/migrate
    """
    found = caused(case, "contrib-removed")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} is asked for; tf.contrib does not exist in TensorFlow 2",
            (
                manual("Use a version of the library for TensorFlow 2, or what the part has become (tf-slim, Keras)."),
                stay("<2", "Or run it with TensorFlow 1.15 (Python 3.7 or older)."),
            ),
        )  # fmt: skip


@rule("TFD802", DRIFT_API)
def estimator_removed_216(case: Case) -> Iterator[Conclusion]:
    """Code or a library uses tf.estimator, which TensorFlow 2.16 and newer do not have.

    ## What it checks
    In a log: `tf.estimator` that is missing, where TensorFlow is not known to be older than 2.16. In code: its use,
    where TensorFlow is 2.16 or newer.

    ## Why it matters
    TensorFlow 2.15 is the last release with estimators; the distribution tensorflow-estimator ended with it.

    ## How to fix it
    Port the model to Keras, or stay on TensorFlow 2.15.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1, https://www.tensorflow.org/guide/migrate/migrating_estimator
    """
    found = caused(case, "estimator-removed-216")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} is asked for; tf.estimator was removed in TensorFlow 2.16",
            (stay("<2.16", "Stay on TensorFlow 2.15, the last with estimators."),
             manual("Or port the model to Keras.")),
        )  # fmt: skip


@rule("TFD803", DRIFT_API)
def tf1_api_in_tf2(case: Case) -> Iterator[Conclusion]:
    """Code for TensorFlow 1 (placeholder, Session, tf.layers, …) runs under TensorFlow 2.

    ## What it checks
    In a log: names of TensorFlow 1 that are missing, and refusals of graph functions ("not compatible with eager
    execution"). In code: such names where TensorFlow is 2.0 or newer.

    ## Why it matters
    About 350 names of the top level alone moved or ended with TensorFlow 2.0, and programs run eagerly by default.

    ## How to fix it
    `import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()` runs most of such programs unchanged. The script
    `tf_upgrade_v2` renames what moved. tf.contrib is in neither.

    ## Sources
    https://www.tensorflow.org/guide/migrate, https://www.tensorflow.org/guide/migrate/upgrade
    """
    found = caused(case, "tf1-api-in-tf2")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} is of TensorFlow 1; TensorFlow 2 does not have it, or not in eager execution",
            (
                manual("Replace the import: import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()."),
                *use_instead(found[1]),
                manual("Or let the script tf_upgrade_v2, which comes with TensorFlow 2, rewrite the program."),
                stay("<2", "Or run it with TensorFlow 1.15 (Python 3.7 or older)."),
            ),
        )


@rule("TFD804", DRIFT_API)
def keras_method_removed(case: Case) -> Iterator[Conclusion]:
    """A method or function of Keras is used that this release no longer has.

    ## What it checks
    In a log: a missing name that the matrix knows to be gone (`predict_classes` 2.6, `multi_gpu_model` 2.4,
    `fit_generator` Keras 3). In code: such names, where the running release is known not to have them.

    ## Why it matters
    Keras announces removals by a warning for some releases only; tutorials and books still use the old names.

    ## How to fix it
    Use what the matrix names instead; the finding says it.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.6.0, https://github.com/keras-team/keras/issues/14397
    """
    found = caused(case, "keras-method-removed")
    if found is not None:
        until = found[1].row.until if found[1].row is not None else None
        last = f"; TensorFlow {until} was the last with it" if until else ""
        yield conclude(
            found,
            f"{found[1].path} is gone{last}",
            (*use_instead(found[1]), *((stay(f"<={until}.*".replace("<=", "==")),) if until else ())),
        )


@rule("TFD805", DRIFT_API)
def sklearn_wrapper_removed(case: Case) -> Iterator[Conclusion]:
    """KerasClassifier or KerasRegressor is imported from Keras, which has had none since TensorFlow 2.13.

    ## What it checks
    In a log: `keras.wrappers` that is missing. In code: its import, where TensorFlow is 2.13 or newer.

    ## Why it matters
    The wrappers for scikit-learn left Keras with 2.13, after two years of warnings. (Keras 3.8 brought new ones of
    other names: keras.wrappers.SKLearnClassifier.)

    ## How to fix it
    Install scikeras and import from `scikeras.wrappers`, or stay on TensorFlow 2.12.

    ## Sources
    https://github.com/keras-team/keras/releases/tag/v2.13.1, https://adriangb.com/scikeras/stable/migration.html
    """
    found = caused(case, "sklearn-wrapper-removed")
    if found is not None:
        yield conclude(
            found,
            "The wrappers for scikit-learn (keras.wrappers.scikit_learn) were removed in TensorFlow 2.13",
            (manual("Install scikeras, and import KerasClassifier and KerasRegressor from scikeras.wrappers."),
             stay("<2.13")),
        )  # fmt: skip


@rule("TFD806", DRIFT_API)
def keras_private_module_removed(case: Case) -> Iterator[Conclusion]:
    """Code imports a module of Keras that was never public and is gone, such as keras.utils.np_utils.

    ## What it checks
    In a log: missing modules that older Keras showed beside its public names (`keras.utils.np_utils`,
    `keras.layers.core`, `keras.layers.normalization`). In code: their import from TensorFlow 2.13 on.

    ## Why it matters
    What such a module holds is public elsewhere. Keras 2.13 and 3 moved all of them below `keras.src`.

    ## How to fix it
    Import the public name: `from keras.utils import to_categorical`, `from keras.layers import BatchNormalization`.

    ## Sources
    https://github.com/keras-team/keras/issues/18363, https://github.com/keras-team/keras/releases/tag/v2.13.1
    """
    found = caused(case, "keras-private-module-removed")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} was no public module of Keras; it is gone",
            (*use_instead(found[1]), manual("Or use the library in a version that was made for this Keras.")),
        )


@rule("TFD807", DRIFT_API)
def keras_symbol_needs_newer_tf(case: Case) -> Iterator[Conclusion]:
    """Code uses a name of Keras that only a newer release has.

    ## What it checks
    In a log: a missing name that the matrix knows to have come with a later release (`StringLookup`, `RandomFlip`),
    asked for by the user's code. In code: such a name, where the running release is known to be older.

    ## Why it matters
    Layers often appear below `experimental` first and move later: a tutorial of today names today's place.

    ## How to fix it
    Install the release that brought the name, or use its earlier place.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/44963
    """
    found = caused(case, "keras-symbol-needs-newer-tf")
    if found is not None:
        since = (found[1].row.since if found[1].row is not None else None) or ""
        three = since.startswith("3")
        needs = f"keras>={since}" if three else f"tensorflow>={since}"
        yield conclude(
            found,
            f"{found[1].path} came with {'Keras' if three else 'TensorFlow'} {since}; an older one is installed",
            (stay(f">={since}", f"Install {needs}.") if not three else manual(f"Install {needs}."),
             manual("Or look for the name at its earlier place, mostly keras.layers.experimental.preprocessing.")),
        )  # fmt: skip
