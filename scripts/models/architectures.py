"""Small models, each of a kind that people save: built by the same code in every release.

A builder takes the module `tensorflow` and returns a Built, or raises Unsupported where the release lacks a part.
Classes of its own are defined inside the builder, so that a process that has not built the model does not know them.
"""

import numpy as np


_REGISTERED = {}


class Unsupported(Exception):
    """This release cannot build the model."""


class Built(object):
    """A model with an input to try it on and what a user's code adds to it."""

    def __init__(self, model, inputs, targets=None, custom=None, compile=None):
        self.model = model
        self.inputs = inputs  # one array, a list or a dict of arrays
        self.targets = targets  # for one training step; None: is not trained
        self.custom = custom or {}  # custom_objects
        self.compile = compile  # arguments of model.compile; None: is not compiled


def numbers(*shape):
    """The same numbers in every release, in [-1, 1)."""
    count = int(np.prod(shape))
    return (((np.arange(count) * 7919) % 1009) / 504.5 - 1.0).astype("float32").reshape(shape)


def tokens(rows, length, size):
    """Token numbers with zeros at the end, as padding has them."""
    made = (np.arange(rows * length) * 31 % (size - 1) + 1).reshape(rows, length)
    made[:, -2:] = 0
    return made.astype("int32")


def dense(tf):
    """A Sequential of Dense layers with regularizers, constraints and initialisers."""
    k = tf.keras
    model = k.Sequential(
        [
            k.layers.Dense(8, activation="relu", input_shape=(6,), kernel_regularizer=k.regularizers.l2(1e-3)),
            k.layers.Dropout(0.3),
            k.layers.Dense(
                4,
                activation="tanh",
                kernel_initializer=k.initializers.he_normal(),
                bias_constraint=k.constraints.max_norm(2.0),
            ),
            k.layers.Dense(2, activation="softmax", name="last"),
        ]
    )
    compile = {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["accuracy"]}
    return Built(model, numbers(4, 6), np.eye(2, dtype="float32")[[0, 1, 0, 1]], compile=compile)


def cnn(tf):
    """Convolutions with BatchNormalization, depthwise and separable ones, as image models have them."""
    k = tf.keras
    inputs = k.Input(shape=(12, 12, 3), name="image")
    x = k.layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = k.layers.BatchNormalization()(x)
    x = k.layers.ReLU(6.0)(x)
    x = k.layers.DepthwiseConv2D(3, padding="same")(x)
    x = k.layers.BatchNormalization(scale=False)(x)
    x = k.layers.Activation("relu")(x)
    x = k.layers.SeparableConv2D(6, 3, strides=2, activation="relu")(x)
    x = k.layers.MaxPooling2D(2)(x)
    x = k.layers.GlobalAveragePooling2D()(x)
    outputs = k.layers.Dense(3, name="logits")(x)
    compile = {
        "optimizer": k.optimizers.SGD(0.01, momentum=0.9),
        "loss": k.losses.SparseCategoricalCrossentropy(from_logits=True),
        "metrics": ["accuracy"],
    }
    return Built(k.Model(inputs, outputs), numbers(2, 12, 12, 3), np.array([0, 2]), compile=compile)


def recurrent(tf):
    """LSTM and GRU one after the other."""
    k = tf.keras
    inputs = k.Input(shape=(5, 3))
    x = k.layers.LSTM(4, return_sequences=True)(inputs)
    x = k.layers.GRU(3)(x)
    outputs = k.layers.Dense(1)(x)
    return Built(
        k.Model(inputs, outputs), numbers(2, 5, 3), numbers(2, 1), compile={"optimizer": "rmsprop", "loss": "mse"}
    )


def bidirectional(tf):
    """An Embedding with a mask, Bidirectional and TimeDistributed."""
    k = tf.keras
    model = k.Sequential(
        [
            k.layers.Embedding(20, 4, mask_zero=True),
            k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True)),
            k.layers.TimeDistributed(k.layers.Dense(2)),
            k.layers.Bidirectional(k.layers.GRU(2), merge_mode="sum"),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    )
    data = tokens(3, 6, 20)
    model.build((None, 6))
    compile = {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]}
    return Built(model, data, np.array([[0.0], [1.0], [0.0]], "float32"), compile=compile)


def attention(tf):
    """The Attention layer over convolved tokens."""
    k = tf.keras
    query = k.Input(shape=(4,), dtype="int32", name="query")
    value = k.Input(shape=(6,), dtype="int32", name="value")
    embed = k.layers.Embedding(12, 4)
    convolve = k.layers.Conv1D(5, 2, padding="same")
    q, v = convolve(embed(query)), convolve(embed(value))
    x = k.layers.Attention(use_scale=True)([q, v])
    x = k.layers.Concatenate()([k.layers.GlobalAveragePooling1D()(q), k.layers.GlobalAveragePooling1D()(x)])
    outputs = k.layers.Dense(1)(x)
    model = k.Model([query, value], outputs)
    return Built(
        model, [tokens(2, 4, 12), tokens(2, 6, 12)], numbers(2, 1), compile={"optimizer": "adam", "loss": "mae"}
    )


def transformer(tf):
    """A block of MultiHeadAttention with LayerNormalization."""
    k = tf.keras
    if not hasattr(k.layers, "MultiHeadAttention"):
        raise Unsupported("MultiHeadAttention")
    inputs = k.Input(shape=(5, 8))
    x = k.layers.LayerNormalization(epsilon=1e-6)(inputs)
    x = k.layers.MultiHeadAttention(num_heads=2, key_dim=4, dropout=0.1)(x, x)
    x = k.layers.Add()([x, inputs])
    y = k.layers.LayerNormalization()(x)
    y = k.layers.Dense(16, activation="gelu")(y)
    y = k.layers.Dense(8)(y)
    x = k.layers.Add()([x, y])
    outputs = k.layers.Dense(2)(k.layers.GlobalMaxPooling1D()(x))
    return Built(
        k.Model(inputs, outputs), numbers(2, 5, 8), numbers(2, 2), compile={"optimizer": "adam", "loss": "mse"}
    )


def preprocessors(k, name):
    """The module with preprocessing layers: keras.layers, experimental before 2.6, or None."""
    if hasattr(k.layers, name):
        return k.layers
    return getattr(getattr(k.layers, "experimental", None), "preprocessing", None)


def preprocessing(tf):
    """Preprocessing layers inside the model: normalisation and augmentation of images."""
    k = tf.keras
    layers = preprocessors(k, "Rescaling")
    if layers is None or not hasattr(layers, "Normalization"):
        raise Unsupported("preprocessing layers")
    scale = layers.Normalization(axis=-1)
    scale.adapt(numbers(16, 4, 4, 3))
    inputs = k.Input(shape=(4, 4, 3))
    x = scale(inputs)
    if hasattr(layers, "Rescaling"):
        x = layers.Rescaling(2.0, offset=0.5)(x)
    if hasattr(layers, "RandomFlip"):
        x = layers.RandomFlip("horizontal")(x)
    outputs = k.layers.Dense(2)(k.layers.Flatten()(x))
    return Built(
        k.Model(inputs, outputs), numbers(2, 4, 4, 3), numbers(2, 2), compile={"optimizer": "sgd", "loss": "mse"}
    )


def text(tf):
    """Strings in, by StringLookup and CategoryEncoding or TextVectorization."""
    k = tf.keras
    layers = preprocessors(k, "StringLookup")
    if layers is None or not hasattr(layers, "StringLookup"):
        raise Unsupported("StringLookup")
    lookup = layers.StringLookup(vocabulary=["red", "green", "blue"])
    inputs = k.Input(shape=(3,), dtype="string")
    x = k.layers.Embedding(8, 2)(lookup(inputs))
    outputs = k.layers.Dense(1)(k.layers.Flatten()(x))
    data = np.array([["red", "blue", "none"], ["green", "green", "red"]])
    return Built(k.Model(inputs, outputs), data, compile={"optimizer": "adam", "loss": "mse"})


def lambdas(tf):
    """Lambda layers of an expression and of a function with arguments."""
    k = tf.keras

    def scale(x, factor=1.0):
        return x * factor

    model = k.Sequential(
        [
            k.layers.Dense(4, input_shape=(3,)),
            k.layers.Lambda(lambda x: x * 2.0 + 1.0),
            k.layers.Lambda(scale, arguments={"factor": 0.5}, name="scaled"),
            k.layers.Dense(1),
        ]
    )
    return Built(model, numbers(2, 3), numbers(2, 1), compile={"optimizer": "adam", "loss": "mse"})


def operators(tf):
    """Operators and functions applied to the outputs of layers."""
    k = tf.keras
    inputs = k.Input(shape=(6,))
    x = k.layers.Dense(6)(inputs)
    x = x * 2.0 + inputs
    x = x[:, :3] - x[:, 3:]
    outputs = k.layers.Dense(2)(k.activations.relu(x))
    return Built(k.Model(inputs, outputs), numbers(2, 6), numbers(2, 2), compile={"optimizer": "adam", "loss": "mse"})


def functions(tf):
    """Functions of TensorFlow applied to the outputs of layers, where Keras takes them."""
    k = tf.keras
    if keras3(tf):
        raise Unsupported("functions of TensorFlow on the outputs of layers")
    inputs = k.Input(shape=(4, 3))
    x = k.layers.Dense(4)(inputs)
    x = tf.nn.relu(x)
    x = tf.concat([x, inputs], axis=-1)
    x = tf.reduce_mean(x, axis=1)
    outputs = tf.math.l2_normalize(k.layers.Dense(2)(x), axis=-1)
    return Built(
        k.Model(inputs, outputs), numbers(2, 4, 3), numbers(2, 2), compile={"optimizer": "adam", "loss": "mse"}
    )


def nested(tf):
    """A model inside a model, used twice, and a shared layer."""
    k = tf.keras
    part_in = k.Input(shape=(4,), name="part_in")
    shared = k.layers.Dense(4, activation="relu", name="shared")
    part = k.Model(part_in, k.layers.Dense(3)(shared(shared(part_in))), name="part")
    a, b = k.Input(shape=(4,), name="a"), k.Input(shape=(4,), name="b")
    x = k.layers.Concatenate()([part(a), part(b)])
    head = k.Sequential([k.layers.Dense(3, activation="relu", input_shape=(6,)), k.layers.Dense(1)], name="head")
    model = k.Model([a, b], head(x))
    return Built(model, [numbers(2, 4), -numbers(2, 4)], numbers(2, 1), compile={"optimizer": "adam", "loss": "mse"})


def scaler(tf):
    """A layer of the user's own, with a weight and an argument."""

    class Scaler(tf.keras.layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            super(Scaler, self).__init__(**kwargs)
            self.factor = factor

        def build(self, shape):
            self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")
            super(Scaler, self).build(shape)

        def call(self, inputs):
            return inputs * self.scale * self.factor

        def compute_output_shape(self, shape):
            return shape

        def get_config(self):
            config = super(Scaler, self).get_config()
            config.update({"factor": self.factor})
            return config

    return Scaler


def custom(tf):
    """A layer of the user's own that is not registered."""
    k = tf.keras
    kind = scaler(tf)
    model = k.Sequential([k.layers.Dense(4, input_shape=(3,)), kind(3.0), k.layers.Dense(1)])
    custom = {"Scaler": kind}
    return Built(model, numbers(2, 3), numbers(2, 1), custom, {"optimizer": "adam", "loss": "mse"})


def registered(tf):
    """A layer of the user's own that is registered in a program's name."""
    k = tf.keras
    saving = getattr(k, "saving", None)
    register = getattr(saving, "register_keras_serializable", None) or getattr(
        k.utils, "register_keras_serializable", None
    )
    if register is None:
        raise Unsupported("register_keras_serializable")
    if "kind" not in _REGISTERED:  # a name is registered once in a process
        _REGISTERED["kind"] = register(package="shop")(scaler(tf))
    kind = _REGISTERED["kind"]
    model = k.Sequential([k.layers.Dense(4, input_shape=(3,)), kind(3.0), k.layers.Dense(1)])
    return Built(model, numbers(2, 3), numbers(2, 1), {"Scaler": kind}, {"optimizer": "adam", "loss": "mse"})


def outputs(tf):
    """Two outputs, one with a loss of the user's own."""
    k = tf.keras

    def weighted(y_true, y_pred):
        return tf.reduce_mean(tf.square(y_true - y_pred) * 2.0, axis=-1)

    inputs = k.Input(shape=(5,), name="features")
    x = k.layers.Dense(6, activation="elu")(inputs)
    price = k.layers.Dense(1, name="price")(x)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(x)
    compile = {
        "optimizer": k.optimizers.Adam(0.002),
        "loss": {"price": weighted, "kind": "sparse_categorical_crossentropy"},
        "loss_weights": {"price": 1.0, "kind": 0.5},
        "metrics": {"price": "mae", "kind": "accuracy"},
    }
    targets = {"price": numbers(2, 1), "kind": np.array([0, 2])}
    return Built(
        k.Model(inputs, {"price": price, "kind": kind} if keras3(tf) else [price, kind]),
        numbers(2, 5),
        targets,
        {"weighted": weighted},
        compile,
    )


def mixed(tf):
    """Layers with a policy of mixed precision."""
    k = tf.keras
    kind = getattr(getattr(k, "mixed_precision", None), "Policy", None)
    if kind is None:
        module = getattr(getattr(k, "mixed_precision", None), "experimental", None)
        kind = getattr(module, "Policy", None)
    if kind is None:
        raise Unsupported("mixed precision")
    if tf.__version__.startswith("1."):
        raise Unsupported("a policy for one layer")
    policy = kind("mixed_float16")
    inputs = k.Input(shape=(4,))
    x = k.layers.Dense(4, activation="relu", dtype=policy)(inputs)
    x = k.layers.LayerNormalization(dtype=policy)(x)
    outputs = k.layers.Dense(1, dtype="float32")(x)
    return Built(k.Model(inputs, outputs), numbers(2, 4), numbers(2, 1), compile={"optimizer": "adam", "loss": "mse"})


def trained(tf):
    """The default optimizer with its state after a step, and metrics as objects."""
    k = tf.keras
    model = k.Sequential([k.layers.Dense(4, input_shape=(3,)), k.layers.Dense(1)])
    compile = {
        "optimizer": k.optimizers.Adam(learning_rate=0.01, amsgrad=True),
        "loss": k.losses.Huber(),
        "metrics": [k.metrics.MeanAbsoluteError(), k.metrics.RootMeanSquaredError(name="rmse")],
    }
    return Built(model, numbers(2, 3), numbers(2, 1), compile=compile)


def schedule(tf):
    """An optimizer with a learning-rate schedule and clipping."""
    k = tf.keras
    rate = k.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    model = k.Sequential([k.layers.Dense(4, input_shape=(3,)), k.layers.Dense(1)])
    compile = {"optimizer": k.optimizers.RMSprop(rate, clipnorm=1.0), "loss": "mse", "metrics": ["mse"]}
    return Built(model, numbers(2, 3), numbers(2, 1), compile=compile)


def legacy(tf):
    """An optimizer of the old generation in a release that has a new one."""
    k = tf.keras
    old = getattr(k.optimizers, "legacy", None)
    if old is None or not hasattr(old, "Adam"):
        raise Unsupported("legacy optimizers")
    model = k.Sequential([k.layers.Dense(4, input_shape=(3,)), k.layers.Dense(1)])
    try:
        optimizer = old.Adam(0.01, decay=1e-4)
    except ImportError:  # Keras 3 has the name alone
        raise Unsupported("legacy optimizers")
    return Built(model, numbers(2, 3), numbers(2, 1), compile={"optimizer": optimizer, "loss": "mse"})


def varied(tf):
    """Many layers that other models of this file lack."""
    k = tf.keras
    inputs = k.Input(shape=(8, 8, 2))
    x = k.layers.ZeroPadding2D(1)(inputs)
    x = k.layers.Conv2DTranspose(3, 3)(x)
    x = k.layers.LeakyReLU(0.2)(x)
    x = k.layers.Cropping2D(2)(x)
    x = k.layers.UpSampling2D(2)(x)
    x = k.layers.AveragePooling2D(2)(x)
    x = k.layers.SpatialDropout2D(0.2)(x)
    x = k.layers.Reshape((8, 24))(x)
    x = k.layers.Permute((2, 1))(x)
    x = k.layers.PReLU()(x)
    x = k.layers.GaussianNoise(0.1)(x)
    x = k.layers.Conv1D(4, 3, dilation_rate=2, padding="causal")(x)
    y = k.layers.Conv1D(4, 1)(x)
    x = k.layers.Multiply()([x, y])
    x = k.layers.ELU()(k.layers.GlobalMaxPooling1D()(x))
    z = k.layers.Softmax()(k.layers.RepeatVector(3)(x))
    x = k.layers.Dot(axes=1)([k.layers.Flatten()(z), k.layers.Flatten()(z)])
    outputs = k.layers.Dense(1, kernel_regularizer=k.regularizers.l1_l2(1e-4, 1e-4))(x)
    return Built(
        k.Model(inputs, outputs), numbers(1, 8, 8, 2), numbers(1, 1), compile={"optimizer": "nadam", "loss": "mse"}
    )


def plain(tf):
    """A model that was never compiled, of convolutional recurrent and cell-wise layers."""
    k = tf.keras
    inputs = k.Input(shape=(3, 6, 6, 1))
    x = k.layers.ConvLSTM2D(2, 3, return_sequences=True)(inputs)
    x = k.layers.TimeDistributed(k.layers.Flatten())(x)
    x = k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)])(x)
    return Built(k.Model(inputs, x), numbers(1, 3, 6, 6, 1))


def subclassed(tf):
    """A model that is a class of the user's own."""
    k = tf.keras

    class Small(k.Model):
        def __init__(self, units=3, **kwargs):
            super(Small, self).__init__(**kwargs)
            self.units = units
            self.first = k.layers.Dense(units, activation="relu")
            self.last = k.layers.Dense(1)

        def call(self, inputs):
            return self.last(self.first(inputs))

        def get_config(self):
            return {"units": self.units}

    model = Small()
    if tf.__version__.startswith("1."):
        model._set_inputs(numbers(2, 3))
    else:
        model(numbers(2, 3))
    return Built(model, numbers(2, 3), numbers(2, 1), {"Small": Small}, {"optimizer": "adam", "loss": "mse"})


def keras3(tf):
    """Whether tf.keras is Keras 3."""
    version = getattr(tf.keras, "__version__", None) or getattr(tf.keras, "version", lambda: "2")()
    return version.startswith("3")


ARCHITECTURES = {
    builder.__name__: builder
    for builder in (
        dense, cnn, recurrent, bidirectional, attention, transformer, preprocessing, text, lambdas, operators,
        functions, nested, custom, registered, outputs, mixed, trained, schedule, legacy, varied, plain, subclassed,
    )
}  # fmt: skip


def build(tf, name):
    """The model, with the same numbers in its weights in every release, compiled and trained for one step."""
    np.random.seed(7)
    (tf.random.set_seed if hasattr(tf.random, "set_seed") else tf.random.set_random_seed)(7)
    built = ARCHITECTURES[name](tf)
    settled = []
    for index, weight in enumerate(built.model.get_weights()):
        if weight.dtype.kind == "f" and weight.ndim > 1:
            weight = numbers(*weight.shape).astype(weight.dtype) * 0.3 + 0.01 * (index % 5)
        settled.append(weight)
    built.model.set_weights(settled)
    if built.compile is not None:
        built.model.compile(**built.compile)
        if built.targets is not None:
            built.model.fit(built.inputs, built.targets, epochs=1, batch_size=8, verbose=0)
    return built


def outputs_of(tf, model, inputs):
    """What the model answers, as a list of arrays in float64."""
    if tf.__version__.startswith("1."):
        answer = model.predict(inputs)
    else:
        given = inputs
        if isinstance(inputs, np.ndarray) and inputs.dtype.kind == "U":
            given = tf.constant(inputs.tolist())
        elif isinstance(inputs, np.ndarray):
            given = tf.constant(inputs)
        elif isinstance(inputs, list):
            given = [tf.constant(each) for each in inputs]
        answer = model(given, training=False)
    return flat(answer)


def flat(answer):
    """Arrays of a nested answer, dicts by their keys."""
    if isinstance(answer, dict):
        return [array for key in sorted(answer) for array in flat(answer[key])]
    if isinstance(answer, (list, tuple)):
        return [array for each in answer for array in flat(each)]
    array = np.asarray(answer.numpy() if hasattr(answer, "numpy") else answer)
    return [array.astype("float64")]
