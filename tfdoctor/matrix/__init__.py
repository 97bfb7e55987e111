"""The compatibility matrix: typed tables, each decoded, and its reader imported, at first access."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tfdoctor.errors import MatrixError

if TYPE_CHECKING:
    from tfdoctor.matrix.api import Api
    from tfdoctor.matrix.behaviour import Behaviour
    from tfdoctor.matrix.bounds import Bounds
    from tfdoctor.matrix.companions import CompanionRuns
    from tfdoctor.matrix.cpus import Cpus
    from tfdoctor.matrix.differences import Differences
    from tfdoctor.matrix.images import Images
    from tfdoctor.matrix.index import Index
    from tfdoctor.matrix.inner import Inner
    from tfdoctor.matrix.keras import KerasTable
    from tfdoctor.matrix.kwargs import Kwargs
    from tfdoctor.matrix.locks import Locks
    from tfdoctor.matrix.models import GraphOps, KerasConfigs
    from tfdoctor.matrix.ops import Registry
    from tfdoctor.matrix.platforms import Platforms
    from tfdoctor.matrix.presumptions import Presumption
    from tfdoctor.matrix.releases import Releases
    from tfdoctor.matrix.signatures import Signatures
    from tfdoctor.matrix.sonames import Sonames
    from tfdoctor.matrix.stacks import Stacks
    from tfdoctor.matrix.symbolic import Symbolic
    from tfdoctor.matrix.symbols import Symbols
    from tfdoctor.matrix.tables import Companions, Compute, Cudnns, Drivers, Gpus
    from tfdoctor.matrix.uses import Uses

T = TypeVar("T")

_BUNDLED = Path(__file__).parent.parent / "compat_matrix"
_CHECKOUT = Path(__file__).parent.parent.parent / "compat_matrix"


class Matrix:
    """All tables of one compat_matrix folder."""

    def __init__(self, root: Path) -> None:
        """Use the tables in `root`; nothing is read yet."""
        self.root = root

    @classmethod
    def locate(cls) -> Matrix:
        """Return the matrix of this installation, or of the checkout that it runs from."""
        return cls(_BUNDLED if _BUNDLED.is_dir() else _CHECKOUT)

    @cached_property
    def releases(self) -> Releases:
        """TensorFlow's releases, as read from their wheels."""
        from tfdoctor.matrix.releases import Releases

        return Releases(self._read("releases.json"))

    @cached_property
    def bounds(self) -> Bounds:
        """Bounds on dependencies that the metadata hides."""
        from tfdoctor.matrix.bounds import Bounds

        return Bounds.decode(self._read("bounds.toml"))

    @cached_property
    def drivers(self) -> Drivers:
        """Which driver serves which CUDA."""
        from tfdoctor.matrix.tables import DriverFile, Drivers

        return Drivers(self._table("drivers.toml", DriverFile))

    @cached_property
    def compute(self) -> Compute:
        """Which toolkit knows which compute capability."""
        from tfdoctor.matrix.tables import Compute, ComputeFile

        return Compute(self._table("compute.toml", ComputeFile))

    @cached_property
    def gpus(self) -> Gpus:
        """GPU names and their compute capability."""
        from tfdoctor.matrix.tables import GpuFile, Gpus

        return Gpus(self._table("gpus.toml", GpuFile))

    @cached_property
    def cudnn(self) -> Cudnns:
        """What each cuDNN is built for."""
        from tfdoctor.matrix.tables import CudnnFile, Cudnns

        return Cudnns(self._table("cudnn.toml", CudnnFile))

    @cached_property
    def sonames(self) -> Sonames:
        """Library files: which build opens them, which toolkit and which distribution has them."""
        from tfdoctor.matrix.sonames import SonameFile, Sonames

        return Sonames(self._table("sonames.toml", SonameFile))

    @cached_property
    def stacks(self) -> Stacks:
        """Where a release gets CUDA and cuDNN from."""
        from tfdoctor.matrix.stacks import StackFile, Stacks

        return Stacks(self._table("stacks.toml", StackFile))

    @cached_property
    def cpus(self) -> Cpus:
        """Instruction sets: which release uses them, which processor lacks them."""
        from tfdoctor.matrix.cpus import CpuFile, Cpus

        return Cpus(self._table("cpu.toml", CpuFile))

    @cached_property
    def platforms(self) -> Platforms:
        """Systems, platform tags, C++ run times and Jetson systems."""
        from tfdoctor.matrix.platforms import PlatformFile, Platforms

        return Platforms(self._table("platforms.toml", PlatformFile))

    @cached_property
    def images(self) -> Images:
        """Images for containers."""
        from tfdoctor.matrix.images import ImageFile, Images

        return Images(self._table("images.toml", ImageFile))

    @cached_property
    def presumptions(self) -> tuple[Presumption, ...]:
        """What a symptom most often means where nothing else is known."""
        from tfdoctor.matrix.presumptions import PresumptionFile

        return self._table("presumptions.toml", PresumptionFile).presumption

    @cached_property
    def companions(self) -> Companions:
        """Distributions that go with TensorFlow."""
        from tfdoctor.matrix.tables import CompanionFile, Companions

        return Companions(self._table("companions.toml", CompanionFile).companion)

    @cached_property
    def companion_runs(self) -> CompanionRuns:
        """Which companions were used beside which TensorFlow."""
        from tfdoctor.matrix.companions import CompanionRuns

        return CompanionRuns(self._read("companions.json"))

    @cached_property
    def keras_configs(self) -> KerasConfigs:
        """What the configuration of a saved Keras model may name."""
        from tfdoctor.matrix.models import KerasConfigs, KerasFile

        return KerasConfigs(self._table("keras_config.toml", KerasFile), lambda: self.keras)

    @cached_property
    def keras(self) -> KerasTable:
        """What each Keras can read of a saved model."""
        from tfdoctor.matrix.keras import KerasTable

        return KerasTable(self._read("keras.json"))

    @cached_property
    def ops(self) -> Registry:
        """The operations that each TensorFlow registers."""
        from tfdoctor.matrix.ops import Registry

        return Registry(self._read("ops.json"))

    @cached_property
    def behaviour(self) -> Behaviour:
        """What small experiments gave in each release."""
        from tfdoctor.matrix.behaviour import Behaviour

        return Behaviour(self._read("behaviour.json"))

    @cached_property
    def symbols(self) -> Symbols:
        """The public API of each TensorFlow."""
        from tfdoctor.matrix.symbols import Symbols

        return Symbols(self._read("symbols.json"))

    @cached_property
    def inner(self) -> Inner:
        """Modules that are not public, and attributes of objects."""
        from tfdoctor.matrix.inner import Inner

        return Inner(self._read("inner.json"))

    @cached_property
    def kwargs(self) -> Kwargs:
        """Which arguments functions take by `**kwargs`."""
        from tfdoctor.matrix.kwargs import Kwargs

        return Kwargs(self._read("kwargs.json"))

    @cached_property
    def symbolic(self) -> Symbolic:
        """Which functions take symbolic tensors of Keras."""
        from tfdoctor.matrix.symbolic import Symbolic

        return Symbolic(self._read("symbolic.json"))

    @cached_property
    def uses(self) -> Uses:
        """Which public names many programs use."""
        from tfdoctor.matrix.uses import Uses

        return Uses(self._read("uses.json"))

    @cached_property
    def graph_ops(self) -> GraphOps:
        """What the graph of a saved model may name."""
        from tfdoctor.matrix.models import GraphFile, GraphOps

        return GraphOps(self._table("graph_ops.toml", GraphFile), lambda: self.ops)

    @cached_property
    def api(self) -> Api:
        """Names of the API that came or went."""
        from tfdoctor.matrix.api import Api, ApiFile

        return Api(self._table("keras_api.toml", ApiFile))

    @cached_property
    def locks(self) -> Locks:
        """Exact pins per release, Python and platform."""
        from tfdoctor.matrix.locks import Locks

        return Locks(self._read("locks.json"), lambda: self._read("lock_files.json"))

    @cached_property
    def index(self) -> Index:
        """The distributions around TensorFlow, as the package index has them."""
        from tfdoctor.matrix.index import Index

        return Index(self._read("index.json"))

    @cached_property
    def differences(self) -> Differences:
        """What a difference between two environments can change."""
        from tfdoctor.matrix.differences import DifferenceFile, Differences

        return Differences(self._table("differences.toml", DifferenceFile))

    @cached_property
    def signatures(self) -> Signatures:
        """What the lines of logs look like that state something."""
        from tfdoctor.matrix.signatures import SignatureFile, Signatures

        names = sorted(f"signatures/{path.name}" for path in self.root.glob("signatures/*.toml"))
        return Signatures((name, self._table(name, SignatureFile)) for name in names)

    @cached_property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of a SHA-256 over all tables."""
        total = hashlib.sha256()
        for path in (*sorted(self.root.glob("*.*")), *sorted(self.root.glob("signatures/*.toml"))):
            if path.suffix in {".json", ".toml"}:
                total.update(path.name.encode() + b"\0" + path.read_bytes())
        return total.hexdigest()[:12]

    @cached_property
    def version(self) -> str:
        """The date of the newest harvest."""
        return self.releases.harvested

    def _table(self, name: str, kind: type[T]) -> T:
        try:
            return msgspec.toml.decode(self._read(name), type=kind)
        except msgspec.DecodeError as error:  # its text carries the key path
            raise MatrixError(f"{name} of the compatibility matrix: {error}") from None

    def _read(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise MatrixError(f"cannot read {name} of the compatibility matrix: {error}") from None
