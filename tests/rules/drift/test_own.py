"""The rules of `tfdoctor drift` have pages, and say nothing where no two releases were compared."""

from collections.abc import Callable

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.rules import RULES

Tell = Callable[..., Diagnosis]
OWN = {
    "symbol-removed": "TFD816",
    "argument-removed": "TFD817",
    "symbol-deprecated": "TFD818",
    "default-changed": "TFD848",
    "measured-difference": "TFD849",
}


def test_they_are_there_with_their_codes() -> None:
    assert {rule.name: rule.code for rule in RULES if rule.name in OWN} == OWN


def test_they_do_not_speak_of_a_ticket(tell: Tell) -> None:
    told = tell(before="2.3", after="2.6", code="import tensorflow as tf\ntf.keras.layers.GRU(3)\n")
    assert not OWN.keys() & {row.name for row in told.findings}
