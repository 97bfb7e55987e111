from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdoctor.errors import InputError
from tfdoctor.facts import ABSENT, NOT_OBSERVED, Gpu, Snapshot, decode, encode, known
from tfdoctor.matrix import Matrix
from tfdoctor.tickets.machine import described, read_machine

MATRIX = Matrix.locate()


def machine(text: str) -> Snapshot:
    return described(text, MATRIX)


def gpus(text: str) -> list[tuple[str | None, str | None, str]]:
    found = known(machine(text).accelerators.gpus)
    return [(known(gpu.name), known(gpu.compute_capability), gpu.vendor) for gpu in found or ()]


def test_a_whole_description() -> None:
    found = machine("RTX 3090, driver 470.57, ubuntu 20.04, x86_64, python 3.8")
    driver = known(found.accelerators.driver)
    assert known(found.accelerators.gpus) == (Gpu(name="RTX 3090", compute_capability="8.6"),)
    assert driver is not None
    assert driver.version == "470.57"
    assert (found.system.os, found.system.distribution, found.system.distribution_version) == (
        "linux", "ubuntu", "20.04",
    )  # fmt: skip
    assert (found.system.arch, found.system.libc, found.system.libc_version) == ("x86_64", "glibc", "2.31")
    assert found.interpreter.version == "3.8"
    assert found.origin == "ticket"


def test_what_is_not_said_is_not_observed() -> None:
    found = machine("RTX 3090, python 3.8")
    assert found.system.os == found.system.arch == found.system.libc == NOT_OBSERVED
    assert found.accelerators.driver == found.libraries.toolkits == found.cpu.flags == NOT_OBSERVED
    assert machine("python 3.8").accelerators.gpus == NOT_OBSERVED
    assert machine("driver 535").system.os == NOT_OBSERVED  # Linux or Windows


def test_a_description_survives_being_written() -> None:
    found = machine("jetson agx orin 64GB, jetpack 6.1, python 3.10")
    assert decode(encode(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "python 3.8, x86_64, ubuntu 20.04, driver 470.57, RTX 3090",
        "rtx 3090; DRIVER 470.57; Ubuntu 20.04 LTS; AMD64; Python 3.8",
        "gpu=RTX 3090, driver=470.57, os=ubuntu 20.04, arch=x86_64, python=3.8",
        "GPU: rtx3090, nvidia_driver: 470.57, distro: Ubuntu focal, architecture: x64, cp38",
        "RTX 3090 ubuntu 20.04 x86_64 python 3.8 driver 470.57",
        "an NVIDIA GeForce RTX 3090 with driver version 470.57 on 64-bit ubuntu focal\n x86-64, py3.8",
        "GPU model: RTX 3090; driver version: 470.57; system: Ubuntu 20.04.6 (Focal Fossa); x86_64; Python: 3.8",
        "nvidia-driver-470.57 + rtx 3090 + python3.8 + ubuntu focal + x86_64",
    ],
)
def test_order_case_and_form_do_not_matter(text: str) -> None:
    found, whole = machine(text), machine("RTX 3090, driver 470.57, ubuntu 20.04, x86_64, python 3.8")
    assert [item[1:] for item in gpus(text)] == [("8.6", "nvidia")]
    assert known(found.system.distribution_version) in {"20.04", "20.04.6"}
    assert (found.system.os, found.system.distribution, found.system.arch, found.system.libc_version) == (
        "linux", "ubuntu", "x86_64", whole.system.libc_version,
    )  # fmt: skip
    assert found.accelerators.driver == whole.accelerators.driver
    assert found.interpreter == whole.interpreter


@pytest.mark.parametrize(
    ("text", "os", "distribution", "arch", "libc"),
    [
        ("centos 7", "linux", "centos", None, "2.17"),
        ("rhel 8", "linux", "rhel", None, "2.28"),
        ("Red Hat Enterprise Linux 9.4", "linux", "rhel", None, "2.34"),
        ("ubuntu 18.04", "linux", "ubuntu", None, "2.27"),
        ("ubuntu server 22.04 LTS", "linux", "ubuntu", None, "2.35"),
        ("CentOS Linux release 7.9.2009 (Core)", "linux", "centos", None, "2.17"),
        ("Debian GNU/Linux 12 (bookworm)", "linux", "debian", None, "2.36"),
        ("rpi 4", "linux", None, "aarch64", None),
        ("Mac mini (2018), Intel i7, macOS Big Sur 11.6", "macos", None, "x86_64", None),
        ("noble", "linux", "ubuntu", None, "2.39"),
        ("debian trixie", "linux", "debian", None, "2.41"),
        ("amazon linux 2", "linux", "amzn", None, "2.26"),
        ("AL2023", "linux", "amzn", None, "2.34"),
        ("alma linux 9", "linux", "almalinux", None, "2.34"),
        ("openSUSE Leap 15.5", "linux", "opensuse-leap", None, "2.31"),
        ("arch linux", "linux", "arch", None, None),
        ("fedora 40", "linux", "fedora", None, "2.39"),
        ("alpine 3.18", "linux", "alpine", None, None),
        ("raspberry pi 4", "linux", None, "aarch64", None),
        ("raspberry pi 4, raspberry pi os 12", "linux", "raspbian", "aarch64", "2.36"),
        ("raspberry pi 3, 32-bit, debian 11", "linux", "debian", "armv7l", "2.31"),
        ("raspberry pi 4, armv7l", "linux", None, "armv7l", None),
        ("wsl2", "linux", None, "x86_64", None),
        ("windows 11 with wsl2 and ubuntu 22.04", "linux", "ubuntu", "x86_64", "2.35"),
        ("windows 11 arm64", "windows", None, "arm64", None),
        ("win10", "windows", None, None, None),
        ("apple m2", "macos", None, "arm64", None),
        ("apple silicon, macos sonoma", "macos", None, "arm64", None),
        ("intel mac, macos 10.14", "macos", None, "x86_64", None),
        ("macbook air m1", "macos", None, "arm64", None),
        ("docker on macos, apple m1", "linux", None, "aarch64", None),
        ("m1 macbook, rosetta", "macos", None, "x86_64", None),
        ("jetson xavier nx, l4t 35.2", "linux", "ubuntu", "aarch64", "2.31"),
        ("jetpack 4.6", "linux", "ubuntu", "aarch64", "2.27"),
        ("jetson nano, jetpack 4.6, ubuntu 20.04", "linux", "ubuntu", "aarch64", "2.31"),
        ("GH200", "linux", None, "aarch64", None),
        ("graviton 3, amazon linux 2023", "linux", "amzn", "aarch64", "2.34"),
        ("power9, rhel 7", "linux", "rhel", "ppc64le", "2.17"),
        ("colab", "linux", "ubuntu", "x86_64", None),
        ("docker", "linux", None, None, None),
        ("linux, riscv64", "linux", None, "riscv64", None),
        ("Celeron N4000, linux", "linux", None, "x86_64", None),
        ("glibc 2.17", "linux", None, None, "2.17"),
        ("no avx, linux", "linux", None, "x86_64", None),
    ],
)
def test_systems(text: str, os: str, distribution: str | None, arch: str | None, libc: str | None) -> None:
    system = machine(text).system
    found = [known(item) for item in (system.os, system.distribution, system.arch, system.libc_version)]
    assert found == [os, distribution, arch, libc]


def test_what_else_is_said_of_a_system() -> None:
    assert machine("alpine 3.18").system.libc == "musl"
    assert machine("linux, musl").system.libc == "musl"
    assert machine("arch linux").system.libc == "glibc"
    assert machine("WSL2").system.wsl == "2"
    assert machine("wsl 1, ubuntu 20.04").system.wsl == "1"
    assert machine("wsl").system.wsl == "unspecified"
    assert machine("m1 macbook, rosetta").system.translated == "rosetta"
    assert machine("docker").system.container == "docker"
    assert machine("macos catalina").system.os_version == "10.15"
    assert machine("windows server 2019").system.os_version == "2019"
    assert machine("ubuntu 22.04, kernel 5.15.0-91-generic").system.kernel == "5.15.0-91-generic"
    assert machine("jetpack 5.1").notes[0] == "jetpack: jetpack 5.1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x RTX 2080 Ti", [("RTX 2080 Ti", "7.5", "nvidia")] * 2),
        ("RTX 3090 x2", [("RTX 3090", "8.6", "nvidia")] * 2),
        ("8 A100s", [("A100", "8.0", "nvidia")] * 8),
        ("RTX 3090 and GTX 1080", [("RTX 3090", "8.6", "nvidia"), ("GTX 1080", "6.1", "nvidia")]),
        ("Tesla M4", [("Tesla M4", "5.2", "nvidia")]),
        ("3090", [("3090", "8.6", "nvidia")]),
        ("NVIDIA GeForce RTX 3070 Ti Laptop GPU", [("NVIDIA GeForce RTX 3070 Ti Laptop GPU", "8.6", "nvidia")]),
        ("V100-SXM2-32GB", [("V100", "7.0", "nvidia")]),
        ("A40-48Q", [("A40", "8.6", "nvidia")]),
        ("GRID T4-16Q", [("T4", "7.5", "nvidia")]),
        ("DGX A100", [("A100", "8.0", "nvidia")]),
        ("MIG 1g.5gb A100", [("A100", "8.0", "nvidia")]),
        ("RTX PRO 6000", [("RTX PRO 6000", "12.0", "nvidia")]),
        ("jetson nano", [("jetson nano", "5.3", "nvidia")]),
        ("Jetson", [("Jetson", None, "nvidia")]),
        ("NVIDIA GPU", [(None, None, "nvidia")]),
        ("sm_86", [(None, "8.6", "nvidia")]),
        ("sm_120", [(None, "12.0", "nvidia")]),
        ("compute capability 7.5", [(None, "7.5", "nvidia")]),
        ("RTX 3090, cc 8.6", [("RTX 3090", "8.6", "nvidia")]),
        ("RTX 7090, compute capability 13.0", [("RTX 7090", "13.0", "nvidia")]),
        ("AMD Radeon RX 6800", [("AMD Radeon RX 6800", None, "amd")]),
        ("Instinct MI210", [("Instinct MI210", None, "amd")]),
        ("Intel Arc A770", [("Intel Arc A770", None, "intel")]),
        ("GTX 580", [("GTX 580", "2.0", "nvidia")]),
    ],
)
def test_gpus(text: str, expected: list[Any]) -> None:
    assert gpus(text) == expected


@pytest.mark.parametrize("text", ["no gpu", "cpu only", "CPU-only", "gpu=none", "without a gpu", "no nvidia gpu"])
def test_no_gpu_is_looked_for_and_not_there(text: str) -> None:
    assert machine(text).accelerators.gpus == ()


@pytest.mark.parametrize(
    ("text", "version", "cuda"),
    [
        ("driver 535.104.05", "535.104.05", None),
        ("driver=550", "550", None),
        ("driver>=550", "550", None),
        ("nvidia-smi 535.104.05", "535.104.05", None),
        ("470.57.02 driver", "470.57.02", None),
        ("driver 470, driver 470.57", "470.57", None),
        ("driver cuda 12.2", None, "12.2"),
        ("driver=cuda 12.2", None, "12.2"),
        ("driver_cuda=12.2", None, "12.2"),
        ("driver 12.2", None, "12.2"),
        ("cuda version 12.2 (nvidia-smi)", None, "12.2"),
        ("driver 535.54, driver cuda 12.2", "535.54", "12.2"),
    ],
)
def test_drivers(text: str, version: str | None, cuda: str | None) -> None:
    driver = known(machine(text).accelerators.driver)
    assert driver is not None
    assert (known(driver.version), known(driver.cuda_version)) == (version, cuda)
    assert machine(text).libraries.toolkits == NOT_OBSERVED  # what nvidia-smi prints is no toolkit


def test_no_driver() -> None:
    for text in ("no driver", "driver=none", "RTX 3060, no nvidia driver"):
        assert machine(text).accelerators.driver == ABSENT


def test_cuda_and_cudnn() -> None:
    found = machine("cuda toolkit 11.2, cudnn 8.1, cuda=11.8").libraries
    assert [item.version for item in known(found.toolkits) or ()] == ["11.2", "11.8"]
    assert [item.version for item in known(found.cudnn) or ()] == ["8.1"]
    assert machine("no cuda, cudnn=none").libraries.toolkits == machine("no cudnn").libraries.cudnn == ()


def test_a_jetpack_brings_its_cuda() -> None:
    found = machine("jetson nano, jetpack 4.6").libraries
    assert [(item.version, item.source) for item in known(found.toolkits) or ()] == [("10.2", "JetPack")]
    assert [item.version for item in known(found.cudnn) or ()] == ["8.2.1"]
    other = machine("jetpack 4.6, cuda 11.4, cudnn 8.6").libraries
    assert [item.version for item in known(other.toolkits) or ()] == ["11.4"]
    assert [item.version for item in known(other.cudnn) or ()] == ["8.6"]


def test_processors() -> None:
    assert machine("avx but no avx2").cpu.flags == ("avx", "sse", "sse2", "sse4_1", "sse4_2", "ssse3")
    assert machine("avx, no avx2").cpu.flags == machine("avx but no avx2").cpu.flags
    assert machine("cpu=no avx").cpu.flags == ("sse", "sse2", "sse4_1", "sse4_2", "ssse3")
    assert machine("no avx").cpu.model == machine("avx2").cpu.flags == NOT_OBSERVED
    for name in ("Celeron N4000", "Core 2 Duo", "qemu virtual cpu", "cpu=Celeron N4000"):
        assert "avx" in MATRIX.cpus.lacks(known(machine(name).cpu.model) or ""), name
    assert MATRIX.cpus.lacks(known(machine("Xeon E5-2670, linux").cpu.model) or "") == ("avx2", "fma")
    long = machine("Intel(R) Core(TM) i7-3770 CPU @ 3.40GHz, 8 cores").cpu
    assert (long.model, long.count) == ("Intel(R) Core(TM) i7-3770 CPU", 8)
    assert machine("cpu=Kirin 9000").cpu.model == "Kirin 9000"
    assert machine("cpu=Graviton 3").system.arch == "aarch64"
    assert machine("cores=16").cpu.count == 16


def test_memory_is_the_machines_or_the_gpus() -> None:
    gib = 2**30
    assert machine("8 GB").system.memory_bytes == 8 * gib
    assert machine("512 MB ram").system.memory_bytes == gib // 2
    found = machine("RTX 4090 24GB GDDR6X, 64GB DDR5, ubuntu 24.04")
    (gpu,) = known(found.accelerators.gpus) or ()
    assert (gpu.memory_bytes, found.system.memory_bytes) == (24 * gib, 64 * gib)
    (gpu,) = known(machine("T4, 16 GB of VRAM").accelerators.gpus) or ()
    assert gpu.memory_bytes == 16 * gib


def test_interpreters() -> None:
    several = read_machine("python 3.9 and 3.11, linux, python 3.12", MATRIX)
    assert (several.snapshot.interpreter.version, several.pythons) == ("3.9", ("3.9", "3.11", "3.12"))
    assert read_machine("python 3.9, 3.11", MATRIX).pythons == ("3.9", "3.11")
    assert read_machine("py39, linux", MATRIX).pythons == ("3.9",)
    assert read_machine("linux", MATRIX).pythons == ()
    assert machine("pypy 3.9").interpreter.implementation == "pypy"
    small = machine("32-bit python 3.8, windows 10")
    assert (small.interpreter.bits, small.system.arch) == (32, NOT_OBSERVED)
    assert machine("conda, python 3.9").interpreter.environment == "conda"


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("macos 14, driver 535", "macos 14", "driver 535"),
        ("windows 11, glibc 2.17", "windows 11", "glibc 2.17"),
        ("x86_64, ubuntu 20.04, aarch64", "x86_64", "aarch64"),
        ("windows 10, ubuntu 22.04", "windows 10", "ubuntu 22.04"),
        ("ubuntu 22.04, debian 12", "ubuntu 22.04", "debian 12"),
        ("ubuntu 20.04, glibc 2.17", "ubuntu 20.04", "glibc 2.17"),
        ("alpine, glibc 2.31", "alpine", "glibc 2.31"),
        ("glibc 2.31, musl", "glibc 2.31", "musl"),
        ("macos 14, x86_64, apple m2", "x86_64", "apple m2"),
        ("intel mac, m1", "intel mac", "m1"),
        ("raspberry pi 4, x86_64", "raspberry pi 4", "x86_64"),
        ("GH200, x86_64, linux", "GH200", "x86_64"),
        ("windows 11, jetson nano", "windows 11", "jetson nano"),
        ("RTX 3090, no gpu", "RTX 3090", "no gpu"),
        ("no gpu, compute capability 8.6", "no gpu", "compute capability 8.6"),
        ("RTX 3090, compute capability 7.5", "RTX 3090", "compute capability 7.5"),
        ("driver 470, driver 535", "driver 470", "driver 535"),
        ("no driver, driver 535", "no driver", "driver 535"),
        ("no cuda, cuda 11.2", "no cuda", "cuda 11.2"),
        ("graviton 3, avx2", "graviton 3", "avx2"),
        ("32-bit, x86_64", "32-bit", "x86_64"),
    ],
)
def test_a_contradiction_names_both_sides(text: str, one: str, other: str) -> None:
    with pytest.raises(InputError, match="contradicts itself") as caught:
        machine(text)
    assert repr(one) in str(caught.value)
    assert repr(other) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo bar, ubuntu", "'foo bar'"),
        ("gpu=foo", "'foo'"),
        ("470.57, RTX 3090", "'470.57'"),
        ("RTX 7090, ubuntu 24.04", "'RTX 7090' is not known: state its compute capability"),
        ("color=blue", "'color=blue'; the keys are arch, "),
        ("tensorflow/tensorflow:2.6.0-gpu", "container image"),
        ("nvidia/cuda:11.8.0-base-ubuntu22.04", "container image"),
        ("tensorflow 2.6, ubuntu", "'tensorflow 2.6' is no part of a machine"),
        ("python 3, ubuntu", "name the minor release"),
        ("python 3.14t", "'python 3.14t'"),
        ("", "empty"),
        (" , ;\n", "empty"),
    ],
)
def test_what_is_not_understood_is_named(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        machine(text)
    assert said in str(caught.value)


def test_the_message_says_what_is_understood() -> None:
    with pytest.raises(InputError, match=r'"RTX 3090", "2x A100".*"driver 535\.104".*"no avx2"') as caught:
        machine("a wombat box")
    assert "'wombat'" in str(caught.value)
    assert caught.value.exit_code == 2


_PARTS = [
    "RTX 3090", "2x A100", "no gpu", "driver 470.57", "driver cuda 12.2", "ubuntu 20.04", "windows 11", "wsl2",
    "macos 14", "apple m2", "jetson nano", "jetpack 4.6", "glibc 2.17", "musl", "x86_64", "aarch64", "cuda 11.8",
    "python 3.9 and 3.11", "cudnn 8.6", "no avx", "Celeron N4000", "16 GB", "32-bit", "gpu=T4", "os=debian 12",
    "docker", "sm_86", "=", "x", "\x00",
]  # fmt: skip


@given(
    st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=12)), max_size=6), st.sampled_from([", ", " ", ";"])
)
def test_any_text_is_a_machine_or_refused(parts: list[str], between: str) -> None:
    try:
        found = machine(between.join(parts))
    except InputError:
        return
    assert decode(encode(found)) == found
