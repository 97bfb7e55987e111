"""Which functions, classes and methods of TensorFlow a prepared program really calls, and at which place.

Runs in the interpreter of a release (CPython 3.6+). A prepared program calls `__called__(place, f)(...)` instead of
`f(...)`. The names that were read in the source are looked up in the release itself: the same object or another.
"""

import importlib
import io
import json

ROOTS = {"tf": "tensorflow", "keras": "keras", "tf_keras": "tf_keras"}
OF = ("tensorflow", "tensorflow_core", "tensorflow_estimator", "keras", "tf_keras")


def unwrapped(found):
    """The function inside a method and inside what decorators made of it."""
    for _ in range(10):
        inner = getattr(found, "__func__", None) or getattr(found, "__wrapped__", None)
        if inner is None or inner is found:
            break
        found = inner
    return found


def looked_up(name):
    """The object that a dotted name stands for."""
    root, _, rest = name.partition(".")
    found = importlib.import_module(ROOTS[root])
    path = ROOTS[root]
    for part in rest.split("."):
        path = path + "." + part
        try:
            found = getattr(found, part)
        except AttributeError:
            found = importlib.import_module(path)
    return found


def of_tensorflow(found):
    """Whether a callable is TensorFlow's or Keras's own: a function, a class, or a method of one of its objects."""
    if getattr(unwrapped(found), "of_tensorflow", False) or getattr(found, "of_tensorflow", False):
        return True
    owner = getattr(found, "__self__", None)
    module = getattr(unwrapped(found), "__module__", None) or getattr(found, "__module__", None)
    if module is None and owner is not None:
        module = getattr(type(owner), "__module__", None)
    if not isinstance(found, type) and not hasattr(found, "__name__"):
        return False  # an object that can be called: a layer, a model
    return isinstance(module, str) and module.split(".")[0] in OF


def described(found):
    owner = getattr(found, "__self__", None)
    name = getattr(found, "__qualname__", getattr(found, "__name__", "?"))
    if owner is not None and not isinstance(owner, type):
        name = "%s().%s" % (type(owner).__name__, getattr(found, "__name__", "?"))
    return "%s:%s" % (getattr(found, "__module__", None) or type(owner).__module__, name)


def same(found, name):
    """Whether a name that was read stands for the callable."""
    target = looked_up(name)
    if target is found or unwrapped(target) is unwrapped(found):
        return True
    owner_name, _, last = name.rpartition(".")
    if isinstance(found, type):
        return isinstance(target, type) and issubclass(found, target)
    if getattr(found, "__name__", "") == "__init__" and isinstance(target, type):  # super().__init__()
        return (
            isinstance(getattr(found, "__self__", None), target) or target in getattr(found, "__self__", object).__mro__
        )
    if last != getattr(found, "__name__", ""):
        return False
    owner = looked_up(owner_name)
    of = getattr(found, "__self__", None)
    if isinstance(owner, type) and of is not None:
        kind = of if isinstance(of, type) else type(of)
        return issubclass(kind, owner) or owner.__name__ in [one.__name__ for one in kind.__mro__]
    return False


class Recorder:
    def __init__(self, path):
        with io.open(path, encoding="utf-8") as file:
            self.names = json.load(file)
        self.found = {}
        import tensorflow as tf

        call = self._called

        def called(place, found):
            return call(place, found)

        self.called = tf.autograph.experimental.do_not_convert(called)

    def _called(self, place, found):
        told = self.found.setdefault(place, {})
        try:
            name = described(found)
            if len(told) < 4 and name not in told:
                told[name] = self._judged(place, found)
        except Exception as error:
            told[type(error).__name__] = {"kind": "unknown", "message": str(error)[:200]}
        return found

    def _judged(self, place, found):
        names = self.names.get(place, [])
        judged = {}
        for name in names:
            try:
                judged[name] = "same" if same(found, name) else "other"
            except Exception as error:
                judged[name] = "no such name: %s" % str(error)[:120]
        return {"tensorflow": of_tensorflow(found), "names": judged}

    def told(self):
        return self.found
