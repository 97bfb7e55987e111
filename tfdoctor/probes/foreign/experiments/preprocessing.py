"""Layers that prepare text, categories and images: orders of vocabularies, masks, and augmentation with a seed."""

from .registry import Family

FAMILY = Family("layer")
OLD = "tf.keras.layers.experimental.preprocessing."


def made(lab, name):
    """Return a layer's class, from where it was before TensorFlow 2.6 if need be."""
    new = "tf.keras.layers." + name
    return lab.symbol(new if lab.has(new) or not lab.has(OLD + name) else OLD + name)


def words(lab, tensor):
    """Return strings of a tensor as one word."""
    return " ".join(one.decode() if isinstance(one, bytes) else str(one) for one in lab.np.ravel(lab.array(tensor)))


@FAMILY.experiment(
    "string-lookup",
    ("tf.keras.layers.StringLookup",),
    "Numbers that StringLookup gives to words of a vocabulary, to an unknown one and to the empty string.",
    ("num_oov_indices", "mask_token", "oov_token"),
)
def string_lookup(lab):
    layer = made(lab, "StringLookup")(vocabulary=["a", "b", "c"])
    return {
        "numbers": lab.array(layer(lab.tf.constant([["a", "c", "z", ""]]))),
        "vocabulary": " ".join(repr(str(one)) for one in layer.get_vocabulary()),
    }


@FAMILY.experiment(
    "text-vectorization",
    ("tf.keras.layers.TextVectorization",),
    "Vocabulary of TextVectorization() adapted to sentences with ties, and the numbers of a sentence.",
    ("standardize", "split", "output_mode"),
)
def text_vectorization(lab):
    layer = made(lab, "TextVectorization")()
    layer.adapt(lab.np.array(["the cat sat", "The dog; a mat.", "a cat's hat"]))
    return {
        "vocabulary": " ".join(repr(str(one)) for one in layer.get_vocabulary()),
        "numbers": lab.array(layer(lab.tf.constant(["the cat", "zebra a"]))),
    }


@FAMILY.experiment(
    "text-vectorization-count",
    ("tf.keras.layers.TextVectorization",),
    'TextVectorization(output_mode="count") and "tf_idf" of a sentence after adapt().',
    ("max_tokens", "pad_to_max_tokens"),
)
def text_count(lab):
    found = {}
    for mode in ("count", "tf_idf", "tf-idf", "multi_hot", "binary"):
        try:
            layer = made(lab, "TextVectorization")(max_tokens=6, output_mode=mode)
            layer.adapt(lab.np.array(["the cat sat", "the mat", "a cat"]))
            found[mode] = lab.array(layer(lab.tf.constant(["the cat the"])))
        except Exception as error:
            found[mode] = type(error).__name__
    return found


@FAMILY.experiment(
    "category-encoding",
    ("tf.keras.layers.CategoryEncoding",),
    "CategoryEncoding(4) of the numbers 1, 1 and 3 with its default mode.",
    ("output_mode", "num_tokens"),
)
def category_encoding(lab):
    layer = made(lab, "CategoryEncoding")(4)
    return {"output": lab.array(layer(lab.tf.constant([[1, 1, 3]])))}


@FAMILY.experiment(
    "discretization",
    ("tf.keras.layers.Discretization",),
    "The bins of numbers at and beside the boundaries 0 and 1; with boundaries learnt from the numbers 0 ... 9.",
    ("output_mode", "epsilon"),
)
def discretization(lab):
    kind = made(lab, "Discretization")
    try:
        layer = kind(bin_boundaries=[0.0, 1.0])
    except TypeError:
        layer = kind([0.0, 1.0])
    found = {"bins": lab.array(layer(lab.tf.constant([[-1.0, 0.0, 0.5, 1.0, 2.0]])))}
    try:
        learnt = kind(num_bins=4)
        learnt.adapt(lab.np.arange(10.0).astype("float32"))
        found["learnt"] = lab.array(learnt(lab.tf.constant([[0.0, 2.0, 4.0, 6.0, 9.0]])))
    except Exception as error:
        found["learnt"] = type(error).__name__
    return found


@FAMILY.experiment(
    "hashing",
    ("tf.keras.layers.Hashing",),
    "The bins of Hashing(num_bins=10) for some words and numbers.",
    ("mask_value", "salt"),
)
def hashing(lab):
    layer = made(lab, "Hashing")(num_bins=10)
    return {
        "words": lab.array(layer(lab.tf.constant([["a", "b", "cat", "dog", ""]]))),
        "numbers": lab.array(layer(lab.tf.constant([[0, 1, 2, 99]], dtype=lab.tf.int64))),
    }


AUGMENTING = {
    "RandomFlip": ((), ("mode",)),
    "RandomRotation": ((0.2,), ("fill_mode", "interpolation")),
    "RandomZoom": ((0.3,), ("width_factor", "fill_mode", "interpolation")),
    "RandomTranslation": ((0.3, 0.3), ("fill_mode", "interpolation")),
    "RandomContrast": ((0.5,), ()),
    "RandomBrightness": ((0.5,), ("value_range",)),
    "RandomCrop": ((3, 3), ()),
}
for _class, (_given, _arguments) in AUGMENTING.items():
    FAMILY.add(
        "augment-%s" % _class[6:].lower(),
        "tf.keras.layers.%s" % _class,
        "%s%s with seed=3 of a fixed image in training: the numbers, whether another batch is done otherwise, and what a call without training= does."
        % (_class, _given),
        lambda lab, name=_class, given=_given: augmented(lab, name, given),
        _arguments,
    )


def augmented(lab, name, given):
    """Return two results of an augmentation, and that of a call without training=."""
    layer = made(lab, name)(*given, seed=3)
    x = lab.constant((lab.pattern(1, 5, 5, 1) + 1.0) * 100.0)
    one, other = lab.array(layer(x, training=True)), lab.array(layer(x, training=True))
    return {
        "first": one,
        "second": "the same" if (one == other).all() else "another",
        "without training=": lab.array(layer(x)),
    }


@FAMILY.experiment(
    "rescaling-resizing",
    ("tf.keras.layers.Rescaling", "tf.keras.layers.Resizing", "tf.keras.layers.CenterCrop"),
    "Rescaling(1/255), Resizing(3, 3) and CenterCrop(3, 3) of a fixed 6x6 image, and the type of the result for uint8.",
    ("interpolation", "offset", "crop_to_aspect_ratio", "antialias"),
)
def resizing(lab):
    image = lab.np.arange(36, dtype="float32").reshape(1, 6, 6, 1)
    found = {}
    for name, given in (("Rescaling", (1.0 / 255,)), ("Resizing", (4, 4)), ("CenterCrop", (3, 3))):
        layer = made(lab, name)(*given)
        found[name] = lab.array(layer(lab.constant(image)))
        found[name + " of uint8"] = lab.tf.as_dtype(layer(lab.constant(image.astype("uint8"))).dtype).name
    return found
