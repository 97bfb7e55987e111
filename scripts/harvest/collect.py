"""Takes from one remote wheel what the matrix needs, and keeps it on disk so that a run can be resumed."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from harvest import binaries
from harvest.remote import open_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import requests

    from harvest.index import Listed

_CHUNK = 1 << 20
_HEAD_LIMIT = 200 << 20
_WHOLE_LIMIT = 200 << 20
_SHIM = 200_000  # a library smaller than this only loads another one
_TEXTS = {
    "build_info": re.compile(r"/python/platform/build_info\.py$"),
    "cuda_config": re.compile(r"/cuda/cuda_config\.h$"),
    "cudnn_version": re.compile(r"/cudnn/(?:include/)?cudnn_version\.h$|cuda_cudnn/include/cudnn_version\.h$"),
    "version_h": re.compile(r"/include/tensorflow/core/public/version\.h$"),
    "graph_pb2": re.compile(r"(?:^|/)tensorflow(?:_core)?/core/framework/graph_pb2\.py$"),
}
# Extension modules that call NumPy's C API and are small enough to be read whole; the first that fits wins.
_NUMPY_USERS = (
    re.compile(r"/interpreter_wrapper/_\w*interpreter_wrapper\.(?:so|pyd)$"),
    re.compile(r"/(?:lib)?_?pywrap_tflite_common\.(?:so|dylib|dll)$"),
    re.compile(r"/lib_pywrap_tensorflow_common\.(?:so|dylib)$"),
    re.compile(r"/_pywrap_tensorflow_internal\.(?:so|pyd)$"),
    re.compile(r"/_pywrap_tensorflow\.(?:so|pyd)$"),
)
# Says nothing about NumPy, but stands in for the compiler and the C++ library ABI where none of those fits.
_FRAMEWORK = re.compile(r"/libtensorflow_framework\.so(?:\.\d)?$")
_LARGE = re.compile(
    r"/(?:libtensorflow_framework\.(?:so(?:\.\d)?|(?:\d\.)?dylib)|libtensorflow_cc\.(?:so\.\d|\d\.dylib)"
    r"|_pywrap_tensorflow(?:_internal)?\.so)$"
)


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """What the libraries of one build say."""

    needs: tuple[str, ...] = ()
    macos: str | None = None
    cxx11: bool | None = None
    numpy_abi: str | None = None
    numpy_api: str | None = None
    compiler: str | None = None
    links: tuple[str, ...] = ()
    sass: tuple[int, ...] = ()
    ptx: tuple[int, ...] = ()
    toolkit: str | None = None
    read: tuple[str, ...] = ()


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """What one wheel says, before any judgement; `texts` and `native` only where the build was read."""

    size: int
    built: str | None
    metadata: str
    wheel: str
    texts: dict[str, str] = {}
    native: Native | None = None


class Store:
    """Raw records in a folder, one file per wheel and depth."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, wheel: Listed, *, deep: bool) -> Path:
        key = hashlib.sha256(wheel.filename.encode()).hexdigest()[:24]
        return self._folder / f"{key}-{'build' if deep else 'meta'}.json"

    def get(self, wheel: Listed, *, deep: bool) -> Raw | None:
        """Return the kept record, or None."""
        path = self._path(wheel, deep=deep)
        return msgspec.json.decode(path.read_bytes(), type=Raw) if path.exists() else None

    def put(self, wheel: Listed, raw: Raw, *, deep: bool) -> None:
        """Keep a record; the file appears whole or not at all."""
        path = self._path(wheel, deep=deep)
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(raw))
        part.replace(path)


def collect(session: requests.Session, wheel: Listed, *, deep: bool) -> tuple[Raw, int]:
    """Read one wheel; return its record and the number of bytes that travelled."""
    remote, archive = open_wheel(session, wheel.url)
    with remote, archive:
        members = {info.filename: info for info in archive.infolist()}
        info = _one(members, re.compile(r"^[^/]+\.dist-info/METADATA$"))
        if info is None:
            raise zipfile.BadZipFile(f"{wheel.filename} has no METADATA")
        year, month, day = info.date_time[:3]
        label = _one(members, re.compile(r"^[^/]+\.dist-info/WHEEL$"))
        raw = Raw(
            size=remote.size,
            # 1980 is the oldest date a zip file can carry: written by tools that leave the time out.
            built=f"{year:04}-{month:02}-{day:02}" if year > 1980 else None,
            metadata=archive.read(info).decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0],
            wheel=archive.read(label).decode("utf-8", "replace") if label else "",
        )
        if deep:
            raw = msgspec.structs.replace(raw, texts=_texts(archive, members), native=_native(archive, members))
        return raw, remote.received


def _one(members: dict[str, zipfile.ZipInfo], pattern: re.Pattern[str]) -> zipfile.ZipInfo | None:
    found = sorted(name for name in members if pattern.search(name) and members[name].file_size)
    return members[found[0]] if found else None


def _texts(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    texts = {}
    for key, pattern in _TEXTS.items():
        if info := _one(members, pattern):
            text = archive.read(info).decode("utf-8", "replace").replace("\r\n", "\n")
            texts[key] = text[:3000] if key == "graph_pb2" else text
    return texts


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    with archive.open(info) as stream:
        while limit > 0 and (chunk := stream.read(_CHUNK)):
            limit -= len(chunk)
            yield chunk


def _keep(chunks: Iterable[bytes], seen: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        seen.append(chunk)
        yield chunk


def _native(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Native:
    user, whole = _readable(archive, members)
    abi, api = binaries.numpy_api(whole)
    sass, ptx = binaries.gpu_code(whole)
    compiler, sonames = binaries.elf_notes(whole)
    links = set(sonames or binaries.cuda_names(whole))
    linux = whole.startswith(b"\x7fELF")
    needs = set(binaries.version_needs([whole])) if linux else set()
    macos = {binaries.macos_floor(whole)}
    large = [info for name, info in members.items() if _LARGE.search(name) and info != user and info.file_size > 4096]
    for info in large:
        head = b"".join(_chunks(archive, info, 1 << 15))
        macos.add(binaries.macos_floor(head[: 1 << 15]))
        if head.startswith(b"\x7fELF"):
            seen: list[bytes] = []
            needs |= set(binaries.version_needs(_keep(_chunks(archive, info, _HEAD_LIMIT), seen)))
            links |= set(binaries.cuda_names(b"".join(seen)))
    floors = [floor for floor in macos if floor]
    return Native(
        needs=tuple(sorted(needs)),
        macos=max(floors, key=lambda text: tuple(map(int, text.split("."))), default=None),
        cxx11=binaries.cxx11_abi(whole) if linux else None,
        numpy_abi=abi,
        numpy_api=api,
        compiler=compiler,
        links=tuple(sorted(links)),
        sass=sass,
        ptx=ptx,
        toolkit=binaries.toolkit(whole),
        read=tuple(info.filename for info in [*large, *([user] if user else [])]),
    )


def _readable(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> tuple[zipfile.ZipInfo | None, bytes]:
    """Return a library that can be read whole: one that names NumPy's C API, or else the first that fits."""
    first: tuple[zipfile.ZipInfo | None, bytes] = (None, b"")
    for pattern in (*_NUMPY_USERS, _FRAMEWORK):
        for name in sorted(filter(pattern.search, members)):
            info = members[name]
            if info.file_size < _SHIM or info.compress_size > _WHOLE_LIMIT:
                continue
            found = (info, archive.read(info))
            if binaries.numpy_api(found[1])[0]:
                return found
            first = first if first[0] else found
    return first
