"""What is written: by model.save with and without an ending, the names of weights, what comes back."""

import os

from .lab import steps
from .registry import Family

FAMILY = Family("saving")


def trained(lab, count=1):
    """Return a small model, after some steps of training."""
    keras = lab.keras
    model = keras.Sequential(
        [keras.layers.Dense(3, activation="relu", input_shape=(2,), name="hidden"), keras.layers.Dense(1, name="out")]
    )
    model.compile(keras.optimizers.Adam(learning_rate=0.1), "mse")
    model.set_weights([lab.pattern(2, 3), lab.pattern(3), lab.pattern(3, 1), lab.pattern(1)])
    steps(lab, model, lab.pattern(4, 2), lab.pattern(4, 1), count)
    return model


def format_of(path):
    """Return what was written at a path, or beside it."""
    if os.path.isdir(path):
        return "SavedModel" if "saved_model.pb" in os.listdir(path) else "folder"
    if not os.path.exists(path):
        folder, name = os.path.split(path)
        beside = sorted(one for one in os.listdir(folder) if one.startswith(name))
        return "checkpoint" if any(one.endswith(".index") for one in beside) else "nothing"
    with open(path, "rb") as file:
        start = file.read(8)
    return "HDF5" if start.startswith(b"\x89HDF") else "zip" if start.startswith(b"PK") else "other"


def attempt(make):
    """Return what a call gives, or the type and the beginning of its error."""
    try:
        return make()
    except Exception as error:
        return "%s: %s" % (
            type(error).__name__,
            str(error).strip().split(". ")[0].splitlines()[0][:100].replace(os.getcwd(), "..."),
        )


ENDINGS = {"no ending": "model", ".h5": "model.h5", ".keras": "model.keras"}


@FAMILY.experiment(
    "model-save",
    ("tf.keras.Model.save", "tf.keras.models.save_model"),
    "What model.save writes by the ending of the name: HDF5, a zip archive, a SavedModel folder, or an error.",
    ("save_format", "include_optimizer"),
)
def model_save(lab):
    model = trained(lab, 0)

    def written(name):
        model.save(lab.path(name))
        return format_of(lab.path(name))

    return {ending: attempt(lambda name=name: written(name)) for ending, name in ENDINGS.items()}


@FAMILY.experiment(
    "save-weights",
    ("tf.keras.Model.save_weights",),
    "What model.save_weights writes by the ending of the name.",
    ("save_format",),
)
def save_weights(lab):
    model = trained(lab, 0)
    names = {
        "no ending": "weights",
        ".h5": "weights.h5",
        ".weights.h5": "own.weights.h5",
        ".ckpt": "weights.ckpt",
        ".keras": "weights.keras",
    }

    def written(name):
        model.save_weights(lab.path(name))
        return format_of(lab.path(name))

    return {ending: attempt(lambda name=name: written(name)) for ending, name in names.items()}


@FAMILY.experiment(
    "weight-names",
    ("tf.keras.Model", "tf.keras.layers.Layer"),
    "Names of weights of Dense, BatchNormalization and LSTM layers, as saved files and code use them.",
)
def weight_names(lab):
    keras = lab.keras
    model = keras.Sequential(
        [keras.layers.LSTM(2, input_shape=(3, 2)), keras.layers.Dense(2), keras.layers.BatchNormalization()]
    )
    return {
        "names": " ".join(one.name for one in model.weights),
        "paths": " ".join(getattr(one, "path", "none") for one in model.weights[:2]),
    }


@FAMILY.experiment(
    "layer-names",
    ("tf.keras.layers.Layer",),
    "Names that layers get in a second model of one process, and by their classes.",
    ("name",),
)
def layer_names(lab):
    layers = lab.keras.layers
    made = [
        layers.Dense(1),
        layers.Dense(1),
        layers.Conv2D(1, 1),
        layers.LSTM(1),
        layers.BatchNormalization(),
        layers.Input((1,)),
    ]
    return {
        "names": " ".join(one.name.replace(":0", "") for one in made),
        "model": "%s %s" % (lab.keras.Sequential().name, lab.keras.Sequential().name),
    }


@FAMILY.experiment(
    "h5-content",
    ("tf.keras.Model.save", "tf.keras.Model.save_weights"),
    "The groups and data sets in the HDF5 file of model.save, and whether the optimizer's state is in it.",
    ("include_optimizer",),
)
def h5_content(lab):
    import h5py

    trained(lab).save(lab.path("model.h5"))
    found = []
    with h5py.File(lab.path("model.h5"), "r") as file:
        file.visititems(lambda name, thing: found.append(name) if hasattr(thing, "shape") else None)
        attributes = sorted(file.attrs)
    weights = [name for name in found if name.startswith("model_weights")]
    state = [name for name in found if name.startswith("optimizer_weights")]
    return {"weights": " ".join(weights), "optimizer": " ".join(state), "attributes": " ".join(attributes)}


@FAMILY.experiment(
    "round-trip",
    ("tf.keras.models.load_model", "tf.keras.Model.save"),
    "Whether a model that is saved as .h5 and .keras and loaded has the same weights, is compiled, and goes on with the "
    "state of its optimizer (its weights after a step more).",
    ("compile",),
)
def round_trip(lab):
    x, y = lab.pattern(4, 2), lab.pattern(4, 1)
    found = {}
    for ending in ("h5", "keras"):
        place = lab.path("model." + ending)
        model = trained(lab)  # another one for each: Keras 3 loses its optimizer when it is saved as HDF5 before

        def loaded(place=place, model=model):
            model.save(place)
            return lab.keras.models.load_model(place)

        again = attempt(loaded)
        if isinstance(again, str):
            found[ending] = again
            continue
        same = all((one == other).all() for one, other in zip(model.get_weights(), again.get_weights()))
        found[ending] = "the same" if same else "others"
        found[ending + " compiled"] = str(bool(again.optimizer))
        again.train_on_batch(x, y)
        found[ending + " after a step"] = again.get_weights()[2]
    model.train_on_batch(x, y)
    found["of the first after a step"] = model.get_weights()[2]
    return found


@FAMILY.experiment(
    "signature",
    ("tf.saved_model.save", "tf.keras.Model.export"),
    "Names of inputs and outputs of the signature of a model saved for serving.",
)
def signature(lab):
    model = trained(lab, 0)
    place = lab.path("served")
    if hasattr(model, "export"):
        model.export(place)
    elif lab.eager:
        lab.tf.saved_model.save(model, place)
    else:
        lab.v1.keras.experimental.export_saved_model(model, place)
    from tensorflow.core.protobuf import saved_model_pb2

    with open(os.path.join(place, "saved_model.pb"), "rb") as file:
        saved = saved_model_pb2.SavedModel.FromString(file.read())
    signs = saved.meta_graphs[0].signature_def
    found = {"signatures": " ".join(sorted(name for name in signs if not name.startswith("__")))}
    sign = signs["serving_default"] if "serving_default" in signs else None
    if sign:
        found["inputs"] = " ".join(sorted(sign.inputs))
        found["outputs"] = " ".join(sorted(sign.outputs))
    return found


@FAMILY.experiment(
    "config",
    ("tf.keras.layers.Dense", "tf.keras.Model.get_config", "tf.keras.Model.to_json"),
    "Keys of the configuration of Dense and of a Sequential model, and what to_json calls the version and the class.",
)
def config(lab):
    import json

    model = trained(lab, 0)
    made = json.loads(model.to_json())
    return {
        "dense": " ".join(sorted(lab.keras.layers.Dense(1).get_config())),
        "model": " ".join(sorted(made)),
        "layers": " ".join(one["class_name"] for one in made["config"]["layers"]),
    }


@FAMILY.experiment(
    "checkpoint-keys",
    ("tf.train.Checkpoint", "tf.keras.Model"),
    "Keys of a tf.train.Checkpoint of a model and its Adam optimizer.",
)
def checkpoint_keys(lab):
    model = trained(lab)
    checkpoint = lab.tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    place = (
        checkpoint.save(lab.path("point"))
        if lab.eager
        else checkpoint.save(lab.path("point"), session=lab.v1.keras.backend.get_session())
    )
    names = sorted(name for name, _ in lab.tf.train.list_variables(place))
    return {"keys": " ".join(name.replace("/.ATTRIBUTES/VARIABLE_VALUE", "") for name in names)[:600]}


@FAMILY.experiment(
    "model-checkpoint",
    ("tf.keras.callbacks.ModelCheckpoint",),
    "What ModelCheckpoint writes for names without an ending, .h5 and .keras, with save_weights_only too.",
    ("save_weights_only", "save_freq", "monitor"),
)
def model_checkpoint(lab):
    found = {}
    model = trained(lab, 0)
    for ending, name in (("no ending", "best"), (".h5", "best.h5"), (".keras", "best.keras")):
        for weights in (False, True):
            if not weights and ending == "no ending":
                continue  # as model.save

            def written(name=name, weights=weights):
                place = lab.path("%s%s" % ("w-" if weights else "", name))
                callback = lab.keras.callbacks.ModelCheckpoint(place, save_weights_only=weights)
                callback.set_model(model)
                callback.on_train_begin()
                callback.on_epoch_begin(0)
                callback.on_epoch_end(0, {"val_loss": 1.0})
                return format_of(place)

            found[ending + (", weights" if weights else "")] = attempt(written)
    return found
