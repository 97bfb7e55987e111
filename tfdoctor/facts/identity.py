"""Who and where: what the machine knows of its user and itself. It is used to redact, and never part of a Snapshot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """The names that must not leave the machine: log-in names, full names, host names, home folders."""

    users: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
