"""The list of experiments. What an experiment needs of TensorFlow it takes from the laboratory that it is given."""


class Experiment(object):
    """A function of the laboratory with what is said about it.

    `subject`: the symbols that it is about; `what`: one sentence, what is done and what the numbers are; `arguments`:
    those that it leaves at their defaults and that matter; `limit`: seconds.
    """

    def __init__(self, name, kind, subject, what, arguments, limit, run):
        self.name = name
        self.kind = kind
        self.subject = subject
        self.what = what
        self.arguments = arguments
        self.limit = limit
        self.run = run


class Family(object):
    """The experiments of one kind."""

    def __init__(self, kind):
        self.kind = kind
        self.experiments = []

    def add(self, name, subject, what, run, arguments=(), limit=60):
        """Add an experiment; `subject` is a symbol or several."""
        subject = (subject,) if isinstance(subject, str) else tuple(subject)
        name = "%s-%s" % (self.kind, name)
        self.experiments.append(Experiment(name, self.kind, subject, what, tuple(arguments), limit, run))

    def experiment(self, name, subject, what, arguments=(), limit=60):
        """Add the function that follows."""

        def keep(run):
            self.add(name, subject, what, run, arguments, limit)
            return run

        return keep


def registered():
    """Return all experiments by name, in their order."""
    from . import (
        activations,
        data,
        execution,
        images,
        initializers,
        layers,
        losses,
        metrics,
        normalization,
        optimizers,
        preprocessing,
        randomness,
        recurrent,
        saving,
        speed,
        training,
    )

    modules = (
        initializers, optimizers, activations, layers, normalization, recurrent, preprocessing, losses, metrics,
        images, randomness, data, execution, saving, training, speed,
    )  # fmt: skip
    found = {}
    for module in modules:
        for one in module.FAMILY.experiments:
            if one.name in found:
                raise ValueError("two experiments are called %s" % one.name)
            found[one.name] = one
    return found
