"""Data: the order of tf.data and of fit, what is kept for validation, and helpers that cut and pad."""

from .registry import Family

FAMILY = Family("data")


def elements(lab, dataset, count=16):
    """Return the elements of a dataset as one array."""
    if lab.eager:
        return [lab.array(one) for one in dataset.take(count)]
    following = lab.v1.data.make_one_shot_iterator(dataset.take(count)).get_next()
    found = []
    while True:
        try:
            found.append(lab.run(following))
        except lab.tf.errors.OutOfRangeError:
            return found


def flat(lab, dataset, count=16):
    """Return the numbers of a dataset."""
    return lab.np.concatenate([lab.np.ravel(one) for one in elements(lab, dataset, count)])


@FAMILY.experiment(
    "shuffle",
    ("tf.data.Dataset.shuffle",),
    "Order of Dataset.range(10).shuffle(10, seed=5) after tf.random.set_seed(7), and of the next pass over it.",
    ("reshuffle_each_iteration",),
)
def shuffle(lab):
    lab.seed_tensorflow(7)
    dataset = lab.tf.data.Dataset.range(8).shuffle(8, seed=5).repeat(2)
    return {"order": flat(lab, dataset)}


@FAMILY.experiment(
    "shuffle-set-seed",
    ("tf.data.Dataset.shuffle", "tf.random.set_seed"),
    "Order of Dataset.range(10).shuffle(10) without a seed after tf.random.set_seed(7), with a small buffer too.",
    ("seed", "reshuffle_each_iteration"),
)
def shuffle_set_seed(lab):
    lab.seed_tensorflow(7)
    found = {"whole": flat(lab, lab.tf.data.Dataset.range(10).shuffle(10))}
    lab.seed_tensorflow(7)
    found["buffer of 3"] = flat(lab, lab.tf.data.Dataset.range(10).shuffle(3))
    return found


@FAMILY.experiment(
    "options",
    ("tf.data.Options",),
    "Whether tf.data.Options() says that the order of elements is fixed.",
)
def options(lab):
    made = lab.tf.data.Options()
    names = ("deterministic", "experimental_deterministic")
    return {"fixed order": " ".join(str(getattr(made, name)) for name in names if hasattr(made, name))}


@FAMILY.experiment(
    "map-batch",
    ("tf.data.Dataset.map", "tf.data.Dataset.batch", "tf.data.Dataset.interleave"),
    "Order after a parallel map, sizes of batches of 7 elements by 3, and order after interleave.",
    ("deterministic", "drop_remainder", "cycle_length", "block_length"),
)
def map_batch(lab):
    data = lab.tf.data.Dataset
    sizes = [len(one) for one in elements(lab, data.range(7).batch(3))]
    mixed = data.range(3).interleave(lambda one: data.from_tensors(one * 10).repeat(3), cycle_length=2)
    return {
        "map": flat(lab, data.range(8).map(lambda one: one * 2, num_parallel_calls=4)),
        "sizes": sizes,
        "interleave": flat(lab, mixed),
    }


@FAMILY.experiment(
    "sample-from-datasets",
    ("tf.data.Dataset.sample_from_datasets",),
    "Which of two datasets each of 10 elements comes from with seed=5.",
    ("weights", "stop_on_empty_dataset"),
)
def sampled(lab):
    data = lab.tf.data.Dataset
    made = getattr(data, "sample_from_datasets", None) or lab.tf.data.experimental.sample_from_datasets
    one, other = data.from_tensors(1).repeat(6), data.from_tensors(2).repeat(6)
    return {"from": flat(lab, made([one, other], seed=5), 10)}


def counted(lab):
    """Return a model whose loss on one sample is its number, and 8 samples."""
    keras = lab.keras
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", input_shape=(1,))])
    model.compile(keras.optimizers.SGD(learning_rate=0.0), "mae")
    return model, lab.np.arange(1.0, 9.0).astype("float32").reshape(8, 1), lab.np.zeros((8, 1), "float32")


def numbers_of(reported):
    """Return the numbers of samples from the losses that were reported: each by itself, or as the mean so far."""
    if sorted(reported) == list(range(1, 9)):
        return reported
    return [round(one * (at + 1) - reported[at - 1] * at if at else one) for at, one in enumerate(reported)]


@FAMILY.experiment(
    "fit-shuffle",
    ("tf.keras.Model.fit",),
    "Order of 8 samples in two epochs of fit(shuffle=True) after all seeds are set.",
    ("shuffle",),
)
def fit_shuffle(lab):
    keras = lab.keras
    seen = []

    class Note(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append([])

        def on_train_batch_end(self, batch, logs=None):
            seen[-1].append(float(lab.np.ravel(logs["loss"])[0]))

    model, x, y = counted(lab)
    lab.seed(7)
    model.fit(x, y, batch_size=1, epochs=2, verbose=0, callbacks=[Note()])
    return {"first epoch": numbers_of(seen[0]), "second epoch": numbers_of(seen[1])}


@FAMILY.experiment(
    "validation-split",
    ("tf.keras.Model.fit",),
    "Validation loss of fit(validation_split=0.25) of 8 samples, which tells the samples that are kept for it.",
    ("validation_split", "shuffle"),
)
def validation_split(lab):
    model, x, y = counted(lab)
    told = model.fit(x, y, batch_size=4, epochs=1, verbose=0, validation_split=0.25).history
    return {"loss": told["loss"], "validation": told["val_loss"]}


@FAMILY.experiment(
    "validation-batches",
    ("tf.keras.Model.fit",),
    "Validation loss of a dataset with unequal batches, and how many batches fit(steps_per_epoch=2) takes of 4 in two epochs.",
    ("validation_batch_size", "steps_per_epoch"),
)
def validation_batches(lab):
    model, x, y = counted(lab)
    dataset = lab.tf.data.Dataset.from_tensor_slices((x, y)).batch(3)
    told = model.fit(dataset, epochs=1, verbose=0, validation_data=dataset).history
    ones = lab.tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
    parts = model.fit(ones, epochs=2, steps_per_epoch=2, verbose=0).history["loss"]
    return {"loss": told["loss"], "validation": told["val_loss"], "epochs of two steps": parts}


@FAMILY.experiment(
    "predict-batches",
    ("tf.keras.Model.predict",),
    "The size of the first batch of predict, evaluate and fit without batch_size for 70 samples.",
    ("batch_size",),
)
def predict_batches(lab):
    keras = lab.keras
    seen = {}

    class Note(keras.callbacks.Callback):
        def __init__(self, name):
            super(Note, self).__init__()
            self.name = name

        def on_train_batch_end(self, batch, logs=None):
            seen["fit"] = batch + 1

        def on_test_batch_end(self, batch, logs=None):
            seen["evaluate"] = batch + 1

        def on_predict_batch_end(self, batch, logs=None):
            seen["predict"] = batch + 1

    model = keras.Sequential([keras.layers.Dense(1, input_shape=(1,))])
    model.compile("sgd", "mse")
    x, y = lab.np.zeros((70, 1), "float32"), lab.np.zeros((70, 1), "float32")
    model.fit(x, y, verbose=0, callbacks=[Note("fit")])
    model.evaluate(x, y, verbose=0, callbacks=[Note("evaluate")])
    model.predict(x, callbacks=[Note("predict")])
    return {"batches of " + name: [count] for name, count in seen.items()}


@FAMILY.experiment(
    "pad-sequences",
    ("tf.keras.preprocessing.sequence.pad_sequences", "tf.keras.utils.pad_sequences"),
    "pad_sequences of lists of different length to 3: the side of padding and of cutting.",
    ("padding", "truncating", "value"),
)
def pad_sequences(lab):
    name = "tf.keras.preprocessing.sequence.pad_sequences"
    made = lab.symbol(name if lab.has(name) else "tf.keras.utils.pad_sequences")
    return {"padded": made([[1], [1, 2, 3, 4]], maxlen=3)}


@FAMILY.experiment(
    "to-categorical",
    ("tf.keras.utils.to_categorical", "tf.keras.utils.normalize"),
    "Shape and type of to_categorical of a column and of a row, and tf.keras.utils.normalize of fixed numbers.",
    ("num_classes", "dtype"),
)
def to_categorical(lab):
    np, utils = lab.np, lab.keras.utils
    found = {}
    for name, given in (
        ("column", np.array([[0], [2]])),
        ("row", np.array([0, 2])),
        ("single row", np.array([[0, 2]])),
    ):
        made = utils.to_categorical(given)
        found[name] = "%s %s" % ("x".join(str(size) for size in made.shape), made.dtype)
    found["normalize"] = utils.normalize(lab.pattern(2, 3))
    return found


@FAMILY.experiment(
    "tokenizer",
    ("tf.keras.preprocessing.text.Tokenizer",),
    "Numbers that Tokenizer() gives to words, ties among them.",
    ("num_words", "filters", "oov_token"),
)
def tokenizer(lab):
    made = lab.symbol("tf.keras.preprocessing.text.Tokenizer")()
    made.fit_on_texts(["The cat sat.", "a dog; the mat", "cat's A"])
    return {"words": " ".join("%s=%d" % one for one in sorted(made.word_index.items()))}


@FAMILY.experiment(
    "timeseries",
    ("tf.keras.utils.timeseries_dataset_from_array", "tf.keras.preprocessing.timeseries_dataset_from_array"),
    "Windows of 3 of the numbers 0 ... 7, and the order with shuffle=True and seed=5.",
    ("sequence_stride", "sampling_rate", "batch_size"),
)
def timeseries(lab):
    name = "tf.keras.preprocessing.timeseries_dataset_from_array"
    made = lab.symbol(name if lab.has(name) else "tf.keras.utils.timeseries_dataset_from_array")
    data = lab.np.arange(8.0)
    plain = elements(lab, made(data, data, sequence_length=3))
    lab.seed(7)
    mixed = elements(lab, made(data, data, sequence_length=3, shuffle=True, seed=5))
    return {"windows": plain[0][0], "targets": plain[0][1], "shuffled": mixed[0][1]}


@FAMILY.experiment(
    "image-directory",
    ("tf.keras.utils.image_dataset_from_directory", "tf.keras.preprocessing.image_dataset_from_directory"),
    "Classes, order and validation part of image_dataset_from_directory(seed=5) of 8 images of one pixel.",
    ("shuffle", "interpolation", "image_size", "label_mode", "color_mode"),
)
def image_directory(lab):
    import os

    name = "tf.keras.preprocessing.image_dataset_from_directory"
    made = lab.symbol(name if lab.has(name) else "tf.keras.utils.image_dataset_from_directory")
    for number in range(8):
        folder = lab.path("cats" if number % 2 else "Dogs")
        if not os.path.isdir(folder):
            os.mkdir(folder)
        pixel = lab.tf.constant(lab.np.full((1, 1, 3), number * 30, "uint8"))
        with open(os.path.join(folder, "%d.png" % number), "wb") as file:
            file.write(lab.array(lab.tf.io.encode_png(pixel)).item())
    options = {"image_size": (1, 1), "batch_size": 8, "seed": 5}
    whole = made(lab.folder, **options)
    part = made(lab.folder, validation_split=0.25, subset="validation", **options)
    images, labels = elements(lab, whole)[0]
    return {
        "classes": " ".join(whole.class_names),
        "order": lab.np.ravel(images[..., 0]),
        "labels": labels,
        "validation": lab.np.ravel(elements(lab, part)[0][0][..., 0]),
        "default size": "x".join(str(size) for size in elements(lab, made(lab.folder))[0][0].shape[1:]),
    }
