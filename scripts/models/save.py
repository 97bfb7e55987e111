"""Save every architecture in every format that this TensorFlow writes: `python save.py FOLDER [ARCHITECTURE...]`.

FOLDER/ARCHITECTURE/ gets the files, `inputs.json` and `expected.json` (the model's answer to them) and `saved.json`
(which formats were written, and why others were not).
"""

import json
import os
import shutil
import sys
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import architectures  # noqa: E402
import tensorflow as tf  # noqa: E402


def saved_model(built, folder):
    path = os.path.join(folder, "model_dir")
    if architectures.keras3(tf):
        built.model.export(
            path, verbose=False
        ) if "verbose" in built.model.export.__code__.co_varnames else built.model.export(path)
    else:
        built.model.save(path, save_format="tf")


def h5(built, folder):
    built.model.save(os.path.join(folder, "model.h5"))


def keras(built, folder):
    built.model.save(os.path.join(folder, "model.keras"))


def weights(built, folder):
    built.model.save_weights(os.path.join(folder, "model.weights.h5"))


def checkpoint(built, folder):
    if architectures.keras3(tf):
        raise architectures.Unsupported("Keras 3 writes no checkpoint of weights")
    os.makedirs(os.path.join(folder, "checkpoint"))
    built.model.save_weights(os.path.join(folder, "checkpoint", "weights"), save_format="tf")


def tflite(built, folder):
    if tf.__version__.startswith("1."):
        converter = tf.lite.TFLiteConverter.from_keras_model_file(os.path.join(folder, "model.h5"))
    else:
        converter = tf.lite.TFLiteConverter.from_keras_model(built.model)
    data = converter.convert()
    with open(os.path.join(folder, "model.tflite"), "wb") as file:
        file.write(data)


FORMATS = {
    "h5": h5,
    "keras": keras,
    "savedmodel": saved_model,
    "weights": weights,
    "checkpoint": checkpoint,
    "tflite": tflite,
}
FOR_TFLITE = ("dense", "cnn", "varied", "attention", "nested")


def encoded(value):
    if isinstance(value, list):
        return [encoded(each) for each in value]
    return {"dtype": value.dtype.str, "values": value.tolist()}


def tell(report, folder):
    with open(os.path.join(folder, "saved.json"), "w") as file:
        json.dump(report, file)


def save(name, folder):
    if os.path.exists(os.path.join(folder, "saved.json")):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    report = {"formats": {}, "tensorflow": tf.__version__}
    try:
        built = architectures.build(tf, name)
    except architectures.Unsupported as error:
        report["unsupported"] = str(error)
    except Exception as error:
        report["failed"] = "%s: %s" % (type(error).__name__, str(error)[:500])
        traceback.print_exc()
    else:
        expected = architectures.outputs_of(tf, built.model, built.inputs)
        with open(os.path.join(folder, "expected.json"), "w") as file:
            json.dump([array.tolist() for array in expected], file)
        with open(os.path.join(folder, "inputs.json"), "w") as file:
            json.dump(encoded(built.inputs), file)
        for kind, write in FORMATS.items():
            if kind == "tflite" and name not in FOR_TFLITE:
                continue
            report["formats"][kind] = "crashed"  # what stands there if it takes the process with it
            tell(report, folder)
            try:
                write(built, folder)
                report["formats"][kind] = "saved"
            except Exception as error:
                report["formats"][kind] = "%s: %s" % (type(error).__name__, str(error)[:300])
    tell(report, folder)
    print(name, json.dumps(report), flush=True)


def main():
    target = sys.argv[1]
    for name in sys.argv[2:] or architectures.ARCHITECTURES:
        save(name, os.path.join(target, name))
        tf.keras.backend.clear_session()


if __name__ == "__main__":
    main()
