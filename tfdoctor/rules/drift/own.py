"""Rules of `tfdoctor drift`: what harvested signatures and measured runs of two releases say of a program."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_API, DRIFT_NUMERICS, Conclusion, rule


@rule("TFD816", DRIFT_API)
def symbol_removed(case: Case) -> Iterator[Conclusion]:
    """A public name that the code uses is not in the other release, or has moved.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: every name of TensorFlow and Keras that the code uses, against the public
    names that were seen in a run of each release.

    ## Why it matters
    The line raises AttributeError or ImportError when it is reached, which may be hours after the start.

    ## How to fix it
    Use the name that is shown, where the symbol has moved; names of TensorFlow 1 are under `tf.compat.v1`. What is gone
    has to be replaced, or the program stays on a release that has it.

    ## Sources
    compat_matrix/symbols.json (harvested), https://www.tensorflow.org/guide/versions
    """
    del case
    return iter(())  # without code there is nothing to say; with it `tfdoctor drift` does


@rule("TFD817", DRIFT_API)
def argument_removed(case: Case) -> Iterator[Conclusion]:
    """An argument that the code gives is not taken by the other release, has another name or another place.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: the arguments of every call, against the signatures that were seen in a
    run of each release.

    ## Why it matters
    The call raises TypeError or ValueError; arguments by position may silently mean another parameter.

    ## How to fix it
    Leave the argument out or use its new name; give arguments by name.

    ## Sources
    compat_matrix/symbols.json (harvested)
    """
    del case
    return iter(())  # as above


@rule("TFD818", DRIFT_API, severity="note", verdict="harmless")
def symbol_deprecated(case: Case) -> Iterator[Conclusion]:
    """A name or argument that the code uses is deprecated in the other release.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: the deprecations that TensorFlow itself states, in each release.

    ## Why it matters
    It works and warns; a later release will not have it.

    ## How to fix it
    Follow what the deprecation says, when there is time.

    ## Sources
    compat_matrix/symbols.json (harvested)
    """
    del case
    return iter(())  # as above


@rule("TFD848", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def default_changed(case: Case) -> Iterator[Conclusion]:
    """An argument that the code leaves out has another default in the other release.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: every call, string ("adam") and layer of a saved model that leaves an
    argument at its default, where the default differs between the signatures of both releases.

    ## Why it matters
    The program runs without a word and computes something else: GRU's `reset_after`, the stddev of
    `tf.initializers.random_normal`, the learning rate of Adadelta.

    ## How to fix it
    Write the old value out; the argument is shown with each place, and `--fix` writes it.

    ## Sources
    compat_matrix/symbols.json (harvested), compat_matrix/behaviour.json (measured)
    """
    del case
    return iter(())  # as above


@rule("TFD849", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def measured_difference(case: Case) -> Iterator[Conclusion]:
    """The same small experiment gives other numbers in the other release.

    ## What it checks
    Experiments with fixed inputs and seeds were run in every release on a CPU: initializers, optimizers, layers,
    losses, metrics, images, random numbers, data, saving. A difference beyond the noise of repeated runs is a finding.

    ## Why it matters
    Nothing warns: the signature is the same and the numbers are not.

    ## How to fix it
    Both outcomes are shown. Where an argument or a call keeps the old behaviour, it is named.

    ## Sources
    compat_matrix/behaviour.json (measured)
    """
    del case
    return iter(())  # as above
