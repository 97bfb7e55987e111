import msgspec
import pytest

from tfdoctor import facts
from tfdoctor.facts import (
    ABSENT,
    NOT_OBSERVED,
    LoadAttempt,
    NotApplicableError,
    Snapshot,
    System,
    UndeterminedError,
    Unknown,
    Variable,
    known,
    require,
)


def test_a_value_an_absence_and_a_gap_are_three_things() -> None:
    assert require("11.2") == "11.2"
    with pytest.raises(NotApplicableError):
        require(ABSENT, "driver")
    with pytest.raises(UndeterminedError, match="driver: no permission"):
        require(Unknown(reason="no permission"), "driver")
    assert (known("11.2"), known(ABSENT), known(NOT_OBSERVED)) == ("11.2", None, None)


def test_a_snapshot_survives_its_json_form() -> None:
    snapshot = Snapshot(
        system=System(os="linux", container=ABSENT, wsl=Unknown(reason="/proc is not readable")),
        environ=(Variable(name="CUDA_VISIBLE_DEVICES", value=""),),
        load=LoadAttempt(stages=(("import", "ok"),), signal="SIGILL"),
    )
    assert facts.decode(facts.encode(snapshot)) == snapshot


def test_a_malformed_snapshot_says_where() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.system\.os"):
        facts.decode(b'{"type":"Snapshot","system":{"type":"System","os":5}}')
    with pytest.raises(msgspec.ValidationError, match="colour"):
        facts.decode(b'{"type":"Snapshot","colour":"red"}')
