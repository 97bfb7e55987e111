"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): signatures behind decorators, and values as texts."""

import contextlib
import enum
import functools
import inspect
import os
import re
import sys
import tempfile
import types

import tensorflow as tf

NOTHING = inspect.Parameter.empty


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


PUBLIC = {}


def called(item):
    """Return the name of a class or function: the public one where that is another than the one of the source."""
    names = {name.rpartition(".")[2] for name in PUBLIC.get(id(item), ())}
    return item.__name__ if item.__name__ in names or not names else min(names)


def default(item):
    """Return the canonical text of a default value."""
    text = literal(item)
    if text is not None:
        return text
    if isinstance(item, enum.Enum):
        return "%s.%s" % (called(type(item)), item.name)
    if isinstance(item, tf.DType):
        return "tf.%s" % item.name
    if isinstance(item, types.ModuleType):
        return item.__name__.rpartition(".")[2]
    if isinstance(item, functools.partial):
        return "partial(%s)" % default(item.func)
    if inspect.isclass(item) or inspect.isroutine(item):
        return called(item)
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
            return "%s(%s)" % (
                called(type(item)),
                ", ".join("%s=%s" % (k, default(v)) for k, v in sorted(config.items())),
            )
    return "<%s>" % called(type(item))


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
    if (getattr(last, "__module__", "") or "").startswith("absl"):
        return None  # tf.flags: it changes with that distribution, not with TensorFlow
    if rows is None:
        try:
            found = inspect.signature(last, follow_wrapped=False)
        except (TypeError, ValueError):
            return None
        dropped = dropped and not (inspect.ismethod(last) and last is item)
        rows = [
            [one.name, KINDS[one.kind], None if one.default is NOTHING else default(one.default)]
            for one in found.parameters.values()
        ]
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
