"""The harvests: which environments, and how answers become tables."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from knowing import fold_keras, fold_ops
from knowing.environments import chosen, keras_three, keras_two

from tfdoctor.matrix.keras import KerasTable
from tfdoctor.matrix.ops import Registry


def test_one_environment_for_each_minor() -> None:
    found = chosen()
    names = [one.name for one in found]
    assert names[0] == "1.15.5"
    assert "2.3.4" in names
    assert "2.3.3" not in names
    assert next(one.python for one in found if one.name == "2.15.1") == "3.11"
    assert found[0].minor == "1.15"


def test_keras_goes_over_a_tensorflow_that_takes_it() -> None:
    found = {one.minor: one for one in chosen()}
    two = keras_two(found["2.16"], ["2.15.1", "2.16.0", "2.17.0"])
    assert two is not None
    assert two.added == ("tf-keras==2.16.0",)
    assert keras_two(found["2.3"], ["2.16.0"]) is None
    three = keras_three(list(found.values()), ["2.15.0", "3.0.0", "3.0.5", "3.4.1", "3.5.0", "3.6.0rc1"])
    assert [(one.minor, one.added) for one in three] == [
        ("2.16", ("keras==3.0.5", "dm-tree==0.1.8")),
        ("2.16", ("keras==3.4.1",)),
        ("2.18", ("keras==3.5.0",)),
    ]


def op(name: str, *attrs: dict[str, Any], **more: object) -> dict[str, Any]:
    plain = {"inputs": 1, "outputs": 1, "stateful": False, "deprecated": 0, "why": ""}
    return {"name": name, "attrs": list(attrs), **plain, **more}


def ops_answer(version: str, *ops: dict[str, Any]) -> dict[str, Any]:
    numbers = {"producer": 1, "min_consumer": 0, "min_producer": 0}
    refused = {"0": "ValueError: Didn't find op for builtin opcode 'ADD' version '99'. An older one.\nFailed."}
    lite = {"known": {"0": [1, 2]}, "refused": refused, "far": 99}
    return {"version": version, **numbers, "ops": list(ops), "contrib": [], "lite": lite}


def test_operations_are_folded_by_release() -> None:
    kind = {"name": "T", "type": "type", "default": ["type", 1], "allowed": [["type", 1], ["type", 2]]}
    wider = {**kind, "allowed": [["type", 1], ["type", 2], ["type", 14]]}
    values: list[dict[str, Any]] = [
        {"name": "s", "type": "string", "default": ["s", "NHWC"]},
        {"name": "f", "type": "float", "default": ["f", 0.10000000149011612]},
        {"name": "b", "type": "bool", "default": ["b", False]},
        {"name": "h", "type": "shape", "default": ["shape", [2, -1]]},
        {"name": "t", "type": "tensor", "default": ["tensor", [1, []]]},
        {"name": "g", "type": "func", "default": ["func", "body"]},
        {"name": "l", "type": "list(int)", "default": ["list", [["i", 1], ["i", 2]]], "minimum": 2},
        {"name": "n", "type": "int"},
    ]
    text = fold_ops.fold(
        [
            ops_answer("2.3.4", op("Add", kind), op("Old", deprecated=3, why="Use Add.")),
            ops_answer("2.4.4", op("Add", wider, *values, stateful=True, inputs=2)),
        ],
        "2026-01-01",
    )
    found = Registry(text.encode())
    old, new = found.get("Add", "2.3"), found.get("Add", "2.4")
    assert old is not None
    assert new is not None
    assert old.attrs["T"].allowed == frozenset({"DT_FLOAT", "DT_DOUBLE"})
    assert new.attrs["T"].allowed == frozenset({"DT_FLOAT", "DT_DOUBLE", "DT_BFLOAT16"})
    assert {name: attr.default for name, attr in new.attrs.items()} == {
        "T": "DT_FLOAT", "s": '"NHWC"', "f": "0.1", "b": "false", "h": "[2,?]", "t": "tensor(DT_FLOAT,[])",
        "g": "@body", "l": "[1, 2]", "n": None,
    }  # fmt: skip
    assert (old.inputs, new.inputs, old.stateful, new.stateful) == (1, 2, False, True)
    assert new.attrs["l"].minimum == 2
    removed = found.get("Old", "2.3")
    assert removed is not None
    assert (removed.deprecated, removed.why) == (3, "Use Add.")
    assert (found.until("Old"), found.attr_since("Add", "n")) == ("2.3", "2.4")
    assert found.lite(0, "2.3") == range(1, 3)
    assert found.lite_refusal(0, 7, "2.4") == "Didn't find op for builtin opcode 'ADD' version '7'"


def keras_class(**more: object) -> dict[str, Any]:
    plain = {"args": ["units", "name"], "needed": ["units"], "rest": "", "config": {"units": 2, "name": "dense_7"}}
    return {**plain, "bases": ["Layer"], "from_config": "", **more}


def keras_answer(version: str, root: str, classes: dict[str, Any], **more: object) -> dict[str, Any]:
    names = {identity.partition(":")[2]: identity for identity in classes}
    plain = {"tensorflow": version, "python": "3.9", "exported": {}, "functions": {}, "tables": {"layers": names}}
    return {"keras": version, "root": root, "classes": classes, **plain, **more}


def test_classes_are_joined_by_the_names_that_find_them() -> None:
    first = keras_answer(
        "2.3.1-tf", "tensorflow.python.keras", {"tensorflow.python.keras.layers.core:Dense": keras_class()}
    )
    added = keras_class(
        args=["units", "name", "lora"],
        config={"units": 2, "lora": None, "deep": {"class_name": "A", "config": {"x": "y" * 400}}, "code": ["z" * 400]},
    )
    second = keras_answer(
        "3.4.1",
        "keras.src",
        {"keras.src.layers.core.dense:Dense": added, "keras.src.ops.numpy:Add": keras_class(bases=["Operation"])},
        exported={"keras.layers.Dense": "keras.src.layers.core.dense:Dense"},
        functions={"keras.losses.mse": "keras.src.losses:mse", "keras.utils.f": "keras.src.utils:f"},
        tables={
            "layers": {"Dense": "keras.src.layers.core.dense:Dense", "Alias": "keras.src.layers.core.dense:Dense"},
            "losses": {"mse": "keras.src.losses:mse", "_own": "keras.src.losses:own", "abs": "numpy:abs"},
        },
    )
    asked = fold_keras.questions([first, second])
    assert asked["base"] == ["code", "deep", "lora", "name", "units"]
    assert asked["ids"]["keras.src.layers.core.dense:Dense"] == ["layers/Dense"]
    assert asked["lines"]["layers/Dense"]["units"] == [2]
    refused = [
        "TypeError",
        "Error when deserializing\n\nException encountered: Dense got 'lora': {'lora': None} at <x at 0x1f>",
    ]
    answered = {
        "base": {"lora": None, "name": refused},
        "classes": {
            "tensorflow.python.keras.layers.core:Dense": {
                "lora": [[None, refused]],
                "units": [[2, None], [3, refused]],
                "deep": [[1, None]],
            }
        },
    }
    text = fold_keras.fold([{**first, "answers": answered}, second], "2026-01-01")
    assert text == fold_keras.fold([{**first, "answers": answered}, second], "2026-01-01")
    table = KerasTable(text.encode())
    old, new = table.release("2.3"), table.release("3.4")
    assert old is not None
    assert new is not None
    dense = old.lookup("layers", "Dense")
    assert dense is not None
    assert dense.takes("lora") is False
    assert dense.takes("deep")
    refusal = dense.refusal("units", 3)
    assert refusal is not None
    assert refusal.message == "Dense got 'lora': {'lora': None} at {object}"
    assert dense.refusal("units", 2) is None
    assert old.shared == {"lora"}
    assert new.lookup("layers", "Alias") is new.lookup("layers", "Dense") is new.exported("keras.layers", "Dense")
    found = new.lookup("layers", "Dense")
    assert found is not None
    assert found.config == {"units": 2, "lora": None, "deep": {"class_name": "A"}, "code": None}
    assert new.imported("keras.src.ops.numpy", "Add") is not None
    assert new.has_function("losses", "mse")
    assert not new.has_function("losses", "_own")
    assert not new.has_function("losses", "abs")
    assert new.exported_function("keras.losses", "mse")
    assert not new.exported_function("keras.utils", "f")
