import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tfdoctor.facts import ABSENT, Accelerators, Gpu, Nvml, Unknown, known
from tfdoctor.probes import gpu
from tfdoctor.probes.machine import RealMachine
from tfdoctor.probes.nvml import Answer

# A stand-in for NVIDIA's library, driven by the environment; the return codes are those of nvml.h.
STUB = """
#include <stdlib.h>
#include <string.h>
static int code(const char *name) { const char *text = getenv(name); return text ? atoi(text) : 0; }
typedef struct { unsigned long long total, free, used; } memory_t;
int nvmlInitWithFlags(unsigned flags) { return code("STUB_INIT"); }
int nvmlInit_v2(void) { return code("STUB_INIT"); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int result) { return result == 18 ? "Driver/library version mismatch" :
    result == 3 ? "Not Supported" : result == 15 ? "GPU is lost" : "an error"; }
int nvmlSystemGetDriverVersion(char *text, unsigned length) {
    strncpy(text, "535.104.05", length); return code("STUB_DRIVER"); }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12020; return code("STUB_DRIVER"); }
int nvmlDeviceGetCount_v2(unsigned *count) { const char *text = getenv("STUB_COUNT");
    *count = text ? atoi(text) : 1; return code("STUB_COUNT_CODE"); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (void *)8; return code("STUB_HANDLE"); }
int nvmlDeviceGetName(void *device, char *text, unsigned length) {
    strncpy(text, "NVIDIA A100-SXM4-40GB", length); return 0; }
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    *major = 8; *minor = 0; return code("STUB_CC"); }
int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    memory->total = 42949672960ULL; return code("STUB_MEMORY"); }
int nvmlDeviceGetMigMode(void *device, unsigned *now, unsigned *later) {
    *now = 1; *later = 1; return code("STUB_MIG"); }
"""
PROBE = """
import msgspec, sys
from tfdoctor.probes import gpu
from tfdoctor.probes.machine import RealMachine
sys.stdout.buffer.write(msgspec.json.encode(gpu.probe(RealMachine())))
"""


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    try:
        subprocess.run(
            [
                "gcc",
                "-shared",
                "-fPIC",
                "-w",
                "-Wl,-soname,libnvidia-ml.so.1",
                "-o",
                folder / "libnvidia-ml.so.1",
                "-x",
                "c",
                "-",
            ],
            input=STUB.encode(),
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("no C compiler")
    return folder


@pytest.fixture
def ask_stub(stub: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Accelerators]:
    # A library that is loaded already serves everyone who asks for its SONAME.
    ctypes.CDLL(str(stub / "libnvidia-ml.so.1"))

    def ask(**codes: int) -> Accelerators:
        for name in ("INIT", "DRIVER", "COUNT", "COUNT_CODE", "HANDLE", "CC", "MEMORY", "MIG"):
            monkeypatch.delenv(f"STUB_{name}", raising=False)
        for name, value in codes.items():
            monkeypatch.setenv(f"STUB_{name.upper()}", str(value))
        return gpu.probe(RealMachine(environ={"LD_LIBRARY_PATH": str(stub)}))

    return ask


def test_the_library_is_found_by_the_variable(stub: Path) -> None:
    environ = {**os.environ, "LD_LIBRARY_PATH": str(stub)}
    done = subprocess.run([sys.executable, "-c", PROBE], env=environ, capture_output=True, check=True)
    assert msgspec.json.decode(done.stdout, type=Accelerators).nvml == Nvml(status="ok")


def test_a_gpu_is_described(ask_stub: Callable[..., Accelerators]) -> None:
    found = ask_stub()
    assert found.nvml == Nvml(status="ok")
    (first, *_) = known(found.gpus) or ()
    assert first == Gpu(name="NVIDIA A100-SXM4-40GB", compute_capability="8.0", memory_bytes=42949672960, mig=True)
    driver = known(found.driver)
    assert driver is not None
    assert (driver.version, driver.cuda_version) == ("535.104.05", "12.2")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (4, "no-permission"),
        (6, "no-device"),
        (9, "no-driver"),
        (12, "no-library"),
        (15, "gpu-lost"),
        (18, "version-mismatch"),
        (28, "no-device"),
        (999, "error"),
    ],
)
def test_every_error_of_the_start_is_kept_apart(ask_stub: Callable[..., Accelerators], code: int, status: str) -> None:
    found = ask_stub(init=code)
    nvml = known(found.nvml)
    assert nvml is not None
    assert nvml.status == status
    assert nvml.detail
    if status == "no-device":
        assert known(found.gpus) == ()
    elif status not in {"no-driver", "no-library"}:  # then the bus of the machine at hand decides
        assert isinstance(found.gpus, Unknown)


def test_what_nvml_does_not_answer_is_unknown(ask_stub: Callable[..., Accelerators]) -> None:
    found = ask_stub(cc=3, memory=3, driver=999, mig=3)
    (first, *_) = known(found.gpus) or ()
    assert isinstance(first.compute_capability, Unknown)
    assert isinstance(first.memory_bytes, Unknown)
    assert first.mig is ABSENT or first.mig == ABSENT
    driver = known(found.driver)
    assert driver is not None
    assert isinstance(driver.version, Unknown)
    assert isinstance(driver.cuda_version, Unknown)
    (first, *_) = known(ask_stub(mig=15).gpus) or ()
    assert "lost" in str(first.mig)


def test_a_lost_gpu_is_listed_without_facts(ask_stub: Callable[..., Accelerators]) -> None:
    (first, *_) = known(ask_stub(handle=15).gpus) or ()
    assert "GPU is lost" in str(first.name)


def test_an_error_while_counting_keeps_the_driver(ask_stub: Callable[..., Accelerators]) -> None:
    found = ask_stub(count_code=15)
    assert known(found.nvml) == Nvml(status="gpu-lost", detail="GPU is lost")
    driver = known(found.driver)
    assert driver is not None
    assert driver.version == "535.104.05"
    assert known(ask_stub(count=0).nvml) == Nvml(status="no-device")


def pci(*devices: tuple[str, str, str]) -> dict[str, str]:
    files = {}
    for index, (kind, vendor, device) in enumerate(devices):
        for name, value in (("class", kind), ("vendor", vendor), ("device", device)):
            files[f"/sys/bus/pci/devices/0000:00:0{index}.0/{name}"] = f"0x{value}\n"
    return files


def never() -> Answer:
    raise AssertionError("NVML is not installed")


def test_a_host_without_gpu_has_none(made_up: Callable[..., Any]) -> None:
    found = gpu.probe(made_up(files=pci(("060000", "8086", "1237"))), ask=never)
    assert (found.gpus, found.driver, found.pci_display, found.device_nodes) == ((), ABSENT, (), ())
    nvml = known(found.nvml)
    assert nvml is not None
    assert nvml.status == "no-library"


def test_a_card_without_driver_is_seen_on_the_bus(made_up: Callable[..., Any]) -> None:
    machine = made_up(files=pci(("030000", "10de", "1b06"), ("030000", "8086", "3e92"), ("028000", "8086", "a370")))
    found = gpu.probe(machine, ask=never)
    assert found.pci_display == ("10de:1b06", "8086:3e92")
    assert isinstance(found.gpus, Unknown)
    assert found.driver is ABSENT


def test_other_vendors_are_named(made_up: Callable[..., Any]) -> None:
    found = gpu.probe(made_up(files=pci(("030000", "1002", "73bf"), ("038000", "1a03", "2000"))), ask=never)
    assert found.gpus == (Gpu(vendor="amd"),)
    assert found.pci_display == ("1002:73bf", "1a03:2000")


@pytest.mark.parametrize("extra", [{"architecture": "aarch64"}, {"nodes": True}])
def test_jetson_and_wsl_keep_their_gpu_off_the_bus(made_up: Callable[..., Any], extra: dict[str, Any]) -> None:
    files: dict[str, Any] = pci(("060000", "8086", "1237"))
    if extra.pop("nodes", False):
        files["/dev/dxg"] = ""
    found = gpu.probe(made_up(files=files, **extra), ask=never)
    assert isinstance(found.gpus, Unknown)


def test_the_driver_without_nvml(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    machine = made_up(
        files={
            "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19\n",
            "/usr/lib64/libcuda.so.535.129.03": tiny_elf(62),
            "/dev/nvidia0": "",
            "/dev/nvidiactl": "",
            "/sys/bus/pci/devices/0000:00:01.0/class": "0x030000",
        },
        links={"/usr/lib64/libcuda.so.1": "libcuda.so.535.129.03"},
        closed=("/dev/nvidia0",),
    )
    found = gpu.probe(machine, ask=never)
    driver = known(found.driver)
    assert driver is not None
    assert (driver.kernel_version, driver.libcuda_version) == ("535.104.05", "535.129.03")
    assert isinstance(driver.version, Unknown)
    assert found.device_nodes == ("/dev/nvidia0", "/dev/nvidiactl")
    assert found.unreadable_nodes == ("/dev/nvidia0",)
    assert found.pci_display == ()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"/sys/module/nvidia/version": "550.54.14\n"}, "550.54.14"),
        ({"/proc/driver/nvidia/version": "nothing"}, "names no version"),
        ({"/proc/driver/nvidia/version": PermissionError(13, "Permission denied")}, "Permission denied"),
    ],
)
def test_the_kernel_module(made_up: Callable[..., Any], files: dict[str, Any], expected: str) -> None:
    driver = known(gpu.probe(made_up(files={**files, "/dev/nvidiactl": ""}), ask=never).driver)
    assert driver is not None
    assert expected in str(driver.kernel_version)


def test_nvml_is_asked_where_it_is_installed(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    answer = Answer(Nvml(status="ok"), (Gpu(name="one"),), "535.1", "12.2")
    machine = made_up(files={"/usr/lib/libnvidia-ml.so.1": tiny_elf(62), "/usr/lib/libcuda.so.1": tiny_elf(62)})
    found = gpu.probe(machine, ask=lambda: answer)
    assert found.gpus == (Gpu(name="one"),)
    assert isinstance(found.pci_display, Unknown)
    driver = known(found.driver)
    assert driver is not None
    assert isinstance(driver.libcuda_version, Unknown)
    windows = made_up(
        platform="win32", files={"C:\\Windows\\System32\\nvml.dll": "", "C:\\Windows\\System32\\nvcuda.dll": ""}
    )
    assert gpu.probe(windows, ask=lambda: answer).nvml == Nvml(status="ok")


def test_macs(made_up: Callable[..., Any]) -> None:
    assert gpu.probe(made_up(platform="darwin", architecture="arm64")).gpus == (Gpu(vendor="apple"),)
    assert isinstance(gpu.probe(made_up(platform="darwin")).gpus, Unknown)
