import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tfdoctor import facts
from tfdoctor.facts.tolerant import decode_tolerantly

MACHINES = sorted((Path(__file__).parent / "machines").glob("*/snapshot.json"))


def changed(snapshot: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "Snapshot"} | snapshot | more).encode()


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.parent.name)
def test_what_is_known_is_read_whole(path: Path) -> None:
    data = path.read_bytes()
    assert decode_tolerantly(data) == (facts.decode(data), ())


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.parent.name)
def test_unknown_keys_at_any_depth_are_named_and_nothing_else_is_lost(path: Path) -> None:
    value = json.loads(path.read_bytes())

    def grow(part: Any) -> None:
        if isinstance(part, dict):
            for inner in list(part.values()):
                grow(inner)
            if "type" in part:
                part["mood"] = {"type": "Mood", "deep": [1, {"a": None}]}
        elif isinstance(part, list):
            for inner in part:
                grow(inner)

    grow(value)
    for version in (1, 2):
        found, remarks = decode_tolerantly(changed(value, schema_version=version))
        assert found == facts.decode(path.read_bytes())
        assert any("system.mood" in remark and "more" in remark for remark in remarks)
        assert any("schema 2" in remark for remark in remarks) == (version == 2)


def test_a_newer_snapshot_keeps_what_is_understood() -> None:
    data = changed(
        {"schema_version": 7, "id": "x"},
        accelerators={
            "type": "Accelerators",
            "gpus": [{"type": "Gpu", "name": "A"}],
            "nvml": {"type": "Nvml", "status": "asleep"},
        },
        cpu={"type": "Cpu", "model": "A", "flags": {"type": "Flags", "all": []}, "count": "eight"},
        libraries={"type": "Libraries", "toolkits": [{"type": "Toolkit"}, {"type": "Toolkit", "version": "11.2"}, 5]},
        load={"type": "LoadAttempt", "stages": [["import", "ok"], ["a", "b", "c"]]},
        keras_config={"type": "KerasConfig"},
        origin="phone",
        notes="one",
    )
    found, remarks = decode_tolerantly(data)
    assert (found.schema_version, found.id, found.origin, found.notes) == (1, "x", "machine", ())
    assert found.cpu == facts.Cpu(model="A")
    assert found.accelerators == facts.Accelerators(gpus=(facts.Gpu(name="A"),))
    assert facts.known(found.load) == facts.LoadAttempt(stages=(("import", "ok"),))
    assert remarks[0].startswith("written by a newer tfdoctor (schema 7")
    for place in (
        "accelerators.nvml",
        "cpu.flags",
        "cpu.count",
        "libraries.toolkits[]",
        "load.stages[]",
        "origin",
        "notes",
    ):
        assert place in remarks[1]


def test_in_this_schema_a_wrong_value_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$.cpu.count"):
        decode_tolerantly(changed({}, cpu={"type": "Cpu", "count": "eight"}))
    with pytest.raises(msgspec.ValidationError, match=r"\$.origin"):
        decode_tolerantly(changed({}, origin="moon", mood="bad"))


def test_many_unknown_keys_are_counted() -> None:
    _, remarks = decode_tolerantly(changed({f"key{number}": 1 for number in range(50)}))
    assert remarks[0].endswith("key11 and 38 more")


@pytest.mark.parametrize(
    "data", [b"[]", b"5", b'{"type": "Ticket"}', b"{", b'{"type": "Snapshot", "schema_version": "x"}']
)
def test_what_is_no_snapshot(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_tolerantly(data)


def test_an_int_may_stand_for_a_number() -> None:
    found, _ = decode_tolerantly(changed({"mood": 1}, system={"type": "System", "cpu_limit": 2, "long_paths": True}))
    assert (found.system.cpu_limit, found.system.long_paths) == (2.0, True)


def test_a_newer_snapshot_that_is_understood_whole() -> None:
    assert decode_tolerantly(changed({"schema_version": 2, "id": "x"})) == (
        facts.Snapshot(id="x"),
        ("written by a newer tfdoctor (schema 2, this one knows 1)",),
    )
