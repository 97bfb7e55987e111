"""A Snapshot together with the matrix and what follows directly from both."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tfdoctor import logs
from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import Distribution, LoadAttempt, Snapshot, known
from tfdoctor.logs import Event, Events
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.bounds import Bound
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.matrix.releases import Build, Release, Wheel
from tfdoctor.versions import release as read_release


@dataclass(frozen=True)
class Case:
    """What rules look at. Every property is derived from the Snapshot and the matrix, at first use."""

    snapshot: Snapshot
    matrix: Matrix

    # --- what was printed -----------------------------------------------------------------------------

    @cached_property
    def load(self) -> LoadAttempt | None:
        """The load attempt, where one was made."""
        return known(self.snapshot.load)

    @cached_property
    def events(self) -> Events:
        """What the log and the load attempt's stderr and errors say."""
        parts = [known(self.snapshot.log) or ""]
        if self.load is not None:
            parts += [self.load.stderr, *(text for _, text in self.load.stages if text != "ok")]
        text = "\n".join(part for part in parts if part)
        return logs.read(text, self.matrix.signatures) if text else Events()

    @cached_property
    def imported(self) -> bool | None:
        """Whether TensorFlow is known to have been imported (None: nothing tells)."""
        if self.load is None:
            return True if self.events.of("tensorflow-runs") else None
        return ("import", "ok") in self.load.stages

    @cached_property
    def bare(self) -> bool:
        """Whether a ticket states nothing of the machine or the environment: there is a log only."""
        facts, nothing = self.snapshot, Snapshot()
        parts = ("system", "accelerators", "libraries", "interpreter", "installation", "tensorflow", "environ")
        return facts.origin == "ticket" and all(getattr(facts, part) == getattr(nothing, part) for part in parts)

    # --- the environment ------------------------------------------------------------------------------

    @cached_property
    def os(self) -> str | None:
        """The operating system: "linux", "windows" or "macos"."""
        return known(self.snapshot.system.os)

    @cached_property
    def arch(self) -> str | None:
        """The architecture that wheels must have: that of the interpreter, else of the machine."""
        return known(self.snapshot.interpreter.machine) or known(self.snapshot.system.arch)

    @cached_property
    def python(self) -> Version | None:
        """The patient's Python version."""
        return read_release(known(self.snapshot.interpreter.version))

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """The distributions that an import would use, by canonical name."""
        found: dict[str, Distribution] = {}
        for item in known(self.snapshot.installation.distributions) or ():
            if not item.shadowed:
                found.setdefault(canonicalize_name(item.name), item)
        return found

    def has(self, name: str) -> bool | None:
        """Whether a distribution is installed; None where nobody says (a ticket lists but a few)."""
        if name in self.distributions:
            return True
        complete = self.snapshot.origin == "machine" and known(self.snapshot.installation.distributions) is not None
        return False if complete else None

    def version(self, name: str) -> Version | None:
        """The installed version of a distribution, where it is known."""
        item = self.distributions.get(name)
        text = known(item.version) if item is not None else None
        try:
            return Version(text) if text else None
        except InvalidVersion:
            return read_release(text)

    @cached_property
    def stated(self) -> dict[str, Version]:
        """Installed versions that the log names (a listing, pip's complaints), by canonical name."""
        named: list[tuple[str, str]] = []
        listing = self.events.of("installed-version")
        if len(listing) > 1 and not self.events.of("resolver-conflict"):
            named += [(event["name"], event["version"]) for event in listing]
        for event in self.events.of("requirement-conflict"):
            named += [(event["name"], event["version"]), (event["dependency"], event["found"])]
        named += [("numpy", event["version"]) for event in self.events.of("numpy-found")]
        named += [("tensorflow", event["found"]) for event in self.events.of("needs-tensorflow")]
        read = ((canonicalize_name(name), read_release(version)) for name, version in named if name)
        return {name: version for name, version in read if version is not None}

    @cached_property
    def versions(self) -> dict[str, Version]:
        """The installed versions that are known, from the environment first, else from the log."""
        installed = {name: version for name in self.distributions if (version := self.version(name)) is not None}
        return {**self.stated, **installed}

    @cached_property
    def violations(self) -> tuple[Bound, ...]:
        """The bounds that the installed versions violate, the worst effect first; none where it was seen to work."""
        if self.tensorflow is None:
            return ()
        complete = self.has("no-such-distribution") is False
        found = self.matrix.bounds.hits(self.tensorflow, self.versions, self.python, self.os, complete=complete)
        return tuple(bound for bound in found if not self.passed(bound.row.effect))

    def passed(self, effect: str) -> bool:
        """Whether the stage that such an effect stops was seen to work."""
        if effect in {"import", "crash"}:
            return self.imported is True
        return self.load is not None and (effect, "ok") in self.load.stages

    def variable(self, name: str) -> str | None:
        """The value of an environment variable; None where it is unset or not known."""
        for item in known(self.snapshot.environ) or ():
            if item.name == name:
                return item.value
        return None

    # --- TensorFlow -----------------------------------------------------------------------------------

    @cached_property
    def tensorflow_distributions(self) -> tuple[str, ...]:
        """The installed distributions that carry the import package `tensorflow`."""
        return tuple(name for name in TENSORFLOW_DISTRIBUTIONS if name in self.distributions)

    @cached_property
    def tensorflow(self) -> Version | None:
        """The version of TensorFlow that is installed."""
        text = known(self.snapshot.tensorflow.version)
        if text:
            return read_release(text)
        found = next((self.version(name) for name in self.tensorflow_distributions), None)
        return found or next((self.stated[name] for name in TENSORFLOW_DISTRIBUTIONS if name in self.stated), None)

    @cached_property
    def wanted(self) -> Version | None:
        """The version whose installation failed."""
        return read_release(known(self.snapshot.tensorflow.wanted))

    @cached_property
    def distribution(self) -> str | None:
        """The canonical name of the distribution that TensorFlow comes from."""
        text = known(self.snapshot.tensorflow.distribution)
        if text:
            return canonicalize_name(text)
        return next(iter(self.tensorflow_distributions), None)

    @cached_property
    def release(self) -> Release | None:
        """The matrix row of the installed release."""
        if self.tensorflow is None:
            return None
        return self.matrix.releases.get(self.distribution or "tensorflow", str(self.tensorflow))

    @cached_property
    def build(self) -> Build | None:
        """What the release's wheel for this platform was built with."""
        return None if self.release is None else self.release.build(self.os or "linux", self.arch or "x86_64")

    @cached_property
    def wheel(self) -> Wheel | None:
        """The release's wheel for this interpreter."""
        if self.release is None or self.python is None:
            return None
        python = f"{self.python.major}.{self.python.minor}"
        return self.release.wheel(python, self.os or "linux", self.arch or "x86_64")

    # --- evidence -------------------------------------------------------------------------------------

    def installed(self, *names: str) -> tuple[Evidence, ...]:
        """Evidence: the installed versions of these distributions."""
        rows: list[Evidence] = []
        for name in names:
            item = self.distributions.get(name)
            if item is not None:
                rows.append(
                    Evidence(
                        fact=f"distributions.{name}", value=known(item.version) or "installed", source=item.location
                    )
                )
            elif self.has(name) is False:
                rows.append(Evidence(fact=f"distributions.{name}", value="not installed"))
        return tuple(rows)

    def tensorflow_evidence(self) -> tuple[Evidence, ...]:
        """Evidence: which TensorFlow this is."""
        if self.tensorflow is None:
            return ()
        path = known(self.snapshot.tensorflow.path) or ""
        return (Evidence(fact="tensorflow.version", value=str(self.tensorflow), source=path),)


def logged(events: Iterable[Event]) -> tuple[Evidence, ...]:
    """Evidence: lines of the log."""
    return tuple(Evidence(fact="log", value=event.text[:300], source=f"log line {event.line}") for event in events)
