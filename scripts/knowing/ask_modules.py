"""Runs inside an environment (Python 3.6+): the modules inside tensorflow and keras, and their names. argv[1]: the file.

Nothing is imported: files are read. What __getattr__, globals() or a star import of a library brings is not seen; such a
module is marked by the name "*". Names that a module only imports begin with "+". Of what is generated only the modules
are told.
"""

import ast
import functools
import importlib.util
import io
import json
import os
import re
import sys

INSIDE = ("_api", "compiler", "core", "lite", "python", "tools", "tsl")  # the rest is public
SKIPPED = re.compile(r"(?:^|[/\\])(?:tests?|testing|benchmarks?|contrib|include)(?:[/\\]|$)|_test\.py$|_benchmark\.py$")
# Generated, or of little use to programs: it is there or not.
CLOSED = re.compile(
    r"(?:^|[/\\])(?:_?api|core|compiler|lite|tools|tsl|go|dtensor)(?:[/\\]|$)|_pb2(?:_grpc)?\.py$|[/\\]gen_\w+\.py$"
)


def names(path, package):
    """Return the names that a module binds at its top: all in a package's own file, what it defines itself in others."""
    mark = "" if package else "+"
    own, imported, stars = bound(path)
    for star in stars:
        imported |= brought(star, {path})
    found = own | {mark + name for name in imported if name != "*"} | (imported & {"*"})
    return sorted(name for name in found if not name.startswith(("_", "+_")))


def brought(path, seen):
    """Return the names that a star import brings; "*" is one where they can't all be known."""
    if path is None or path in seen:
        return set() if path else {"*"}
    own, imported, stars = bound(path)
    if "__all__" in own:
        return {"*"}
    for star in stars:
        imported = imported | brought(star, seen | {path})
    return {name for name in own | imported if not name.startswith("_")}


@functools.lru_cache(maxsize=None)
def bound(path):
    """Return the names that a file defines, those that it imports, and the files that it imports all names of."""
    with io.open(path, encoding="utf-8", errors="replace") as text:
        source = text.read()
    try:
        waiting = list(ast.parse(source).body)
    except SyntaxError:
        return frozenset(), {"*"}, ()
    own, imported, stars = set(), set(), []
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in getattr(node, "targets", None) or [node.target]:
                own.update(one.id for one in ast.walk(target) if isinstance(one, ast.Name))
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            for part in ("body", "orelse", "finalbody"):
                waiting.extend(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                waiting.extend(handler.body)
        elif isinstance(node, ast.ImportFrom):
            imported.update(one.asname or one.name for one in node.names if one.name != "*")
            stars.extend(file_of(node, path) for one in node.names if one.name == "*")
    unseen = {"*"} if "__getattr__" in own or "globals()" in source else set()
    return frozenset(own), imported | unseen, tuple(stars)


def file_of(node, path):
    """Return the file that is imported; None where it is no file of these libraries."""
    parts = node.module.split(".") if node.module else []
    if node.level:
        folder = os.path.abspath(path)
        for _ in range(node.level):
            folder = os.path.dirname(folder)
    else:
        folder = where(parts[0]) if parts[0] in ("tensorflow", "tensorflow_core", "keras") else None
        parts = parts[1:]
    if folder and not node.level and not os.path.exists(os.path.join(folder, *parts[:1])):
        folder = where("tensorflow_core") or folder  # of 1.15 and 2.0
    place = os.path.join(folder, *parts) if folder else ""
    return next((one for one in (os.path.join(place, "__init__.py"), place + ".py") if os.path.isfile(one)), None)


def modules(folder, root):
    """Yield the modules in a folder, by their dotted names."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        below = os.path.relpath(place, folder)
        if "__init__.py" not in files and any(file.endswith(".py") for file in files) and not SKIPPED.search(below):
            yield ".".join([root] + below.split(os.sep)), []  # it can be imported all the same
        for file in sorted(files):
            path = os.path.join(below, file)
            if not file.endswith(".py") or SKIPPED.search(path):
                continue
            parts = [part for part in os.path.normpath(path)[:-3].split(os.sep) if part != "."]
            package = parts[-1] == "__init__"
            told = ".".join([root] + (parts[:-1] if package else parts))
            if CLOSED.search(root.replace(".", os.sep) + os.sep + path):
                yield told, ["*"]
                continue
            yield told, names(os.path.join(place, file), package)


@functools.lru_cache(maxsize=None)
def where(name):
    """Return the folder of a distribution's package, None where it is not there; nothing is imported."""
    spec = importlib.util.find_spec(name)
    return os.path.dirname(spec.origin) if spec and spec.origin else None


def main():
    """Read all of them."""
    found = {}
    inner = where("tensorflow_core") or where("tensorflow")
    for part in INSIDE:
        found.update(modules(os.path.join(inner, part), "tf." + part))
    keras = where("keras")
    if keras:
        found.update(modules(keras, "keras"))
        with io.open(os.path.join(keras, "__init__.py"), encoding="utf-8") as text:
            if "__path__" in text.read():  # what lies in keras/api is imported as if it lay in keras
                found.update(modules(os.path.join(keras, "api"), "keras"))
    with io.open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
