"""Names of the API that came or went."""

from collections.abc import Iterable
from itertools import chain

import pytest

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Arguments, Change, Symbols
from tfdoctor.rules import RULES

API = Matrix.locate().api


@pytest.mark.parametrize(
    ("path", "since", "until"),
    [
        ("tensorflow.contrib.slim", None, "1.15"),
        ("tensorflow.placeholder", None, "1.15"),
        ("keras.layers.RandomFlip", "2.6", None),
        ("keras.layers.LocallyConnected1D", None, "2.15"),
        ("keras.wrappers.scikit_learn", None, "2.12"),
    ],
)
def test_rows(path: str, since: str | None, until: str | None) -> None:
    row = API.symbol(path)[0]
    assert (row.since, row.until) == (since, until)


def test_what_the_table_does_not_know() -> None:
    assert API.symbol("keras.layers.Dense") == ()
    assert API.symbol("numpy.float") == ()
    assert API.whole("keras.layers") is None
    assert API.arguments("Adam", "beta_1") == ()


def test_a_later_name_in_a_module_that_was_gone() -> None:
    assert API.symbol("keras.wrappers.SKLearnClassifier")[0].since == "3.8"


def test_every_finding_of_the_table_is_a_rule() -> None:
    file = API._file
    rows: Iterable[Symbols | Arguments | Change] = chain(file.symbol, file.argument, file.change)
    named = {row.finding for row in rows}
    assert named <= {rule.name for rule in RULES}
