"""Rules on weights and on the state of optimizers that do not fit the model that reads them."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import MODEL_CONFIG, Conclusion, rule
from tfdoctor.rules.drift._cures import caused
from tfdoctor.rules.drift._cures import conclude as conclude_drift
from tfdoctor.rules.model._cures import WITHOUT_OPTIMIZER, manual, source_release
from tfdoctor.rules.model._judge import conclude, judged


@rule("TFD721", MODEL_CONFIG)
def layer_variables_changed_between_versions(case: Case) -> Iterator[Conclusion]:
    """The variables of a layer, or their names, differ between the release that wrote weights and the one that reads.

    ## What it checks
    In a log: weights that are looked for by name and not found, or another number of weights than the layer has, where
    the sides are of different releases. Without such a line: weights by name from before TensorFlow 2.4.

    ## Why it matters
    TensorFlow 2.4 gave the tensors of functional models other names, and some layers got or lost variables
    (BatchNormalization with renorm). Weights that are stored by name do then not fit.

    ## How to fix it
    Load by topology instead of by name (`load_weights(path)` on the same architecture), or transfer with `get_weights`
    and `set_weights` in the release that wrote them.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/46317, https://github.com/faustomorales/vit-keras/issues/3
    """
    found = judged(case, "layer-variables-changed-between-versions")
    if found is not None:
        yield conclude(
            found,
            f"The weights do not fit the model: {found[1].what} changed between the releases",
            (
                manual("Load by topology, not by name, into exactly the architecture that was saved."),
                *source_release(found[0]),
            ),
        )


@rule("TFD722", MODEL_CONFIG)
def dot_keras_weight_key_change(case: Case) -> Iterator[Conclusion]:
    """A .keras file of TensorFlow 2.12 or 2.13 holds its weights under other keys than 2.14 and newer look for.

    ## What it checks
    In a log of Keras 2: a layer that received no variables while a .keras file is loaded. Without it: such a pair of
    releases.

    ## Why it matters
    The keys of layers of the same type in the weight store of .keras changed between 2.13 and 2.14. Models with two or
    more layers of one type do not load.

    ## How to fix it
    Load with the release that wrote it, and save as HDF5 there, or transfer with `get_weights` and `set_weights`.

    ## Sources
    https://github.com/keras-team/keras/issues/18830
    """
    found = judged(case, "dot-keras-weight-key-change")
    if found is not None:
        yield conclude(
            found,
            "The weights in the .keras file stand under other keys than this release looks for",
            (
                *source_release(found[0]),
                manual("Save it there as HDF5 (.h5), which has kept its keys, and read that."),
            ),
        )


@rule("TFD723", MODEL_CONFIG)
def gru_reset_after_default(case: Case) -> Iterator[Conclusion]:
    """A GRU of TensorFlow 1 or old Keras has one bias, that of TensorFlow 2 has two.

    ## What it checks
    In a log: a bias of shape (2, 3n) that gets weights of shape (3n,) or the reverse, and GRU layers that are not
    compatible. Without such a line: code with a GRU, written before TensorFlow 2 and read by 2;
    or an upgrade across 2.0 and a GRU in the code without `reset_after`.

    ## Why it matters
    `reset_after` is False by default in TensorFlow 1 and standalone Keras, True in TensorFlow 2. Weights then have
    other shapes, and a model that is built anew computes something else.

    ## How to fix it
    Build the layer with `reset_after=False` (and `recurrent_activation="hard_sigmoid"`, the old default) and load the
    weights into it.

    ## Sources
    https://www.tensorflow.org/api_docs/python/tf/keras/layers/GRU
    """
    found = judged(case, "gru-reset-after-default")
    if found is not None:
        yield conclude(
            found,
            "The biases of a GRU layer do not fit: reset_after was False by default, and is True from TensorFlow 2 on",
            (manual('Build it with GRU(…, reset_after=False, recurrent_activation="hard_sigmoid"), then load.'),),
        )
    drifted = caused(case, "gru-reset-after-default") if found is None else None
    if drifted is not None:
        yield conclude_drift(
            drifted,
            "GRU has reset_after=True by default from TensorFlow 2 on: more weights, other results than before",
            (manual('Build it with GRU(…, reset_after=False, recurrent_activation="hard_sigmoid").'),),
            severity="warning",
            verdict="degraded",
        )


@rule("TFD724", MODEL_CONFIG)
def optimizer_state_legacy_vs_new(case: Case) -> Iterator[Conclusion]:
    """The state of an optimizer of before TensorFlow 2.11 is restored into one of 2.11 or newer.

    ## What it checks
    In a log: the refusal of a legacy optimizer's checkpoint, or another number of optimizer variables than expected.
    Without it: a checkpoint from before 2.11 and a reader of 2.11 or newer.

    ## Why it matters
    TensorFlow 2.11 has new optimizers, whose variables are others. The model's own weights are not touched by it.

    ## How to fix it
    Load without the optimizer (`compile=False`; `checkpoint.restore(path).expect_partial()` with the model only). To
    train on with the old state, use `tf.keras.optimizers.legacy.*` (2.11 to 2.15).

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.11.0
    """
    found = judged(case, "optimizer-state-legacy-vs-new")
    if found is not None:
        yield conclude(
            found,
            "The stored state of the optimizer is of another kind than the optimizer: 2.11 brought new ones",
            (
                WITHOUT_OPTIMIZER,
                manual("Or compile with tf.keras.optimizers.legacy.* (TensorFlow 2.11 to 2.15)."),
                manual("Or use TensorFlow before 2.11 (tfdoctor plan --target 2.10)."),
            ),
        )


@rule("TFD725", MODEL_CONFIG)
def mac_legacy_optimizer_fallback(case: Case) -> Iterator[Conclusion]:
    """On Apple silicon Keras 2.11 to 2.13 puts a legacy optimizer in place of the one that was asked for.

    ## What it checks
    In a log: the notice about slow optimizers on M1 and M2, and an optimizer without `build` or of an unknown class.

    ## Why it matters
    The legacy classes have no `build`, so a .keras file with an optimizer cannot be loaded, and there is no legacy
    AdamW. The notice alone means slower or other optimizers, nothing worse.

    ## How to fix it
    Load with `compile=False` and compile again. Or use TensorFlow 2.14 or newer.

    ## Sources
    https://github.com/keras-team/tf-keras/issues/46, https://github.com/tensorflow/tensorflow/issues/61915
    """
    found = judged(case, "mac-legacy-optimizer-fallback")
    if found is not None:
        failed = any(event.kind != "legacy-optimizer-on-mac" for event in found[1].events)
        yield conclude(
            found,
            "Keras 2.11 to 2.13 on Apple silicon replaces the optimizer by a legacy class"
            + (", which cannot be loaded" if failed else ""),
            (
                WITHOUT_OPTIMIZER,
                manual("Or use tf.keras.optimizers.legacy.* when the model is compiled."),
                manual("Or use TensorFlow 2.14 or newer (tfdoctor plan --target '>=2.14')."),
            ),
            severity=None if failed else "note",
            verdict=None if failed else "degraded",
        )
