"""What messages say of drift that name no missing symbol: refusals, warnings and notices of one release only."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._running import Running

# Messages that have one meaning whatever runs, as far as the generation of Keras does not contradict.
_PLAIN: Final = {
    "contrib-missing": ("contrib-removed", None),
    "eager-refused": ("tf1-api-in-tf2", None),
    "save-format-refused": ("keras3-save-format-restriction", 3),
    "argument-strict": ("keras3-api-strictness", 3),
    "optimizer-lr-ignored": ("optimizer-lr-ignored", 2),
    "optimizer-decay-ignored": ("optimizer-decay-arg", 3),
    "optimizer-variable-strange": ("optimizer-rewrite-211-api", None),
    "initializer-reused": ("initializer-instance-reuse", None),
    "tf32-notice": ("tf32-default-on-ampere", None),
    "cudnn-kernel-not-used": ("rnn-cudnn-not-usable", None),
    "step-compiled": ("keras3-jit-default", 3),
}
# Operations of the layers that turn, shift and colour images at random.
_IMAGE_OPS: Final = re.compile(
    r"(?i)Rng(?:ReadAndSkip|Skip)|StatelessRandom|ImageProjectiveTransform|AdjustContrast|AdjustHue|AdjustSaturation"
)
_HISTORY: Final = re.compile(r"(?i)history|\bhist\b|\blogs?\[|monitor|plt\.|\.plot\(")


def said(view: Running) -> Iterator[Cause]:
    """Yield the causes of what the log says."""
    for event in view.case.events.of(*_PLAIN):
        name, generation = _PLAIN[event.kind]
        if generation is None or view.generation in {generation, None}:
            path = event["what"] or event["argument"].strip("`'\"") or event["initializer"] or event["ending"] or name
            yield Cause(name=name, path=path.strip(), events=(event,), confidence="certain")
    for look in _LOOKS:
        yield from look(view)


def _metric_keys(view: Running) -> Iterator[Cause]:
    """KeyError: 'acc': of a history, whose keys are the names that metrics were given."""
    text = f"{known(view.case.snapshot.log) or ''}\n{known(view.case.snapshot.code) or ''}"[:100_000]
    for event in view.case.events.of("metric-key-missing"):
        key = event["key"] or event["other"]
        old = re.fullmatch(r"(?:val_)?acc", key) is not None
        if old or _HISTORY.search(text):
            yield Cause(name="metric-key-renamed", path=key, events=(event,), confidence="certain" if old else "likely")


def _native_format(view: Running) -> Iterator[Cause]:
    """Arguments that the .keras format of Keras 2.12 to 2.15 refuses: `options` is given by ModelCheckpoint itself."""
    for event in view.case.events.of("native-format-argument-refused"):
        if re.fullmatch(r"[\"'`]options[\"'`]", event["arguments"].strip()):
            yield Cause(name="keras-checkpoint-options-bug", path="options", events=(event,), confidence="certain")
        elif view.generation == 3:
            yield Cause(name="keras3-save-format-restriction", path=event["arguments"], events=(event,))


def _optimizer_arguments(view: Running) -> Iterator[Cause]:
    """Arguments of optimizers that are refused by name."""
    for event in view.case.events.of("optimizer-argument-refused"):
        argument = event["argument"]
        if argument == "decay":
            yield Cause(name="optimizer-decay-arg", path=argument, events=(event,), confidence="certain")
        elif argument == "lr" and view.generation != 2:
            yield Cause(name="optimizer-lr-rejected", path=argument, events=(event,), confidence="certain")
        elif argument not in {"lr", "decay"}:
            yield Cause(name="optimizer-rewrite-211-api", path=argument, events=(event,))


def _names_refused(view: Running) -> Iterator[Cause]:
    """Names that Keras 3 keeps only to say that it does not have them."""
    for event in view.case.events.of("keras3-name-refused"):
        if view.generation in {3, None}:
            yield Cause(name="keras3-api-moved", path=event["path"], events=(event,), confidence="certain")


def _made_twice(view: Running) -> Iterator[Cause]:
    """Variables made at the second call of a tf.function: by an optimizer of 2.11 or newer, where one is named."""
    text = f"{known(view.case.snapshot.log) or ''}\n{known(view.case.snapshot.code) or ''}"[:100_000]
    if re.search(r"(?i)optimi[zs]er|apply_gradients|train_step", text) and not view.before_release("2.11"):
        for event in view.case.events.of("variables-made-twice"):
            yield Cause(name="optimizer-rewrite-211-api", path="apply_gradients", events=(event,))


def _loops(view: Running) -> Iterator[Cause]:
    """Augmentation image by image: the operations tell, other programs have such loops, too."""
    found = view.case.events.of("loop-instead-of-vector")
    own: tuple[Event, ...] = tuple(event for event in found if _IMAGE_OPS.search(event["op"]))
    if own and (not view.before_release("2.9")):
        yield Cause(name="augmentation-layers-slow-29", path=own[0]["op"], events=own)


_LOOKS: Final[tuple[Callable[[Running], Iterator[Cause]], ...]] = (
    _metric_keys, _native_format, _optimizer_arguments, _names_refused, _made_twice, _loops,
)  # fmt: skip
