"""Rules on the formats of saved Keras models."""

from collections.abc import Iterator

from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import MODEL_CONFIG, Conclusion, rule
from tfdoctor.rules.model._cures import (
    REBUILD,
    legacy_keras,
    manual,
    newer_reader,
    source_release,
)
from tfdoctor.rules.model._judge import conclude, judged


@rule("TFD711", MODEL_CONFIG)
def savedmodel_dir_in_keras3(case: Case) -> Iterator[Conclusion]:
    """Keras 3 is given a SavedModel folder or a TensorFlow checkpoint, which it does not read.

    ## What it checks
    In a log: "File format not supported" of Keras 3. Without it: a SavedModel or checkpoint and a reader with Keras 3.

    ## Why it matters
    From TensorFlow 2.16 on `load_model` and `load_weights` read .keras and HDF5 files only.

    ## How to fix it
    For inference only: `keras.layers.TFSMLayer(path, call_endpoint="serving_default")` or `tf.saved_model.load`. To
    train on, load it with Keras 2 (tf-keras with `TF_USE_LEGACY_KERAS=1`, or TensorFlow 2.15) and save it as HDF5, or
    load the weights into a model that is built in code.

    ## Sources
    https://keras.io/guides/migrating_to_keras_3/
    """
    found = judged(case, "savedmodel-dir-in-keras3")
    if found is not None:
        view, cause = found
        yield conclude(
            found,
            f"Keras 3 reads .keras and HDF5 files only, not {cause.what}",
            (
                manual('To predict only: keras.layers.TFSMLayer(path, call_endpoint="serving_default").'),
                *legacy_keras(view),
                manual("Or load it with TensorFlow 2.15 (tfdoctor plan --target '<2.16') and save it as HDF5."),
            ),
        )


@rule("TFD712", MODEL_CONFIG)
def dot_keras_zip_in_old_tf(case: Case) -> Iterator[Conclusion]:
    """A .keras archive is read by a TensorFlow that does not know this format.

    ## What it checks
    In a log: a file without the signature of HDF5, which is a .keras file or was written by TensorFlow 2.12 or newer,
    while the reader is older. Without it: such a pair of releases.

    ## Why it matters
    From 2.12 on a .keras file is a zip archive. Before, the ending meant nothing, and the file is opened as HDF5. A
    file with another ending that gives this message may just be damaged, a web page, or a Git LFS pointer.

    ## How to fix it
    Use a release as new as the writer (metadata.json in the archive names it), or save as HDF5 there.

    ## Sources
    https://github.com/keras-team/keras/issues/21663,
    https://github.com/tensorflow/tensorflow/releases/tag/v2.12.0
    """
    found = judged(case, "dot-keras-zip-in-old-tf")
    if found is not None:
        view, cause = found
        text = "The file is no HDF5 file: a .keras file is a zip archive, which TensorFlow before 2.12 does not read"
        if cause.confidence == "possible":
            text = "The file is no HDF5 file. It may be a .keras archive of a newer TensorFlow, or damaged"
        yield conclude(
            found,
            text,
            (
                *newer_reader(view)[:1],
                manual("Or save it as HDF5 (.h5) where it was written."),
                manual(
                    "Where it is no .keras file: look at its first bytes; it may be a web page or a Git LFS pointer."
                ),
            ),
        )


@rule("TFD713", MODEL_CONFIG)
def keras_applications_save_bug(case: Case) -> Iterator[Conclusion]:
    """EfficientNet of TensorFlow 2.10 to 2.12 cannot be saved.

    ## What it checks
    In a log: a tensor that cannot be written as JSON, where the model is an EfficientNet or the values are its
    constants, and the release is 2.10 to 2.12 or not known.

    ## Why it matters
    These releases put the normalisation constants of EfficientNet into the model as a tensor. Its configuration cannot
    be saved in any format.

    ## How to fix it
    Use TensorFlow 2.9 or 2.13. Or save the weights only (`save_weights`).

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/61366, https://github.com/keras-team/keras/pull/17498
    """
    found = judged(case, "keras-applications-save-bug")
    if found is not None:
        yield conclude(
            found,
            "EfficientNet of TensorFlow 2.10 to 2.12 holds a tensor in its configuration, which cannot be saved",
            (
                manual("Save the weights only (model.save_weights) and build the model in code."),
                manual("Or use TensorFlow 2.13 or newer, or 2.9 (tfdoctor plan --target 2.13)."),
            ),
        )


@rule("TFD714", MODEL_CONFIG)
def savedmodel_keras_metadata_change(case: Case) -> Iterator[Conclusion]:
    """The Keras part of a SavedModel cannot be read by another minor of TensorFlow.

    ## What it checks
    In a log: layers that cannot be restored or called, or metadata that cannot be parsed, while a SavedModel of Keras
    is loaded. Without such a line: a SavedModel of Keras, written and read by different minors of TensorFlow 2.

    ## Why it matters
    `load_model` rebuilds the layers of a SavedModel from metadata that only the same minor is sure to understand,
    preprocessing layers above all. The graph inside is still good.

    ## How to fix it
    Use the graph: `tf.saved_model.load(path).signatures["serving_default"]`. Or load with the release that wrote it,
    and save the weights or HDF5 there.

    ## Sources
    https://github.com/tensorflow/tf-keras/issues/369,
    https://www.tensorflow.org/guide/versions
    """
    found = judged(case, "savedmodel-keras-metadata-change")
    if found is not None:
        yield conclude(
            found,
            f"This TensorFlow does not read {found[1].what} that another one wrote",
            (
                manual('Use the graph only: tf.saved_model.load(path).signatures["serving_default"].'),
                *source_release(found[0]),
                REBUILD,
            ),
        )


@rule("TFD715", MODEL_CONFIG, severity="note", verdict="harmless")
def savedmodel_keras_metadata_missing(case: Case) -> Iterator[Conclusion]:
    """A SavedModel without keras_metadata.pb: a notice, the model loads.

    ## What it checks
    In a log: "SavedModel saved prior to TF 2.5 detected" (2.4 in early builds).

    ## Why it matters
    It does not. SavedModels of TensorFlow before 2.5, and those of `tf.saved_model.save`, have no such file; the
    metadata is then read from the graph. Where loading fails, something else is the cause.

    ## How to fix it
    Nothing to fix. To silence it, save the model again with `model.save` in TensorFlow 2.5 to 2.15.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/46385
    """
    events = case.events.of("keras-metadata-missing")
    if events:
        yield Conclusion(
            message="The SavedModel has no keras_metadata.pb, which TensorFlow before 2.5 did not write: it loads.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence()),
            symptom=True,
        )
