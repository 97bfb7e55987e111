"""Changes inputs by their structure: JSON by keys and values, texts by lines, zips by members, all of them by bytes."""

import copy
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any, Final

Mutator = Callable[[bytes, Random, list[bytes]], bytes]

_WORDS: Final = (
    "", " ", "\x00", "\x1b[2J\x1b]0;title\x07", "\u202e", "\ud800", "\ufeff", "\x9b31m", "\r", "\n" * 50, "None",
    "null",
    "1" * 5000, "9" * 400 + "." + "9" * 400, "2.", ".", "2.10", "2.6.0rc1+local.1", "v2.4.0-rc0-12-gabcdef", "1e999",
    "-1", "cp39", "3.8 or 3.9", "CUDA 11.2 / cuDNN 8.1", "((((((((((", "[" * 200, "A" * 20_000, "0" * 3000 + "x",
    "<script>alert(1)</script>", "${jndi:x}", "%s%n", "../../etc/passwd", "libcudnn.so.8", "libcudart.so." * 300,
    "Could not load dynamic library 'libcudart.so.10.1'", "ImportError: " * 200, "numpy==", "a@b.c " * 100, "::1",
)  # fmt: skip
_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1 << 70, 1.5, 1e308, [], {}, [None], {"": None}, [[[[[]]]]], {"type": "Snapshot"},
    {"type": "Unknown"}, {"type": "Unknown", "reason": ""}, {"type": "Absent"}, ["a", 1, None], *_WORDS,
)  # fmt: skip
_BYTES: Final = (
    b"\x00", b"\xff", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1b[", b"\xc3\x28", b"\xed\xa0\x80", b"\n", b"\r\n",
    b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x80", b"1e999999999", b"|",
    b"`" * 3,
)  # fmt: skip


def of_bytes(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Flip, cut, repeat and splice bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << rng.randrange(8)
            case 1:
                del changed[at : at + rng.choice((1, 4, 64, 4096))]
            case 2:
                changed[at:at] = changed[at : at + rng.choice((1, 16, 256))] * rng.choice((1, 3, 40))
            case 3:
                changed[at:at] = rng.choice(_BYTES)
            case 4:
                other = rng.choice(seeds)
                start = rng.randrange(len(other) + 1)
                changed[at:at] = other[start : start + rng.choice((8, 80, 800))]
            case _:
                changed[at : at + 2] = rng.choice(_WORDS).encode(errors="surrogatepass")[:5000]
    return bytes(changed)


def of_json(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change keys and values at any depth; what is no JSON is changed by bytes."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(data, rng, seeds)
    if rng.random() < 0.01:
        depth = rng.choice((50, 900, 20_000))
        return b'{"log":' + b"[" * depth + b"]" * depth + b"}"
    try:
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            value = _changed(value, rng)
        return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    except RecursionError:  # the input of before was deep
        return of_bytes(data, rng, seeds)


def _changed(value: Any, rng: Random) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        match rng.randrange(12):
            case 0:
                del value[key]
            case 1:
                value[rng.choice((key.upper(), key + "s", "", rng.choice(_WORDS)))] = copy.deepcopy(value[key])
            case 2:
                value[key] = copy.deepcopy(rng.choice(_VALUES))
            case 3:
                value[rng.choice(list(value))] = copy.deepcopy(value[key])
            case _:
                value[key] = _changed(value[key], rng)
        return value
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        match rng.randrange(5):
            case 0:
                del value[at]
            case 1:
                value *= rng.choice((2, 20))
                del value[2000:]
            case _:
                value[at] = _changed(value[at], rng)
        return value
    if isinstance(value, str) and rng.random() < 0.6:
        at = rng.randrange(len(value) + 1)
        return value[:at] + rng.choice(_WORDS) + value[at + rng.choice((0, 1, 5)) :]
    return copy.deepcopy(rng.choice(_VALUES))


def of_text(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Move, repeat, join and drop lines, and put hostile words into them."""
    if rng.random() < 0.2:
        return of_bytes(data, rng, seeds)
    rows = data.decode(errors="replace").split("\n")
    for _ in range(rng.choice((1, 2, 4, 10))):
        at = rng.randrange(len(rows))
        match rng.randrange(8):
            case 0:
                rows.insert(rng.randrange(len(rows) + 1), rows.pop(at))
            case 1:
                rows[at:at] = [rows[at]] * rng.choice((1, 20, 300))
            case 2 if len(rows) > 1:
                rows.pop(at)
            case 3:
                rows[at] += rows[(at + 1) % len(rows)]
            case 4:
                rows[at] = (rows[at] * rng.choice((10, 200)))[:100_000]
            case 5:
                other = rng.choice(seeds).decode(errors="replace").split("\n")
                start = rng.randrange(len(other))
                rows[at:at] = other[start : start + rng.choice((1, 5, 50))]
            case _:
                cut = rng.randrange(len(rows[at]) + 1)
                rows[at] = rows[at][:cut] + rng.choice(_WORDS) + rows[at][cut:]
        del rows[5000:]
    return "\n".join(rows).encode(errors="surrogatepass")


def of_lines(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change one line of JSON lines by its structure, or the lines among themselves."""
    rows = data.split(b"\n")
    if rng.random() < 0.3:
        return of_text(data, rng, seeds)
    at = rng.randrange(len(rows))
    rows[at] = of_json(rows[at], rng, seeds)
    return b"\n".join(rows)


def of_zip(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change the members of a zip, their names and kinds, or its bytes; what is no zip is changed by bytes."""
    if rng.random() < 0.3:
        return of_bytes(data, rng, seeds)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                (item.filename, archive.read(item)) for item in archive.infolist()[:40] if item.file_size < 1 << 22
            ]
    except Exception:  # noqa: BLE001  a zip that is broken already
        return of_bytes(data, rng, seeds)
    members = members or [("a.txt", b"x")]
    name, inside = rng.choice(members)
    match rng.randrange(9):
        case 0:
            members.append(
                (rng.choice(("../../x", "/etc/x", "a\\..\\b", "C:\\x", "a/" * 400, "\x1b[2J", name, "")), inside)
            )
        case 1:
            members.append((f"inner{rng.randrange(3)}.zip", data[: 1 << 20]))
        case 2:
            members.append(("zeros.log", bytes(rng.choice((1 << 10, 1 << 22, 1 << 24)))))
        case 3:
            members.remove((name, inside))
        case 4:
            members += [(f"{name}{number}", b"x") for number in range(rng.choice((5, 500)))]
        case _:
            change = of_json if name.endswith("json") else of_bytes if name.endswith(".h5") else of_text
            members[members.index((name, inside))] = (name, change(inside, rng, seeds))
    return _packed(members, rng)


def _packed(members: list[tuple[str, bytes]], rng: Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in members:
            info = zipfile.ZipInfo(name.replace("\x00", "") or "empty")
            if rng.random() < 0.05:
                info.external_attr = 0o120777 << 16  # a link
            info.compress_type = rng.choice(
                (zipfile.ZIP_DEFLATED,) * 6 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
            )
            try:
                archive.writestr(info, inside)
            except (ValueError, UnicodeEncodeError):
                continue
    packed = buffer.getvalue()
    return packed if rng.random() < 0.8 else of_bytes(packed, rng, [packed])
