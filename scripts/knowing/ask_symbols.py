"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): writes its public API as JSON to the file argv[1].

Each object stands once, with all public names that lead to it; what the signatures hide behind decorators is unwrapped.
"""

import ast
import contextlib
import enum
import functools
import importlib
import inspect
import json
import logging
import os
import re
import sys
import tempfile
import textwrap
import types
import warnings

import tensorflow as tf

# Folders and files whose modules only hold what is exported.
API = re.compile(
    r"[/\\](?:_api[/\\]v[12]|keras[/\\]api|keras[/\\]_tf_keras|estimator[/\\]api|summary[/\\]_tf|tensorflow(?:_core)?[/\\]keras)[/\\]"
    r"|python[/\\]platform[/\\]flags\.py$"
)
INNER = ("keras.src", "keras._tf_keras")
OURS = ("tensorflow", "tensorflow_core", "tensorflow_estimator", "keras", "tensorboard", "absl")
# Members of these bases are Python's, not TensorFlow's.
FOREIGN = ("builtins", "abc", "enum", "typing", "typing_extensions", "collections", "collections.abc", "google.", "numpy")
BUILD = re.compile(r"VERSION|__version__|__git_version__|CXX11|MONOLITHIC|_FLAG$")
LONGEST = 160
EVERY = ("__call__",)
NOTHING = inspect.Parameter.empty


# -- walking


def public(name):
    """Say whether a name is one for users."""
    return not name.startswith("_")


def is_api(module, root):
    """Say whether a module is part of the API, not one that happens to be imported there."""
    if root == "keras":
        return module.__name__.startswith("keras.") and not module.__name__.startswith(INNER)
    return bool(API.search(getattr(module, "__file__", None) or ""))


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
            if re.search(r"\.compat\.v[12]\.compat$", whole) or whole == "tf.contrib":
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
            if last == "mock":
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
    minor = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if minor >= (2, 6):
        standalone(found, minor)
    return found


def standalone(found, minor):
    """Add the names of the distribution keras: up to 2.12 those of its API that are there by hand, too."""
    keras = importlib.import_module("keras")
    if minor >= (2, 13):
        found.module(keras, "keras", "keras")
        return
    for entry in list(found.found.values()):
        for name in [one for one in entry["names"] if one.startswith("tf.keras")]:
            plain = name[3:]
            item = reached(plain)
            if item is None:
                continue
            if isinstance(item, types.ModuleType):
                found.add(("module", plain), item, plain)
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


# -- texts


def literal(item):
    """Return the text of a constant, None where it is none."""
    if isinstance(item, enum.Enum):
        return None
    if item is None or isinstance(item, (bool, int, float, str, bytes)):
        return plain(repr(item))
    if isinstance(item, (tuple, list, set, frozenset)) and type(item) in (tuple, list, set, frozenset):
        parts = [literal(one) for one in item]
        if None in parts:
            return None
        if isinstance(item, (set, frozenset)):
            parts.sort()
        brackets = {tuple: "()", list: "[]"}.get(type(item), "{}")
        inside = ", ".join(parts) + ("," if type(item) is tuple and len(parts) == 1 else "")
        return brackets[0] + inside + brackets[1]
    if type(item) is dict:
        pairs = [(literal(key), literal(value)) for key, value in item.items()]
        if any(None in pair for pair in pairs):
            return None
        return "{%s}" % ", ".join("%s: %s" % pair for pair in sorted(pairs))
    if hasattr(item, "dtype") and hasattr(item, "item") and getattr(item, "shape", None) == ():
        return literal(item.item())
    return None


HERE = sorted({sys.prefix, sys.base_prefix, os.path.expanduser("~"), tempfile.gettempdir(), os.getcwd()}, key=len)


def plain(text):
    """Return a text without addresses and without paths of this machine."""
    for path in reversed(HERE):
        if len(path) > 1:
            text = text.replace(path, "<path>")
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def default(item):
    """Return the canonical text of a default value."""
    text = literal(item)
    if text is not None:
        return text
    if isinstance(item, enum.Enum):
        return "%s.%s" % (type(item).__name__, item.name)
    if isinstance(item, tf.DType):
        return "tf.%s" % item.name
    if isinstance(item, types.ModuleType):
        return item.__name__.rpartition(".")[2]
    if isinstance(item, functools.partial):
        return "partial(%s)" % default(item.func)
    if inspect.isclass(item) or inspect.isroutine(item):
        return item.__name__
    if type(item) in (tuple, list):
        inside = ", ".join(default(one) for one in item) + ("," if len(item) == 1 and type(item) is tuple else "")
        return ("(%s)" if type(item) is tuple else "[%s]") % inside
    if type(item) is dict:
        return "{%s}" % ", ".join(sorted("%s: %s" % (default(key), default(value)) for key, value in item.items()))
    if type(item) is object:
        return "<object>"
    if hasattr(item, "get_config"):
        with contextlib.suppress(Exception):
            config = item.get_config()
            return "%s(%s)" % (type(item).__name__, ", ".join("%s=%s" % (k, default(v)) for k, v in sorted(config.items())))
    return "<%s>" % type(item).__name__


# -- signatures


def chain(item):
    """Yield an object and what it wraps, outermost first; the name and the arguments of each decorator with it."""
    for _ in range(30):
        decorator = own(item, "_tf_decorator")
        yield item, decorator
        if decorator is not None:
            item = decorator.decorated_target
        elif own(item, "__wrapped__") is not None:
            item = item.__wrapped__
        elif isinstance(item, functools.partial):
            return
        elif inspect.ismethod(item):
            item = item.__func__
        elif own(item, "_python_function") is not None:
            item = item._python_function
        else:
            return


def own(item, name):
    """Return an attribute of the object itself, not of its class."""
    try:
        return vars(item).get(name)
    except TypeError:
        return None


KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.KEYWORD_ONLY: "named",
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def parameters(item, bound):
    """Return [[name, kind, default or None], ...] of a callable, less the first where it is `bound`; None without."""
    if isinstance(item, (staticmethod, classmethod)):
        bound, item = isinstance(item, classmethod), item.__func__
    dropped = bound or inspect.ismethod(item)
    rows = None
    last = item
    for one, decorator in chain(item):
        last = one
        spec = getattr(decorator, "decorator_argspec", None)
        if spec is not None and hasattr(spec, "args"):
            rows = of_argspec(spec)
            break
    if rows is None:
        try:
            found = inspect.signature(last, follow_wrapped=False)
        except (TypeError, ValueError):
            return None
        dropped = dropped and not (inspect.ismethod(last) and last is item)
        rows = [[one.name, KINDS[one.kind], None if one.default is NOTHING else default(one.default)] for one in found.parameters.values()]
    if dropped and rows and rows[0][1] in ("positional", "either"):
        rows = rows[1:]
    return rows


def of_argspec(spec):
    """Return the rows of a FullArgSpec or ArgSpec."""
    defaults = list(spec.defaults or ())
    first = len(spec.args) - len(defaults)
    rows = [[name, "either", default(defaults[n - first]) if n >= first else None] for n, name in enumerate(spec.args)]
    if spec.varargs:
        rows.append([spec.varargs, "*", None])
    for name in getattr(spec, "kwonlyargs", None) or ():
        values = spec.kwonlydefaults or {}
        rows.append([name, "named", default(values[name]) if name in values else None])
    rest = getattr(spec, "varkw", None) or getattr(spec, "keywords", None)
    if rest:
        rows.append([rest, "**", None])
    return rows


def constructor(cls):
    """Return what makes an instance: __init__, or __new__ where that is defined nearer and says more."""
    for base in inspect.getmro(cls):
        if base is object:
            return None
        first, new = vars(base).get("__init__"), vars(base).get("__new__")
        if new is not None and first is None:
            rows = parameters(new.__func__ if isinstance(new, staticmethod) else new, True)
            if rows is not None and any(row[1] not in ("*", "**") for row in rows):
                return new.__func__ if isinstance(new, staticmethod) else new
        if first is not None:
            return first
    return None


# -- deprecations


def sentence(text):
    """Return a message on one line."""
    return plain(" ".join(str(text).split()))


def deprecations(item):
    """Return (message, {argument: message}) that the decorators of a callable and its own body tell."""
    message, arguments = "", {}
    last = item
    for one, _ in chain(item.__func__ if isinstance(item, (staticmethod, classmethod)) else item):
        last = one
        code = getattr(one, "__code__", None)
        if code is None or not getattr(one, "__closure__", None):
            continue
        cells = {}
        for name, cell in zip(code.co_freevars, one.__closure__):
            with contextlib.suppress(ValueError):
                cells[name] = cell.cell_contents
        if not isinstance(cells.get("instructions"), str):
            if isinstance(cells.get("deprecated_name"), str) and isinstance(cells.get("name"), str):
                message = message or "Please use %s instead." % cells["name"]
            continue
        if "deprecated_positions" in cells or "names_to_ok_vals" in cells:
            known = cells.get("names_to_ok_vals") or {}
            given = cells.get("deprecated_arg_names_or_tuples") or ()
            names = set(known) | {each[0] if isinstance(each, tuple) else each for each in given}
            names |= set(cells.get("deprecated_positions") or ())
            arguments.update((str(name), sentence(cells["instructions"])) for name in names)
        elif isinstance(cells.get("deprecated_kwargs"), dict):
            for name, value in cells["deprecated_kwargs"].items():
                arguments["%s=%s" % (name, default(value))] = sentence(cells["instructions"])
        else:
            message = message or sentence(cells["instructions"])
    said, more = warned(last)
    more.update(arguments)
    return message or said, more


def warned(item):
    """Return what a function warns of in any case, and {argument: what it warns of when that is given}."""
    code = getattr(item, "__code__", None)
    if code is None or not any(isinstance(one, str) and "deprecat" in one.lower() for one in strings(code)):
        return "", {}
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(item))).body[0].body
    except (OSError, TypeError, SyntaxError, AttributeError, IndexError):
        return "", {}
    message, arguments = "", {}
    for node in body:
        text = warning(node)
        if text:
            message = message or text
        elif isinstance(node, ast.If):
            name = asked(node.test)
            texts = [found for found in map(warning, node.body) if found]
            if name and texts:
                arguments[name] = texts[0]
    return message, arguments


def strings(code):
    """Yield the constants of a function, those in tuples too."""
    for one in code.co_consts:
        if isinstance(one, tuple):
            for each in one:
                yield each
        else:
            yield one


def asked(test):
    """Return the argument that a condition asks for: `name`, `name is not None`, `"name" in kwargs`."""
    if isinstance(test, ast.Name):
        return test.id
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.ops[0], ast.In):
            return written(test.left)
        if isinstance(test.ops[0], ast.IsNot) and isinstance(test.left, ast.Name):
            return test.left.id
    return ""


def warning(node):
    """Return the text of a statement that warns of a deprecation."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args):
        return ""
    function = node.value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    text = written(node.value.args[0]) if name in ("warn", "warning", "warning_once") else ""
    return sentence(text) if "deprecat" in text.lower() else ""


def written(node):
    """Return the text of an expression of strings; what is put in at run time is left out."""
    if isinstance(node, ast.JoinedStr):
        return "".join(written(one) for one in node.values)
    if isinstance(node, ast.FormattedValue):
        return "..."
    if isinstance(node, ast.BinOp):
        return written(node.left) + (written(node.right) if isinstance(node.op, ast.Add) else "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return written(node.func.value)
    found = getattr(node, "value", getattr(node, "s", ""))
    return found if isinstance(found, str) else ""


NOTICE = re.compile(r"^\s*(?:Warning:|Deprecated:|DEPRECATED[:.]?|\.\. deprecated::)\s*((?:(?!\n\s*\n).)*)", re.DOTALL | re.MULTILINE)
SHOUTED = re.compile(r"THIS (?:FUNCTION|CLASS) IS DEPRECATED\.[^\n]*\s*(?:Instructions for updating:)?\s*")


def documented(item):
    """Return what the docstring says of the object's own deprecation."""
    text = own(item, "__doc__") if inspect.isclass(item) else getattr(item, "__doc__", None)
    if not isinstance(text, str) or "deprecated" not in text.lower():
        return ""
    if SHOUTED.search(text):
        rest = text[SHOUTED.search(text).end():]
        return sentence(re.split(r"\n\s*\n", rest.strip())[0]) or "Deprecated."
    head = re.split(r"\n\s*(?:Args|Arguments|Attributes|Usage|Example)", "\n".join(text.strip().split("\n")[:12]))[0]
    for found in NOTICE.finditer(head):
        said = sentence(found.group(1))
        if "ARE DEPRECATED" in said:
            continue
        if found.group(0).startswith("Warning") and "deprecated" not in said.lower():
            continue
        return said or "Deprecated."
    return ""


# -- rows


def describe(item, member=False, bound=False):
    """Return what is asked of a class, function or value."""
    row = {}
    if inspect.isclass(item):
        row["kind"] = "class"
        maker = None if issubclass(item, enum.Enum) or hasattr(item, "DESCRIPTOR") else constructor(item)
        row["parameters"] = parameters(maker, True) if maker is not None else ([] if plainly(item) else None)
        said, arguments = ("", {})
        if maker is not None and defined(item, maker):
            said, arguments = deprecations(maker)
        row["deprecated"] = said or documented(item)
        row["deprecated_parameters"] = arguments
        return row
    if isinstance(item, (staticmethod, classmethod)) or callable(item) and not isinstance(item, tf.DType):
        row["kind"] = "method" if member else "function"
        row["parameters"] = parameters(item, bound)
        said, arguments = deprecations(item)
        inner = item.__func__ if isinstance(item, (staticmethod, classmethod)) else item
        row["deprecated"] = said or (documented(inner) if inspect.isroutine(inner) else "")
        row["deprecated_parameters"] = arguments
        return row
    row["kind"] = "value"
    text = "tf.%s" % item.name if isinstance(item, tf.DType) else literal(item)
    if isinstance(item, enum.Enum):
        text = literal(item.value) or ""
    row["value"] = text if text is not None and len(text) <= LONGEST else ""
    return row


def plainly(cls):
    """Say whether a class takes no arguments: nothing between it and object has a constructor."""
    return all("__init__" not in vars(base) and "__new__" not in vars(base) for base in inspect.getmro(cls)[:-1]) and not issubclass(cls, enum.Enum) and not hasattr(cls, "DESCRIPTOR")


def defined(cls, maker):
    """Say whether the class itself has the constructor."""
    own_one = vars(cls).get("__new__")
    return vars(cls).get("__init__") is maker or getattr(own_one, "__func__", own_one) is maker


def foreign(base):
    """Say whether a base is none of TensorFlow's."""
    name = getattr(base, "__module__", "") or ""
    return base is object or name.startswith(FOREIGN)


def owner(cls, name):
    """Return the class that an attribute comes from."""
    for base in inspect.getmro(cls):
        if name in vars(base):
            return base
    return None


def members(cls, exported):
    """Return the members that no other public class stands nearer to."""
    if hasattr(cls, "DESCRIPTOR"):
        return fields(cls.DESCRIPTOR)
    above = [base for base in inspect.getmro(cls)[1:] if id(base) in exported]
    found = {}
    for base in inspect.getmro(cls):
        if foreign(base):
            continue
        for name in vars(base):
            if (public(name) or name in EVERY) and name not in found and owner(cls, name) is base:
                if base is not cls and (id(base) in exported or any(owner(one, name) is base for one in above)):
                    continue
                found[name] = member(vars(base)[name], cls, name)
    return {name: row for name, row in found.items() if row}


def fields(descriptor):
    """Return the fields of a message, or the values of an enumeration."""
    if hasattr(descriptor, "fields_by_name"):
        found = {name: {"kind": "property"} for name in descriptor.fields_by_name}
        for name, one in descriptor.enum_values_by_name.items():
            found[name] = {"kind": "value", "value": str(one.number)}
        return found
    return {name: {"kind": "value", "value": str(one.number)} for name, one in descriptor.values_by_name.items()}


def member(item, cls, name):
    """Return what is asked of an attribute of a class, None where it tells nothing."""
    if isinstance(cls, enum.EnumMeta) and name in cls.__members__:
        return describe(cls.__members__[name])
    if isinstance(item, types.ModuleType):
        return None
    if inspect.isclass(item):
        return describe(item)
    if isinstance(item, (staticmethod, classmethod)):
        return describe(item, True)
    if inspect.isroutine(item) and not inspect.isdatadescriptor(item) or hasattr(item, "_tf_decorator"):
        return describe(item, True, bound=True)
    if hasattr(type(item), "__get__"):
        row = {"kind": "property"}
        getter = getattr(item, "fget", None)
        if getter is not None:
            said = deprecations(getter)[0] or documented(getter)
            if said:
                row["deprecated"] = said
        return row
    return describe(item, True)


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
        told.append({name: value for name, value in row.items() if value not in ("", {}) and (value != [] or name == "parameters")})
    return told


def main():
    """Write the answer."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    found = walk()
    answer = {"version": tf.__version__, "python": "%d.%d" % sys.version_info[:2], "keras": "", "objects": rows(found), "renames": renames()}
    with contextlib.suppress(ImportError):
        answer["keras"] = importlib.import_module("keras").__version__
    with open(sys.argv[1], "w") as target:
        json.dump(answer, target, sort_keys=True)


main()
