"""What the bytes of a native library say: pure functions, no reading of files or network."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Oldest versions first; a release newer than the last name shows up as an unknown hash and fails loudly.
_NAMES = [
    *(f"GLIBC_2.{minor}" for minor in range(60)),
    *(f"GLIBC_2.{tail}" for tail in ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6")),
    *(f"GLIBC_2.3.{patch}" for patch in range(2, 5)),
    "GLIBCXX_3.4",
    *(f"GLIBCXX_3.4.{patch}" for patch in range(1, 50)),
    "CXXABI_1.3",
    *(f"CXXABI_1.3.{patch}" for patch in range(1, 30)),
    "CXXABI_TM_1",
    "CXXABI_FLOAT128",
]
_RECORD = 16
_AUX = struct.Struct("<IHHII")  # vna_hash, vna_flags, vna_other, vna_name, vna_next
_HEADER = struct.Struct("<HHIII")  # vn_version, vn_cnt, vn_file, vn_aux, vn_next
# Magic number, format 1, header of 16 bytes, size of the entries.
_FATBIN = re.compile(rb"\x50\xed\x55\xba\x01\x00\x10\x00.{8}", re.DOTALL)
_PTX, _CUBIN = 1, 2
_MACHO_64 = 0xFEEDFACF


def elf_hash(name: str) -> int:
    """Return the System V ABI hash of a symbol version's name."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value


_BY_HASH = {elf_hash(name): name for name in _NAMES}
# Every library that links libc names the oldest version of its architecture.
_SEEDS = [struct.pack("<I", elf_hash(name)) for name in ("GLIBC_2.2.5", "GLIBC_2.17")]


def version_needs(chunks: Iterable[bytes]) -> tuple[str, ...]:
    """Return the symbol versions that an ELF library needs, without reading it to its end.

    The dynamic section lies at the file's end, out of reach of a compressed stream. But the version-need
    records hold the hash of each name: the run of records around a known hash is the whole table.

    Args:
        chunks: consecutive pieces of the file from its first byte; no more are taken than needed.
    """
    data = bytearray()
    for chunk in chunks:
        scanned = max(0, len(data) - 64 * 1024)  # a table may straddle two chunks
        data += chunk
        for seed in _SEEDS:
            place = data.find(seed, scanned)
            while place >= 0:
                if len(data) - place < 32 * 1024:
                    break  # decide with the next chunk at hand
                if names := _table_at(data, place):
                    return names
                place = data.find(seed, place + 1)
    for seed in _SEEDS:
        place = data.find(seed)
        while place >= 0:
            if names := _table_at(data, place):
                return names
            place = data.find(seed, place + 1)
    return ()


def _is_aux(data: bytes | bytearray, place: int) -> bool:
    if place < 0 or place + _RECORD > len(data):
        return False
    _, flags, other, _, following = _AUX.unpack_from(data, place)
    return flags in {0, 2} and 2 <= other < 0x8000 and following in {0, _RECORD}


def _is_header(data: bytes | bytearray, place: int) -> bool:
    if place < 0 or place + _RECORD > len(data):
        return False
    version, count, _, aux, following = _HEADER.unpack_from(data, place)
    # GNU linkers put each library's names behind its header, LLVM's puts all headers first.
    return version == 1 and 1 <= count < 200 and 0 < aux < 1 << 16 and not (aux | following) % _RECORD


def _table_at(data: bytes | bytearray, place: int) -> tuple[str, ...]:
    if place % 4 or not _is_aux(data, place):
        return ()
    first = place
    while _is_aux(data, first - _RECORD) or _is_header(data, first - _RECORD):
        first -= _RECORD
    last = place
    while _is_aux(data, last + _RECORD) or _is_header(data, last + _RECORD):
        last += _RECORD
    names = set()
    headers = 0
    for at in range(first, last + 1, _RECORD):
        if _is_header(data, at):
            headers += 1
        elif name := _BY_HASH.get(_AUX.unpack_from(data, at)[0]):
            names.add(name)
    return tuple(sorted(names)) if headers else ()


def floor(names: Iterable[str], family: str) -> str | None:
    """Return the newest version of one family ("GLIBC", "GLIBCXX", "CXXABI") among the names."""
    pattern = re.compile(rf"{family}_(\d+(?:\.\d+)*)")
    found = [match[1] for name in names if (match := pattern.fullmatch(name))]
    return max(found, key=lambda text: tuple(map(int, text.split("."))), default=None)


def cxx11_abi(data: bytes) -> bool | None:
    """Tell the new from the old C++ library ABI by the names of the string type in a library's symbols."""
    new, old = data.count(b"__cxx11"), data.count(b"RKSs")
    return None if new == old else new > old


def numpy_api(data: bytes) -> tuple[str | None, str | None]:
    """Return NumPy's ABI generation ("1", "2") and oldest C API ("1.20") that an extension was compiled for.

    The generation shows in the module that the generated import code opens, the C API in its error message
    (NumPy 2 headers only).
    """
    api = re.search(rb"compiled against NumPy C-API version 0x%x \(NumPy (\d+\.\d+)\)", data)
    generation = None
    if b"numpy._core._multiarray_umath" in data:
        generation = "2"
    elif b"numpy.core._multiarray_umath" in data or b"numpy.core.multiarray" in data:
        generation = "1"
    return generation, api[1].decode() if api else None


def elf_notes(data: bytes) -> tuple[str | None, tuple[str, ...]]:
    """Return the compiler named in a whole ELF file's comment section, and the sonames that it links."""
    try:
        elf = ELFFile(io.BytesIO(data))
    except ELFError:
        return None, ()
    comment = elf.get_section_by_name(".comment")
    texts = comment.data().decode("ascii", "replace").split("\0") if comment else []
    dynamic = elf.get_section_by_name(".dynamic")
    tags = dynamic.iter_tags() if isinstance(dynamic, DynamicSection) else ()
    needed = (vars(tag).get("needed") for tag in tags)  # pyelftools sets it on DT_NEEDED tags only
    return compiler(texts), tuple(str(name) for name in needed if name)


def gpu_code(data: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the compute capabilities (75 for 7.5) with binary code and with PTX embedded in a library.

    Each object file of the compiler left one container: a header, then entries that name kind and
    architecture in plain numbers, though what they carry may be compressed.
    """
    found: dict[int, set[int]] = {_PTX: set(), _CUBIN: set()}
    for match in _FATBIN.finditer(data):
        place = match.end()
        end = place + struct.unpack_from("<Q", data, place - 8)[0]
        while place + 32 <= min(end, len(data)):
            kind, _, header, payload = struct.unpack_from("<HHIQ", data, place)
            if kind not in found or header < 32:
                break
            found[kind].add(struct.unpack_from("<I", data, place + 28)[0])
            place += header + payload
    return tuple(sorted(found[_CUBIN])), tuple(sorted(found[_PTX]))


def toolkit(data: bytes) -> str | None:
    """Return the CUDA version in the toolkit's folder that Windows builds carry; None where several are."""
    found = set(re.findall(rb"NVIDIA GPU Computing Toolkit/CUDA/v(\d+\.\d+)", data))
    return found.pop().decode() if len(found) == 1 else None


def cuda_names(data: bytes) -> tuple[str, ...]:
    """Return the CUDA libraries that a Windows or macOS library, or an ELF file's string table, names."""
    pattern = rb"\bcud(?:art|nn)64_\d+\.dll|\blibcud(?:art|nn)\.(?:so\.\d[\d.]*|\d[\d.]*\.dylib)"
    found = set(re.findall(pattern, data))
    return tuple(sorted(name.decode() for name in found))


def compiler(comments: Iterable[str]) -> str | None:
    """Name the newest compiler among the comments, as "gcc 9.3.1" or "clang 18.1.8".

    A library carries one comment per compiler that made a part of it: start-up objects of the system come
    from an older GCC, therefore Clang wins, then the newest version.
    """
    found: list[tuple[bool, tuple[int, ...], str]] = []
    for text in comments:
        match = re.search(r"clang version (\d+(?:\.\d+)+)", text) or re.match(r"GCC: \(.*?\) (\d+(?:\.\d+)+)", text)
        if match:
            name = "clang" if "clang" in text else "gcc"
            parts = tuple(map(int, match[1].split(".")))
            found.append((name == "clang", parts, f"{name} {match[1]}"))
    return max(found)[2] if found else None


def macos_floor(data: bytes) -> str | None:
    """Return the oldest macOS that a 64-bit Mach-O file was built for; its first 32 KiB are enough."""
    if len(data) < 32 or struct.unpack_from("<I", data)[0] != _MACHO_64:
        return None
    for command, body in _load_commands(data):
        if command in {0x24, 0x32}:  # LC_VERSION_MIN_MACOSX, LC_BUILD_VERSION
            word = struct.unpack_from("<I", body, 0 if command == 0x24 else 4)[0]
            return f"{word >> 16}.{word >> 8 & 0xFF}"
    return None


def _load_commands(data: bytes) -> Iterator[tuple[int, bytes]]:
    count = struct.unpack_from("<I", data, 16)[0]
    place = 32
    for _ in range(count):
        if place + 8 > len(data):
            return
        command, size = struct.unpack_from("<II", data, place)
        yield command, data[place + 8 : place + size]
        place += max(size, 8)
