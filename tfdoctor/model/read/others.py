"""What a file is that is no model of TensorFlow or Keras, as far as its first bytes tell: so that its user knows."""

import re
from typing import Final

from tfdoctor.model.read.source import POINTER

_PICKLE: Final = "pickled Python, which only runs: no format of TensorFlow or Keras"
_BYTES: Final = (
    (POINTER, "a pointer of Git LFS, not the file itself: fetch it with git lfs pull"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!\x1a\x07", "a rar archive: unpack it first"),
    (b"\x80\x02", _PICKLE),
    (b"\x80\x03", _PICKLE),
    (b"\x80\x04", _PICKLE),
    (b"\x80\x05", _PICKLE),
    (b"\x93NUMPY", "a NumPy array, no model"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file, no model"),
    (b"GGUF", "a GGUF file, no format of TensorFlow or Keras"),
    (b"%PDF", "a PDF document, no model"),
    (b"\x89PNG", "an image, no model"),
    (b"\xff\xd8\xff", "an image, no model"),
)
_NAMES: Final = (
    ((".pkl", ".pickle", ".joblib", ".sav"), _PICKLE),
    ((".pt", ".pth"), "of PyTorch, no format of TensorFlow or Keras"),
    ((".onnx",), "an ONNX model: convert it to a SavedModel first"),
    ((".safetensors",), "safetensors: arrays without a model, no format of TensorFlow or Keras"),
    ((".mlmodel",), "a Core ML model, no format of TensorFlow or Keras"),
    ((".yaml", ".yml"), "YAML: Keras has written and read architectures in it until 2.5; JSON is read here"),
    ((".py", ".ipynb"), "a program, no model: name what it saves"),
)
_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
_TEXT: Final = 300  # bytes: longer texts are no message of a server
_SAID: Final = 80


def told(head: bytes, size: int, name: str) -> str:
    """Return what a file is, by its first bytes and its name; "" where that is not known.

    Args:
        head: the first bytes, 4096 at most.
        size: of the whole file.
        name: of the file.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") and (_PAGE.match(start) or start.startswith(b"<?xml")):
        return "a web page or XML, not the file itself: the download was refused or asked for a login"
    found = next((what for magic, what in _BYTES if head.startswith(magic)), "")
    if head[257:262] == b"ustar":
        found = "a tar archive: unpack it first"
    if found:
        return found
    if not head.strip(b"\0"):
        return "nothing but zeros at its start: it was not written to its end"
    found = next((what for ends, what in _NAMES if name.lower().endswith(ends)), "")
    return found or _message(head, size)


def _message(head: bytes, size: int) -> str:
    """A short text, as servers answer instead of a file."""
    if size > _TEXT:
        return ""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return ""
    words = text.split()
    return f"a text, no model: {' '.join(words)[:_SAID]!r}" if "".join(words).isprintable() else ""
