"""Rules on optimizers that changed: arguments, defaults, the new classes of TensorFlow 2.11."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_OPTIMIZER, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, conclude, manual, possible, stay, use_instead

_LEGACY = manual("Or use tf.keras.optimizers.legacy.* (TensorFlow 2.11 to 2.15).")


@rule("TFD820", DRIFT_OPTIMIZER)
def optimizer_decay_arg(case: Case) -> Iterator[Conclusion]:
    """An optimizer is given `decay`, which those of TensorFlow 2.11 and newer refuse or ignore.

    ## What it checks
    In a log: the refusal ("decay is deprecated in the new Keras optimizer") or the warning of Keras 3 that it ignores
    the argument. In code: `decay=` of an optimizer, where TensorFlow is 2.11 or newer.

    ## Why it matters
    TensorFlow 2.11 brought new optimizers without it. Keras 3 trains on without any decay.

    ## How to fix it
    Give a schedule as the learning rate: `InverseTimeDecay(lr, decay_steps=1, decay_rate=decay)` is the same. Or use
    the legacy optimizers, or TensorFlow 2.10.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.11.0
    """
    found = caused(case, "optimizer-decay-arg")
    if found is not None:
        ignored = any(event.kind == "optimizer-decay-ignored" for event in found[1].events)
        ignored = ignored or (not found[1].events and found[0].view.generation == 3)
        same = "keras.optimizers.schedules.InverseTimeDecay(lr, decay_steps=1, decay_rate=decay)"
        yield conclude(
            found,
            "The argument `decay` of optimizers is ignored by Keras 3" if ignored
            else "The argument `decay` of optimizers ended with TensorFlow 2.10",
            (manual(f"Use a schedule, which does the same: learning_rate={same}."),
             *(() if ignored else (_LEGACY,)), stay("<2.11")),
            severity="warning" if ignored else None,
            verdict="degraded" if ignored else None,
        )  # fmt: skip


@rule("TFD821", DRIFT_OPTIMIZER, severity="warning", verdict="degraded")
def optimizer_lr_ignored(case: Case) -> Iterator[Conclusion]:
    """An optimizer is given `lr`, which those of TensorFlow 2.11 to 2.15 ignore: the default learning rate is used.

    ## What it checks
    In a log: the warning that `lr` is deprecated, in the words of the new optimizers. In code: `lr=` of an optimizer,
    where TensorFlow is 2.11 to 2.15.

    ## Why it matters
    Training runs with 0.001 (SGD: 0.01) instead of the given rate, and says so in one line only.

    ## How to fix it
    Write `learning_rate=`.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/58831
    """
    found = caused(case, "optimizer-lr-ignored")
    if found is not None:
        yield conclude(
            found,
            "The argument `lr` is ignored; the optimizer runs with its default learning rate",
            (manual("Write learning_rate= instead of lr=."), _LEGACY),
        )


@rule("TFD822", DRIFT_OPTIMIZER)
def optimizer_lr_rejected(case: Case) -> Iterator[Conclusion]:
    """An optimizer of Keras 3 is given or asked for `lr`, which it does not have.

    ## What it checks
    In a log: the refusal of the argument ("Argument(s) not recognized: {'lr'…"), and `'Adam' object has no attribute
    'lr'`. In code: `lr=` of an optimizer, where Keras 3 runs.

    ## Why it matters
    From TensorFlow 2.16 on `tf.keras` is Keras 3, which knows `learning_rate` only.

    ## How to fix it
    Write `learning_rate=`, and `optimizer.learning_rate` to read it.

    ## Sources
    https://github.com/keras-team/keras/blob/v3.0.5/keras/optimizers/base_optimizer.py
    """
    found = caused(case, "optimizer-lr-rejected")
    if found is not None:
        yield conclude(
            found,
            "Optimizers of Keras 3 have no `lr`",
            (manual("Write learning_rate= (and optimizer.learning_rate) instead."), *use_instead(found[1])[1:]),
        )


@rule("TFD823", DRIFT_OPTIMIZER)
def optimizer_rewrite_211_api(case: Case) -> Iterator[Conclusion]:
    """Code relies on the optimizer classes of before TensorFlow 2.11.

    ## What it checks
    In a log: inner methods of the old classes that are missing (`_set_hyper`, `get_updates`, `get_weights`), variables
    that an optimizer does not know, and variables made at the second call of a function. In code: these methods, where
    TensorFlow is 2.11 or newer.

    ## Why it matters
    TensorFlow 2.11 rewrote the base class: other hooks for subclasses, other weights, variables that are made once for
    a fixed list of variables of the model.

    ## How to fix it
    Derive from `tf.keras.optimizers.legacy.Optimizer` (2.11 to 2.15), or port the class. Call `optimizer.build(
    model.trainable_variables)` before the first step, and make a new optimizer for another set of variables.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.11.0
    """
    found = caused(case, "optimizer-rewrite-211-api")
    if found is not None:
        kinds = {event.kind for event in found[1].events}
        build = manual("Call optimizer.build(model.trainable_variables) once before training, and make a new optimizer "
                       "for another set of variables.")  # fmt: skip
        strange = bool(kinds & {"optimizer-variable-strange", "variables-made-twice"})
        yield conclude(
            found,
            "The optimizers were rewritten in TensorFlow 2.11; this code relies on the old ones",
            (*((build,) if strange else ()), *use_instead(found[1]), _LEGACY, stay("<2.11")),
        )


@rule("TFD824", DRIFT_OPTIMIZER, severity="warning", verdict="degraded")
def adadelta_default_lr(case: Case) -> Iterator[Conclusion]:
    """Adadelta is used without a learning rate: the default is 0.001 in tf.keras, it was 1.0 in Keras.

    ## What it checks
    In code: `Adadelta()` or "adadelta" without a learning rate, where TensorFlow is 1.14 or newer.

    ## Why it matters
    A thousandth of the rate: training hardly moves, and no message says why.

    ## How to fix it
    Adadelta(learning_rate=1.0), which is the rate of the paper; or another optimizer.

    ## Sources
    https://github.com/keras-team/keras/issues/13815
    """
    found = caused(case, "adadelta-default-lr")
    if found is not None:
        yield conclude(
            found,
            "Adadelta runs with the default learning rate 0.001; it was 1.0 in Keras and before TensorFlow 1.14",
            (manual("Write Adadelta(learning_rate=1.0)."), manual("Or use another optimizer, such as Adam.")),
        )


@rule("TFD825", DRIFT_OPTIMIZER, severity="warning", verdict="degraded")
def clipnorm_semantics(case: Case) -> Iterator[Conclusion]:
    """An optimizer's clipnorm or clipvalue means something else, or nothing, in this TensorFlow.

    ## What it checks
    In code: `clipnorm=` or `clipvalue=` of an optimizer, where TensorFlow is 2.0 to 2.3, or was before 2.4 and is
    newer.

    ## Why it matters
    Standalone Keras clips by the norm of all gradients together. The training loop of TensorFlow 2.0 and 2.1 does not
    clip at all (with a distribution strategy up to 2.3). The optimizers of tf.keras clip the gradient of each variable
    by itself, from TensorFlow 1.14 on; `global_clipnorm` (2.4) is the meaning in standalone Keras.

    ## How to fix it
    TensorFlow 2.4 or newer with `global_clipnorm=` for the norm of all, `clipnorm=` for that of each.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/33929, https://github.com/tensorflow/tensorflow/releases/tag/v2.4.0
    """
    found = caused(case, "clipnorm-semantics")
    if found is not None:
        old = found[0].view.within("2.0", "2.3")
        yield conclude(
            found,
            "Gradients may not be clipped: fit of TensorFlow 2.0 and 2.1 leaves clipnorm and clipvalue out, with a "
            "distribution strategy that of 2.2 and 2.3 too" if old
            else "clipnorm of tf.keras clips the gradient of each variable by itself; standalone Keras clips by "
            "the norm of all",
            (manual("Use global_clipnorm= for the norm of all gradients (TensorFlow 2.4 or newer)."),
             stay(">=2.4", "Install TensorFlow 2.4 or newer.")) if old
            else (manual("Use global_clipnorm= for the norm of all gradients together."),),
        )  # fmt: skip


@rule("TFD826", DRIFT_OPTIMIZER, severity="note", verdict="degraded")
def optimizer_rewrite_211_speed(case: Case) -> Iterator[Conclusion]:
    """The optimizers of TensorFlow 2.11 to 2.15 are slower than the legacy ones in some models.

    ## What it checks
    Whether an upgrade from before 2.11 to 2.11 to 2.15 is stated, where neither log nor code tells more.

    ## Why it matters
    Large embeddings and small steps on a GPU were measured to train more slowly with the new classes.

    ## How to fix it
    `tf.keras.optimizers.legacy.*`, or Keras 3.

    ## Sources
    https://github.com/keras-team/keras/issues/19307
    """
    found = caused(case, "optimizer-rewrite-211-speed")
    if found is not None:
        yield possible(*found)


@rule("TFD827", DRIFT_OPTIMIZER, severity="note", verdict="degraded")
def adam_implementation_change(case: Case) -> Iterator[Conclusion]:
    """Adam of Keras before 2.3 and that of tf.keras make other steps from the same start.

    ## What it checks
    Whether a change from Keras of its own to tf.keras is stated, where results differ and no message tells more.

    ## Why it matters
    Defaults are the same. On TensorFlow 1.14 the same model was trained for 25 steps with both: the weights were
    0.97559 with Keras 2.2.4 and 0.97505 with tf.keras; the old class was not sure which number of steps it read. Where
    training is at its edge (GAN), it converges with one of them only.

    ## How to fix it
    A smaller learning rate or `beta_1=0.5`. (Adagrad, Adamax, Nadam and Adadelta have other learning rates by default
    in tf.keras, which changes more.)

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/36340, https://github.com/keras-team/keras/issues/11718,
    run with keras 2.2.4 on TensorFlow 1.14.0
    """
    found = caused(case, "adam-implementation-change")
    if found is not None:
        yield possible(*found)
