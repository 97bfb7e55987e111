"""Turns raw records into `compat_matrix/releases.json`: repeated values once, one release a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from harvest import binaries, texts
from harvest.index import Listed, Listing, representatives
from tfdoctor.matrix.releases import FORMAT, Build, MetadataRow, ReleaseRow, WheelRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harvest.collect import Native, Raw, Store

_NOTES = {
    "about": "Facts read from the wheels on the package index. A missing field: the wheel does not say.",
    "uploaded": "Null where the index served no upload times; 'built' is the date of METADATA in the wheel.",
    "build": "Read from the newest interpreter's wheel of each release and platform.",
    "sass, ptx": "Since 2.3 from build_info (sm_xy: binary only, compute_xy: binary and PTX); before from "
    "cuda_config.h, whose list was compiled into binary and PTX each; without either from the code itself.",
    "cuda, cudnn": "The most precise of build_info, cuda_config.h, cudnn_version.h, the linked sonames and "
    "the toolkit's folder in Windows libraries.",
    "glibc, glibcxx, cxxabi": "Newest version-need record of the framework library, the main library and one "
    "extension module.",
    "numpy_abi": "From the import code of an extension module; missing where none was found.",
    "protobuf_gencode": "Named by the generated modules themselves; older generators leave no version.",
}


class Tables:
    """Lists of unique values; `add` returns the place of a value."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, value: object) -> int:
        """Return the place of a value, appending it when it is new."""
        line = msgspec.json.encode(value).decode()
        if line not in self._places:
            self._places[line] = len(self.lines)
            self.lines.append(line)
        return self._places[line]


class Writer:
    """Fills the tables release by release; deterministic for the same store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._requirements, self._metadata, self._builds = Tables(), Tables(), Tables()
        self._releases: dict[str, dict[str, str]] = {}

    def add(self, distribution: str, wheels: tuple[Listed, ...]) -> None:
        """Add every release of one distribution.

        Raises:
            KeyError: the store lacks a wheel.
        """
        chosen = representatives(wheels)
        builds = {name: self._build(wheel) for wheel in wheels if (name := wheel.filename) in chosen.values()}
        rows: dict[str, list[tuple[Listed, WheelRow]]] = {}
        for wheel in wheels:
            place = chosen[wheel.filename]
            row = self._row(wheel, builds[place], deep=place == wheel.filename)
            rows.setdefault(wheel.version, []).append((wheel, row))
        self._releases[distribution] = {version: _encode(release_row(pairs)) for version, pairs in rows.items()}

    def _build(self, wheel: Listed) -> int:
        build = build_of(self._raw(wheel, deep=True))
        return self._builds.add(build) if build else -1

    def _row(self, wheel: Listed, build: int, *, deep: bool) -> WheelRow:
        raw = self._raw(wheel, deep=deep)
        fields = texts.metadata(raw.metadata)
        places = tuple(self._requirements.add(line) for line in fields["requires"])
        metadata = MetadataRow(fields["requires_python"], tuple(fields["extras"]), places)
        inner = strange_tags(wheel.tag, texts.inner_tags(raw.wheel))
        return WheelRow(wheel.tag, raw.size, raw.built, self._metadata.add(metadata), build, inner)

    def _raw(self, wheel: Listed, *, deep: bool) -> Raw:
        raw = self._store.get(wheel, deep=deep)
        if raw is None:
            raise KeyError(wheel.filename)
        return raw

    def text(self, header: dict[str, object]) -> str:
        """Write the file: one line per requirement, metadata set, build and release."""
        tables = {"requirements": self._requirements, "metadata": self._metadata, "builds": self._builds}
        parts = [f"{_encode(key)}:{_encode(value)}" for key, value in header.items()]
        parts += [f'"{key}":[\n{_lines(table.lines)}\n]' for key, table in tables.items()]
        blocks = []
        for name, versions in self._releases.items():
            lines = _lines(f'"{version}":{line}' for version, line in versions.items())
            blocks.append(f'"{name}":{{\n{lines}\n}}')
        parts.append(f'"releases":{{\n{_lines(blocks)}\n}}')
        return "{\n" + _lines(parts) + "\n}\n"


def compact(listings: dict[str, Listing], store: Store, harvested: str) -> str:
    """Return the whole file's text from everything that the store has."""
    writer = Writer(store)
    for name in sorted(listings):
        writer.add(name, listings[name].wheels)
    header: dict[str, object] = {
        "format": FORMAT,
        "harvested": harvested,
        "notes": _NOTES,
        "sdist_only": {name: found.sdist_only for name, found in sorted(listings.items()) if found.sdist_only},
    }
    return writer.text(header)


def _lines(parts: Iterable[str]) -> str:
    return ",\n".join(parts)


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def release_row(pairs: Sequence[tuple[Listed, WheelRow]]) -> ReleaseRow:
    """Join a release's wheels: it was uploaded with the first and is yanked when all of them are."""
    dates = [wheel.uploaded for wheel, _ in pairs if wheel.uploaded]
    yanked = all(wheel.yanked for wheel, _ in pairs)
    return ReleaseRow(min(dates, default=None), yanked, tuple(row for _, row in pairs))


def strange_tags(tag: str, inner: list[str]) -> tuple[str, ...]:
    """Return the wheel's inner tags where interpreter or platform is not that of the file name.

    The manylinux generations count as one platform, since auditwheel may rename a finished wheel.
    """

    def plain(one: str) -> tuple[str, str]:
        python, _, platform = one.split("-")
        return python, re.sub(r"^(?:many)?linux(?:_\d+_\d+|\d+)?", "linux", platform.rpartition(".")[2])

    return () if plain(tag) in {plain(one) for one in inner} else tuple(inner)


def build_of(raw: Raw) -> Build | None:
    """Judge one deep record; None for a wheel without libraries."""
    native = raw.native
    if native is None or (not native.read and "version_h" not in raw.texts and "build_info" not in raw.texts):
        return None
    info = texts.build_info(raw.texts.get("build_info", ""))
    config = texts.defines(raw.texts.get("cuda_config", ""))
    version = texts.defines(raw.texts.get("version_h", ""))
    style, gencode = texts.gencode(raw.texts["graph_pb2"]) if "graph_pb2" in raw.texts else (None, None)
    producer, consumer = (version.get(f"TF_GRAPH_DEF_VERSION{suffix}") for suffix in ("", "_MIN_CONSUMER"))
    facts = {
        "is_rocm": info.get("is_rocm_build"),
        "tensorrt": info.get("is_tensorrt_build"),
        "graph_producer": int(producer) if producer else None,
        "graph_min_consumer": int(consumer) if consumer else None,
        "compiler": native.compiler or _named_compiler(str(info.get("cpu_compiler", ""))),
        "cxx11_abi": native.cxx11,
        "glibc": binaries.floor(native.needs, "GLIBC"),
        "glibcxx": binaries.floor(native.needs, "GLIBCXX"),
        "cxxabi": binaries.floor(native.needs, "CXXABI"),
        "macos": native.macos,
        "protobuf_style": style,
        "protobuf_gencode": gencode,
        "numpy_abi": native.numpy_abi,
        "numpy_api": native.numpy_api,
        "dlls": _dlls(info),
        **_cuda(info, config, native, texts.defines(raw.texts.get("cudnn_version", ""))),
    }
    return msgspec.convert(facts, Build)


def _cuda(
    info: dict[str, texts.Value], config: dict[str, str], native: Native, cudnn_header: dict[str, str]
) -> dict[str, object]:
    linked = {kind: _linked(native.links, kind) for kind in ("cudart", "cudnn")}
    is_cuda = info.get("is_cuda_build")
    if is_cuda is None and any("_pywrap_tensorflow" in name for name in native.read[-1:]):
        is_cuda = bool(native.sass or linked["cudart"])
    if not is_cuda:
        return {"is_cuda": is_cuda, **({"sass": (), "ptx": ()} if is_cuda is False else {})}
    header = [cudnn_header.get(f"CUDNN_{part}", "") for part in ("MAJOR", "MINOR", "PATCHLEVEL")]
    sass, ptx = texts.capabilities(info, config) or _embedded(native)
    return {
        "is_cuda": True,
        "cuda": precise(
            [str(info.get("cuda_version", "")), config.get("TF_CUDA_VERSION", ""), linked["cudart"], native.toolkit]
        ),
        "cudnn": precise(
            [".".join(header), str(info.get("cudnn_version", "")), config.get("TF_CUDNN_VERSION", ""), linked["cudnn"]]
        ),
        "sass": sass,
        "ptx": ptx,
    }


def _embedded(native: Native) -> tuple[list[str] | None, list[str] | None]:
    if not native.sass:
        return None, None
    sass, ptx = ([texts.capability(str(number)) for number in found] for found in (native.sass, native.ptx))
    return sass, ptx


def precise(candidates: Iterable[str | None]) -> str | None:
    """Return the version with the most parts; of equals the first.

    Raises:
        ValueError: two sources name different versions.
    """
    found = [number for text in candidates if text and (number := texts.cuda_number(text))]
    best = max(found, key=lambda number: number.count("."), default=None)
    for number in found:
        if best and not f"{best}.".startswith(f"{number}."):
            raise ValueError(f"a build names two versions: {found}")
    return best


def _linked(links: Iterable[str], kind: str) -> str | None:
    for name in links:
        if match := re.fullmatch(rf"(?:lib)?{kind}(?:\.so|64)?[._](\d[\d.]*?)(?:\.dylib|\.dll)?", name):
            return f"64_{match[1]}" if name.endswith(".dll") else match[1]
    return None


def _dlls(info: dict[str, texts.Value]) -> tuple[str, ...]:
    names = [str(value) for key, value in info.items() if re.search(r"_dll_names?$", key)]
    return tuple(sorted({name for text in names for name in text.split(",") if name}))


def _named_compiler(path: str) -> str | None:
    if match := re.search(r"/MSVC/(\d+(?:\.\d+)+)/", path):
        return f"msvc {match[1]}"
    if match := re.search(r"/llvm-(\d+)/", path):
        return f"clang {match[1]}"
    return None
