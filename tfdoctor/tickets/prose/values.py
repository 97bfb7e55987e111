"""Reads the words of one answer ("CUDA 10.1 / cuDNN 7.6.5", "tf-nightly 2.5.0.dev20210320") into keys and values."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tfdoctor.tickets import words
from tfdoctor.tickets.prose.claims import ENVIRONMENT, PACKAGES, Pair

VERSION: Final = (
    r"\d{1,4}\.\d+(?:\.\d+){0,4}(?:[.-]?(?:dev|rc|alpha|beta|post|a(?=\d)|b(?=\d))[.-]?\d{0,12}){0,3}(?:\+[\w.]{1,40})?"
)
_VERSION: Final = re.compile(rf"(?<![\w.])[vr]?({VERSION})(?!\.?\w)(\.x)?", re.IGNORECASE)
_DESCRIBED: Final = re.compile(
    r"\bb?['\"]?v(\d+(?:\.\d+){1,3}[\w-]{0,20}?)-\d{1,6}-g[0-9a-f]{5,40}\b['\",)]{0,3}", re.IGNORECASE
)
_ASIDE: Final = re.compile(r"\([^()]{0,300}\)|\[[^\[\]]{0,300}\](?!=)")
_OTHER: Final = re.compile(
    r"\b(?P<name>keras|python|cuda|cudnn|numpy|protobuf|h5py|bazel|gcc|conda|pip|ubuntu|windows|macos|tf[-_]keras)"
    rf"(?: version)?[ =:v-]{{0,4}}(?P<version>{VERSION}|\d+)",
    re.IGNORECASE,
)
_NOTHING: Final = frozenset(
    [
        "",
        "no response",
        "_no response_",
        "n/a",
        "na",
        "-",
        "--",
        "?",
        "x",
        "unknown",
        "not sure",
        "not applicable",
        "don't know",
        "dont know",
        "no idea",
        "none",
        "nil",
        "null",
        "no",
        "yes",
        "irrelevant",
        "not relevant",
        "any",
        "all",
        "latest",
        "same",
        "see above",
        "see below",
        "not installed",
        "todo",
        "tbd",
        ".",
        "n.a.",
        "n/a.",
        "default",
        "nan",
        "n.a",
        "not used",
        "not needed",
        "doesn't matter",
        "not important",
        "e.g., linux ubuntu 16.04",
        "(e.g., linux ubuntu 16.04)",
        "e.g., linux ubuntu 14.04",
        "use command below",
        "source or binary",
        "(source or binary)",
        "(use command below)",
        "if compiling from source",
        "(if compiling from source)",
        "e.g. ubuntu 16.04",
    ]
)


def nothing(value: str) -> bool:
    """Whether an answer says nothing: empty, "N/A", the form's own placeholder."""
    return value.strip(" \t*_`.:").lower() in _NOTHING or value.strip().lower() in _NOTHING


def version(text: str) -> str:
    """Return the first version in a text, "" where there is none."""
    found = _VERSION.search(text)
    return found[1] if found and not found[2] else ""


def tensorflow(value: str) -> Iterator[Pair]:
    """Read an answer about the release of TensorFlow; several releases are a remark, no fact."""
    described = _DESCRIBED.findall(value)
    text = _DESCRIBED.sub(" ", value)
    for found in _OTHER.finditer(text):
        if found["name"].lower() in {"keras", "numpy", "protobuf", "h5py", "tf-keras", "tf_keras"}:
            yield PACKAGES + found["name"].lower().replace("_", "-"), found["version"]
    text = _OTHER.sub(" ", text)
    short = _ASIDE.sub(" ", text)
    found_versions = _versions(short) or _versions(text) or described[:1]
    if len(found_versions) == 1:
        yield f"{ENVIRONMENT}tf_version", found_versions[0]
    elif found_versions:
        yield f"{ENVIRONMENT}version_notes", f"tensorflow: {value.strip()[:120]}"
    yield from distribution(re.sub(rf"==?\s*{VERSION}", " ", value))


def _versions(text: str) -> list[str]:
    found = (item[1] for item in _VERSION.finditer(text) if not item[2])
    return list(dict.fromkeys(number for number in found if number[0] in "012"))  # there is no TensorFlow 3


_SHORT: Final = {"tf-gpu": "tensorflow-gpu", "tf gpu": "tensorflow-gpu", "tensorflow gpu": "tensorflow-gpu"}
_TWICE: Final = re.compile(r"\btf[- _]gpu\b|\btensorflow[_ ]gpu\b", re.IGNORECASE)


def distribution(value: str) -> Iterator[Pair]:
    """Read the name of the TensorFlow distribution or image, where it says more than "tensorflow"."""
    text = _TWICE.sub("tensorflow-gpu", value)
    image = re.search(r"\btensorflow/tensorflow(?::[\w.-]{1,80})?", text)
    if image:
        yield from images(image.group())
        return
    names = words.build_words(text).distributions
    extra = "[and-cuda]" if "and-cuda" in text else ""
    if extra:
        yield f"{ENVIRONMENT}tf_distribution", "tensorflow[and-cuda]"
    elif len(names) > 1 or (names and names[0] != "tensorflow"):
        yield f"{ENVIRONMENT}tf_distribution", " and ".join(names)


_IMAGE_TF: Final = re.compile(r"tensorflow/tensorflow:(\d+\.\d+(?:\.\d+)?(?:rc\d)?)")
_IMAGE_CUDA: Final = re.compile(r"nvidia/cuda:(\d+\.\d+)(?:\.\d+)?(?:-(?:base|runtime|devel))?(?:-cudnn(\d*))?")
_IMAGE_OS: Final = re.compile(r"(ubuntu|centos|debian|rockylinux|ubi)(\d+(?:\.\d+)?)")


def images(name: str) -> Iterator[Pair]:
    """Read the name of a container image: what it holds."""
    yield f"{ENVIRONMENT}container", f"docker {name}"
    if "tensorflow/tensorflow" in name:
        yield f"{ENVIRONMENT}tf_distribution", f"docker {name}"
    for key, expression in (("tf_version", _IMAGE_TF), ("cuda_versions_found", _IMAGE_CUDA)):
        found = expression.search(name)
        if found:
            yield ENVIRONMENT + key, found[1]
    found = _IMAGE_CUDA.search(name)
    if found and found[2]:
        yield f"{ENVIRONMENT}cudnn_versions_found", found[2]
    system = _IMAGE_OS.search(name)
    if system and found:
        yield f"{ENVIRONMENT}os", f"{system[1].capitalize()} {system[2]}"


_PYTHON: Final = re.compile(
    r"(?<![\w.])(?:c?python|py|v)?\s?([23]\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|a|b)\d{1,2})?\+?)(?![\w.]\d)", re.IGNORECASE
)
_BITS: Final = re.compile(r"(?<!\d)(32|64)[ -]?bits?\b", re.IGNORECASE)
_CONDA: Final = re.compile(r"\b(?:ana|mini)?conda\d?\b|\bminiforge\b|\bmambaforge\b", re.IGNORECASE)


def python(value: str) -> Iterator[Pair]:
    """Read an answer about the Python."""
    short = _ASIDE.sub(" ", value)
    found = list(dict.fromkeys(_PYTHON.findall(short) or _PYTHON.findall(value)))
    precise = [item for item in found if not any(other.startswith(item + ".") for other in found)]
    if len(precise) == 1:
        yield f"{ENVIRONMENT}python_version", precise[0].rstrip("+")
    elif precise:
        yield f"{ENVIRONMENT}version_notes", f"python: {value.strip()[:120]}"
    elif re.fullmatch(r"(?:python )?[23]", value.strip(), re.IGNORECASE):
        yield f"{ENVIRONMENT}python_version", value.strip()[-1]
    bits = set(_BITS.findall(value))
    if len(bits) == 1:
        yield f"{ENVIRONMENT}python_bits", bits.pop()
    conda = _CONDA.search(value)
    if conda:
        yield f"{ENVIRONMENT}conda", conda.group()


_ARCH: Final = re.compile(
    r"(?<![\w-])(x86[_-]64|amd64|aarch64|arm64|armv[678]l?|ppc64le|i[36]86|apple silicon|m[1-4])(?![\w-])",
    re.IGNORECASE,
)


def system(value: str) -> Iterator[Pair]:
    """Read an answer about the operating system."""
    text = value.strip()[:160]
    yield f"{ENVIRONMENT}os", f"Ubuntu {text}" if re.fullmatch(r"[12]\d\.(?:04|10)(?:\.\d)?(?: LTS)?", text) else text
    arch = _ARCH.search(text)
    if arch:
        low = arch.group().lower()
        yield f"{ENVIRONMENT}arch", "arm64" if low == "apple silicon" or re.fullmatch(r"m\d", low) else arch.group()
    named = re.search(r"(?<![\w-])([\w.-]+/)*[\w.-]+/[\w.-]+:[\w.-]+", text)
    if named:
        yield f"{ENVIRONMENT}container", f"docker {named.group()}"


def installed(value: str) -> Iterator[Pair]:
    """Read an answer about how TensorFlow was installed."""
    text = value.strip(" `*")[:200]
    yield f"{ENVIRONMENT}install_method", text
    yield from distribution(text)
    conda = _CONDA.search(text)
    if conda:
        yield f"{ENVIRONMENT}conda", conda.group()


def chosen(value: str) -> Iterator[Pair]:
    """Read the choice between "source" and "binary" in the form of 2022, where many leave the first as it stands."""
    if value.strip(" `*.").lower() != "source":
        yield from installed(value)


_GPU: Final = re.compile(
    r"nvidia|geforce|\b[gr]tx\b|[gr]tx ?\d{3}|\bgt ?\d{3,4}|tesla|quadro|titan|jetson|xavier|orin|radeon|\brx ?\d{3,4}|"
    r"\bgfx\d|vega|\bmi\d{2,3}|\b[avhltkpb][1-9]\d{0,3}[ms]?\b|\bgh?200\b|\bgb\d{3}|\bmx ?\d{3}|\b\d{3,4} ?(?:ti"
    r"|super|m|mx)\b"
    r"|\b(?:[1-9]0[5-9]0|[1-9]00?\d0)\b|\bm[1-5](?: (?:pro|max|ultra))?\b|intel|\buhd\b|iris|\bamd\b|grid|\brtx",
    re.IGNORECASE,
)
_NO_GPU: Final = re.compile(
    r"^(?:none|no|no gpus?|cpu(?: only)?|no gpu.{0,20}|without gpu|no nvidia gpu)$", re.IGNORECASE
)
_CAPABILITY: Final = re.compile(
    r"\(?\b(?:compute capability|cuda capability|capability|cc|sm)[ _:=v]{0,3}(\d{1,2}\.\d|\d{2,3})\)?", re.IGNORECASE
)
_SPLIT: Final = re.compile(r"[,;/+&|]| and | with | plus |\n", re.IGNORECASE)
_COUNT: Final = re.compile(
    r"^(\d{1,2}) ?[x\u00d7*] ?|^(dual|two|2|three|3|four|4|eight|8) (?=[A-Za-z])|\s[x\u00d7*] ?(\d{1,2})$",
    re.IGNORECASE,
)
_NUMBERS: Final = {"dual": 2, "two": 2, "three": 3, "four": 4, "eight": 8}


def gpus(value: str) -> Iterator[Pair]:
    """Read an answer about the GPUs; a capability is joined to the name by "; capability "."""
    text = value.strip(" `*.")
    if _NO_GPU.match(text):
        yield f"{ENVIRONMENT}gpus", ""
        return
    capability = _CAPABILITY.search(text)
    driver = re.search(r"\bdrivers?(?: version)?[ :=]{0,3}(\d{3}\.\d+(?:\.\d+)?)", text, re.IGNORECASE)
    if driver:
        yield f"{ENVIRONMENT}driver_version", driver[1]
        text = text.replace(driver.group(), " ")
    text = _CAPABILITY.sub(" ", text)
    named = [
        part.strip(" -:()") for part in _SPLIT.split(text.replace("(", " ").replace(")", " ")) if _GPU.search(part)
    ]
    for part in named[:16]:
        count = _COUNT.search(part)
        number = count[1] or count[2] or count[3] if count else ""
        times = _NUMBERS.get(number.lower(), 0) or int(number or 1)
        name = words.gpu_name(re.sub(r"\s{2,}", " ", part))[:80]
        for _ in range(max(1, min(times, 16))):
            yield f"{ENVIRONMENT}gpus", f"{name}; capability {_point(capability[1])}" if capability else name


def _point(text: str) -> str:
    return text if "." in text else f"{text[:-1]}.{text[-1]}"


_TOKEN: Final = re.compile(
    r"(?P<aside>\([^()]{1,200}\))|(?P<cudnn>cu[ -]?dnn)|(?P<cuda>cuda|nvcc|toolkit)|(?P<smi>nvidia[- ]smi|driver)"
    r"|(?P<flavour>(?:for|\+|compatible with) ?cuda[ -]?)(?=\d)"
    r"|(?<![\d.])(?P<number>\d{1,3}(?:\.\d{1,4}){0,4})",
    re.IGNORECASE,
)
# The cuDNN majors that were made for a CUDA major.
_PAIRS: Final = {6: (1, 2), 7: (2, 3, 4, 5), 8: (5, 6, 7), 9: (7,), 10: (7, 8), 11: (8, 9), 12: (8, 9), 13: (9, 10)}


# Releases of cuDNN whose numbers no toolkit of TensorFlow's time ever had. Sources:
# https://developer.nvidia.com/cuda-toolkit-archive ; https://docs.nvidia.com/deeplearning/cudnn/
_CUDNN_ONLY: Final = re.compile(r"(?:4\.0|5\.[01]|6\.0|7\.[1-46]|8\.[1-9]|9\.[3-9])(?!\d)")


def cuda(value: str) -> Iterator[Pair]:
    """Read an answer about CUDA and cuDNN, in either order, with or without their names."""
    text = re.sub(r"\bso\.", " ", value.replace("_", " "))[:600]
    named = "dnn" in text.lower()
    topic, last, toolkit = "cuda", "", ""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "aside":
            yield from _aside(topic, last, found["aside"])
        elif kind != "number":
            topic, last = kind, ""
        elif not (last and "." not in found["number"]):
            number = found["number"]
            if topic == "cuda" and toolkit and not named and _pair(toolkit, number):
                topic = "cudnn"
            yield from _number(topic, number)
            last = number
            toolkit = number if topic == "cuda" else toolkit
            topic = "cudnn" if topic == "flavour" else topic


_SMI: Final = re.compile(r"nvidia[- ]smi|driver", re.IGNORECASE)


def _aside(topic: str, last: str, text: str) -> Iterator[Pair]:
    """What stands in brackets behind a version: where it was seen, or what it was built for."""
    inner = text.strip("()[] ")
    own = _SMI.search(inner)
    if own and (number := re.search(r"\d{1,2}\.\d", inner)):  # "11.0 (nvidia-smi: 11.2)"
        yield f"{ENVIRONMENT}driver_cuda_version", number.group()
    elif own and last and topic == "cuda":  # "11.2 (nvidia-smi)": what was taken for a toolkit is the driver's
        yield "-", last
        yield f"{ENVIRONMENT}driver_cuda_version", last
        yield f"{ENVIRONMENT}version_notes", f"cuda: {last} ({inner})"
    elif topic in {"cuda", "cudnn"} and re.search(r"[A-Za-z]{2}", inner):
        yield f"{ENVIRONMENT}version_notes", f"{topic}: {last} ({inner})" if last else f"{topic}: ({inner})"


def _pair(toolkit: str, number: str) -> bool:
    return int(number.split(".", maxsplit=1)[0]) in _PAIRS.get(int(toolkit.split(".", maxsplit=1)[0]), ())


def _number(topic: str, number: str) -> Iterator[Pair]:
    major = int(number.split(".", maxsplit=1)[0])
    if topic == "cuda" and _CUDNN_ONLY.match(number):
        yield f"{ENVIRONMENT}cudnn_versions_found", number
    elif topic == "cuda" and 4 <= major <= 20:
        yield f"{ENVIRONMENT}cuda_versions_found", number
    elif topic == "cudnn" and 1 <= major <= 12:
        yield f"{ENVIRONMENT}cudnn_versions_found", number
    elif topic == "smi":
        yield f"{ENVIRONMENT}{'driver_version' if major >= 100 else 'driver_cuda_version'}", number
    elif topic == "flavour" and 4 <= major <= 20:
        yield "flavour", number


def cuda_and_cudnn(value: str) -> list[Pair]:
    """Read an answer about CUDA and cuDNN; numbers that turn out to be the driver's are taken back."""
    pairs: list[Pair] = []
    for key, text in cuda(value):
        if key == "-":
            pairs = [pair for pair in pairs if pair != (f"{ENVIRONMENT}cuda_versions_found", text)]
        elif key == "flavour":
            of = [item for name, item in pairs if name.endswith("cudnn_versions_found")]
            if of:
                pairs.append((f"{ENVIRONMENT}version_notes", f"cudnn: {of[-1]} (for CUDA {text})"))
        else:
            pairs.append((key, text))
    return pairs


def cudnn(value: str) -> list[Pair]:
    """Read an answer about cuDNN alone."""
    return cuda_and_cudnn(f"cudnn {value}")


def simple(key: str, *, width: int = 160) -> Callable[[str], Iterator[Pair]]:
    """Make a reader that takes the answer as it is."""

    def read(value: str) -> Iterator[Pair]:
        yield ENVIRONMENT + key, value.strip(" `*")[:width]

    return read


def dotted(key: str, expression: str = r"\d+(?:\.\d+)+") -> Callable[[str], Iterator[Pair]]:
    """Make a reader that takes the first version of the answer."""
    pattern = re.compile(expression)

    def read(value: str) -> Iterator[Pair]:
        found = pattern.search(value)
        if found:
            yield ENVIRONMENT + key, found.group()

    return read


def package(name: str) -> Callable[[str], Iterator[Pair]]:
    """Make a reader of the version of a distribution."""

    def read(value: str) -> Iterator[Pair]:
        found = _VERSION.search(_ASIDE.sub(" ", value))
        if found and not found[2]:
            yield PACKAGES + name, found[1]

    return read
