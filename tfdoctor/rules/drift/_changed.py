"""Code whose meaning changed without a message: defaults and semantics, decided by code and versions together."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tfdoctor.facts import known
from tfdoctor.rules.drift._calls import Use
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._running import Running

Look = Callable[[Running, tuple[Use, ...]], Iterator[Cause]]


def changed(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Yield what the code lets expect in the running release."""
    for look in _LOOKS if used else ():
        yield from look(view, used)


def _calls(used: tuple[Use, ...], *names: str) -> tuple[Use, ...]:
    return tuple(use for use in used if use.call and use.name in names)


def _adadelta(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Adadelta() without a learning rate: 1.0 in Keras before tf.keras, 0.001 from TensorFlow 1.14 on."""
    bare = tuple(
        use
        for use in _calls(used, "Adadelta")
        if not use.positional and not {"lr", "learning_rate"} & set(use.keywords)
    )
    text = known(view.case.snapshot.code) or ""
    named = tuple(use for use in _calls(used, "compile") if "adadelta" in use.keywords.get("optimizer", "").lower())
    named = tuple(use for use in named if re.search(r"['\"]adadelta['\"]|Adadelta\(\)", use.keywords["optimizer"]))
    standalone = re.search(r"^[ \t]*(?:import keras\b|from keras\b)", text, re.MULTILINE) and view.before_release("2.4")
    if (bare or named) and view.since("1.14") and not standalone:
        yield Cause(name="adadelta-default-lr", path="Adadelta(learning_rate)", uses=bare or named)


def _learning_rate(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Adam(lr=…): ignored by 2.11 to 2.15."""
    own = tuple(
        use
        for use in used
        if use.call and "lr" in use.keywords and ".optimizers." in use.path and "legacy" not in use.path
    )
    if own and view.generation != 3 and view.within("2.11", "2.15"):
        yield Cause(name="optimizer-lr-ignored", path=f"{own[0].name}(lr)", uses=own, confidence="certain")


def _clipping(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Clipnorm and clipvalue: Keras's training loop of 2.0 and 2.1 leaves them out; 2.4 clips each variable."""
    own = tuple(use for use in used if use.call and {"clipnorm", "clipvalue"} & set(use.keywords))
    if own and (view.within("2.0", "2.3") or (view.crossed("2.4") and any("clipnorm" in use.keywords for use in own))):
        yield Cause(name="clipnorm-semantics", path=f"{own[0].name}(clipnorm)", uses=own)


def _accuracy(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """metrics=["accuracy"]: chosen by the loss before 2.2, by the shapes from 2.2 on."""
    own = tuple(
        use
        for use in _calls(used, "compile")
        if re.search(r"[\"'](?:acc|accuracy)[\"']", use.keywords.get("metrics", ""))
    )
    binary = tuple(use for use in own if "binary" in use.keywords.get("loss", ""))
    later = view.before is not None and view.before.before("2.2") and not view.before_release("2.2")
    if own and (view.crossed("2.2") or (binary and later)):
        yield Cause(name="accuracy-metric-resolution", path="metrics=['accuracy']", uses=binary or own)


def _resize(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """tf.image.resize…: other centres of pixels from TensorFlow 2 on."""
    own = tuple(use for use in used if use.path.startswith("tensorflow.") and re.search(r"\.image\.resize", use.path))
    if own and view.crossed("2"):
        yield Cause(name="image-resize-half-pixel", path=own[0].path, uses=own)


def _frozen_normalization(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """layer.trainable = False: BatchNormalization then runs in inference mode from TensorFlow 2 on."""
    text = known(view.case.snapshot.code) or ""
    norm = tuple(use for use in used if use.name == "BatchNormalization")
    frozen = re.search(r"\.trainable\s?=\s?False|trainable\s?=\s?False", text)
    if norm and frozen and view.crossed("2"):
        yield Cause(name="batchnorm-trainable-semantics", path="BatchNormalization.trainable", uses=norm)


def _gru(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """GRU without reset_after: False in Keras before tf.keras and in TensorFlow 1, True from TensorFlow 2 on."""
    own = tuple(use for use in _calls(used, "GRU") if "reset_after" not in use.keywords)
    if own and view.crossed("2"):
        yield Cause(name="gru-reset-after-default", path="GRU(reset_after)", uses=own)


def _recurrent(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """LSTM and GRU with arguments that the kernel of cuDNN does not know."""
    odd = []
    for use in _calls(used, "LSTM", "GRU"):
        words = use.keywords
        other = words.get("activation", "'tanh'") not in {"'tanh'", '"tanh"'}
        drop = words.get("recurrent_dropout", "0") not in {"0", "0.0"}
        bias = words.get("use_bias") == "False" or words.get("unroll") == "True" or words.get("reset_after") == "False"
        recurrent = words.get("recurrent_activation", "'sigmoid'") not in {"'sigmoid'", '"sigmoid"'}
        if other or drop or bias or recurrent:
            odd.append(use)
    if odd and view.since("2"):
        yield Cause(name="rnn-cudnn-not-usable", path=f"{odd[0].name}(…)", uses=tuple(odd), confidence="possible")


_LOOKS: Final[tuple[Look, ...]] = (
    _adadelta, _learning_rate, _clipping, _accuracy, _resize, _frozen_normalization, _gru, _recurrent,
)  # fmt: skip
