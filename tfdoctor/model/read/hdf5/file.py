"""An HDF5 file as a tree of groups and data sets."""

from typing import Final

from tfdoctor.model.read.hdf5 import btree2, header
from tfdoctor.model.read.hdf5.attribute import Attribute
from tfdoctor.model.read.hdf5.fractal import FractalHeap
from tfdoctor.model.read.hdf5.header import Message
from tfdoctor.model.read.hdf5.heap import GlobalHeap
from tfdoctor.model.read.hdf5.links import Link, links
from tfdoctor.model.read.hdf5.medium import BoundError, Fields
from tfdoctor.model.read.hdf5.superblock import opened
from tfdoctor.model.read.hdf5.types import cached_type, read_shape
from tfdoctor.model.read.source import DamagedError, Source

_FOLLOWED: Final = 16  # soft links, one after the other
_PARTS: Final = 256  # of a path
_KEPT: Final = 1024  # groups that are remembered


class Node:
    """An object of the file.

    Attributes:
        address: of its header: the same object under two names has the same.
    """

    def __init__(self, file: "File", address: int, messages: list[Message]) -> None:
        self.file, self.address, self._messages = file, address, messages
        self._attributes: dict[str, Attribute] | None = None

    @property
    def attributes(self) -> dict[str, Attribute]:
        """Attributes by name, in the order of the file; of damaged ones those that can be read."""
        if self._attributes is None:
            self._attributes = {}
            for data in self._each():
                try:
                    attribute = Attribute(self.file.medium, self.file.heap, data)
                except BoundError:
                    raise
                except DamagedError as error:
                    self.file.medium.remark(f"an attribute: {error}")
                else:
                    self._attributes.setdefault(attribute.name, attribute)
        return self._attributes

    def _each(self) -> list[bytes]:
        medium, found = self.file.medium, []
        for message in self._messages:
            try:
                if message.kind == header.ATTRIBUTE:
                    found.append(header.elsewhere(medium, message).data)
                elif message.kind == header.ATTRIBUTE_INFO:
                    found += self._dense(Fields(message.data, medium))
            except BoundError:
                raise
            except DamagedError as error:
                medium.remark(f"attributes: {error}")
        return found

    def _dense(self, fields: Fields) -> list[bytes]:
        medium, found = self.file.medium, []
        fields.bytes(1)
        fields.bytes(2 if fields.number(1) & 1 else 0)
        heap_at, tree_at = fields.address(), fields.address()
        if medium.undefined(heap_at):
            return []
        heap = FractalHeap(medium, heap_at)
        for record in btree2.records(medium, tree_at, btree2.ATTRIBUTES_BY_NAME):
            identifier, flags = record.bytes(8), record.number(1)
            try:
                if flags & 2:
                    raise DamagedError("one in the heap of shared messages, which is not read")  # noqa: TRY301
                found.append(heap.get(identifier))
            except BoundError:
                raise
            except DamagedError as error:
                medium.remark(f"an attribute: {error}")
        return found

    def value(self, name: str) -> object:
        """Return the value of an attribute; None where there is none or it can't be read, which is then remarked."""
        attribute = self.attributes.get(name)
        if attribute is None:
            return None
        try:
            return attribute.value()
        except DamagedError as error:
            self.file.medium.remark(f"attribute {name[:100]}: {error}")
            return None


class Group(Node):
    """A group: its links by name, sorted, and the objects behind them."""

    def __init__(self, file: "File", address: int, messages: list[Message]) -> None:
        super().__init__(file, address, messages)
        self._links: dict[str, Link] | None = None

    @property
    def links(self) -> dict[str, Link]:
        """Links by name, sorted by it."""
        if self._links is None:
            self._links = links(self.file.medium, self._messages)
        return self._links

    def get(self, path: str) -> Node | None:
        """Return the object at a path from here ("a/b"); None where there is none or it can't be read.

        Raises:
            BoundError: the file has too many structures.
        """
        return self._get(path, _FOLLOWED)

    def group(self, path: str) -> "Group | None":
        """Return the group at a path from here, or None where there is none."""
        found = self.get(path)
        return found if isinstance(found, Group) else None

    def _get(self, path: str, follow: int) -> Node | None:
        here: Node = self.file.root if path.startswith("/") else self
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if len(parts) > _PARTS:
            return None
        for part in parts:
            link = here.links.get(part) if isinstance(here, Group) else None
            if link is None or not isinstance(here, Group):
                return None
            if link.address is not None:
                found = self.file.node(link.address)
            elif link.external:
                self.file.medium.remark(f"a link to another file is not followed: {link.path[:200]}")
                return None
            else:
                found = here._get(link.path, follow - 1) if follow else None  # noqa: SLF001  of the same class
            if found is None:
                return None
            here = found
        return here


class Dataset(Node):
    """An array: its type and shape. A type or shape that can't be read is "" or None, and a remark."""

    def __init__(self, file: "File", address: int, messages: list[Message]) -> None:
        super().__init__(file, address, messages)
        self.dtype = ""
        self.shape: tuple[int, ...] | None = None
        medium = file.medium
        for message in messages:
            try:
                if message.kind == header.DATATYPE:
                    self.dtype = cached_type(medium, header.elsewhere(medium, message).data).name
                elif message.kind == header.DATASPACE:
                    self.shape = read_shape(Fields(header.elsewhere(medium, message).data, medium))
            except BoundError:
                raise
            except DamagedError as error:
                medium.remark(f"array at {address}: {error}")


class File:
    """An HDF5 file.

    Attributes:
        medium: its bytes by its own addresses, with the budget and the remarks.
        heap: its strings of any length.
        root: the group at its top.
    """

    def __init__(self, source: Source) -> None:
        """Read the superblock and the root group.

        Raises:
            DamagedError: it is no HDF5, or there is no root group.
        """
        self.medium, address = opened(source)
        self.heap = GlobalHeap(self.medium)
        try:
            messages = header.messages(self.medium, address)
        except DamagedError as error:
            missing = self.medium.needed - source.size
            if missing <= 0:
                raise
            said = f"{source.name}: HDF5 that is cut off: {missing} bytes are missing at the end ({error})"
            raise DamagedError(said) from None
        self.root = Group(self, address, messages)
        self._groups: dict[int, Group] = {address: self.root}

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what is damaged or passed over, so far."""
        return tuple(self.medium.remarks)

    def node(self, address: int) -> Node | None:
        """Return the object whose header is at an address; None where there is none, which is remarked.

        Raises:
            BoundError: the file has too many structures.
        """
        if address in self._groups:  # paths go through the same groups again and again
            return self._groups[address]
        try:
            found = header.messages(self.medium, address)
        except BoundError:
            raise
        except DamagedError as error:
            self.medium.remark(f"an object: {error}")
            return None
        kinds = {message.kind for message in found}
        if kinds & {header.SYMBOL_TABLE, header.LINK_INFO, header.LINK}:
            if len(self._groups) >= _KEPT:
                self._groups.clear()
            group = self._groups[address] = Group(self, address, found)
            return group
        if header.DATASPACE in kinds:
            return Dataset(self, address, found)
        return Node(self, address, found)
