"""Python files of an installed release: what a module defines, where a name comes from, what a signature says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# What is handed to these comes back as itself, or with the same signature.
SAME = (
    "tf_export", "keras_export", "estimator_export", "to_raw_op", "deprecated", "deprecated_args",
    "deprecated_endpoints", "add_dispatch_support", "deprecated_alias", "wraps", "contextmanager", "copy_doc",
    "kwarg_only", "_kwarg_only", "deprecated_arg_values", "do_not_generate_docs", "do_not_doc_inheritable",
)  # fmt: skip
DEEP = 40  # imports from module to module
Node = ast.FunctionDef | ast.ClassDef | ast.expr


@dataclass(frozen=True)
class Found:
    """Where a name leads: the module and the node that define it; no node: a module."""

    module: str
    node: Node | None


class Module:
    """What a file binds at its top level: name -> node, or ("from", module, name)."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.bound: dict[str, Node | tuple[str, str]] = {}
        self.stars: list[str] = []
        tree = ast.parse(path.read_text(encoding="utf-8"))
        stripped(tree.body)
        self._block(tree.body)

    def _block(self, body: list[ast.stmt], *, weak: bool = False) -> None:
        for node in body:
            if isinstance(node, ast.If):
                self._block(node.orelse, weak=weak)
                self._block(node.body, weak=weak or "TYPE_CHECKING" in ast.dump(node.test))
            elif isinstance(node, ast.Try):
                self._block(node.body, weak=weak)
                for handler in node.handlers:
                    self._block(handler.body, weak=True)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self._bind(node.name, node, weak=weak)
            elif isinstance(node, ast.Delete):
                for target in node.targets:
                    self.bound.pop(getattr(target, "id", ""), None)
            else:
                self._import(node, weak=weak)
                for name, value in assigned(node):
                    if not (name in self.bound and decorates(value, name)):
                        self._bind(name, value, weak=weak)

    def _import(self, node: ast.stmt, *, weak: bool) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                self._bind(alias.asname or whole, (whole, ""), weak=weak)
        elif isinstance(node, ast.ImportFrom):
            above = self.package.split(".")[: len(self.package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                if alias.name == "*":
                    self.stars.append(source)
                else:
                    self._bind(alias.asname or alias.name, (source, alias.name), weak=weak)

    def _bind(self, name: str, value: Node | tuple[str, str], *, weak: bool) -> None:
        if not (weak and name in self.bound):
            self.bound[name] = value


class Sources:
    """All files below a site-packages folder."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.shown: dict[str, str] = {}  # modules that the API shows elsewhere: "tensorflow.keras" -> where it lies
        self.module = cache(self._module)
        self.resolve = cache(self._resolve)
        self.bases = cache(self._bases)

    def path(self, name: str) -> Path | None:
        """Return the file of a module."""
        # compat.v2.compat.v1 is made to be compat.v1 when it is imported.
        parts = re.sub(r"\.compat\.v\d\.compat\.", ".compat.", name).split(".")
        if parts[0] == "tensorflow":
            parts = self._tensorflow(parts)
        for root in (self.site.joinpath(*parts),):
            for path in (root / "__init__.py", root.with_suffix(".py")):
                if path.is_file():
                    return path
        return None

    def _tensorflow(self, parts: list[str]) -> list[str]:
        """Return where a module of tensorflow lies: up to 2.0 in tensorflow_core, and the API in folders of its own."""
        core = "tensorflow_core" if (self.site / "tensorflow_core").is_dir() else "tensorflow"
        if len(parts) > 1 and not (self.site / core / parts[1]).exists() and (self.site / core).is_dir():
            version = "v2" if (self.site / core / "_api" / "v2").is_dir() else "v1"
            if (self.site / core / "_api" / version / parts[1]).exists():
                return [core, "_api", version, *parts[1:]]
        return [core, *parts[1:]]

    def _module(self, name: str) -> Module | None:
        path = self.path(name)
        try:
            return Module(name, path) if path else None
        except (SyntaxError, UnicodeDecodeError):
            return None

    def _resolve(self, module: str, name: str, depth: int = 0) -> Found | None:
        """Return what a name of a module leads to; None where the files do not tell."""
        if depth > DEEP:
            return None
        found = self.module(module)
        bound = found.bound.get(name) if found else None
        if found and bound is None:
            for star in found.stars:
                led = self._resolve(star, name, depth + 1)
                if led:
                    return led
        if bound is None:
            whole = f"{module}.{name}"
            shown = self.shown.get(re.sub(r"\._api\.v\d", "", whole))
            if shown:
                return Found(shown, None)
            return Found(whole, None) if self.path(whole) else None
        if isinstance(bound, tuple):
            source, other = bound
            itself = other == name and self.path(source) == self.path(module)  # from . import part
            if not other or itself:
                return Found(f"{source}.{other}".rstrip("."), None)
            return self._resolve(source, other, depth + 1)
        return self.follow(module, bound, depth + 1)

    def follow(self, module: str, node: Node, depth: int = 0) -> Found | None:
        """Return what an expression leads to: a name, an attribute of a module, what a decorator was given."""
        if isinstance(node, ast.Name):
            return self._resolve(module, node.id, depth + 1)
        if isinstance(node, ast.Attribute):
            owner = self.follow(module, node.value, depth + 1) if depth < DEEP else None
            if owner is None:
                return None
            if owner.node is None:
                return self._resolve(owner.module, node.attr, depth + 1)
            if isinstance(owner.node, ast.ClassDef):
                return next((each for last, each in own_members(owner) if last == node.attr), None)
            return None
        if isinstance(node, ast.Call):
            for given in node.args[-1:] if called(node.func) in SAME else ():
                return self.follow(module, given, depth + 1)
        return Found(module, node)

    def _bases(self, cls: Found, depth: int = 0) -> list[Found] | None:
        """Return a class and its bases in the order of look-up; None where a base can't be found."""
        rows = []
        for node in cls.node.bases if isinstance(cls.node, ast.ClassDef) else ():
            inner = node.value if isinstance(node, ast.Subscript) else node
            if called(inner) in {"object", "Generic", "ABC", "Exception", "Protocol"}:
                continue
            base = self.follow(cls.module, inner)
            if base is None or not isinstance(base.node, ast.ClassDef):
                return None
            above = self.bases(base, depth + 1) if depth < DEEP else None
            if above is None:
                return None
            rows.append(above)
        return merged(cls, rows)


def merged(cls: Found, rows: list[list[Found]]) -> list[Found]:
    """Return the order of look-up of a class from those of its bases (C3)."""
    order, rows = [cls], [*(list(row) for row in rows), [row[0] for row in rows]]
    while any(rows):
        rows = [row for row in rows if row]
        head = next((row[0] for row in rows if not any(row[0] in other[1:] for other in rows)), rows[0][0])
        order.append(head)
        rows = [[one for one in row if one != head] for row in rows]
    return order


def stripped(body: list[ast.stmt]) -> None:
    """Drop the bodies of functions: a release has millions of nodes in them."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
        else:
            for part in ("body", "orelse", "handlers", "finalbody"):
                stripped(getattr(node, part, None) or [])


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement gives a value."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    for target in targets:
        if isinstance(target, ast.Name) and value is not None:
            yield target.id, value


def decorates(node: ast.expr, name: str) -> bool:
    """Return whether `name = node` leaves the signature: `f = exported(f)`."""
    while isinstance(node, ast.Call) and called(node.func) in SAME and node.args:
        node = node.args[-1]
    return isinstance(node, ast.Name) and node.id == name


def called(node: ast.expr) -> str:
    """Return the last name of what is called."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def own_members(cls: Found) -> Iterator[tuple[str, Found]]:
    """Yield what a class body binds; the later binding of a name comes first."""
    for node in reversed(cls.node.body if isinstance(cls.node, ast.ClassDef) else []):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name, Found(cls.module, node)
        else:
            for name, value in assigned(node):
                yield name, Found(cls.module, value)
