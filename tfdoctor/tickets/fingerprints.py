"""The answer of `tfdoctor fingerprint` as a Snapshot: it states versions, and what its experiments gave."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.facts import Fact, Fingerprint, Measurement, Outcome, Unknown
from tfdoctor.tickets import form, ticket

SCHEMA: Final = 1
_MOST: Final = 2000  # experiments
_OLD: Final = "written by an older tfdoctor, which did not keep what the experiments gave"


class _Subject(msgspec.Struct, frozen=True):
    tensorflow: str
    executable: str = ""
    keras: str | None = None
    numpy: str | None = None
    python: str | None = None


class _Outcome(msgspec.Struct, frozen=True):
    values: dict[str, tuple[float, ...] | str] = {}
    error: str | None = None


class _Document(msgspec.Struct, frozen=True):
    subject: _Subject
    schema_version: int = SCHEMA
    outcomes: dict[str, _Outcome] | None = None
    left: tuple[str, ...] = ()
    error: str | None = None


def is_fingerprint(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is such an answer."""
    return {"schema_version", "subject", "same", "differences", "unknown"} <= set(value) and "changes" not in value


def snapshot(data: bytes) -> tuple[facts.Snapshot, tuple[str, ...]]:
    """Return the Snapshot, and remarks for the user.

    Raises:
        InputError: it is damaged; the text says where.
    """
    try:
        found = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is no whole fingerprint: {error}") from None
    remarks = []
    if found.schema_version > SCHEMA:
        remarks.append(f"written by a newer tfdoctor (schema {found.schema_version}, this one knows {SCHEMA})")
    if len(found.outcomes or ()) > _MOST:
        remarks.append(f"of {len(found.outcomes or ())} experiments the first {_MOST} were read")
    subject = found.subject
    stated = ticket.snapshot(
        form.Ticket(
            environment=form.Environment(
                tf_version=subject.tensorflow,
                python_version=subject.python,
                packages={"numpy": subject.numpy} if subject.numpy else None,
            )
        )
    )
    return msgspec.structs.replace(stated, fingerprint=_fingerprint(found)), tuple(remarks)


def _fingerprint(found: _Document) -> Fact[Fingerprint]:
    if found.outcomes is None:
        return Unknown(reason=_OLD)
    subject = found.subject
    return Fingerprint(
        tensorflow=subject.tensorflow,
        keras=subject.keras or "",
        numpy=subject.numpy or "",
        python=subject.python or "",
        outcomes=tuple(
            Outcome(
                experiment=name,
                values=tuple(Measurement(name=key, value=value) for key, value in row.values.items()),
                error=row.error or "",
            )
            for name, row in list(found.outcomes.items())[:_MOST]
        ),
        left=found.left,
        error=found.error or "",
    )
