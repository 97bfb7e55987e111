"""What trials mean."""

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.model.models import a_graph, a_model, bytecode, verdict
from tfdoctor.model.judge import Verdict
from tfdoctor.model.proof import agrees, compared, danger
from tfdoctor.probes.loading import Output

FAILS = verdict("load_model", "fails", "config-arg-from-newer-keras", "TypeError", "'groups'")
NAN = float("nan")


@pytest.mark.parametrize(
    ("predicted", "ok", "error", "message", "same"),
    [
        (FAILS, False, "TypeError", "not understood: 'groups'", True),
        (FAILS, False, "ValueError", "not understood: 'groups'", False),
        (FAILS, False, "TypeError", "not understood: 'keepdims'", False),
        (FAILS, True, "", "", False),
        (verdict("load_model", "fails"), False, "OSError", "anything", True),
        (verdict("load_model", "loads"), True, "", "", True),
        (verdict("load_model", "loads"), False, "TypeError", "no", False),
        (verdict("load_model", "differs"), True, "", "", True),
        (verdict("load_model", "undecided"), True, "", "", None),
    ],
)
def test_agreement(predicted: Verdict, ok: bool, error: str, message: str, same: bool | None) -> None:  # noqa: FBT001  a case
    assert agrees(predicted, ok=ok, error=error, message=message) is same


def array(*values: float) -> Output:
    return Output((len(values),), values)


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([array(1, 2)], [array(1, 2)], "equal (largest difference 0.0e+00)"),
        ([array(100, 2)], [array(100.01, 2)], "equal (largest difference 1.0e-04)"),
        ([array(1, 2)], [array(1, 1)], "differ by 5.0e-01 of their size"),
        ([array(0)], [array(0)], "equal (largest difference 0.0e+00)"),
        ([array(NAN, 1)], [array(NAN, 1)], "equal (largest difference 0.0e+00)"),
        ([array(NAN)], [array(1)], "differ: where one has a number, the other has none"),
        ([array(float("inf"))], [array(float("inf"))], "equal (largest difference 0.0e+00)"),
        ([array(1)], [], "differ: 1 arrays and 0"),
        ([array(1)], [array(1, 2)], "differ: the shape (1,) and (2,)"),
    ],
)
def test_comparison(ours: list[Output], theirs: list[Output], said: str) -> None:
    assert compared(ours, theirs) == said


def test_what_would_run_code() -> None:
    model = a_model()
    assert model.keras is not None
    coded = replace(model, keras=replace(model.keras, lambdas=(bytecode("scale", "3.8"),)))
    assert danger(coded, "load_model") == "Python bytecode of the layer 'scale'"
    assert danger(coded, "saved_model.load") == ""
    assert danger(model, "load_model") == ""
    assert danger(a_graph("MatMul", "RestoreV2", "SaveV2"), "saved_model.load") == ""
    assert danger(a_graph("MatMul", "PyFunc", "WriteFile"), "v1") == "the operation PyFunc"
