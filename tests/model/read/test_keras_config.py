"""The walk over configurations as each Keras writes them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdoctor.model.read.keras_config import walk

ROWS = [
    json.loads(line) for line in (Path(__file__).parents[1] / "captures" / "bytecode.jsonl").read_text().splitlines()
]
CODE = next(row["code"] for row in ROWS if (row["python"], row["function"]) == ("3.9", "multi"))


def of(class_name: str, **config: Any) -> dict[str, Any]:
    """As Keras 1 and 2 write an object."""
    return {"class_name": class_name, "config": config}


def of3(class_name: str, module: str | None = "keras.layers", registered: str | None = None, **config: Any) -> Any:
    """As Keras 3 writes it."""
    return of(class_name, **config) | {"module": module, "registered_name": registered}


def paths(config: object, role: str = "layer") -> list[str]:
    return [f"{layer.path}:{layer.class_name}" for layer in walk(config, "model").layers if layer.role == role]


def test_a_sequential_of_keras_1_is_a_list_of_layers() -> None:
    config = {"class_name": "Sequential", "config": [of("Dense", name="a"), of("Dense", name="b")]}
    assert paths(config) == ["model:Sequential", "model/a:Dense", "model/b:Dense"]


def test_models_in_models_and_a_layer_that_is_used_twice() -> None:
    inner = of("Model", name="inner", layers=[of("InputLayer", name="in"), of("Dense", name="shared")])
    again = of("Dense", name="shared") | {"inbound_nodes": [[["in", 0, 0, {}]], [["in", 1, 0, {"x": of("A", b=1)}]]]}
    config = of("Functional", name="outer", layers=[inner, again, of("Dense", units=1) | {"name": "beside"}])
    assert paths(config) == [
        "outer:Functional", "outer/inner:Model", "outer/inner/in:InputLayer", "outer/inner/shared:Dense",
        "outer/shared:Dense", "outer/beside:Dense",
    ]  # fmt: skip


def test_wrappers_and_cells() -> None:
    both = of("Bidirectional", name="both", layer=of("LSTM", name="in"), backward_layer=of("LSTM", name="back"))
    cells = of("StackedRNNCells", cells=[of("LSTMCell", name="one"), of("GRUCell")])
    config = of("Sequential", name="s", layers=[
        of("TimeDistributed", name="each", layer=of("Dense", name="d")), both, of("RNN", name="rnn", cell=cells),
    ])  # fmt: skip
    assert paths(config)[1:] == [
        "s/each:TimeDistributed", "s/each/d:Dense", "s/both:Bidirectional", "s/both/in:LSTM", "s/both/back:LSTM",
        "s/rnn:RNN", "s/rnn/cell:StackedRNNCells", "s/rnn/cell/one:LSTMCell", "s/rnn/cell/GRUCell:GRUCell",
    ]  # fmt: skip


def test_objects_in_arguments_go_by_their_keys() -> None:
    dense = of3(
        "Dense", name="d", units=2, dtype=of3("DTypePolicy", "keras", name="mixed"),
        kernel_regularizer=of3("Sum", None, "Shop>Sum", parts=[of3("L2", "keras.regularizers", l2=0.1)]),
    )  # fmt: skip
    mine = of3("Mine", "shop.models", "Mine", name="mine", inner=of3("Conv2D", name="c"), scale=3)
    config = of3("Sequential", "keras", name="s", layers=[dense, mine])
    assert paths(config) == ["s:Sequential", "s/d:Dense", "s/mine:Mine", "s/mine/c:Conv2D"]
    assert paths(config, "argument") == [
        "s/d/dtype:DTypePolicy", "s/d/kernel_regularizer:Sum", "s/d/kernel_regularizer/parts:L2",
    ]  # fmt: skip
    layers = walk(config).layers
    assert {layer.class_name for layer in layers if layer.custom} == {"Sum", "Mine"}
    found = next(layer for layer in layers if layer.class_name == "Mine")
    assert (found.module, found.registered, found.keys) == ("shop.models", "Mine", ("name", "inner", "scale"))


def test_registered_classes_of_keras_2() -> None:
    (layer,) = walk(of("Shop>Scaler", name="s")).layers
    assert (layer.custom, layer.module, layer.registered) == (True, None, None)


def test_layers_of_tensorflow_operations() -> None:
    config = of("Functional", name="f", layers=[
        of("TensorFlowOpLayer", name="op", node_def='{"op": "Square"}', constants={"1": [1]}),
        of("TFOpLambda", name="tf.math.add", function="math.add"),
        of("SlicingOpLambda", name="slice", function="__operators__.getitem"),
    ])  # fmt: skip
    walked = walk(config)
    assert [layer.keys for layer in walked.layers[1:]] == [
        ("name", "node_def", "constants"), ("name", "function"), ("name", "function"),
    ]  # fmt: skip
    assert walked.lambdas == ()


def test_python_code_of_keras_2() -> None:
    config = of("Sequential", name="s", layers=[
        of("Lambda", name="l", function=[CODE, None, None], function_type="lambda", output_shape=[None, 3],
           output_shape_type="raw", mask=["linear", None, None], mask_type="lambda"),
        of("Lambda", name="n", function="scale", function_type="function", output_shape=[CODE, None, None],
           output_shape_type="lambda"),
    ])  # fmt: skip
    walked = walk(config)
    assert [(found.layer, found.place, found.kind, found.name, found.pythons) for found in walked.lambdas] == [
        ("l", "function", "bytecode", "multi", ("3.9",)),
        ("l", "mask", "bytecode", "", ()),
        ("n", "function", "name", "scale", ()),
        ("n", "output_shape", "bytecode", "multi", ("3.9",)),
    ]
    assert walked.remarks == ("Python code in layer 'l' is of a form that is not known",)


@pytest.mark.parametrize(
    "config", [{"code": CODE, "defaults": None}, {"code": [CODE, None, None]}, [CODE, None, None]], ids=str
)
def test_python_code_of_keras_3(config: object) -> None:
    code = {"class_name": "__lambda__", "config": config}
    vectorize = of3("TextVectorization", name="v", standardize=code, options={"split": code})
    walked = walk(of3("Sequential", "keras", name="s", layers=[vectorize]))
    assert [(found.layer, found.place) for found in walked.lambdas] == [("v", "standardize"), ("v", "options/split")]
    assert all(found.pythons == ("3.9",) for found in walked.lambdas)


def test_functions_that_are_known_by_name() -> None:
    def named(module: str, registered: str = "function") -> dict[str, Any]:
        return {"class_name": "function", "config": "scale", "module": module, "registered_name": registered}

    dense = of3(
        "Dense", name="d", activation=named("keras.activations"), other=named("shop"), more=named("a", "A>scale")
    )
    lambdas = walk(of3("Sequential", "keras", layers=[dense]), "model").lambdas
    assert [(found.place, found.kind, found.name) for found in lambdas] == [
        ("other", "name", "scale"),
        ("more", "name", "scale"),
    ]


def test_tensors_and_slices_are_no_objects() -> None:
    slices = {"class_name": "__slice__", "config": {"start": 1, "stop": of3("Dense", name="odd")}}
    config = of3("Functional", "keras", name="f", layers=[of3("GetItem", name="g", index=slices)])
    assert paths(config) == ["f:Functional", "f/g:GetItem", "f/g/odd:Dense"]


def test_a_hundred_thousand_layers() -> None:
    config = of("Sequential", name="s", layers=[of("Dense", name=f"d{number}") for number in range(100_000)])
    start = time.process_time()
    walked = walk(config)
    assert time.process_time() - start < 5
    assert len(walked.layers) == 100_001
    assert walked.remarks == ()


def test_more_objects_than_are_read() -> None:
    walked = walk(of("Sequential", layers=[of("Dense")] * 250_000))
    assert len(walked.layers) == 200_000
    assert walked.remarks == ("the configuration has more objects than are read",)


@pytest.mark.parametrize("wrap", [lambda inner: of("TimeDistributed", layer=inner), lambda inner: [inner]])
def test_objects_in_objects_without_end(wrap: Any) -> None:
    config: Any = of("Dense")
    for _ in range(5000):
        config = wrap(config)
    assert walk(config).remarks == ("the configuration has objects in objects deeper than is read",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["Lambda", "__lambda__", CODE]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["class_name", "config", "layers", "layer", "name", "module", "registered_name", "function",
                         "function_type", "code", "x"]), inner, max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_walked(config: object) -> None:
    for layer in walk(config, "model").layers:
        assert layer.path
        assert layer.class_name or layer.path
