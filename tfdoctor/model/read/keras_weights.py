"""The arrays in a Keras file: by the names of layers (Keras 1, 2 and tf.keras), or by their places (Keras 3)."""

from typing import Final

from tfdoctor.facts.saved import Variable, WeightGroup
from tfdoctor.model.read import hdf5
from tfdoctor.model.read.hdf5.medium import BoundError

_MOST: Final = 200_000  # arrays
_DEPTH: Final = 100
_NAME: Final = 1000
_TOP: Final = "top_level_model_weights"  # arrays of the model itself, beside those of its layers
_OPTIMIZER: Final = "optimizer"


class Weights:
    """The arrays of one file. Where it has too many, those before are kept and that is remarked.

    Attributes:
        optimizer: the optimizer's arrays, once `by_places` was called; None without any.
    """

    def __init__(self, file: hdf5.File) -> None:
        self._file = file
        self._left = _MOST
        self.optimizer: tuple[Variable, ...] | None = None

    def _variable(self, name: str, node: hdf5.Node | None) -> Variable:
        self._left -= 1
        if self._left < 0:
            raise BoundError(f"more than {_MOST} arrays")
        if not isinstance(node, hdf5.Dataset):
            self._file.medium.remark(f"no array where one is named: {name[:200]}")
            return Variable(name=name[:_NAME])
        dtype = node.dtype
        if dtype.startswith("opaque") or not dtype:  # NumPy has no bfloat16: Keras 3 writes its name beside it
            said = node.value("dtype")
            dtype = said[:40] if isinstance(said, str) and said else dtype
        return Variable(name=name[:_NAME], dtype=dtype or None, shape=node.shape)

    def at(self, path: str) -> tuple[Variable, ...] | None:
        """Return the arrays that the group at a path names in its attribute, in that order; None without the group."""
        found: list[Variable] = []
        try:
            group = self._file.root.group(path)
            if group is None:
                return None
            self._named(group, found)
        except BoundError as error:
            self._file.medium.remark(str(error))
        return tuple(found)

    def _named(self, group: hdf5.Group, found: list[Variable]) -> None:
        names = self._strings(group, "weight_names")
        if names is None:
            names = self._numbered(group, "nb_params", "param_")
        for name in names:
            found.append(self._variable(name, group.get(name)))  # noqa: PERF401  those before the bound are kept

    def by_layers(self, group: hdf5.Group) -> tuple[WeightGroup, ...]:
        """Return the arrays of each layer that a group names, in that order, and those of the model itself."""
        found: list[WeightGroup] = []
        try:
            names = self._strings(group, "layer_names")
            if names is None:
                names = self._numbered(group, "nb_layers", "layer_")
            for name in names:
                self._layer(group.group(name), name, found)
            own = group.group(_TOP)
            if own is not None and _TOP not in names:
                self._layer(own, _TOP, found)
                if not found[-1].variables:
                    found.pop()
        except BoundError as error:
            self._file.medium.remark(str(error))
        return tuple(found)

    def _layer(self, group: hdf5.Group | None, name: str, found: list[WeightGroup]) -> None:
        variables: list[Variable] = []
        if group is None:
            self._file.medium.remark(f"no group of weights of a layer that is named: {name[:200]}")
        else:
            self._named(group, variables)
        found.append(WeightGroup(name=name[:_NAME], variables=tuple(variables)))

    @staticmethod
    def _numbered(group: hdf5.Group, count: str, name: str) -> list[str]:
        """The names in files of Keras before 1.0, which say their number only."""
        number = group.value(count)
        return [f"{name}{at}" for at in range(min(number, _MOST))] if isinstance(number, int) else []

    def _strings(self, node: hdf5.Node, name: str) -> list[str] | None:
        """The texts of an attribute that Keras cuts into NAME0, NAME1 ... where they need more than 64 KB."""
        if name in node.attributes:
            found = node.value(name)
            return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
        if f"{name}0" not in node.attributes:
            return None
        texts: list[str] = []
        number = 0
        while f"{name}{number}" in node.attributes:
            found = node.value(f"{name}{number}")
            texts += [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
            number += 1
        return texts

    def by_places(self) -> tuple[WeightGroup, ...]:
        """Return the arrays of each group "vars" by the path of what has it; the optimizer's are kept apart."""
        found: list[WeightGroup] = []
        try:
            self._descend(found)
        except BoundError as error:
            self._file.medium.remark(str(error))
        return tuple(found)

    def _descend(self, found: list[WeightGroup]) -> None:
        file = self._file
        todo: list[tuple[str, hdf5.Group, int]] = [("", file.root, 0)]
        seen = {file.root.address}
        while todo:
            path, group, depth = todo.pop()
            below = []
            for name, link in group.links.items():
                if link.address is None:
                    continue  # Keras writes no others
                if link.address in seen:
                    file.medium.remark(f"a group or an array that is there twice: {path[:200]}/{name[:200]}")
                    continue
                node = file.node(link.address)
                if not isinstance(node, hdf5.Group):
                    continue
                seen.add(link.address)
                if name == "vars":
                    self._vars(path, node, found)
                elif depth < _DEPTH:
                    below.append((f"{path}/{name}" if path else name, node, depth + 1))
                else:
                    file.medium.remark("groups in groups deeper than is read")
            todo += reversed(below)

    def _vars(self, path: str, group: hdf5.Group, found: list[WeightGroup]) -> None:
        names = sorted(group.links, key=lambda name: (not _is_number(name), len(name) if _is_number(name) else 0, name))
        variables = tuple(self._variable(name, group.get(name)) for name in names)
        if path == _OPTIMIZER:
            self.optimizer = variables
            return
        said = group.value("name")
        layer = said[:_NAME] if isinstance(said, str) else ""
        found.append(WeightGroup(name=path[:_NAME], variables=variables, layer=layer))


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()
