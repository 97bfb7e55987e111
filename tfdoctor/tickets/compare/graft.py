"""Puts one fact of one machine into the snapshot of another, to see which findings go with it."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from tfdoctor.facts import Distribution, Snapshot, known
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.tickets.compare.machine import library

_PARTS: Final = frozenset({"system", "keras_config", "code"})


def graft(fact: str, source: Snapshot, target: Snapshot) -> Snapshot:
    """Return `target` with a fact as it is in `source`, and with what cannot be told from it."""
    head, _, rest = fact.partition(".")
    if head == "distributions":
        name = rest.partition(".")[0]
        return _tensorflow(source, target) if name in TENSORFLOW_DISTRIBUTIONS else _one(name, source, target)
    if head == "environ":
        return _variable(rest, source, target)
    if head == "installation":
        name = rest.partition(".")[0]
        return replace(target, installation=replace(target.installation, **{name: getattr(source.installation, name)}))
    if head == "tensorflow":
        return _tensorflow(source, target)
    if head == "interpreter":
        return _interpreter(rest, source, target)
    if head == "cpu":
        names = {"features": ("flags", "model"), "model": ("model", "vendor")}.get(rest, (rest,))
        return replace(target, cpu=replace(target.cpu, **{name: getattr(source.cpu, name) for name in names}))
    if head == "libraries":
        return _libraries(rest, source, target)
    if head == "accelerators":
        return _accelerators(rest, source, target)
    return replace(target, **{head: getattr(source, head)}) if head in _PARTS else target


def _one(name: str, source: Snapshot, target: Snapshot) -> Snapshot:
    return _distributions(lambda item: item == name, source, target)


def _tensorflow(source: Snapshot, target: Snapshot) -> Snapshot:
    grafted = _distributions(lambda item: item in TENSORFLOW_DISTRIBUTIONS, source, target)
    return replace(grafted, tensorflow=source.tensorflow)


def _distributions(wanted: Callable[[str], bool], source: Snapshot, target: Snapshot) -> Snapshot:
    have, new = known(target.installation.distributions), known(source.installation.distributions)
    if have is None or new is None:
        return target
    kept = [item for item in have if not wanted(canonicalize_name(item.name))]
    added = [_here(item, have) for item in new if wanted(canonicalize_name(item.name))]
    return replace(target, installation=replace(target.installation, distributions=(*kept, *added)))


def _here(item: Distribution, have: tuple[Distribution, ...]) -> Distribution:
    """The distribution as if it had been installed where the others are."""
    return replace(item, location=have[0].location if have else item.location)


def _variable(name: str, source: Snapshot, target: Snapshot) -> Snapshot:
    kept = tuple(item for item in known(target.environ) or () if item.name != name)
    added = tuple(item for item in known(source.environ) or () if item.name == name)
    return replace(target, environ=(*kept, *added))


def _interpreter(rest: str, source: Snapshot, target: Snapshot) -> Snapshot:
    names = ("version", "soabi", "implementation") if rest == "version" else (rest,)
    return replace(
        target,
        interpreter=replace(target.interpreter, **{name: getattr(source.interpreter, name) for name in names}),
    )


def _libraries(rest: str, source: Snapshot, target: Snapshot) -> Snapshot:
    """One list of the libraries; of the copies those of one library, with the folders that are searched."""
    head = rest.partition(".")[0]
    have, new = target.libraries, source.libraries
    if head in {"toolkits", "cudnn", "tools", "libdevice"}:
        return replace(target, libraries=replace(have, **{head: getattr(new, head)}))
    if head == "search":
        return replace(target, libraries=replace(have, search=new.search, copies=new.copies))
    kept, added = known(have.copies), known(new.copies)
    if kept is None or added is None:
        return target
    copies = (*(row for row in kept if library(row.name) != head), *(row for row in added if library(row.name) == head))
    return replace(target, libraries=replace(have, copies=copies))


def _accelerators(rest: str, source: Snapshot, target: Snapshot) -> Snapshot:
    """A GPU comes with its driver's answers and its device files, a driver with its own."""
    head = rest.partition(".")[0]
    names = {
        "gpus": ("gpus", "nvml", "driver", "device_nodes", "unreadable_nodes", "pci_display"),
        "driver": ("driver", "nvml"),
        "nvml": ("driver", "nvml"),
    }.get(head, (head,))
    changed = {name: getattr(source.accelerators, name) for name in names}
    return replace(target, accelerators=replace(target.accelerators, **changed))
