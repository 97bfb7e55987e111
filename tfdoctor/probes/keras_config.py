"""The keras.json that decides the backend of Keras."""

import json
import posixpath
import re

from tfdoctor.facts import ABSENT, Fact, KerasConfig, Unknown
from tfdoctor.probes.machine import Machine


def probe(machine: Machine) -> Fact[KerasConfig]:
    """Read keras.json in KERAS_HOME or in .keras of the home folder."""
    home = machine.environ.get("USERPROFILE" if machine.platform == "win32" else "HOME", "")
    folder = machine.environ.get("KERAS_HOME") or (posixpath.join(home, ".keras") if home else "")
    if not folder:
        return Unknown(reason="neither KERAS_HOME nor a home folder is set")
    path = posixpath.join(folder, "keras.json")
    try:
        data = machine.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError as error:
        return Unknown(reason=f"{path}: {error.strerror}")
    return parse(path, data)


def parse(path: str, data: bytes) -> KerasConfig:
    """Return what a keras.json says; damaged JSON is an Unknown backend, or the one that its text still shows."""
    try:
        backend = json.loads(data).get("backend")
    except (ValueError, AttributeError, RecursionError):
        found = re.search(rb'"backend"\s*:\s*"(\w+)"', data)
        unknown = Unknown(reason=f"{path} is no valid JSON")
        return KerasConfig(path=path, backend=found[1].decode("ascii", "replace") if found else unknown)
    return KerasConfig(path=path, backend=backend if isinstance(backend, str) else ABSENT)
