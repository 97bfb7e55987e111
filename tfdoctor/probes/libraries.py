"""The CUDA libraries of a machine, and which copy of each TensorFlow's loader would open."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tfdoctor.facts import ABSENT, NOT_OBSERVED, CudnnVersion, Fact, Libraries, LibraryCopy, Toolkit, Unknown
from tfdoctor.probes.cudanames import PATTERN, parse_cudnn_header, version_in_name, wanted
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.owners import Owners, flavour, read_owners
from tfdoctor.probes.search import Found, Loader, escape, glibc_loader, windows_loader
from tfdoctor.probes.toolkits import Asked, find_libdevice, find_toolkits, find_tools, roots

ARCHITECTURES: Final = {"amd64": "x86_64", "arm64": "aarch64", "i686": "i386", "armv7l": "arm"}
# Libraries lie in these folders without any loader looking there.
_LYING: Final = (
    ("distribution", ("{site}/nvidia/*/lib", "{site}/nvidia/*/bin", "{site}/tensorrt", "{site}/tensorrt_libs")),
    ("toolkit", ("{root}/lib64", "{root}/lib", "{root}/extras/CUPTI/lib64", "{root}/lib64/stubs", "{root}/bin")),
    ("conda", ("{prefix}/lib", "{prefix}/Library/bin")),
    ("driver", ("/usr/lib/wsl/lib", "/usr/lib/nvidia*", "/usr/lib64/nvidia*", "/usr/local/nvidia/lib64")),
)


def callers(machine: Machine, tensorflow_path: str | None, interpreter_path: str | None) -> tuple[str, ...]:
    """Return the library whose dlopen opens CUDA, the one that loaded it, and the program.

    Since TensorFlow 1.13 the call is in libtensorflow_framework; before, in the one big extension module.
    """
    found: list[str] = []
    if tensorflow_path:
        places = [tensorflow_path, re.sub(r"tensorflow$", "tensorflow_core", tensorflow_path)]
        for place in dict.fromkeys(places):
            for pattern in ("libtensorflow_framework.so*", "python/_pywrap_tensorflow_internal.so"):
                found += machine.glob(f"{escape(place)}/{pattern}")[:1]
    if interpreter_path:
        found.append(machine.real_path(interpreter_path))
    return tuple(found)


def loader_of(
    machine: Machine,
    tensorflow_path: str | None = None,
    interpreter_path: str | None = None,
    flags: tuple[str, ...] = (),
) -> Loader:
    """Return the search that TensorFlow's loading of CUDA libraries does on this machine."""
    if machine.platform == "win32":
        return windows_loader(machine, interpreter_path)
    architecture = ARCHITECTURES.get(machine.architecture.lower(), machine.architecture)
    return glibc_loader(machine, callers(machine, tensorflow_path, interpreter_path), architecture, flags)


def probe(  # noqa: PLR0913  what the patient's probes know of it, all optional
    machine: Machine,
    site_paths: Iterable[str] = (),
    tensorflow_path: str | None = None,
    *,
    interpreter_path: str | None = None,
    prefix: str | None = None,
    flags: tuple[str, ...] = (),
) -> Libraries:
    """Look for CUDA.

    `site_paths` are the folders of the patient's sys.path that hold distributions, `tensorflow_path` is its package
    folder, `prefix` its conda environment (CONDA_PREFIX where None), `flags` are those of the processor.
    """
    if machine.platform == "darwin":
        return Libraries(
            toolkits=(), cudnn=(), search=ABSENT, copies=(), tools=(), libdevice=ABSENT
        )  # no CUDA since macOS 10.14
    sites = tuple(dict.fromkeys(site for site in site_paths if site))
    prefix = prefix or machine.environ.get("CONDA_PREFIX")
    owners = read_owners(machine, sites)
    asked: Asked = {}
    toolkits = find_toolkits(machine, prefix, asked)
    loader = loader_of(machine, tensorflow_path, interpreter_path, flags)
    survey = _Survey(machine, loader, owners)
    copies = survey.copies(_lying(machine, sites, toolkits, prefix))
    folders = roots(machine, sites, toolkits)
    return Libraries(
        toolkits=toolkits,
        cudnn=_cudnn(copies),
        search=loader.folders,
        copies=copies,
        tools=find_tools(machine, folders, owners, asked),
        libdevice=find_libdevice(machine, folders),
    )


def _lying(
    machine: Machine, sites: tuple[str, ...], toolkits: tuple[Toolkit, ...], prefix: str | None
) -> list[tuple[str, str]]:
    values = {"site": sites, "root": tuple(toolkit.path for toolkit in toolkits), "prefix": (prefix,) if prefix else ()}
    found = []
    for origin, patterns in _LYING:
        for pattern in patterns:
            key = re.match(r"\{(\w+)\}", pattern)
            places = [escape(value) for value in values[key.group(1)]] if key else [""]
            for place in places:
                found += [(path, origin) for path in machine.glob(place + (pattern[key.end() :] if key else pattern))]
    return found


@dataclass
class _Survey:
    machine: Machine
    loader: Loader
    owners: Owners

    def copies(self, lying: list[tuple[str, str]]) -> tuple[LibraryCopy, ...]:
        places = [(folder.path, folder.origin) for folder in self.loader.folders] + lying
        seen: dict[str, None] = {}
        by_name: dict[str, list[tuple[str, str]]] = {}
        for folder, origin in places:
            real = self.machine.real_path(folder)
            if real in seen:
                continue
            seen[real] = None
            for name in self._names(folder):
                by_name.setdefault(name, []).append((folder + self.loader.separator + name, origin))
        copies: list[LibraryCopy] = []
        for name in sorted(by_name):
            copies += self._of(name, by_name[name])
        return tuple(copies)

    def _names(self, folder: str) -> list[str]:
        windows = self.loader.separator == "\\"
        paths = self.machine.glob(f"{escape(folder)}{self.loader.separator}{'*.dll' if windows else PATTERN}")
        return wanted([path.rpartition(self.loader.separator)[2] for path in paths])

    def _of(self, name: str, places: list[tuple[str, str]]) -> list[LibraryCopy]:
        copies: dict[str, LibraryCopy] = {}
        rank = 0
        for found in self.loader.candidates(name):
            key = self._key(found.path)
            if key in copies:
                continue
            skipped = found.state == "skipped"
            copies[key] = self._copy(name, found, None if skipped else rank)
            rank += not skipped
        for path, origin in places:
            if self._key(path) not in copies:
                copies[self._key(path)] = self._copy(name, self.loader.judge(path, origin), None)
        return list(copies.values())

    def _key(self, path: str) -> str:
        folder, separator, name = path.rpartition(self.loader.separator)
        return self.machine.real_path(folder) + separator + name

    def _copy(self, name: str, found: Found, order: int | None) -> LibraryCopy:
        path = found.path
        real = self.machine.real_path(path)
        owner = self.owners.of(self.machine, posixpath.normpath(path)) or self.owners.of(self.machine, real)
        return LibraryCopy(
            name=name,
            path=path,
            real_path=real,
            order=order,
            origin=found.origin,
            version=owner.version if owner else self._version(name, real),
            distribution=owner.distribution if owner else ABSENT,
            usable=found.state == "ok",
        )

    def _version(self, name: str, real: str) -> Fact[str]:
        told = version_in_name(posixpath.basename(real))
        if told is None and "cudnn" in name.lower():
            told = self._header(real)
        return told or Unknown(reason=f"neither the name of {real} nor a file beside it tells the version")

    def _header(self, real: str) -> str | None:
        folder = posixpath.dirname(real)
        places = [
            f"{posixpath.dirname(folder)}/include",
            *([f"/usr/include/{posixpath.basename(folder)}"] if "-linux-" in folder else []),
        ]
        for place in [*places, "/usr/include"] if folder.startswith("/usr/lib") else places:
            for path in self.machine.glob(f"{escape(place)}/cudnn*.h"):
                if re.fullmatch(r"cudnn(_version)?(_v\d+)?\.h", posixpath.basename(path)):
                    version = parse_cudnn_header(self.machine.read(path, 1 << 18).decode("utf-8", "replace"))
                    if version:
                        return version
        return None


def _cudnn(copies: tuple[LibraryCopy, ...]) -> tuple[CudnnVersion, ...]:
    found: dict[str, CudnnVersion] = {}
    for copy in copies:
        if re.fullmatch(r"libcudnn\.so(\.\d+)*|cudnn64_\d+\.dll", copy.name) and isinstance(copy.version, str):
            cuda = flavour(copy.distribution) if isinstance(copy.distribution, str) else None
            found.setdefault(copy.version, CudnnVersion(version=copy.version, cuda=cuda or NOT_OBSERVED))
    return tuple(found.values())
