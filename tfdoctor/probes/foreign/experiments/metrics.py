"""Metrics: what strings resolve to, values by class, and what fit and evaluate call them."""

from .registry import Family

FAMILY = Family("metric")

# What "accuracy" is taken as depends on the shapes: here every way of taking it gives another number.
SHAPES = {
    "binary": (1, "sigmoid", "binary_crossentropy"),
    "one-hot": (3, "softmax", "categorical_crossentropy"),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy"),
    "multi-label": (3, "sigmoid", "binary_crossentropy"),
    "two-units-binary": (2, "sigmoid", "binary_crossentropy"),
    "row-of-binaries": (0, "sigmoid", "binary_crossentropy"),
}
LABELS = {
    "binary": [[1.0], [0.0], [1.0], [1.0]],
    "one-hot": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
    "sparse": [[0], [1], [2], [0]],
    "multi-label": [[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0]],
    "two-units-binary": [[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0]],
    "row-of-binaries": [[1.0, 0.0, 1.0, 1.0, 0.0]],
}


def named(lab, kind, string):
    """Return what a metric that a string names reports for a model of some form of output."""
    keras, np = lab.keras, lab.np
    units, activation, loss = SHAPES[kind]
    if kind == "row-of-binaries":
        layers = [keras.layers.Dense(1, activation=activation, input_shape=(5, 1)), keras.layers.Reshape((-1,))]
        x = np.array([[[2.0], [-1.0], [-3.0], [1.0], [-2.0]]], "float32")
        kernel = np.ones((1, 1))
    else:
        layers = [keras.layers.Dense(units, activation=activation, input_shape=(2,))]
        x = np.array([[3.0, -1.0], [-1.0, 2.0], [0.5, 0.5], [-2.0, 0.25]], "float32")
        kernel = lab.pattern(2, units, shift=1)
    model = keras.Sequential(layers)
    model.compile("sgd", loss, metrics=[string])
    model.set_weights([kernel, np.zeros(max(units, 1))])
    y = np.array(LABELS[kind])
    told = model.evaluate(x, y, verbose=0)
    return {"value": [told[1]]}


for _kind, (_units, _activation, _loss) in SHAPES.items():
    FAMILY.add(
        "accuracy-%s" % _kind,
        ("tf.keras.Model.compile", "tf.keras.metrics.Accuracy"),
        'What metrics=["accuracy"] reports for %s labels (%s) of a model with %s and the loss %s: each meaning of accuracy '
        "gives another number." % (_kind.replace("-", " "), LABELS[_kind], _activation, _loss),
        lambda lab, kind=_kind: named(lab, kind, "accuracy"),
        ("metrics",),
    )


@FAMILY.experiment(
    "names",
    ("tf.keras.Model.fit", "tf.keras.Model.compile"),
    'The keys of history for the metrics "acc", "accuracy", "mse", a second AUC() of the process, and a function.',
)
def names(lab):
    keras = lab.keras
    keras.metrics.AUC()

    def own(labels, guesses):
        return lab.tf.abs(labels - guesses)

    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(2,))])
    metrics = ["acc", "accuracy", "mse", keras.metrics.AUC(), own]
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    x, y = lab.pattern(4, 2), lab.np.array([[0.0], [1.0], [1.0], [0.0]], "float32")
    told = model.fit(x, y, epochs=1, verbose=0, validation_data=(x, y))
    return {"keys": " ".join(sorted(told.history))}


TRUTH = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0]
GUESSED = [0.9, 0.4, 0.5, 0.35, 0.5, 0.1, 0.8, 0.6]
WEIGHTS = [1.0, 2.0, 0.5, 1.0, 1.0, 0.0, 2.0, 1.0]
BY_CLASS = {
    "AUC": ({}, ("num_thresholds", "curve", "summation_method")),
    "Precision": ({}, ("thresholds", "top_k")),
    "Recall": ({}, ("thresholds", "top_k")),
    "BinaryAccuracy": ({}, ("threshold",)),
    "BinaryCrossentropy": ({}, ("from_logits",)),
    "MeanSquaredError": ({}, ()),
    "RootMeanSquaredError": ({}, ()),
    "CosineSimilarity": ({}, ("axis",)),
    "Hinge": ({}, ()),
    "KLDivergence": ({}, ()),
    "LogCoshError": ({}, ()),
    "Poisson": ({}, ()),
    "TruePositives": ({}, ("thresholds",)),
    "PrecisionAtRecall": ({"recall": 0.5}, ("num_thresholds",)),
    "SensitivityAtSpecificity": ({"specificity": 0.5}, ("num_thresholds",)),
    "MeanIoU": ({"num_classes": 2}, ()),
    "F1Score": ({"threshold": 0.5}, ("average",)),
    "R2Score": ({}, ("class_aggregation",)),
}


def valued(lab, symbol, options):
    """Return a metric after one update, after a second with weights, and after a reset."""
    metric = lab.symbol(symbol)(**options)
    shape = [8] if "MeanIoU" in symbol else [8, 1]
    truth, guessed = lab.tf.constant(TRUTH, shape=shape), lab.tf.constant(GUESSED, shape=shape)
    found = {}

    def update(**more):
        done = metric.update_state(truth, guessed, **more)
        if not lab.eager:
            lab.run(done)
        return lab.array(metric.result())

    found["once"] = update()
    try:
        found["weighted"] = update(sample_weight=lab.tf.constant(WEIGHTS))
    except Exception as error:
        found["weighted"] = type(error).__name__
    getattr(metric, "reset_state", getattr(metric, "reset_states", None))()
    found["reset"] = lab.array(metric.result())
    return found


for _class, (_options, _arguments) in BY_CLASS.items():
    _symbol = "tf.keras.metrics.%s" % _class
    FAMILY.add(
        _class.lower(),
        _symbol,
        "%s(%s) of 8 fixed guesses, two of them exactly 0.5: after one update, after one more with weights, and reset."
        % (_symbol, ", ".join("%s=%s" % one for one in _options.items())),
        lambda lab, symbol=_symbol, options=_options: valued(lab, symbol, options),
        _arguments,
    )


@FAMILY.experiment(
    "auc-multi-label",
    ("tf.keras.metrics.AUC",),
    "AUC() and AUC(multi_label=True) of 4x3 labels, and AUC(curve='PR').",
    ("num_thresholds", "summation_method", "num_labels"),
)
def auc_labels(lab):
    found = {}
    for name, options in (("plain", {}), ("multi_label", {"multi_label": True}), ("PR", {"curve": "PR"})):
        try:
            metric = lab.keras.metrics.AUC(**options)
        except TypeError:
            found[name] = "TypeError"
            continue
        done = metric.update_state(
            lab.tf.constant(LABELS["multi-label"]), lab.tf.constant((lab.pattern(4, 3) + 1.0) / 2.0)
        )
        if not lab.eager:
            lab.run(done)
        found[name] = [lab.array(metric.result())]
    return found


@FAMILY.experiment(
    "top-k",
    ("tf.keras.metrics.TopKCategoricalAccuracy", "tf.keras.metrics.SparseTopKCategoricalAccuracy"),
    "Top-2 accuracies of guesses with ties.",
    ("k",),
)
def top_k(lab):
    guesses = lab.tf.constant([[0.5, 0.5, 0.5, 0.1], [0.1, 0.2, 0.3, 0.4], [0.3, 0.3, 0.2, 0.2]])
    one_hot = lab.tf.constant([[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    sparse = lab.tf.constant([2, 2, 2])
    metrics = lab.keras.metrics
    return {
        "one-hot": lab.array(metrics.top_k_categorical_accuracy(one_hot, guesses, k=2)) * 1.0,
        "sparse": lab.array(metrics.sparse_top_k_categorical_accuracy(sparse, guesses, k=2)) * 1.0,
    }


@FAMILY.experiment(
    "precision-top-k",
    ("tf.keras.metrics.Precision", "tf.keras.metrics.Recall"),
    "Precision(top_k=2) and Precision(class_id=1) of 4x3 labels.",
)
def precision_top_k(lab):
    found = {}
    for name, options in (
        ("top_k", {"top_k": 2}),
        ("class_id", {"class_id": 1}),
        ("thresholds", {"thresholds": [0.2, 0.8]}),
    ):
        metric = lab.keras.metrics.Precision(**options)
        done = metric.update_state(
            lab.tf.constant(LABELS["multi-label"]), lab.tf.constant((lab.pattern(4, 3) + 1.0) / 2.0)
        )
        if not lab.eager:
            lab.run(done)
        found[name] = lab.array(metric.result())
    return found


@FAMILY.experiment(
    "mean-weighted",
    ("tf.keras.metrics.Mean", "tf.keras.metrics.Sum"),
    "Mean() and Sum() of a vector with weights, and of nothing.",
)
def mean_weighted(lab):
    found = {}
    for name in ("Mean", "Sum"):
        metric = getattr(lab.keras.metrics, name)()
        found[name + " of nothing"] = lab.array(metric.result())
        done = metric.update_state(lab.tf.constant([1.0, 2.0, 6.0]), sample_weight=lab.tf.constant([1.0, 0.0, 3.0]))
        if not lab.eager:
            lab.run(done)
        found[name] = lab.array(metric.result())
    return found


@FAMILY.experiment(
    "stateful-in-fit",
    ("tf.keras.metrics.AUC", "tf.keras.Model.fit"),
    "AUC and Precision that fit reports for two epochs of 3 batches: whether the state of an epoch goes on, and "
    "whether the value is that of the whole epoch.",
)
def stateful_fit(lab):
    keras, np = lab.keras, lab.np
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones", input_shape=(1,))])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), "binary_crossentropy",
                  metrics=[keras.metrics.AUC(name="auc"), keras.metrics.Precision(name="precision")])  # fmt: skip
    x = np.array([[2.0], [-1.0], [0.5], [-0.5], [1.0], [-3.0]], "float32")
    y = np.array([[1.0], [0.0], [0.0], [1.0], [1.0], [0.0]], "float32")
    told = model.fit(x, y, batch_size=2, epochs=2, verbose=0, shuffle=False).history
    return {name: told[name] for name in ("auc", "precision")}
