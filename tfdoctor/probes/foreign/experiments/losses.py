"""Losses: values by class and by string, reduction, weights, masks, logits, and what training reports of them."""

from .registry import Family

FAMILY = Family("loss")
LABELS = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
GUESSES = [[0.2, 0.9], [0.6, 0.3], [0.0, 1.0]]
ONE_HOT = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
SHARES = [[0.7, 0.2, 0.1], [0.1, 0.1, 0.9], [0.0, 0.0, 1.0]]
SPARSE = [[0], [1], [2]]
KINDS = {
    "BinaryCrossentropy": (LABELS, GUESSES, "binary_crossentropy", ("from_logits", "label_smoothing")),
    "CategoricalCrossentropy": (ONE_HOT, SHARES, "categorical_crossentropy", ("from_logits", "label_smoothing")),
    "SparseCategoricalCrossentropy": (
        SPARSE,
        SHARES,
        "sparse_categorical_crossentropy",
        ("from_logits", "ignore_class"),
    ),
    "MeanSquaredError": (LABELS, GUESSES, "mse", ()),
    "MeanAbsoluteError": (LABELS, GUESSES, "mae", ()),
    "MeanAbsolutePercentageError": (LABELS, GUESSES, "mape", ()),
    "MeanSquaredLogarithmicError": (LABELS, GUESSES, "msle", ()),
    "Huber": (LABELS, [[2.2, 0.9], [-3.6, 0.3], [0.0, 1.0]], "huber", ("delta",)),
    "LogCosh": (LABELS, [[2.2, 0.9], [-3.6, 0.3], [0.0, 1.0]], "log_cosh", ()),
    "KLDivergence": (ONE_HOT, SHARES, "kl_divergence", ()),
    "Poisson": (LABELS, GUESSES, "poisson", ()),
    "Hinge": (LABELS, GUESSES, "hinge", ()),
    "SquaredHinge": (LABELS, GUESSES, "squared_hinge", ()),
    "CategoricalHinge": (ONE_HOT, SHARES, "categorical_hinge", ()),
    "CosineSimilarity": (LABELS, GUESSES, "cosine_similarity", ("axis",)),
    "BinaryFocalCrossentropy": (
        LABELS,
        GUESSES,
        "binary_focal_crossentropy",
        ("gamma", "alpha", "apply_class_balancing"),
    ),
}


def valued(lab, symbol, labels, guesses, string):
    """Return a loss: as a class, weighted, without reduction, and as the function that a string names."""
    made = lab.symbol(symbol)
    labels, guesses = lab.tf.constant(labels), lab.tf.constant(guesses)
    found = {
        "class": [lab.array(made()(labels, guesses))],
        "weighted": [lab.array(made()(labels, guesses, sample_weight=lab.tf.constant([1.0, 0.0, 3.0])))],
        "each": lab.array(made(reduction="none")(labels, guesses)),
    }
    try:
        found["string"] = lab.array(lab.keras.losses.get(string)(labels, guesses))
    except Exception as error:
        found["string"] = type(error).__name__
    return found


for _class, (_labels, _guesses, _string, _arguments) in KINDS.items():
    _symbol = "tf.keras.losses.%s" % _class
    FAMILY.add(
        _class.lower(),
        _symbol,
        '%s(): its value, with the sample weights 1, 0 and 3, with reduction="none", and the function of the string "%s"; '
        "with guesses of exactly 0 and 1 among them." % (_symbol, _string),
        lambda lab, symbol=_symbol, given=(_labels, _guesses, _string): valued(lab, symbol, *given),
        ("reduction",) + _arguments,
    )


@FAMILY.experiment(
    "crossentropy-logits",
    ("tf.keras.losses.BinaryCrossentropy", "tf.keras.losses.CategoricalCrossentropy"),
    "Cross-entropies with from_logits=True of large and small logits, and with label_smoothing=0.1.",
)
def logits(lab):
    losses, tf = lab.keras.losses, lab.tf
    large = tf.constant([[20.0, -20.0, 0.0], [-100.0, 0.5, 100.0], [3.0, 2.0, 1.0]])
    labels = tf.constant(ONE_HOT)
    return {
        "binary": [lab.array(losses.BinaryCrossentropy(from_logits=True)(labels, large))],
        "categorical": [lab.array(losses.CategoricalCrossentropy(from_logits=True)(labels, large))],
        "sparse": [lab.array(losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant(SPARSE), large))],
        "smooth binary": [lab.array(losses.BinaryCrossentropy(label_smoothing=0.1)(labels, tf.constant(SHARES)))],
        "smooth categorical": [
            lab.array(losses.CategoricalCrossentropy(label_smoothing=0.1)(labels, tf.constant(SHARES)))
        ],
    }


@FAMILY.experiment(
    "softmax-output-logits",
    ("tf.keras.losses.categorical_crossentropy", "tf.keras.losses.sparse_categorical_crossentropy"),
    "The loss of a model with a softmax output that is sure and wrong: whether the logits behind the softmax are used "
    "(over 20) or the clipped probability (about 16).",
    ("from_logits",),
)
def sure_and_wrong(lab):
    keras = lab.keras
    found = {}
    for name, labels in (("categorical_crossentropy", [[0.0, 1.0]]), ("sparse_categorical_crossentropy", [[1]]),
                         ("binary_crossentropy", [[1.0]])):  # fmt: skip
        units, activation = (1, "sigmoid") if name.startswith("binary") else (2, "softmax")
        model = keras.Sequential([keras.layers.Dense(units, activation=activation, input_shape=(1,))])
        model.compile("sgd", name)
        model.set_weights([lab.np.array([[40.0, 0.0]] if units == 2 else [[-40.0]], "float32"), lab.np.zeros(units)])
        found[name] = [model.test_on_batch(lab.np.ones((1, 1), "float32"), lab.np.array(labels, "float32"))]
    return found


def linear_model(lab, loss="mse", metrics=None, **more):
    """Return a model that gives its input back, compiled without learning."""
    keras = lab.keras
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", input_shape=(1,))])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), loss, metrics=metrics, **more)
    return model


def history(lab, model, *data, **options):
    """Return what fit reports for one epoch: name -> number."""
    told = model.fit(*data, epochs=1, verbose=0, shuffle=False, **options).history
    return {name: [values[-1]] for name, values in told.items()}


@FAMILY.experiment(
    "reported-partial-batch",
    ("tf.keras.Model.fit", "tf.keras.Model.evaluate"),
    "The loss and the mae that fit and evaluate report for 5 samples in batches of 2: whether the last batch of one "
    "counts as much as the others.",
    ("batch_size",),
)
def partial_batch(lab):
    x = lab.np.array([[1.0], [2.0], [3.0], [4.0], [10.0]], "float32")
    y = lab.np.zeros((5, 1), "float32")
    model = linear_model(lab, metrics=["mae"])
    found = {"fit " + name: value for name, value in history(lab, model, x, y, batch_size=2).items()}
    found["evaluate"] = lab.np.ravel(model.evaluate(x, y, batch_size=2, verbose=0))
    return found


@FAMILY.experiment(
    "reported-sample-weight",
    ("tf.keras.Model.fit", "tf.keras.Model.evaluate"),
    "Loss, metrics and weighted_metrics that fit reports with the sample weights 1, 0, 2 and 3, in batches "
    "of 2, and with class_weight.",
)
def sample_weight(lab):
    np = lab.np
    x, y = np.array([[1.0], [2.0], [3.0], [5.0]], "float32"), np.zeros((4, 1), "float32")
    weight = np.array([1.0, 0.0, 2.0, 3.0], "float32")
    model = linear_model(lab, metrics=["mae"], weighted_metrics=["mae"])
    told = history(lab, model, x, y, batch_size=2, sample_weight=weight)
    found = {"fit": [value[0] for _, value in sorted(told.items())], "fit names": " ".join(sorted(told))}
    classes = np.array([[0.0], [0.0], [1.0], [1.0]], "float32")
    found["class_weight"] = (
        linear_model(lab)
        .fit(x, classes, batch_size=2, epochs=1, verbose=0, shuffle=False, class_weight={0: 1.0, 1: 3.0})
        .history["loss"]
    )
    return found


@FAMILY.experiment(
    "reported-masked",
    ("tf.keras.Model.fit", "tf.keras.layers.Masking"),
    "The loss and mae that evaluate reports for masked sequences of different length: how the padding counts.",
)
def masked_loss(lab):
    keras, np = lab.keras, lab.np
    x = np.array([[[1.0], [2.0], [3.0]], [[4.0], [0.0], [0.0]]], "float32")
    layer = keras.layers.SimpleRNN(
        1, return_sequences=True, activation="linear", use_bias=False, kernel_initializer="ones",
        recurrent_initializer="zeros",
    )  # fmt: skip
    model = keras.Sequential([keras.layers.Masking(input_shape=(3, 1)), layer])
    model.compile("sgd", "mse", metrics=["mae"])
    return {"evaluate": np.ravel(model.evaluate(x, np.zeros((2, 3, 1), "float32"), verbose=0))}


@FAMILY.experiment(
    "reported-regularized",
    ("tf.keras.Model.fit", "tf.keras.regularizers.L2"),
    "Loss that fit, evaluate and train_on_batch report with a penalty of 0.5 on a weight of 2 (whether it is added, and "
    "once), for a mean squared error of 4.",
)
def regularized(lab):
    keras, np = lab.keras, lab.np
    layer = keras.layers.Dense(
        1, use_bias=False, kernel_initializer=keras.initializers.Constant(2.0), input_shape=(1,),
        kernel_regularizer=keras.regularizers.l2(0.125),
    )  # fmt: skip
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), "mse")
    x, y = np.ones((2, 1), "float32"), np.zeros((2, 1), "float32")
    return {
        "fit": history(lab, model, x, y)["loss"],
        "evaluate": [model.evaluate(x, y, verbose=0)],
        "train_on_batch": [model.train_on_batch(x, y)],
    }


@FAMILY.experiment(
    "reported-two-outputs",
    ("tf.keras.Model.compile", "tf.keras.Model.fit"),
    "Names and values that fit reports for a model of two outputs with the loss weights 1 and 0.1.",
    ("loss_weights",),
)
def two_outputs(lab):
    keras, np = lab.keras, lab.np
    given = keras.layers.Input((1,))
    outputs = [keras.layers.Dense(1, kernel_initializer="ones", name=name)(given) for name in ("left", "right")]
    model = keras.Model(given, outputs)
    data = (np.ones((2, 1), "float32"), [np.zeros((2, 1), "float32"), np.full((2, 1), 3.0, "float32")])
    options = {"loss": ["mse", "mse"], "loss_weights": [1.0, 0.1]}
    model.compile(keras.optimizers.SGD(learning_rate=0.0), metrics=["mae"], **options)
    try:
        told = history(lab, model, *data)
        metrics = "for both"
    except ValueError:
        model.compile(keras.optimizers.SGD(learning_rate=0.0), metrics=[["mae"], ["mae"]], **options)
        told = history(lab, model, *data)
        metrics = "ValueError"
    names = sorted(told)
    return {"names": " ".join(names), "values": [told[name][0] for name in names], "one metric": metrics}


@FAMILY.experiment(
    "shapes-that-differ",
    ("tf.keras.Model.fit", "tf.keras.losses.MeanSquaredError"),
    "The loss of labels of shape (4,) with guesses of shape (4, 1): as a function, as a class, and in training (whether it "
    "is taken over 4 or over 16 pairs).",
)
def shapes(lab):
    np, losses = lab.np, lab.keras.losses
    labels, guesses = np.array([0.0, 1.0, 2.0, 3.0], "float32"), np.array([[0.0], [1.0], [2.0], [5.0]], "float32")
    found = {}
    for name, loss in (("class", losses.MeanSquaredError()), ("function", losses.get("mse"))):
        try:
            found[name] = lab.array(loss(lab.constant(labels), lab.constant(guesses)))
        except Exception as error:
            found[name] = type(error).__name__
    found["training"] = [linear_model(lab).train_on_batch(guesses, labels)]
    return found


@FAMILY.experiment(
    "user-function-reduced",
    ("tf.keras.Model.compile", "tf.keras.losses.Loss"),
    "How training reduces a loss function of the user that returns one number for each sample and step, with weights.",
)
def user_function(lab):
    np, tf = lab.np, lab.tf

    def own(labels, guesses):
        return tf.abs(labels - guesses)

    x, y = np.array([[1.0], [2.0], [6.0]], "float32"), np.zeros((3, 1), "float32")
    weight = np.array([1.0, 0.0, 2.0], "float32")
    return {
        "plain": [linear_model(lab, own).train_on_batch(x, y)],
        "weighted": [linear_model(lab, own).train_on_batch(x, y, sample_weight=weight)],
    }


@FAMILY.experiment(
    "on-batch-running",
    ("tf.keras.Model.train_on_batch", "tf.keras.Model.test_on_batch"),
    "Losses that train_on_batch and test_on_batch return for batches whose errors are 1, 3 and 5: each its own, or the "
    "mean of those until then.",
    ("reset_metrics",),
)
def on_batch_running(lab):
    np = lab.np
    model = linear_model(lab, "mae")
    y = np.zeros((1, 1), "float32")
    batches = [np.array([[number]], "float32") for number in (1.0, 3.0, 5.0)]
    return {
        "train": [model.train_on_batch(x, y) for x in batches],
        "test": [model.test_on_batch(x, y) for x in batches],
    }


@FAMILY.experiment(
    "auto-reduction",
    ("tf.keras.losses.Reduction", "tf.keras.losses.Loss"),
    "What reductions there are, and the default of MeanSquaredError.",
    ("reduction",),
)
def reductions(lab):
    loss = lab.keras.losses.MeanSquaredError()
    names = getattr(lab.keras.losses, "Reduction", None)
    return {"default": str(getattr(loss, "reduction", "none")), "Reduction": "there" if names else "none"}


@FAMILY.experiment(
    "nn-crossentropies",
    (
        "tf.nn.sigmoid_cross_entropy_with_logits",
        "tf.nn.softmax_cross_entropy_with_logits",
        "tf.compat.v1.losses.softmax_cross_entropy",
    ),
    "Cross-entropies of tf.nn and of tf.compat.v1.losses for fixed logits, with weights.",
    ("reduction",),
)
def nn_losses(lab):
    tf, v1 = lab.tf, lab.v1
    logits_, labels = tf.constant([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]]), tf.constant([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return {
        "sigmoid": lab.array(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits_)),
        "softmax": lab.array(tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits_)),
        "v1": [lab.array(v1.losses.softmax_cross_entropy(labels, logits_, weights=tf.constant([1.0, 0.0])))],
    }


@FAMILY.experiment(
    "ctc",
    ("tf.nn.ctc_loss", "tf.keras.backend.ctc_batch_cost"),
    "tf.keras.backend.ctc_batch_cost of two fixed sequences.",
)
def ctc(lab):
    guesses = lab.np.exp(lab.pattern(2, 5, 4))
    guesses = (guesses / guesses.sum(-1, keepdims=True)).astype("float32")
    cost = lab.symbol("tf.keras.backend.ctc_batch_cost")
    return {
        "cost": lab.array(
            cost(
                lab.tf.constant([[0, 1], [2, 2]]),
                lab.constant(guesses),
                lab.tf.constant([[5], [5]]),
                lab.tf.constant([[2], [2]]),
            )
        )
    }
