"""The answer on a saved model in its outputs: facts, verdicts, table, page; names of strangers do no harm in any."""

import json
import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.model.models import MATRIX, a_graph, a_model, a_target, bytecode, layer, verdict
from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts.saved import (
    Keras,
    KerasObject,
    Lambda,
    SavedModel,
    Signature,
    TensorSpec,
    TfLite,
    TfLiteOp,
    Variable,
    WeightGroup,
    Writer,
)  # fmt: skip
from tfdoctor.model.answer import Answer, Judged, Proof, Trial
from tfdoctor.model.cures import Cure
from tfdoctor.model.findings import diagnosis
from tfdoctor.model.judge import Reason, Verdict
from tfdoctor.render.model import facts, html, json_v1, text
from tfdoctor.render.model.compiled import compiled, named
from tfdoctor.render.model.headline import headline
from tfdoctor.render.model.subject import ModelSubject, subject
from tfdoctor.render.model.table import grid
from tfdoctor.render.model.view import ModelView, view

SCHEMA = json.loads((Path(text.__file__).parents[2] / "schemas" / "model.json").read_text())
HOSTILE = "<script>alert(1)</script>\x1b]0;owned\x07\u202e\x9b31m\n[✓] all is well"


def seen(answer: Answer) -> ModelView:
    return view(answer, diagnosis(answer.model, answer.targets), MATRIX)


def shown(
    answer: Answer, width: int = 100, encoding: str = "utf-8", *, verbose: bool = False, quiet: bool = False
) -> str:
    class Stream(StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]  # a text stream's is read-only
            return encoding

    stream = Stream()
    console = Console(file=stream, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    text.show(console, seen(answer), verbose=verbose, quiet=quiet)
    return "\n".join(row.rstrip() for row in stream.getvalue().split("\n"))


def fact(model: SavedModel, name: str) -> str:
    return dict(facts.rows(subject(model, MATRIX)))[name]


FAILS = Verdict(
    "load_model",
    "fails",
    Reason("config-arg-from-newer-keras", "TypeError", "'groups'", (Evidence(fact="keras.conv", value="groups"),)),
    confidence="likely",
)
UNSURE = Verdict("v1", "undecided", Reason("tf1-graph-api-in-tf2", evidence=(Evidence(fact="tags", value="none"),)))
OTHERWISE = Verdict("saved_model.load", "differs", None, "the outputs change")
CURE = Cure(
    "legacy-keras", "Take Keras 2.", "load_model", "loads",
    (Remedy(kind="install", text="Now.", requirements=("a==1",)),),
    commands=("tfdoctor plan",), notes=("It is slow.",),
)  # fmt: skip
ONE = Answer(
    a_model(),
    (Judged(a_target("2.3.4"), (FAILS, UNSURE, OTHERWISE), (CURE, Cure("custom-objects", "Give it.", "v1"))),),
)
MANY = Answer(
    a_model(),
    (
        Judged(a_target("2.1.4"), (FAILS,)),
        Judged(a_target("2.2.3"), (FAILS,)),
        Judged(a_target("2.3.4"), (verdict("load_model", "loads"), OTHERWISE, UNSURE)),
        Judged(a_target("2.16.2", "2.16", legacy=True), (verdict("load_model", "loads"),)),
    ),
)


def test_one_target_in_text() -> None:
    out = shown(ONE)
    assert "In TensorFlow 2.3.4 it loads with tf.saved_model.load only." in out
    assert "[✗] keras.models.load_model(path)  fails (likely)\n      TypeError: 'groups'\n" in out
    assert "[?] tf.compat.v1.saved_model.load(session, tags, path)  undecided\n      tags = none\n" in out
    assert "[~] tf.saved_model.load(path)  loads, but otherwise\n      the outputs change\n" in out
    assert "  1. Take Keras 2. (checked: it loads)\n     Now.\n      $ python -m pip install a==1\n" in out
    assert "      $ tfdoctor plan\n     It is slow.\n" in out
    assert "  2. Give it. (not checked)\n" in out
    assert "keras.conv = groups" not in out
    assert "keras.conv = groups" in shown(ONE, verbose=True)


def test_ascii_and_narrow() -> None:
    out = shown(ONE, width=40, encoding="cp1252")
    assert out.isascii()
    assert "[x] keras.models.load_model(path)" in out
    assert max(map(len, out.splitlines())) <= 40 or "$" in max(out.splitlines(), key=len)
    narrow = shown(MANY, width=40, encoding="ascii")
    assert narrow.isascii()
    assert "A  load_model\nB  saved_model.load" in narrow
    assert max(map(len, narrow.splitlines())) <= 40


def test_many_targets_in_text() -> None:
    out = shown(MANY, width=110)
    lines = [line.split("  ")[0] for line in out.splitlines()]
    assert "2.1 - 2.2" in lines
    assert "2.3.4" in lines
    assert "2.16.2 tf-keras" in lines
    assert "✗ fails 1" in out
    assert "1  TypeError: 'groups'  (TFD701 config-arg-from-newer-keras)" in out
    assert "2.1.4" in shown(MANY, verbose=True)
    assert len(grid(seen(MANY), every=True).rows) == 4


@pytest.mark.parametrize("answer", [ONE, MANY, Answer(a_graph())], ids=["one", "many", "facts"])
def test_json_follows_its_schema(answer: Answer) -> None:
    jsonschema.validate(json.loads(json_v1.document(seen(answer))), SCHEMA)


def test_headlines() -> None:
    def said(*verdicts: Verdict) -> str:
        return headline(seen(Answer(a_model(), (Judged(a_target("2.3.4"), verdicts),))))

    loads = verdict("load_model", "loads")
    assert said(loads) == "It loads in TensorFlow 2.3.4"
    assert said(loads, OTHERWISE) == "It loads in TensorFlow 2.3.4, but not by every way as it was saved"
    assert said(FAILS) == "It does not load in TensorFlow 2.3.4"
    assert said(FAILS, UNSURE) == "Whether it loads in TensorFlow 2.3.4, the files do not tell"
    assert said() == "Nothing is known of loading this format in TensorFlow 2.3.4"
    both = said(FAILS, loads, verdict("TFSMLayer", "loads"), verdict("v1", "loads"))
    assert both.endswith("it loads with keras.models.load_model, keras.layers.TFSMLayer and tf.compat.v1 only")
    assert headline(seen(MANY)) == "keras.models.load_model loads it in 2 of 4 places"
    assert headline(seen(Answer(a_graph()))) == "A SavedModel"


def test_a_message_that_goes_on_shows_it() -> None:
    failed = verdict("load_model", "fails", "savedmodel-dir-in-keras3", "ValueError", "not supported: filepath=")
    out = shown(Answer(a_model(), (Judged(a_target("2.18.1", "3.5.0"), (failed,)),)))
    assert "ValueError: not supported: filepath= ...\n" in out


def test_a_proof_is_shown_beside_the_prediction() -> None:
    trials = (
        Trial("load_model", "fails", "fails", agrees=True, error="TypeError", message="'groups'", seconds=2.5),
        Trial("saved_model.load", "fails", "loads", agrees=False, outputs="equal (largest difference 0.0e+00)"),
        Trial("TFSMLayer", "fails", "fails", agrees=False),
        Trial("v1", "undecided", "not tried", message="it would run the operation PyFunc: --unsafe allows it"),
    )
    proof = Proof("2.3.4", "3.8", "env/bin/python", "2.6.5", trials, ("a remark",))
    answer = Answer(ONE.model, ONE.targets, proof, ("another remark",))
    out = shown(answer)
    assert "Tried for real: TensorFlow 2.3.4, Python 3.8, env/bin/python" in out
    assert "[✗] load_model  fails  as predicted  2.5 s\n      TypeError: 'groups'\n" in out
    assert "[✓] saved_model.load  loads  predicted: fails" in out
    assert "[✗] TFSMLayer  fails  for another reason than predicted" in out
    assert "[?] v1  not tried\n      it would run" in out
    assert "  a remark" in out
    assert "remark: another remark" in out
    page = html.document(seen(answer))
    assert "What happened when it was tried" in page
    assert "equal (largest difference" in page
    jsonschema.validate(json.loads(json_v1.document(seen(answer))), SCHEMA)


def hostile() -> Answer:
    model = a_model(layer(HOSTILE, HOSTILE), path=HOSTILE, written=HOSTILE, remarks=(HOSTILE,))
    assert model.keras is not None
    keras = replace(
        model.keras, lambdas=(bytecode(HOSTILE, "3.8"),), compile_config={"optimizer": HOSTILE, "loss": HOSTILE}
    )
    graph = a_graph(HOSTILE).meta_graphs[0]
    spec = TensorSpec(name=HOSTILE, dtype=HOSTILE, shape=(1,))
    graph = replace(graph, tags=(HOSTILE,), signatures=(Signature(name=HOSTILE, inputs=(spec,), outputs=(spec,)),))
    reason = Reason(HOSTILE, HOSTILE, HOSTILE, (Evidence(fact=HOSTILE, value=HOSTILE, source=HOSTILE),))
    rows = (Verdict("load_model", "fails", reason), Verdict("v1", "differs", None, HOSTILE))
    cure = Cure("convert", HOSTILE, "load_model", None, commands=(HOSTILE,), notes=(HOSTILE,))
    proof = Proof(HOSTILE, HOSTILE, HOSTILE, trials=(Trial("v1", "loads", "fails", error=HOSTILE, message=HOSTILE),))
    judged = Judged(a_target("2.3.4"), rows, (cure,), HOSTILE)
    return Answer(replace(model, keras=keras, meta_graphs=(graph,)), (judged,), proof, (HOSTILE,))


@pytest.mark.parametrize(("verbose", "quiet"), [(False, False), (True, False), (False, True)])
def test_a_hostile_model_drives_no_terminal(*, verbose: bool, quiet: bool) -> None:
    one = hostile()
    many = replace_targets(one)
    for answer in (one, many):
        out = shown(answer, width=200, verbose=verbose, quiet=quiet)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", out)
        assert not any(line.lstrip().startswith("[✓] all is well") for line in out.splitlines())


def replace_targets(answer: Answer) -> Answer:
    return Answer(answer.model, (*answer.targets, *answer.targets), answer.proof, answer.remarks)


def test_a_hostile_model_writes_no_markup_and_no_escapes() -> None:
    for answer in (hostile(), replace_targets(hostile())):
        page = html.document(seen(answer))
        assert "<script" not in page
        assert "\x1b" not in page
        data = json_v1.document(seen(answer))
        assert "\x1b" not in data
        assert "\x9b" not in data
        assert json.loads(data)["subject"]["path"] == HOSTILE
        jsonschema.validate(json.loads(data), SCHEMA)


# --- facts --------------------------------------------------------------------------------------------


def test_who_wrote_it() -> None:
    writer = Writer(
        tensorflow="2.16.1", keras="3.1.0", backend="jax", saved="2024-04-01", sources=(("keras", "m.json"),)
    )
    model = SavedModel(path="a", format="keras-zip", writer=writer)
    assert fact(model, "written by") == "TensorFlow 2.16.1, Keras 3.1.0, backend jax, on 2024-04-01"
    said = dict(facts.rows(subject(model, MATRIX), verbose=True))["written by"]
    assert "Keras 3.1.0 (m.json)" in said
    assert fact(SavedModel(path="a", format="checkpoint"), "written by") == "the files do not say"


def test_pythons_are_those_that_all_bytecode_allows() -> None:
    keras = Keras(lambdas=(bytecode("a", "3.8", "3.9", "3.10"), bytecode("b", "3.9", "3.10"), bytecode("c")))
    model = SavedModel(path="a", format="h5", keras=keras)
    assert fact(model, "written by") == "Python 3.9 or 3.10 (by its bytecode)"
    named_one = Lambda(layer="d", place="function", kind="name", name="twice")
    model = replace(model, keras=Keras(lambdas=(named_one,)))
    assert fact(model, "code inside") == "d: function is the function twice, which must be given or registered"


def test_weights_are_counted_without_the_optimizers() -> None:
    rows = (
        Variable(name="layer/kernel/.ATTRIBUTES/VARIABLE_VALUE", dtype="float32", shape=(3, 4)),
        Variable(name="layer/bias/.ATTRIBUTES/VARIABLE_VALUE", dtype="float16", shape=(4,)),
        Variable(name="layer/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE", shape=(3, 4)),
        Variable(name="optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE", dtype="int64", shape=()),
        Variable(name="keras_api/metrics/0/total/.ATTRIBUTES/VARIABLE_VALUE", shape=()),
        Variable(name="save_counter/.ATTRIBUTES/VARIABLE_VALUE", shape=()),
    )
    model = SavedModel(path="a", format="checkpoint", variables=rows)
    assert fact(model, "weights") == "2 arrays, 16 numbers (float32, float16)"
    unshaped = (WeightGroup(name="d", variables=(Variable(name="k", dtype="float32"),)),)
    assert fact(SavedModel(path="a", format="h5", groups=unshaped), "weights") == "1 array of float32"
    assert "weights" not in dict(facts.rows(subject(SavedModel(path="a", format="tflite"), MATRIX)))


def test_layers_of_a_saved_model_stand_as_objects() -> None:
    objects = (
        KerasObject(node=0, path="root", identifier="_tf_keras_model", metadata={"class_name": "Net", "name": "net"}),
        KerasObject(node=1, path="root.layer-0", identifier="_tf_keras_layer", metadata={"class_name": "Dense"}),
        KerasObject(node=2, path="root.layer-1", identifier="_tf_keras_rnn_layer"),
        KerasObject(node=3, path="root.keras_api.metrics.0", identifier="_tf_keras_metric"),
    )
    found = subject(SavedModel(path="a", format="savedmodel", keras=Keras(objects=objects)), MATRIX)
    assert [(row.path, row.class_name, row.custom) for row in found.layers] == [
        ("model", "Net", True),
        ("model.layer-0", "Dense", False),
        ("model.layer-1", "_tf_keras_rnn_layer", True),
    ]


@pytest.mark.parametrize(
    ("config", "optimizer", "loss", "metrics"),
    [
        (None, None, None, ()),
        ({"optimizer": "adam", "loss": "mse", "metrics": ["mae", "mae"]}, "adam", "mse", ("mae",)),
        (
            {"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.001}}, "loss": {"a": "mse", "b": None}},
            "Adam, learning rate 0.001",
            "mse",
            (),
        ),
        (
            {
                "optimizer": {
                    "class_name": "Own",
                    "registered_name": "Custom>Own",
                    "config": {"learning_rate": {"class_name": "CosineDecay", "config": {}}},
                },
                "loss": {"class_name": "LossFunctionWrapper", "config": {"name": "focal"}},
                "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "acc"}}], [{"class_name": "AUC"}]],
                "weighted_metrics": {"class_name": "function", "config": "own_metric"},
            },
            "Own, learning rate CosineDecay",
            "focal",
            ("acc", "AUC", "own_metric"),
        ),
        ({"optimizer": 5, "loss": 7}, None, None, ()),
        ({"optimizer": {"class_name": 5}}, "unnamed", None, ()),
        ([1], None, None, ()),
    ],
)
def test_how_it_was_compiled(config: Any, optimizer: str | None, loss: str | None, metrics: tuple[str, ...]) -> None:
    keras = Keras(compile_config=config, optimizer_weights=None)
    model = SavedModel(path="a", format="h5", keras=keras)
    found = compiled(model)
    assert (found.loss, found.metrics) == (loss, metrics)
    assert dict(facts.rows(subject(model, MATRIX))).get("optimizer") == optimizer
    told = dict(facts.rows(subject(model, MATRIX))).get("compiled")
    assert (told is not None) == bool(loss or metrics)


def test_the_optimizers_state() -> None:
    def told(*rows: Variable) -> str:
        keras = Keras(compile_config={"optimizer": "adam"}, optimizer_weights=rows)
        return fact(SavedModel(path="a", format="h5", keras=keras), "optimizer")

    assert told() == "adam, no state"
    assert told(Variable(name="m"), Variable(name="v")) == "adam, 2 arrays of state"


def test_nests_without_end_are_left() -> None:
    deep: Any = "mse"
    for _ in range(50):
        deep = [deep]
    assert named(deep) == ()


def test_a_tflite_file() -> None:
    ops = (TfLiteOp(name="CONV_2D", code=3, version=5), TfLiteOp(name="Own", code=32, custom=True))
    lite = TfLite(schema=3, subgraphs=1, ops=ops, min_runtime="2.5.0", conversion="2.6.0")
    model = SavedModel(path="a", format="tflite", tflite=lite)
    assert fact(model, "tflite") == "schema 3, 1 subgraphs, made by TensorFlow 2.6.0, for runtimes from 2.5.0"
    assert fact(model, "operators") == "CONV_2D/5"
    assert fact(model, "custom") == "Own"


def test_signatures_and_sizes() -> None:
    unknown = TensorSpec(name="x", dtype="string", shape=None)
    graph = replace(a_graph().meta_graphs[0], signatures=(Signature(name="f", inputs=(unknown,) * 9),), nodes=0, ops=())
    model = SavedModel(path="a", format="savedmodel", meta_graphs=(graph,))
    assert fact(model, "signature") == f"f({', '.join(['x: string'] * 8)}, ...) -> nothing"
    assert fact(model, "graph") == "0 nodes [serve]"
    assert [facts.size(number) for number in (999, 1000, 5_300_000_000)] == ["999 bytes", "1.0 kB", "5.3 GB"]


def test_facts_alone_make_a_page() -> None:
    model = a_model(layer("Dense", "d"), size=5, files=(("a.h5", 5),))
    page = html.document(seen(Answer(model)))
    assert "Layers (1)" in page
    assert "Files (1)" in page
    assert page.count("<h1>") == 1
    assert isinstance(subject(model, MATRIX), ModelSubject)
