"""What of a machine decides a plan, derived from its Snapshot."""

from dataclasses import dataclass
from functools import cached_property

from tfdoctor.facts import Gpu, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.names import JETSON
from tfdoctor.versions import Dotted, cuda_minor, dotted

_ARCH = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64", "i386": "i686", "i586": "i686", "x86": "i686"}


@dataclass(frozen=True)
class Machine:
    """The machine that a plan is for. What is not known is None, and admits everything."""

    snapshot: Snapshot
    matrix: Matrix

    @cached_property
    def os(self) -> str:
        """The operating system; Linux where nobody says."""
        return known(self.snapshot.system.os) or "linux"

    @cached_property
    def arch(self) -> str:
        """The architecture of the machine as wheels name it; x86_64 where nobody says."""
        text = (known(self.snapshot.system.arch) or "x86_64").lower()
        if self.os == "macos":
            translated = known(self.snapshot.system.translated) == "rosetta"
            return "arm64" if translated or text in {"arm64", "aarch64"} else "x86_64"
        return _ARCH.get(text, text)

    @property
    def platform(self) -> str:
        """As locks name it: "linux-x86_64"."""
        return f"{self.os}-{self.arch}"

    @cached_property
    def musl(self) -> bool:
        """Whether the C library is musl, for which there are no wheels."""
        stated, system = known(self.snapshot.system.libc), known(self.snapshot.system.distribution)
        return "musl" in {stated, self.matrix.platforms.libc(system) if system and stated is None else None}

    @cached_property
    def glibc(self) -> Dotted | None:
        """The GNU C library's version, as observed or by the system's release."""
        system = self.snapshot.system
        stated = dotted(known(system.libc_version)) if known(system.libc) != "musl" else None
        name, version = known(system.distribution), known(system.distribution_version)
        if stated is not None or not name or not version:
            return stated
        return dotted(self.matrix.platforms.glibc(name, version))

    @property
    def os_text(self) -> str:
        """The operating system as its maker writes it."""
        return {"linux": "Linux", "macos": "macOS", "windows": "Windows"}.get(self.os, self.os)

    @cached_property
    def system_text(self) -> str:
        """The system in words: "ubuntu 20.04 (glibc 2.31)"."""
        system = self.snapshot.system
        words = [known(system.distribution) or self.os, known(system.distribution_version) or ""]
        if self.os in {"macos", "windows"}:
            words = [self.os_text, known(system.os_version) or ""]
        text = " ".join(word for word in words if word)
        return f"{text} (glibc {self.glibc})" if self.glibc else text

    @cached_property
    def macos(self) -> Dotted | None:
        """The version of macOS."""
        return dotted(known(self.snapshot.system.os_version)) if self.os == "macos" else None

    @cached_property
    def wsl(self) -> bool:
        """Whether this is Linux inside Windows."""
        return known(self.snapshot.system.wsl) is not None

    @cached_property
    def jetson(self) -> bool:
        """Whether this is a Jetson, whose CUDA is the one of its JetPack."""
        system = self.snapshot.system
        names = (known(gpu.name) or "" for gpu in known(self.snapshot.accelerators.gpus) or ())
        texts = (known(system.kernel) or "", known(system.os_version) or "", *self.snapshot.notes, *names)
        return self.arch == "aarch64" and any(JETSON.search(text) for text in texts)

    # --- processor ------------------------------------------------------------------------------------

    def lacks(self, flags: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of some x86 instruction sets that the processor does not have."""
        if self.arch != "x86_64":
            return ()
        have = known(self.snapshot.cpu.flags)
        if have is not None:
            return tuple(flag for flag in flags if flag not in have)
        missing = self.matrix.cpus.lacks(known(self.snapshot.cpu.model) or "")
        return tuple(flag for flag in flags if flag in missing)

    @cached_property
    def cpu_text(self) -> str:
        """The processor's name."""
        return known(self.snapshot.cpu.model) or "this processor"

    # --- GPU ------------------------------------------------------------------------------------------

    @cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """The NVIDIA GPUs."""
        return tuple(gpu for gpu in known(self.snapshot.accelerators.gpus) or () if gpu.vendor == "nvidia")

    @cached_property
    def other_gpu(self) -> str | None:
        """The vendor of a GPU that is not NVIDIA's, where there is no other."""
        vendors = [gpu.vendor for gpu in known(self.snapshot.accelerators.gpus) or () if gpu.vendor != "nvidia"]
        return vendors[0] if vendors and not self.gpus else None

    @cached_property
    def without_nvidia(self) -> str | None:
        """Why no CUDA build can use a GPU here; None where an NVIDIA GPU is there, or nobody looked."""
        if self.gpus or known(self.snapshot.accelerators.gpus) is None:
            return None
        if self.other_gpu is not None:
            return f"the GPU is {self.other_gpu.upper()}'s, and TensorFlow's wheels are built for NVIDIA's"
        return "there is no NVIDIA GPU"

    @cached_property
    def capabilities(self) -> tuple[tuple[str, str], ...]:
        """Pairs (name, compute capability) of the GPUs whose capability is known, each capability once."""
        found: dict[str, str] = {}
        for gpu in self.gpus:
            name, capability = known(gpu.name) or "", self.capability_of(gpu)
            if capability:
                found.setdefault(capability, name or f"a GPU of compute capability {capability}")
        return tuple((name, capability) for capability, name in found.items())

    def capability_of(self, gpu: Gpu) -> str | None:
        """Return a GPU's compute capability: as observed, else by its name."""
        return known(gpu.compute_capability) or self.matrix.gpus.compute_capability(known(gpu.name) or "")

    def capability(self, gpu: str) -> str | None:
        """Return the compute capability of one of the GPUs by the name that `capabilities` gives it."""
        return dict(self.capabilities).get(gpu)

    @cached_property
    def gpu_text(self) -> str:
        """The GPUs by name."""
        names = dict.fromkeys(known(gpu.name) or "an NVIDIA GPU" for gpu in self.gpus)
        return ", ".join(names)

    @cached_property
    def driver(self) -> Dotted | None:
        """The NVIDIA driver's version."""
        driver = known(self.snapshot.accelerators.driver)
        return dotted(known(driver.version) or known(driver.kernel_version)) if driver else None

    @cached_property
    def driver_cuda(self) -> Dotted | None:
        """The newest CUDA that the driver says it serves; by its version where it does not say."""
        driver = known(self.snapshot.accelerators.driver)
        stated = dotted(known(driver.cuda_version)) if driver else None
        if stated is None and self.driver is not None:
            return dotted(self.matrix.drivers.serves(self.driver.text, self.driver_os))
        return stated

    def driver_refuses(self, least: str, cuda: str) -> bool:
        """Whether the driver is known to be older than `least`, which serves a CUDA version.

        A bare branch ("525") counts as any driver of it. Where only the CUDA version that the driver serves is known,
        that decides; from 11 on the minors of a major serve each other.
        """
        if self.driver is not None:
            return self.driver < Dotted(least) and not self.driver.covers(Dotted(least))
        if self.driver_cuda is None:
            return False
        wanted = Dotted(cuda_minor(Dotted(cuda)))
        return self.driver_cuda < wanted and not (wanted.major >= 11 and self.driver_cuda.major == wanted.major)

    @cached_property
    def driver_text(self) -> str:
        """The driver in words."""
        return str(self.driver) if self.driver is not None else f"one that serves CUDA {self.driver_cuda}"

    @cached_property
    def unusable_python(self) -> str:
        """What TensorFlow needs in place of the interpreter that is known, where that has no wheel for its kind."""
        interpreter = self.snapshot.interpreter
        if known(interpreter.bits) == 32 or known(interpreter.machine) in {"i686", "x86"}:
            return "64-bit"
        translated = known(self.snapshot.system.translated) == "rosetta"
        if self.os == "macos" and self.arch == "arm64" and (translated or known(interpreter.machine) == "x86_64"):
            return "arm64"
        return ""

    def has_cuda(self, cuda: str, cudnn: str) -> bool:
        """Whether a toolkit of this minor version and a cuDNN of this major one are known to be installed."""
        libraries = self.snapshot.libraries
        toolkits = (dotted(item.version) for item in known(libraries.toolkits) or ())
        found = (dotted(item.version) for item in known(libraries.cudnn) or ())
        wanted, major = Dotted(cuda_minor(Dotted(cuda))), Dotted(cudnn).major
        return any(one is not None and wanted.covers(one) for one in toolkits) and any(
            one is not None and one.major == major for one in found
        )

    @property
    def driver_os(self) -> str:
        """Whose driver it is: in WSL that of Windows."""
        return "windows" if self.wsl else self.os
