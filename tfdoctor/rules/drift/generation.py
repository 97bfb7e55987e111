"""Rules on what Keras 3 moved, removed or refuses, and on names of metrics and formats."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_API, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, conclude, legacy_keras, manual, stay, use_instead


@rule("TFD808", DRIFT_API)
def metric_key_renamed(case: Case) -> Iterator[Conclusion]:
    """A metric is looked up under a name that the history does not have: acc became accuracy.

    ## What it checks
    In a log: `KeyError: 'acc'` and the like, and callbacks that wait for `val_acc`.

    ## Why it matters
    metrics=["accuracy"] is reported as `acc` by Keras before 2.3 and TensorFlow 1, as `accuracy` by TensorFlow 2. A
    callback that monitors the old name does nothing but warn: no checkpoint is written, training is not stopped.

    ## How to fix it
    Use the name that was given in `compile` (`history.history["accuracy"]`, `monitor="val_accuracy"`), or look at
    `history.history.keys()`.

    ## Sources
    https://github.com/keras-team/keras/releases/tag/2.3.0
    """
    found = caused(case, "metric-key-renamed")
    if found is not None:
        key = found[1].path
        new = {"acc": "accuracy", "val_acc": "val_accuracy", "lr": "learning_rate"}.get(key)
        listed = case.events.first("metrics-listed")
        there = f" (there are: {listed['metrics'].strip(' ,')})" if listed is not None else ""
        advice = f'Use the name "{new}".' if new else "Use the name that was given in compile(metrics=…)."
        quiet = not any("KeyError" in event.text for event in found[1].events)
        yield conclude(
            found,
            f"There is no metric named {key!r}{there}: it has the name that compile was given",
            (manual(advice), manual(f'Or give the metric that name: compile(metrics=["{key.removeprefix("val_")}"]).')),
            severity="warning" if quiet else None,
            verdict="degraded" if quiet else None,
        )


@rule("TFD809", DRIFT_API)
def keras3_save_format_restriction(case: Case) -> Iterator[Conclusion]:
    """Keras 3 saves only to names that end in .keras, .h5 or .weights.h5.

    ## What it checks
    In a log: the refusal of a path by ModelCheckpoint, save or save_weights, and of `save_format`. In code: arguments
    of saving that Keras 3 does not have, where it runs.

    ## Why it matters
    Keras 3 writes neither SavedModel folders with `save` nor TensorFlow checkpoints with `save_weights`; the ending of
    the name decides the format.

    ## How to fix it
    Name models `….keras` and weights `….weights.h5`; write a SavedModel with `model.export(path)`, a checkpoint with
    `tf.train.Checkpoint`.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/74342, https://keras.io/guides/migrating_to_keras_3/
    """
    found = caused(case, "keras3-save-format-restriction")
    if found is not None:
        yield conclude(
            found,
            "Keras 3 writes models to .keras (or .h5) and weights to .weights.h5 only",
            (
                manual("Let the path end in .keras (models) or .weights.h5 (weights only)."),
                manual("For a SavedModel use model.export(path), for a checkpoint tf.train.Checkpoint."),
                *legacy_keras(case),
            ),
        )


@rule("TFD810", DRIFT_API)
def keras_checkpoint_options_bug(case: Case) -> Iterator[Conclusion]:
    """ModelCheckpoint of Keras 2.12 to 2.15 passes `options`, which its own .keras format refuses.

    ## What it checks
    In a log: the native Keras format refuses the argument `options`, which nobody but ModelCheckpoint gives.

    ## Why it matters
    It is a fault of Keras: a checkpoint to a name that ends in .keras fails at the end of the first epoch.

    ## How to fix it
    Let the name end in .h5, or save weights only. Newer minors (2.14, 2.15 and Keras 3) write such checkpoints.

    ## Sources
    https://github.com/keras-team/keras/blob/v2.13.1/keras/callbacks.py
    """
    found = caused(case, "keras-checkpoint-options-bug")
    if found is not None:
        yield conclude(
            found,
            "ModelCheckpoint of this Keras cannot write the .keras format: it passes an argument that is refused",
            (
                manual("Let the path end in .h5, or set save_weights_only=True."),
                manual("Or use a newer TensorFlow (tfdoctor plan --target '>=2.14')."),
            ),
        )


@rule("TFD811", DRIFT_API)
def keras3_fit_args_removed(case: Case) -> Iterator[Conclusion]:
    """fit, evaluate or predict is called with workers, use_multiprocessing or max_queue_size, which Keras 3 dropped.

    ## What it checks
    In a log: the refusal of these arguments. In code: their use, where Keras 3 runs.

    ## Why it matters
    In Keras 3 they belong to the data (`PyDataset`), not to `fit`.

    ## How to fix it
    Leave them out, or give them to the data set: `super().__init__(workers=4, use_multiprocessing=True)`.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/
    """
    found = caused(case, "keras3-fit-args-removed")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} is refused: Keras 3 has these arguments on the data set, not on fit",
            (manual("Leave out workers, use_multiprocessing and max_queue_size."),
             *use_instead(found[1]), *legacy_keras(case)),
        )  # fmt: skip


@rule("TFD812", DRIFT_API)
def keras3_api_moved(case: Case) -> Iterator[Conclusion]:
    """A name of Keras 2 is used that Keras 3 has elsewhere or not at all.

    ## What it checks
    In a log: a missing name that Keras 2 had and Keras 3 has not (`keras.preprocessing.text`,
    `keras.layers.experimental`, `keras.optimizers.legacy`). In code: such names, where Keras 3 runs.

    ## Why it matters
    From TensorFlow 2.16 on `tf.keras` is Keras 3, with a smaller API. Some names are left in `tf.keras` only.

    ## How to fix it
    Use what the matrix names instead, or Keras 2 (tf-keras with `TF_USE_LEGACY_KERAS=1`), or TensorFlow 2.15.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/; the API files in the wheels of keras 2.15 and 3.0 to 3.12
    """
    found = caused(case, "keras3-api-moved")
    if found is not None:
        yield conclude(
            found,
            f"{found[1].path} is of Keras 2; Keras 3 does not have it there",
            (*use_instead(found[1]), *legacy_keras(case), stay("<2.16")),
        )


@rule("TFD813", DRIFT_API)
def keras3_layer_removed(case: Case) -> Iterator[Conclusion]:
    """A layer of Keras 2 is used that Keras 3 does not have.

    ## What it checks
    In a log: a missing layer that Keras 2 had and Keras 3 has not (`LocallyConnected1D`, `ThresholdedReLU`). In code:
    such a layer, where Keras 3 runs.

    ## Why it matters
    These layers have no counterpart; models with them do not run under Keras 3.

    ## How to fix it
    Use Keras 2 (tf-keras with `TF_USE_LEGACY_KERAS=1`, or TensorFlow 2.15), or write the layer yourself.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/; the API files in the wheels of keras 2.15 and 3.0 to 3.12
    """
    found = caused(case, "keras3-layer-removed")
    if found is not None:
        yield conclude(
            found,
            f"Keras 3 has no {found[1].path}",
            (*legacy_keras(case), stay("<2.16"), manual("Or write the layer yourself.")),
        )


@rule("TFD814", DRIFT_API)
def keras3_backend_functions_removed(case: Case) -> Iterator[Conclusion]:
    """A function of keras.backend is used that Keras 3 does not have.

    ## What it checks
    In a log: a name that is missing in `keras.backend` and was there in Keras 2. In code: such names, where Keras 3
    runs; `tf.keras.backend` still has many of them.

    ## Why it matters
    Keras 3 replaces keras.backend by keras.ops; about 130 functions are gone.

    ## How to fix it
    Use keras.ops, or the function of TensorFlow. Many are left in `tf.keras.backend`. Or use Keras 2.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/; the API files in the wheels of keras 2.15 and 3.0 to 3.12
    """
    found = caused(case, "keras3-backend-functions-removed")
    if found is not None:
        left = (manual("Import from tensorflow.keras instead of keras: it still has the function."),)
        kept = getattr(found[1].row, "tf_keras", False)
        yield conclude(
            found,
            f"{found[1].path} is of Keras 2; Keras 3 has keras.ops instead of most of keras.backend",
            (*(left if kept else ()), *use_instead(found[1]), *legacy_keras(case)),
        )


@rule("TFD815", DRIFT_API)
def keras3_api_strictness(case: Case) -> Iterator[Conclusion]:
    """Keras 3 refuses an argument that Keras 2 accepted.

    ## What it checks
    In a log: refusals that only Keras 3 makes: of `loss_weights` as a list for one output, of `metrics` that do not
    match the outputs, of positional arguments of layers that are no tensors, of lists as data.

    ## Why it matters
    Keras 2 let such arguments pass, sometimes without using them.

    ## How to fix it
    Give the argument in the form that the message asks for. Or use Keras 2.

    ## Sources
    https://github.com/keras-team/keras/issues/19780
    """
    found = caused(case, "keras3-api-strictness")
    if found is not None:
        yield conclude(
            found,
            "Keras 3 checks this argument, Keras 2 did not",
            (manual("Give the argument in the form that the message asks for."), *legacy_keras(case)),
        )
