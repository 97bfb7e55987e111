"""The cures: in order of cost, and none that the judge speaks against."""

import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.model.models import MATRIX, a_graph, a_model, a_target, bytecode, layer, refusing, verdict
from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import KerasLayer, Lambda, SavedModel, Writer
from tfdoctor.model.cures import Cure, cures
from tfdoctor.model.cures.edits import Edit, as_h5, bare, edited, next_edit
from tfdoctor.model.cures.resave import converted, defaults_of, resave, settled, source_of
from tfdoctor.model.judge import Reason, Target, Verdict

POOL = layer("GlobalAveragePooling2D", "pool", keepdims=False)
HERE = a_target("2.3.4")


def found(model: SavedModel, target: Target, *verdicts: Verdict, judge: Any = None) -> dict[str, Cure]:
    ask = judge or (lambda model, target: verdicts)  # noqa: ARG005  the same for all
    return {cure.kind: cure for cure in cures(model, target, verdicts, MATRIX, ask)}


def anything(class_name: str, key: str, value: object) -> bool:
    del class_name, key, value
    return True


def test_what_loads_needs_no_cure() -> None:
    assert found(a_model(), HERE, verdict("load_model", "loads")) == {}
    assert found(a_model(), HERE, verdict("load_model", "undecided")) == {}
    assert found(a_model(), HERE) == {}


def test_a_key_of_a_newer_keras() -> None:
    judge = refusing("keepdims", "2.6")
    model = a_model(POOL)
    made = found(model, HERE, *judge(model, HERE), judge=judge)
    assert list(made) == ["resave", "convert", "release", "retrain"]
    assert {made[kind].checked for kind in ("resave", "convert", "release")} == {"loads"}
    assert made["convert"].commands[1] == "python anew.py convert net.h5 net-converted.h5"
    assert made["resave"].commands[1] == "tfdoctor plan --target 2.6 --apply"
    assert made["resave"].commands[2].startswith(".venv-tf2.6.5/bin/python anew.py save")
    assert "drop 'keepdims' of GlobalAveragePooling2D (it is False)" in made["resave"].notes[0]
    assert "TensorFlow 2.6" in made["release"].text


def test_without_the_optimizer() -> None:
    failed = verdict("load_model", "fails", "custom-object-not-registered", "ValueError", "Unknown loss function: mine")
    bare_way = verdict("load_model-nocompile", "loads")
    made = found(a_model(), HERE, failed, bare_way)
    assert next(iter(made)) == "without-compile"
    assert made["without-compile"].checked == "loads"
    assert "without-compile" not in found(a_model(), HERE, failed, verdict("load_model-nocompile", "fails"))


def test_a_difference_of_both_is_no_cure() -> None:
    both = verdict("load_model", "differs"), verdict("load_model-nocompile", "differs")
    assert "without-compile" not in found(a_model(), HERE, *both)
    assert "retrain" not in found(a_model(), HERE, *both)


def test_keras_2_beside_keras_3() -> None:
    target = a_target("2.18.1", "3.5.0")

    def judge(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        del model
        return (verdict("load_model", "loads" if target.legacy or not target.keras3 else "fails"),)

    model = a_model()
    made = found(model, target, *judge(model, target), judge=judge)
    assert made["legacy-keras"].remedies[0].requirements == ("tf-keras==2.18.*",)
    assert made["legacy-keras"].remedies[1].variable == "TF_USE_LEGACY_KERAS"
    assert "2.15" in made["release"].text
    for other in (a_target("2.15.1"), a_target("2.18.1", "2.18", legacy=True)):
        assert "legacy-keras" not in found(model, other, verdict("load_model", "fails"), judge=judge)


def test_keras_2_that_fails_as_well_is_no_cure() -> None:
    assert "legacy-keras" not in found(a_model(), a_target("2.18.1", "3.5.0"), verdict("load_model", "fails"))


def test_predictions_only() -> None:
    ways = verdict("load_model", "fails"), verdict("saved_model.load", "loads"), verdict("TFSMLayer", "differs")
    made = found(a_graph(), a_target("2.18.1", "3.5.0"), *ways)
    assert "graph" not in made  # without Keras it is meant to be loaded as a graph, which it is
    made = found(a_model(format="savedmodel", meta_graphs=a_graph().meta_graphs), a_target("2.18.1", "3.5.0"), *ways)
    assert made["serving-layer"].checked == "differs"
    assert "call_endpoint='predict'" in made["serving-layer"].text
    assert "signatures['predict']" in made["graph"].text
    session = verdict("load_model", "fails"), verdict("saved_model.load", "fails"), verdict("v1", "loads")
    made = found(a_model(format="savedmodel"), a_target("2.18.1", "3.5.0"), *session)
    assert (made["graph"].way, made["graph"].checked) == ("v1", "loads")


@pytest.mark.parametrize("registered", [None, "shop>Scaler"])
def test_code_of_the_users_own(registered: str | None) -> None:
    model = a_model()
    assert model.keras is not None
    own = KerasLayer(path="net/mine", class_name="Scaler", registered=registered, custom=True)
    code = Lambda(layer="lambda", place="function", kind="name", name="twice")
    model = replace(model, keras=replace(model.keras, layers=(own,), lambdas=(code,)))
    failed = verdict("load_model", "fails", "custom-object-not-registered", "ValueError", "Unknown layer: Scaler")
    made = found(model, HERE, failed)
    assert f"custom_objects={{'{registered or 'Scaler'}': Scaler, 'twice': twice" in made["custom-objects"].text
    assert made["custom-objects"].checked is None
    other = verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "groups")
    assert "custom-objects" not in found(model, HERE, other)


def test_a_name_that_only_the_loader_tells() -> None:
    name = "custom-object-not-registered"
    failed = verdict("load_model", "fails", name, "ValueError", "Unknown loss function: 'focal'. Please ensure")
    assert "custom_objects={'focal': focal}" in found(a_model(), HERE, failed)["custom-objects"].text


def test_code_that_is_not_trusted() -> None:
    model = a_model()
    assert model.keras is not None
    failed = verdict("load_model", "fails", "lambda-safe-mode", "ValueError", "Requested the deserialization")
    assert found(model, HERE, failed)["trust"].notes == ("The file then decides what your program does.",)
    model = replace(model, keras=replace(model.keras, lambdas=(bytecode("scale", "3.8", "3.9"),)))
    assert "another Python than 3.8 or 3.9" in found(model, HERE, failed)["trust"].notes[0]


def test_what_the_evidence_names_is_dropped_too() -> None:
    reason = Reason(
        "keras2-file-in-keras3",
        "TypeError",
        "Error when deserializing class 'DepthwiseConv2D'",
        (Evidence(fact="loader", value="Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups'"),),
    )
    model = a_model(layer("DepthwiseConv2D", "d", groups=1), layer("Conv2D", "c", groups=1))
    edit = next_edit(model, Verdict("load_model", "fails", reason), anything)
    assert edit == Edit("DepthwiseConv2D", "groups", values=("1",))


def test_no_file_is_converted_that_has_no_configuration_of_its_own() -> None:
    judge = refusing("keepdims", "2.6")
    model = a_model(POOL, format="savedmodel")
    assert converted(model, HERE, judge, MATRIX) is None
    assert resave(model, HERE, judge, MATRIX) is not None
    weights = SavedModel(path="w.h5", format="h5-weights")
    assert converted(weights, HERE, judge, MATRIX) is None
    assert resave(weights, HERE, judge, MATRIX) is None


def test_what_no_known_change_helps() -> None:
    def stubborn(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        del model, target
        return (verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "keepdims"),)

    def silent(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        del model, target
        return ()

    def unsure(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        del model, target
        return (verdict("load_model", "undecided"),)

    for judge in (stubborn, silent, unsure):
        assert settled(a_model(POOL), HERE, judge, anything) is None


def test_a_release_that_loads_it_otherwise_is_better_than_none() -> None:
    def judge(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        del model
        return (verdict("load_model", "differs" if target.minor in {"2.9", "2.12"} else "fails"),)

    made = found(a_model(), HERE, verdict("load_model", "fails"), judge=judge)
    assert made["release"].checked == "differs"
    assert made["release"].text.endswith("TensorFlow 2.9, the nearest release that loads it at all.")
    assert "release" not in found(a_model(), HERE, verdict("load_model", "differs"), judge=judge)


def test_changes_follow_each_other() -> None:
    first, second = refusing("keepdims", "2.6"), refusing("groups", "2.6")

    def judge(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        rows = first(model, target)
        return rows if rows[0].outcome == "fails" else second(model, target)

    model = a_model(POOL, layer("Conv2D", "c", groups=1), layer("Conv2D", "d", groups=2))
    made = settled(model, HERE, judge, anything)
    assert made is not None
    assert [edit.text for edit in made[0]] == [
        "drop 'keepdims' of GlobalAveragePooling2D (it is False)",
        "drop 'groups' of Conv2D (it is 1 or 2)",
    ]


def test_an_older_name_of_a_class() -> None:
    model = a_model(layer("Functional", "inner", layers=[]))
    failed = verdict("load_model", "fails", "unknown-class-from-newer-keras", "ValueError", "Unknown layer: Functional")
    edit = next_edit(model, failed, anything)
    assert edit == Edit("Functional", to="Model")
    assert edit.text == "write Model for the class Functional"
    changed = edited(model, edit)
    assert changed.keras is not None
    assert changed.keras.config is not None
    assert changed.keras.config["class_name"] == "Model"
    assert changed.keras.config["config"]["layers"][0]["class_name"] == "Model"
    assert changed.keras.layers[0].class_name == "Model"
    assert next_edit(changed, failed, anything) is None


def test_the_class_that_is_named_comes_first() -> None:
    model = a_model(layer("Dense", "d", groups=5), layer("Conv2D", "c", groups=1))
    failed = verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "Conv2D takes no groups")
    assert next_edit(model, failed, anything) == Edit("Conv2D", "groups", values=("1",))


@pytest.mark.parametrize(("value", "found"), [(False, True), (True, False)])
def test_what_was_chosen_is_not_dropped(value: object, found: object) -> None:
    judge = refusing("keepdims", "2.6")
    model = a_model(layer("GlobalAveragePooling2D", "pool", keepdims=value))
    assert (converted(model, HERE, judge, MATRIX) is not None) is found
    assert (resave(model, HERE, judge, MATRIX) is not None) is found


def test_defaults_of_a_keras_that_is_not_known_are_empty_values() -> None:
    same = defaults_of(a_model(written=None), MATRIX)
    assert [same("GlobalAveragePooling2D", "keepdims", value) for value in (False, None, True)] == [True, True, False]
    assert [same("Conv2D", "groups", value) for value in (1, None)] == [False, True]
    older = defaults_of(a_model(written="2.6.0"), MATRIX)
    made = {"class_name": "GlorotUniform", "config": {"seed": None}, "shared_object_id": 3, "module": "keras"}
    assert older("SeparableConv2D", "kernel_initializer", made)
    assert not older("SeparableConv2D", "kernel_initializer", {**made, "config": {"seed": 1}})
    newer = defaults_of(SavedModel(path="a", format="keras-zip", writer=Writer(keras="3.5.0")), MATRIX)
    assert [newer("Conv2D", "groups", value) for value in (1, 2)] == [True, False]
    assert [newer("Own", "size", value) for value in (3, None)] == [False, True]


def test_an_archive_of_keras_2_is_written_as_old_files_are() -> None:
    own = {"class_name": "Scaler", "module": "shop", "registered_name": "shop>Scaler", "config": {"name": "s"}}
    dense = {"class_name": "Dense", "module": "keras.layers", "registered_name": None, "config": {"name": "d"}}
    model = a_model(own, dense, format="keras-zip", writer=Writer(keras="2.15.0"))
    keras = as_h5(model).keras
    assert keras is not None
    assert keras.config is not None
    assert keras.config["config"]["layers"] == [
        {"class_name": "shop>Scaler", "config": {"name": "s"}},
        {"class_name": "Dense", "config": {"name": "d"}},
    ]
    assert as_h5(replace(model, writer=Writer(keras="3.5.0"))).keras == model.keras
    assert as_h5(a_graph()).keras is None


def test_what_has_no_configuration_has_no_changes() -> None:
    failed = verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "groups")
    graph = a_graph()
    assert next_edit(graph, failed, anything) is None
    assert edited(graph, Edit("Dense", "groups")) == graph
    assert bare(graph).keras is None
    assert next_edit(a_model(), verdict("load_model", "fails"), anything) is None
    other = verdict("load_model", "fails", "savedmodel-dir-in-keras3", "ValueError", "groups")
    assert next_edit(a_model(layer("Dense", "d", groups=5)), other, anything) is None


def test_a_configuration_that_is_too_deep_is_left_alone() -> None:
    deep: Any = layer("Dense", "d", groups=5)
    for _ in range(60):
        deep = {"class_name": "Wrapper", "config": {"layer": deep}}
    failed = verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "groups")
    model = a_model(deep | {"config": {"name": "w", **deep["config"]}})
    assert next_edit(model, failed, anything) is None
    assert edited(model, Edit("Dense", "groups")) == model


def test_what_the_script_writes_is_not_compiled() -> None:
    model = a_model(POOL)
    assert model.keras is not None
    whole = replace(model, keras=replace(model.keras, compile_config={"loss": "mse"}), groups=())
    assert as_h5(whole).keras == model.keras
    assert as_h5(whole).groups == ()
    assert as_h5(replace(whole, format="savedmodel")).groups is None


@pytest.mark.parametrize(
    ("tensorflow", "keras", "source"),
    [
        ("2.6.0", "2.6.0", "2.6"),
        (None, "2.6.0", "2.6"),
        (None, "2.4.0", "2.4"),
        (None, "2.2.4-tf", "2.1"),
        (None, "2.3.0-tf", "2.2"),
        (None, "1.2.2", None),
        (None, None, None),
        ("unknown", None, None),
        ("2.6.0-custom+x", "2.7.0", "2.6"),
    ],
)
def test_which_release_wrote_it(tensorflow: str | None, keras: str | None, source: str | None) -> None:
    model = SavedModel(path="net", format="h5", writer=Writer(tensorflow=tensorflow, keras=keras))
    assert source_of(model, MATRIX) == source


def test_keras_3_is_loaded_with_the_newest() -> None:
    model = SavedModel(path="net", format="keras-zip", writer=Writer(keras="3.5.0"))
    newest = max(MATRIX.releases.versions("tensorflow"))
    assert source_of(model, MATRIX) == f"{newest.major}.{newest.minor}"


def test_the_release_itself_is_no_source() -> None:
    assert resave(a_model(POOL, written="2.3.1"), HERE, refusing("keepdims", "2.6"), MATRIX) is None


def test_words_in_a_table_of_the_graph_are_not_taken_to_keras_3() -> None:
    from tfdoctor.facts.saved import Keras, KerasObject
    from tfdoctor.model.cures.resave import _worded

    keras = Keras(objects=(KerasObject(1, "root.layer-1", "_tf_keras_layer", metadata={"class_name": "StringLookup"}),))
    assert _worded(SavedModel(path="m", format="savedmodel", keras=keras))
    assert not _worded(SavedModel(path="m", format="savedmodel"))
