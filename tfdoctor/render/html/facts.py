"""The facts behind a diagnosis: every part of the Snapshot, walked as it is declared, so a new fact shows itself."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tfdoctor.facts import NOT_OBSERVED, Absent, Part, Snapshot, Unknown
from tfdoctor.render.html.element import Child, Markup, element

_ROWS = 400  # rows of one table, entries of one list
_FEW = 6  # entries of a list that may stand among single values
_VALUE = 1000  # characters of one value
_HEAD, _TAIL = 16_000, 48_000  # characters of a log
_LONG: Final = frozenset({"log", "code", "stderr"})
_NAMES: Final = {
    "gpu": "GPU", "gpus": "GPUs", "cuda": "CUDA", "cudnn": "cuDNN", "pci": "PCI", "os": "OS", "cpu": "CPU",
    "nvml": "NVML", "wsl": "WSL", "id": "ID", "pip": "pip", "tensorflow": "TensorFlow", "keras": "Keras", "git": "Git",
    "nvcc": "nvcc", "ptxas": "ptxas", "libc": "C library", "glibc": "glibc", "glibcxx": "GLIBCXX", "cxxabi": "CXXABI",
    "libstdcxx": "libstdc++", "msvc": "MSVC", "rocm": "ROCm", "soabi": "SOABI", "mig": "MIG", "libcuda": "libcuda",
    "bytes": "",    "environ": "environment variables", "load": "load attempt",
}  # fmt: skip
# The parts in the order of the page, with names for people; a part that is not named here comes last.
_SECTIONS: Final = {
    "load": "How TensorFlow was tried", "log": "Log", "code": "Code", "transfer": "The saved model",
    "title": "Title", "upgrade": "The change of release", "tensorflow": "TensorFlow", "interpreter": "Python",
    "installation": "Distributions and files", "accelerators": "GPU and driver", "libraries": "CUDA libraries",
    "environ": "Environment variables", "keras_config": "Keras configuration", "system": "System", "cpu": "CPU",
    "fingerprint": "What experiments gave", "notes": "Notes", "failures": "Probes that failed",
}  # fmt: skip
_SHORT = 28  # characters of a text that may stand beside others on one line
_DEFAULTS: Final = {field.name: field.default for field in msgspec.structs.fields(Snapshot)}
_SKIP: Final = frozenset({"schema_version", "origin", "id", "taken"})


def facts(snapshot: Snapshot, level: int) -> Iterator[Markup]:
    """Yield a section for every part of a Snapshot of which something is known, with headings of `level`."""
    order = [*_SECTIONS, *(name for name in snapshot.__struct_fields__ if name not in {*_SECTIONS, *_SKIP})]
    empty: list[Child] = []
    for name in order:
        value, shown = getattr(snapshot, name), _SECTIONS.get(name) or title(name)
        if isinstance(value, (Absent, Unknown)):
            unasked = value in (NOT_OBSERVED, _DEFAULTS[name])
            empty.append(None if unasked else element("li", f"{shown}: {_state(value)}"))
        elif value and not (isinstance(value, Part) and _unseen(value)):
            body = list(_part(value)) if isinstance(value, Part) else [_value(name, value)]
            yield element("details", element("summary", element(f"h{level}", shown)), body, class_="facts")
    if any(empty):
        yield element("ul", empty, class_="quiet")


def _unseen(part: Part) -> bool:
    """Whether nobody looked for anything of a part."""
    return all(getattr(part, name) == NOT_OBSERVED for name in part.__struct_fields__)


def title(name: str) -> str:
    """Return the name of a field in words: "CUDA version" of cuda_version."""
    words = " ".join(word for part in name.split("_") if (word := _NAMES.get(part, part)))
    return words if name.partition("_")[0] in _NAMES and words[:1] != "C" else words[:1].upper() + words[1:]


def _part(part: Part) -> Iterator[Child]:
    """The simple facts of a part as a list of terms, then its tables; what nobody looked for is named at the end."""
    simple: list[Child] = []
    tables: list[Child] = []
    unseen: list[str] = []
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if value == NOT_OBSERVED:
            unseen.append(title(name))
        elif isinstance(value, Part) and not isinstance(value, (Absent, Unknown)):
            tables += [element("p", title(name), class_="term"), *_part(value)]
        elif name in _LONG or (
            isinstance(value, tuple) and (len(value) > _FEW or isinstance(next(iter(value), 0), (Part, tuple)))
        ):
            tables += [element("p", title(name), class_="term"), _value(name, value)]
        else:
            simple.append(element("div", element("dt", title(name)), element("dd", _value(name, value))))
    if simple:
        yield element("dl", simple)
    yield from tables
    if unseen:
        yield element("p", f"Not observed: {', '.join(unseen)}.", class_="quiet")


def _value(name: str, value: object) -> Markup:
    if isinstance(value, (Absent, Unknown)):
        return element("span", _state(value), class_="quiet")
    if isinstance(value, bool):
        return element("span", "yes" if value else "no")
    if isinstance(value, tuple):
        return _tuple(value)
    if isinstance(value, Part):
        return element("div", *_part(value))
    if name in _LONG:
        return element("pre", bounded(str(value)), tabindex=0, role="group", aria_label=title(name))
    if name.endswith("_bytes") and isinstance(value, int):
        return element("span", f"{value / 2**30:.1f} GiB")
    return element("code", _cut(str(value)))


def _tuple(rows: tuple[object, ...]) -> Markup:
    if not rows:
        return element("span", "none", class_="quiet")
    left = f"And {len(rows) - _ROWS} more, which the snapshot has." if len(rows) > _ROWS else ""
    rest = element("p", left, class_="quiet") if left else None
    shown = rows[:_ROWS]
    if isinstance(rows[0], Part):
        return element("div", _table([row for row in shown if isinstance(row, Part)]), rest)
    lines = [": ".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in shown]
    short = all(len(line) <= _SHORT for line in lines)
    items = (element("li", element("code", _cut(line))) for line in lines)
    return element("div", element("ul", items, class_="short" if short else None), rest)


def _table(rows: list[Part]) -> Markup:
    """A table of Parts of one kind; columns of which nothing is known in any row are left out."""
    names = [name for name in rows[0].__struct_fields__ if any(_said(row, name) for row in rows)]
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", (element("th", title(name), scope="col") for name in names))),
            element(
                "tbody", (element("tr", (_cell(row, name, first=name == names[0]) for name in names)) for row in rows)
            ),
        ),
        class_="wide",
        tabindex=0,
        role="group",
        aria_label="Table",
    )


def _said(row: Part, name: str) -> bool:
    value = getattr(row, name)
    plain = next(field for field in msgspec.structs.fields(type(row)) if field.name == name)
    return not isinstance(value, (Absent, Unknown)) and value not in ("", (), plain.default)


def _cell(row: Part, name: str, *, first: bool) -> Markup:
    value = getattr(row, name)
    body = None if value in (NOT_OBSERVED, "") else _value(name, value)
    return element("th", body, scope="row") if first else element("td", body, data_label=title(name))


def _state(value: object) -> str:
    return "not there" if isinstance(value, Absent) else f"not known: {_cut(getattr(value, 'reason', ''))}"


def bounded(text: str) -> str:
    """Return a long text without its middle."""
    if len(text) <= _HEAD + _TAIL:
        return text
    left = len(text) - _HEAD - _TAIL
    return f"{text[:_HEAD]}\n\n[… {left} characters are left out here …]\n\n{text[-_TAIL:]}"


def _cut(text: str) -> str:
    text = re.sub(r"\s+", " ", text) if len(text) < 10 * _VALUE else text
    return text if len(text) <= _VALUE else f"{text[:_VALUE]} … ({len(text) - _VALUE} characters more)"
