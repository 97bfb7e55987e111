"""Rules on native code: compiled companions, plugins, custom operations, libraries that clash in one process."""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import library, pip_says, raised_in, versions_evidence
from tfdoctor.rules._rule import ABI, Conclusion, rule
from tfdoctor.rules.pairs import pair_broken, pair_evidence, pair_remedies

# Companions with compiled code, by import package.
_COMPANIONS = {
    "tensorflow_text": "tensorflow-text",
    "tensorflow_io": "tensorflow-io",
    "tensorflow_io_gcs_filesystem": "tensorflow-io-gcs-filesystem",
    "tensorflow_decision_forests": "tensorflow-decision-forests",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_ranking": "tensorflow-ranking",
    "struct2tensor": "struct2tensor",
    "tfx_bsl": "tfx-bsl",
    "tensorflow_data_validation": "tensorflow-data-validation",
    "tensorflow_quantum": "tensorflow-quantum",
    "tensorflow_compression": "tensorflow-compression",
    "tensorflow_gnn": "tensorflow-gnn",
    "tensorflow_recommenders_addons": "tensorflow-recommenders-addons",
    "horovod": "horovod",
    "dm_reverb": "dm-reverb",
    "reverb": "dm-reverb",
    "envpool": "envpool",
    "sentencepiece": "tf-sentencepiece",
    "tf_sentencepiece": "tf-sentencepiece",
    "nvidia_dali_tf_plugin": "nvidia-dali-tf-plugin",
    "intel_extension_for_tensorflow": "intel-extension-for-tensorflow",
}
# Their operation libraries, by file name, for messages without a folder.
_FILES = {
    "tensorflow_text": re.compile(
        r"^_(?:text_similarity_metric|sentence_breaking|regex_split|wordpiece_tokenizer|sentencepiece_tokenizer|ngrams"
        r"|normalize|constrained_sequence|mst|pointer|whitespace_tokenizer|unicode_script_tokenizer|split_merge\w*"
        r"|boise_offset_converter|utf8_binarize|phrase_tokenizer|fast_\w+|trimmer|byte_splitter)(?:_ops?)?\.so"
    ),
    "tensorflow_addons": re.compile(
        r"^_(?:activation|image|correlation_cost|embedding_bag|distance_transform|parse_time|resampler|skip_gram"
        r"|beam_search|max_unpooling)_ops\.so"
    ),
}
_CORE = {"tensorflow", "tensorflow_core", "tensorflow_intel"}
_SYMBOL = re.compile(r"tensorflow|3tsl|N4absl|K?4absl|xla|TF_|Eigen|tflite|stream_executor|google8protobuf|OpKernel")


def _mangled(event: Event) -> bool:
    """Whether an undefined symbol is TensorFlow's, or of what TensorFlow brings along."""
    return bool(_SYMBOL.search(event["symbol"]))


def _undefined(case: Case) -> tuple[Event, ...]:
    return case.events.of("undefined-symbol")


def _owner(case: Case, event: Event) -> str:
    """Return the import package of the library that misses a symbol, as far as the log tells."""
    paths = [event["path"], *(one["path"] for one in case.events.of("symbol-wanted-by", "op-library-unopened"))]
    for path in (path.replace("\\", "/") for path in paths if path):
        parts = path.split("/")
        for module in _COMPANIONS:
            prefixes = (f"lib{module}.", f"lib{module}_", f"{module}.")
            if module in parts or any(part.startswith(prefixes) for part in parts):
                return module
        for module, names in _FILES.items():
            if names.search(parts[-1]):
                return module
        if library(path):
            return library(path)
    frame = library(raised_in(case, event))
    return frame if frame in _COMPANIONS else _spoken_of(case, event)


def _spoken_of(case: Case, event: Event) -> str:
    """Return the companion that a message without a path names, or that the import above it asks for."""
    if event["path"]:
        return ""
    said = [event.text, *(one["names"] for one in case.events.of("import-statement") if one.line < event.line)]
    return next((module for module in _COMPANIONS for text in said if re.search(rf"\b{module}\b", text)), "")


def _companion(case: Case) -> tuple[str, tuple[Event, ...]]:
    """Return the compiled companion that cannot be loaded, and what the log says of it."""
    undefined = [event for event in _undefined(case) if _owner(case, event) in _COMPANIONS]
    unopened = [
        event
        for event in case.events.of("op-library-unopened")
        if any(f"lib{module}" in event["path"] or module in event["path"] for module in _COMPANIONS)
    ]
    for event in (*undefined, *unopened):
        module = _owner(case, event)
        if module in _COMPANIONS:
            return _COMPANIONS[module], tuple(sorted((*undefined, *unopened), key=lambda one: one.line))
    return "", ()


def _conda(case: Case) -> bool:
    """Whether TensorFlow itself comes from conda."""
    item = case.distributions.get(case.distribution or "tensorflow")
    if item is not None and known(item.installer) is not None:
        return known(item.installer) == "conda"
    method = (known(case.snapshot.tensorflow.install_method) or "").lower()
    if re.search(r"conda-?forge|conda[^;+]*\(tf\)|conda (?:tf|tensorflow)|conda install", method):
        return True
    return bool(re.search(r"\bconda\b", method)) and "pip" not in method and "env" not in method


@rule("TFD500", ABI)
def conda_pip_mix(case: Case) -> Iterator[Conclusion]:
    """TensorFlow comes from conda and a compiled companion from pip (or the other way round).

    ## What it checks
    Where TensorFlow and its compiled companions come from, when a companion cannot be loaded or both are installed.

    ## Why it matters
    conda-forge builds TensorFlow with its own compilers, absl and protobuf. Compiled companions from the package index
    are made for TensorFlow's own wheels.

    ## How to fix it
    Install TensorFlow and its companions from the same place.

    ## Sources
    https://github.com/tensorflow/io/issues/2139
    """
    name, events = _companion(case)
    if not _conda(case):
        return
    stated = "pip" in (known(case.snapshot.tensorflow.install_method) or "").lower()
    installed = tuple(
        one for one in _COMPANIONS.values()
        if one in case.distributions and (known(case.distributions[one].installer) in {"pip", "uv", "poetry"} or stated)
    )  # fmt: skip
    for companion in dict.fromkeys((name,) if name else installed):
        yield Conclusion(
            message=f"TensorFlow comes from conda, {companion} from the package index: their binaries do not fit.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, companion),
                      Evidence(fact="tensorflow.installer", value="conda")),
            remedies=(Remedy(kind="create-environment", text="Install TensorFlow and its companions with pip.",
                             requirements=("tensorflow", companion)),),
            severity="error" if events else "warning",
            verdict="broken" if events else "degraded",
            confidence="certain" if events else "possible",
            symptom=bool(events),
        )  # fmt: skip


@rule("TFD501", ABI)
def tf_plugin_abi_mismatch(case: Case) -> Iterator[Conclusion]:
    """A compiled companion (tensorflow-text, -io, -decision-forests…) was built for another TensorFlow.

    ## What it checks
    The TensorFlow that each compiled companion needs against the installed one; in a log: a symbol that a companion's
    library does not find.

    ## Why it matters
    TensorFlow's C++ interface is not stable: an operation library only loads into the minor it was built against, and
    into that build of it (a TensorFlow from source, from NVIDIA or from a distribution differs).

    ## How to fix it
    Install the companion in the version for this TensorFlow, named in its own table.

    ## Sources
    https://github.com/tensorflow/text#versioning, https://github.com/tensorflow/io#tensorflow-version-compatibility,
    https://github.com/tensorflow/decision-forests/blob/main/documentation/known_issues.md
    """
    failing, events = _companion(case)
    if failing and not _conda(case):
        needs = pair_broken(case, failing)
        yield Conclusion(
            message=f"The library of {failing} was built for another TensorFlow than the one that loads it.",
            evidence=(*logged(events[:3]), *pair_evidence(case, failing, needs)),
            remedies=pair_remedies(case, failing, needs),
            symptom=True,
        )
    for name in sorted(set(_COMPANIONS.values()) - {failing, "tensorflow-addons"}):
        needs = pair_broken(case, name)
        row = case.matrix.companions.get(name)
        if needs and row is not None and row.link == "abi":
            said = pip_says(case, name)
            yield Conclusion(
                message=f"{name} {case.versions[name]} was built for TensorFlow {needs}, not {case.tensorflow}.",
                evidence=(*logged(said), *pair_evidence(case, name, needs)),
                remedies=pair_remedies(case, name, needs),
                confidence="likely",
                symptom=bool(said),
            )


@rule("TFD504", ABI)
def custom_op_abi(case: Case) -> Iterator[Conclusion]:
    """A custom operation was compiled for another TensorFlow, C++ library ABI or C++ standard.

    ## What it checks
    In a log: a symbol of TensorFlow that a library outside the known companions does not find, and whether its
    mangled name has the new C++11 ABI.

    ## Why it matters
    TensorFlow's wheels have the old C++ library ABI up to 1.12 and from 1.15 to 2.8, the new one in 1.13, 1.14 and
    from 2.9 on. A compiler's default is the new one.

    ## How to fix it
    Compile again with the flags of `tf.sysconfig.get_compile_flags()` and `get_link_flags()` of this TensorFlow.

    ## Sources
    Symbol names of the wheels; https://www.tensorflow.org/guide/create_op
    """
    failing, _ = _companion(case)
    if failing:
        return
    events = tuple(
        event
        for event in _undefined(case)
        if _mangled(event) and _owner(case, event) not in _CORE and "plugin" not in event["path"]
    )
    framework = tuple(
        event for event in case.events.of("extension-needs-library") if "tensorflow_framework" in event["soname"]
    )
    events += (*framework, *case.events.of("cxx-standard-refused"))
    if not events or case.events.of("plugin-unopened"):
        return
    new = any("__cxx11" in event["symbol"] or "B5cxx11" in event["symbol"] for event in events)
    abi = None if case.build is None else case.build.cxx11_abi
    stated = (
        (Evidence(fact="matrix.releases.cxx11_abi", value=str(abi), source="releases.json"),) if abi is not None else ()
    )
    flag = "" if abi is None and not new else f" -D_GLIBCXX_USE_CXX11_ABI={int(abi) if abi is not None else 0}"
    yield Conclusion(
        message="A custom operation was compiled for another TensorFlow or another C++ ABI"
        + (": it uses the new C++11 ABI." if new else "."),
        evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *stated),
        remedies=(Remedy(kind="manual", text=f"Compile it again with tf.sysconfig.get_compile_flags(){flag}."),),
        symptom=True,
    )


@rule("TFD505", ABI)
def conda_shared_lib_soname_mismatch(case: Case) -> Iterator[Conclusion]:
    """A conda build of TensorFlow is linked to another version of a conda library than the one installed.

    ## What it checks
    In a log: a shared library that TensorFlow's extension needs and that is none of CUDA's or the system's, where
    TensorFlow comes from conda.

    ## Why it matters
    conda packages share libraries (flatbuffers, protobuf, abseil, grpc, icu). An update that changes the soname
    breaks those built against the old one.

    ## How to fix it
    Install the version of the library that TensorFlow was built with, or update TensorFlow's build.

    ## Sources
    https://github.com/conda-forge/tensorflow-feedstock/issues/350
    """
    events = tuple(event for event in case.events.of("extension-needs-library") if _SHARED.match(event["soname"]))
    if events:
        soname = events[0]["soname"]
        name = soname.partition(".so")[0].removeprefix("lib")
        yield Conclusion(
            message=f"TensorFlow is linked to {soname}, but another version of {name} is installed.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, name)),
            remedies=(Remedy(kind="manual", text=f"Let conda install the {name} that provides {soname}."),),
            confidence="certain" if known(case.snapshot.interpreter.environment) == "conda" else "likely",
            symptom=True,
        )


_SHARED = re.compile(
    r"lib(?:flatbuffers|protobuf|absl\w*|grpc\w*|gpr|upb|icu\w+|snappy|re2|png\d*|jpeg|sqlite3|double-conversion|curl"
    r"|crypto|ssl|giflib|gif|mkl\w*|iomp5|hdf5\w*|openblas|cblas|lapack|z|boringssl|highwayhash|dnnl|onednn)\.so"
)
_STACKS = (
    "pyarrow", "torch", "torchvision", "cv2", "xgboost", "sklearn", "ray", "mxnet", "caffe", "onnxruntime", "PyQt5",
    "open3d",
)  # fmt: skip


@rule("TFD506", ABI)
def import_order_native_lib_clash(case: Case) -> Iterator[Conclusion]:
    """TensorFlow and another native library in one process crash, depending on which is imported first.

    ## What it checks
    In a log: a crash where TensorFlow and another native stack (pyarrow, PyTorch, OpenCV…) are imported together, with
    protobuf or the C++ runtime on the stack; a protobuf file that is registered twice. Without a log: old releases of
    pyarrow and PyTorch that are known for it.

    ## Why it matters
    Both bring their own copies of protobuf, OpenMP or the C++ runtime, and symbols of one are used by the other.

    ## How to fix it
    Import TensorFlow first, install newer versions of both, or separate them into two processes.

    ## Sources
    https://github.com/apache/arrow/issues/4472, https://github.com/tensorflow/tensorflow/issues/13615
    """
    events = case.events.of("segmentation-fault", "file-exists-twice", "descriptors-unreadable")
    text = f"{known(case.snapshot.log) or ''}\n{known(case.snapshot.code) or ''}"
    other = next((name for name in _STACKS if re.search(rf"\b{name}\b|/{name}/", text)), "")
    if not other:
        other = next((name for name in _STACKS if name in case.distributions), "") if events else ""
    both = re.search(r"import (?:tensorflow|keras)|tensorflow", text)
    if not events and case.imported is not True:
        yield from _known_clash(case)
    if events and other and both:
        yield Conclusion(
            message=f"TensorFlow and {other} crash in one process: both bring native libraries that clash.",
            evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, other.lower())),
            remedies=(Remedy(kind="manual", text=f"Import TensorFlow before {other}, or use two processes."),),
            confidence="likely",
            symptom=True,
        )


# Releases whose C++ run time is not TensorFlow's: the other, its first good release, TensorFlow's.
_CLASHES = (
    ("pyarrow", Version("0.14"), Version("1.14")),  # https://github.com/apache/arrow/issues/4472
    ("torch", Version("0.4"), Version("1.5")),  # https://github.com/tensorflow/tensorflow/issues/13615
)


def _known_clash(case: Case) -> Iterator[Conclusion]:
    for name, good, tensorflow in _CLASHES:
        version = case.versions.get(name)
        if version is not None and version < good and case.tensorflow is not None and case.tensorflow < tensorflow:
            yield Conclusion(
                message=f"Importing {name} {version} before TensorFlow {case.tensorflow} crashes.",
                evidence=(*case.tensorflow_evidence(), *versions_evidence(case, name)),
                remedies=(Remedy(kind="manual", text=f"Import TensorFlow before {name}."),),
                severity="note",
                verdict="degraded",
                confidence="likely",
            )


@rule("TFD507", ABI)
def vendor_wheel_broken(case: Case) -> Iterator[Conclusion]:
    """A vendor's build of TensorFlow is broken: the wheel is invalid, or misses a symbol of its own.

    ## What it checks
    In a log: a symbol that TensorFlow's own library does not find, where TensorFlow comes from a vendor's build
    (NVIDIA, Intel, Jetson, DirectML, ROCm and others); pip's refusal of such a build's wheel as invalid.

    ## Why it matters
    No version of another distribution cures it.

    ## How to fix it
    Install another release of the vendor's build, or the TensorFlow project's own wheel.

    ## Sources
    Symbol names of the wheels; https://github.com/tensorflow/tensorflow/issues/36123
    """
    core = tuple(event for event in _undefined(case) if _owner(case, event) in _CORE and _mangled(event))
    own = {"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-intel"}
    vendor = case.distribution is not None and case.distribution not in own
    invalid = tuple(
        event
        for event in case.events.of("wheel-invalid")
        if (name := canonicalize_name(event["distribution"] or "")) in TENSORFLOW_DISTRIBUTIONS and name not in own
    )
    if invalid:
        yield Conclusion(
            message=f"pip refuses the wheel of {invalid[0]['distribution']}: it was built wrongly.",
            evidence=logged(invalid[:2]),
            remedies=(Remedy(kind="manual", text="Install another release of this build, or the plain TensorFlow."),),
            symptom=True,
        )
    if core and vendor and not _companion(case)[0]:
        yield Conclusion(
            message=f"The library of {case.distribution} misses a symbol of its own.",
            evidence=(*logged(core[:2]), *case.tensorflow_evidence()),
            remedies=(
                Remedy(kind="manual", text=f"Install another release of {case.distribution}, or plain TensorFlow."),
            ),
            confidence="likely",
            symptom=True,
        )
