"""What can be done about a model that does not load, cheapest first, as data."""

from tfdoctor.diagnosis import Remedy
from tfdoctor.rules.keras import LEGACY
from tfdoctor.rules.model._sides import Sides


def manual(text: str) -> Remedy:
    """Make a remedy that only a person can carry out."""
    return Remedy(kind="manual", text=text)


def legacy_keras(view: Sides) -> tuple[Remedy, ...]:
    """Load with Keras 2 in this environment: tf-keras, and the variable that makes it tf.keras."""
    version = view.case.tensorflow
    fits = version is not None and (version.major, version.minor) >= (2, 16)
    pin = f"tf-keras=={version.major}.{version.minor}.*" if fits and version is not None else "tf-keras"
    return (
        Remedy(kind="install", text=f"Install {pin}, which is Keras 2.", requirements=(pin,)),
        Remedy(
            kind="set-variable", text="Make it tf.keras, before TensorFlow is imported.", variable=LEGACY, value="1"
        ),
    )


def source_release(view: Sides) -> tuple[Remedy, ...]:
    """Use the release that wrote the model: load there, or save there again in a form that both know."""
    if view.writer.tensorflow is not None:
        text = view.writer.tensorflow.text
        target = view.writer.tensorflow.minor
        made = f"tfdoctor plan --target {target}" if target else "tfdoctor plan --target makes that environment"
        return (manual(f"Load it with TensorFlow {text}, which wrote it ({made})."),)
    if view.writer.keras is not None:
        return (manual(f"Load it with Keras {view.writer.keras.text}, which wrote it."),)
    return (manual("Load it with the release that wrote it (tfdoctor plan --target makes that environment)."),)


def newer_reader(view: Sides, release: str = "") -> tuple[Remedy, ...]:
    """Read with a release that is as new as the writer."""
    if release.startswith("3"):
        return (
            manual(
                f"Read it with Keras {release} or newer: TensorFlow 2.16 or newer (tfdoctor plan --target '>=2.16')."
            ),
            manual("Or build the model in code here and load its weights only."),
        )
    newest = release or (view.writer.tensorflow.minor if view.writer.tensorflow is not None else "")
    wanted = f"TensorFlow {newest} or newer" if newest else "a TensorFlow as new as the one that wrote it"
    made = f"tfdoctor plan --target '>={newest}'" if newest else "tfdoctor plan --target makes that environment"
    return (
        manual(f"Read it with {wanted} ({made})."),
        manual("Or build the model in code here and load its weights only."),
    )


REBUILD = manual("Or build the model in code with the reading Keras and load the weights only (load_weights).")
WITHOUT_OPTIMIZER = manual("Load without the optimizer: load_model(path, compile=False), then compile again.")
