"""Recurrent layers: default activations and gates, masks, directions, states."""

from .registry import Family

FAMILY = Family("layer")
GATES = ("activation", "recurrent_activation", "use_bias")


def add(name, symbol, words, make, shape, arguments=(), **call):
    """Add an experiment: output and gradient of a layer for fixed numbers of a shape."""
    FAMILY.add(
        name,
        symbol,
        "Output, gradient and shapes of weights of %s with fixed weights and input." % words,
        lambda lab: lab.layer(make(lab.keras.layers), lab.pattern(*shape) * 2.0, **call),
        arguments,
    )


add(
    "lstm-default",
    "tf.keras.layers.LSTM",
    "LSTM(2)",
    lambda k: k.LSTM(2),
    (2, 4, 3),
    GATES + ("implementation", "unit_forget_bias"),
)
add(
    "gru-default",
    "tf.keras.layers.GRU",
    "GRU(2)",
    lambda k: k.GRU(2),
    (2, 4, 3),
    GATES + ("reset_after", "implementation"),
)
add("gru-reset-before", "tf.keras.layers.GRU", 'GRU(2, reset_after=False, recurrent_activation="sigmoid")',
    lambda k: k.GRU(2, reset_after=False, recurrent_activation="sigmoid"), (2, 4, 3))  # fmt: skip
add("gru-reset-after", "tf.keras.layers.GRU", 'GRU(2, reset_after=True, recurrent_activation="sigmoid")',
    lambda k: k.GRU(2, reset_after=True, recurrent_activation="sigmoid"), (2, 4, 3))  # fmt: skip
add("lstm-sigmoid", "tf.keras.layers.LSTM", 'LSTM(2, recurrent_activation="sigmoid")',
    lambda k: k.LSTM(2, recurrent_activation="sigmoid"), (2, 4, 3))  # fmt: skip
add("simple-rnn", "tf.keras.layers.SimpleRNN", "SimpleRNN(2)", lambda k: k.SimpleRNN(2), (2, 4, 3), ("activation",))
add("conv-lstm", "tf.keras.layers.ConvLSTM2D", "ConvLSTM2D(2, 2)", lambda k: k.ConvLSTM2D(2, 2), (1, 3, 3, 3, 1), GATES)
add("bidirectional-default", ("tf.keras.layers.Bidirectional",), "Bidirectional(SimpleRNN(2, return_sequences=True))",
    lambda k: k.Bidirectional(k.SimpleRNN(2, return_sequences=True)), (1, 3, 2), ("merge_mode",))  # fmt: skip
add("rnn-gru-cell", ("tf.keras.layers.RNN", "tf.keras.layers.GRUCell"), "RNN(GRUCell(2))",
    lambda k: k.RNN(k.GRUCell(2)), (2, 4, 3), GATES + ("reset_after",))  # fmt: skip
add("time-distributed", "tf.keras.layers.TimeDistributed", "TimeDistributed(Dense(2))",
    lambda k: k.TimeDistributed(k.Dense(2)), (2, 3, 4))  # fmt: skip


def masked(lab, layers):
    """Return what a model of Masking and layers gives for sequences with zeros at the end, in the middle, and alone."""
    keras = lab.keras
    model = keras.Sequential([keras.layers.Masking(input_shape=(4, 2))] + layers)
    lab.fill(model)
    data = lab.pattern(3, 4, 2)
    data[0, 2:] = 0.0
    data[1, 1] = 0.0
    data[2] = 0.0
    return lab.array(model(lab.constant(data)))


MASKS = {
    "lstm-sequences": ("LSTM", {"recurrent_activation": "sigmoid", "return_sequences": True}, "all steps"),
    "gru": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": True}, "the last state"),
    "simple-rnn-backwards": ("SimpleRNN", {"go_backwards": True}, "the last state, backwards"),
}
for _name, (_class, _options, _words) in MASKS.items():
    FAMILY.add(
        "masked-%s" % _name,
        ("tf.keras.layers.%s" % _class, "tf.keras.layers.Masking"),
        "Output of %s (%s) after Masking() of three sequences: padded at its end, with a gap, and of padding alone."
        % (_class, _words),
        lambda lab, name=_class, options=_options: {
            "output": masked(lab, [getattr(lab.keras.layers, name)(2, **options)])
        },
        ("zero_output_for_mask",),
    )


@FAMILY.experiment(
    "masked-bidirectional",
    ("tf.keras.layers.Bidirectional", "tf.keras.layers.Masking"),
    "Output of Bidirectional(SimpleRNN(2)) after Masking() of three sequences: padded at its end, with a gap, and of padding alone.",
    ("merge_mode",),
)
def masked_bidirectional(lab):
    layers = lab.keras.layers
    return {"output": masked(lab, [layers.Bidirectional(layers.SimpleRNN(2))])}


@FAMILY.experiment(
    "stateful",
    ("tf.keras.layers.SimpleRNN", "tf.keras.layers.RNN"),
    "Outputs of a stateful SimpleRNN(2) for one batch twice, and again after reset_states().",
    ("stateful",),
)
def stateful(lab):
    keras = lab.keras
    layer = keras.layers.SimpleRNN(2, stateful=True)
    given = keras.layers.Input(batch_shape=(1, 3, 2))
    model = keras.Model(given, layer(given))
    lab.fill(layer)
    data = lab.pattern(1, 3, 2)
    found = {"first": model.predict(data), "second": model.predict(data)}
    (layer.reset_states if hasattr(layer, "reset_states") else layer.reset_state)()
    found["after reset"] = model.predict(data)
    return found


@FAMILY.experiment(
    "rnn-dropout-seed",
    ("tf.keras.layers.SimpleRNN",),
    "Output of SimpleRNN(4, dropout=0.5) in training after tf.random.set_seed(7).",
    ("seed",),
)
def rnn_dropout(lab):
    x = lab.constant(lab.pattern(1, 4, 3))
    layer = lab.keras.layers.SimpleRNN(4, dropout=0.5)
    layer(x)
    lab.fill(layer)
    lab.seed_tensorflow(7)
    return {"output": lab.array(layer(x, training=True))}


@FAMILY.experiment(
    "rnn-dropout-mask",
    ("tf.keras.layers.SimpleRNN", "tf.keras.layers.LSTM"),
    "Whether SimpleRNN(dropout=0.5) drops the same inputs at each step of a sequence.",
    ("dropout",),
)
def dropout_mask(lab):
    keras = lab.keras
    layer = keras.layers.SimpleRNN(
        64, dropout=0.5, activation="linear", use_bias=False, return_sequences=True, kernel_initializer="identity",
        recurrent_initializer="zeros",
    )  # fmt: skip
    output = lab.array(layer(lab.tf.ones([1, 2, 64]), training=True))[0]
    return {"steps": "the same" if ((output[0] == 0) == (output[1] == 0)).all() else "others"}


@FAMILY.experiment(
    "return-state",
    ("tf.keras.layers.RNN", "tf.keras.layers.Bidirectional"),
    "How many tensors SimpleRNN(return_state=True) and Bidirectional of it return, and whether as a list or a tuple.",
)
def return_state(lab):
    layers = lab.keras.layers
    x = lab.constant(lab.pattern(1, 3, 2))
    found = {}
    for name, layer in (("simple", layers.SimpleRNN(2, return_state=True)),
                        ("bidirectional", layers.Bidirectional(layers.SimpleRNN(2, return_state=True)))):  # fmt: skip
        output = layer(x)
        found[name] = "%s of %d" % (type(output).__name__.replace("ListWrapper", "list"), len(output))
    return found
