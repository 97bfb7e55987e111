"""Graphs built by hand: what real ones do not show, orders that nobody writes, sizes that nobody saves."""

from pathlib import Path

import pytest

from tfdoctor.facts.saved import AttrUse, MetaGraph, OpUse
from tfdoctor.model.read import attrs, metagraph, ops, read, wire
from tfdoctor.model.read.source import Bytes, DamagedError


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return wire.encoded(number << 3) + wire.encoded(value)
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(value)) + value


def attr(name: str, value: bytes) -> bytes:
    return field(5, field(1, name.encode()) + field(2, value))


def node(op: str, *parts: bytes, name: bytes = b"n") -> bytes:
    return field(1, field(1, name) + field(2, op.encode()) + b"".join(parts))


def graph(data: bytes) -> MetaGraph:
    found, remarks = metagraph.graph(wire.Walker(Bytes(data, "graph")), 0, len(data))
    assert remarks == []
    return found


def broken(data: bytes) -> tuple[MetaGraph, list[str]]:
    return metagraph.graph(wire.Walker(Bytes(data, "graph")), 0, len(data))


def plain(found: MetaGraph) -> list[tuple[str, int, dict[str, tuple[str, ...]]]]:
    return [(op.name, op.count, {item.name: item.values for item in op.attrs}) for op in found.ops]


FLOAT = field(6, 1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (field(3, -1), "-1"),
        (field(5, 0), "false"),
        (field(6, 101), "DT_FLOAT_REF"),
        (field(6, 99), "DT_99"),
        (field(2, b"SAME"), '"SAME"'),
        (field(7, field(2, field(1, 2)) + field(2, field(1, -1))), "[2,?]"),
        (field(7, field(3, 1)), "[*]"),
        (field(1, field(3, b"\x01\x02")), "[1, 2]"),
        (field(1, b""), "[]"),
        (field(1, field(9, field(1, b"f")) + field(8, field(1, 3))), "[@f, tensor(DT_INT32,[])]"),
        (field(10, field(1, b"f")), "@f"),
        (field(9, b"T"), "$T"),
        (field(8, field(1, 1) + field(2, field(3, 1))), "tensor(DT_FLOAT,[*])"),
        (field(8, field(1, 1) + field(2, field(2, field(1, 7))) + field(4, bytes(90))), "tensor(DT_FLOAT,[7])"),
        (b"", "none"),
        (field(77, 1), "none"),
        (field(2, b"x" * 5000), '"' + "x" * 199 + "...5002:"),
    ],
)
def test_values_as_text(value: bytes, said: str) -> None:
    assert attrs.text(value)[: len(said) if said.endswith(":") else None] == said


def test_numbers_of_types() -> None:
    names = ["DT_FLOAT", "DT_FLOAT_REF", "DT_NONSENSE", "DT_NONSENSE_REF"]
    assert [attrs.type_number(name) for name in names] == [1, 101, 0, 0]


def test_fields_in_an_order_that_nobody_writes() -> None:
    swapped = field(1, attr("T", FLOAT) + field(2, b"Relu") + field(1, b"n"))
    odd = field(1, field(1, b"n") + field(2, b"Relu") + field(9, 1) + attr("T", FLOAT))
    nameless = field(1, field(2, b"Relu") + attr("T", FLOAT))
    long = node("Relu", attr("T", FLOAT), name=b"n" * 300)
    assert plain(graph(swapped + odd + nameless + long)) == [("Relu", 4, {"T": ("DT_FLOAT",)})]


def test_what_is_passed_over_in_a_node() -> None:
    data = node("Relu", field(3, b"input"), field(4, b"/cpu:0"), attr("_class", field(2, b"x")), field(6, b"debug"))
    assert plain(graph(data + field(5, b"debug info"))) == [("Relu", 1, {})]


def test_sixteen_values_of_an_attribute() -> None:
    (op,) = graph(b"".join(node("Pad", attr("n", field(3, number))) for number in range(40))).ops
    assert len(op.attrs[0].values) == 16


def test_large_nodes_are_passed_over_and_their_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WINDOW", 4096)
    tensor = field(8, field(1, 1) + field(2, field(2, field(1, 9))) + field(4, bytes(9000)))
    huge = node("Const", attr("dtype", FLOAT), attr("value", tensor), attr("text", field(2, bytes(9000))))
    middle = node("Const", attr("value", field(8, field(1, 3) + field(4, bytes(3000)))))
    small = b"".join(node("Relu", attr("T", FLOAT), name=b"n%d" % number) for number in range(1000))
    versions = field(4, field(1, 440) + field(2, 12) + field(3, 5))
    found = graph(small + huge + middle + small + versions)
    assert plain(found) == [
        (
            "Const", 2,
            {"dtype": ("DT_FLOAT",), "text": ("none",), "value": ("tensor(DT_FLOAT,[9])", "tensor(DT_INT32,[])")},
        ),
        ("Relu", 2000, {"T": ("DT_FLOAT",)}),
    ]  # fmt: skip
    assert (found.producer, found.min_consumer, found.bad_consumers, found.nodes) == (440, 12, (5,), 2002)


def test_the_version_of_old_graphs() -> None:
    assert graph(node("Relu") + field(3, 8)).producer == 8


def test_calls_of_functions_by_name_are_no_operations() -> None:
    body = field(3, field(1, b"a") + field(2, b"Relu"))
    library = field(2, field(1, field(1, field(1, b"mine")) + body) + field(1, body) + field(9, 1))
    found = graph(node("mine") + library)
    assert ([op.name for op in found.ops], found.functions, found.nodes) == (["Relu"], ("mine", ""), 3)


def test_defaults_of_the_producer() -> None:
    defaults = {"Conv": {"T": FLOAT, "mode": field(2, b"a"), "f": field(10, field(1, b"g"))}}
    uses = ops.Uses(defaults)
    data = node("Conv", attr("T", FLOAT), attr("mode", field(2, b"b")), attr("f", field(10, field(1, b"g"))))
    data += node("Conv", attr("T", field(6, b"\x01")), attr("new", field(3, 1)))
    uses.walk(wire.Walker(Bytes(data, "graph")), 0, len(data), 1)
    (op,) = uses.found([])
    assert {item.name: item.default for item in op.attrs} == {"T": True, "f": True, "mode": False, "new": None}


@pytest.mark.parametrize(("bound", "limit", "nodes"), [("_NODES", 10, 10), ("_OPS", 10, 11), ("_DECODED", 10, 11)])
def test_bounds(monkeypatch: pytest.MonkeyPatch, bound: str, limit: int, nodes: int) -> None:
    monkeypatch.setattr(ops, bound, limit)
    data = b"".join(node(f"Op{number}", attr("n", field(3, number))) for number in range(100))
    found, remarks = broken(data)
    assert found.nodes == nodes
    assert remarks == [f"the graph is read up to its node {nodes}"]


def test_attributes_beyond_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "_KNOWN", 3)
    monkeypatch.setattr(ops, "_ATTRS", 5)
    data = b"".join(node("Op", attr(f"a{number:02}", field(3, number))) for number in range(20)) * 2
    (op,) = graph(data).ops
    assert [item.name for item in op.attrs] == ["a00", "a01", "a02", "a03", "a04"]


@pytest.mark.parametrize(
    "data",
    [
        node("Relu") + b"\x0a\x7f",
        node("Relu") + field(1, b"\x0a\x05n"),
        node("Relu") + field(1, field(1, b"n") + b"\x12\x09Relu"),
        node("Relu") + field(1, field(1, b"n") + field(2, b"Relu") + b"\x2a\x09\x0a") + node("Relu"),
        node("Relu") + field(1, b"\x0a"),
        node("Relu") + field(1, field(1, b"n") + field(2, b"Relu") + field(5, field(1, b"T") + field(2, b"\x08"))),
        node("Relu") + field(2, field(1, field(1, b"\x0a\x7f"))),
        node("Relu") + field(4, b"\x08"),
    ],
)
def test_what_came_before_the_damage_is_kept(data: bytes) -> None:
    found, remarks = broken(data)
    assert "Relu" in [op.name for op in found.ops]
    assert len(remarks) == 1


def saved(*parts: bytes) -> bytes:
    return field(1, 1) + field(2, field(1, field(4, b"serve") + field(5, b"2.6.0")) + b"".join(parts))


def meta(data: bytes, folder: Path) -> tuple[MetaGraph, tuple[str, ...]]:
    folder.mkdir(exist_ok=True)
    (folder / "saved_model.pb").write_bytes(data)
    found = read(folder)
    return found.meta_graphs[0], found.remarks


def test_parts_of_a_meta_graph_that_are_damaged(tmp_path: Path) -> None:
    parts = [field(4, b"\x0a\x09"), field(5, field(1, b"s") + field(2, b"\x09")), field(6, b"\x09"), field(99, b"")]
    found, remarks = meta(saved(*parts, field(6, field(2, b"words.txt")), field(9, 1)), tmp_path / "a")
    assert (found.tensorflow, found.assets, len(remarks)) == ("2.6.0", ("words.txt",), 3)
    found, remarks = meta(saved(field(2, node("Relu")), b"\x0b"), tmp_path / "b")
    assert (found.ops, len(remarks)) == ((OpUse("Relu", 1, (), 0),), 1)


def test_a_schema_that_is_not_known(tmp_path: Path) -> None:
    _, remarks = meta(field(1, 2) + saved()[2:], tmp_path / "a")
    assert remarks == ("saved_model.pb: schema version 2, where 1 is known",)


def test_a_second_graph_is_merged(tmp_path: Path) -> None:
    library = field(2, field(1, field(1, field(1, b"f")) + field(3, field(1, b"a") + field(2, b"Tanh"))))
    found, _ = meta(saved(field(2, node("Relu") + library), field(2, node("Relu") + library)), tmp_path / "a")
    assert {op.name: op.count for op in found.ops} == {"Relu": 2, "Tanh": 2}


def test_parts_that_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metagraph, "_SMALL", 100)
    _, remarks = meta(saved(field(6, bytes(200))), tmp_path / "a")
    assert "a part of 200 bytes" in remarks[0]


def test_shapes_that_are_unknown(tmp_path: Path) -> None:
    tensor = field(1, field(1, b"x") + field(2, field(1, b"x:0") + field(2, 1)))
    any_rank = field(2, field(1, b"y") + field(2, field(2, 7) + field(3, field(3, 1))))
    found, _ = meta(saved(field(5, field(1, b"s") + field(2, tensor + any_rank + field(3, b"m")))), tmp_path / "a")
    (signature,) = found.signatures
    assert (signature.method, signature.inputs[0].shape, signature.outputs[0].dtype) == ("m", None, "string")


def objects(*nodes: bytes) -> bytes:
    return saved(field(7, b"".join(field(1, item) for item in nodes)))


def child(number: int, name: bytes) -> bytes:
    return field(1, (field(1, number) if number else b"") + field(2, name))


def test_objects_that_lead_to_themselves(tmp_path: Path) -> None:
    user = field(4, field(1, b"_tf_keras_layer") + field(2, field(1, 2) + field(2, 1)) + field(3, b"{}"))
    data = objects(child(1, b"a") + child(0, b"self") + user, child(0, b"up") + child(700, b"gone") + user)
    found, remarks = meta(data, tmp_path / "a")
    assert found.objects is not None
    assert [(item.path, item.producer, item.min_consumer) for item in found.objects] == [
        ("root", 2, 1),
        ("root.a", 2, 1),
    ]
    assert remarks == ()


def test_objects_far_from_the_root(tmp_path: Path) -> None:
    chain = [child(number + 1, b"x") + field(7, b"") for number in range(300)]
    found, _ = meta(objects(*chain), tmp_path / "a")
    assert found.objects is not None
    assert found.objects[2].path == "root.x.x"
    assert found.objects[299].path.startswith("....x.x")
    assert len(found.objects[299].path) < 200


@pytest.mark.parametrize(("bound", "what"), [("_NODES", "up to its node 3"), ("_CHILDREN", "too many edges")])
def test_bounds_of_object_graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, what: str) -> None:
    from tfdoctor.model.read import objects as module

    monkeypatch.setattr(module, bound, 3)
    found, remarks = meta(objects(*[child(number, b"x") + field(7, b"") for number in range(9)]), tmp_path / "a")
    assert found.objects is not None
    assert (len(found.objects), what in remarks[0]) == (3, True)


def test_objects_that_are_damaged(tmp_path: Path) -> None:
    found, remarks = meta(objects(field(4, b"\x09"), field(1, b"\x09")), tmp_path / "a")
    assert found.objects is not None
    assert [(item.kind, item.identifier) for item in found.objects] == [("user_object", "")]
    assert len(remarks) == 1


def test_attributes_in_place_of_shapes_that_break_off() -> None:
    with pytest.raises(DamagedError):
        attrs.text(field(7, field(2, b"\x08")))


def test_uses_are_facts() -> None:
    (op,) = graph(node("Relu", attr("T", FLOAT))).ops
    assert op.attrs[0] == AttrUse("T", ("DT_FLOAT",), None, op.attrs[0].node, op.attrs[0].function)
