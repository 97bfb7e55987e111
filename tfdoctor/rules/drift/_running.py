"""What runs and what ran before: versions of TensorFlow and Keras as far as environment, ticket and log tell."""

import re
from dataclasses import dataclass
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import known
from tfdoctor.matrix.api import Arguments, Symbols
from tfdoctor.rules._case import Case
from tfdoctor.rules.keras import legacy
from tfdoctor.rules.model._span import Span, span

_THREE: Final = Span((3, 0), (4,), "3")
_TF_ONE: Final = Span((1,), (2,), "1.x")


@dataclass(frozen=True)
class Running:
    """The release that runs (None: not known), the one before, and which generation of Keras runs (2, 3, None)."""

    case: Case
    tensorflow: Span | None
    keras: Span | None  # on the scale of the table: TensorFlow's number up to 2.15, Keras's own from 3.0 on
    generation: int | None
    before: Span | None
    keras_before: Span | None
    after: Span | None = None  # where the upgrade goes to in the user's words; several releases begin with the first
    standalone: bool = False  # on the way from Keras of its own to tf.keras

    def has(self, row: Symbols | Arguments, path: str = "") -> bool | None:
        """Whether the running release has what a row is about; None where nothing tells."""
        place = self.tensorflow if path.startswith("tensorflow") else self.keras
        return within(place, row.since, row.until)

    def since(self, release: str) -> bool:
        """Whether TensorFlow is known to be this release or newer."""
        return self.tensorflow is not None and self.tensorflow.since(release)

    def before_release(self, release: str) -> bool:
        """Whether TensorFlow is known to be older than this release."""
        return self.tensorflow is not None and self.tensorflow.before(release)

    def within(self, first: str, last: str) -> bool:
        """Whether TensorFlow is known to be one of these minors."""
        return within(self.tensorflow, first, last) is True

    def crossed(self, release: str) -> bool:
        """Whether an upgrade is stated from before a release to it or a newer one."""
        if release == "2.16" and self.generation == 3 and self.keras_before is not None:
            return self.keras_before.before("3")
        return self.before is not None and self.before.before(release) and self.since(release)

    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence: the versions that decide."""
        upgrade = known(self.case.snapshot.upgrade)
        rows = []
        for key in ("before", "after"):
            text = known(getattr(upgrade, key)) if upgrade is not None else None
            if text:
                rows.append(Evidence(fact=f"upgrade.{key}", value=text, source="ticket"))
        return (*self.case.tensorflow_evidence(), *self.case.installed("keras", "tf-keras"), *rows)


def after(release: str) -> str:
    """Return the minor after one: 2.15 is followed by 2.16 (Keras 3 comes later on the scale)."""
    head, _, last = release.rpartition(".")
    return f"{head}.{int(last) + 1}"


def within(place: Span | None, first: str | None, last: str | None) -> bool | None:
    """Whether versions lie between two minors (both included); None where they are not known or on both sides."""
    if place is None:
        return None
    if (first and place.before(first)) or (last and place.since(after(last))):
        return False
    if (not first or place.since(first)) and (not last or place.before(after(last))):
        return True
    return None


def running(case: Case, hint: int | None) -> Running:
    """Return what runs; `hint` is the generation of Keras that the messages show by the names of their modules."""
    upgrade = known(case.snapshot.upgrade)
    was = (known(upgrade.before) if upgrade else None) or ""
    now = (known(upgrade.after) if upgrade else None) or ""
    if case.tensorflow is not None:
        tensorflow: Span | None = span(case.tensorflow.base_version)
    else:
        tensorflow = _tensorflow(now)
    keras = case.versions.get("keras")
    own = span(keras.base_version) if keras is not None else _keras(now)
    if legacy(case):
        generation: int | None = 2
    elif hint is not None:
        generation = hint
    elif own is not None and (own.since("3") or own.before("3")):
        generation = 3 if own.since("3") else 2
    elif tensorflow is not None:
        generation = 3 if tensorflow.since("2.16") else 2 if tensorflow.before("2.16") else None
    else:
        generation = None
    place = own if generation == 3 and own is not None and own.since("3") else _THREE if generation == 3 else None
    if place is None:
        place = tensorflow if tensorflow is not None and tensorflow.before("2.16") else None
    if place is None and generation == 2:
        place = own if own is not None and own.since("2.6") else None
    before = _tensorflow(was) or _old_keras(was)
    left = _left_keras(was, now, generation)
    return Running(case, tensorflow, place, generation, before, _keras(was), _tensorflow(now), left)


def _tensorflow(text: str) -> Span | None:
    """The versions of TensorFlow in people's words: "keras 2.2.4" names none, "tf1 resize" names 1.x."""
    inner = re.search(r"(?i)\b(?:tensorflow|tf)\s{0,3}([<>=]{0,2}\s?\d[\w.+]{0,20})", text[:200])
    if inner:
        return span(f"{inner[1]}.x" if re.fullmatch(r"\d", inner[1]) else inner[1])
    if re.search(r"(?i)keras", text):
        plain = re.sub(r"(?i)\(?(?:tf[._-])?keras[^\d()]{0,3}[\d.]{0,12}(?:-tf)?\)?", "", text[:200])
        return span(plain)
    return span(text)


def _left_keras(was: str, now: str, generation: int | None) -> bool:
    """Whether the text before names Keras of its own, which ended with 2.3, and no TensorFlow; the other tf.keras."""
    if not re.search(r"(?i)(?<!tf[._-])(?<!tensorflow\.)\bkeras\b", was[:200]) or generation == 3:
        return False
    if re.search(r"(?i)\b(?:tensorflow|tf)\b(?!\s{0,2}backend)", was[:200]):
        return False
    own = _keras(was)
    named = re.search(r"(?i)tf[._-]?keras|tensorflow|\btf", now[:200])
    return bool(own is None or own.before("2.4") or "standalone" in was.lower() or (own.before("3") and named))


def _keras(text: str) -> Span | None:
    """The version of Keras in people's words."""
    found = re.search(r"(?i)\bkeras\s{0,2}([<>=]{0,2}\s?\d[\w.]{0,20})", text[:200])
    if found is None:
        return None
    return span(found[1] if "." in found[1] else f"{found[1]}.x")


def _old_keras(text: str) -> Span | None:
    """A standalone Keras of before TensorFlow 2, which counts as TensorFlow 1."""
    own = _keras(text)
    return _TF_ONE if own is not None and (own.before("2.4") or "standalone" in text.lower()) else None
