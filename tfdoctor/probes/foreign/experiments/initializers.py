"""Initial weights: which numbers a seed gives, how they spread by default, and what an instance gives twice."""

from .registry import Family

FAMILY = Family("initializer")
DRAWN = {
    "random-normal": ("RandomNormal", "random_normal", ("mean", "stddev")),
    "random-uniform": ("RandomUniform", "random_uniform", ("minval", "maxval")),
    "truncated-normal": ("TruncatedNormal", "truncated_normal", ("mean", "stddev")),
    "variance-scaling": ("VarianceScaling", "variance_scaling", ("scale", "mode", "distribution")),
    "glorot-uniform": ("GlorotUniform", "glorot_uniform", ()),
    "glorot-normal": ("GlorotNormal", "glorot_normal", ()),
    "he-uniform": ("HeUniform", "he_uniform", ()),
    "he-normal": ("HeNormal", "he_normal", ()),
    "lecun-uniform": ("LecunUniform", "lecun_uniform", ()),
    "lecun-normal": ("LecunNormal", "lecun_normal", ()),
    "orthogonal": ("Orthogonal", "orthogonal", ("gain",)),
}


def spread(lab, array):
    """Return deviation, and mean size as a part of it (0.9: uniform, 0.8: normal), so coarse that no seed counts."""
    deviation = float(lab.np.std(array))
    return [float("%.1g" % deviation), round(float(lab.np.abs(array).mean()) / deviation, 1) if deviation else 0.0]


def drawn(lab, *symbols):
    """Return what an initializer gives with a seed, and how it spreads."""
    make = lab.first(*symbols)
    small = lab.array(make(seed=3)([4, 3], dtype="float32"))
    large = lab.array(make(seed=3)([300, 200], dtype="float32"))
    return {"numbers": small, "spread": spread(lab, large)}


for _name, (_class, _function, _arguments) in sorted(DRAWN.items()):
    for _place in ("keras.initializers", "initializers"):
        _symbol = "tf.%s.%s" % (_place, _class if _place.startswith("keras") else _function)
        FAMILY.add(
            _name if _place.startswith("keras") else "%s-function" % _name,
            _symbol,
            "%s(seed=3) makes a 4x3 array (the numbers) and a 300x200 array (deviation and form)." % _symbol,
            lambda lab, symbols=(_symbol, "tf.%s.%s" % (_place, _function)): drawn(lab, *symbols),
            _arguments,
        )

for _function in ("random_normal", "random_uniform"):
    _symbol = "tf.%s_initializer" % _function
    FAMILY.add(
        "tf-%s" % _function.replace("_", "-"),
        _symbol,
        "%s(seed=3) makes a 4x3 array (the numbers) and a 300x200 array (deviation and form)." % _symbol,
        lambda lab, symbol=_symbol: drawn(lab, symbol),
        ("mean", "stddev", "minval", "maxval"),
    )


@FAMILY.experiment(
    "by-string",
    ("tf.keras.initializers.get",),
    "Deviation and form (0.9: uniform, 0.8: normal) of a 300x200 array of the initializers that strings name.",
)
def by_string(lab):
    found = {}
    for name in ("normal", "uniform", "random_normal", "random_uniform", "truncated_normal", "orthogonal"):
        try:
            array = lab.array(lab.keras.initializers.get(name)([300, 200], dtype="float32"))
            found[name] = spread(lab, array)
        except Exception as error:
            found[name] = type(error).__name__
    return found


@FAMILY.experiment(
    "instance-twice",
    ("tf.keras.initializers.GlorotUniform", "tf.keras.initializers.RandomNormal"),
    "Whether one instance without a seed gives the same numbers when it is called twice, as it is by two layers.",
    ("seed",),
)
def instance_twice(lab):
    found = {}
    for name in ("glorot_uniform", "RandomNormal", "orthogonal"):
        made = getattr(lab.keras.initializers, name)()
        one, other = lab.array(made([4, 3], dtype="float32")), lab.array(made([4, 3], dtype="float32"))
        found[name] = "the same" if (one == other).all() else "others"
    return found


@FAMILY.experiment(
    "instance-twice-seeded",
    ("tf.keras.initializers.GlorotUniform", "tf.keras.initializers.RandomNormal"),
    "Whether one instance with a seed gives the same numbers when it is called twice.",
)
def instance_twice_seeded(lab):
    found = {}
    for name in ("glorot_uniform", "RandomNormal", "orthogonal"):
        made = getattr(lab.keras.initializers, name)(seed=5)
        one, other = lab.array(made([4, 3], dtype="float32")), lab.array(made([4, 3], dtype="float32"))
        found[name] = "the same" if (one == other).all() else "others"
    return found


@FAMILY.experiment(
    "two-layers-one-instance",
    ("tf.keras.layers.Dense", "tf.keras.initializers.GlorotUniform"),
    "Whether two Dense layers that share one initializer without a seed start with the same weights.",
    ("seed",),
)
def two_layers(lab):
    shared = lab.keras.initializers.get("glorot_uniform")
    one, other = [lab.keras.layers.Dense(3, kernel_initializer=shared) for _ in range(2)]
    one.build((None, 4))
    other.build((None, 4))
    return {"kernels": "the same" if (one.get_weights()[0] == other.get_weights()[0]).all() else "others"}


def dense_kernel(lab):
    """Return the kernel of a new Dense layer."""
    layer = lab.keras.layers.Dense(3)
    layer.build((None, 4))
    return layer.get_weights()[0]


@FAMILY.experiment(
    "set-seed",
    ("tf.random.set_seed", "tf.keras.layers.Dense"),
    "The kernel of a Dense layer after tf.random.set_seed(11) (TensorFlow 1: tf.set_random_seed) and nothing else.",
    ("kernel_initializer",),
)
def set_seed(lab):
    lab.seed_tensorflow(11)
    return {"kernel": dense_kernel(lab)}


@FAMILY.experiment(
    "set-seed-reproduces",
    ("tf.random.set_seed", "tf.keras.layers.Dense"),
    "Whether tf.random.set_seed(11) alone gives a Dense layer the same kernel again in one process.",
    ("kernel_initializer",),
)
def set_seed_reproduces(lab):
    found = []
    for _ in range(2):
        lab.keras.backend.clear_session()
        lab.seed_tensorflow(11)
        found.append(dense_kernel(lab))
    return {"kernels": "the same" if (found[0] == found[1]).all() else "others"}


@FAMILY.experiment(
    "set-random-seed",
    ("tf.keras.utils.set_random_seed", "tf.keras.layers.Dense"),
    "The kernels of two Dense layers after tf.keras.utils.set_random_seed(11).",
    ("kernel_initializer",),
)
def set_random_seed(lab):
    lab.symbol("tf.keras.utils.set_random_seed")(11)
    return {"first": dense_kernel(lab), "second": dense_kernel(lab)}


@FAMILY.experiment(
    "layer-defaults",
    ("tf.keras.layers.Dense", "tf.keras.layers.Embedding", "tf.keras.layers.LSTM", "tf.keras.layers.Conv2D"),
    "Deviation and form (0.9: uniform, 0.8: normal) of the initial weights of layers with default arguments.",
    ("kernel_initializer", "embeddings_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias"),
)
def layer_defaults(lab):
    keras = lab.keras.layers
    made = {
        "Dense": (keras.Dense(200), (None, 300)),
        "Conv2D": (keras.Conv2D(40, 5), (None, 20, 20, 60)),
        "DepthwiseConv2D": (keras.DepthwiseConv2D(5), (None, 20, 20, 900)),
        "Embedding": (keras.Embedding(300, 100), (None, 4)),
        "LSTM": (keras.LSTM(70), (None, 4, 300)),
        "GRU": (keras.GRU(70), (None, 4, 300)),
    }
    found = {}
    for name, (layer, shape) in sorted(made.items()):
        layer.build(shape)
        weights = layer.get_weights()
        found[name] = spread(lab, weights[0])
        if name in ("LSTM", "GRU"):
            found[name + " recurrent"] = spread(lab, weights[1])
            found[name + " bias"] = [lab.np.mean(weights[2])]
    return found


@FAMILY.experiment(
    "get-variable",
    ("tf.compat.v1.get_variable",),
    "The initial value of a variable of tf.compat.v1.get_variable in a graph of its own with a seed.",
    ("initializer",),
)
def get_variable(lab):
    v1 = lab.v1
    with v1.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(11)
        variable = v1.get_variable("weights", [4, 3])
        session.run(variable.initializer)
        return {"weights": session.run(variable)}
