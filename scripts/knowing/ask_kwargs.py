"""Runs inside an environment (Python 3.6+): which arguments functions take out of their **kwargs. argv[1]: the file.

argv[2] is a JSON list of public names. Their sources are read, and those of what they pass **kwargs on to. "takes": names
that are taken for sure (`kwargs.pop("x")`, an allowed one, a parameter of what it is passed on to); "maybe": other words
there; "open": it goes where it can't be followed, so that anything may be taken.
"""

import ast
import importlib
import inspect
import io
import json
import re
import sys
import textwrap

import tensorflow as tf

DEEPEST = 12  # functions that pass it on
TAKING = ("pop", "get", "setdefault")
CHECKS = re.compile(r"valid|check|assert|allowed", re.IGNORECASE)
LOOKS = ("list", "set", "sorted", "len", "str", "repr", "tuple", "any", "all", "bool", "format", "join", "keys")


class Found:
    """What is known of one function's **kwargs."""

    def __init__(self):
        self.takes, self.maybe, self.open = set(), set(), False

    def add(self, other):
        """Add what a function takes that it is passed on to."""
        self.takes |= other.takes
        self.maybe |= other.maybe
        self.open = self.open or other.open


def unwrapped(item):
    """Return the function itself."""
    seen = 0
    while seen < 20:
        inner = getattr(item, "__wrapped__", None)
        if inner is None and hasattr(item, "_tf_decorator"):
            inner = item._tf_decorator.decorated_target
        if inner is None and hasattr(item, "__func__"):
            inner = item.__func__
        if inner is None or inner is item:
            return item
        item, seen = inner, seen + 1
    return item


def of(item, cls, home=None, depth=0):
    """Return what calling something takes by name besides; all its parameters where it is not the first."""
    found = Found()
    if inspect.isclass(item):
        cls, home = item, next((one for one in item.__mro__ if "__init__" in vars(one)), object)
        if home is object:
            return found
        item = vars(home)["__init__"]
    elif cls is not None and home is None:
        name = getattr(item, "__name__", "")
        home = next((one for one in cls.__mro__ if name in vars(one)), None)
    function = unwrapped(item)
    if not inspect.isfunction(function) or depth > DEEPEST:
        found.open = not (inspect.isbuiltin(function) or inspect.ismethoddescriptor(function))
        return found
    spec = inspect.getfullargspec(function)
    if depth:
        found.takes |= set(spec.args[1 if home is not None else 0 :]) | set(spec.kwonlyargs)
    if spec.varkw:
        found.add(body(function, spec.varkw, cls, home, depth))
    return found


def body(function, word, cls, home, depth):
    """Return what the body of a function does with its **kwargs."""
    found = Found()
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        found.open = True
        return found
    above = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = string(node)
        if text and text.isidentifier():
            found.maybe.add(text)
        if isinstance(node, (ast.Set, ast.List, ast.Tuple)) and allowed(node, above):
            found.takes |= {one for one in map(string, node.elts) if one}
        if isinstance(node, ast.Name) and node.id == word:
            use(node, above, found, function, cls, home, depth)
    return found


def use(node, above, found, function, cls, home, depth):
    """Note what one place does with **kwargs."""
    parent = above[id(node)]
    outer = above.get(id(parent))
    if isinstance(parent, ast.Attribute) and parent.attr in TAKING and isinstance(outer, ast.Call):
        text = string(outer.args[0]) if outer.args else None
        if text:
            found.takes.add(text)
        else:
            found.open = True
    elif isinstance(parent, ast.Subscript) and parent.value is node:
        text = string(getattr(parent.slice, "value", parent.slice)) or string(parent.slice)
        if text and isinstance(parent.ctx, ast.Load):
            found.takes.add(text)
        elif not text:
            found.open = True
    elif isinstance(parent, ast.Compare) and string(parent.left):
        if not refused(parent, above):
            found.takes.add(string(parent.left))
    elif isinstance(parent, ast.keyword) and parent.arg is None:
        target = callee(outer, function, cls, home)
        if target is None:
            found.open = True
        elif target[0] is not object:
            found.add(of(*target, depth=depth + 1))
    elif not neutral(parent, outer, above):
        found.open = True


def refused(node, above):
    """Whether a function raises where a condition holds."""
    while not isinstance(node, ast.stmt):
        node = above[id(node)]
    return isinstance(node, ast.If) and any(isinstance(one, ast.Raise) for one in node.body)


def neutral(parent, outer, above):
    """Whether a place only looks at the names, or complains of them."""
    if isinstance(
        parent, (ast.If, ast.While, ast.For, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.comprehension, ast.Assert)
    ):
        return True
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("keys", "clear", "update")
    while outer is not None and not isinstance(parent, ast.stmt):
        if isinstance(parent, (ast.FormattedValue, ast.BinOp)):
            return True
        if isinstance(parent, ast.Call):
            name = getattr(parent.func, "attr", getattr(parent.func, "id", ""))
            return name in LOOKS or bool(CHECKS.search(name))
        parent, outer = outer, above.get(id(outer))
    return isinstance(parent, ast.Raise)


def allowed(node, above):
    """Whether a list of words is one of those that are allowed: what is left without them is complained of."""
    parent = above.get(id(node))
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Sub) and parent.right is node:
        return True
    if isinstance(parent, ast.Compare) and any(isinstance(one, ast.NotIn) for one in parent.ops):
        return True
    if isinstance(parent, ast.Assign):
        return any(CHECKS.search(getattr(one, "id", "")) for one in parent.targets)
    if isinstance(parent, ast.keyword):
        return bool(CHECKS.search(parent.arg or ""))
    return isinstance(parent, ast.Call) and bool(
        CHECKS.search(getattr(parent.func, "attr", getattr(parent.func, "id", "")))
    )


def string(node):
    """Return the text that an expression is; None for others."""
    text = getattr(node, "value", None) if node.__class__.__name__ == "Constant" else getattr(node, "s", None)
    return text if isinstance(text, str) else None


def callee(call, function, cls, home):
    """Return what is called, the class whose method it is, and the one that defines it; None where it is not found."""
    if not isinstance(call, ast.Call):
        return None
    func = call.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call):
        if getattr(func.value.func, "id", "") != "super" or cls is None or home not in cls.__mro__:
            return None
        after = cls.__mro__[cls.__mro__.index(home) + 1 :]
        base = next((one for one in after if func.attr in vars(one)), None)
        return (object, None, None) if base in (None, object) else (vars(base)[func.attr], cls, base)
    if (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "self"
        and cls is not None
    ):
        item = inspect.getattr_static(cls, func.attr, None)
        return (item, cls, None) if callable(unwrapped(item)) else None
    parts = []
    while isinstance(func, ast.Attribute):
        parts.append(func.attr)
        func = func.value
    item = function.__globals__.get(func.id) if isinstance(func, ast.Name) else None
    for part in reversed(parts):
        item = getattr(item, part, None)
    return (item, None, None) if callable(item) else None


def resolved(name):
    """Return what a public name stands for, and the class that it is a method of."""
    parts = name.split(".")
    item = tf if parts[0] == "tf" else importlib.import_module(parts[0])
    owner = None
    for part in parts[1:]:
        owner = item
        item = inspect.getattr_static(item, part, None) if inspect.isclass(item) else getattr(item, part)
    return item, owner if inspect.isclass(owner) else None


def main():
    """Ask of each name."""
    with io.open(sys.argv[2], encoding="utf-8") as file:
        names = json.load(file)
    told = {}
    for name in names:
        try:
            item, owner = resolved(name)
            found = of(item, owner)
        except Exception as error:
            sys.stderr.write("%s: %r\n" % (name, error))
            continue
        told[name] = {"takes": sorted(found.takes), "maybe": sorted(found.maybe - found.takes), "open": found.open}
    with io.open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(told, file)


if __name__ == "__main__":
    main()
