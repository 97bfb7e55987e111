"""Where distributions are to be installed: which markers hold there and which wheels fit."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.version import Version

from tfdoctor.facts import known
from tfdoctor.plan.machine import Machine
from tfdoctor.versions import Dotted
from tfdoctor.versions import release as read_release

_SYSTEMS = {
    "linux": ("linux", "Linux", "posix"),
    "macos": ("darwin", "Darwin", "posix"),
    "windows": ("win32", "Windows", "nt"),
}
_LINUX = re.compile(r"(?P<kind>manylinux|musllinux)_(?P<floor>\d+_\d+)_(?P<arch>\w+)")
_LEGACY = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
_MACOS = re.compile(r"macosx_(?P<floor>\d+_\d+)_(?P<arch>\w+)")
_APPLE = {
    "x86_64": {"x86_64", "universal2", "intel", "fat64", "universal"},
    "arm64": {"arm64", "universal2"},
}


@dataclass(frozen=True)
class Place:
    """An interpreter on a platform. `glibc` and `macos` are None where nobody knows, which admits every wheel."""

    python: Version
    os: str = "linux"
    arch: str = "x86_64"
    glibc: Dotted | None = None
    macos: Dotted | None = None
    musl: bool = False
    _fits: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    _holds: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def on(cls, machine: Machine, python: Version) -> "Place":
        """Return the place that a machine is with an interpreter."""
        return cls(python, machine.os, machine.arch, machine.glibc, machine.macos, machine.musl)

    @classmethod
    def of(cls, machine: Machine) -> "Place | None":
        """Return the place that a machine is with the interpreter that was examined; None where that is unknown."""
        version = read_release(known(machine.snapshot.interpreter.version))
        return None if version is None else cls.on(machine, version)

    @property
    def minor(self) -> str:
        """The interpreter's minor version, "3.9"."""
        return f"{self.python.major}.{self.python.minor}"

    @cached_property
    def _environment(self) -> dict[str, str]:
        sys_platform, system, os_name = _SYSTEMS.get(self.os, _SYSTEMS["linux"])
        return {
            "python_version": self.minor,
            "python_full_version": str(self.python),
            "sys_platform": sys_platform,
            "platform_system": system,
            "os_name": os_name,
            "platform_machine": "AMD64" if (self.os, self.arch) == ("windows", "x86_64") else self.arch,
            "platform_release": "",
            "platform_version": "",
            "implementation_name": "cpython",
            "implementation_version": str(self.python),
            "platform_python_implementation": "CPython",
        }

    def holds(self, marker: Marker | None, extra: str = "") -> bool:
        """Whether a marker holds here; one that asks for what nobody knows does not."""
        if marker is None:
            return True
        key = (str(marker), extra)
        if key not in self._holds:
            try:
                self._holds[key] = marker.evaluate({**self._environment, "extra": extra})
            except UndefinedEnvironmentName:
                self._holds[key] = False
        return self._holds[key]

    def fits(self, wheel: str) -> bool:
        """Whether a wheel of the bundled index ("manylinux_2_17_x86_64 cp39 cp310") can be installed here."""
        if wheel not in self._fits:
            platform, *interpreters = wheel.split()
            self._fits[wheel] = self.takes(platform) and any(map(self._interpreter, interpreters))
        return self._fits[wheel]

    def _interpreter(self, name: str) -> bool:
        digits = name.strip("cpy+")
        if len(digits) < 2:
            return digits == str(self.python.major)
        version = (int(digits[0]), int(digits[1:]))
        here = (self.python.major, self.python.minor)
        return version == here or (name.endswith("+") and version[0] == here[0] and version <= here)

    def takes(self, tag: str) -> bool:
        """Whether wheels of a platform tag ("manylinux2014_x86_64", "win_amd64", "any") can be installed here."""
        if tag == "any":
            return True
        if self.os == "windows":
            return tag == {"x86_64": "win_amd64", "arm64": "win_arm64", "aarch64": "win_arm64"}.get(self.arch)
        if self.os == "macos":
            found = _MACOS.fullmatch(tag)
            return found is not None and found["arch"] in _APPLE.get(self.arch, ()) and _reaches(self.macos, found)
        kind, _, arch = tag.partition("_")
        found = _LINUX.fullmatch(f"{_LEGACY[kind]}_{arch}" if kind in _LEGACY else tag)
        if found is None:
            return tag == f"linux_{self.arch}"
        libc = None if self.musl else self.glibc
        return found["arch"] == self.arch and (found["kind"] == "musllinux") == self.musl and _reaches(libc, found)


def _reaches(have: Dotted | None, tag: re.Match[str]) -> bool:
    return have is None or have >= Dotted(tag["floor"].replace("_", "."))
