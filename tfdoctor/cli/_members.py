"""What goes into a dump: each file by its own renderer; one that cannot be made is left out, with the reason."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

import msgspec

from tfdoctor.errors import PatientError
from tfdoctor.tickets.dump.manifest import LOAD_LOG, SNAPSHOT, Kind, Origin, Redacted
from tfdoctor.tickets.dump.write import Content

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfdoctor.facts import Snapshot
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.view import DiagnosisView
    from tfdoctor.tickets.dump.attach import Attachment
    from tfdoctor.tickets.dump.manifest import Manifest
    from tfdoctor.tickets.redact import Redactor

_WIDTH = 100


def observe(python: str | None, *, load: bool, timeout: float, debug: bool) -> Snapshot:
    """Observe this machine and the patient; what cannot be observed is a failure in the Snapshot, never of the run."""
    import time

    from tfdoctor import facts
    from tfdoctor.probes import take_host, take_snapshot

    failures = []
    try:
        return take_snapshot(python, load=load, timeout=timeout, debug=debug)
    except PatientError as error:
        failures.append(facts.ProbeFailure(probe="patient", error=str(error)))
    except Exception as error:  # a dump is wanted most where the unforeseen happens
        if debug:
            raise
        failures.append(facts.ProbeFailure(probe="patient", error=f"{type(error).__name__}: {error}"))
    try:
        host = take_host(debug=debug)
    except Exception as error:
        if debug:
            raise
        failures.append(facts.ProbeFailure(probe="host", error=f"{type(error).__name__}: {error}"))
        host = facts.Snapshot(taken=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    return msgspec.structs.replace(host, failures=(*failures, *host.failures))


def redactor() -> Redactor:
    """Return what takes out private things: those that everybody would, and the names of this machine and its user."""
    from tfdoctor.probes import RealMachine, identity
    from tfdoctor.tickets.redact import Redactor

    return Redactor(identity.probe(RealMachine()))


def with_attachments(snapshot: Snapshot, attachments: tuple[Attachment, ...]) -> Snapshot:
    """Return the Snapshot with the attached logs and source: the user's own error is judged too."""
    from tfdoctor.facts import known
    from tfdoctor.tickets.dump.attach import joined

    log = joined(attachments, "log", known(snapshot.log) or "")
    code = joined(attachments, "code", known(snapshot.code) or "")
    return msgspec.structs.replace(snapshot, log=log or snapshot.log, code=code or snapshot.code)


class Maker:
    """Makes the files of one dump."""

    def __init__(self, matrix: Matrix, redactor: Redactor | None, *, debug: bool) -> None:
        """Use one redactor for all of them, so that a pseudonym means the same everywhere; None redacts nothing."""
        self.matrix = matrix
        self.redactor = redactor
        self.debug = debug
        self.found: list[Content] = []
        self.left_out: dict[str, str] = {}
        self.report: DiagnosisView | None = None

    def make(self, snapshot: Snapshot, attachments: tuple[Attachment, ...]) -> tuple[bytes, Manifest]:
        """Return the dump and its manifest. The Snapshot that goes into it is the one that is judged."""
        from tfdoctor.facts import encode, known
        from tfdoctor.render import dump as texts
        from tfdoctor.tickets.dump.write import write

        snapshot = with_attachments(snapshot, attachments)
        if self.redactor is not None:
            for item in attachments:  # a name that one of them tells is taken out of all
                self.redactor.learn(f"{item.name}\n{item.text}")
            snapshot = self.redactor.snapshot(snapshot)
        indented = msgspec.json.format(encode(snapshot), indent=1)
        self.found.append(Content(SNAPSHOT, indented, "snapshot"))
        self._add("freeze.txt", "freeze", lambda: texts.freeze(snapshot))
        load = known(snapshot.load)
        if load is not None:
            self._add(LOAD_LOG, "load-log", lambda: load.stderr)
        self._reports(snapshot)
        self._attach(attachments)
        return write(
            self.found,
            taken=snapshot.taken,
            written_by=self._origin(),
            redaction=Redacted(on=self.redactor is not None, rules=self._rules()),
            left_out={name: self._plain(reason) for name, reason in self.left_out.items()},
        )

    def _plain(self, text: str) -> str:
        return text if self.redactor is None else self.redactor.text(text)

    def _reports(self, snapshot: Snapshot) -> None:
        from tfdoctor.diagnose import diagnose
        from tfdoctor.render import html, json_v1
        from tfdoctor.render.view import view

        try:
            report = view(snapshot, diagnose(snapshot, self.matrix, debug=self.debug), self.matrix)
        except Exception as error:
            if self.debug:
                raise
            self.left_out["diagnosis.json"] = f"{type(error).__name__}: {error}"
            return
        self.report = report
        self._add("diagnosis.json", "diagnosis", lambda: json_v1.document(report))
        self._add("report.txt", "report", lambda: _drawn(report))
        self._add("report.html", "report", lambda: html.document(report, snapshot, self.matrix))

    def _attach(self, attachments: tuple[Attachment, ...]) -> None:
        from tfdoctor.tickets.dump.attach import contents

        redactor = self.redactor
        if redactor is None:
            self.found += contents(attachments, None, str)
        else:
            self.found += contents(
                attachments, lambda item: _redacted(item, redactor), lambda name: _named(name, redactor)
            )

    def _add(self, name: str, kind: Kind, make: Callable[[], str]) -> None:
        try:
            self.found.append(Content(name, make().encode("utf-8", "backslashreplace"), kind))
        except Exception as error:
            if self.debug:
                raise
            self.left_out[name] = f"{type(error).__name__}: {error}"

    def _origin(self) -> Origin:
        from tfdoctor import __version__
        from tfdoctor.errors import MatrixError

        try:
            return Origin(tool=__version__, matrix=self.matrix.version, digest=self.matrix.digest)
        except (MatrixError, OSError):  # a damaged installation: the facts are worth sending all the same
            return Origin(tool=__version__)

    def _rules(self) -> dict[str, int]:
        return {row.rule: row.count for row in self.redactor.record} if self.redactor is not None else {}


def _redacted(item: Attachment, redactor: Redactor) -> str:
    """The text of an attachment without what is private; JSON stays JSON."""
    from tfdoctor.tickets.dump.attach import without_escapes

    if item.name.lower().endswith((".json", ".ipynb", ".har", ".sarif")):
        try:
            msgspec.json.decode(item.text)
        except (msgspec.DecodeError, RecursionError):
            pass
        else:
            return redactor.json(item.text.encode()).decode()
    return redactor.text(without_escapes(item.text))


# Four numbers behind one of these are a version in the name of a file; behind all else they may be an address.
_VERSIONED: Final = re.compile(
    r"(?:cu\w*|driver|nvidia|tensorrt|trt|nccl|tf|tensorflow|python|version|v|lib\w*)[-_. ]?$", re.IGNORECASE
)
_NUMBERS: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)")


def _named(name: str, redactor: Redactor) -> str:
    """The name of a file without what is private."""

    def numbers(found: re.Match[str]) -> str:
        return found[0] if _VERSIONED.search(name, 0, found.start()) else redactor.text(found[0])

    done = redactor.text(_NUMBERS.sub(numbers, name))
    ending = re.search(r"\.(?:txt|log|md|json|jsonl|py|ipynb|csv|ya?ml|toml|cfg|ini)$", name)  # a mail may swallow it
    return done + ending[0] if ending and not done.endswith(ending[0]) else done


def _drawn(report: DiagnosisView) -> str:
    """The report as text of a fixed width, without colours."""
    from rich.console import Console

    from tfdoctor.render import text
    from tfdoctor.tickets.dump.attach import without_escapes

    stream = io.StringIO()
    console = Console(
        file=stream, width=_WIDTH, color_system=None, force_terminal=False, legacy_windows=False, highlight=False,
        markup=False, emoji=False,
    )  # fmt: skip
    text.show(console, report, verbose=True, snapshot=SNAPSHOT)
    return "".join(f"{line.rstrip()}\n" for line in without_escapes(stream.getvalue()).splitlines())
