"""Reads banners and one-line answers: of Python, of TensorFlow, of other modules, of pip."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, PACKAGES, STATED, TYPED, Claim
from tfdoctor.tickets.prose.lines import Line
from tfdoctor.tickets.prose.values import VERSION

_PYTHON: Final = re.compile(
    r"^Python ([23]\.\d{1,2}\.\d{1,2}(?:(?:rc|a|b)\d{1,2})?\+?)(?P<rest>$| ::.{0,80}$|\s?[|(\[].{0,200}$)"
)
_SYS: Final = re.compile(
    r"^['\"]?([23]\.\d{1,2}\.\d{1,2}\+?) (?:\||\((?:default|main|tags|v\d|heads|\w{0,10}, ))(?P<rest>.{0,200})"
)
_COMPILER: Final = re.compile(
    r"^\[(?:GCC|Clang|MSC)[^\]]{0,120}\](?: on (\w{1,12}))?|\[(?:GCC|Clang|MSC)[^\]]{0,120}\] on (\w{1,12})"
)
_PLATFORMS: Final = {"linux": "Linux", "linux2": "Linux", "win32": "Windows", "darwin": "macOS"}
_INFO: Final = re.compile(r"^\(?(?:sys\.version_info\(major=)?([23]), (?:minor=)?(\d{1,2}), (?:micro=)?(\d{1,2}), ")
_GIT: Final = re.compile(
    rf"^\(?b?['\"]?(?:v\d{{1,2}}\.\d[\w.-]{{0,60}}|unknown)['\"]?,?\s{{1,4}}b?['\"]?({VERSION})['\"]?\)?$",
    re.IGNORECASE,
)
_TF_LINE: Final = re.compile(rf"^tf\.(?:version\.)?VERSION = ({VERSION})$")
_ASKED: Final = re.compile(r"\b(\w{1,40})\.(?:version\.)?(?:__version__|VERSION)\b")
_BARE: Final = re.compile(rf"^['\"]?({VERSION})(?:-tf)?['\"]?$")
_MODULES: Final = {
    "tf": "tensorflow", "tensorflow": "tensorflow", "np": "numpy", "numpy": "numpy", "keras": "keras",
    "tfp": "tensorflow-probability", "tfa": "tensorflow-addons", "tfds": "tensorflow-datasets", "hub": "tensorflow-hub",
    "tensorflow_probability": "tensorflow-probability", "tensorflow_addons": "tensorflow-addons", "h5py": "h5py",
    "tensorflow_text": "tensorflow-text", "protobuf": "protobuf", "tf_keras": "tf-keras", "scipy": "scipy",
    "jax": "jax",
    "tensorflow_hub": "tensorflow-hub", "tensorflow_datasets": "tensorflow-datasets", "tensorboard": "tensorboard",
}  # fmt: skip
_PIP: Final = re.compile(r"^pip (\d{1,2}(?:\.\d{1,4}){1,2}) from (\S.{0,300}?)(?: \(python ([23]\.\d{1,2})\))?$")
_BUILT: Final = re.compile(r"['\"]is_cuda_build['\"]\s?[:,]\s?(True|False)")
_ASKED_CUDA: Final = re.compile(r"is_built_with_cuda\(\)|is_built_with_gpu_support\(\)")
_BITS: Final = re.compile(r"^\('(32|64)bit', '(\w{0,20})'\)$")


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what banners and one-line answers say."""
    asked = ""  # the module whose version was asked for in the line before
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        bare = _BARE.match(text)
        if bare and asked:
            yield _module(asked, bare[1], line)
        found = _ASKED.search(text) if "ersion" in text.lower() else None
        if text in {"True", "False"} and asked == "cuda":
            yield _cuda_build(line, built=text == "True")
        asked = found[1] if found else ("cuda" if _ASKED_CUDA.search(text) else "")
        yield from _python(line, text)
        yield from _one_line(line, text)


def _claim(key: str, value: str, line: Line, reader: str) -> Claim:
    return Claim(key, value, line.number, line.number, MEASURED, reader)


def _module(name: str, version: str, line: Line) -> Claim:
    distribution = _MODULES.get(name, name)
    if distribution == "tensorflow":
        return _claim(f"{ENVIRONMENT}tf_version", version, line, "__version__")
    return _claim(PACKAGES + distribution, version, line, "__version__")


def _cuda_build(line: Line, *, built: bool) -> Claim:
    return _claim(
        f"{ENVIRONMENT}tf_distribution", f"tensorflow ({'CUDA build' if built else 'CPU'})", line, "build info"
    )


def _python(line: Line, text: str) -> Iterator[Claim]:
    found = _PYTHON.match(text) or _SYS.match(text)
    compiler = _COMPILER.search(text)
    if found:
        yield _claim(f"{ENVIRONMENT}python_version", found[1].rstrip("+"), line, "Python banner")
        if re.search(r"conda", found["rest"], re.IGNORECASE):
            yield _claim(
                f"{ENVIRONMENT}conda",
                "conda-forge" if "conda-forge" in found["rest"] else "Anaconda",
                line,
                "Python banner",
            )
    elif info := _INFO.match(text):
        yield _claim(f"{ENVIRONMENT}python_version", ".".join(info.groups()), line, "sys.version_info")
    bits = _BITS.match(text)
    if bits:
        yield _claim(f"{ENVIRONMENT}python_bits", bits[1], line, "platform.architecture()")
    if compiler:
        platform = _PLATFORMS.get(compiler[1] or compiler[2] or "", "")
        if platform:
            yield Claim(f"{ENVIRONMENT}os", platform, line.number, line.number, 0, "Python banner")
        width = re.search(r"(32|64) bit \(", compiler.group())
        if width:
            yield _claim(f"{ENVIRONMENT}python_bits", width[1], line, "Python banner")


def _one_line(line: Line, text: str) -> Iterator[Claim]:
    git = _GIT.match(text) or _TF_LINE.match(text)
    if git:
        yield _claim(f"{ENVIRONMENT}tf_version", git[1], line, "tf.version")
    built = _BUILT.search(text)
    if built:
        yield _cuda_build(line, built=built[1] == "True")
    pip = _PIP.match(text)
    if pip:
        yield _claim(f"{PACKAGES}pip", pip[1], line, "pip --version")
        method, at = f"pip {pip[1]}", line.number
        yield Claim(f"{ENVIRONMENT}install_method", method, at, at, STATED, "pip --version")
        if pip[3]:
            yield Claim(f"{ENVIRONMENT}python_version", pip[3], line.number, line.number, TYPED, "pip --version")
