"""Rules on pins: requirements that exclude each other or are not met, and any other bound that was measured."""

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Remedy
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._declared import held, ours, outside, unmet
from tfdoctor.rules._dependencies import (
    about,
    broken_by,
    from_bound,
    from_bounds,
    install,
    is_tensorflow,
    versions_evidence,
    violated,
)
from tfdoctor.rules._rule import DEPENDENCY, Conclusion, rule
from tfdoctor.rules.pairs import demands

# Releases that demand typing-extensions 3.7, or less than 4.6; and what needs a newer one (METADATA of the wheels).
_HELD = (SpecifierSet(">=2.4,<2.7"), SpecifierSet(">=2.12.1,<2.14"))
_NEWER_TYPING = {"pydantic": Version("2"), "pydantic-core": Version("2"), "torch": Version("2.2")}


@rule("TFD481", DEPENDENCY)
def typing_extensions_pinned_by_tf(case: Case) -> Iterator[Conclusion]:
    """TensorFlow pins typing-extensions below what another distribution (or TensorFlow's own Keras) needs.

    ## What it checks
    typing-extensions' version against the release; distributions beside it that need a newer one (pydantic 2, PyTorch
    2.2); in a log: names that typing_extensions does not have, and pip's complaint.

    ## Why it matters
    TensorFlow 2.4 to 2.6 demand typing-extensions 3.7, 2.12.1 to 2.13 demand less than 4.6, and pip can hold only one
    version.

    ## How to fix it
    Install a newer typing-extensions: TensorFlow works with it although pip reports a conflict. Or a TensorFlow with
    a looser pin.

    ## Sources
    Measured with real wheels; https://github.com/tensorflow/tensorflow/issues/51743
    """
    if violated(case, "typing-extensions-pinned-by-tf"):
        yield from from_bounds(case, "typing-extensions-pinned-by-tf", about(case, "typing_extensions"))
        return
    pins = tuple(
        event
        for event in case.events.of("requirement-conflict", "resolver-demand")
        if event["dependency"].replace("_", "-").lower() == "typing-extensions"
    )
    if broken_by(case, "typing-extensions"):
        return
    missing = about(case, "typing_extensions")
    pinned = case.tensorflow is not None and any(case.tensorflow in held for held in _HELD)
    ours = any(event["name"].startswith("tensorflow") for event in pins) or (pinned and bool(pins))
    others = [name for name, since in _NEWER_TYPING.items() if (case.versions.get(name) or Version("0")) >= since]
    if pinned and others and not missing and not ours:
        yield Conclusion(
            message=f"TensorFlow {case.tensorflow} pins typing-extensions below what {others[0]} needs.",
            evidence=(*case.tensorflow_evidence(), *versions_evidence(case, "typing-extensions", *others)),
            remedies=(install("typing-extensions>=4.8"),),
            severity="warning",
            verdict="degraded",
            confidence="likely",
        )
    elif missing or ours:
        yield Conclusion(
            message="typing-extensions is older than another distribution needs; TensorFlow's pin holds it down.",
            evidence=(
                *logged((*missing, *pins)[:3]),
                *case.tensorflow_evidence(),
                *versions_evidence(case, "typing-extensions"),
            ),
            remedies=(install("typing-extensions>=4.6"),),
            severity="error" if missing else "warning",
            verdict="broken" if missing else "degraded",
            symptom=True,
        )


@rule("TFD482", DEPENDENCY, severity="warning", verdict="degraded")
def scipy_pin(case: Case) -> Iterator[Conclusion]:
    """Scipy differs from TensorFlow's exact pin.

    ## What it checks
    scipy's version against the pin of TensorFlow 2.1 and 2.2 (==1.4.1), and pip's complaint in a log.

    ## Why it matters
    pip reports a conflict and may exchange scipy behind the back of other distributions. TensorFlow itself works with
    other versions.

    ## How to fix it
    Install scipy 1.4.1, or TensorFlow 2.3 or newer.

    ## Sources
    The requirements in the metadata of the wheels; https://github.com/tensorflow/tensorflow/issues/35709
    """
    pins = tuple(
        event
        for event in case.events.of("requirement-conflict", "resolver-demand")
        if event["dependency"].lower() == "scipy" and event["name"].lower().startswith("tensorflow")
    )
    version, tensorflow = case.versions.get("scipy"), case.tensorflow
    pinned = tensorflow is not None and tensorflow in SpecifierSet(">=2.1.0,<2.3", prereleases=True)
    if pinned:  # pip exchanges it
        replaced = case.events.of("distribution-replaced")
        pins += tuple(event for event in replaced if event["name"] == "scipy" and event["version"] != "1.4.1")
    if pins or (pinned and version is not None and version != Version("1.4.1")):
        yield Conclusion(
            message="TensorFlow pins scipy exactly, and another version is installed.",
            evidence=(*logged(pins[:2]), *case.tensorflow_evidence(), *versions_evidence(case, "scipy")),
            remedies=(install("scipy==1.4.1"),),
            symptom=bool(pins),
        )


_SIGNS = {"wrapt": ("inspect",), "six": ("six.moves",), "dm-tree": ("tree",)}


@rule("TFD488", DEPENDENCY)
def dependency_too_old(case: Case) -> Iterator[Conclusion]:
    """A dependency is too old for this TensorFlow or this Python, though the metadata admits it.

    ## What it checks
    Bounds that were measured with real wheels for wrapt, six, typing-extensions, the first Keras 3 and others; in a
    log: the imports that fail for them (`inspect.formatargspec`, `six.moves`).

    ## Why it matters
    TensorFlow names hardly any lower bounds, so an old version stays when TensorFlow or Python is updated, and neither
    pip nor `pip check` complains. wrapt before 1.13 imports what Python 3.11 removed, six before 1.16 has an importer
    that Python 3.12 does not know, Keras 3 and optree use names of typing-extensions 4.6.

    ## How to fix it
    Install the version that the remedy names, or a newer one.

    ## Sources
    Measured with real wheels; https://wrapt.readthedocs.io/en/latest/changes.html,
    https://github.com/benjaminp/six/blob/master/CHANGES
    """
    found = violated(case, "dependency-too-old")
    for bound in found:
        name = bound.row.distribution
        yield from_bound(case, bound, about(case, name.replace("-", "_"), *_SIGNS.get(name, ())))
    if found:
        return
    for name, symbol, floor in (("wrapt", "formatargspec", "1.14.1"), ("six", "moves", "1.16")):
        events = tuple(
            event
            for event in case.events.of("name-missing", "module-missing")
            if event["symbol"] == symbol or event["module"].startswith(f"{name}.{symbol}")
        )
        if events and case.versions.get(name, Version("0")) < Version(floor):
            yield Conclusion(
                message=f"{name} is older than this Python or TensorFlow needs.",
                evidence=(*logged(events[:2]), *case.tensorflow_evidence(), *versions_evidence(case, name)),
                remedies=(install(f"{name}>={floor}"),),
                symptom=True,
            )


@rule("TFD489", DEPENDENCY, severity="warning", verdict="degraded")
def resolver_pin_conflict(case: Case) -> Iterator[Conclusion]:
    """Pins of two distributions exclude each other.

    ## What it checks
    In a log: pip's, poetry's, conda's or uv's report that no set of versions satisfies all requirements, or that an
    installed version does not, where TensorFlow or a companion takes part.

    ## Why it matters
    TensorFlow pins some dependencies to a minor or exactly (wrapt, grpcio, numpy, typing-extensions, keras).

    ## How to fix it
    Choose a TensorFlow whose pins fit the other distribution, or install the two into separate environments.

    ## Sources
    https://pip.pypa.io/en/stable/topics/dependency-resolution/
    """
    rest = {"numpy", "scipy", "typing-extensions", "keras", "protobuf"}
    found = [
        event
        for event in case.events.of("requirement-conflict")
        if (canonicalize_name(event["dependency"]) not in rest or _held_down(case, event))
        and not _companion(case, event)
        and not broken_by(case, canonicalize_name(event["dependency"]))
    ]
    shells = any(is_tensorflow(event["name"]) for event in case.events.of("resolver-without"))
    if case.events.of("resolver-conflict") and not shells:  # tensorflow-intel-missing
        found += case.events.of("resolver-demand")
    found = [event for event in found if _takes_part(event) or _held_down(case, event)]
    if not found:
        found = [event for event in case.events.of("resolver-conflict") if _CANNOT.search(event.text)]
    if found:
        yield Conclusion(
            message="Requirements of TensorFlow and another distribution exclude each other.",
            evidence=(*logged(found[:4]), *case.tensorflow_evidence()),
            remedies=(
                Remedy(kind="manual", text="Choose a TensorFlow with fitting pins, or separate the environments."),
            ),
            symptom=True,
        )


def _held_down(case: Case, event: Event) -> bool:
    """Whether somebody else needs a protobuf that TensorFlow's pin does not admit."""
    return event["dependency"] == "protobuf" and not ours(canonicalize_name(event["name"] or "")) and held(case, event)


def _companion(case: Case, event: Event) -> bool:
    """Whether pip speaks of a companion or library and TensorFlow: the rules on pairs tell that."""
    known_pair = case.matrix.companions.get(canonicalize_name(event["name"] or "")) is not None
    return is_tensorflow(event["dependency"]) and (known_pair or event in demands(case))


_CANNOT = re.compile(r"Cannot install .*\b(?:tensorflow|keras|tensorboard)", re.IGNORECASE)


def _takes_part(event: Event) -> bool:
    names = (canonicalize_name(event["name"] or ""), canonicalize_name(event["dependency"]))
    return any(ours(name) for name in names if name)


@rule("TFD490", DEPENDENCY, severity="warning", verdict="degraded")
def requirement_not_met(case: Case) -> Iterator[Conclusion]:
    """An installed version is outside what TensorFlow or a companion declares, and nothing is known to break.

    ## What it checks
    The declared requirements of TensorFlow and its companions against the installed versions, as far as no other rule
    knows that the version breaks something.

    ## Why it matters
    pip reports a conflict. Many such pairs work, but nobody has promised it.

    ## How to fix it
    Install a version within the range.

    ## Sources
    The requirements in the metadata of the installed distributions.
    """
    told = {"numpy", "scipy", "protobuf", "tensorflow-estimator"}
    for one in unmet(case):
        if (
            one.dependency in told
            or one.events
            or broken_by(case, one.dependency)
            or one.dependency == case.distribution
        ):
            continue
        if one.dependency == "keras" and case.tensorflow is not None and case.tensorflow < Version("2.16"):
            continue  # keras-tf-minor-mismatch
        yield outside(one)
