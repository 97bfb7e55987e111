"""What a traceback tells of a file of the user's that is imported in place of a module."""

import itertools
import re
import sys
from typing import Final

from tfdoctor.logs import Event
from tfdoctor.rules._case import Case

# Names that every TensorFlow since 1.4 has: where one is missing, it is another module.
_ALWAYS = (
    "__version__", "Variable", "constant", "keras", "float32", "io", "nn", "data", "reduce_mean", "shape",
    "zeros", "ones", "cast", "Tensor", "Module", "config", "math", "random", "image", "add", "matmul",
    "python",
)  # fmt: skip

_SHADOWABLE = (
    "tensorflow",
    "keras",
    "numpy",
    "tensorboard",
    "random",
    "typing",
    "logging",
    "queue",
    "enum",
    "types",
    "copy",
    "math",
)


_INSTALLED = re.compile(r"site-packages|dist-packages|[\\/]lib[\\/]python|[\\/]Lib[\\/]|<frozen")
_STDLIB = sys.stdlib_module_names - {"__main__", "__future__", "site", "this"}


# What `import tensorflow` and one epoch of Keras had imported from files, measured with TensorFlow 2.6, 2.15, 2.16 and
# 2.21. A file in the place of any other module stays without consequence for TensorFlow.
NEEDED: Final = frozenset((
    "abc", "absl", "argparse", "array", "ast", "astunparse", "asyncio", "base64", "bdb", "binascii", "bisect",
    "bz2", "calendar", "certifi", "charset_normalizer", "cmd", "code", "codecs", "codeop", "collections",
    "colorsys", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "csv", "ctypes",
    "dataclasses", "datetime", "decimal", "difflib", "dis", "distutils", "email", "encodings", "enum", "fcntl",
    "flatbuffers", "fnmatch", "fractions", "functools", "gast", "genericpath", "getopt", "getpass", "gettext",
    "glob", "google", "grp", "gzip", "h5py", "hashlib", "heapq", "hmac", "http", "idna", "imp", "importlib",
    "importlib_metadata", "inspect", "io", "ipaddress", "json", "keras", "keras_preprocessing", "keyword",
    "linecache", "locale", "logging", "lzma", "math", "mimetypes", "ml_dtypes", "multiprocessing", "namex",
    "ntpath", "numbers", "numpy", "opcode", "operator", "opt_einsum", "optree", "packaging", "pathlib", "pdb",
    "pickle", "pkgutil", "platform", "posixpath", "pprint", "queue", "quopri", "random", "re", "reprlib",
    "requests", "rlcompleter", "secrets", "select", "selectors", "setuptools", "shlex", "shutil", "signal", "six",
    "socket", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "string", "stringprep", "struct",
    "subprocess", "sysconfig", "tarfile", "tempfile", "tensorboard", "tensorflow", "termcolor", "termios",
    "textwrap", "threading", "timeit", "token", "tokenize", "traceback", "types", "typing", "typing_extensions",
    "unicodedata", "unittest", "urllib", "urllib3", "uu", "uuid", "warnings", "weakref", "wrapt", "xml", "zipfile",
    "zipimport", "zlib",
))  # fmt: skip


def stem(path: str) -> str:
    """The name of a file without its folder and ".py"."""
    return re.split(r"[\\/]", path)[-1].removesuffix(".py")


def is_own(path: str) -> bool:
    """Whether a file in a traceback is named like a module and lies outside of Python's own folders."""
    return not _INSTALLED.search(path) and stem(path) in _SHADOWABLE


def in_place_of_stdlib(case: Case) -> Event | None:
    """Return the frame of a file that is named like a module of the standard library and was imported by one of it."""
    frames = case.events.of("frame")
    for caller, frame in itertools.pairwise(frames):
        outside = not _INSTALLED.search(frame["path"])
        if outside and _INSTALLED.search(caller["path"]) and stem(frame["path"]) in _STDLIB:
            return frame
    return None


def own_file(case: Case) -> Event | None:
    """Return what names a file of the user's in the place of a module: a frame, or the message about a half import."""
    named = (one for one in case.events.of("frame", "name-missing") if is_own(one["path"]))
    return in_place_of_stdlib(case) or next(named, None)


def shadow_events(case: Case) -> tuple[Event, ...]:
    """Return what a log says of a module that is hidden by a file of the same name."""
    direct = tuple(event for event in case.events.of("not-a-package") if event["module"] in _SHADOWABLE)
    own = own_file(case)
    errors = case.events.of("attribute-missing", "name-missing")
    partial = tuple(event for event in errors if own is not None and _is_half(event))
    missing = tuple(
        event
        for event in case.events.of("attribute-missing")
        # `compat` alone is what another tensorflow-estimator misses
        if event["module"] == "tensorflow"
        and (event["attribute"] in _ALWAYS or (own and event["attribute"] == "compat"))
    )
    return direct or partial or missing or _after_a_named_import(case)


def _after_a_named_import(case: Case) -> tuple[Event, ...]:
    """Return the error below a file that an installed module imported by the name of one of the standard library."""
    frame = in_place_of_stdlib(case)
    if frame is None:
        return ()
    asked = any(
        event.line < frame.line and stem(frame["path"]) in {event["names"], event["source"]}
        for event in case.events.of("import-statement")
    )
    errors = case.events.of("attribute-missing", "name-missing", "module-missing")
    return tuple(event for event in errors if asked and event.line > frame.line)


def _is_half(event: Event) -> bool:
    """Whether a name is missing from a module that is not fully imported, or from another one in its place."""
    if event["object"] == "module":
        return True  # Python 2 does not say which
    return "partially initialized" in event.text and event["module"].split(".")[0] in _SHADOWABLE
