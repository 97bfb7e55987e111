"""protobuf: too new, too old, own generated code, the C++ implementation."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import LoadAttempt

Ask = Callable[..., Diagnosis]

REFUSED = """\
  File "/usr/lib/python3.8/site-packages/tensorflow/core/framework/tensor_pb2.py", line 36, in <module>
    _descriptor.FieldDescriptor(
TypeError: Descriptors cannot be created directly."""
OWN = """\
  File "/home/u/models/object_detection/protos/pipeline_pb2.py", line 9, in <module>
    from google.protobuf import runtime_version as _runtime_version
ImportError: cannot import name 'runtime_version' from 'google.protobuf' (/x/google/protobuf/__init__.py)"""
CPP = "ImportError: cannot import name '_message' from 'google.protobuf.pyext' (/x/google/protobuf/pyext/__init__.py)"
GENCODE = (
    "VersionError: Detected incompatible Protobuf Gencode/Runtime versions when loading {file}: gencode {gencode} "
    "runtime {runtime}. Runtime version cannot be older than the linked gencode version."
)


def named(found: Diagnosis, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        (REFUSED, {"tf_version": "2.9.0"}),
        ("TypeError: Descriptors cannot not be created directly.", {}),
        (" 1. Downgrade the protobuf package to 3.20.x or lower.", {}),
        ("AttributeError: 'MessageFactory' object has no attribute 'GetPrototype'", {"tf_version": "2.19.0"}),
        ("AttributeError: module 'google._upb._message' has no attribute 'Message'", {}),
        (CPP, {}),
        (GENCODE.format(file="a.proto", gencode="4.25.0", runtime="6.31.0"), {}),
    ],
)
def test_protobuf_too_new_from_a_log(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == "protobuf-too-new"
    assert primary.symptom
    assert any(piece.fact == "log" for piece in primary.evidence)


def test_a_removed_method_alone_degrades(ask: Ask) -> None:
    primary = ask("AttributeError: 'MessageFactory' object has no attribute 'GetPrototype'").primary
    assert primary is not None
    assert (primary.severity, primary.verdict) == ("warning", "degraded")


def test_protobuf_too_new_from_versions_names_a_version_that_works(inspect: Ask) -> None:
    (finding,) = named(inspect("3.9", tensorflow="2.6.5", protobuf="4.21.12"), "protobuf-too-new")
    assert finding.severity == "error"
    (requirement,) = finding.remedies[0].requirements
    assert requirement.startswith("protobuf==3.")
    assert any(piece.fact == "matrix.bounds.protobuf" and piece.source for piece in finding.evidence)


def test_what_was_seen_to_import_is_not_said_to_fail(inspect: Ask) -> None:
    load = LoadAttempt(stages=(("import", "ok"), ("op", "ok")))
    found = inspect("3.9", tensorflow="2.6.5", protobuf="4.21.12", load=load)
    assert not named(found, "protobuf-too-new")


def test_a_failed_import_is_the_symptom(inspect: Ask) -> None:
    load = LoadAttempt(stages=(("import", "TypeError: Descriptors cannot be created directly."),))
    found = inspect("3.9", tensorflow="2.6.5", protobuf="4.21.12", load=load)
    assert found.primary is not None
    assert found.primary.name == "protobuf-too-new"
    assert found.primary.symptom


def test_an_old_tensorboard_under_a_new_protobuf_is_blamed(inspect: Ask) -> None:
    (finding,) = named(inspect("3.11", tensorflow="2.13.1", protobuf="4.25.8", tensorboard="2.3.0"), "protobuf-too-new")
    assert any(piece.fact == "distributions.tensorboard" for piece in finding.evidence)


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        ("ImportError: cannot import name 'builder' from 'google.protobuf.internal' (/x/__init__.py)", {}),
        ("AttributeError: module 'google.protobuf.descriptor' has no attribute '_internal_create_key'", {}),
        ("TypeError: __init__() got an unexpected keyword argument 'serialized_options'", {}),
        (GENCODE.format(file="tensorflow/core/error_codes.proto", gencode="6.31.1", runtime="5.28.3"), {}),
        (
            "ImportError: cannot import name 'runtime_version' from 'google.protobuf' (/x/__init__.py)",
            {"tf_version": "2.20.0", "packages": {"protobuf": "4.25.3"}},
        ),
    ],
)
def test_protobuf_too_old_from_a_log(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == "protobuf-too-old"
    assert primary.remedies[0].kind == "install"


def test_protobuf_too_old_from_versions(inspect: Ask) -> None:
    (finding,) = named(inspect("3.11", tensorflow="2.13.1", protobuf="3.19.6"), "protobuf-too-old")
    assert finding.severity == "error"
    assert not finding.symptom
    (first,) = named(inspect("2.7", tensorflow="0.5.0", protobuf="2.6.1"), "protobuf-too-old")
    assert first.remedies[0].requirements == ("protobuf>=3.0,<3.21",)
    assert not named(inspect("2.7", tensorflow="0.5.0", protobuf="3.0.0a1"), "protobuf-too-old")


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        (OWN, {"tf_version": "2.13"}),
        (OWN.replace("/home/u/models", "/x/site-packages"), {"tf_version": "2.13"}),
        (GENCODE.format(file="my/thing.proto", gencode="6.31.1", runtime="5.28.3"), {"tf_version": "2.17"}),
        ("ImportError: cannot import name 'runtime_version' from 'google.protobuf'", {}),
    ],
)
def test_generated_code_of_the_user(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == "protoc-newer-than-runtime"


def test_the_cpp_implementation_is_demanded_and_not_there(ask: Ask, inspect: Ask) -> None:
    variables = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "cpp"}
    by_log = ask(CPP, env_vars=variables).primary
    assert by_log is not None
    assert by_log.name == "protobuf-cpp-implementation-missing"
    by_fact = named(
        inspect("3.11", tensorflow="2.15.1", protobuf="4.25.8", variables=variables),
        "protobuf-cpp-implementation-missing",
    )
    assert by_fact[0].remedies[0].kind == "unset-variable"
    works = inspect("3.9", tensorflow="2.6.5", protobuf="3.20.3", variables=variables)
    assert not named(works, "protobuf-cpp-implementation-missing")


def test_outside_the_pin_and_working_is_a_harmless_warning(inspect: Ask) -> None:
    (finding,) = named(inspect("3.10", tensorflow="2.11.1", protobuf="3.20.3"), "protobuf-outside-pin")
    assert (finding.severity, finding.verdict) == ("warning", "harmless")


def test_a_fitting_protobuf_is_no_finding(inspect: Ask, ask: Ask) -> None:
    found = inspect("3.11", tensorflow="2.15.1", protobuf="4.25.8")
    assert not [finding for finding in found.findings if finding.family == "protobuf"]
    quiet = ask("ImportError: cannot import name 'builder' from 'my.module'", tf_version="2.15.1")
    assert not [finding for finding in quiet.findings if finding.family == "protobuf"]


@pytest.mark.parametrize("name", ["GetMessageClass", "GetMessageClassesForFiles"])
def test_what_a_newer_protobuf_brought_is_missed_by_code_for_it(ask: Ask, name: str) -> None:
    log = f"AttributeError: module 'google.protobuf.message_factory' has no attribute '{name}'"
    found = ask(log, packages={"tensorboard": "2.19.0", "tb-nightly": "2.20.0a20250413"})
    assert found.primary
    assert found.primary.name == "protobuf-too-old"
