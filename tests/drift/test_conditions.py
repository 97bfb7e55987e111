"""What else a call or its file must show to meet a change."""

import pytest

from tests.drift.making import MATRIX, SPAN, change, use
from tfdoctor.drift import call_conditions, file_conditions
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.match import hits
from tfdoctor.matrix.api import Where

FIT = "tf.keras.Model.fit"


def touched(wanted: Where, *given: Given, **others: object) -> list[str]:
    row = change(
        effect="raises",
        kind="behaviour",
        subject=(FIT,),
        parameters=("x",) if given else (),
        given=bool(given),
        where=wanted,
    )
    return [hit.confidence for hit in hits([use(FIT, given=given, **others)], (row,), SPAN, MATRIX)]


def test_a_list_of_numbers() -> None:
    plain = Where(plain=True)
    assert touched(plain, Given(0, text="[1, 2]", items=2, plain=True)) == ["certain"]
    assert touched(plain, Given(0, text="[a, b]", items=2)) == []
    assert touched(plain, Given(0, text="x"), Given(1, text="[1]", items=1, plain=True)) == []


def test_a_symbolic_tensor() -> None:
    symbolic = Where(symbolic=True)
    assert touched(symbolic, Given(0, text="x", symbolic=True)) == ["certain"]
    assert touched(symbolic, Given(0, text="x")) == []
    assert touched(symbolic, of_keras=True) == ["certain"]


def test_an_argument_that_prevents_it() -> None:
    without = Where(without=("compile=False",))
    assert touched(without, Given(0, text="x"), Given(name="compile", text="False")) == []
    assert touched(without, Given(0, text="x"), Given(name="compile", text="True")) == ["certain"]


@pytest.mark.parametrize(("outputs", "items", "found"), [(2, 1, 1), (2, 2, 0), (0, 1, 0), (3, 0, 0)])
def test_a_model_of_several_outputs(outputs: int, items: int, found: int) -> None:
    row = change(effect="raises", kind="behaviour", subject=(FIT,), parameters=(), where=Where(outputs=True))
    made = use("tf.keras.Model", given=(Given(0, text="i"), Given(1, text="[a, b]", items=outputs)))
    compiled = use("tf.keras.Model.compile", given=(Given(name="metrics", text="['acc']", items=items),))
    assert [hit.confidence for hit in hits([made, compiled, use(FIT)], (row,), SPAN, MATRIX)] == ["likely"] * found


def test_what_is_assigned_to_is_not_read() -> None:
    assert touched(Where(), stores=True) == []
    assert touched(Where(stored=True), stores=True) == ["certain"]
    assert touched(Where(stored=True)) == []


@pytest.mark.parametrize(
    ("wanted", "above"),
    [
        (Where(beside=("tf.keras.layers.Lambda",)), use("tf.keras.layers.Lambda")),
        (Where(unless=("tf.Graph",)), use("tf.keras.layers.Lambda")),
        (Where(several=True), use("tf.keras.layers.Dense", given=(Given(0, text="2", literal=2),))),
        (Where(branches=True), use("tf.keras.Model", given=(Given(1, text="[a, b]", items=2),))),
    ],
)
def test_what_the_file_shows_makes_likely(wanted: Where, above: Use) -> None:
    row = change(effect="raises", kind="behaviour", subject=(FIT,), parameters=(), where=wanted)
    assert [hit.confidence for hit in hits([above, use(FIT)], (row,), SPAN, MATRIX)] == ["likely"]


@pytest.mark.parametrize(("text", "found"), [("False", ["likely"]), ("frozen", [])])
def test_what_is_assigned_everywhere_in_the_file(text: str, found: list[str]) -> None:
    wanted = Where(stored=True, assigned="False")
    row = change(effect="raises", kind="behaviour", subject=(FIT,), parameters=(), where=wanted)
    stored = [use(FIT, "reference", stores=True, given=(Given(0, text=one),)) for one in ("False", text)]
    assert [hit.confidence for hit in hits(stored, (row,), SPAN, MATRIX)] == found * 2
    assert list(hits([use(FIT)], (row,), SPAN, MATRIX)) == []


@pytest.mark.parametrize(("path", "found"), [("train.py", []), ("other.py", ["possible"])])
def test_eager_execution_that_is_switched_off(path: str, found: list[str]) -> None:
    row = change(effect="raises", kind="behaviour", subject=(FIT,), parameters=(), where=Where(unless=("tf.Graph",)))
    off = use("tf.compat.v1.disable_eager_execution", path=path)
    assert [hit.confidence for hit in hits([use(FIT), off], (row,), SPAN, MATRIX)] == found


def test_what_is_written_out_by_position() -> None:
    constant = Where(constant=True)
    assert touched(constant, Given(0, text="x"), Given(1, text="True", literal=True)) == ["certain"]
    assert touched(constant, Given(0, text="1", literal=1), Given(1, text="None", literal=None)) == []
    assert touched(constant, Given(0, text="x"), Given(name="training", text="True", literal=True)) == []


def test_what_says_by_position_whether_it_trains() -> None:
    assert touched(Where(constant=True), Given(0, text="x"), Given(1, text="training")) == ["certain"]
    assert touched(Where(constant=True), Given(0, text="training")) == []


def test_a_number_that_need_not_be_whole() -> None:
    assert touched(Where(fraction=True), Given(0, text="n / 2", fraction=True)) == ["certain"]
    assert touched(Where(fraction=True), Given(0, text="n // 2"), Given(1, text="0.5", fraction=True)) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (Given(0, text="'a.h5'", literal="a.h5"), ["certain"]),
        (Given(0, text="folder + '.h5'", ends=".h5"), ["certain"]),
        (Given(0, text="'a.keras'", literal="a.keras"), []),
        (Given(0, text="path"), []),
        (Given(0, text="5", literal=5), []),
    ],
)
def test_a_text_of_a_kind(given: Given, found: list[str]) -> None:
    assert touched(Where(like=r"\.h5$"), given) == found


def test_what_is_written_so() -> None:
    assert touched(Where(spelled=r"\.tolist\(\)$"), Given(0, text="x.tolist()")) == ["certain"]
    assert touched(Where(spelled=r"\.tolist\(\)$"), Given(0, text="x")) == []


def test_arguments_that_go_together() -> None:
    clips = ("clipnorm", "clipvalue")
    row = change(
        effect="raises", kind="behaviour", subject=(FIT,), parameters=clips, given=True, where=Where(together=2)
    )
    both = tuple(Given(name=name, text="1") for name in clips)
    assert [hit.confidence for hit in hits([use(FIT, given=both)], (row,), SPAN, MATRIX)] == ["certain"]
    assert list(hits([use(FIT, given=both[:1])], (row,), SPAN, MATRIX)) == []


def test_a_member_of_the_library_that_is_given() -> None:
    auto = Given(name="x", text="R.AUTO", of=("keras.losses.Reduction.AUTO",))
    assert touched(Where(gives=("x=tf.keras.losses.Reduction.AUTO",)), auto) == ["certain"]
    assert touched(Where(gives=("x=tf.keras.losses.Reduction.SUM",)), auto) == []


def test_a_whole_number() -> None:
    number = Where(number=True)
    assert touched(number, Given(0, text="2", literal=2)) == ["certain"]
    assert touched(number, Given(0, text="(2,)", literal=(2,), items=1)) == []


def test_every_condition_is_asked_for_in_one_place() -> None:
    other = {"stored", "unlike", "inherited"}  # what is told by the place itself, with how sure it is, by the name
    assert sorted([*file_conditions.CHECKS, *call_conditions.CHECKS, *other]) == sorted(Where.__struct_fields__)


def test_an_object_of_a_class() -> None:
    wanted = Where(holds=r"^tf\.python\.keras\..*layer")
    assert touched(wanted, Given(0, text="x", of=("tf.keras.layers.Dense", "tf.python.keras.layers.Dense"))) == [
        "certain"
    ]
    assert touched(wanted, Given(0, text="x", of=("tf.keras.layers.Dense",))) == []


def test_a_text_that_comes_first() -> None:
    assert touched(Where(text=True), Given(0, text="'a'", literal="a")) == ["certain"]
    assert touched(Where(text=True), Given(0, text="a"), Given(1, text="'a'", literal="a")) == []


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (Where(closes=True), Given(0, text="loss", closes=True)),
        (Where(compiled=r"optimizers\.[A-Z]"), Given(0, text="opt", of=("tf.keras.optimizers.Adam",))),
    ],
)
def test_what_the_file_compiles_with(wanted: Where, given: Given) -> None:
    row = change(effect="raises", kind="behaviour", subject=(FIT,), where=wanted)
    fit, compiled = use(FIT), use("tf.keras.Model.compile", given=(given,))
    assert [hit.confidence for hit in hits([compiled, fit], (row,), SPAN, MATRIX)] == ["likely"]
    assert list(hits([use("tf.keras.Model.compile"), fit], (row,), SPAN, MATRIX)) == []
