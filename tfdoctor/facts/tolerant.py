"""Reads Snapshots of other versions of tfdoctor as far as possible, and says what was left aside."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

from tfdoctor.facts import SCHEMA_VERSION, Snapshot, decode

_SHOWN: Final = 12  # places that are named; a Snapshot of another kind altogether has thousands


class _MisfitError(Exception):
    """A value is not of the form that is expected at its place."""


def decode_tolerantly(data: bytes) -> tuple[Snapshot, tuple[str, ...]]:
    """Read a Snapshot and name what of it is not understood.

    Keys that this version does not know are ignored. In a Snapshot of a newer schema a value in an unknown form is
    ignored too: the fact is then not observed. In one of this schema such a value is an error.

    Returns:
        The Snapshot, and sentences for the user (none where all was understood).

    Raises:
        msgspec.DecodeError: it is no JSON, or no Snapshot; the text carries the key path.
        RecursionError: it is nested too deeply.
    """
    try:
        snapshot = decode(data)
    except msgspec.ValidationError:
        return _forgiving(data)
    if snapshot.schema_version <= SCHEMA_VERSION:
        return snapshot, ()
    return _of_this_schema(snapshot), (_newer(snapshot.schema_version),)


def _forgiving(data: bytes) -> tuple[Snapshot, tuple[str, ...]]:
    value = msgspec.json.decode(data)
    if not isinstance(value, dict) or value.get("type") != "Snapshot":
        raise msgspec.ValidationError("Expected a Snapshot - at `$.type`")
    stated = value.get("schema_version", 1)
    newer = isinstance(stated, int) and stated > SCHEMA_VERSION
    fitter = _Fitter(forgiving=newer)
    fitted = fitter.fit(value, inspect.type_info(Snapshot), "")  # no field of a Snapshot is required
    snapshot = msgspec.convert(fitted, Snapshot)  # what is still wrong is told with its key path
    remarks = [_newer(stated)] if newer else []
    if fitter.ignored:
        places = list(dict.fromkeys(fitter.ignored))
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        remarks.append(f"not known to this version of tfdoctor and ignored: {', '.join(places[:_SHOWN])}{more}")
    return _of_this_schema(snapshot), tuple(remarks)


def _newer(version: int) -> str:
    return f"written by a newer tfdoctor (schema {version}, this one knows {SCHEMA_VERSION})"


def _of_this_schema(snapshot: Snapshot) -> Snapshot:
    return msgspec.structs.replace(snapshot, schema_version=min(snapshot.schema_version, SCHEMA_VERSION))


class _Fitter:
    """Takes out of decoded JSON what the given types do not know."""

    def __init__(self, *, forgiving: bool) -> None:
        self.forgiving = forgiving
        self.ignored: list[str] = []

    def fit(self, value: Any, kind: inspect.Type, place: str) -> Any:  # noqa: ANN401  decoded JSON
        """Return the value without what is not known.

        Raises:
            _MisfitError: it is of another form altogether.
        """
        kinds = list(_alternatives(kind))
        if isinstance(value, dict):
            structs = [one for one in kinds if isinstance(one, inspect.StructType)]
            fitting = [one for one in structs if one.tag == value.get("type")]
            if fitting:
                return self._struct(value, fitting[0], place)
        elif isinstance(value, list):
            for one in kinds:
                if isinstance(one, inspect.VarTupleType):
                    return self._items(value, one.item_type, place)
                if isinstance(one, inspect.TupleType) and len(one.item_types) == len(value):
                    return [self.fit(*pair, place) for pair in zip(value, one.item_types, strict=True)]
        elif any(_is(value, one) for one in kinds):
            return value
        if self.forgiving:
            raise _MisfitError(place)
        return value  # the decoder says what is wrong with it

    def _struct(self, value: dict[str, Any], kind: inspect.StructType, place: str) -> dict[str, Any]:
        fields = {field.encode_name: field for field in kind.fields}
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            where = f"{place}.{key}".lstrip(".")
            if key == "type":
                kept[key] = inner
            elif key not in fields:
                self.ignored.append(where)
            else:
                try:
                    kept[key] = self.fit(inner, fields[key].type, where)
                except _MisfitError:
                    if fields[key].required:
                        raise
                    self.ignored.append(where)
        if self.forgiving and any(field.required and name not in kept for name, field in fields.items()):
            raise _MisfitError(place)
        return kept

    def _items(self, value: list[Any], kind: inspect.Type, place: str) -> list[Any]:
        kept = []
        for item in value:
            try:
                kept.append(self.fit(item, kind, f"{place}[]"))
            except _MisfitError:
                self.ignored.append(f"{place}[]")
        return kept


def _alternatives(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _alternatives(one)
    else:
        yield kind


def _is(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.LiteralType():
            return value in kind.values
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case inspect.FloatType():
            return isinstance(value, (int, float)) and not isinstance(value, bool)
    return False
