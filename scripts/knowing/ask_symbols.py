"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): writes its public API as JSON to the file argv[1].

Each object stands once, with all public names that lead to it; what the signatures hide behind decorators is unwrapped.
"""

import contextlib
import importlib
import inspect
import json
import logging
import re
import sys
import types
import warnings

import tensorflow as tf
from ask_symbols_rows import LONGEST, describe, members, public
from ask_symbols_texts import PUBLIC, chain, literal, own

# Folders and files whose modules only hold what is exported.
API = re.compile(
    r"[/\\](?:_api[/\\]v[12]|keras[/\\]api|keras[/\\]_tf_keras|estimator[/\\]api|summary[/\\]_tf|tensorflow(?:_core)?[/\\]keras)[/\\]"
    r"|python[/\\]platform[/\\]flags\.py$"
)
MINOR = tuple(int(part) for part in tf.__version__.split(".")[:2])
OWN_KERAS, OWN_API = (2, 6), (2, 13)  # from these on Keras is a distribution of its own, and shows its API itself
INNER = ("keras.src", "keras._tf_keras", "keras.protobuf")
OURS = ("tensorflow", "tensorflow_core", "tensorflow_estimator", "keras", "tensorboard", "absl")
BUILD = re.compile(r"VERSION|__version__|__git_version__|CXX11|MONOLITHIC|_FLAG$")


def is_api(module, root):
    """Say whether a module is part of the API, not one that happens to be imported there."""
    if MINOR >= OWN_API and module.__name__.startswith("keras.") and not module.__name__.startswith(INNER):
        return True  # from Keras 3.9 on tf.keras shows its very modules
    return root == "tf" and bool(API.search(getattr(module, "__file__", None) or ""))


class Walk:
    """All public names, by the object that they lead to."""

    def __init__(self):
        self.found = {}
        self.kept = []

    def add(self, key, item, name):
        """Note a name of an object."""
        if key not in self.found:
            self.found[key] = {"item": item, "names": []}
            self.kept.append(item)
        if name not in self.found[key]["names"]:
            self.found[key]["names"].append(name)

    def module(self, module, path, root):
        """Note everything below a module."""
        self.add(("module", merged(path)), module, path)
        for name in sorted(set(dir(module))):
            if not (public(name) or name in ("__version__", "__git_version__")):
                continue
            whole = "%s.%s" % (path, name)
            if re.search(r"\.compat\.v[12]\.compat\.v[12]$", whole) or whole == "tf.contrib":
                continue
            try:
                self.one(getattr(module, name), whole, root)
            except Exception as error:
                sys.stderr.write("%s: %s\n" % (whole, str(error)[:100]))

    def contrib(self, module):
        """Note everything below tf.contrib, each module at its shortest path."""
        waiting, seen = [(module, "tf.contrib")], set()
        while waiting:
            module, path = waiting.pop(0)
            if id(module) in seen:
                continue
            seen.add(id(module))
            self.add(("module", path), module, path)
            for name in sorted(set(dir(module))):
                item = getattr(module, name, None)
                if not public(name) or name in ("python", "ops", "kernels", "proto", "protos", "api"):
                    continue
                if not isinstance(item, types.ModuleType):
                    self.one(item, "%s.%s" % (path, name), "tf.contrib")
                elif re.match(r"tensorflow(_core)?\.contrib\.", loaded(item).__name__):
                    waiting.append((loaded(item), "%s.%s" % (path, name)))

    def one(self, item, whole, root):
        """Note one attribute of a module."""
        last = whole.rpartition(".")[2]
        if isinstance(item, types.ModuleType):
            if last in ("mock", "pywrap_tensorflow"):
                self.add(("module", merged(whole)), item, whole)
            elif whole.count(".") < 9 and is_api(loaded(item), root) and not self.seen_above(item, whole):
                self.module(item, whole, root)
        elif inspect.isclass(item) or callable(item):
            if root == "tf.contrib" and not str(getattr(item, "__module__", "tensorflow")).startswith(OURS):
                return
            self.add(id(item), item, whole)
        elif literal(item) is not None or root == "tf.contrib":
            if not isinstance(item, getattr(__import__("__future__"), "_Feature")):
                self.add(("value", last, repr(item)[:LONGEST]), item, whole)
        else:
            self.add(id(item), item, whole)

    def seen_above(self, item, path):
        """Say whether a module is inside itself."""
        above = path.rpartition(".")[0]
        while above:
            found = self.found.get(("module", merged(above)))
            if found is not None and found["item"] is item:
                return True
            above = above.rpartition(".")[0]
        return False


def loaded(module):
    """Return what a lazy module stands for."""
    if type(module) is not types.ModuleType and hasattr(type(module), "_load"):
        return module._load() or module
    return module


def merged(path):
    """Return the path under which a module is compared with those that show the same API."""
    mine = "v1" if tf.__version__.startswith("1.") else "v2"
    path = path.replace("tf.compat.%s." % mine, "tf.", 1)
    if path == "keras" or path.startswith("keras."):
        path = "tf." + path
    for name in ("losses", "metrics", "optimizers", "initializers"):
        if mine == "v2" and (path == "tf." + name or path.startswith("tf.%s." % name)):
            path = "tf.keras." + path[3:]
    return path


def walk():
    """Return the walk through TensorFlow, its contrib, and the distribution keras."""
    found = Walk()
    found.module(tf, "tf", "tf")
    if tf.__version__.startswith("1."):
        found.contrib(importlib.import_module("tensorflow.contrib"))
    if MINOR >= OWN_KERAS:
        standalone(found)
    return found


def standalone(found):
    """Add the names of the distribution keras: up to 2.12 those of its API that are there by hand, too."""
    keras = importlib.import_module("keras")
    if MINOR >= OWN_API:
        found.module(keras, "keras", "keras")
        return
    for entry in list(found.found.values()):
        for name in [one for one in entry["names"] if one.startswith("tf.keras")]:
            plain = name[3:]
            item = reached(plain)
            if item is None:
                continue
            if isinstance(item, types.ModuleType):
                found.add(("module", merged(plain)), item, plain)
            elif literal(item) is not None:
                found.add(("value", plain.rpartition(".")[2], repr(item)[:LONGEST]), item, plain)
            else:
                found.add(id(item), item, plain)


def reached(name):
    """Return what an import or an attribute leads to, None where nothing does."""
    with contextlib.suppress(ImportError):
        return importlib.import_module(name)
    above, _, last = name.rpartition(".")
    try:
        return getattr(importlib.import_module(above), last, None)
    except ImportError:
        return None


def exported_names(item):
    """Return the names that TensorFlow calls deprecated."""
    for one, _ in chain(item):
        found = own(one, "_tf_deprecated_api_names")
        if found:
            return sorted(str(name) for name in found)
    return []


def renames():
    """Return what 1.15 says of names that go: {"tf.log": "tf.math.log"}."""
    if not tf.__version__.startswith("1."):
        return {}
    found = importlib.import_module("tensorflow.tools.compatibility.all_renames_v2")
    return dict(found.symbol_renames)


def rows(found):
    """Return everything that was found, in the order of the first names."""
    entries = sorted(found.found.items(), key=lambda pair: sorted(pair[1]["names"]))
    places = {id(entry["item"]): number for number, (_, entry) in enumerate(entries) if inspect.isclass(entry["item"])}
    PUBLIC.update((id(entry["item"]), entry["names"]) for _, entry in entries)
    told = []
    for key, entry in entries:
        item, names = entry["item"], sorted(entry["names"])
        contrib = all(name.startswith("tf.contrib") for name in names)
        if isinstance(key, tuple) and key[0] == "module":
            row = {"kind": "module"}
        elif contrib:
            row = {"kind": "class" if inspect.isclass(item) else "function" if callable(item) else "value"}
        else:
            row = describe(item)
            if row["kind"] == "value" and BUILD.search(names[0]):
                row["value"] = ""
            if inspect.isclass(item):
                row["members"] = members(item, places)
                row["bases"] = [places[id(base)] for base in inspect.getmro(item)[1:] if id(base) in places]
            row["deprecated_names"] = exported_names(item)
            row["own"] = str(getattr(item, "__name__", ""))
        row["names"] = names
        told.append(
            {
                name: value
                for name, value in row.items()
                if value not in ("", {}) and (value != [] or name == "parameters")
            }
        )
    return told


def main():
    """Write the answer."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    found = walk()
    answer = {
        "version": tf.__version__,
        "python": "%d.%d" % sys.version_info[:2],
        "keras": "",
        "objects": rows(found),
        "renames": renames(),
    }
    if MINOR >= OWN_KERAS:
        answer["keras"] = importlib.import_module("keras").__version__
    with open(sys.argv[1], "w") as target:
        json.dump(answer, target, sort_keys=True)


main()
