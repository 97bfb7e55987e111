"""Whole trainings of three small models: from fixed weights, which shows arithmetic, and from seeds, as users do it."""

from .registry import Family

FAMILY = Family("training")
EPOCHS = 6


def task(lab, shape, classes):
    """Return fixed samples and labels that can be learnt."""
    np = lab.np
    x = lab.pattern(48, *shape)
    flat = x.reshape(48, -1)
    score = flat[:, :6].sum(1)
    y = np.digitize(score, np.quantile(score, [part / float(classes) for part in range(1, classes)]))
    return x, y.astype("int32")


def dense(lab, fixed):
    """Return a model of dense layers, for 8 numbers and 3 classes."""
    layers = lab.keras.layers
    model = lab.keras.Sequential(
        [
            layers.Dense(16, activation="relu", input_shape=(8,)),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    return model, task(lab, (8,), 3)


def convolutional(lab, fixed):
    """Return a model of convolutions, for images of 8x8 and 2 classes; nothing is dropped where weights are fixed."""
    layers = lab.keras.layers
    made = [
        layers.Conv2D(4, 3, padding="same", activation="relu", input_shape=(8, 8, 1)),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ]
    return lab.keras.Sequential(made if fixed else made[:3] + [layers.Dropout(0.25)] + made[3:]), task(
        lab, (8, 8, 1), 2
    )


def recurrent(lab, fixed):
    """Return an embedding and a GRU, for sequences of 6 words and 2 classes."""
    layers = lab.keras.layers
    x, y = task(lab, (6,), 2)
    given = layers.Input((6,), dtype="int32")
    hidden = layers.GRU(8, unroll=True)(layers.Embedding(21, 6)(given))
    return lab.keras.Model(given, layers.Dense(2, activation="softmax")(hidden)), (((x + 1.0) * 10).astype("int32"), y)


MODELS = {
    "dense": (dense, "adam", "Dense, BatchNormalization, Dense", ("tf.keras.layers.Dense", "tf.keras.optimizers.Adam")),
    "convolutional": (
        convolutional,
        "rmsprop",
        "Conv2D, MaxPooling2D, Dropout, Dense",
        ("tf.keras.layers.Conv2D", "tf.keras.optimizers.RMSprop"),
    ),
    "recurrent": (recurrent, "adam", "Embedding, GRU, Dense", ("tf.keras.layers.GRU", "tf.keras.optimizers.Adam")),
}


def learned(lab, make, optimizer, fixed):
    """Return loss and accuracy of each epoch."""
    lab.seed(7)
    model, (x, y) = make(lab, fixed)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    if fixed:
        weights = model.get_weights()
        model.set_weights([
            one if "variance" in name or "gamma" in name else lab.pattern(*one.shape, shift=at) * 0.4
            for at, (one, name) in enumerate(zip(weights, [weight.name for weight in model.weights]))
        ])  # fmt: skip
    told = model.fit(x, y, batch_size=16, epochs=EPOCHS, verbose=0, shuffle=not fixed).history
    key = "accuracy" if "accuracy" in told else "acc"
    return {"loss": told["loss"], "accuracy": told[key]}


for _name, (_make, _optimizer, _words, _subject) in MODELS.items():
    for _fixed in (True, False):
        FAMILY.add(
            "%s-%s" % (_name, "fixed" if _fixed else "seeded"),
            ("tf.keras.Model.fit",) + _subject,
            "Loss and accuracy of %d epochs of a model of %s with %s, %s."
            % (
                EPOCHS,
                _words,
                _optimizer,
                "from fixed weights, without shuffling" if _fixed else "with Python, NumPy and TensorFlow seeded",
            ),
            lambda lab, given=(_make, _optimizer, _fixed): learned(lab, *given),
            ("learning_rate", "recurrent_activation", "reset_after", "epsilon")
            if _fixed
            else ("kernel_initializer", "shuffle"),
        )
