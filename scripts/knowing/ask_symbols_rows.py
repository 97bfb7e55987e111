"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): what is asked of a class, a function, a value."""

import enum
import inspect
import re
import types

import tensorflow as tf
from ask_symbols_deprecations import deprecations, documented
from ask_symbols_texts import constructor, literal, parameters

LONGEST = 160
EVERY = ("__call__",)
# Members of other bases are Python's or another distribution's, and change with that: unittest, threading, absl.
OURS = re.compile(r"tensorflow|keras|tensorboard|pywrap")


def public(name):
    """Say whether a name is one for users."""
    return not name.startswith("_")


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
    return (
        all("__init__" not in vars(base) and "__new__" not in vars(base) for base in inspect.getmro(cls)[:-1])
        and not issubclass(cls, enum.Enum)
        and not hasattr(cls, "DESCRIPTOR")
    )


def defined(cls, maker):
    """Say whether the class itself has the constructor."""
    own_one = vars(cls).get("__new__")
    return vars(cls).get("__init__") is maker or getattr(own_one, "__func__", own_one) is maker


def foreign(base):
    """Say whether a base is none of TensorFlow's."""
    return not OURS.search(getattr(base, "__module__", "") or "")


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
