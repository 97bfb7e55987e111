"""Values of attributes as text: the same for the registry and for graphs."""

import struct

import pytest

from tfdoctor.matrix import attrs


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (attrs.dtype(1), "DT_FLOAT"),
        (attrs.dtype(101), "DT_FLOAT_REF"),
        (attrs.dtype(99), "DT_99"),
        (attrs.dtype_word(19), "float16"),
        (attrs.dtype_word(1), "float32"),
        (attrs.dtype_word(9), "int64"),
        (attrs.text(b"NHWC"), '"NHWC"'),
        (attrs.text(b"\xff"), '"ÿ"'),
        (attrs.boolean(1), "true"),
        (attrs.boolean(0), "false"),
        (attrs.shape([2, -1]), "[2,?]"),
        (attrs.shape([]), "[]"),
        (attrs.shape(None), "[*]"),
        (attrs.tensor(1, [3]), "tensor(DT_FLOAT,[3])"),
        (attrs.function("f"), "@f"),
        (attrs.many(["1", "2"]), "[1, 2]"),
    ],
)
def test_each_kind_has_its_form(found: str, text: str) -> None:
    assert found == text


@pytest.mark.parametrize("said", ["0.1", "1", "0.001", "1e-07", "-2.5", "inf", "nan", "0.30000001", "1e+39"])
def test_a_float32_is_told_with_few_digits(said: str) -> None:
    value = float(said)
    if abs(value) < 1e38:
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    text = attrs.number(value)
    assert text == said or (said == "0.30000001" and float(text) == pytest.approx(0.3))
