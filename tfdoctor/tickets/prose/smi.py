"""Reads what nvidia-smi prints: the table of every era, the list, the query, the long form."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, SAID, Claim
from tfdoctor.tickets.prose.lines import Line

_V: Final = r"(\d{1,4}(?:\.\d{1,4}){1,3})"
_HEAD: Final = re.compile(rf"NVIDIA-SMI\s{{1,20}}{_V}\b")
_DRIVER: Final = re.compile(rf"(?:Driver|KMD) Version\s{{0,30}}:\s{{0,10}}{_V}")
_CUDA: Final = re.compile(rf"CUDA(?: UMD)? Version\s{{0,40}}:\s{{0,10}}{_V}")
_ROW: Final = re.compile(
    r"^\|\s{1,4}(\d{1,2})\s{1,4}(\S(?:[^|]{0,60}?\S)?)\s{1,20}(?:On|Off|WDDM|TCC|N/A|MCDM)\s{0,20}(?:WDDM\s{0,10}"
    r"|TCC\s{0,10})?\|"
)
_LISTED: Final = re.compile(r"^GPU (\d{1,2}): (\S.{0,80}?) \(UUID: ")
_PRODUCT: Final = re.compile(r"^Product Name\s{1,40}: (\S.{0,80})$")
_QUERY: Final = re.compile(r"^(?:index, ?)?name, ?[\w., \[\]]{2,200}$")
_DATE: Final = re.compile(r"^\w{3} \w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d (?:[AP]M )?\d{4}$")
_BORDER: Final = re.compile(r"^[|+\u2502\u251c\u2570\u256d\u2500-]")
_READER: Final = "nvidia-smi"


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what nvidia-smi says."""
    at = 0
    while at < len(lines):
        text = lines[at].text.strip()
        if (_HEAD.search(text) and "Driver Version" in text) or (_HEAD.search(text) and "KMD" in text):
            end = max(at + 1, _table_end(lines, at))
            yield from _table(lines, at, end)
            at = end
            continue
        if text.startswith(("GPU ", "Product Name", "Driver Version", "CUDA Version")):
            yield from _long(lines[at], text)
        elif text.startswith(("name,", "index,")) and _QUERY.match(text):
            yield from _query(lines, at)
        at += 1


def _table_end(lines: Sequence[Line], at: int) -> int:
    end = at
    blank = 0
    while end < len(lines) and blank < 2 and end < at + 400:
        text = lines[end].text.strip()
        if text and not _BORDER.match(text):
            break
        blank = 0 if text else blank + 1
        end += 1
    return end


def _claim(key: str, value: str, line: Line, rank: int = MEASURED) -> Claim:
    return Claim(ENVIRONMENT + key, value, line.number, line.number, rank, _READER, taken=True)


def _table(lines: Sequence[Line], at: int, end: int) -> Iterator[Claim]:
    for before in lines[max(0, at - 2) : at]:
        if before.text.strip().startswith("+-") or _DATE.match(before.text.strip()):
            yield Claim("-", "", before.number, before.number, MEASURED, _READER, taken=True)
    for line in lines[at:end]:
        text = line.text.strip()
        driver, cuda, row = _DRIVER.search(text), _CUDA.search(text), _ROW.match(text)
        if driver:
            yield _claim("driver_version", driver[1], line)
        if cuda:
            yield _claim("driver_cuda_version", cuda[1], line)
        if row and re.search(r"[A-Za-z]", row[2]):
            yield from _gpu(row[2], line)
        if not (driver or cuda or row):
            yield Claim("-", "", line.number, line.number, MEASURED, _READER, taken=True)


def _gpu(name: str, line: Line) -> Iterator[Claim]:
    """A GPU; a name that the table cut off ("GeForce RTX 208...") says less than any other statement."""
    if name.endswith("..."):
        short = name.rstrip(". ")
        whole = short.rpartition("-")[0] if re.search(r"-\w{1,5}$", short) else ""
        if whole:
            yield _claim("gpus", whole, line)
        elif re.search(r"\d", short):
            yield _claim("gpus", short, line, SAID)
    else:
        yield _claim("gpus", name, line)


def _long(line: Line, text: str) -> Iterator[Claim]:
    listed, product = _LISTED.match(text), _PRODUCT.match(text)
    if listed or product:
        yield _claim("gpus", listed[2] if listed else (product or [""] * 2)[1], line)
    elif re.match(r"(?:Driver|CUDA) Version\s{2,40}: ", text):  # "nvidia-smi -q"
        for key, expression in (("driver_version", _DRIVER), ("driver_cuda_version", _CUDA)):
            found = expression.match(text)
            if found:
                yield _claim(key, found[1], line)


_FIELDS: Final = {"driver_version": "driver_version"}


def _query(lines: Sequence[Line], at: int) -> Iterator[Claim]:
    """The answer to --query-gpu=name,driver_version --format=csv."""
    head = [cell.split("[")[0].strip() for cell in lines[at].text.split(",")]
    for line in lines[at + 1 : at + 17]:
        cells = [cell.strip() for cell in line.text.split(",")]
        if len(cells) != len(head) or not line.text.strip():
            return
        values = dict(zip(head, cells, strict=True))
        if values.get("name"):
            capability = values.get("compute_cap", "")
            yield _claim("gpus", f"{values['name']}; capability {capability}" if capability else values["name"], line)
        if values.get("driver_version"):
            yield _claim("driver_version", values["driver_version"], line)
