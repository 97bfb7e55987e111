"""What the experiments share: TensorFlow, fixed inputs, and numbers out of tensors in graph mode and in eager mode."""

import os
import random
import sys

FEW = 16  # numbers of one value that are kept
DIGITS = 7  # significant ones


class Missing(AttributeError):
    """A symbol that this release does not have."""


def version_of(keras):
    """Return the version of a tf.keras; 2.13 to 2.15 do not tell it themselves, the keras that they are does."""
    getattr(keras, "layers", None)  # imports it, where it is lazy
    for place in (keras, sys.modules.get("keras")):
        version = getattr(place, "__version__", None) or getattr(place, "version", None)
        if version:
            return str(version() if callable(version) else version)
    return "2"


class Lab(object):
    """TensorFlow and NumPy of the patient; `eager` is the default of the release, `folder` is for files."""

    def __init__(self, tf, np, folder):
        self.tf = tf
        self.np = np
        self.folder = folder
        self.v1 = tf.compat.v1
        self.keras = tf.keras
        self.eager = tf.executing_eagerly()
        self.keras_version = version_of(tf.keras)
        self.keras3 = int(self.keras_version.split(".")[0]) >= 3

    def symbol(self, name):
        """Return what a public name ("tf.keras.optimizers.Adam") stands for."""
        found = self.tf
        for part in name.split(".")[1:]:
            if not hasattr(found, part):
                raise Missing("%s has no %s" % (name.rpartition("." + part)[0], part))
            found = getattr(found, part)
        return found

    def first(self, *names):
        """Return what the first of some public names stands for that exists."""
        return self.symbol(next((name for name in names if self.has(name)), names[0]))

    def has(self, name):
        """Say whether a public name exists."""
        try:
            self.symbol(name)
        except Missing:
            return False
        return True

    def seed(self, number=7):
        """Seed Python, NumPy and TensorFlow."""
        random.seed(number)
        self.np.random.seed(number)
        self.seed_tensorflow(number)

    def seed_tensorflow(self, number):
        """Seed TensorFlow alone, as tf.random.set_seed does (tf.set_random_seed in TensorFlow 1)."""
        getattr(self.tf.random, "set_seed", self.v1.set_random_seed)(number)

    def pattern(self, *shape, **more):
        """Return fixed numbers in [-1, 1), exact in float32; `shift` gives others."""
        count = 1
        for size in shape:
            count *= size
        whole = (self.np.arange(count) * 389 + 101 * more.get("shift", 0) + 17) % 512
        return (whole / 256.0 - 1.0).astype("float32").reshape(shape)

    def constant(self, value, dtype=None):
        """Return a tensor."""
        return self.tf.constant(value, dtype=dtype)

    def variable(self, value):
        """Return a variable of TensorFlow, of the kind that Keras makes."""
        return self.tf.Variable(value) if self.eager else self.tf.Variable(value, use_resource=True)

    def session(self):
        """Return the session of Keras; variables that have no value yet get their initial one."""
        session = self.v1.keras.backend.get_session()
        with session.graph.as_default():
            variables = self.v1.global_variables()
            ready = session.run([self.v1.is_variable_initialized(one) for one in variables])
            session.run([one.initializer for one, known in zip(variables, ready) if not known])
        return session

    def run(self, fetches):
        """Evaluate in the session of Keras."""
        return self.session().run(fetches)

    def array(self, thing):
        """Return a tensor, a variable, or a list of them as arrays of NumPy."""
        if isinstance(thing, (list, tuple)):
            return [self.array(one) for one in thing]
        if isinstance(thing, dict):
            return {key: self.array(one) for key, one in thing.items()}
        if hasattr(thing, "dense_shape") and hasattr(thing, "indices"):
            thing = self.tf.convert_to_tensor(thing)
        if self.eager or not hasattr(thing, "graph"):
            return self.np.asarray(thing.numpy() if hasattr(thing, "numpy") else thing)
        return self.np.asarray(self.run(thing))

    def fill(self, layer, positive=False):
        """Give a layer or model fixed weights; return their shapes as a word."""
        shapes = [tuple(one.shape) for one in layer.get_weights()]
        made = [self.pattern(*shape, shift=number) * 0.5 for number, shape in enumerate(shapes)]
        layer.set_weights([abs(one) + 0.5 for one in made] if positive else made)
        return " ".join("x".join(str(size) for size in shape) for shape in shapes)

    def gradient(self, function, *sources):
        """Return what a function of tensors gives, and the gradients of its sum in each of them, as arrays."""
        tf = self.tf
        if not self.eager:
            value = function()
            return self.array([value, tf.gradients(tf.reduce_sum(value), list(sources))])
        with tf.GradientTape() as tape:
            for one in sources:
                if not hasattr(one, "assign"):
                    tape.watch(one)
            value = function()
            total = tf.reduce_sum(value)
        return self.array([value, tape.gradient(total, list(sources))])

    def layer(self, layer, given, positive=False, weights=True, **call):
        """Return output and gradient of a layer with fixed weights.

        The gradient is that of sum(output * fixed numbers), in the input and in the first weights.
        """
        tf = self.tf
        given = [tf.constant(one) for one in (given if isinstance(given, list) else [given])]
        inputs = given if len(given) > 1 else given[0]
        layer(inputs, **call)
        shapes = self.fill(layer, positive) if weights else ""

        def weighted():
            output = layer(inputs, **call)
            output = output[0] if isinstance(output, (list, tuple)) else output
            shape = [int(size) for size in output.shape]
            weighted.kept = output
            return output * tf.constant(self.pattern(*shape, shift=5))

        variables = list(layer.trainable_weights)[:1]
        variables = [getattr(one, "value", one) if self.keras3 else one for one in variables]
        sources = [one for one in given[:1] if one.dtype.is_floating]
        _, gradients = self.gradient(weighted, *(sources + variables))
        found = {"output": self.array(weighted.kept)}
        if shapes:
            found["weights"] = shapes
        if sources:
            found["gradient"] = gradients[0]
        if variables:
            found["gradient of weights"] = gradients[-1]
        return found

    def path(self, name):
        """Return the place of a file."""
        return os.path.join(self.folder, name)

    def few(self, numbers):
        """Return at most 16 numbers that tell an array: all, or 12 out of it with mean, deviation, least and most."""
        np = self.np
        flat = np.asarray(numbers).astype("float64").ravel()
        if flat.size <= FEW:
            return flat
        places = np.linspace(0, flat.size - 1, FEW - 4).astype(int)
        return np.concatenate([flat[places], [flat.mean(), flat.std(), flat.min(), flat.max()]])

    def told(self, thing):
        """Return a value as it is kept: a word, or a list of rounded numbers; numbers that are not finite are words."""
        if isinstance(thing, (bool, type(None))):
            return str(thing)
        if isinstance(thing, bytes):
            return thing.decode("utf-8", "replace")
        if isinstance(thing, str):
            return thing
        numbers = [float("%.*g" % (DIGITS, one)) for one in self.few(self.array(thing))]
        if all(abs(one) < float("inf") for one in numbers):
            return [one + 0.0 for one in numbers]
        return " ".join("%.4g" % one for one in numbers)


def steps(lab, model, x, y, count, **more):
    """Train a compiled model on one batch some times; return the losses."""
    found = []
    for _ in range(count):
        told = model.train_on_batch(x, y, **more)
        found.append(lab.np.ravel(lab.np.asarray(told))[0])
    return found
