"""The public names of an installed release and their signatures, read from the files of its API."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from symbols.sources import Found, Module, Sources, called, own_members

KERAS = ("losses", "metrics", "optimizers", "initializers")
SUMMARY = ("audio", "histogram", "image", "scalar", "text")
# What becomes a class with members that its body does not show.
MADE = ("namedtuple", "NamedTuple", "dataclass", "Enum", "IntEnum", "TypedDict", "make_dataclass")
OWN_KERAS, OWN_API = 6, 13  # minors of 2 from which Keras is a distribution, and shows its API itself
Defaults = dict[str, str | None]


class Api:
    """The API of one release."""

    def __init__(self, site: Path, minor: str) -> None:
        self.sources, self.site = Sources(site), site
        self.first = minor.startswith("1.")
        self.minor = int(minor.partition(".")[2])
        self.core = "tensorflow_core" if (site / "tensorflow_core").is_dir() else "tensorflow"
        self.names: dict[str, Found | None] = {}
        self._collect()

    def _collect(self) -> None:
        mine = "v1" if self.first else "v2"
        for prefix, version in (("", mine), (".compat.v1", "v1"), (".compat.v2", "v2")):
            self.sources.shown[f"tensorflow{prefix}.keras"] = self._keras(version).replace("/", ".")
        api = f"{self.core}/_api/{mine}"
        self._tree("tf", api, f"{self.core}/__init__.py")
        for version in ("v1", "v2"):
            self._tree(f"tf.compat.{version}", f"{api}/compat/{version}")
        for prefix, version in (("tf", mine), ("tf.compat.v1", "v1"), ("tf.compat.v2", "v2")):
            self._tree(f"{prefix}.estimator", f"tensorflow_estimator/python/estimator/api/_{version}/estimator")
            self._tree(f"{prefix}.keras", self._keras(version))
            if version == "v1":
                for name in ("flags", "app.flags"):
                    self._flags(f"{prefix}.{name}")
            else:
                for name in KERAS:
                    self._tree(f"{prefix}.{name}", f"{self._keras(version)}/{name}")
                for name in SUMMARY:
                    self.names[f"{prefix}.summary.{name}"] = self.sources.resolve("tensorboard.summary.v2", name)
        if not self.first and self.minor >= OWN_KERAS:
            for name in ("layers", "nn.rnn_cell"):
                legacy = f"keras/api/_v1/keras/__internal__/legacy/{name.rpartition('.')[2]}"
                self._tree(f"tf.compat.v1.{name}", legacy)
        self._standalone()

    def _keras(self, version: str) -> str:
        """Return the folder of the API of tf.keras."""
        places = ["keras/_tf_keras/keras", f"keras/api/_{version}/keras"]
        if self.minor < OWN_KERAS or self.first:
            places = [f"{self.core}/python/keras/api/_{version}/keras", "tensorflow/keras"]
        return next((place for place in places if (self.site / place).is_dir()), "")

    def _standalone(self) -> None:
        """Add the distribution keras: up to 2.12 what of the API its own modules have."""
        if self.first or self.minor < OWN_KERAS:
            return
        if self.minor >= OWN_API:
            inner = "keras/api" if (self.site / "keras/api/layers").is_dir() else "keras"
            self._tree("keras", inner, without=("src", "api", "protobuf"))
            return
        for name in [one for one in self.names if one.startswith("tf.keras")]:
            plain = name[3:]
            above, _, last = plain.rpartition(".")
            if self.sources.path(plain):
                self.names[plain] = Found(plain, None)
            elif above and self.sources.path(above):
                found = self.sources.resolve(above, last)
                if found:
                    self.names[plain] = found

    def _tree(self, prefix: str, folder: str, root: str = "", without: tuple[str, ...] = ()) -> None:
        """Add a folder of modules that import what they show."""
        place = self.site / folder
        if not folder or not place.is_dir():
            return
        self.names[prefix] = Found(folder.replace("/", "."), None)
        self._file(prefix, self.site / (root or f"{folder}/__init__.py"))
        for child in sorted(place.iterdir()):
            skipped = child.name.startswith("_") or child.name in without
            skipped |= child.name in {"v1", "v2"} and prefix.endswith(".compat")
            if (child / "__init__.py").is_file() and not skipped:
                self._tree(f"{prefix}.{child.name}", f"{folder}/{child.name}")
        if not any(name.startswith(f"{prefix}.") for name in self.names):
            del self.names[prefix]  # a folder that nothing imports

    def _file(self, prefix: str, path: Path) -> None:
        """Add what one of these modules imports."""
        dotted = ".".join(path.relative_to(self.site).with_suffix("").parts).removesuffix(".__init__")
        module = Module(dotted, path)
        for name, bound in module.bound.items():
            if isinstance(bound, tuple) and bound[1] and not name.startswith("_") and bound[0] != "__future__":
                found = self.sources.resolve(*bound)
                if found is None or found.node is not None:
                    self.names[f"{prefix}.{name}"] = found

    def _flags(self, prefix: str) -> None:
        """Add tf.flags, which shows all of absl.flags."""
        self.names[prefix] = Found("flags", None)
        for module in (f"{self.core}.python.platform.flags", "absl.flags"):
            read = self.sources.module(module)
            for name in read.bound if read else ():
                found = self.sources.resolve(module, name)
                if not name.startswith("_") and (found is None or found.node is not None):
                    self.names.setdefault(f"{prefix}.{name}", found)

    def signature(self, name: str) -> Defaults | None:
        """Return the parameters of a name of a module with their defaults; None where the files do not tell."""
        return self._signature(self.names[name])

    def members(self, name: str) -> Iterator[tuple[str, Defaults | None]]:
        """Yield the public members of a class with their parameters, inherited ones too."""
        found = self.names.get(name)
        seen = set()
        for base in self.sources.bases(found) or [] if found else []:
            for member, what in own_members(base):
                if (not member.startswith("_") or member == "__call__") and member not in seen:
                    seen.add(member)
                    yield member, self._member(what)

    def whole(self, name: str) -> bool:
        """Return whether the files tell all members of a class."""
        found = self.names.get(name)
        if found is None or not isinstance(found.node, ast.ClassDef):
            return False
        order = self.sources.bases(found)
        return order is not None and not any(made(base.node) for base in order)

    def _signature(self, found: Found | None) -> Defaults | None:
        if found is None or found.module.startswith("absl."):  # another distribution's: it changes with that
            return None
        if isinstance(found.node, ast.FunctionDef):
            return self._defaults(found.module, found.node, bound=False)
        if not isinstance(found.node, ast.ClassDef):
            return None
        for base in self.sources.bases(found) or []:
            if made(base.node):
                return None
            own = dict(reversed(list(own_members(base))))
            for maker in ("__init__", "__new__"):
                if maker in own:
                    node = own[maker].node
                    return self._defaults(base.module, node, bound=True) if isinstance(node, ast.FunctionDef) else None
        return None

    def _member(self, found: Found) -> Defaults | None:
        if isinstance(found.node, ast.FunctionDef):
            marks = {called(one) for one in found.node.decorator_list}
            bound = "staticmethod" not in marks
            if not marks & {"property", "setter", "getter", "deleter"}:
                return self._defaults(found.module, found.node, bound=bound)
        return None

    def _defaults(self, module: str, node: ast.FunctionDef, *, bound: bool) -> Defaults:
        """Return the parameters of a function with their defaults."""
        plain = [*node.args.posonlyargs, *node.args.args]
        values = [*[None] * (len(plain) - len(node.args.defaults)), *node.args.defaults]
        named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        pairs = [*zip(plain, values, strict=True)][1 if bound else 0 :] + list(named)
        return {one.arg: self._text(module, value) for one, value in pairs}

    def _text(self, module: str, node: ast.expr | None) -> str | None:
        """Return a default: a constant as Python writes it, other things by their last name; None: there is none."""
        if node is None:
            return None
        found = self.sources.follow(module, node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        for one in (node, found.node if found else None):
            if isinstance(one, ast.expr):
                with contextlib.suppress(ValueError):
                    return repr(ast.literal_eval(one))
        return re.sub(r"\b\w+\.(?=[A-Za-z_])", "", ast.unparse(node))


def made(node: object) -> bool:
    """Return whether a class is made by what its body does not show."""
    if not isinstance(node, ast.ClassDef):
        return True
    marks = {called(one) for one in (*node.decorator_list, *node.bases)}
    return bool(marks & set(MADE))
