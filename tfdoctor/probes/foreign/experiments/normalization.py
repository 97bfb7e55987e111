"""Normalisation: in training, inference and frozen, fused and not; moving averages; the other layers of the kind."""

from .lab import steps
from .registry import Family

FAMILY = Family("layer")
BATCH = "tf.keras.layers.BatchNormalization"
DEFAULTS = ("momentum", "epsilon", "center", "scale")


def normalized(lab, training, fused=None, shape=(2, 2, 2, 2), frozen=False, **more):
    """Return output and gradient of a BatchNormalization with fixed weights and moving averages."""
    if fused is not None:
        more["fused"] = fused
    layer = lab.keras.layers.BatchNormalization(**more)
    if frozen:
        layer.trainable = False
    return lab.layer(layer, lab.pattern(*shape), positive=True, training=training)


for _name, _words, _options in (
    ("training", "in training, on images", {"training": True}),
    ("inference", "in inference, on images", {"training": False}),
    ("frozen", "with trainable=False, called with training=True", {"training": True, "frozen": True}),
    ("training-fused", "fused, in training", {"training": True, "fused": True}),
    ("training-not-fused", "not fused, in training", {"training": True, "fused": False}),
    ("training-dense", "in training, on rows of 3", {"training": True, "shape": (4, 3)}),
    ("renorm", "with renorm=True, in training", {"training": True, "renorm": True}),
    ("synchronized", "with synchronized=True, in training", {"training": True, "synchronized": True}),
    ("virtual", "with virtual_batch_size=1, in training", {"training": True, "virtual_batch_size": 1}),
):
    FAMILY.add(
        "batchnorm-%s" % _name,
        BATCH,
        "Output and gradient of BatchNormalization %s, with fixed weights and moving averages." % _words,
        lambda lab, options=_options: normalized(lab, **options),
        DEFAULTS,
    )


def averages(lab, shape, **options):
    """Return moving mean and variance after 3 steps of training."""
    keras = lab.keras
    layer = keras.layers.BatchNormalization(input_shape=shape[1:], **options)
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), "mse")
    x = lab.pattern(*shape) * 2.0 + 1.0
    steps(lab, model, x, lab.np.zeros(shape, "float32"), 3)
    weights = layer.get_weights()
    return {"moving mean": weights[-2], "moving variance": weights[-1]}


for _name, _shape, _options in (
    ("fused", (2, 2, 2, 2), {}),
    ("not-fused", (2, 2, 2, 2), {"fused": False}),
    ("dense", (4, 3), {}),
):
    FAMILY.add(
        "batchnorm-averages-%s" % _name,
        BATCH,
        "Moving mean and variance of a BatchNormalization(%s) after 3 steps of training with inputs of %s: whether the "
        "variance is that of the sample." % (", ".join("%s=%s" % one for one in _options.items()), _shape),
        lambda lab, shape=_shape, options=_options: averages(lab, shape, **options),
        ("momentum", "epsilon", "fused"),
    )


@FAMILY.experiment(
    "batchnorm-frozen-model",
    (BATCH, "tf.keras.Model"),
    "Moving mean, and whether the output is normalised by the batch, of a frozen BatchNormalization in a model that is "
    "trained for 2 steps (trainable=False before compile).",
    ("momentum",),
)
def frozen_model(lab):
    keras = lab.keras
    layer = keras.layers.BatchNormalization(input_shape=(2,))
    layer.trainable = False
    model = keras.Sequential([layer, keras.layers.Dense(1, kernel_initializer="ones", use_bias=False)])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), "mse")
    x = lab.pattern(4, 2) + 2.0
    losses = steps(lab, model, x, lab.np.zeros((4, 1), "float32"), 2)
    return {"moving mean": layer.get_weights()[-2], "losses": losses}


@FAMILY.experiment(
    "batchnorm-no-training",
    (BATCH, "tf.keras.layers.Layer"),
    "Whether a BatchNormalization that is called without training= uses the averages or the batch, alone and by model(x).",
    ("training",),
)
def no_training(lab):
    keras = lab.keras
    x = lab.constant(lab.pattern(4, 2) + 5.0)
    model = keras.Sequential([keras.layers.BatchNormalization(input_shape=(2,))])
    found = {}
    for name, call in (("layer", keras.layers.BatchNormalization()), ("model", model)):
        found[name] = "averages" if lab.array(call(x)).mean() > 1.0 else "batch"
    return found


for _class, _options, _shape, _arguments in (
    ("LayerNormalization", {}, (2, 3, 4), ("axis", "epsilon", "center", "scale")),
    ("GroupNormalization", {"groups": 2}, (2, 2, 2, 4), ("groups", "axis", "epsilon")),
    ("UnitNormalization", {}, (2, 4), ("axis",)),
    ("RMSNormalization", {}, (2, 4), ("axis", "epsilon")),
):
    FAMILY.add(
        _class.replace("Normalization", "norm").lower(),
        "tf.keras.layers.%s" % _class,
        "Output and gradient of %s with fixed weights, on small numbers, so that epsilon counts." % _class,
        lambda lab, name=_class, options=_options, shape=_shape: lab.layer(
            lab.symbol("tf.keras.layers." + name)(**options), lab.pattern(*shape) * 0.05
        ),
        _arguments,
    )


@FAMILY.experiment(
    "spectralnorm",
    ("tf.keras.layers.SpectralNormalization",),
    "The kernel and output of SpectralNormalization(Dense(2)) after one call in training, fixed kernel.",
    ("power_iterations",),
)
def spectral(lab):
    layer = lab.symbol("tf.keras.layers.SpectralNormalization")(lab.keras.layers.Dense(2))
    x = lab.constant(lab.pattern(2, 3))
    layer(x)
    kernel = lab.pattern(3, 2)
    layer.set_weights([kernel if one.shape == (3, 2) else one * 0 + 0.5 for one in layer.get_weights()])
    return {"output": lab.array(layer(x, training=True))}


@FAMILY.experiment(
    "normalization-adapt",
    ("tf.keras.layers.Normalization",),
    "Output of Normalization() adapted to fixed rows, one of whose columns is constant.",
    ("axis", "mean", "variance", "invert"),
)
def adapt(lab):
    name = "tf.keras.layers.Normalization"
    made = lab.symbol(name if lab.has(name) else "tf.keras.layers.experimental.preprocessing.Normalization")
    layer = made()
    data = lab.pattern(6, 3)
    data[:, 2] = 1.0
    layer.adapt(data)
    return {"output": lab.array(layer(lab.constant(data[:2])))}


@FAMILY.experiment(
    "nn-normalization",
    ("tf.nn.batch_normalization", "tf.nn.moments", "tf.nn.l2_normalize", "tf.compat.v1.nn.fused_batch_norm"),
    "tf.nn.moments, l2_normalize of zeros and numbers, and compat.v1.nn.fused_batch_norm's variance of fixed numbers.",
    ("epsilon",),
)
def nn_normalization(lab):
    tf = lab.tf
    x = lab.constant(lab.pattern(2, 2, 2, 2))
    _, _, variance = lab.v1.nn.fused_batch_norm(x, tf.ones([2]), tf.zeros([2]))
    return {
        "moments": lab.np.concatenate(lab.array(list(tf.nn.moments(x, [0, 1, 2])))),
        "l2_normalize": lab.array(tf.nn.l2_normalize(tf.constant([[0.0, 0.0], [1e-7, 1e-7], [3.0, 4.0]]), 1)),
        "fused variance": lab.array(variance),
    }
