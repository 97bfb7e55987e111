"""Reads listings of distributions: pip, uv, conda, poetry, freezes and lock files."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from packaging.utils import canonicalize_name

from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, PACKAGES, Claim
from tfdoctor.tickets.prose.labels import DISTRIBUTIONS
from tfdoctor.tickets.prose.lines import Line

_NAME: Final = r"[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?"
_NUMBER: Final = r"\d{1,4}(?:\.[\w*]{1,20}){0,6}(?:[-+.!_][\w.+-]{1,60})?"
_COLUMNS: Final = re.compile(rf"^({_NAME})\s{{1,80}}({_NUMBER})(?:\s{{1,80}}(\S.{{0,300}}))?$")
_BRACKETS: Final = re.compile(rf"^({_NAME}) \(({_NUMBER})(?:, [^()]{{0,200}})?\)$")
_FREEZE: Final = re.compile(
    rf"^({_NAME})(?:\[[\w,-]{{0,80}}\])?\s?==\s?({_NUMBER})(?:\s{{0,4}}(?:;|#|--hash|\\).{{0,400}})?\\?$"
)
_AT: Final = re.compile(rf"^({_NAME}) @ (?:file|git\+|https?):\S{{1,400}}$")
_CONDA_ROW: Final = re.compile(
    rf"^({_NAME}|_\w{{1,80}})\s{{1,80}}({_NUMBER})\s{{1,80}}(\S{{1,80}})(?:\s{{1,80}}(\S{{1,200}}))?$"
)
_CONDA_BUILD: Final = re.compile(r"^(?:\w{0,40}_\d{1,4}|(?:py|h|mkl|cuda|gpu|cpu|eigen)\w{1,60}|<pip>|\d{1,4})$")
# What pip says of a distribution ("tensorflow 2.6.0 depends on …") is a message, no row.
_VERB: Final = re.compile(r"(?:depends|requires|has|needs|is|was|does|will|would|but|and|or)\b", re.IGNORECASE)
_RowReader: TypeAlias = Callable[[str], tuple[str, str, str] | None]
_HEAD: Final = re.compile(r"^(?:Package|Name|Distribution)\s{1,200}(?:Version|Installed)\b", re.IGNORECASE)
_CONDA_HEAD: Final = re.compile(r"^# (?:packages in environment at|Name\s{1,200}Version)")
_RULE: Final = re.compile(r"^-{3,}[\s-]{0,200}$")
_SHOW: Final = re.compile(rf"^Name: ({_NAME})$")
_SHOWN: Final = re.compile(rf"^Version: ({_NUMBER})$")
_LOCKED: Final = re.compile(rf"^name = \"({_NAME})\"$")
_LOCKED_AT: Final = re.compile(rf"^version = \"({_NUMBER})\"$")
_TOLD: Final = frozenset({*DISTRIBUTIONS, *TENSORFLOW_DISTRIBUTIONS})
# Of a conda environment, what is no distribution of Python's.
_CONDA_ONLY: Final = re.compile(
    r"^(?:_|lib|ld_impl|cuda|cudnn|nccl|python$|openssl|zlib|xz|tk$|sqlite|readline|ncurses|bzip2|ca-cert|mkl$|blas"
    r"|hdf5)"
)


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield the distributions that listings name."""
    at = 0
    while at < len(lines):
        text = lines[at].text.strip()
        rows: list[tuple[str, str, str]] = []
        end = at + 1
        if _CONDA_HEAD.match(text):
            rows, end = _rows(lines, at + 1, _conda)
            yield from _conda_claims(rows, lines, at, end)
            rows = [row for row in rows if not _CONDA_ONLY.match(row[0])]
        elif _HEAD.match(text):
            rows, end = _rows(lines, at + 1, _column)
        elif text:
            rows, end, conda = _unheaded(lines, at)
            if conda:
                yield from _conda_claims(rows, lines, at, end)
                rows = [row for row in rows if not _CONDA_ONLY.match(row[0])]
        if rows:
            yield from _claims(rows, lines[at].number, lines[end - 1].number)
        at = max(end, at + 1) if rows else at + 1


def _claims(rows: list[tuple[str, str, str]], first: int, last: int) -> Iterator[Claim]:
    for name, version, _ in rows:
        yield Claim(
            PACKAGES + canonicalize_name(name), version, first, last, MEASURED, "list of distributions", taken=True
        )


def _unheaded(lines: Sequence[Line], at: int) -> tuple[list[tuple[str, str, str]], int, bool]:
    """Rows of a listing without its head: the form of the first row decides."""
    text = lines[at].text.strip()
    for reader, least in ((_freeze, 1), (_bracketed, 2)):
        if reader(text):
            rows, end = _rows(lines, at, reader)
            known = any(canonicalize_name(row[0]) in _TOLD for row in rows)
            return (rows, end, False) if len(rows) >= least or (known and reader is _bracketed) else ([], at, False)
    if _conda_like(text):
        rows, end = _rows(lines, at, _conda)
        if len(rows) > 2 or canonicalize_name(rows[0][0]) in _TOLD or rows[0][0] in {"cudatoolkit", "cudnn"}:
            return rows, end, True
    if _column(text) and canonicalize_name(text.split()[0]) in _TOLD and not text[0].isupper():
        rows, end = _rows(lines, at, _column)
        if len(rows) > 1 or re.search(r"\s{2,}", text):
            return rows, end, False
    return _shown(lines, at)


def _shown(lines: Sequence[Line], at: int) -> tuple[list[tuple[str, str, str]], int, bool]:
    """What `pip show` says, or one entry of a lock file."""
    text = lines[at].text.strip()
    for name, version in ((_SHOW, _SHOWN), (_LOCKED, _LOCKED_AT)):
        found = name.match(text)
        following = version.match(lines[at + 1].text.strip()) if found and at + 1 < len(lines) else None
        if found and following:
            return [(found[1], following[1], "")], at + 2, False
    return [], at, False


def _rows(lines: Sequence[Line], at: int, reader: _RowReader) -> tuple[list[tuple[str, str, str]], int]:
    rows: list[tuple[str, str, str]] = []
    end = at
    for index in range(at, len(lines)):
        text = lines[index].text.strip()
        row = reader(text)
        if row is None:
            if not rows and index > at + 5:
                break
            if (not rows and _RULE.match(text)) or text.startswith(("#", "-e ")):
                continue
            break
        rows.append(row)
        end = index + 1
    return rows, end


def _column(text: str) -> tuple[str, str, str] | None:
    found = _COLUMNS.match(text)
    return (found[1], found[2], found[3] or "") if found and not _VERB.match(found[3] or "") else None


def _bracketed(text: str) -> tuple[str, str, str] | None:
    found = _BRACKETS.match(text)
    return (found[1], found[2], "") if found else None


def _freeze(text: str) -> tuple[str, str, str] | None:
    found = _FREEZE.match(text)
    if found:
        return found[1], found[2], ""
    at = _AT.match(text)
    return (at[1], "", "") if at else None


def _conda(text: str) -> tuple[str, str, str] | None:
    found = _CONDA_ROW.match(text)
    return (found[1], found[2], found[3]) if found else None


def _conda_like(text: str) -> bool:
    found = _CONDA_ROW.match(text)
    return bool(found and _CONDA_BUILD.match(found[3]))


def _conda_claims(rows: list[tuple[str, str, str]], lines: Sequence[Line], at: int, end: int) -> Iterator[Claim]:
    """What a list of conda's says beyond distributions: Python, CUDA, cuDNN, the build of TensorFlow."""
    first, last = lines[at].number, lines[max(at, end - 1)].number

    def claim(key: str, value: str) -> Claim:
        return Claim(ENVIRONMENT + key, value, first, last, MEASURED, "conda list", taken=True)

    if rows:
        yield claim("conda", "env")
    for name, version, build in rows:
        if name == "python":
            yield claim("python_version", version)
        elif name in {"cudatoolkit", "cuda-runtime", "cuda-toolkit", "cuda-version"}:
            yield claim("cuda_versions_found", version)
            yield claim("version_notes", f"cuda: {version} (conda)")
        elif name == "cudnn":
            yield claim("cudnn_versions_found", version)
            yield claim("version_notes", f"cudnn: {version} (conda)")
        elif name == "tensorflow" and re.match(r"(?:mkl|gpu|eigen|cuda|cpu)\w{0,20}_?py", build):
            yield claim("tf_distribution", f"conda {build}")
