"""An environment's site-packages, imagined: what is installed, overlaps and is imported after changes."""

from pathlib import PurePosixPath, PureWindowsPath

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.facts import ABSENT, Absent, Distribution, Fact, Installation, Module, Overlap, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.versions import release as read_release

# Import packages that rules ask for, and the distributions that bring them.
_MODULES: dict[str, tuple[str, ...]] = {
    "tensorflow": TENSORFLOW_DISTRIBUTIONS,
    "keras": ("keras", "keras-nightly"),
    "tf_keras": ("tf-keras", "tf-keras-nightly"),
    "numpy": ("numpy",),
    "google.protobuf": ("protobuf",),
    "tensorboard": ("tensorboard", "tb-nightly", "tensorflow-tensorboard"),
    "pkg_resources": ("setuptools",),
    "distutils": ("setuptools",),
}
_FIRST_WITHOUT_PKG_RESOURCES = Version("82")
_FIRST_WITHOUT_DISTUTILS = Version("3.12.dev0")


class Site:
    """A copy of what is installed, to be changed.

    Attributes:
        distributions: what an import would use, by canonical name.
        touched: names that were installed since.
    """

    def __init__(self, snapshot: Snapshot, matrix: Matrix) -> None:
        """Copy what is installed in `snapshot`."""
        self._snapshot = snapshot
        self._matrix = matrix
        self._was = snapshot.installation
        rows = known(self._was.distributions) or ()
        self._hidden = [item for item in rows if item.shadowed]
        self.distributions: dict[str, Distribution] = {
            canonicalize_name(item.name): item for item in reversed(rows) if not item.shadowed
        }
        self.touched: set[str] = set()
        self._overlaps = list(known(self._was.overlaps) or ())
        self._gone: set[str] = set()

    @classmethod
    def of(cls, snapshot: Snapshot, matrix: Matrix) -> "Site":
        """Return the environment of a snapshot."""
        return cls(snapshot, matrix)

    @staticmethod
    def empty() -> Installation:
        """Return a new environment: nothing is installed, nothing is in the way."""
        return Installation(
            distributions=(),
            overlaps=(),
            leftovers=(),
            shadows=(),
            orphans=(),
            unowned_files=(),
            plugins=(),
            modules=(),
        )

    @staticmethod
    def location_of(snapshot: Snapshot) -> str:
        """Return the folder that distributions are installed into; "" where it is not known."""
        rows = known(snapshot.installation.distributions) or ()
        path = known(snapshot.interpreter.path) or ()
        prefix = known(snapshot.interpreter.prefix) or ""
        places = [entry for entry in path if entry.endswith(("site-packages", "dist-packages"))]
        inside = [entry for entry in places if prefix and entry.startswith(prefix)]
        known_places = [item.location for item in rows if item.location and not item.editable]
        return next(iter((*inside, *places, *known_places)), "")

    # --- changes --------------------------------------------------------------------------------------

    def uninstall(self, name: str) -> None:
        """Take a distribution away, with the files that it shares with others; one that it hid is seen then."""
        if name not in self.distributions:
            return
        self._take(name)
        hidden = next((item for item in self._hidden if canonicalize_name(item.name) == name), None)
        if hidden is not None:
            self._hidden.remove(hidden)
            self.distributions[name] = msgspec.structs.replace(hidden, shadowed=False)

    def _take(self, name: str) -> None:
        del self.distributions[name]
        self.touched.discard(name)
        remaining = []
        for overlap in self._overlaps:
            if name not in overlap.distributions:
                remaining.append(overlap)
                continue
            others = tuple(one for one in overlap.distributions if one != name)
            for other in others:
                self._lose(other, overlap.files)
            if len(others) > 1:
                remaining.append(msgspec.structs.replace(overlap, distributions=others))
        self._overlaps = remaining

    def _lose(self, name: str, files: int) -> None:
        item = self.distributions.get(name)
        if item is not None:
            count = (known(item.missing_count) or 0) + files
            self.distributions[name] = msgspec.structs.replace(item, missing_count=count)

    def delete(self, paths: tuple[str, ...]) -> None:
        """Delete files and folders."""
        self._gone |= {_plain(path) for path in paths}

    def install(self, name: str, version: Version, *, again: bool = False) -> None:
        """Put a release in, in the place of another one; the same one only where it is asked for."""
        there = self.distributions.get(name)
        if there is not None and read_release(known(there.version)) == version and not again:
            return
        if there is not None:
            self._take(name)
        requires, python = self._metadata(name, version)
        location = there.location if there is not None else self.location_of(self._snapshot)
        self.distributions[name] = Distribution(
            name=name,
            version=str(version),
            folder_version=str(version),
            location=location,
            installer="uv",
            requires=requires,
            requires_python=python,
            missing_files=(),
            missing_count=0,
            altered_files=(),
            altered_count=0,
        )
        self.touched.add(name)
        twins = [other for other in TENSORFLOW_DISTRIBUTIONS if other in self.distributions and other != name]
        if name in TENSORFLOW_DISTRIBUTIONS and twins:
            self._overlaps.append(
                Overlap(distributions=tuple(sorted((name, twins[0]))), files=1, modules=("tensorflow",))
            )

    def _metadata(self, name: str, version: Version) -> tuple[Fact[tuple[str, ...]], Fact[str]]:
        """Return Requires-Dist and Requires-Python of a release; Absent where nothing is known of it."""
        release = self._matrix.releases.get(name, version)
        if release is not None and release.wheels:
            python = read_release(known(self._snapshot.interpreter.version))
            wheel = release.wheel(
                f"{python.major}.{python.minor}" if python else "",
                known(self._snapshot.system.os) or "linux",
                known(self._snapshot.interpreter.machine) or known(self._snapshot.system.arch) or "x86_64",
            )
            one = wheel or release.wheels[-1]
            return one.requires, one.requires_python or ABSENT
        indexed = self._matrix.index.get(name, version)
        if indexed is None:
            return ABSENT, ABSENT
        return indexed.requires, indexed.requires_python or ABSENT

    # --- the result -----------------------------------------------------------------------------------

    def installation(self) -> Installation:
        """Return what is installed now."""
        was = self._was
        return msgspec.structs.replace(
            was,
            distributions=(*(self.distributions[name] for name in sorted(self.distributions)), *self._hidden),
            overlaps=tuple(self._overlaps) if known(was.overlaps) is not None else was.overlaps,
            leftovers=self._without(was.leftovers),
            orphans=self._without(was.orphans),
            unowned_files=self._without(was.unowned_files),
            modules=self._modules(),
        )

    def _without(self, paths: Fact[tuple[str, ...]]) -> Fact[tuple[str, ...]]:
        """Return paths less those that were deleted, or lie in a folder that was."""
        rows = known(paths)
        if rows is None:
            return paths
        return tuple(path for path in rows if not any(_within(_plain(path), gone) for gone in self._gone))

    def _modules(self) -> Fact[tuple[Module, ...]]:
        rows = known(self._was.modules)
        if rows is None:
            return self._was.modules
        before = {module.name: module for module in rows}
        return tuple(self._module(name, before.get(name)) for name in {**before, **_MODULES})

    def _module(self, name: str, was: Module | None) -> Module:
        owners = [one for one in _MODULES.get(name, ()) if one in self.distributions]
        there = was is not None and not isinstance(was.path, Absent)
        if name == "distutils":
            python = read_release(known(self._snapshot.interpreter.version))
            if python is None or python < _FIRST_WITHOUT_DISTUTILS:
                return was or Module(name=name)
        if name == "pkg_resources":
            version = read_release(known(self.distributions[owners[0]].version)) if owners else None
            owners = owners if version is not None and version < _FIRST_WITHOUT_PKG_RESOURCES else []
        if owners and (was is None or was.namespace or not there):
            location = self.distributions[owners[0]].location
            return Module(name=name, path=f"{location}/{name.replace('.', '/')}")
        if not owners and was is not None and there and self._owned(name):
            return Module(name=name, path=ABSENT)
        return was or Module(name=name, path=ABSENT)

    def _owned(self, name: str) -> bool:
        """Whether a module came from a distribution before, so that it went with it."""
        rows = known(self._was.distributions) or ()
        return any(canonicalize_name(item.name) in _MODULES.get(name, ()) for item in rows)


def _plain(path: str) -> str:
    kind = PureWindowsPath if "\\" in path else PurePosixPath
    return kind(path).as_posix().rstrip("/")


def _within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; "site-packages/~*" and the like stand for any site-packages."""
    if folder.startswith("site-packages/"):
        tail = path.partition("/site-packages/")[2]
        wanted = folder.removeprefix("site-packages/")
        if wanted.endswith("*"):
            return tail.startswith(wanted[:-1])
        return tail == wanted or tail.startswith(f"{wanted}/")
    return path == folder or path.startswith(f"{folder}/")
