"""Rules on protobuf: the runtime against the generated code of TensorFlow and its companions."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Remedy, Severity, Verdict
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._declared import ours, outside, unmet
from tfdoctor.rules._dependencies import (
    broken_by,
    from_bounds,
    install,
    library,
    raised_in,
    variable_evidence,
    versions_evidence,
    violated,
)
from tfdoctor.rules._rule import PROTOBUF, Conclusion, rule

# What protobuf took away, by the object that lost it: 3.20.x still has all of these.
_REMOVED = {
    "GetPrototype", "GetMessages", "RegisterMessage", "CreatePrototype", "label", "is_optional_", "MakeDescriptor",
    "service_reflection", "reflection", "SymbolDatabase", "GetSymbol",
}  # fmt: skip
_OWNERS = ("MessageFactory", "SymbolDatabase", "FieldDescriptor", "google._upb._message", "google.protobuf")
_UPB = "google._upb"
_IMPLEMENTATION = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"


def _too_new(case: Case) -> tuple[Event, ...]:
    refused = list(case.events.of("descriptors-refused"))
    if not _demanded(case):
        refused += case.events.of("protobuf-cpp-missing")
    refused += [event for event in case.events.of("gencode-refused") if _number(event, "gencode", "runtime") < 0]
    for event in case.events.of("attribute-missing", "name-missing"):
        owner = event["module"] or event["object"]
        lost = event["attribute"] or event["symbol"]
        if owner.startswith(_UPB) or (owner.startswith(_OWNERS) and lost in _REMOVED):
            refused.append(event)
    return tuple(sorted(refused, key=lambda event: event.line))


# What protobuf 4.22 and later brought: code that asks for it was written for a newer runtime than the one here.
_ADDED = {"GetMessageClass", "GetMessageClassesForFiles", "runtime_version"}


def _too_old(case: Case) -> tuple[Event, ...]:
    found = [
        event
        for event in case.events.of("name-missing", "module-missing")
        if (event["symbol"] == "builder" and event["module"].startswith("google.protobuf"))
        or event["module"].startswith("google.protobuf.internal.builder")
        or (
            event["module"] == "google.protobuf"
            and event["symbol"] in {"symbol_database", "descriptor_pool", "any_pb2", "runtime_version"}
        )
        or event["module"] == "google.protobuf.runtime_version"
    ]
    found += case.events.of("descriptor-key-missing")
    found += [
        event
        for event in case.events.of("attribute-missing")
        if event["module"].startswith("google.protobuf") and event["attribute"] in _ADDED
    ]
    found += [event for event in case.events.of("gencode-refused") if _number(event, "gencode", "runtime") > 0]
    return tuple(sorted((event for event in found if not _own_code(case, event)), key=lambda event: event.line))


def _demanded(case: Case) -> bool:
    """Whether the environment asks for the C++ implementation."""
    return (case.variable(_IMPLEMENTATION) or "").lower() == "cpp"


def _number(event: Event, left: str, right: str) -> int:
    """-1, 0 or 1: how two versions of an event compare."""
    one, other = Version(event[left]), Version(event[right])
    return (one > other) - (one < other)


# "": no distribution; packages that are installed from a checkout, whose modules the user generates with protoc.
_GENERATED_HERE = {"", "object_detection", "lstm_object_detection", "slim", "deeplab"}


def _own_code(case: Case, event: Event) -> bool:
    """Whether generated code of the user, not of an installed distribution, wants a newer protobuf."""
    versioned = event.kind == "gencode-refused" or "runtime_version" in event.text
    if not versioned:
        return False  # code for `builder` or older is a matter of the runtime alone
    path = raised_in(case, event) or event["file"]
    if path:
        return library(path) in _GENERATED_HERE and not path.startswith(("tensorflow/", "tensorboard/"))
    wanted = case.tensorflow is not None and case.tensorflow >= Version("2.20.dev0")
    return not wanted and not violated(case, "protobuf-too-old")


@rule("TFD440", PROTOBUF)
def protobuf_too_new(case: Case) -> Iterator[Conclusion]:
    """Protobuf is newer than the generated code of TensorFlow or a companion accepts.

    ## What it checks
    The installed protobuf against what the generated modules (`*_pb2.py`) of this TensorFlow release were measured
    to accept; and in a log: refused descriptors, methods that protobuf has removed, a generated-code version that
    is too old for the runtime.

    ## Why it matters
    protobuf 4.21 and later refuse generated code of the old descriptor style, so the import fails. From 6.30 some
    methods are gone that TensorFlow before 2.20 calls while it is imported: it prints errors and goes on.

    ## How to fix it
    Install a protobuf that the release works with (3.20.3 for code of the old style), or a TensorFlow release whose
    code was generated for your protobuf. `PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python` also gets past refused
    descriptors, but parsing becomes very slow.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/56077,
    https://protobuf.dev/news/2022-05-06/, https://github.com/tensorflow/tensorflow/issues/109469
    """
    events = _too_new(case)
    if violated(case, "protobuf-too-new"):
        yield from from_bounds(case, "protobuf-too-new", events)
    elif events:
        fatal = any(event.kind != "attribute-missing" or event["module"].startswith(_UPB) for event in events)
        if fatal and any(event.kind == "descriptors-refused" for event in events):
            remedy = install("protobuf==3.20.3", "Install protobuf 3.20.3, the last that takes such code.")
        else:
            remedy = Remedy(kind="install", text="Install an older protobuf.", requirements=("protobuf<6.30",))
        severity: Severity = "error" if fatal else "warning"
        verdict: Verdict = "broken" if fatal else "degraded"
        yield Conclusion(
            message="The installed protobuf refuses the generated code that is imported here: it is too new for it.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "protobuf")),
            remedies=(remedy,),
            severity=severity,
            verdict=verdict,
            symptom=True,
        )


_FIRST = Version("3.0.0a1")  # the first protobuf of any TensorFlow


@rule("TFD441", PROTOBUF)
def protobuf_too_old(case: Case) -> Iterator[Conclusion]:
    """Protobuf is older than the generated code of TensorFlow or a companion needs.

    ## What it checks
    The installed protobuf against what the generated modules of this TensorFlow release need; and in a log: a
    missing `builder` or `runtime_version`, or a runtime that is older than the generated code.

    ## Why it matters
    Generated code only runs on the protobuf it was made for, or a newer one.

    ## How to fix it
    Install a newer protobuf, one that this TensorFlow release works with.

    ## Sources
    Measured with real wheels; https://protobuf.dev/support/cross-version-runtime-guarantee/
    """
    events = _too_old(case)
    if violated(case, "protobuf-too-old"):
        yield from from_bounds(case, "protobuf-too-old", events)
    elif events:
        yield Conclusion(
            message="The installed protobuf is older than the generated code that is imported here needs.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, "protobuf")),
            remedies=(install(_floor(events), "Install a newer protobuf."),),
            symptom=True,
        )
    elif case.tensorflow is not None and (case.versions.get("protobuf") or _FIRST) < _FIRST:
        yield Conclusion(
            message="protobuf 2 does not know the proto3 syntax that every TensorFlow is written in.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "protobuf")),
            remedies=(install("protobuf>=3.0,<3.21", "Install protobuf 3."),),
        )


def _floor(events: tuple[Event, ...]) -> str:
    stated = next((event["gencode"] for event in events if event["gencode"]), "")
    if stated:
        return f"protobuf>={stated}"
    return "protobuf>=5.26" if any("runtime_version" in event.text for event in events) else "protobuf>=3.20"


@rule("TFD442", PROTOBUF)
def protoc_newer_than_runtime(case: Case) -> Iterator[Conclusion]:
    """Your own generated protobuf modules come from a protoc that is newer than the installed protobuf.

    ## What it checks
    Whether generated code outside the installed distributions (object_detection's protos, for instance) asks for a
    protobuf runtime newer than the installed one.

    ## Why it matters
    protoc and the Python runtime have to match: from protoc 26 (protobuf 5.26) the generated modules import
    `google.protobuf.runtime_version` and refuse an older runtime.

    ## How to fix it
    Generate the modules again with a protoc of the installed runtime's version (or with `grpcio-tools` of that
    time), rather than raising protobuf above what TensorFlow takes.

    ## Sources
    https://protobuf.dev/support/cross-version-runtime-guarantee/
    """
    wanted = [
        event
        for event in case.events.of("name-missing", "module-missing", "gencode-refused")
        if (event.kind == "gencode-refused" and _number(event, "gencode", "runtime") > 0)
        or "runtime_version" in (event["symbol"], event["module"].rpartition(".")[2])
    ]
    events = tuple(event for event in wanted if _own_code(case, event))
    if events:
        stated = next((f" (generated by {event['gencode']})" for event in events if event["gencode"]), "")
        yield Conclusion(
            message=f"Generated protobuf modules{stated} are newer than the installed protobuf.",
            evidence=(*logged(events[:3]), *versions_evidence(case, "protobuf")),
            remedies=(
                Remedy(kind="manual", text="Generate the modules again with a protoc that matches the protobuf here."),
            ),
            confidence="likely",
            symptom=True,
        )


@rule("TFD443", PROTOBUF)
def protobuf_cpp_implementation_missing(case: Case) -> Iterator[Conclusion]:
    """The C++ implementation of protobuf is demanded, which this protobuf does not have.

    ## What it checks
    Whether `PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION` is "cpp" with protobuf 4.21 or newer, whose wheels carry the
    "upb" implementation instead; and in a log: the failed import of `google.protobuf.pyext`.

    ## Why it matters
    protobuf cannot be imported then, and TensorFlow neither.

    ## How to fix it
    Unset the variable.

    ## Sources
    https://protobuf.dev/news/2022-05-06/
    """
    events = case.events.of("protobuf-cpp-missing")
    version = case.versions.get("protobuf")
    without = version is not None and version >= Version("4.21") and not case.imported
    if not _demanded(case) or not (events or without):
        return
    yield Conclusion(
        message="PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION asks for an implementation that this protobuf does not have.",
        evidence=(*logged(events[:3]), *versions_evidence(case, "protobuf"), *variable_evidence(case, _IMPLEMENTATION)),
        remedies=(
            Remedy(
                kind="unset-variable",
                text="Unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION.",
                variable=_IMPLEMENTATION,
            ),
        ),
        symptom=bool(events),
    )


@rule("TFD444", PROTOBUF, severity="warning", verdict="harmless")
def protobuf_outside_pin(case: Case) -> Iterator[Conclusion]:
    """Protobuf is outside the range that TensorFlow declares, and the pair is known to work.

    ## What it checks
    protobuf's version against TensorFlow's declared requirement, where nothing is known to break.

    ## Why it matters
    pip reports a conflict; all stages of a smoke test pass.

    ## How to fix it
    Nothing has to be done. To silence pip, install a protobuf within the range.

    ## Sources
    Measured with real wheels.
    """
    if broken_by(case, "protobuf"):
        return
    for one in unmet(case):
        if one.dependency == "protobuf" and ours(one.name):
            yield outside(one)
