"""Structures that libraries may write but h5py does not, made by hand from the specification."""

import struct

import pytest

from tfdoctor.model.read.hdf5 import File, btree2, header, links
from tfdoctor.model.read.hdf5.attribute import Attribute
from tfdoctor.model.read.hdf5.fractal import FractalHeap
from tfdoctor.model.read.hdf5.heap import GlobalHeap
from tfdoctor.model.read.hdf5.medium import BoundError, Budget, Fields, Medium
from tfdoctor.model.read.hdf5.types import Type, cached_type, read_shape, read_type
from tfdoctor.model.read.source import Bytes, DamagedError

NOWHERE = b"\xff" * 8


def medium(data: bytes) -> Medium:
    return Medium(Bytes(data, "a"), 0)


def kind(number: int, version: int, bits: int, size: int, rest: bytes = b"") -> bytes:
    """A message of a type."""
    return bytes([version << 4 | number]) + bits.to_bytes(3, "little") + struct.pack("<I", size) + rest


INT32 = kind(0, 1, 8, 4, struct.pack("<HH", 0, 32))
FLOAT32 = kind(1, 1, 0x20, 4, struct.pack("<HHBBBBI", 0, 32, 23, 8, 0, 23, 127))
BFLOAT16 = kind(1, 1, 0x20, 2, struct.pack("<HHBBBBI", 0, 16, 7, 8, 0, 7, 127))


def padded(name: bytes) -> bytes:
    return name + bytes(8 - len(name) % 8)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (INT32, "int32"),
        (FLOAT32, "float32"),
        (BFLOAT16, "bfloat16"),
        (kind(1, 1, 0, 8, struct.pack("<HHBBBBI", 0, 80, 64, 15, 0, 64, 16383)), "float80"),
        (kind(2, 1, 0, 4, b"\x20\x00"), "time"),
        (kind(4, 1, 0, 1, struct.pack("<HH", 0, 8)), "uint8"),
        (kind(5, 1, 8, 3, b"a word\0\0"), "opaque24"),
        (kind(6, 1, 1, 8, padded(b"pair") + struct.pack("<IB11x4I", 0, 1, 2, 0, 0, 0) + INT32),
         "compound(pair: int32[2])"),
        (kind(6, 3, 2, 8, b"r\0\x00" + FLOAT32 + b"i\0\x04" + FLOAT32), "complex64"),
        (kind(6, 2, 9, 36, b"".join(padded(b"%c" % (97 + n)) + struct.pack("<I", 4 * n) + INT32 for n in range(9))),
         "compound(a: int32, b: int32, c: int32, d: int32, e: int32, f: int32, g: int32, h: int32, ...)"),
        (kind(8, 1, 2, 4, INT32 + padded(b"A") + padded(b"B") + bytes(8)), "int32"),
        (kind(9, 1, 0, 16, FLOAT32), "list of float32"),
        (kind(10, 2, 0, 24, b"\x02\0\0\0" + struct.pack("<4I", 2, 3, 0, 0) + INT32), "int32[2][3]"),
        (kind(10, 3, 0, 24, b"\x02" + struct.pack("<2I", 2, 3) + INT32), "int32[2][3]"),
        (kind(11, 5, 0, 8, FLOAT32), "complex64"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_types(data: bytes, name: str) -> None:
    fields = Fields(data, medium(b""))
    assert read_type(fields).name == name
    assert not fields.left()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (kind(12, 1, 0, 4), "class 12"),
        (kind(6, 3, 2000, 4), "2000 members"),
        (kind(8, 3, 2000, 4), "2000 names"),
        (kind(10, 3, 0, 4, b"\xff"), "255 dimensions"),
        (kind(9, 1, 0, 16) * 30, "without end"),
        (kind(6, 3, 1, 4, b"no end"), "without an end"),
        (INT32[:9], "ends before"),
    ],
)
def test_types_that_are_none(data: bytes, message: str) -> None:
    with pytest.raises(DamagedError, match=message):
        read_type(Fields(data, medium(b"")))


def test_types_are_remembered_up_to_a_bound() -> None:
    place = medium(b"")
    for size in range(1200):
        assert cached_type(place, kind(3, 1, 0, size)) == Type("string", "string", size)
    assert len(place.types) == 1000
    long = kind(5, 1, 255, 3, bytes(255))
    assert cached_type(place, long).name == "opaque24"
    assert long not in place.types


def test_shapes() -> None:
    old = b"\x01\x02\x00" + bytes(5) + struct.pack("<2Q", 3, 4)
    assert read_shape(Fields(old, medium(b""))) == (3, 4)
    assert read_shape(Fields(b"\x02\x00\x00\x02", medium(b""))) is None
    for wrong in (b"\x03\x00\x00\x00", b"\x02\xff\x00\x01"):
        with pytest.raises(DamagedError, match="a shape of version"):
            read_shape(Fields(wrong, medium(b"")))


def attribute(version: int, name: bytes, type_: bytes, shape: bytes, value: bytes) -> Attribute:
    parts = [part + bytes(-len(part) % 8 if version == 1 else 0) for part in (name, type_, shape)]
    data = struct.pack("<BBHHH", version, 0, len(name), len(type_), len(shape)) + (b"\0" if version == 3 else b"")
    place = medium(b"")
    return Attribute(place, GlobalHeap(place), data + b"".join(parts) + value)


SCALAR = b"\x02\x00\x00\x00"
FOUR = b"\x02\x01\x00\x01" + struct.pack("<Q", 4)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_attributes_of_each_version(version: int) -> None:
    found = attribute(version, b"n\0", INT32, FOUR, struct.pack("<4i", 1, -2, 3, 4))
    assert (found.name, found.dtype, found.shape, found.value()) == ("n", "int32", (4,), [1, -2, 3, 4])


def test_values_of_strings_are_cut_as_their_type_says() -> None:
    texts = {0: b"ab\0cd   ", 1: b"ab\0cd\0\0\0", 2: b"ab\0cd   "}
    read = [attribute(3, b"t\0", kind(3, 1, padding, 8), SCALAR, text).value() for padding, text in texts.items()]
    assert read == ["ab", "ab\0cd", "ab\0cd"]


def test_values_that_are_not_shown_or_not_there() -> None:
    assert attribute(3, b"b\0", BFLOAT16, SCALAR, b"\0\0").value() is None
    assert attribute(3, b"v\0", kind(9, 1, 1, 16, kind(3, 1, 0, 1)), SCALAR, bytes(16)).value() == ""
    with pytest.raises(DamagedError, match="ends before its value"):
        attribute(3, b"n\0", INT32, FOUR, bytes(15)).value()
    with pytest.raises(DamagedError, match="values are more"):
        attribute(3, b"n\0", INT32, b"\x02\x01\x00\x01" + struct.pack("<Q", 1 << 40), b"").value()
    with pytest.raises(DamagedError, match="version 9"):
        attribute(9, b"n\0", INT32, SCALAR, b"")


def test_shared_messages() -> None:
    target = struct.pack("<BxHIIxxxx", 1, 1, 1, 8 + len(INT32)) + struct.pack("<HHBxxx", 3, len(INT32), 0) + INT32
    place = medium(target)
    for form in (b"\x01\x00" + bytes(6) + bytes(8), b"\x02\x00" + bytes(8), b"\x03\x02" + bytes(8)):
        assert header.elsewhere(place, header.Message(header.DATATYPE, form, shared=True)).data == INT32
    with pytest.raises(DamagedError, match="heap of shared messages"):
        header.elsewhere(place, header.Message(header.DATATYPE, b"\x03\x01" + bytes(8), shared=True))
    with pytest.raises(DamagedError, match="not there"):
        header.elsewhere(place, header.Message(header.DATASPACE, b"\x03\x02" + bytes(8), shared=True))


def test_headers_that_are_none() -> None:
    with pytest.raises(DamagedError, match="no object header"):
        header.messages(medium(bytes(64)), 0)
    with pytest.raises(DamagedError, match="version 7"):
        header.messages(medium(b"OHDR\x07" + bytes(64)), 0)
    long = medium(struct.pack("<BxHIIxxxx", 1, 1, 1, 1 << 30))
    assert header.messages(long, 0) == []
    assert long.remarks == ["object header at 0: a block of 1073741824 bytes"]


def test_a_header_that_goes_on_in_a_circle() -> None:
    start = b"OHDR\x02\x00" + bytes([20])
    again = struct.pack("<BHB", header.CONTINUATION, 16, 0) + struct.pack("<2Q", 7, 20)
    place = medium(start + again + bytes(64))
    assert header.messages(place, 0) == []
    assert place.remarks == ["object header at 0: it goes on where it has been"]
    nothing = struct.pack("<BHB", header.CONTINUATION, 16, 0) + struct.pack("<2Q", 40, 20)
    place = medium(start + nothing + bytes(64))
    assert header.messages(place, 0) == []
    assert place.remarks == ["object header at 0: it goes on where nothing is"]


def heap(**changed: int) -> bytes:
    """The header of a fractal heap: direct blocks of 64 to 128 bytes, two in a row; 200 bytes long."""
    say = {
        "identifier": 8, "filters": 0, "largest": 64, "width": 2, "start": 64, "direct": 128, "bits": 16, "root": 200,
        "rows": 0, "huge": 900,
    } | changed  # fmt: skip
    data = b"FRHP\0" + struct.pack("<HHBI", say["identifier"], say["filters"], 0, say["largest"])
    data += struct.pack("<QQQQ", 0, say["huge"], 0, 0) + bytes(64)
    data += struct.pack("<HQQHHQH", say["width"], say["start"], say["direct"], say["bits"], 0, say["root"], say["rows"])
    return data.ljust(200, b"\0")


def block(offset: int, size: int) -> bytes:
    """A direct block whose last eight bytes say where in the heap it begins."""
    return (b"FHDB\0" + bytes(8) + struct.pack("<H", offset)).ljust(size - 8, b"\0") + struct.pack("<Q", offset)


def table(offset: int, children: list[int]) -> bytes:
    return b"FHIB\0" + bytes(8) + struct.pack("<H", offset) + struct.pack(f"<{len(children)}Q", *children) + bytes(4)


def identifier(offset: int) -> bytes:
    return b"\0" + struct.pack("<HH", offset, 8)[:3] + bytes(4)


def test_a_heap_of_tables_in_tables() -> None:
    # Rows of the root: 64 64, 64 64, 128 128 (blocks), 256 256 (tables of two rows of two blocks of 64).
    where = [1000, 1100, 1200, 1300, 1400, 1600, 1800, (1 << 64) - 1]
    parts = {200: table(0, where), 1800: table(512, [2000, 2100, 2200, 2300])}
    sizes = [64, 64, 64, 64, 128, 128]
    offsets = [0, 64, 128, 192, 256, 384]
    parts |= {at: block(offset, size) for at, offset, size in zip(where, offsets, sizes, strict=False)}
    parts |= {2000 + 100 * number: block(512 + 64 * number, 64) for number in range(4)}
    data = bytearray(3000)
    data[:200] = heap(rows=4)
    for at, part in parts.items():
        data[at : at + len(part)] = part
    found = FractalHeap(medium(bytes(data)), 0)
    for offset, size in [*zip(offsets, sizes, strict=True), *((512 + 64 * number, 64) for number in range(4))]:
        assert found.get(identifier(offset + size - 8)) == struct.pack("<Q", offset)
    for nowhere in (761, 800, 1100, 60_000, 60):
        with pytest.raises(DamagedError, match="not in its"):
            found.get(identifier(nowhere))
    data[1800:1804] = b"none"
    with pytest.raises(DamagedError, match="no table of a heap"):
        FractalHeap(medium(bytes(data)), 0).get(identifier(520))


def test_objects_in_their_identifiers_and_by_themselves() -> None:
    data = heap() + block(0, 64) + b"large object"
    found = FractalHeap(medium(data), 0)
    assert found.get(identifier(56)) == bytes(8)
    assert found.get(b"\x22abc" + bytes(4)) == b"abc"
    longer = FractalHeap(medium(heap(identifier=20) + block(0, 64) + b"large object"), 0)
    assert longer.get(b"\x20\x12" + bytes(range(19))) == bytes(range(19))
    assert longer.get(b"\x10" + struct.pack("<QQ", 264, 12)) == b"large object"
    for wrong in (b"", b"\x30", b"\x10"):
        with pytest.raises(DamagedError):
            found.get(wrong.ljust(8, b"\0") if wrong else b"")


def test_a_large_object_that_its_tree_has_not() -> None:
    tree = b"BTHD\0" + struct.pack("<BIHHBBQHQ", 1, 512, 24, 0, 0, 0, 600, 1, 1)
    leaf = b"BTLF\0\x01" + struct.pack("<QQQ", 500, 12, 7)
    data = (heap(huge=300) + block(0, 64)).ljust(300, b"\0") + tree
    data = data.ljust(500, b"\0") + b"large object"
    found = FractalHeap(medium((data.ljust(600, b"\0") + leaf).ljust(2000, b"\0")), 0)
    assert found.get(b"\x10\x07" + bytes(6)) == b"large object"
    with pytest.raises(DamagedError, match="not in its heap"):
        found.get(b"\x10\x08" + bytes(6))


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"filters": 4}, "compressed"), ({"width": 0}, "can't be"), ({"start": 1 << 40}, "can't be")],
)
def test_heaps_that_are_not_read(changed: dict[str, int], message: str) -> None:
    with pytest.raises(DamagedError, match=message):
        FractalHeap(medium(heap(**changed)), 0)


def test_trees_that_are_none() -> None:
    def tree(kind: int = 5, record: int = 11, depth: int = 0, root: bytes = NOWHERE) -> bytes:
        return b"BTHD\0" + struct.pack("<BIHHBB", kind, 512, record, depth, 0, 0) + root + bytes(14)

    assert list(btree2.records(medium(tree()), 0, 5)) == []
    for wrong in (tree(kind=6), tree(record=0), tree(record=600), tree(depth=99)):
        with pytest.raises(DamagedError, match="not as it should be"):
            list(btree2.records(medium(wrong), 0, 5))
    # A node that is its own child is read once.
    node = (b"BTIN\0\x05" + struct.pack("<QBQB", 50, 0, 50, 0)).ljust(512, b"\0")
    circle = medium((tree(depth=1, root=struct.pack("<Q", 50))[:24] + bytes(26))[:50] + node)
    assert list(btree2.records(circle, 0, 5)) == []
    assert circle.remarks == ["tree at 0: a branch that is there twice"]


def message(data: bytes) -> header.Message:
    return header.Message(header.LINK, data, shared=False)


def test_link_messages() -> None:
    place = medium(b"")
    soft = b"\x01\x1c\x01" + bytes(8) + b"\x01" + b"\x04soft" + struct.pack("<H", 2) + b"/a"
    external = b"\x01\x08\x40\x01e" + struct.pack("<H", 8) + b"\0b.h5\0/c"
    found = links.links(place, [message(soft), message(external), message(b"\x01\x08\x50\x01u"), message(b"\x02\0")])
    assert found == {
        "soft": links.Link("soft", path="/a"), "e": links.Link("e", path="b.h5:/c", external=True),
    }  # fmt: skip
    assert place.remarks == [
        "a link of a kind that is not known: u",
        "links of a group: a link of a version that is not known",
    ]
    place.budget = Budget(structures=50)
    with pytest.raises(BoundError):
        links.links(place, [message(soft)])


def test_names_outside_their_heap_and_heaps_that_are_too_large() -> None:
    table_at = header.Message(header.SYMBOL_TABLE, struct.pack("<2Q", 100, 0), shared=False)

    def group(size: int, name: int) -> bytes:
        names = b"HEAP" + bytes(4) + struct.pack("<3Q", size, 0, 32) + b"ok\0\0\0\0\0\0"
        tree = b"TREE\0\0" + struct.pack("<H", 1) + NOWHERE * 2 + struct.pack("<3Q", 0, 200, 0)
        leaf = b"SNOD\x01\0" + struct.pack("<H", 2)
        leaf += struct.pack("<QQII16x", 0, 5, 0, 0) + struct.pack("<QQII4s12x", name, 0, 2, 0, b"\0\0\0\0")
        return (names.ljust(100, b"\0") + tree).ljust(200, b"\0") + leaf

    place = medium(group(8, 0))
    assert links.links(place, [table_at]) == {"ok": links.Link("ok", 5)}
    place = medium(group(8, 99))
    assert links.links(place, [table_at]) == {"ok": links.Link("ok", 5)}
    assert place.remarks == ["links of a group: a name outside the names of its group"]
    place = medium(group(1 << 40, 0))
    assert links.links(place, [table_at]) == {}
    assert place.remarks == ["links of a group: names of 1099511627776 bytes"]


def test_global_heaps() -> None:
    objects = struct.pack("<HHIQ", 1, 1, 0, 5) + b"hello\0\0\0" + struct.pack("<HHIQ", 0, 0, 0, 0)
    data = b"GCOL\x01\0\0\0" + struct.pack("<Q", 16 + len(objects)) + objects
    found = GlobalHeap(medium(data * 300))
    for number in range(300):
        assert found.get(number * len(data), 1, 5) == b"hello"
    with pytest.raises(DamagedError, match="no object 2"):
        found.get(0, 2, 5)
    with pytest.raises(DamagedError, match="shorter"):
        found.get(0, 1, 6)


@pytest.mark.parametrize("width", [2, 4, 8])
def test_addresses_of_each_width(width: int) -> None:
    root = struct.pack("<BxHIIxxxx", 1, 1, 1, 0)
    end = b"\xff" * width
    data = b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, width, width, 0]) + bytes(8)
    data += bytes(width) + end * 3 + bytes(width) + (200).to_bytes(width, "little")
    file = File(Bytes(data.ljust(200, b"\0") + root, "a"))
    assert file.root.links == {}
    assert file.root.attributes == {}
