"""Activations: their values at fixed points, as functions and as layers with default arguments."""

from .registry import Family

FAMILY = Family("layer")
POINTS = [-5.0, -2.6, -1.0, -0.3, 0.0, 0.4, 1.0, 2.4, 2.9, 5.0, 7.0]
FUNCTIONS = (
    "relu", "relu6", "elu", "selu", "gelu", "swish", "silu", "softplus", "softsign", "sigmoid", "hard_sigmoid", "tanh",
    "exponential", "linear", "mish", "leaky_relu", "hard_silu", "log_softmax",
)  # fmt: skip
LAYERS = {
    "LeakyReLU": ("alpha", "negative_slope"),
    "ELU": ("alpha",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "ThresholdedReLU": ("theta",),
    "PReLU": ("alpha_initializer",),
    "Softmax": ("axis",),
}

for _name in FUNCTIONS:
    _symbol = "tf.keras.activations.%s" % _name
    FAMILY.add(
        "activation-%s" % _name.replace("_", "-"),
        _symbol,
        "%s at -5, -2.6, -1, -0.3, 0, 0.4, 1, 2.4, 2.9, 5 and 7." % _symbol,
        lambda lab, symbol=_symbol: {"values": lab.array(lab.symbol(symbol)(lab.tf.constant([POINTS])))},
        ("alpha", "approximate", "negative_slope"),
    )

for _name, _arguments in sorted(LAYERS.items()):
    _symbol = "tf.keras.layers.%s" % _name
    FAMILY.add(
        "activation-layer-%s" % _name.lower(),
        _symbol,
        "Output and gradient of %s() at fixed points." % _symbol,
        lambda lab, symbol=_symbol: lab.layer(lab.symbol(symbol)(), lab.np.array([POINTS], "float32"), weights=False),
        _arguments,
    )


@FAMILY.experiment(
    "activation-strings",
    ("tf.keras.activations.get",),
    "The values at -0.3 and 2.4 of the activations that strings name; a word where a string is not known.",
)
def strings(lab):
    found = {}
    for name in ("relu", "gelu", "hard_sigmoid", "swish", "leaky_relu", "silu", "mish", "relu6", "celu", "glu"):
        try:
            found[name] = lab.array(lab.keras.activations.get(name)(lab.tf.constant([[-0.3, 2.4]])))
        except Exception as error:
            found[name] = type(error).__name__
    return found


@FAMILY.experiment(
    "nn-leaky-relu",
    ("tf.nn.leaky_relu", "tf.nn.gelu"),
    "tf.nn.leaky_relu and tf.nn.gelu with default arguments at -1 and 2.4.",
    ("alpha", "approximate"),
)
def nn_functions(lab):
    points = lab.tf.constant([-1.0, 2.4])
    found = {"leaky_relu": lab.array(lab.tf.nn.leaky_relu(points))}
    found["gelu"] = lab.array(lab.tf.nn.gelu(points)) if hasattr(lab.tf.nn, "gelu") else "none"
    return found


@FAMILY.experiment(
    "softmax-mask",
    ("tf.keras.layers.Softmax",),
    "tf.keras.layers.Softmax called with a mask that leaves out the last two of four entries.",
    ("axis",),
)
def softmax_mask(lab):
    mask = lab.tf.constant([[True, True, False, False]])
    return {"output": lab.array(lab.keras.layers.Softmax()(lab.tf.constant([[1.0, 2.0, 3.0, 4.0]]), mask=mask))}
