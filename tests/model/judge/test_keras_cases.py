"""The loaders of Keras, on built facts: each case was seen when a release loaded a model of that kind."""

# ruff: noqa: E501  a case is a row
from typing import Any

import pytest
from msgspec.structs import replace
from packaging.version import Version

from tfdoctor.facts.saved import (
    Keras,
    KerasObject,
    Lambda,
    MetaGraph,
    SavedModel,
    SavedObject,
    Variable,
    WeightGroup,
    Writer,
)
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import judge
from tfdoctor.model.judge.target import Target, target
from tfdoctor.model.judge.verdict import Verdict, Way

MATRIX = Matrix.locate()
Config = dict[str, Any]


def layer(name: str, nodes: Any = None, module: str | None = None, **config: Any) -> Config:
    own = {"name": config.pop("called", name.lower()), **config}
    data: Config = {"class_name": name, "name": own["name"], "config": own}
    if module:
        data |= {"module": module, "registered_name": config.pop("registered", None)}
    data["inbound_nodes"] = nodes or []
    return data


def sequential(*layers: Config) -> Config:
    return {"class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}}


def functional(*layers: Config, outputs: Any = None, name: str = "Functional") -> Config:
    config = {"name": "f", "layers": list(layers), "input_layers": [], "output_layers": outputs or []}
    return {"class_name": name, "name": "f", "config": config, "inbound_nodes": []}


def h5(config: Config | None, compiled: Config | None = None, name: str = "model.h5", **more: Any) -> SavedModel:
    return SavedModel(path=name, format="h5", keras=Keras(config=config, compile_config=compiled, **more))


def told(model: SavedModel, release: str, way: Way = "load_model", python: str | None = None) -> Verdict:
    where = target(release, MATRIX, python=python)
    return next(verdict for verdict in judge(model, where, MATRIX) if verdict.way == way)


def check(verdict: Verdict, error: str, message: str) -> None:
    if not error:
        assert verdict.outcome in {"loads", "differs"}
        return
    assert verdict.outcome == "fails"
    assert verdict.reason is not None
    assert (verdict.reason.error, verdict.reason.message) == (error, message)


ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.1}}
MSE = {"optimizer_config": ADAM, "loss": "mean_squared_error", "loss_weights": None, "sample_weight_mode": None}
DENSE = layer("Dense", units=2, activation="linear")
OWN = {"module": "builtins", "class_name": "function", "config": "mine", "registered_name": "function"}
OBJECT = {"class_name": "Zeros", "config": {"dtype": "float32"}}
EXPONENTIAL = {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1}}


@pytest.mark.parametrize(
    ("config", "release", "error", "message"),
    [
        (sequential(DENSE), "2.3", "", ""),
        (sequential(layer("Dense", units=2, activation=OWN)), "2.8", "ValueError", "Unknown activation: function"),
        (sequential(layer("Dense", units=2, activation=OWN)), "2.11", "ValueError", "Unknown activation: 'function'"),
        (sequential(layer("Dense", units=2, activation="gelu")), "2.3", "ValueError", "Unknown activation function: gelu"),
        (sequential(layer("Dense", units=2, activation="gelu")), "2.2", "ValueError", "Unknown activation function:gelu"),
        (
            sequential(layer("Dense", units=2, activation="mish")), "2.12", "TypeError",
            "Error when deserializing class 'Dense' using config=",
        ),
        (
            sequential(layer("Dense", units=2, bias_initializer=OBJECT)), "2.16", "TypeError",
            "Error when deserializing class 'Dense' using config=",
        ),
        (sequential(layer("Dense", units=2, bias_initializer=OBJECT)), "2.15", "", ""),
        (sequential(layer("Dense", units=2, kernel_initializer={"class_name": "Mine", "config": {}})), "2.3",
         "ValueError", "Unknown initializer: Mine"),
        (sequential(layer("Dense", units=2, kernel_initializer={"class_name": "Mine", "config": {}})), "2.17",
         "TypeError", "Error when deserializing class 'Dense' using config="),
        (sequential(layer("Dense", units=2, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}})), "2.1",
         "ValueError", "Unknown regularizer: L2"),
        (sequential(layer("Embedding", input_dim=3, output_dim=2, input_length=4)), "2.16", "", ""),
        (sequential(layer("LSTM", units=2, time_major=False)), "2.16", "ValueError",
         "Unrecognized keyword arguments passed to LSTM: {'time_major'"),
        (sequential(layer("GRU", units=2, bias_initializer=OBJECT, time_major=False)), "2.16", "TypeError",
         "<class 'keras.src.initializers.constant_initializers.Zeros'> could not be deserialized properly."),
        (sequential(layer("Bidirectional", layer={"class_name": "LSTM", "config": {"units": 2}})), "2.16", "TypeError",
         "Could not locate class 'LSTM'"),
        (sequential(layer("Discretization", bin_boundaries=[0.0], trainable=True)), "2.16", "TypeError",
         "Error when deserializing class 'Discretization' using config="),
        (sequential(layer("Discretization", bin_boundaries=[0.0], trainable=True)), "2.18", "TypeError",
         "__init__() got an unexpected keyword argument 'trainable'"),
        (sequential(layer("Discretization", bin_boundaries=[0.0])), "2.3", "TypeError",
         "missing 1 required positional argument: 'bins'"),
        (sequential(layer("MultiHeadAttention", num_heads=2, key_dim=2)), "2.6", "KeyError", "query_shape"),
        (sequential(layer("StringLookup", dtype="int64")), "2.4", "ValueError",
         "StringLookup may only have a dtype in"),
        (sequential(layer("Attention", score_mode="dot")), "2.18", "TypeError",
         "Error when deserializing class 'Attention' using config="),
        (sequential(layer("Softmax", axis=[1, 2])), "2.3", "TypeError",
         "'>=' not supported between instances of 'list' and 'int'"),
        (sequential(layer("LayerNormalization", axis=[2], dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}})),
         "2.1", "TypeError",
         "Value passed to parameter 'scale' has DataType float16 not in list of allowed values: float32"),
        (sequential(layer("LayerNormalization", axis=[1, 2])), "2.16", "ValueError",
         "The shape of the target variable and the shape of the target value in"),
        (sequential(sequential(layer("LayerNormalization", axis=[1, 2]))), "2.18", "ValueError",
         "Shape mismatch in layer #"),
        (sequential(layer("Dense", units=2, dtype={"class_name": "DTypePolicy", "config": {"name": "float32"}})), "1.15",
         "TypeError", "unhashable type: 'dict'"),
        (sequential(layer("Dense", units=2, dtype={"class_name": "DTypePolicy", "config": {"name": "float32"}})), "2.5",
         "ValueError", "Unknown dtype policy: DTypePolicy"),
        (sequential(layer("Dense", units=2, dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}})), "2.16",
         "AttributeError", "'str' object has no attribute 'quantization_mode'"),
        (sequential(layer("Dense", units=2, dtype={"class_name": "DTypePolicy", "config": {}})), "2.14",
         "TypeError", "Error when deserializing class 'Dense' using config="),
        (sequential(layer("InputLayer", batch_shape=[None, 2])), "2.3", "ValueError",
         "('Unrecognized keyword arguments:', dict_keys(['batch_shape']))"),
        (sequential(layer("InputLayer", batch_shape=[None, 2])), "2.9", "ValueError",
         "Unrecognized keyword arguments: ['batch_shape']"),
        (sequential(layer("Mine", module=None)), "2.3", "ValueError", "Unknown layer: Mine"),
        (sequential(layer("Mine", module="shop")), "2.14", "TypeError",
         "The added layer must be an instance of class Layer. Received: layer=Mine"),
        (functional(layer("Mine", module="shop")), "2.14", "AttributeError", "'str' object has no attribute "),
        (sequential(layer("Mine", module="shop") | {"module": None}), "2.14", "TypeError",
         "Cannot deserialize object of type `Mine`"),
        (sequential(layer("Mine", module="shop")), "2.17", "TypeError", "class 'Mine'"),
        (sequential(layer("Functional", module="keras.src.engine.functional", layers=[])), "2.17", "TypeError",
         "Could not deserialize class 'Functional' because its parent module keras.src.engine.functional cannot be imported"),
        (functional(layer("TFOpLambda")), "2.17", "ValueError", "Unknown layer: 'TFOpLambda'"),
        (None, "2.6", "ValueError", "No model found in config"),
        (None, "2.7", "ValueError", "No model config found in the file at"),
    ],
)  # fmt: skip
def test_configurations(config: Config | None, release: str, error: str, message: str) -> None:
    check(told(h5(config), release, "load_model-nocompile"), error, message)


INNER = functional(layer("InputLayer"), DENSE, outputs=[["dense", 0, 0]])
USED = layer("Dense", [[["f", 1, 0, {}]]], called="after", units=1)


@pytest.mark.parametrize(
    ("config", "release", "error", "message"),
    [
        (functional(layer("InputLayer"), {**INNER, "inbound_nodes": [[["inputlayer", 0, 0, {}]]]}, USED), "2.15", "", ""),
        (functional(layer("InputLayer"), INNER, USED), "2.16", "TimeoutError", ""),
        (functional(layer("InputLayer"), INNER, USED), "2.18", "ValueError", "Invalid Functional model configuration."),
        (functional(layer("InputLayer"), INNER, outputs=[["f", 1, 0]]), "2.18", "", ""),
        (functional(sequential(DENSE) | {"name": "s"}, outputs=[["s", 1, 0]]), "2.18", "IndexError", "list index out of range"),
        (sequential(INNER, DENSE), "2.16", "ValueError", "Invalid dtype: tuple"),
        (sequential(INNER, DENSE), "2.18", "ValueError", "to a shape. Found invalid dimension"),
        (sequential(INNER, layer("Flatten")), "2.18", "ValueError", ""),
        (functional(layer("Add", [[["a", 0, 0, {"mask": ["b", 1, 0]}]]])), "2.16", "", ""),
    ],
)  # fmt: skip
def test_models_inside_models(config: Config, release: str, error: str, message: str) -> None:
    check(told(h5(config), release, "load_model-nocompile"), error, message)


@pytest.mark.parametrize(
    ("compiled", "release", "error", "message"),
    [
        (MSE, "2.3", "", ""),
        ({key: value for key, value in MSE.items() if key != "sample_weight_mode"}, "2.1", "KeyError", "'sample_weight_mode'"),
        ({}, "2.3", "KeyError", "'optimizer_config'"),
        (MSE | {"loss": "mse"}, "2.16", "TypeError", "Could not locate function 'mse'"),
        (MSE | {"loss": "mse"}, "2.18", "ValueError", ".mse' because it is not a KerasSaveable subclass"),
        (MSE | {"loss": "mine"}, "2.3", "ValueError", "Unknown loss function: mine"),
        (MSE | {"loss": "mine"}, "2.16", "TypeError", "string indices must be integers"),
        (MSE | {"loss": {"a": "mine", "b": None}}, "2.16", "", ""),
        (MSE | {"metrics": [["accuracy", "mine"]]}, "2.3", "ValueError", "Unknown metric function: mine"),
        (MSE | {"loss": {"class_name": "Huber", "config": {"reduction": "auto"}}}, "2.16", "ValueError",
         "Invalid value for argument `reduction`"),
        (MSE | {"loss": {"class_name": "Huber", "config": {"fn": "huber"}}}, "2.11", "TypeError",
         "__init__() got an unexpected keyword argument 'fn'"),
        (MSE | {"optimizer_config": {"class_name": "Custom>Adam", "config": {}}}, "2.3", "ValueError",
         "Unknown optimizer: Custom>Adam"),
        (MSE | {"optimizer_config": {"class_name": "Custom>Adam", "config": {"weight_decay": None}}}, "2.10", "TypeError",
         "weight_decay is not a valid argument"),
        (MSE | {"optimizer_config": {"class_name": "Custom>Adam", "config": {}}}, "2.13", "", ""),
        (MSE | {"optimizer_config": {"class_name": "Adam", "config": {"use_ema": False}}}, "2.3", "TypeError",
         "Unexpected keyword argument passed to optimizer: use_ema"),
        (MSE | {"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": EXPONENTIAL}}}, "2.16", "TypeError",
         "<class 'keras.src.optimizers.adam.Adam'> could not be deserialized properly."),
        (MSE | {"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": EXPONENTIAL}}}, "2.3", "", ""),
        (MSE | {"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": {"class_name": "Mine"}}}}, "2.3",
         "ValueError", "Unknown decay: Mine"),
    ],
)  # fmt: skip
def test_compilation(compiled: Config, release: str, error: str, message: str) -> None:
    check(told(h5(sequential(DENSE), compiled), release), error, message)


@pytest.mark.parametrize(
    ("optimizer", "release", "error", "message"),
    [
        ({"class_name": "LossScaleOptimizer", "config": {"optimizer": {"class_name": "SGD", "config": {}}, "loss_scale": {"class_name": "DynamicLossScale"}}}, "2.3", "", ""),
        ({"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": {"class_name": "SGD", "config": {}}}}, "2.3", "KeyError", "optimizer"),
        ({"class_name": "Adam", "config": {"learning_rate": {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 9, "warmup_target": None}}}}, "2.12", "TypeError", "__init__() got an unexpected keyword argument 'warmup_target'"),
    ],
)  # fmt: skip
def test_optimizers_that_hold_others(optimizer: Config, release: str, error: str, message: str) -> None:
    check(told(h5(sequential(DENSE), MSE | {"optimizer_config": optimizer}), release), error, message)


def test_a_metric_that_wraps_a_function() -> None:
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "mine", "fn": "mine"}}
    model = h5(sequential(DENSE), MSE | {"metrics": [metric]})
    check(told(model, "2.12"), "ValueError", "Unknown metric function: 'mine'")
    check(told(model, "2.13"), "", "")


def test_activations_of_tensorflow_and_a_rate_in_an_archive() -> None:
    check(told(h5(sequential(layer("Activation", activation="relu6"))), "2.12"), "", "")
    rate = {"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": {"warmup_target": None}}
    optimizer = {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": rate}}
    message = "__init__() got an unexpected keyword argument 'warmup_target'"
    check(told(zipped(MODERN, compiled={"optimizer": optimizer}), "2.12"), "TypeError", message)


def test_an_optimizer_of_another_generation_loses_its_settings() -> None:
    compiled = MSE | {"optimizer_config": {"class_name": "Custom>Adam", "config": {"learning_rate": 0.5}}}
    verdict = told(h5(sequential(DENSE), compiled), "2.16")
    assert (verdict.outcome, verdict.reason) == ("differs", None)
    assert "default settings" in verdict.difference


CODE = layer("Lambda", called="double", function=["4wEAAAA=", None, None], function_type="lambda")


@pytest.mark.parametrize(
    ("pythons", "release", "python", "error", "message"),
    [
        (("3.8",), "2.10", "3.10", "", ""),
        (("3.7",), "2.3", "3.8", "ValueError", "bad marshal data (unknown type code)"),
        (("3.7",), "2.15", "3.11", "EOFError", "EOF read where object expected"),
        (("3.11",), "2.1", "3.7", "SystemError", "bad argument to internal function"),
        (("3.11",), "2.16", "3.12", "", ""),
        ((), "2.3", "3.8", "", ""),
        (("3.12",), "2.18", "3.12", "ValueError", "`Lambda` layer"),
    ],
)
def test_bytecode(pythons: tuple[str, ...], release: str, python: str, error: str, message: str) -> None:
    code = Lambda(layer="double", place="function", kind="bytecode", pythons=pythons)
    model = h5(sequential(CODE), lambdas=(code,))
    check(told(model, release, "load_model-nocompile", python), error, message)


def test_a_function_by_its_name() -> None:
    named = sequential(layer("Lambda", function="mine", function_type="function"))
    check(told(h5(named), "2.3"), "ValueError", "Unknown function in Lambda layer: mine")
    check(told(h5(named), "2.16"), "TypeError", "function 'mine'")


@pytest.mark.parametrize(
    ("name", "release", "error", "message"),
    [
        ("model.keras", "2.3", "", ""),
        ("model.keras", "2.16", "ValueError", "File not found: filepath="),
        ("model.bin", "2.16", "ValueError", "File format not supported: filepath="),
    ],
)
def test_the_name_of_a_file_matters_in_keras_3(name: str, release: str, error: str, message: str) -> None:
    check(told(h5(sequential(DENSE), name=name), release), error, message)


def zipped(config: Config, *groups: WeightGroup, compiled: Config | None = None) -> SavedModel:
    keras = Keras(config=config, compile_config=compiled)
    return SavedModel(path="model.keras", format="keras-zip", keras=keras, groups=groups)


def group(name: str, *shapes: tuple[int, ...]) -> WeightGroup:
    return WeightGroup(name=name, variables=tuple(Variable(name=str(i), shape=shape) for i, shape in enumerate(shapes)))


NEW_DENSE = layer("Dense", module="keras.layers", units=2)
OLD = "_layer_checkpoint_dependencies"
MODERN = sequential(NEW_DENSE, NEW_DENSE) | {"module": "keras", "registered_name": None}


@pytest.mark.parametrize(
    ("release", "groups", "error", "message"),
    [
        ("2.3", (), "OSError", "SavedModel file does not exist at: "),
        ("2.9", (), "OSError", "file signature not found"),
        ("2.15", (group("layers/dense", (3, 2)), group("layers/dense_1", (2, 2))), "", ""),
        ("2.14", (group("layers/dense", (3, 2)),), "ValueError", "but received 0 variables during loading"),
        ("2.15", (group(f"{OLD}/dense", (3, 2)),), "ValueError", "but received 0 variables during loading"),
        ("2.13", (group(f"{OLD}/dense", (3, 2)), group(f"{OLD}/dense_1", (2, 2)), group(f"{OLD}/dense_2", (2, 1))),
         "ValueError", "Shape mismatch"),
        ("2.14", (group(f"{OLD}/dense", (3, 2)), group(f"{OLD}/dense_2", (2, 2))), "ValueError",
         "but received 0 variables during loading"),
        ("2.17", (group(f"{OLD}/dense", (3, 2)), group(f"{OLD}/dense_1", (2, 2))), "", ""),
        ("2.17", (group(f"{OLD}/dense", (3, 2)), group(f"{OLD}/dense_2", (2, 2))), "ValueError",
         "could not be loaded. Example error message for object <"),
        ("2.17", (group("layers/multi_head_attention/_key_dense", (3, 2)),), "", ""),
        ("2.15", (group("layers/multi_head_attention/key_dense", (3, 2)),), "ValueError",
         "but received 0 variables during loading"),
    ],
)  # fmt: skip
def test_archives(release: str, groups: tuple[WeightGroup, ...], error: str, message: str) -> None:
    check(told(zipped(MODERN, *groups), release), error, message)


@pytest.mark.parametrize(
    ("compiled", "release", "error", "message"),
    [
        ({"loss": {"module": "builtins", "class_name": "function", "config": "mine"}}, "2.15", "TypeError", "function 'mine'"),
        ({"loss": {"module": "builtins", "class_name": "function", "config": "mean_squared_error"}}, "2.15", "", ""),
        ({"loss": {"module": "keras.metrics", "class_name": "function", "config": "hinge"}}, "2.17", "", ""),
        ({"optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": None}}, "2.17", "", ""),
        ({"optimizer": {"module": "keras.optimizers.legacy", "class_name": "Adam", "config": {}}}, "2.13",
         "AttributeError", "'Adam' object has no attribute 'build'"),
        ({"metrics": [{"module": "shop", "class_name": "Mine", "config": {}}]}, "2.15", "TypeError", "class 'Mine'"),
        ({"metrics": [{"module": None, "class_name": "Mine", "config": {}}]}, "2.15", "TypeError",
         "Could not locate class 'Mine'"),
    ],
)  # fmt: skip
def test_compilation_of_archives(compiled: Config, release: str, error: str, message: str) -> None:
    check(told(zipped(MODERN, compiled=compiled), release), error, message)


def test_an_archive_without_a_configuration_and_with_code() -> None:
    empty = SavedModel(path="model.keras", format="keras-zip", keras=Keras())
    check(told(empty, "2.15"), "KeyError", "config.json")
    code = {"class_name": "__lambda__", "config": {"code": "4w=="}}
    unsafe = sequential(layer("Lambda", module="keras.layers", function=code)) | {"module": "keras"}
    message = "Requested the deserialization of a Lambda layer"
    check(told(zipped(unsafe), "2.15"), "ValueError", message)


def weights(*groups: WeightGroup, kind: Any = "h5-weights", name: str = "model.weights.h5") -> SavedModel:
    return SavedModel(path=name, format=kind, groups=groups)


GRU = group("gru", (4, 6), (2, 6), (6,))


@pytest.mark.parametrize(
    ("model", "release", "error", "message"),
    [
        (weights(GRU), "1.15", "", ""),
        (weights(GRU), "2.3", "ValueError", "GRU(reset_after=False) is not compatible with GRU(reset_after=True)"),
        (weights(group("rnn", (4, 6), (2, 6), (2, 6))), "1.15", "ValueError", "are incompatible"),
        (weights(group("rnn", (4, 6), (2, 6), (6,))), "2.3", "ValueError", "Shapes (2, 6) and (6,) are incompatible"),
        (weights(group("dense", (4, 6), (6,))), "2.3", "", ""),
        (weights(group("string_lookup")), "2.4", "NotImplementedError",
         "Save or restore weights that is not an instance of `tf.Variable` is not supported in h5"),
        (weights(group("dense", (4, 6))), "2.13", "KeyError", "object 'vars' doesn't exist"),
        (weights(group("dense", (4, 6))), "2.17", "ValueError", "could not be loaded. Example error message for object <"),
        (weights(group("flatten")), "2.17", "", ""),
        (weights(group("dense", (4, 6)), name="weights.h5"), "2.17", "", ""),
        (weights(group("dense", (4, 6)), name="weights.bin"), "2.17", "ValueError", "File format not supported: filepath="),
        (weights(group("layers/dense", (4, 6)), kind="keras-weights"), "2.3", "ValueError",
         "You are trying to load a weight file containing 0 layers into a model with"),
        (weights(group("layers/dense", (4, 6)), kind="keras-weights"), "2.9", "ValueError",
         "Layer count mismatch when loading weights from file. Model expected"),
        (weights(group("layers/flatten"), kind="keras-weights"), "2.3", "", ""),
        (weights(group("first", (4, 6)), kind="keras-weights"), "2.15", "ValueError",
         "but received 0 variables during loading"),
        (weights(group("first", (4, 6)), kind="keras-weights"), "2.14", "", ""),
    ],
)  # fmt: skip
def test_weights(model: SavedModel, release: str, error: str, message: str) -> None:
    check(told(model, release, "load_weights"), error, message)


def variable(place: str, shape: tuple[int, ...], dtype: str = "float32") -> Variable:
    return Variable(name=f"{place}/.ATTRIBUTES/VARIABLE_VALUE", shape=shape, dtype=dtype)


def checkpoint(*variables: Variable) -> SavedModel:
    return SavedModel(path="weights", format="checkpoint", variables=variables, object_checkpoint=True)


def cell(*bias: int) -> tuple[Variable, ...]:
    shapes = {"kernel": (4, 6), "recurrent_kernel": (2, 6), "bias": bias}
    return tuple(variable(f"layer-1/cell/{name}", shape) for name, shape in shapes.items())


@pytest.mark.parametrize(
    ("model", "release", "error", "message"),
    [
        (checkpoint(*cell(6)), "2.3", "ValueError", "Shapes (2, 6) and (6,) are incompatible"),
        (checkpoint(*cell(6)), "2.9", "ValueError",
         "Received incompatible tensor with shape (6,) when attempting to restore variable"),
        (checkpoint(*cell(2, 6)), "2.9", "", ""),
        (checkpoint(*cell(2, 6)), "2.17", "ValueError", "File format not supported: filepath="),
        (checkpoint(variable("layer-1/count", (), "int32")), "2.6", "InvalidArgumentError",
         "expected dtype int64 does not equal original dtype int32"),
        (checkpoint(variable("optimizer/iter", ()), variable("a/.OPTIMIZER_SLOT/optimizer/m", ())), "2.11", "ValueError",
         "You are trying to restore a checkpoint from a legacy Keras optimizer into a v2.11+ Optimizer"),
        (checkpoint(variable("optimizer/iter", ())), "2.11", "", ""),
    ],
)  # fmt: skip
def test_checkpoints(model: SavedModel, release: str, error: str, message: str) -> None:
    check(told(model, release, "load_weights"), error, message)


def test_tensorflow_1_restores_what_it_can_not_call() -> None:
    verdict = told(checkpoint(*cell(2, 6)), "1.15", "load_weights")
    assert verdict.outcome == "differs"
    assert "two biases" in verdict.difference


def saved(wrote: str, *objects: KerasObject, files: tuple[tuple[str, int], ...] = (), **more: Any) -> SavedModel:
    keras = Keras(objects=objects)
    return SavedModel(path="m", format="savedmodel", writer=Writer(tensorflow=wrote), keras=keras, files=files, **more)


def thing(name: str, path: str = "root.layer-1", kind: str = "_tf_keras_layer", **metadata: Any) -> KerasObject:
    known = {"class_name": name, "name": name.lower(), "config": {"name": name.lower()}, **metadata}
    return KerasObject(node=1, path=path, identifier=kind, metadata=known)


ROOT = thing("Functional", "root", "_tf_keras_network", is_graph_network=True)
ROW = thing("Sequential", "root", "_tf_keras_sequential")
FILE = (("keras_metadata.pb", 9),)
NO_JSON = "Expecting value: line 1 column 1 (char 0)"
BARE = (MetaGraph(objects=(SavedObject(node=1, kind="user_object", path="root", identifier="_tf_keras_network"),)),)
TOLD = (
    MetaGraph(
        objects=(SavedObject(node=1, kind="user_object", path="r", identifier="_tf_keras_network", metadata="{}"),)
    ),
)


@pytest.mark.parametrize(
    ("model", "release", "error", "message"),
    [
        (saved("2.6.0", ROOT, files=FILE, meta_graphs=BARE, variables=()), "2.4", "JSONDecodeError", NO_JSON),
        (saved("2.5.0", ROOT, files=FILE, meta_graphs=TOLD, variables=()), "2.4", "", ""),
        (saved("2.6.0", ROOT, files=FILE, meta_graphs=BARE, variables=()), "2.5", "JSONDecodeError", NO_JSON),
        (saved("2.5.0", ROOT, files=FILE, meta_graphs=TOLD, variables=()), "2.5", "", ""),
        (saved("2.6.0", thing("Sequential", "root", "_tf_keras_sequential"), files=FILE, meta_graphs=BARE, variables=()), "2.5",
         "JSONDecodeError", NO_JSON),
        (saved("2.6.0", thing("MultiHeadAttention", config={"num_heads": 2, "key_dim": 2}), files=FILE, meta_graphs=BARE, variables=()),
         "2.5", "JSONDecodeError", NO_JSON),
        (saved("2.6.0", thing("Mine", "root", "_tf_keras_model"), files=FILE, meta_graphs=BARE, variables=()), "2.5", "", ""),
        (saved("2.6.0", files=FILE, meta_graphs=BARE, variables=()), "2.9", "", ""),
        (saved("2.6.0", meta_graphs=BARE, variables=()), "2.5", "JSONDecodeError", NO_JSON),
        (saved("2.6.0", meta_graphs=BARE, variables=()), "2.6", "ValueError", "Unable to create a Keras model from "),
        (saved("2.8.0", ROOT, thing("RandomFlip"), files=FILE), "2.6", "AssertionError", "not bound to checkpointed values"),
        (saved("2.8.0", ROOT, thing("RandomFlip"), files=FILE), "2.7", "", ""),
        (saved("2.6.0", ROOT, thing("Dense", config={"units": 2}), files=FILE), "2.13", "", ""),
        (saved("2.6.0", thing("Mine", must_restore_from_config=True), files=FILE), "2.6", "RuntimeError",
         "Unable to restore a layer of class Mine"),
        (saved("2.6.0", thing("Mine", must_restore_from_config=True), files=FILE), "2.9", "ValueError",
         "Unknown layer: Mine"),
        (saved("2.6.0", thing("Mine"), files=FILE), "2.6", "", ""),
        (saved("2.6.0", thing("Dense", config={"units": 2, "new": 1}), files=FILE), "2.6", "TypeError",
         "('Keyword argument not understood:', 'new')"),
        (saved("2.6.0", thing("Dense", config={"units": 2, "new": 1}), files=FILE), "2.9", "RuntimeError",
         "Unable to restore object of class 'Dense'"),
        (saved("2.6.0", thing("Dense", config={"units": 2, "new": 1}), files=FILE), "2.13", "", ""),
        (saved("2.3.0", ROW, thing("Dense", batch_input_shape=[None, 2])), "2.1", "TypeError",
         "Error converting shape to a TensorShape: "),
        (saved("2.3.0", ROW, thing("Dense", batch_input_shape=[None, 2])), "1.15", "ValueError",
         "Error converting shape to a TensorShape: "),
        (saved("2.3.0", ROOT, thing("Dense", batch_input_shape=[None, 2])), "1.15", "", ""),
        (saved("2.3.0", thing("Dense", dtype={"class_name": "Policy"})), "1.15", "TypeError", "unhashable type: 'dict'"),
        (saved("2.3.0", thing("InputLayer", kind="_tf_keras_input_layer", batch_input_shape=[None])), "2.1", "KeyError", "0"),
        (saved("2.1.0", ROOT, thing("Bidirectional", config={"layer": {"class_name": "LSTM", "config": {"units": 2}}})), "2.6", "TypeError", "int() argument must be a string"),
        (saved("2.4.0", ROOT, thing("StringLookup", config={"name": "s"})), "2.6", "AssertionError",
         "not bound to checkpointed values"),
        (saved("2.1.0", ROOT, variables=(variable("layer-1/count", (), "int32"),)), "2.3", "InvalidArgumentError",
         "expected dtype int64 does not equal original dtype int32"),
        (saved("2.3.0", ROOT), "2.17", "ValueError", "File format not supported: filepath="),
    ],
)  # fmt: skip
def test_saved_models(model: SavedModel, release: str, error: str, message: str) -> None:
    check(told(model, release), error, message)


def test_what_has_no_objects_of_keras_is_no_model() -> None:
    verdict = told(saved("2.18.0"), "2.13")
    assert verdict.outcome == "differs"
    assert "no model of Keras" in verdict.difference


def test_operations_and_masks_that_2_1_can_not_call_again() -> None:
    operation = {"class_name": "TensorFlowOpLayer", "name": "op", "inbound_nodes": [[["a", 0, 0, {}]]]}
    root = thing("Model", "root", "_tf_keras_model", is_graph_network=True, config={"layers": [operation]})
    message = "Could not find matching function to call loaded from the SavedModel"
    check(told(saved("2.1.0", root), "2.1"), "ValueError", message)
    masked = (ROOT, thing("Embedding", config={"mask_zero": True}), thing("Bidirectional"))
    check(told(saved("2.1.0", *masked), "2.1"), "ValueError", "Could not find matching function to call loaded")


def test_a_model_made_by_1_15_from_the_graph() -> None:
    loss = {"training_config": MSE | {"loss": {"a": "mse"}}}
    root = thing("Model", "root", "_tf_keras_model", is_graph_network=True, **loss)
    check(told(saved("1.15.0", root), "1.15"), "ValueError", "Unknown entries in loss dictionary: ['a']")
    plain = thing("Model", "root", "_tf_keras_model", is_graph_network=True, training_config=MSE)
    assert "predict" in told(saved("1.15.0", plain), "1.15").difference
    assert told(saved("2.3.0", thing("Functional", "root", "_tf_keras_network", **loss)), "1.15").outcome == "differs"


def test_a_keras_that_no_table_has_is_undecided() -> None:
    unknown = Target(Version("2.21.0"), Version("9.9"))
    verdict = judge(h5(sequential(DENSE)), unknown, MATRIX)[0]
    assert (verdict.outcome, verdict.confidence) == ("undecided", "possible")
    assert verdict.reason is not None
    assert "9.9" in verdict.reason.message


def test_the_rule_tells_whose_name_it_is() -> None:
    def finding(config: Config, release: str) -> str:
        reason = told(h5(config), release, "load_model-nocompile").reason
        assert reason is not None
        return reason.finding

    assert finding(sequential(layer("Mine")), "2.3") == "custom-object-not-registered"
    assert finding(sequential(layer("MultiHeadAttention")), "2.3") == "unknown-class-from-newer-keras"
    assert finding(sequential(layer("LocallyConnected1D")), "2.16") == "keras2-file-in-keras3"
    assert finding(sequential(layer("Dense", keepdims=1)), "2.3") == "config-arg-from-newer-keras"
    assert finding(sequential(layer("LSTM", units=2, time_major=False)), "2.16") == "keras2-file-in-keras3"


@pytest.mark.parametrize(
    ("release", "error", "message"),
    [
        ("2.3", "NotImplementedError", "Save or restore weights that is not an instance of `tf.Variable` is not"),
        ("2.5", "ValueError", "You must set the layer's vocabulary before calling it"),
        ("2.6", "NotImplementedError", "Save or restore weights that is not an instance of `tf.Variable` is not"),
        ("2.15", "NotImplementedError", "Save or restore weights that is not an instance of `tf.Variable` is not"),
    ],
)
def test_words_that_are_not_in_the_configuration(release: str, error: str, message: str) -> None:
    found = h5(sequential(layer("StringLookup", called="string_lookup", mask_token="")))
    groups = (WeightGroup(name="string_lookup"),)
    verdict = told(replace(found, groups=groups), release, "load_model-nocompile")
    assert verdict.outcome == "fails"
    assert verdict.reason is not None
    assert verdict.reason.error == error
    assert verdict.reason.message.startswith(message)
    assert "no words" in told(found, "2.18", "load_model-nocompile").difference


STATISTICS = tuple(Variable(name=f"normalization/{name}:0", shape=(3,)) for name in ("mean", "variance", "count"))
MOVING = tuple(Variable(name=f"bn/{name}:0", shape=(3,)) for name in ("gamma", "moving_mean", "moving_variance"))


@pytest.mark.parametrize(
    ("variables", "release", "differs"),
    [
        (STATISTICS, "2.5", False), (STATISTICS, "2.6", True), (STATISTICS, "2.7", True), (STATISTICS, "2.8", False),
        (STATISTICS, "2.16", True), (STATISTICS, "2.18", False), (MOVING, "2.6", False),
    ],
)  # fmt: skip
def test_a_normalization_that_is_not_finished_after_hdf5(
    variables: tuple[Variable, ...], release: str, *, differs: bool
) -> None:
    groups = (WeightGroup(name="normalization", variables=variables),)
    config = sequential(layer("Dense", units=2, activation="linear"))
    whole = SavedModel(path="model.h5", format="h5", keras=Keras(config=config), groups=groups)
    only = SavedModel(path="w.h5", format="h5-weights", groups=groups)
    for verdict in (told(whole, release, "load_model-nocompile"), told(only, release, "load_weights")):
        assert verdict.outcome == ("differs" if differs else "loads")
        assert ("finalize_state" in verdict.difference) is differs
