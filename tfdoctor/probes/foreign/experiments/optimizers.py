"""Optimizers: where 25 steps lead on a fixed quadratic and with a sparse gradient, and which arguments count."""

from .registry import Family

FAMILY = Family("optimizer")
START = [1.0, -2.0, 0.5, 3.0]
CURVE = [1.0, 0.1, 4.0, 0.001]  # half of the second derivative, in each direction
COUNT = 25


def gradients(lab, variable):
    """Return the gradient of the quadratic sum(CURVE * variable ** 2)."""
    return 2.0 * lab.tf.constant(CURVE) * variable


def descend(lab, optimizer, count=COUNT, of=gradients, start=START):
    """Return the point after some steps of apply_gradients."""
    variable = lab.variable(lab.np.array(start, "float32"))
    if lab.eager:
        for _ in range(count):
            optimizer.apply_gradients([(of(lab, variable), variable)])
    else:
        step = optimizer.apply_gradients([(of(lab, variable), variable)])
        session = lab.session()
        for _ in range(count):
            session.run(step)
    return lab.array(variable)


def by_class_and_string(lab, symbol, string):
    """Return the point after the first and after 25 steps of default arguments, and by string."""
    made = lab.symbol(symbol)
    optimizer = made()
    found = {"learning rate": [lab.array(optimizer.learning_rate)]}
    found["after 1"] = descend(lab, optimizer, 1)
    found["after 25"] = descend(lab, made())
    try:
        found["by string"] = descend(lab, lab.keras.optimizers.get(string), 5)
    except ValueError:
        found["by string"] = "ValueError"
    return found


DEFAULTS = {
    "SGD": ("learning_rate", "momentum", "nesterov"),
    "Adam": ("learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"),
    "RMSprop": ("learning_rate", "rho", "momentum", "epsilon", "centered"),
    "Adagrad": ("learning_rate", "initial_accumulator_value", "epsilon"),
    "Adadelta": ("learning_rate", "rho", "epsilon"),
    "Adamax": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "Nadam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "Ftrl": ("learning_rate", "learning_rate_power", "initial_accumulator_value", "beta"),
    "AdamW": ("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"),
    "Adafactor": ("learning_rate", "beta_2_decay", "epsilon_1", "clip_threshold", "relative_step"),
    "Lion": ("learning_rate", "beta_1", "beta_2"),
}
for _class, _arguments in DEFAULTS.items():
    FAMILY.add(
        "%s-default" % _class.lower(),
        "tf.keras.optimizers.%s" % _class,
        "The point after 1 and 25 steps of %s() on a fixed quadratic, after 5 steps of the optimizer that the string "
        '"%s" names, and its learning rate.' % (_class, _class.lower()),
        lambda lab, name=_class: by_class_and_string(lab, "tf.keras.optimizers." + name, name.lower()),
        _arguments,
    )


def sparse(lab, optimizer):
    """Return 5 rows after 6 steps: the first 3 with gradients of the rows 1, 3, 1, the last 3 with those of 2, 2, 4."""
    tf = lab.tf
    variable = lab.variable(lab.pattern(5, 2))
    slices = [
        tf.IndexedSlices(tf.constant([[1.0, 0.5]] * 3), tf.constant(rows), tf.constant([5, 2]))
        for rows in ([1, 3, 1], [2, 2, 4])
    ]
    if lab.eager:
        for number in range(6):
            optimizer.apply_gradients([(slices[number // 3], variable)])
    else:
        both = [optimizer.apply_gradients([(one, variable)]) for one in slices]
        session = lab.session()
        for number in range(6):
            session.run(both[number // 3])
    return {"rows": lab.array(variable)}


SPARSE = {
    "sgd-momentum": ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    "adam": ("Adam", {"learning_rate": 0.1}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.1}),
    "adagrad": ("Adagrad", {"learning_rate": 0.1}),
    "nadam": ("Nadam", {"learning_rate": 0.1}),
    "ftrl": ("Ftrl", {"learning_rate": 0.1}),
}
for _name, (_class, _options) in SPARSE.items():
    FAMILY.add(
        "%s-sparse" % _name,
        ("tf.keras.optimizers.%s" % _class, "tf.keras.layers.Embedding"),
        "A table of 5x2 after 6 steps of %s with tf.IndexedSlices, of which the last 3 have no gradient for the first rows: "
        "whether rows without a gradient move on, and how gradients of one row add up." % _class,
        lambda lab, name=_class, options=_options: sparse(lab, getattr(lab.keras.optimizers, name)(**options)),
    )

OPTIONS = {
    "sgd-momentum": ("SGD", {"learning_rate": 0.02, "momentum": 0.9}, "momentum 0.9"),
    "sgd-nesterov": ("SGD", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True}, "Nesterov's momentum 0.9"),
    "adam-amsgrad": ("Adam", {"learning_rate": 0.1, "amsgrad": True}, "amsgrad"),
    "rmsprop-momentum": ("RMSprop", {"learning_rate": 0.01, "momentum": 0.9}, "momentum 0.9"),
    "rmsprop-centered": ("RMSprop", {"learning_rate": 0.01, "centered": True}, "centered"),
    "sgd-decay": ("SGD", {"learning_rate": 0.1, "decay": 0.5}, "decay=0.5"),
    "adam-decay": ("Adam", {"learning_rate": 0.1, "decay": 0.5}, "decay=0.5"),
    "sgd-lr": ("SGD", {"lr": 0.1}, "lr=0.1 for learning_rate"),
    "adam-lr": ("Adam", {"lr": 0.1}, "lr=0.1 for learning_rate"),
    "sgd-weight-decay": ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}, "weight_decay=0.1"),
    "adam-weight-decay": ("Adam", {"learning_rate": 0.1, "weight_decay": 0.1}, "weight_decay=0.1"),
    "sgd-ema": ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5}, "an average of the weights"),
    "ftrl-regularized": (
        "Ftrl",
        {"learning_rate": 0.1, "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.1},
        "l1 and l2 of 0.1",
    ),
}
for _name, (_class, _options, _words) in OPTIONS.items():
    FAMILY.add(
        _name,
        "tf.keras.optimizers.%s" % _class,
        "The point after 25 steps of %s with %s on a fixed quadratic." % (_class, _words),
        lambda lab, name=_class, options=_options: {
            "after 25": descend(lab, getattr(lab.keras.optimizers, name)(**options))
        },
    )

CLIPS = {
    "clipnorm": ({"clipnorm": 0.5}, "clipnorm=0.5"),
    "clipvalue": ({"clipvalue": 0.25}, "clipvalue=0.25"),
    "global-clipnorm": ({"global_clipnorm": 0.5}, "global_clipnorm=0.5"),
}


def clipped(lab, options, through):
    """Return two weights of one model, with gradients of different length, before and after one clipped step."""
    keras = lab.keras
    optimizer = keras.optimizers.SGD(learning_rate=1.0, **options)
    if through == "apply_gradients":
        one, other = lab.variable([0.0, 0.0]), lab.variable([0.0])
        pairs = [(lab.constant([3.0, 4.0]), one), (lab.constant([1.0]), other)]
        done = optimizer.apply_gradients(pairs)
        if not lab.eager:
            lab.run(done)
        return {"moved": lab.np.concatenate(lab.array([one, other]))}
    model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="zeros", input_shape=(2,))])
    model.compile(optimizer, "mae")
    x = lab.np.array([[3.0, 4.0]], "float32")
    y = lab.np.array([[-9.0]], "float32")
    if through == "fit":
        model.fit(x, y, epochs=1, verbose=0)
    else:
        model.train_on_batch(x, y)
    return {"moved": lab.np.concatenate([lab.np.ravel(one) for one in model.get_weights()])}


for _name, (_options, _words) in CLIPS.items():
    for _through in ("apply_gradients", "fit"):
        FAMILY.add(
            "%s-%s" % (_name, _through.partition("_")[0]),
            ("tf.keras.optimizers.SGD", "tf.keras.optimizers.Optimizer"),
            "How far one step of SGD(1.0, %s) through %s moves two variables with the gradients (3, 4) and 1."
            % (_words, _through),
            lambda lab, options=_options, through=_through: clipped(lab, options, through),
        )


def tiny(lab, variable):
    """Return a gradient so small that epsilon counts."""
    return lab.tf.constant([1e-6, 1e-7, 1e-8, 1e-4]) + 0.0 * variable


for _class in ("Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"):
    FAMILY.add(
        "%s-epsilon" % _class.lower(),
        "tf.keras.optimizers.%s" % _class,
        "How far 3 steps of %s() go with gradients of 1e-6, 1e-7, 1e-8 and 1e-4, from 0: what epsilon does." % _class,
        lambda lab, name=_class: {
            "after 3": descend(lab, getattr(lab.keras.optimizers, name)(), 3, tiny, [0.0, 0.0, 0.0, 0.0])
        },
        ("epsilon", "learning_rate"),
    )


@FAMILY.experiment(
    "variables",
    ("tf.keras.optimizers.Adam", "tf.keras.optimizers.Optimizer"),
    "The shapes of the variables of Adam, SGD and RMSprop after one step with two weights, and how many get_weights() gives.",
)
def variables(lab):
    found = {}
    for name in ("Adam", "SGD", "RMSprop"):
        optimizer = getattr(lab.keras.optimizers, name)()
        pairs = [(lab.constant(lab.pattern(*shape)), lab.variable(lab.pattern(*shape))) for shape in ((2, 3), (3,))]
        done = optimizer.apply_gradients(pairs)
        if not lab.eager:
            lab.run(done)
        kept = optimizer.variables
        kept = kept() if callable(kept) else kept
        found[name] = " ".join("x".join(str(int(size)) for size in one.shape) or "scalar" for one in kept)
        found["weights of " + name] = (
            "%d" % len(optimizer.get_weights()) if hasattr(optimizer, "get_weights") else "no get_weights"
        )
    return found


@FAMILY.experiment(
    "attributes",
    ("tf.keras.optimizers.Adam", "tf.keras.optimizers.Optimizer"),
    "Which attributes and methods an optimizer has that training loops use: lr, learning_rate, decay, iterations, ...",
)
def attributes(lab):
    optimizer = lab.keras.optimizers.Adam()
    names = (
        "lr", "learning_rate", "decay", "iterations", "get_updates", "get_gradients", "minimize", "apply_gradients",
        "get_weights", "set_weights", "weights", "_create_all_weights", "_set_hyper", "get_slot", "build", "apply",
    )  # fmt: skip
    return {"has": " ".join(name for name in names if hasattr(optimizer, name))}


@FAMILY.experiment(
    "second-variables",
    ("tf.keras.optimizers.Adam", "tf.keras.optimizers.Optimizer"),
    "Whether one optimizer instance that has trained one variable takes another one: both after two steps.",
)
def second_model(lab):
    optimizer = lab.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    found = {}
    for name in ("first", "second"):
        try:
            found[name] = descend(lab, optimizer, 2)
        except Exception as error:
            found[name] = type(error).__name__
    return found


@FAMILY.experiment(
    "learning-rate-set",
    ("tf.keras.optimizers.SGD", "tf.keras.backend.set_value"),
    "The learning rate after optimizer.learning_rate = 0.5, after optimizer.lr = 0.25, and after K.set_value(lr, 0.125).",
)
def rate_set(lab):
    found = {}

    def rate(optimizer):
        return [lab.array(optimizer.learning_rate)]

    optimizer = lab.keras.optimizers.SGD(learning_rate=1.0)
    optimizer.learning_rate = 0.5
    found["learning_rate"] = rate(optimizer)
    for name in ("lr", "set_value"):
        optimizer = lab.keras.optimizers.SGD(learning_rate=1.0)
        try:
            if name == "lr":
                optimizer.lr = 0.25
            else:
                lab.keras.backend.set_value(optimizer.lr, 0.125)
            found[name] = rate(optimizer)
        except Exception as error:
            found[name] = type(error).__name__
    return found


SCHEDULES = {
    "ExponentialDecay": (0.1, 10, 0.5),
    "PiecewiseConstantDecay": ([5, 10], [0.1, 0.05, 0.01]),
    "PolynomialDecay": (0.1, 20),
    "InverseTimeDecay": (0.1, 10, 0.5),
    "CosineDecay": (0.1, 20),
    "CosineDecayRestarts": (0.1, 10),
}


@FAMILY.experiment(
    "schedules",
    ["tf.keras.optimizers.schedules.%s" % name for name in sorted(SCHEDULES)],
    "The learning rates of each schedule at steps 0, 1, 5, 10, 15 and 30.",
    ("end_learning_rate", "power", "cycle", "staircase", "alpha", "t_mul", "m_mul"),
)
def schedules(lab):
    found = {}
    for name, given in sorted(SCHEDULES.items()):
        made = getattr(lab.keras.optimizers.schedules, name, None)
        if made is None:
            found[name] = "none"
            continue
        schedule = made(*given)
        found[name] = [lab.array(schedule(lab.tf.constant(step))) for step in (0, 1, 5, 10, 15, 30)]
    return found


@FAMILY.experiment(
    "legacy-adam",
    ("tf.keras.optimizers.legacy.Adam",),
    "The point after 25 steps of tf.keras.optimizers.legacy.Adam() on a fixed quadratic, and with decay=0.5.",
    ("learning_rate", "epsilon"),
)
def legacy_adam(lab):
    made = lab.symbol("tf.keras.optimizers.legacy.Adam")
    return {"after 25": descend(lab, made()), "with decay": descend(lab, made(0.1, decay=0.5))}


V1 = {
    "AdamOptimizer": {},
    "GradientDescentOptimizer": {"learning_rate": 0.01},
    "RMSPropOptimizer": {"learning_rate": 0.001},
    "AdagradOptimizer": {"learning_rate": 0.001},
    "AdadeltaOptimizer": {},
    "MomentumOptimizer": {"learning_rate": 0.01, "momentum": 0.9},
}
for _class, _options in V1.items():
    FAMILY.add(
        "v1-%s" % _class.replace("Optimizer", "").lower(),
        "tf.compat.v1.train.%s" % _class,
        "The point after 25 steps of tf.compat.v1.train.%s on a fixed quadratic, in a graph." % _class,
        lambda lab, name=_class, options=_options: v1_descend(lab, getattr(lab.v1.train, name)(**options)),
        ("epsilon", "initial_accumulator_value", "decay"),
    )


def v1_descend(lab, optimizer):
    """Return the point after 25 steps in a graph of its own."""
    v1 = lab.v1
    with v1.Graph().as_default(), v1.Session() as session:
        variable = v1.Variable(lab.np.array(START, "float32"), use_resource=False)
        step = optimizer.minimize(lab.tf.reduce_sum(lab.tf.constant(CURVE) * variable * variable))
        session.run(v1.global_variables_initializer())
        for _ in range(COUNT):
            session.run(step)
        return {"after 25": session.run(variable)}


@FAMILY.experiment(
    "mixed-precision",
    ("tf.keras.mixed_precision.LossScaleOptimizer",),
    "The scale of the loss that a LossScaleOptimizer starts with, and after a step whose gradients are not finite.",
    ("initial_scale", "dynamic_growth_steps"),
)
def mixed_precision(lab):
    optimizer = lab.symbol("tf.keras.mixed_precision.LossScaleOptimizer")(lab.keras.optimizers.SGD(learning_rate=0.1))
    found = {}

    def scale():
        value = getattr(optimizer, "dynamic_scale", None)
        value = optimizer.loss_scale if value is None else value
        return [lab.array(value() if callable(value) else value)]

    variable = lab.variable(lab.np.array([1.0], "float32"))
    if hasattr(optimizer, "build"):
        optimizer.build([variable])
    found["at first"] = scale()
    optimizer.apply_gradients([(lab.constant([float("inf")]), variable)])
    found["after infinity"] = scale()
    return found


@FAMILY.experiment(
    "reduce-on-plateau",
    ("tf.keras.callbacks.ReduceLROnPlateau",),
    "The learning rate after each of 6 epochs without progress with ReduceLROnPlateau(patience=2).",
    ("factor", "min_delta", "cooldown", "min_lr"),
)
def plateau(lab):
    optimizer = lab.keras.optimizers.SGD(learning_rate=0.5)
    model = lab.keras.Sequential([lab.keras.layers.Dense(1, input_shape=(1,))])
    model.compile(optimizer, "mse")
    callback = lab.keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=2)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch in range(6):
        callback.on_epoch_end(epoch, {"loss": 1.0})
        rates.append(lab.array(model.optimizer.learning_rate))
    return {"rates": rates}
