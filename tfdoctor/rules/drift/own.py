"""Rules of `tfdoctor drift`: what harvested signatures and measured runs of two releases say of a program."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import require
from tfdoctor.rules._case import Case
from tfdoctor.rules._rule import DRIFT_API, DRIFT_NUMERICS, Conclusion, rule

_SHOWN: Final = 5  # experiments that are named


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
    """The same small experiment gives other numbers in the other release, or on this machine.

    ## What it checks
    Experiments with fixed inputs and seeds were run in every release on a CPU: initializers, optimizers, layers,
    losses, metrics, images, random numbers, data, saving. A difference beyond the noise of repeated runs is a finding.
    `tfdoctor fingerprint` (and `dump --fingerprint`) runs the same in an environment: what differs from that release
    elsewhere comes from the machine, a plugin, or another build or Keras.

    ## Why it matters
    Nothing warns: the signature is the same and the numbers are not.

    ## How to fix it
    Both outcomes are shown. Where an argument or a call keeps the old behaviour, it is named. On one machine: try
    without the plugin or the GPU (`CUDA_VISIBLE_DEVICES=-1`) and with `TF_ENABLE_ONEDNN_OPTS=0`, and compare both runs
    (`tfdoctor compare A B --fingerprint`).

    ## Sources
    compat_matrix/behaviour.json (measured)
    """
    facts = require(case.snapshot.fingerprint, "the fingerprint")
    from tfdoctor.matrix.fingerprints import beside, both, setting

    found = beside(facts, case.matrix.behaviour)
    if not found.differences:
        return
    rows = [(row.experiment, *both(row)) for row in found.differences[:_SHOWN]]
    total, count = len(found.same) + len(found.differences), len(found.differences)
    name, reference, here = rows[0]
    keras = f" This Keras is {facts.keras}, that of the reference {found.keras}." if found.keras else ""
    settings = all(map(setting, found.differences))
    yield Conclusion(
        message=f"{count} of {total} small experiments {'gives' if count == 1 else 'give'} something else here than"
        f" TensorFlow {found.release} elsewhere, {name}{' the most' if count > 1 else ''}: {here}, not {reference}."
        f"{keras}",
        evidence=tuple(
            Evidence(fact=f"measured.{name}", value=f"{here}, not {reference}", source="this environment")
            for name, reference, here in rows
        ),
        severity="note" if settings else None,
        verdict="harmless" if settings else None,
        confidence="possible" if keras else "likely",
    )


@rule("TFD868", DRIFT_NUMERICS, severity="warning", verdict="degraded")
def behaviour_changed(case: Case) -> Iterator[Conclusion]:
    """What a call does is something else in the other release, though it is written the same.

    ## What it checks
    With `tfdoctor drift FROM TO --code PATH`: calls, and methods that the code defines, of which short programs gave
    other numbers in the other release: when callbacks are called and what they are told, which batches and masked steps
    count in a mean, when training stops.

    ## Why it matters
    Nothing warns: the program runs, trains on other data or for other epochs, or reports other numbers.

    ## How to fix it
    What keeps the old behaviour is named, where something does. Else compare both releases on the numbers that the
    change leaves alone: a loss per sample, weights after a fixed number of steps.

    ## Sources
    compat_matrix/keras_api.toml (its rows name the source files), compat_matrix/evidence/numbers.jsonl.xz (the runs)
    """
    del case
    return iter(())  # without code there is nothing to say; with it `tfdoctor drift` does
