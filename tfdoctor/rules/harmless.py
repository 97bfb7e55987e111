"""Messages that look like errors and are none."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import cuda
from tfdoctor.rules._gpus import nvidia
from tfdoctor.rules._rule import HARMLESS, Conclusion, rule
from tfdoctor.rules.drift._cures import caused, possible

_IGNORE = (Remedy(kind="manual", text="Nothing to do; TF_CPP_MIN_LOG_LEVEL=1 hides notices, =2 also warnings."),)


def _note(case: Case, kind: str, message: str, *, symptom: bool = True) -> Iterator[Conclusion]:
    """The conclusion that messages of one kind are harmless, where there are any."""
    found = case.events.of(kind)
    if found:
        yield Conclusion(message=message, evidence=logged(found[:3]), remedies=_IGNORE, symptom=symptom)


@rule("TFD901", HARMLESS, severity="note", verdict="harmless")
def harmless_optional_library_missing(case: Case) -> Iterator[Conclusion]:
    """An optional library is missing, or a GPU is looked for on a machine without one: TensorFlow works without.

    ## What it checks
    Messages about TensorRT (libnvinfer); messages about CUDA and cuInit on a machine that has no NVIDIA GPU.

    ## Why it matters
    It does not: TensorRT is used by TF-TRT only, and without a GPU TensorFlow computes on the CPU.

    ## How to fix it
    Ignore the message. Only who converts models with TF-TRT installs the TensorRT that the release was built with.

    ## Sources
    https://www.tensorflow.org/install/pip ; https://github.com/tensorflow/tensorflow (py_utils.cc of tf2tensorrt)
    """
    yield from _note(
        case,
        "optional-library-missing",
        "TensorRT is optional: GPU use does not need it.",
        symptom=not case.events.of("plugin-registered-twice"),  # those are printed as errors, this as a warning
    )
    gpus = known(case.snapshot.accelerators.gpus)
    if gpus is not None and not nvidia(case):
        yield from _note(
            case, "no-gpu-notice", "TensorFlow looked for a GPU on a machine without one and uses the CPU."
        )
    elif gpus is None and case.snapshot.origin == "ticket" and _no_driver(case):
        yield from _note(
            case,
            "no-gpu-notice",
            "TensorFlow looked for an NVIDIA driver and found none; nothing says that a GPU is meant to be used here.",
        )


def _no_driver(case: Case) -> bool:
    """Whether no driver was found (rather than one that fails) where no GPU, driver or toolkit is named."""
    view = cuda(case)
    absent = any(sonames.is_driver(name) for name in view.missing) or case.events.of("cuda-not-found")
    return bool(absent) and not view.intended and not case.events.of("driver-mismatch", "no-gpu-node")


@rule("TFD902", HARMLESS, severity="note", verdict="harmless")
def harmless_numa_node(case: Case) -> Iterator[Conclusion]:
    """The kernel names no NUMA node for the GPU; TensorFlow takes node 0.

    ## What it checks
    Messages about a negative NUMA node.

    ## Why it matters
    It does not: the GPU is used.

    ## How to fix it
    Ignore the message.

    ## Sources
    https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-bus-pci (numa_node)
    """
    yield from _note(
        case, "numa-node", "The NUMA node of the GPU is unknown to the kernel; node 0 is taken. The GPU is used."
    )


@rule("TFD903", HARMLESS, severity="note", verdict="harmless")
def harmless_plugin_double_registration(case: Case) -> Iterator[Conclusion]:
    """TensorFlow says that a cuDNN, cuFFT or cuBLAS factory is registered twice: a flaw of the build without effect.

    ## What it checks
    Messages "Unable to register … factory" and "computation placer already registered".

    ## Why it matters
    It does not: the first registration is used. If the GPU is not used, the reason is another one.

    ## How to fix it
    Ignore the message.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/62075
    """
    yield from _note(
        case, "plugin-registered-twice", "A library factory is registered twice in this build; the first is used."
    )


@rule("TFD904", HARMLESS, severity="note", verdict="harmless")
def harmless_cpu_feature_notice(case: Case) -> Iterator[Conclusion]:
    """TensorFlow says which further CPU instructions a build of your own could use.

    ## What it checks
    Messages of cpu_feature_guard.

    ## Why it matters
    It does not: the official build works, some operations could be faster in a build of your own.

    ## How to fix it
    Ignore the message.

    ## Sources
    https://github.com/tensorflow/tensorflow (cpu_feature_guard.cc)
    """
    yield from _note(
        case, "cpu-feature-notice", "The CPU knows more instructions than this build uses everywhere; it works."
    )


@rule("TFD905", HARMLESS, severity="note", verdict="harmless")
def protobuf_gencode_warning(case: Case) -> Iterator[Conclusion]:
    """Protobuf says that generated code is one major version older than its run time: this is allowed.

    ## What it checks
    The warning "Protobuf gencode version … is exactly one major version older".

    ## Why it matters
    Generated code works with the next major version of the run time; only the one after refuses it.

    ## How to fix it
    Ignore the message; do not take protobuf to yet another major version.

    ## Sources
    https://protobuf.dev/support/cross-version-runtime-guarantee/
    """
    yield from _note(
        case, "gencode-noticed", "Generated code one major version older than the protobuf run time is allowed."
    )


@rule("TFD906", HARMLESS, severity="note", verdict="harmless")
def onednn_default_on(case: Case) -> Iterator[Conclusion]:
    """TensorFlow says that oneDNN operations are on, so results may differ in the last digits.

    ## What it checks
    The notice about oneDNN custom operations; an upgrade from before 2.9, where the title of a ticket names oneDNN.

    ## Why it matters
    Sums are taken in another order, so results differ by rounding.

    ## How to fix it
    Ignore the message, or set TF_ENABLE_ONEDNN_OPTS=0 where results must repeat digit by digit.

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.9.0
    """
    noted = tuple(_note(case, "onednn-notice", "oneDNN operations are on; results may differ in the last digits."))
    brought = caused(case, "onednn-default-on") if not noted else None
    yield from noted or ((possible(*brought),) if brought is not None else ())


@rule("TFD907", HARMLESS, severity="note", verdict="harmless")
def ide_static_analysis(case: Case) -> Iterator[Conclusion]:
    """An editor or linter cannot resolve an import of TensorFlow that works when the program runs.

    ## What it checks
    Messages of Pylance, PyCharm and Pylint about tensorflow.keras and the like, where no program failed.

    ## Why it matters
    TensorFlow makes `tensorflow.keras` available when it is imported (lazily); tools that only read the files do not
    see it.

    ## How to fix it
    Nothing in the environment. `import keras`, or `from tensorflow import keras`, pleases the editors.

    ## Sources
    https://github.com/microsoft/pylance-release/issues/5482 ; https://github.com/tensorflow/tensorflow/issues/90510
    """
    found = case.events.of("editor-notice")
    ran = case.events.of("module-missing", "attribute-missing", "name-missing", "dll-load-failed")
    if not found or ran:
        return
    version = case.tensorflow
    lazily = (Evidence(fact="tensorflow.version", value=str(version)),) if version and version >= Version("2.0") else ()
    yield Conclusion(
        message="An editor does not see modules that TensorFlow provides when it is imported; the program runs.",
        evidence=(*logged(found[:3]), *lazily),
        remedies=(
            Remedy(
                kind="manual",
                text="Nothing to fix in the environment; silence the editor's notice or import keras itself.",
            ),
        ),
        symptom=True,
    )
