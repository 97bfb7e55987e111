"""The text form of messages."""

import struct

import pytest

from tfdoctor.model.read import textproto, wire
from tfdoctor.model.read.source import DamagedError


def graph(text: str) -> wire.Message:
    return wire.message(textproto.to_wire(text.encode(errors="surrogateescape"), "GraphDef"))


def attribute(text: str) -> wire.Message:
    node = wire.message(wire.blob(graph(f'node {{ attr {{ key: "a" value {{ {text} }} }} }}'), 1))
    return wire.message(wire.blob(wire.message(wire.blob(node, 5)), 2))


def test_messages_strings_and_comments() -> None:
    found = graph("""
        # what it is
        node { name: "a" 'b' "\\x41\\101\\n\\"" op: "Relu" input: ["x", "y"] unknown: "z" input: "w" }
        node: < op: "Tanh"; >, library { gradient { function_name: "f" } }
        versions { producer: 0x10 min_consumer: 010 bad_consumers: [1, -2] }  # end""")
    first, second = (wire.message(item) for item in wire.blobs(found, 1))
    assert wire.blob(first, 1) == b'abAA\n"'
    assert list(wire.blobs(first, 3)) == [b"x", b"y", b"w"]
    assert wire.text(second, 2) == "Tanh"
    versions = wire.message(wire.blob(found, 4))
    assert (wire.number(versions, 1), wire.number(versions, 2), list(wire.numbers(versions, 3))) == (16, 8, [1, -2])


@pytest.mark.parametrize(
    ("text", "number", "value"),
    [
        ("i: -3", 3, (-3) % (1 << 64)),
        ("b: true", 5, 1),
        ("b: false", 5, 0),
        ("type: DT_FLOAT", 6, 1),
        ("type: DT_NEW", 6, 0),
        ("f: 1.5e-3f", 4, struct.pack("<f", 0.0015)),
        ("f: inf", 4, struct.pack("<f", float("inf"))),
        ("f: -inf", 4, struct.pack("<f", float("-inf"))),
        ("s: ''", 2, b""),
        ("shape { dim { size: 2 } }", 7, b"\x12\x02\x08\x02"),
        ("list { i: [1, 2] }", 1, b"\x18\x01\x18\x02"),
    ],
)
def test_values(text: str, number: int, value: int | bytes) -> None:
    assert attribute(text)[number][-1] == value


def test_messages_in_an_any() -> None:
    text = 'collection_def { key: "k" value { any_list { value { [type.googleapis.com/a.B] { filename: "f" } } } } }'
    data = textproto.to_wire(text.encode(), "MetaGraphDef")
    assert b"\x12\x01f" in data


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("node {", "breaks off"),
        ("}", "closes more"),
        ("node {" * 300, "too deep"),
        ('node { name: "a', "no text form"),
        ("versions { producer: 1.5 }", "no number: 1.5"),
        ("versions { producer: 9z }", "no number: 9z"),
        ("\x01", "no text form"),
    ],
)
def test_what_is_no_text(text: str, what: str) -> None:
    with pytest.raises(DamagedError, match=what):
        graph(text)
