"""Keras: generations, minors, what is missing, code and libraries of the other generation."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import KerasConfig, LoadAttempt

Ask = Callable[..., Diagnosis]

ENGINE = "ModuleNotFoundError: No module named 'keras.src.engine'"
FOREIGN = "ValueError: Only instances of `keras.Layer` can be added to a Sequential model."
LATE = "import tensorflow as tf\nimport os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n"
INTERNAL = "AttributeError: module 'tensorflow._api.v2.compat.v2.__internal__' has no attribute 'register_x'"
NOT_YET = "Your currently installed version of Keras is Keras 3, but this is not yet supported in Transformers."


MISMATCH = "keras-tf-minor-mismatch"
PRIVATE = "private-keras-import"
BREAK = "keras3-default-code-break"
LEGACY = "Your environment has TF_USE_LEGACY_KERAS set to True, but you do not have the tf_keras package installed."
CONTEXT = "ImportError: cannot import name 'get_config' from 'tensorflow.python.eager.context'"


def frame(path: str, error: str) -> str:
    return f'  File "/x/site-packages/{path}", line 5, in <module>\n{error}'


def named(found: Diagnosis, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


LOGS: list[tuple[str, dict[str, Any], str]] = [
    (
        "ImportError: Keras cannot be imported. Check that it is installed.",
        {"tf_version": "2.15", "packages": {"keras": "3.0.4"}},
        "keras3-over-tf-le-215",
    ),
    (
        "tensorflow 2.15.0 requires keras<2.16,>=2.15.0, but you have keras 3.0.3 which is incompatible.",
        {},
        "keras3-over-tf-le-215",
    ),
    (INTERNAL, {"tf_version": "2.16.1", "packages": {"keras": "2.15.0"}}, "keras2-under-tf-ge-216"),
    ("AlreadyExistsError: Another metric with the same name already exists.", {}, MISMATCH),
    ("cannot import name 'dtensor'", {"tf_version": "2.6.0"}, MISMATCH),
    ("module 'tensorflow._api.v1.compat.v2' has no attribute '__internal__'", {"tf_version": "1.15.0"}, MISMATCH),
    (INTERNAL, {"tf_version": "2.16.1", "packages": {"tf-keras": None}}, "tf-keras-tf-mismatch"),
    (
        "Cannot register 2 metrics with the same name: /tensorflow/api/keras/model",
        {"tf_version": "2.6.2", "packages": {"keras": "2.8.0"}},
        MISMATCH,
    ),
    (
        "AttributeError: module 'tensorflow.compat.v2.__internal__.x' has no attribute 'Y'",
        {"tf_version": "2.7.0.dev20210806", "packages": {"keras-nightly": "2.7.0.dev2021090607"}},
        MISMATCH,
    ),
    (
        frame("keras/engine/x.py", CONTEXT),
        {"tf_version": "2.4.1"},
        MISMATCH,
    ),
    (
        frame("keras/backend/x.py", "AttributeError: module 'tensorflow' has no attribute 'get_default_graph'"),
        {"tf_version": "2.1", "packages": {"keras": "2.2.4"}},
        MISMATCH,
    ),
    ("ModuleNotFoundError: No module named 'keras'", {"tf_version": "2.8"}, "keras-package-missing"),
    ("ModuleNotFoundError: No module named 'tf_keras'", {"tf_version": "2.17.0"}, "tf-keras-missing"),
    (NOT_YET, {}, "tf-keras-missing"),
    (
        "ImportError: Keras cannot be imported. Check that it is installed.",
        {"tf_version": "2.16.1", "env_vars": {"TF_USE_LEGACY_KERAS": "1"}},
        "tf-keras-missing",
    ),
    ("AttributeError: module 'keras._tf_keras.keras' has no attribute '__internal__'", {}, "tf-keras-missing"),
    (LEGACY, {"tf_version": "2.15", "env_vars": {"TF_USE_LEGACY_KERAS": "1"}}, "tf-keras-missing"),
    (
        frame("tf_keras/src/x.py", INTERNAL),
        {"tf_version": "2.15.0", "packages": {"tf-keras": "2.17.0"}},
        "tf-keras-tf-mismatch",
    ),
    (INTERNAL, {"tf_version": "2.17.0", "packages": {"tf-keras": "2.15.0"}}, "tf-keras-tf-mismatch"),
    ("Using Theano backend.\nModuleNotFoundError: No module named 'theano'", {}, "keras-json-backend"),
    (ENGINE, {"tf_version": "2.16.1", "packages": {"tensorflow-addons": "0.23.0"}}, "tfa-with-keras3"),
    (frame("tensorflow_addons/utils/types.py", ENGINE), {}, "tfa-with-keras3"),
    ("ModuleNotFoundError: No module named 'keras.engine.topology'", {"tf_version": "2.6.0"}, PRIVATE),
    (
        "tensorflow 2.8.0 requires keras<2.9,>=2.8.0rc0, but you have keras 2.7.0 which is incompatible.",
        {},
        MISMATCH,
    ),
    (
        "tf-keras 2.17.0 requires tensorflow<2.18,>=2.17, but you have tensorflow 2.15.0 which is incompatible.",
        {},
        "tf-keras-tf-mismatch",
    ),
    (
        "ValueError: Argument(s) not recognized: {'lr': 0.001}",
        {
            "tf_version": "2.17",
            "packages": {"tf-keras": "2.17.0"},
            "env_vars": {"TF_USE_LEGACY_KERAS": "1"},
        },
        "legacy-keras-env-import-order",
    ),
    ("AttributeError: module 'keras.utils' has no attribute 'generic_utils'", {}, PRIVATE),
    (FOREIGN, {"tf_version": "2.16.1", "packages": {"tensorflow-hub": "0.16.1"}}, "hub-keraslayer-with-keras3"),
    (f"{FOREIGN} Received: <tensorflow_hub.keras_layer.KerasLayer object>", {}, "hub-keraslayer-with-keras3"),
    (FOREIGN, {"tf_version": "2.17"}, "keras2-library-with-keras3-model"),
    (
        "ValueError: `prune_low_magnitude` can only prune an object of the following types: keras.models.Sequential",
        {"tf_version": "2.17.1"},
        "keras2-library-with-keras3-model",
    ),
    ("ValueError: A KerasTensor cannot be used as input to a TensorFlow function.", {}, BREAK),
    ("ValueError: Argument(s) not recognized: {'lr': 0.001}", {"tf_version": "2.17"}, "optimizer-lr-rejected"),
    ("ModuleNotFoundError: No module named 'tensorflow.keras.wrappers'", {"tf_version": "2.16.1"},
     "sklearn-wrapper-removed"),
    ("AttributeError: 'tuple' object has no attribute 'as_list'", {"tf_version": "2.18"}, BREAK),
    ("AttributeError: 'Sequential' object has no attribute 'predict_classes'", {"tf_version": "2.18"},
     "keras-method-removed"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "environment", "name"), LOGS)
def test_from_a_log(ask: Ask, log: str, environment: dict[str, Any], name: str) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == name
    assert primary.symptom
    assert primary.remedies


@pytest.mark.parametrize(
    ("python", "versions", "name", "severity"),
    [
        ("3.11", {"tensorflow": "2.15.1", "keras": "3.3.3"}, "keras3-over-tf-le-215", "error"),
        ("3.12", {"tensorflow": "2.16.2", "keras": "2.15.0"}, "keras2-under-tf-ge-216", "error"),
        ("3.9", {"tensorflow": "2.6.5", "keras": "2.11.0"}, "keras-tf-minor-mismatch", "error"),
        ("3.11", {"tensorflow": "2.15.1", "keras": "2.13.1"}, "keras-tf-minor-mismatch", "warning"),
        ("3.11", {"tensorflow": "2.15.1", "keras": "2.15.0", "tf_keras": "2.17.0"}, "tf-keras-tf-mismatch", "warning"),
    ],
)
def test_from_versions(inspect: Ask, python: str, versions: dict[str, str], name: str, severity: str) -> None:
    found = inspect(python, **versions)
    (finding,) = [one for one in found.findings if one.family == "keras-generation"]
    assert (finding.name, finding.severity) == (name, severity)


def test_a_pair_that_trains_is_not_said_to_fail(inspect: Ask) -> None:
    load = LoadAttempt(stages=(("import", "ok"), ("op", "ok"), ("fit", "ok")))
    found = inspect("3.11", tensorflow="2.15.1", keras="3.3.3", load=load)
    assert not [finding for finding in found.findings if finding.severity == "error" and "keras" in finding.name]


def test_legacy_keras_is_asked_for_and_not_installed(inspect: Ask) -> None:
    variables = {"TF_USE_LEGACY_KERAS": "1"}
    (finding,) = named(inspect("3.11", tensorflow="2.17.0", keras="3.5.0", variables=variables), "tf-keras-missing")
    assert finding.confidence == "certain"
    assert {remedy.kind for remedy in finding.remedies} == {"install", "unset-variable"}
    there = inspect("3.11", tensorflow="2.17.0", keras="3.5.0", tf_keras="2.17.0", variables=variables)
    assert not named(there, "tf-keras-missing")


def test_the_cure_is_keras_of_the_same_minor(inspect: Ask) -> None:
    for versions in ({"keras": "3.3.3"}, {"keras": "2.11.0"}):
        found = inspect("3.9", tensorflow="2.8.4", **versions)
        (finding,) = [one for one in found.findings if one.family == "keras-generation"]
        assert finding.remedies[0].requirements == ("keras==2.8.*",)
    (missing,) = named(inspect("3.9", tensorflow="2.8.4"), "keras-package-missing")
    assert missing.remedies[0].requirements == ("keras==2.8.*",)


def test_a_library_on_keras_2_without_tf_keras(inspect: Ask) -> None:
    (finding,) = named(inspect("3.11", tensorflow="2.17.0", keras="3.5.0", tensorflow_hub="0.16.1"), "tf-keras-missing")
    assert (finding.severity, finding.symptom) == ("warning", False)
    assert not named(inspect("3.11", tensorflow="2.15.1", keras="2.15.0", tensorflow_hub="0.16.1"), "tf-keras-missing")


@pytest.mark.parametrize(
    ("backend", "versions", "wrong"),
    [
        ("theano", {"tensorflow": "2.17.0", "keras": "3.5.0"}, True),
        ("theano", {"tensorflow": "2.11.1", "keras": "2.11.0"}, True),
        ("theano", {"tensorflow": "1.15.5", "keras": "2.2.4"}, False),
        ("tensorflow", {"tensorflow": "2.17.0", "keras": "3.5.0"}, False),
        ("jax", {"tensorflow": "2.17.0", "keras": "3.5.0"}, False),
    ],
)
def test_the_backend_of_keras_json(inspect: Ask, backend: str, versions: dict[str, str], *, wrong: bool) -> None:
    config = KerasConfig(path="/u/.keras/keras.json", backend=backend)
    found = inspect("3.10", keras_config=config, **versions)
    assert bool(named(found, "keras-json-backend")) == wrong


def test_the_backend_of_the_variable_is_cured_there(inspect: Ask) -> None:
    config = KerasConfig(path="/u/.keras/keras.json", backend="tensorflow")
    told = inspect(
        "3.10", keras_config=config, variables={"KERAS_BACKEND": "theano"}, tensorflow="2.15.0", keras="2.15.0"
    )
    (found,) = named(told, "keras-json-backend")
    assert (found.remedies[0].kind, found.remedies[0].variable) == ("unset-variable", "KERAS_BACKEND")
    assert found.evidence[0].source == "KERAS_BACKEND"


def test_the_nightly_brings_keras_too(inspect: Ask) -> None:
    with_nightly = {"tf_nightly": "2.22.0.dev20260101", "keras_nightly": "3.13.0.dev2026010103"}
    assert not named(inspect("3.12", **with_nightly), "keras-package-missing")
    assert named(inspect("3.12", tf_nightly="2.22.0.dev20260101"), "keras-package-missing")


def test_the_variable_is_set_too_late(ask: Ask) -> None:
    primary = ask(code=LATE, tf_version="2.17").primary
    assert primary is not None
    assert primary.name == "legacy-keras-env-import-order"
    in_time = "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport tensorflow as tf\n"
    assert ask(code=in_time, tf_version="2.17").primary is None


def test_layers_of_the_standalone_keras_for_a_library_on_tf_keras(ask: Ask) -> None:
    code = "from keras.layers import Conv2D\nprune_low_magnitude(Conv2D(8, 3))"
    packages = {"keras": "2.3.0", "tensorflow-model-optimization": "0.1.3"}
    assert named(ask(code=code, tf_version="2.0.0", packages=packages), "keras2-library-with-keras3-model")
    in_one = {"keras": "2.12.0", "tensorflow-model-optimization": "0.7.3"}
    assert not named(ask(code=code, tf_version="2.12.0", packages=in_one), "keras2-library-with-keras3-model")


def test_addons_next_to_keras_3_without_a_log(inspect: Ask) -> None:
    (finding,) = named(inspect("3.11", tensorflow="2.16.2", tensorflow_addons="0.23.0"), "tfa-with-keras3")
    assert not finding.symptom


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        (ENGINE, {"tf_version": "2.12", "packages": {"tensorflow-addons": "0.19.0", "keras": "2.12.0"}}),
        ("ValueError: Argument(s) not recognized: {'lr': 0.001}", {"tf_version": "2.12"}),
        ("Error when deserializing\nValueError: Unrecognized keyword arguments passed to Conv2D: {'groups': 1}", {}),
        (frame("other/x.py", ENGINE), {"tf_version": "2.10"}),
        ("ModuleNotFoundError: No module named 'keras'", {"tf_version": "2.16.1", "packages": {"keras": "3.0.5"}}),
        ("AttributeError: 'Sequential' object has no attribute 'predict_classes'", {"tf_version": "2.6"}),
        (FOREIGN, {"tf_version": "2.12", "packages": {"tensorflow-hub": "0.12"}}),
    ],
)  # fmt: skip
def test_not_the_other_generation(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    wrong = {"tfa-with-keras3", "keras3-default-code-break", "hub-keraslayer-with-keras3", "keras-package-missing"}
    assert not wrong & {finding.name for finding in ask(log, **environment).findings}


def test_a_private_import_of_somebody_else_is_not_that_of_addons(ask: Ask) -> None:
    assert not named(ask(frame("other/x.py", ENGINE), tf_version="2.16.1"), "tfa-with-keras3")


def test_one_cause_gives_one_finding(ask: Ask) -> None:
    found = ask(INTERNAL, tf_version="2.17.0", packages={"tf-keras": "2.15.0"})
    families = [finding.name for finding in found.findings if finding.family == "keras-generation"]
    assert families == ["tf-keras-tf-mismatch"]
    same = ask(INTERNAL, tf_version="2.12.0", packages={"keras": "2.12.0"})
    assert not named(same, MISMATCH)


@pytest.mark.parametrize(
    ("python", "versions"),
    [
        ("3.11", {"tensorflow": "2.15.1", "keras": "2.15.0"}),
        ("3.12", {"tensorflow": "2.17.1", "keras": "3.5.0", "tf_keras": "2.17.0"}),
        ("3.8", {"tensorflow": "2.3.4", "keras": "2.4.3"}),
    ],
)
def test_a_fitting_keras_is_no_finding(inspect: Ask, python: str, versions: dict[str, str]) -> None:
    assert not [finding for finding in inspect(python, **versions).findings if finding.family == "keras-generation"]


@pytest.mark.parametrize(
    "log",
    [
        "ImportError: cannot import name 'ImageDataGenerator' from 'keras.preprocessing.image'",
        "ModuleNotFoundError: No module named 'keras.preprocessing.text'",
    ],
)
def test_what_each_keras_2_had_is_missed_under_keras_3_only(ask: Ask, log: str) -> None:
    (finding,) = ask(log).findings
    assert (finding.name, finding.confidence) == ("keras3-api-moved", "likely")
    assert not named(ask(log, tf_version="2.12"), "keras3-api-moved")


def test_model_optimization_beside_keras_3(ask: Ask) -> None:
    name, packages = "keras2-library-with-keras3-model", {"tensorflow-model-optimization": "0.8.0"}
    (finding,) = named(ask(tf_version="2.17.0", packages=packages), name)
    assert finding.severity == "note"
    assert not named(ask(tf_version="2.15.0", packages=packages), name)
    legacy = {"TF_USE_LEGACY_KERAS": "1"}
    assert not named(ask(tf_version="2.17.0", packages=packages, env_vars=legacy), name)


@pytest.mark.parametrize(
    ("keras", "tensorflow", "fails"),
    [
        ("2.2.4", "2.0.0", True),
        ("2.3.1", "2.3.1", True),
        ("2.3.1", "2.2.0", False),
        ("2.4.3", "2.1.0", True),
        ("2.4.3", "2.4.1", False),
        ("2.8.0", "2.4.1", True),
        ("2.8.0", "1.15.5", True),
        ("2.2.4", "1.14.0", False),
    ],
)
def test_the_standalone_keras_by_versions_alone(ask: Ask, keras: str, tensorflow: str, *, fails: bool) -> None:
    found = named(ask(tf_version=tensorflow, packages={"keras": keras}), MISMATCH)
    assert bool(found) is fails
    assert all(finding.severity == "warning" for finding in found)


def test_the_frames_of_a_notebook_tell_who_asks(ask: Ask) -> None:
    error = "---> 47     graph = tf.get_default_graph()\nAttributeError: module 'tensorflow' has no attribute 'get_x'"
    place = "/usr/lib/python3.6/site-packages/keras/backend/tensorflow_backend.py"
    assert named(ask(f"{place} in get_uid(prefix)\n{error}"), MISMATCH)
    assert named(ask(f"[{place}](https://localhost:8080/#) in get_uid(prefix)\n{error}"), MISMATCH)
    assert not named(ask(f"/home/u/own.py in get_uid(prefix)\n{error}"), MISMATCH)


def test_a_user_of_keras_2_in_a_ticket_is_a_suspicion(ask: Ask) -> None:
    (finding,) = named(ask(tf_version="2.17.0", packages={"deepface": "0.0.93"}), "tf-keras-missing")
    assert (finding.severity, finding.confidence) == ("note", "possible")
    assert not named(ask(tf_version="2.15.0", packages={"deepface": "0.0.93"}), "tf-keras-missing")
    # brings tf-keras with it
    assert not named(ask(tf_version="2.17.0", packages={"tensorflow-hub": "0.16.1"}), "tf-keras-missing")


def test_what_keras_3_says_it_does_not_have(ask: Ask) -> None:
    assert ask("AttributeError: `conv2d` is not available with Keras 3").findings[0].name == BREAK


def test_a_layer_of_the_hub_beside_keras_3_without_a_log(ask: Ask) -> None:
    name, packages = "hub-keraslayer-with-keras3", {"tensorflow-hub": "0.16.1"}
    assert named(ask(tf_version="2.17.0", packages=packages), name)[0].severity == "note"
    assert not named(ask(tf_version="2.15.0", packages=packages), name)


def test_transformers_in_a_ticket_is_a_suspicion_too(ask: Ask, inspect: Ask) -> None:
    (finding,) = named(ask(tf_version="2.18.0", packages={"transformers": "4.49.0"}), "tf-keras-missing")
    assert finding.message.startswith("transformers needs Keras 2")
    assert not named(ask(tf_version="2.18.0", packages={"transformers": "5.0.0"}), "tf-keras-missing")
    assert not named(inspect("3.12", tensorflow="2.18.1", transformers="4.49.0"), "tf-keras-missing")


def test_no_tf_keras_is_proposed_where_there_is_none(ask: Ask) -> None:
    (old,) = named(ask(tf_version="2.10.1", packages={"tf-keras": "2.16.0"}), "tf-keras-tf-mismatch")
    assert old.remedies[0].kind == "uninstall"
    (new,) = named(ask(tf_version="2.17.0", packages={"tf-keras": "2.16.0"}), "tf-keras-tf-mismatch")
    assert new.remedies[0].requirements == ("tf-keras==2.17.*",)
