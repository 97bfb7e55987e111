"""The facts behind a diagnosis: every part of the Snapshot, walked as it is declared, so a new fact shows itself."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tfdoctor.facts import NOT_OBSERVED, Absent, Part, Snapshot, Unknown
from tfdoctor.render.html.element import Child, Markup, element

_ROWS = 400  # rows of one table, entries of one list
_VALUE = 1000  # characters of one value
_HEAD, _TAIL = 16_000, 48_000  # characters of a log
_LONG: Final = frozenset({"log", "code", "stderr"})
_NAMES: Final = {
    "gpu": "GPU", "gpus": "GPUs", "cuda": "CUDA", "cudnn": "cuDNN", "pci": "PCI", "os": "OS", "cpu": "CPU",
    "nvml": "NVML", "wsl": "WSL", "id": "ID", "pip": "pip", "tensorflow": "TensorFlow", "keras": "Keras", "git": "Git",
    "nvcc": "nvcc", "ptxas": "ptxas", "libc": "C library", "glibc": "glibc", "glibcxx": "GLIBCXX", "cxxabi": "CXXABI",
    "libstdcxx": "libstdc++", "msvc": "MSVC", "rocm": "ROCm", "soabi": "SOABI", "mig": "MIG", "bits": "bits",
    "environ": "environment variables", "load": "load attempt",
}  # fmt: skip
_SECTIONS: Final = (
    "tensorflow", "interpreter", "accelerators", "libraries", "system", "cpu", "load", "environ", "keras_config",
    "transfer", "upgrade", "log", "code", "notes", "installation", "failures",
)  # fmt: skip
_SKIP: Final = frozenset({"schema_version", "origin", "id", "taken"})


def facts(snapshot: Snapshot, level: int) -> Iterator[Markup]:
    """Yield a section for every part of a Snapshot of which something is known, with headings of `level`."""
    names = [name for name in snapshot.__struct_fields__ if name not in _SKIP]
    for name in sorted(names, key=lambda name: _SECTIONS.index(name) if name in _SECTIONS else len(_SECTIONS)):
        body = _section(name, getattr(snapshot, name))
        if body:
            yield element("details", element("summary", element(f"h{level}", title(name))), body, class_="facts")


def title(name: str) -> str:
    """Return the name of a field in words: "GPU memory" of gpu_memory."""
    words = [_NAMES.get(word, word) for word in name.split("_")]
    return " ".join([words[0] if words[0] in _NAMES.values() and name not in {"environ", "load", "libc"}
                     else words[0][:1].upper() + words[0][1:], *words[1:]])  # fmt: skip


def _section(name: str, value: object) -> list[Child]:
    if isinstance(value, (Absent, Unknown)) or value in ((), ""):
        if value in (NOT_OBSERVED, (), ""):
            return []
        return [element("p", _state(value), class_="quiet")]
    if isinstance(value, Part):
        return list(_part(value))
    return [_value(name, value)]


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
        elif name in _LONG or (isinstance(value, tuple) and value and isinstance(value[0], (Part, tuple))):
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
    lines = (" — ".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in shown)
    return element("div", element("ul", (element("li", element("code", _cut(line))) for line in lines)), rest)


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
