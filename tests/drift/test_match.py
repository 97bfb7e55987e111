"""Which changes touch which uses."""

from typing import Any

import pytest

from tests.drift.making import MATRIX, SPAN, change, named, use
from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.match import hits
from tfdoctor.drift.measured import MEASURED
from tfdoctor.drift.releases import Span


def touched(row: Change, place: Use) -> list[str]:
    return [hit.confidence for hit in hits([place], (row,), SPAN, MATRIX)]


FILLED = tuple(Given(position=at, text="1") for at in range(25))
MANY = (Given(text="kwargs", starred=True),)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((), ["certain"]),
        (named("units"), ["certain"]),
        (named("reset_after"), []),
        (FILLED, []),
        (MANY, ["possible"]),
        ((Given(name="reset_after", text="1", starred=True),), []),
    ],
)
def test_a_default_touches_calls_that_leave_the_argument_out(given: tuple[Given, ...], found: list[str]) -> None:
    assert touched(change(), use(given=given)) == found


@pytest.mark.parametrize(("given", "found"), [((), []), (named("lr"), ["certain"]), (MANY, [])])
def test_a_lost_argument_touches_calls_that_give_it(given: tuple[Given, ...], found: list[str]) -> None:
    row = change(
        effect="raises", kind="argument", given=True, parameters=("lr",), subject=("tf.keras.optimizers.Adam",)
    )
    assert touched(row, use("tf.keras.optimizers.Adam", given=given)) == found


def test_of_several_arguments_one_that_is_left_out_is_enough() -> None:
    row = change(parameters=("reset_after", "recurrent_activation"))
    assert touched(row, use(given=named("reset_after"))) == ["certain"]
    assert touched(row, use(given=named("reset_after", "recurrent_activation"))) == []


@pytest.mark.parametrize(("number", "found"), [(2, []), (3, ["certain"]), (4, ["certain"])])
def test_another_order_touches_calls_with_so_many_arguments(number: int, found: list[str]) -> None:
    row = change(kind="order", positional=3, parameters=(), effect="results")
    assert touched(row, use(given=FILLED[:number])) == found
    assert touched(row, use(kind="reference", given=FILLED[:number])) == []


@pytest.mark.parametrize(
    ("kind", "effect", "found"),
    [
        ("reference", "raises", ["certain"]), ("import", "raises", ["certain"]), ("reference", "results", []),
        ("string", "results", ["certain"]), ("call", "speed", ["certain"]), ("reference", "warns", ["certain"]),
    ],
)  # fmt: skip
def test_a_name_that_is_gone_touches_whatever_names_it(kind: str, effect: Any, found: list[str]) -> None:
    assert touched(change(kind="gone", effect=effect, parameters=()), use(kind=kind)) == found


def test_defaults_touch_no_name_that_is_not_called() -> None:
    assert touched(change(), use(kind="import")) == []


def test_what_is_provided_for_or_guessed_is_possible() -> None:
    gone = change(kind="gone", effect="raises", parameters=())
    assert touched(gone, use(guarded=True)) == ["possible"]
    assert touched(change(), use(guarded=True)) == ["certain"]
    assert touched(change(), use(certain=False)) == ["possible"]


def test_one_of_several_things_is_likely() -> None:
    assert touched(change(), use(among=2)) == ["likely"]
    assert touched(change(), use(among=2, certain=False)) == ["possible"]
    assert touched(change(confidence="possible"), use(among=2)) == ["possible"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((), ["certain"]),
        ((Given(position=0, text="{}"),), []),
        (named("custom_objects"), []),
        ((Given(text="scopes", starred=True),), ["possible"]),
    ],
)
def test_a_new_argument_by_position_has_its_place_in_the_new_signature(
    given: tuple[Given, ...], found: list[str]
) -> None:
    name, span = "tf.keras.utils.CustomObjectScope", Span("2.15", "2.16")
    row = change(effect="raises", parameters=("custom_objects",), subject=(name,))
    assert [hit.confidence for hit in hits([use(name, given=given)], (row,), span, MATRIX)] == found


def test_an_argument_that_no_signature_has_may_be_given_by_position() -> None:
    row = change(effect="raises", parameters=("no_such",))
    assert touched(row, use()) == ["certain"]
    assert touched(row, use(given=FILLED[:1])) == ["possible"]


@pytest.mark.parametrize("name", ["tf.keras.layers.GRU", "keras.layers.GRU", "tf_keras.layers.GRU"])
def test_names_are_resolved(name: str) -> None:
    row = change()
    assert len(list(hits([use(name)], (row, row), SPAN, MATRIX))) == 1  # the same change is told once
    assert touched(row, use("tf.no.such.name")) == []


@pytest.mark.parametrize(
    ("experiment", "parameters", "found"),
    [
        ("layer-gru-default", ("reset_after",), ["likely"]),
        ("layer-gru-masked", ("reset_after",), ["possible"]),
        ("optimizer-adam-decay", (), ["possible"]),
    ],
)
def test_numbers_of_an_experiment_are_not_those_of_the_program(
    experiment: str, parameters: tuple[str, ...], found: list[str]
) -> None:
    row = change(
        finding=MEASURED, kind="behaviour", parameters=parameters,
        evidence=(Evidence(fact=f"measured.{experiment}", value="1 in 2.3, 2 in 2.6", source="run"),),
    )  # fmt: skip
    assert touched(row, use()) == found


def test_what_moved_is_still_there_under_its_other_names() -> None:
    row = change(
        kind="moved", effect="raises", parameters=(), subject=("tf.placeholder",), keep="tf.compat.v1.placeholder"
    )
    before = Span("1.15", "2.3")
    assert [hit.confidence for hit in hits([use("tf.placeholder")], (row,), before, MATRIX)] == ["certain"]
    assert list(hits([use("tf.compat.v1.placeholder")], (row,), before, MATRIX)) == []
    keras = change(kind="moved", effect="raises", parameters=(), subject=("tf.keras.layers.CuDNNGRU",))
    assert len(list(hits([use("keras.layers.CuDNNGRU")], (keras,), before, MATRIX))) == 1
