"""Layers without memory: output and gradient with fixed weights, edges of padding and pooling, masks, attention."""

from .registry import Family

FAMILY = Family("layer")


def add(name, symbol, words, make, shape, arguments=(), **call):
    """Add an experiment: output and gradient of a layer for fixed numbers of a shape."""
    shapes = shape if isinstance(shape, list) else [shape]
    FAMILY.add(
        name,
        symbol,
        "Output and gradient of %s with fixed weights and input." % words,
        lambda lab: lab.layer(
            make(lab.keras.layers), [lab.pattern(*one, shift=3 * number) for number, one in enumerate(shapes)], **call
        ),
        arguments,
    )


add(
    "dense",
    "tf.keras.layers.Dense",
    "Dense(3) on a batch of sequences",
    lambda k: k.Dense(3),
    (2, 3, 4),
    ("activation", "use_bias"),
)
add("conv1d-causal", "tf.keras.layers.Conv1D", 'Conv1D(2, 3, padding="causal", dilation_rate=2)',
    lambda k: k.Conv1D(2, 3, padding="causal", dilation_rate=2), (1, 6, 2))  # fmt: skip
add("conv2d-same-strides", "tf.keras.layers.Conv2D", 'Conv2D(2, 3, strides=2, padding="same") on 5x6',
    lambda k: k.Conv2D(2, 3, strides=2, padding="same"), (1, 5, 6, 2), ("data_format", "dilation_rate"))  # fmt: skip
add("conv2d-valid", "tf.keras.layers.Conv2D", "Conv2D(2, 3) with default arguments",
    lambda k: k.Conv2D(2, 3), (1, 5, 5, 2), ("strides", "padding", "data_format"))  # fmt: skip
add("conv2d-dilated", "tf.keras.layers.Conv2D", "Conv2D(2, 2, dilation_rate=2)",
    lambda k: k.Conv2D(2, 2, dilation_rate=2), (1, 5, 5, 2))  # fmt: skip
add(
    "conv2d-groups",
    "tf.keras.layers.Conv2D",
    "Conv2D(4, 2, groups=2)",
    lambda k: k.Conv2D(4, 2, groups=2),
    (1, 4, 4, 4),
)
add("conv3d", "tf.keras.layers.Conv3D", 'Conv3D(2, 2, padding="same")',
    lambda k: k.Conv3D(2, 2, padding="same"), (1, 3, 3, 3, 2))  # fmt: skip
add("depthwise-conv2d", "tf.keras.layers.DepthwiseConv2D", "DepthwiseConv2D(3, depth_multiplier=2)",
    lambda k: k.DepthwiseConv2D(3, depth_multiplier=2), (1, 5, 5, 2))  # fmt: skip
add("separable-conv2d", "tf.keras.layers.SeparableConv2D", 'SeparableConv2D(3, 3, padding="same")',
    lambda k: k.SeparableConv2D(3, 3, padding="same"), (1, 4, 4, 2))  # fmt: skip
add("conv2d-transpose-same", "tf.keras.layers.Conv2DTranspose", 'Conv2DTranspose(2, 3, strides=2, padding="same")',
    lambda k: k.Conv2DTranspose(2, 3, strides=2, padding="same"), (1, 3, 3, 2), ("output_padding",))  # fmt: skip
add("conv2d-transpose-valid", "tf.keras.layers.Conv2DTranspose", "Conv2DTranspose(2, 2, strides=3)",
    lambda k: k.Conv2DTranspose(2, 2, strides=3), (1, 3, 3, 2), ("output_padding", "padding"))  # fmt: skip
add("conv2d-transpose-output-padding", "tf.keras.layers.Conv2DTranspose", "Conv2DTranspose(1, 3, strides=2, output_padding=1)",
    lambda k: k.Conv2DTranspose(1, 3, strides=2, output_padding=1), (1, 3, 3, 2))  # fmt: skip
add("conv1d-transpose", "tf.keras.layers.Conv1DTranspose", 'Conv1DTranspose(2, 3, strides=2, padding="same")',
    lambda k: k.Conv1DTranspose(2, 3, strides=2, padding="same"), (1, 4, 2))  # fmt: skip
add("max-pool-same", "tf.keras.layers.MaxPooling2D", 'MaxPooling2D(3, padding="same") on 5x5, all numbers below zero',
    lambda k: k.MaxPooling2D(3, padding="same"), (1, 5, 5, 2), ("strides",))  # fmt: skip
add("average-pool-same", "tf.keras.layers.AveragePooling2D", 'AveragePooling2D(3, padding="same") on 5x5: what edges count',
    lambda k: k.AveragePooling2D(3, padding="same"), (1, 5, 5, 2), ("strides",))  # fmt: skip
add("average-pool1d-odd", "tf.keras.layers.AveragePooling1D", "AveragePooling1D(2) on 5 steps",
    lambda k: k.AveragePooling1D(2), (1, 5, 2))  # fmt: skip
add("global-average-pool", "tf.keras.layers.GlobalAveragePooling2D", "GlobalAveragePooling2D()",
    lambda k: k.GlobalAveragePooling2D(), (2, 3, 3, 2), ("keepdims",))  # fmt: skip
add(
    "up-sampling-nearest",
    "tf.keras.layers.UpSampling2D",
    "UpSampling2D(2)",
    lambda k: k.UpSampling2D(2),
    (1, 2, 3, 1),
    ("interpolation",),
)
add("up-sampling-bilinear", "tf.keras.layers.UpSampling2D", 'UpSampling2D(2, interpolation="bilinear")',
    lambda k: k.UpSampling2D(2, interpolation="bilinear"), (1, 3, 3, 1))  # fmt: skip
add("dot", "tf.keras.layers.Dot", "Dot(axes=1, normalize=True) of two inputs",
    lambda k: k.Dot(axes=1, normalize=True), [(2, 4), (2, 4)], weights=False)  # fmt: skip
add("attention", "tf.keras.layers.Attention", "Attention() of query and value",
    lambda k: k.Attention(), [(1, 2, 3), (1, 4, 3)], ("use_scale", "score_mode"))  # fmt: skip
add("attention-scaled", "tf.keras.layers.Attention", "Attention(use_scale=True) of query and value",
    lambda k: k.Attention(use_scale=True), [(1, 2, 3), (1, 4, 3)])  # fmt: skip
add("additive-attention", "tf.keras.layers.AdditiveAttention", "AdditiveAttention() of query and value",
    lambda k: k.AdditiveAttention(), [(1, 2, 3), (1, 4, 3)], ("use_scale",))  # fmt: skip
add("locally-connected", "tf.keras.layers.LocallyConnected1D", "LocallyConnected1D(2, 3)",
    lambda k: k.LocallyConnected1D(2, 3), (1, 5, 2))  # fmt: skip
add("einsum-dense", "tf.keras.layers.EinsumDense", 'EinsumDense("abc,cd->abd", (None, 2), bias_axes="d")',
    lambda k: (k.EinsumDense if hasattr(k, "EinsumDense") else k.experimental.EinsumDense)("abc,cd->abd", (None, 2), bias_axes="d"), (1, 2, 3))  # fmt: skip


@FAMILY.experiment(
    "multi-head-attention",
    "tf.keras.layers.MultiHeadAttention",
    "Output and gradient of MultiHeadAttention(2, 3) of a sequence with itself, fixed weights; and its weights' shapes.",
    ("value_dim", "use_bias", "dropout"),
)
def multi_head(lab):
    layer = lab.symbol("tf.keras.layers.MultiHeadAttention")(2, 3)
    x = lab.constant(lab.pattern(1, 3, 4))
    layer(x, x)
    shapes = lab.fill(layer)
    output, gradients = lab.gradient(lambda: layer(x, x), x)
    return {"output": output, "gradient": gradients[0], "weights": shapes}


@FAMILY.experiment(
    "multi-head-attention-masks",
    ("tf.keras.layers.MultiHeadAttention", "tf.keras.layers.Embedding"),
    "MultiHeadAttention(1, 2) after an Embedding with mask_zero (whether the padding is left out by itself), and with "
    "use_causal_mask=True.",
)
def multi_head_masks(lab):
    keras = lab.keras
    given = keras.layers.Input((4,), dtype="int32")
    hidden = keras.layers.Embedding(5, 2, mask_zero=True)(given)
    output = lab.symbol("tf.keras.layers.MultiHeadAttention")(1, 2)(hidden, hidden)
    model = keras.Model(given, output)
    lab.fill(model)
    found = {"padded": lab.array(model(lab.tf.constant([[1, 3, 0, 0]])))[0, :2]}
    layer = keras.layers.MultiHeadAttention(1, 2)
    x = lab.constant(lab.pattern(1, 3, 2))
    layer(x, x)
    lab.fill(layer)
    try:
        found["causal"] = lab.array(layer(x, x, use_causal_mask=True))
    except TypeError:
        found["causal"] = "TypeError"
    return found


@FAMILY.experiment(
    "attention-mask",
    "tf.keras.layers.Attention",
    "Attention() with a mask of the values that leaves out the last two of four.",
    ("use_scale",),
)
def attention_mask(lab):
    query, value = lab.constant(lab.pattern(1, 2, 3)), lab.constant(lab.pattern(1, 4, 3, shift=3))
    mask = lab.tf.constant([[True, True, False, False]])
    return {"output": lab.array(lab.keras.layers.Attention()([query, value], mask=[None, mask]))}


@FAMILY.experiment(
    "dropout-seed",
    "tf.keras.layers.Dropout",
    "Dropout(0.4, seed=3) of ones in training after tf.random.set_seed(7): which are dropped, and how the rest is scaled.",
    ("noise_shape",),
)
def dropout_seed(lab):
    layer = lab.keras.layers.Dropout(0.4, seed=3)
    return {"output": lab.array(layer(lab.tf.ones([2, 8]), training=True))}


@FAMILY.experiment(
    "dropout-no-training",
    ("tf.keras.layers.Dropout", "tf.keras.layers.Layer"),
    "How many of 1000 ones a Dropout(0.5) keeps when it is called without training=, alone and by model(x).",
    ("training",),
)
def dropout_no_training(lab):
    ones = lab.tf.ones([10, 100])
    keras = lab.keras
    model = keras.Sequential([keras.layers.Dropout(0.5, input_shape=(100,))])
    kept = [lab.np.count_nonzero(lab.array(call(ones))) for call in (keras.layers.Dropout(0.5), model)]
    return {"layer": "all" if kept[0] == 1000 else "some", "model": "all" if kept[1] == 1000 else "some"}


for _class, _given in (
    ("SpatialDropout1D", 0.4),
    ("GaussianNoise", 0.5),
    ("GaussianDropout", 0.4),
    ("AlphaDropout", 0.4),
):
    FAMILY.add(
        "%s-training" % _class.lower(),
        "tf.keras.layers.%s" % _class,
        "tf.keras.layers.%s(%s) of ones in training after tf.random.set_seed(7)." % (_class, _given),
        lambda lab, name=_class, given=_given: noisy(lab, getattr(lab.keras.layers, name)(given)),
        ("seed",),
    )


def noisy(lab, layer):
    """Return a few numbers of a layer that adds noise."""
    return {"numbers": lab.array(layer(lab.tf.ones([1, 3, 10]), training=True))[0, 0]}


@FAMILY.experiment(
    "embedding-mask-pooling",
    ("tf.keras.layers.Embedding", "tf.keras.layers.GlobalAveragePooling1D"),
    "The mean over time by GlobalAveragePooling1D after Embedding(mask_zero=True): whether the padding counts; and of a "
    "sequence of padding alone.",
)
def embedding_pooling(lab):
    keras = lab.keras
    given = keras.layers.Input((4,), dtype="int32")
    hidden = keras.layers.Embedding(5, 2, mask_zero=True)(given)
    model = keras.Model(given, keras.layers.GlobalAveragePooling1D()(hidden))
    lab.fill(model)
    output = lab.array(model(lab.tf.constant([[1, 3, 0, 0], [0, 0, 0, 0]])))
    return {"padded": output[0], "empty": output[1]}


@FAMILY.experiment(
    "masking-concatenate",
    ("tf.keras.layers.Masking", "tf.keras.layers.Concatenate", "tf.keras.layers.Add"),
    "The mask that goes on behind Concatenate and Add of a masked and an unmasked sequence.",
)
def masking_merge(lab):
    keras = lab.keras
    one = keras.layers.Input((3, 1))
    masked = keras.layers.Masking()(one)
    found = {}
    data = lab.np.array([[[1.0], [0.0], [2.0]]], "float32")
    for name, merge in (("concatenate", keras.layers.Concatenate()), ("add", keras.layers.Add())):
        layer = keras.layers.SimpleRNN(1, use_bias=False, kernel_initializer="ones", recurrent_initializer="ones")
        try:
            found[name] = lab.array(keras.Model(one, layer(merge([masked, one])))(lab.constant(data)))
        except Exception as error:
            found[name] = type(error).__name__
    return found


@FAMILY.experiment(
    "masking-mask",
    "tf.keras.layers.Masking",
    "Output of Masking() of a sequence with a step of zeros and one of -0.0 and 1.",
    ("mask_value",),
)
def masking(lab):
    layer = lab.keras.layers.Masking()
    data = lab.np.array([[[1.0, 2.0], [0.0, 0.0], [-0.0, 1.0]]], "float32")
    return {
        "output": lab.array(layer(lab.constant(data))),
        "mask": lab.array(layer.compute_mask(lab.constant(data))) * 1,
    }


@FAMILY.experiment(
    "dense-dtype-float64",
    "tf.keras.layers.Dense",
    "The type of what a Dense layer makes of a float64 tensor and of an int32 tensor.",
    ("dtype",),
)
def dense_float64(lab):
    found = {}
    for kind in ("float64", "int32"):
        try:
            output = lab.keras.layers.Dense(2)(lab.tf.constant(lab.np.ones((1, 3), kind)))
            found[kind] = lab.tf.as_dtype(output.dtype).name
        except Exception as error:
            found[kind] = type(error).__name__
    return found


@FAMILY.experiment(
    "flatten-order",
    ("tf.keras.layers.Flatten", "tf.keras.layers.Reshape", "tf.keras.layers.Permute"),
    "The order of numbers after Flatten, after Reshape((3, 2)) and after Permute((2, 1)).",
    ("data_format",),
)
def flatten(lab):
    x = lab.constant(lab.np.arange(6, dtype="float32").reshape(1, 2, 3))
    layers = lab.keras.layers
    made = {"flatten": layers.Flatten(), "reshape": layers.Reshape((3, 2)), "permute": layers.Permute((2, 1))}
    return {name: lab.array(layer(x)) for name, layer in made.items()}


@FAMILY.experiment(
    "operators-as-layers",
    ("tf.keras.layers.Layer", "tf.keras.Model"),
    "Whether operations of TensorFlow (tf.reduce_mean, x[:, 0], tf.concat) can be put between layers of a functional model.",
)
def operators(lab):
    keras, tf = lab.keras, lab.tf
    found = {}
    made = {
        "reduce_mean": lambda x: tf.reduce_mean(x, axis=1, keepdims=True),
        "slice": lambda x: x[:, :1],
        "concat": lambda x: tf.concat([x, x], axis=-1),
        "plus": lambda x: x + 1.0,
    }
    for name, operation in sorted(made.items()):
        try:
            given = keras.layers.Input((3,))
            model = keras.Model(given, operation(given))
            found[name] = lab.array(model(lab.tf.constant([[1.0, 2.0, 4.0]])))
        except Exception as error:
            found[name] = type(error).__name__
    return found


@FAMILY.experiment(
    "regularizers",
    ("tf.keras.regularizers.L2", "tf.keras.regularizers.get"),
    "The penalties of the strings l1, l2 and l1_l2 and of tf.keras.regularizers.l2() for fixed weights.",
    ("l", "l1", "l2"),
)
def regularizers(lab):
    weights = lab.constant(lab.pattern(3, 3))
    found = {}
    for name in ("l1", "l2", "l1_l2"):
        try:
            found[name] = [lab.array(lab.keras.regularizers.get(name)(weights))]
        except Exception as error:
            found[name] = type(error).__name__
    found["l2()"] = [lab.array(lab.keras.regularizers.l2()(weights))]
    return found


@FAMILY.experiment(
    "constraints",
    ("tf.keras.constraints.MaxNorm", "tf.keras.constraints.UnitNorm", "tf.keras.constraints.MinMaxNorm"),
    "Fixed weights after MaxNorm(), UnitNorm(), NonNeg() and MinMaxNorm().",
    ("max_value", "axis", "rate"),
)
def constraints(lab):
    weights = lab.constant(lab.pattern(3, 3) * 3.0)
    return {
        name: lab.array(getattr(lab.keras.constraints, name)()(weights))
        for name in ("MaxNorm", "UnitNorm", "NonNeg", "MinMaxNorm")
    }
