"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): the attributes of objects of Keras. argv[1]: the file.

Each object is asked in several states (new, built, compiled, trained): what it has in one of them counts. Names that
begin with two underscores are left out; "=" is before the names of properties that cannot be assigned to.
"""

import inspect
import io
import json
import logging
import sys
import warnings

import numpy as np
import tensorflow as tf

K = tf.keras
FOUND = {}
# What optimizers answer though dir() does not tell it.
HIDDEN = (
    "lr",
    "learning_rate",
    "decay",
    "initial_decay",
    "momentum",
    "nesterov",
    "beta_1",
    "beta_2",
    "epsilon",
    "amsgrad",
    "rho",
    "centered",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "iterations",
    "weights",
    "variables",
    "inner_optimizer",
)


def note(name, *objects):
    """Keep the attributes of objects of one class, each of which is an example of it."""
    for one in objects:
        kept = FOUND.setdefault(name, set())
        kept.update(key for key in dir(one) if not key.startswith("__"))
        # "=" is before the name of what cannot be assigned to.
        kept.update(
            "=" + key for key, value in inspect.getmembers(type(one)) if isinstance(value, property) and not value.fset
        )
        if ".optimizers." in name or "LossScale" in name:
            kept.update(key for key in HIDDEN if tried(lambda: (getattr(one, key), True)))


def tried(make):
    """Do something that a release may not be able to do."""
    try:
        return make()
    except Exception as error:
        sys.stderr.write("%s: %s\n" % (make.__name__, str(error)[:200]))
        return None


class Watch(K.callbacks.Callback):
    """A callback that is asked while a model is trained."""

    def on_epoch_end(self, epoch, logs=None):
        """Ask."""
        note("tf.keras.callbacks.Callback", self)
        note(KIND, self.model)


def trained(model, name, optimizer):
    """Ask a model in all its states."""
    global KIND
    KIND = name
    note(name, model)
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    note(name, model)
    history = model.fit(
        np.ones((8, 3), "float32"), np.ones((8, 1), "float32"), epochs=1, verbose=0, callbacks=[Watch()]
    )
    model.predict(np.ones((2, 3), "float32"))
    model.evaluate(np.ones((8, 3), "float32"), np.ones((8, 1), "float32"), verbose=0)
    note(name, model)
    note("tf.keras.callbacks.History", history)
    return model


def functional():
    """A model of inputs and outputs."""
    x = K.Input((3,))
    note("tf.Tensor of Keras", x)
    y = K.layers.Dense(1)(x)
    note("tf.Tensor of Keras", y)
    return K.Model(x, y)


class Own(K.Model):
    """A model that derives from Model."""

    def __init__(self):
        super(Own, self).__init__()
        self.dense = K.layers.Dense(1)

    def call(self, inputs):
        """Apply the layer."""
        return self.dense(inputs)


def models():
    """Models, and what hangs on them."""
    for name in ("Adam", "SGD", "RMSprop", "Adagrad", "Adamax", "Nadam", "Adadelta", "Ftrl"):
        optimizer = getattr(K.optimizers, name)()
        note("tf.keras.optimizers." + name, optimizer)
        trained(functional(), "functional", optimizer)
        note("tf.keras.optimizers." + name, optimizer)
    trained(Own(), "subclass", "sgd")
    trained(K.Sequential([K.layers.Dense(1, input_shape=(3,))]), "tf.keras.Sequential", "sgd")
    trained(K.Sequential([K.layers.Dense(1)]), "tf.keras.Sequential", "sgd")


def layers():
    """Layers, new and used."""
    makers = {
        "Dense": (lambda: K.layers.Dense(2), (3,)),
        "Conv2D": (lambda: K.layers.Conv2D(2, 2), (8, 8, 3)),
        "DepthwiseConv2D": (lambda: K.layers.DepthwiseConv2D(2), (8, 8, 3)),
        "BatchNormalization": (lambda: K.layers.BatchNormalization(), (8, 8, 3)),
        "LSTM": (lambda: K.layers.LSTM(2), (4, 3)),
        "GRU": (lambda: K.layers.GRU(2), (4, 3)),
        "SimpleRNN": (lambda: K.layers.SimpleRNN(2), (4, 3)),
        "Bidirectional": (lambda: K.layers.Bidirectional(K.layers.LSTM(2)), (4, 3)),
        "TimeDistributed": (lambda: K.layers.TimeDistributed(K.layers.Dense(2)), (4, 3)),
        "Embedding": (lambda: K.layers.Embedding(5, 2), (4,)),
        "Dropout": (lambda: K.layers.Dropout(0.5), (3,)),
        "Lambda": (lambda: K.layers.Lambda(lambda x: x), (3,)),
        "Flatten": (lambda: K.layers.Flatten(), (4, 3)),
        "MaxPooling2D": (lambda: K.layers.MaxPooling2D(), (8, 8, 3)),
        "Activation": (lambda: K.layers.Activation("relu"), (3,)),
        "InputLayer": (lambda: K.layers.InputLayer((3,)), None),
        "LayerNormalization": (lambda: K.layers.LayerNormalization(), (3,)),
    }
    for name, (make, shape) in sorted(makers.items()):

        def one(make=make, name="tf.keras.layers." + name, shape=shape):
            layer = make()
            note(name, layer)
            if shape:
                K.Model(*(lambda x: (x, layer(x)))(K.Input(shape)))
            note(name, layer)

        tried(one)


class OwnLayer(K.layers.Layer):
    """A layer that derives from Layer."""

    def build(self, shape):
        """Make a weight."""
        self.w = self.add_weight(name="w", shape=(int(shape[-1]), 2), initializer="ones", trainable=True)

    def call(self, inputs):
        """Multiply."""
        note("tf.keras.layers.Layer", self)
        return tf.matmul(inputs, self.w)


def others():
    """What else programs hold."""
    layer = OwnLayer()
    note("tf.keras.layers.Layer", layer)
    layer(K.Input((3,)))
    note("tf.keras.layers.Layer", layer)
    note("tf.keras.Variable", layer.w, K.layers.Dense(1).add_weight(name="v", shape=(2,), initializer="zeros"))
    note("tf.Variable", tf.Variable(1.0))
    tried(lambda: note("tf.compat.v1.layers.Layer", tf.compat.v1.layers.Dense(2)))
    note("tf.Tensor", tf.constant(1.0))
    data = tf.data.Dataset.from_tensor_slices([1.0, 2.0])
    note("tf.data.Dataset", data, data.batch(2), data.map(lambda x: x), data.shuffle(2), data.repeat())
    for name in ("Mean", "Accuracy", "BinaryAccuracy", "AUC"):
        note("tf.keras.metrics." + name, getattr(K.metrics, name)())
    for name in ("MeanSquaredError", "BinaryCrossentropy", "CategoricalCrossentropy"):
        note("tf.keras.losses." + name, getattr(K.losses, name)())
    for name, given in (
        ("EarlyStopping", ()),
        ("ModelCheckpoint", ("m.keras",)),
        ("ReduceLROnPlateau", ()),
        ("TensorBoard", ()),
        ("LearningRateScheduler", (lambda epoch: 0.1,)),
        ("CSVLogger", ("l.csv",)),
    ):

        def one(name=name, given=given):
            note("tf.keras.callbacks." + name, getattr(K.callbacks, name)(*given))

        tried(one)
    tried(lambda: note("tf.GradientTape", tf.GradientTape()))
    tried(lambda: note(SCALED, K.mixed_precision.LossScaleOptimizer(K.optimizers.SGD())))


def main():
    """Ask all of them."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for part in (models, layers, others):
        part()
    with io.open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({name: sorted(kept) for name, kept in FOUND.items()}, file)


KIND = ""
SCALED = "tf.keras.mixed_precision.LossScaleOptimizer"
if __name__ == "__main__":
    main()
