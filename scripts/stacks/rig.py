"""An environment with a TensorFlow and a stack of CUDA wheels, and the questions that are put to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harvest.index import Listed, listing
from harvest.remote import new_session, open_wheel
from pypi_simple import PyPISimple

if TYPE_CHECKING:
    from tfdoctor.matrix.stacks import Stack

ASK = Path(__file__).with_name("ask_loader.py")
CACHE = "/etc/ld.so.cache"
WSL = "/usr/lib/wsl/lib"
SYSTEM = ("/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib")
# A kernel that stores one number: what ptxas makes of it tells the architectures that it knows.
PTX = ".version {ptx}\n.target sm_{sm}\n.address_size 64\n.visible .entry k(.param .u64 p) {{ .reg .u64 %r<2>;\n"
PTX += "ld.param.u64 %r1, [p]; st.global.u32 [%r1], 1; ret; }}\n"
SHIM = b"#include <dlfcn.h>\nvoid *tfdoctor_open(const char *name) { return dlopen(name, RTLD_NOW); }\n"
TARGETS = {35: "6.0", 50: "6.0", 60: "6.0", 70: "6.0", 75: "6.3", 80: "7.0", 86: "7.1", 89: "7.8", 90: "7.8"}
TARGETS |= {100: "8.6", 103: "8.8", 120: "8.7", 121: "8.8"}

_FRAMEWORK = re.compile(r"/libtensorflow_framework\.so\.\d$")
_LOADER = re.compile(r"\b(_ZN\S*9DsoLoader\d+Get(\w+)DsoHandleEv)\b")
_CHECK = re.compile(r"\b(_ZN\S*9DsoLoader\d+TryDlopenCUDALibrariesEv)\b")
_ROOTS = re.compile(r"\b(_ZN\S*18CandidateCudaRoots(?:B5cxx11)?Ev)\b")
_OTHERS = re.compile("Hip|Miopen|Roc|CudaDriver|Nvml")


@dataclass(frozen=True)
class Rig:
    """One environment.

    Attributes:
        folder: the virtual environment.
        driver: a folder with a real libcuda.so.1 and libcuda.so; None for a machine without driver.
        cache: a loader cache that knows the system's folders and the driver only; None: that of the machine.
    """

    folder: Path
    driver: Path | None
    cache: Path | None

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site(self) -> Path:
        """Its site-packages."""
        return next(self.folder.glob("lib/python3*/site-packages"))

    def install(self, *requirements: str, cached: bool = False) -> None:
        """Install exact pins, and nothing that they ask for."""
        command = ["uv", "pip", "install", "-q", "--no-deps", "-p", str(self.python)]
        subprocess.run([*command, *([] if cached else ["--no-cache"]), *requirements], check=True)

    def take_framework(self, version: str) -> None:
        """Put the loader's library of a release, out of its wheel, in the place of TensorFlow."""
        wheels = [wheel for wheel in tensorflow_wheels() if wheel.version == version]
        url = next(wheel.url for wheel in reversed(wheels) if re.search(r"manylinux\w*_x86_64", wheel.filename))
        folder = self.site / "tensorflow"
        for old in (folder, *self.site.glob("tensorflow-*.dist-info")):
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir()
        remote, archive = open_wheel(new_session(), url)
        with remote, archive:
            member = next(info for info in archive.infolist() if _FRAMEWORK.search(info.filename))
            (folder / Path(member.filename).name).write_bytes(archive.read(member))

    def make_shim(self) -> None:
        """Make a library that searches where cuDNN does."""
        parts = sorted((self.site / "nvidia" / "cudnn" / "lib").glob("libcudnn_*.so.*"))
        speaker = next((path for path in parts if b"libnvrtc" in path.read_bytes()), parts[0])
        dynamic = subprocess.run(["readelf", "-d", speaker], capture_output=True, text=True, check=True).stdout
        folders = re.search(r"R(?:UN)?PATH\).*\[(.*)\]", dynamic)
        flags = ["-Wl,--enable-new-dtags", f"-Wl,-rpath,{folders[1]}"] if folders else []
        command = ["gcc", "-shared", "-fPIC", "-o", str(self.shim), *flags, "-x", "c", "-", "-ldl"]
        subprocess.run(command, input=SHIM, check=True)

    def link(self, stack: Stack) -> None:
        """Make the links that a row asks for."""
        for place, target in stack.links:
            (self.site / place).symlink_to(target)

    def unlink(self, stack: Stack) -> None:
        """Take the links of a row away."""
        for place, _ in stack.links:
            (self.site / place).unlink(missing_ok=True)

    @property
    def shim(self) -> Path:
        """The library that searches where cuDNN does."""
        return self.site / "nvidia" / "cudnn" / "lib" / "libtfdoctor_shim.so"

    def ask(
        self, stack: Stack, version: str, *, variables: str, imported: bool = False, wsl: Path | None = None
    ) -> dict[str, Any]:
        """Let TensorFlow open its libraries.

        Args:
            stack: the row under test.
            version: the TensorFlow that is installed.
            variables: "none", "search" (those without which no GPU is used) or "all".
            imported: after `import tensorflow` and a compiled function, in the patient's Python.
            wsl: the folder that stands for that of the driver on WSL 2, searched as the row says.

        Returns:
            What ask_loader.py answers; {"error": …} where it ended early.
        """
        framework = next((self.site / "tensorflow").glob("libtensorflow_framework.so.?"))
        table = subprocess.run(["nm", "-D", "--defined-only", framework], capture_output=True, text=True, check=True)
        symbols = table.stdout.replace("@@tensorflow", "")
        functions = {name: symbol for symbol, name in _LOADER.findall(symbols) if "Cached" not in symbol}
        question = {
            "import": imported,
            "jit": imported,
            "framework": str(framework),
            "functions": {name: symbol for name, symbol in functions.items() if not _OTHERS.match(name)},
            # TensorFlow 2.10 keeps source locations, three words, before the state of a Status.
            "state": 3 if version.startswith("2.10.") else 0,
            "admits": next(iter(_CHECK.findall(symbols)), None),
            "roots": next(iter(_ROOTS.findall(symbols)), None),
            "shim": str(self.shim) if self.shim.exists() else None,
            "nvrtc": ["libnvrtc.so", "libnvrtc.so.11.2"] if stack.cuda < "12" else ["libnvrtc.so.12", "libnvrtc.so"],
        }
        result = self.folder / "answer.json"
        result.unlink(missing_ok=True)
        python = str(self.python) if imported else sys.executable
        command = [python, str(ASK), json.dumps(question), str(result)]
        done = subprocess.run(
            self._hidden(command),
            env=self.environ(stack, variables, wsl),
            cwd=self.folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )
        if not result.exists():
            said = self.plain(done.stderr).strip().splitlines()
            return {"error": f"status {done.returncode}: {said[-1][:300] if said else ''}"}
        answer: dict[str, Any] = json.loads(self.plain(result.read_text()))
        return answer

    def environ(self, stack: Stack, variables: str, wsl: Path | None = None) -> dict[str, str]:
        """Return the environment in which TensorFlow is asked."""
        drop = {"LD_LIBRARY_PATH", "XLA_FLAGS", "CONDA_PREFIX", "CUDA_HOME"}
        environ = {key: value for key, value in os.environ.items() if key not in drop}
        environ |= {"TF_CPP_MIN_LOG_LEVEL": "1", "PYTHONNOUSERSITE": "1"}
        if variables == "none":
            return environ
        everything = variables == "all"
        for item in stack.environment(str(self.site), str(self.folder), wsl=wsl is not None, everything=everything):
            value = item.value.replace(WSL, str(wsl)) if wsl else item.value
            environ[item.name] = f"{value}:{environ[item.name]}" if item.name == "PATH" else value
        return environ

    def _hidden(self, command: list[str]) -> list[str]:
        if self.cache is None:
            return command
        return ["unshare", "-m", "sh", "-c", f'mount --bind "{self.cache}" {CACHE} && exec "$@"', "sh", *command]

    def plain(self, text: str) -> str:
        """Take the paths of this machine out of a text."""
        text = text.replace(f"{self.site}/", "")
        return text.replace(f"{self.driver.resolve()}/", "driver/") if self.driver else text

    def compiler(self) -> dict[str, Any]:
        """Run ptxas: its version and the architectures that it compiles for; and look for libdevice."""
        home = self.site / "nvidia" / "cuda_nvcc"
        ptxas = str(home / "bin" / "ptxas")
        said = subprocess.run([ptxas, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"V(\d+(?:\.\d+)+)", said)
        source, targets = self.folder / "kernel.ptx", []
        for sm, ptx in TARGETS.items():
            source.write_text(PTX.format(ptx=ptx, sm=sm))
            command = [ptxas, "-arch", f"sm_{sm}", "-o", os.devnull, str(source)]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                targets.append(sm)
        device = home / "nvvm" / "libdevice" / "libdevice.10.bc"
        return {"ptxas": found[1] if found else None, "targets": targets, "libdevice": device.is_file()}

    def megabytes(self) -> int:
        """Return the size of the stack's files on disk."""
        files = [path for path in (self.site / "nvidia").rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files) // 1_000_000

    def glibc(self) -> str:
        """Return the newest glibc that the platform tags of the installed NVIDIA wheels ask for."""
        least = (0, 0)
        for path in self.site.glob("nvidia_*.dist-info/WHEEL"):
            floors = [_floor(tag) for tag in re.findall(r"^Tag: \S+?-(\w+)$", path.read_text(), re.MULTILINE)]
            least = max(least, min(floors, default=(0, 0)))
        return ".".join(map(str, least))


_NAMED = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


def _floor(tag: str) -> tuple[int, int]:
    platform = tag.rpartition("-")[2]
    if found := re.match(r"manylinux_(\d+)_(\d+)_", platform):
        return int(found[1]), int(found[2])
    return _NAMED.get(platform.partition("_")[0], (0, 0))


@cache
def tensorflow_wheels() -> tuple[Listed, ...]:
    """Return TensorFlow's wheels, as the index lists them."""
    with PyPISimple() as client:
        return listing(client, "tensorflow").wheels


def only_soname(driver: Path, folder: Path) -> Path:
    """Make a folder in which the driver library has its soname only, as in WSL's loader cache."""
    folder.mkdir()
    (folder / "libcuda.so.1").symlink_to((driver / "libcuda.so.1").resolve())
    return folder


def private_cache(work: Path, driver: Path | None) -> Path | None:
    """Make a loader cache without the machine's own CUDA; None where that cannot be mounted (no root)."""
    if os.geteuid() != 0:
        return None
    folders = [*([str(driver)] if driver else []), *(folder for folder in SYSTEM if Path(folder).is_dir())]
    conf = work / "ld.conf"
    conf.write_text("".join(f"{folder}\n" for folder in folders))
    cache = work / "ld.so.cache"
    subprocess.run(["/sbin/ldconfig", "-X", "-C", str(cache), "-f", str(conf)], check=True, capture_output=True)
    return cache
