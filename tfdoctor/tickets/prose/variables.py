"""Reads environment variables as shells, listings and Python set them, and the images of container commands."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose import values
from tfdoctor.tickets.prose.claims import MEASURED, STATED, TYPED, VARIABLES, Claim
from tfdoctor.tickets.prose.lines import Line

_NAMES: Final = (
    r"(?:LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|LD_PRELOAD|CUDA_(?:HOME|PATH|ROOT|VISIBLE_DEVICES|DEVICE_ORDER"
    r"|CACHE_MAXSIZE)|CUDNN_PATH|NVIDIA_VISIBLE_DEVICES"
    r"|NVIDIA_DRIVER_CAPABILITIES|TF_[A-Z0-9_]{2,60}|KERAS_(?:BACKEND|HOME)|XLA_[A-Z_]{2,40}"
    r"|PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
    r"|PYTHONPATH|PYTHONNOUSERSITE|PYTHONHOME|CONDA_PREFIX|VIRTUAL_ENV|MKL_[A-Z_]{2,40}|OMP_NUM_THREADS"
    r"|HSA_OVERRIDE_GFX_VERSION)"
)
_SET: Final = re.compile(
    rf"^(?:[$#>%] |\S{{1,60}}[$#>] )?(?P<how>export |set |setx |ENV |env |\$env:|!export |%env "
    rf"|declare -x )?(?P<name>{_NAMES})(?: ?= ?| (?=\S))"
    r"(?P<value>\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s\"'].{0,2000})?$"
)
_PYTHON: Final = re.compile(
    rf"os\.(?:environ(?:\.setdefault\(|\[)|putenv\()['\"](?P<name>{_NAMES})['\"](?:\] ?= ?"
    rf"|, ?)(?:str\()?['\"]?(?P<value>[^'\")]{{0,300}})"
)
_ECHO: Final = re.compile(rf"\becho \"?(?:\$\{{?|%)(?P<name>{_NAMES})[}}%]?\"?$")
_UNSET: Final = re.compile(rf"^(?P<name>{_NAMES}) is (?:unset|not set|empty)")
_IMAGE: Final = re.compile(
    r"(?:\bdocker (?:run|pull)\b.{0,400}?|^FROM )\s?((?:[\w.-]{1,60}/){0,3}(?:tensorflow|cuda"
    r"|[\w.-]{0,40}tensorflow[\w.-]{0,40}):[\w.-]{1,80})"
)
_READER: Final = "environment variable"


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield the variables and images that commands and listings name."""
    asked = ""
    for line in lines:
        text = line.text.strip().lstrip("-*` ").rstrip("`")
        if asked and text and not text.startswith("$ "):
            yield _claim(VARIABLES + asked, text, line, MEASURED)
        echo = _ECHO.search(text) if "echo" in text else None
        asked = echo["name"] if echo else ""
        if "_" in text or "PYTHON" in text:
            yield from _assigned(line, text)
        image = _IMAGE.search(text) if "docker" in text or text.startswith("FROM ") else None
        if image:
            for key, value in values.images(image[1]):
                yield Claim(key, value, line.number, line.number, TYPED, "container command")


def _claim(key: str, value: str, line: Line, rank: int) -> Claim:
    # "CUDA_VISIBLE_DEVICES=0 python train.py": the variable holds for one command
    value = value if value[:1] in "\"'" or not key.endswith("_DEVICES") else value.partition(" ")[0]
    return Claim(key, value.strip("\"'"), line.number, line.number, rank, _READER)


def _assigned(line: Line, text: str) -> Iterator[Claim]:
    found = _SET.match(text)
    if found and found["value"] and (found["how"] or "=" in text or found["value"][:1] in "/:$"):
        if not _UNSET.match(text):
            yield _claim(VARIABLES + found["name"], found["value"], line, STATED)
    elif not text.startswith("#") and (python := _PYTHON.search(text)):
        yield _claim(VARIABLES + python["name"], python["value"], line, STATED)
