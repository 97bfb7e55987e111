"""Times of processors, as ratios to hashing 8 MB with SHA-256 in the same process: noisy, and for one machine alone."""

import hashlib
import time

from .registry import Family

FAMILY = Family("speed")
UNIT = b"\0" * (8 << 20)


def least(call, count):
    """Return the least time of some calls: that of all threads, so that other programs count little."""
    found = []
    for _ in range(count):
        began = time.process_time()
        call()
        found.append(time.process_time() - began)
    return min(found)


def ratio(call, count=5):
    """Return the time of a call in units of the time that a hash takes around it; its first time is not counted."""
    call()
    before = least(lambda: hashlib.sha256(UNIT).digest(), 5)
    took = least(call, count)
    after = least(lambda: hashlib.sha256(UNIT).digest(), 5)
    return [float("%.2g" % (took / min(before, after)))]


def add(name, subject, words, make, arguments=()):
    """Add an experiment: the time of what `make` returns."""
    FAMILY.add(
        name,
        subject,
        "Time of all threads for %s, as a ratio to hashing 8 MB; the first time is not counted." % words,
        lambda lab: {"ratio": ratio(make(lab))},
        arguments,
        limit=120,
    )


def compiled(lab, layers, shape, rows=64, optimizer="adam"):
    """Return a compiled model with its data."""
    model = lab.keras.Sequential(layers)
    model.compile(optimizer, "mse")
    x = lab.pattern(rows, *shape)
    return model, x, lab.np.zeros((rows, 1), "float32")


def small_fit(lab):
    layers = lab.keras.layers
    model, x, y = compiled(lab, [layers.Dense(32, activation="relu", input_shape=(16,)), layers.Dense(1)], (16,), 512)
    return lambda: model.fit(x, y, batch_size=16, epochs=1, verbose=0)


def train_on_batch(lab):
    layers = lab.keras.layers
    model, x, y = compiled(lab, [layers.Dense(32, activation="relu", input_shape=(16,)), layers.Dense(1)], (16,))
    return lambda: [model.train_on_batch(x, y) for _ in range(30)]


def predict_loop(lab):
    layers = lab.keras.layers
    model, x, _ = compiled(lab, [layers.Dense(32, activation="relu", input_shape=(16,)), layers.Dense(1)], (16,), 1)
    return lambda: [model.predict(x) for _ in range(10)]


def evaluate(lab):
    layers = lab.keras.layers
    model, x, y = compiled(lab, [layers.Dense(1, input_shape=(16,))], (16,), 256)
    return lambda: model.evaluate(x, y, batch_size=16, verbose=0)


def convolution_fit(lab):
    layers = lab.keras.layers
    model, x, y = compiled(
        lab, [layers.Conv2D(16, 3, activation="relu", input_shape=(24, 24, 3)), layers.Conv2D(16, 3), layers.Flatten(), layers.Dense(1)],
        (24, 24, 3),
    )  # fmt: skip
    return lambda: model.fit(x, y, batch_size=32, epochs=1, verbose=0)


def lstm_fit(lab):
    layers = lab.keras.layers
    model, x, y = compiled(lab, [layers.LSTM(32, input_shape=(20, 8)), layers.Dense(1)], (20, 8))
    return lambda: model.fit(x, y, batch_size=32, epochs=1, verbose=0)


def embedding_fit(lab):
    layers = lab.keras.layers
    model = lab.keras.Sequential([layers.Embedding(20000, 32), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    model.compile("adam", "mse")
    x = (lab.pattern(64, 10) * 9000 + 9500).astype("int32")
    y = lab.np.zeros((64, 1), "float32")
    return lambda: model.fit(x, y, batch_size=16, epochs=1, verbose=0)


def build_model(lab):
    layers = lab.keras.layers

    def build():
        given = layers.Input((16, 16, 3))
        hidden = given
        for _ in range(8):
            hidden = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(hidden)))
        return lab.keras.Model(given, hidden)

    return build


def augment_map(lab):
    layers = lab.keras.layers
    place = layers if hasattr(layers, "RandomRotation") else layers.experimental.preprocessing
    layer = lab.keras.Sequential([place.RandomRotation(0.1, input_shape=(32, 32, 3)), place.RandomZoom(0.2)])
    data = lab.tf.data.Dataset.from_tensor_slices(lab.pattern(64, 32, 32, 3)).batch(8)
    data = data.map(lambda image: layer(image, training=True))
    return lambda: [one for one in data]


def eager_loop(lab):
    if not lab.eager:
        raise ValueError("operations are not run eagerly by default")
    one = lab.constant(lab.pattern(8, 8))

    def loop():
        value = one
        for _ in range(300):
            value = lab.tf.tanh(lab.tf.matmul(value, one))
        return value

    return loop


add(
    "fit-small",
    "tf.keras.Model.fit",
    "an epoch of fit of a small dense model, 32 steps",
    small_fit,
    ("jit_compile", "run_eagerly"),
)
add(
    "train-on-batch",
    "tf.keras.Model.train_on_batch",
    "30 steps of train_on_batch of a small dense model",
    train_on_batch,
)
add("predict-loop", "tf.keras.Model.predict", "10 calls of predict with one row", predict_loop)
add("evaluate", "tf.keras.Model.evaluate", "evaluate of 16 batches", evaluate)
add(
    "fit-convolution",
    "tf.keras.layers.Conv2D",
    "two steps of fit of two convolutions on 32 images of 24x24",
    convolution_fit,
)
add("fit-lstm", "tf.keras.layers.LSTM", "two steps of fit of an LSTM(32) over 20 steps", lstm_fit)
add(
    "fit-embedding",
    ("tf.keras.layers.Embedding", "tf.keras.optimizers.Adam"),
    "four steps of fit of an Embedding of 20000x32 with Adam",
    embedding_fit,
)
add("build-model", "tf.keras.Model", "making a functional model of 24 layers", build_model)
add(
    "augmentation-map",
    ("tf.keras.layers.RandomRotation", "tf.keras.layers.RandomZoom"),
    "a pass over 8 batches with RandomRotation and RandomZoom in Dataset.map",
    augment_map,
)
add("eager-operations", "tf.matmul", "600 small operations one by one", eager_loop)
