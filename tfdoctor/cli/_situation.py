"""Where a plan is for: this machine, a described one, or that of a saved snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import Situation


def situation_of(  # noqa: PLR0913  one parameter an option
    matrix: Matrix, machine: str, snapshot: Path | None, path: str, *, repair: bool, debug: bool
) -> Situation:
    """The machine that the plan is for: described, saved, or this one."""
    from tfdoctor.plan.model import Python, Situation

    if machine:
        from tfdoctor.tickets.machine import read_machine

        read = read_machine(machine, matrix)
        pythons = tuple(Python(version=version, path="", origin="described") for version in read.pythons)
        return Situation(snapshot=read.snapshot, pythons=pythons or None)
    if snapshot is not None:
        from tfdoctor.tickets.read import read_one

        return Situation(snapshot=read_one(str(snapshot)).snapshot)
    if repair:
        from tfdoctor.probes import take_snapshot

        return Situation(snapshot=take_snapshot(path or None, debug=debug))
    return _here(path, debug=debug)


def _here(path: str, *, debug: bool) -> Situation:
    """This machine with its interpreters; where the user names one, with that one and its environment."""
    from threading import Thread

    from tfdoctor.plan.model import Python, Situation
    from tfdoctor.probes import RealMachine, find, take_host, take_snapshot
    from tfdoctor.probes.interpreters import Found, find_pythons

    real = RealMachine()
    named = find.find(path, real.environ) if path else ""
    answers: list[Found] = []
    # The interpreters answer while the machine is looked at and the planner is imported.
    waiting = Thread(target=lambda: answers.append(find_pythons(real, [named] if named else [])))
    waiting.start()
    snapshot = take_snapshot(named, machine=real, debug=debug) if named else take_host(machine=real, debug=debug)
    import tfdoctor.plan.choice.choose  # noqa: F401

    waiting.join()
    found = answers[0].pythons if answers else ()
    pythons = tuple(Python(version=item.version, path=item.path, origin=item.origin) for item in found)
    return Situation(snapshot=snapshot, pythons=pythons)
