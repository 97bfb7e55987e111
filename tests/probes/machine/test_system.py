import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts import ABSENT, LibStdCxx, System, Unknown, Variable, known
from tfdoctor.probes import container, cpu, environ, libc, system
from tfdoctor.probes.machine import Completed, RealMachine
from tfdoctor.probes.search import glibc_loader

LIBC = b"\x7fELF" + bytes(100) + b"GNU C Library (Ubuntu GLIBC 2.31-0ubuntu9.9) stable release version 2.31.\n\0"


def test_this_machine_is_described() -> None:
    found = system.probe(RealMachine(), interpreter_path=sys.executable)
    assert found.os in {"linux", "macos", "windows"}
    assert isinstance(found.memory_bytes, int)
    assert found.memory_bytes > 1 << 28
    if found.libc == "glibc":
        assert isinstance(found.libc_version, str)
        assert found.libc_version.startswith("2.")
        if not isinstance(found.libstdcxx, LibStdCxx):
            pytest.skip("no libstdc++ here")
        assert str(found.libstdcxx.glibcxx).startswith("3.4")
        assert str(found.libstdcxx.cxxabi).startswith("1.3")
    seen = cpu.probe(RealMachine())
    assert known(seen.flags)
    assert known(seen.count)


LINUX: dict[str, Any] = {
    "/etc/os-release": 'ID=ubuntu\nVERSION_ID="20.04"\nPRETTY_NAME="Ubuntu 20.04.6 LTS"\n# a comment\n',
    "/proc/sys/kernel/osrelease": "5.4.0-150-generic\n",
    "/proc/meminfo": "MemTotal:       16315176 kB\nMemFree: 1 kB\n",
    "/proc/version": "Linux version 5.4.0-150-generic",
    "/proc/1/cgroup": "0::/init.scope\n",
    "/proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nflags : fpu avx\n",
    "/sys/class/dmi/id/sys_vendor": "Dell Inc.\n",
}


def test_a_plain_linux(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    files = {**LINUX, "/usr/lib64/libc.so.6": tiny_elf(62) + LIBC, "/usr/lib64/libstdc++.so.6": tiny_elf(62)}
    found = system.probe(made_up(files=files))
    assert (found.os, found.distribution, found.distribution_version) == ("linux", "ubuntu", "20.04")
    assert (found.kernel, found.arch, found.memory_bytes) == ("5.4.0-150-generic", "x86_64", 16315176 * 1024)
    assert (found.libc, found.libc_version) == ("glibc", "2.31")
    assert (found.container, found.wsl, found.virtualisation, found.translated) == (ABSENT, ABSENT, ABSENT, ABSENT)
    assert (found.memory_limit_bytes, found.cpu_limit) == (ABSENT, ABSENT)
    assert found.os_version == "Ubuntu 20.04.6 LTS"


def test_an_empty_linux_is_unknown_not_wrong(made_up: Callable[..., Any]) -> None:
    found = system.probe(made_up())
    for name in ("distribution", "distribution_version", "kernel", "memory_bytes", "wsl", "container", "translated"):
        assert isinstance(getattr(found, name), Unknown), name
    assert isinstance(found.libc, Unknown)
    assert isinstance(found.virtualisation, Unknown)
    assert found.libstdcxx is ABSENT


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("vendor_id : VirtualApple\n", "rosetta"),
        ("CPU implementer : 0x41\n", "qemu"),
        ("model name : QEMU TCG CPU version 2.5+\n", "qemu"),
        ("vendor_id : GenuineIntel\n", ABSENT),
    ],
)
def test_an_emulated_processor(made_up: Callable[..., Any], cpuinfo: str, expected: object) -> None:
    assert system.probe(made_up(files={**LINUX, "/proc/cpuinfo": cpuinfo})).translated == expected
    arm = made_up(files={**LINUX, "/proc/cpuinfo": cpuinfo}, architecture="aarch64")
    assert system.probe(arm).translated is ABSENT


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/run/.containerenv": ""}, {}, "podman"),
        ({"/run/systemd/container": "lxc\n"}, {}, "lxc"),
        ({"/proc/1/environ": "PATH=/bin\0container=oci\0"}, {}, "oci"),
        ({"/proc/1/cgroup": "0::/kubepods/x\n"}, {}, "kubernetes"),
        ({}, {"COLAB_RELEASE_TAG": "release-colab"}, "colab"),
        ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
    ],
)
def test_containers(made_up: Callable[..., Any], files: dict[str, str], environ: dict[str, str], expected: str) -> None:
    assert container.container(made_up(files=files, environ=environ)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"/sys/class/dmi/id/sys_vendor": "VMware, Inc.\n", "/sys/class/dmi/id/product_name": "VMware7,1"}, "vmware"),
        ({"/sys/hypervisor/type": "xen\n"}, "xen"),
        ({"/proc/cpuinfo": "flags\t\t: fpu hypervisor avx\n"}, "unnamed"),
        ({"/proc/cpuinfo": "flags : hypervisor\n", "/proc/version": "microsoft-standard-WSL2"}, "hyperv"),
    ],
)
def test_hypervisors(made_up: Callable[..., Any], files: dict[str, str], expected: str) -> None:
    assert container.virtualisation(made_up(files=files)) == expected


def test_limits_of_control_groups_version_2(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        files={
            "/proc/self/cgroup": "0::/a/b\n",
            "/sys/fs/cgroup/a/b/memory.max": "max\n",
            "/sys/fs/cgroup/a/memory.max": "4294967296\n",
            "/sys/fs/cgroup/a/b/cpu.max": "150000 100000\n",
            "/sys/fs/cgroup/a/cpu.max": "max 100000\n",
        }
    )
    assert container.memory_limit(machine) == 4 << 30
    assert container.cpu_limit(machine) == 1.5
    assert container.parse_cpu_max("200000") == 2.0
    assert container.parse_cpu_max("200000 0") == 2.0


def test_limits_of_control_groups_version_1(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        files={
            "/proc/self/cgroup": "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\nodd\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
            "/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us": "100000\n",
        }
    )
    assert container.memory_limit(machine) == 1 << 30
    assert container.cpu_limit(machine) == 0.5


def test_musl_is_known_by_the_interpreter_or_the_loader(
    made_up: Callable[..., Any], tmp_path: Path, compile_library: Callable[..., Path]
) -> None:
    loader_path = "/lib/ld-musl-x86_64.so.1"
    banner = Completed(1, b"", b"musl libc (x86_64)\nVersion 1.2.4\nDynamic Program Loader\n")
    machine = made_up(files={loader_path: ""}, programs={loader_path: banner})
    loader = glibc_loader(machine, (), "x86_64")
    assert libc.find_libc(machine, loader, None) == ("musl", "1.2.4")
    broken = made_up(files={loader_path: ""})
    kind, version = libc.find_libc(broken, loader, None)
    assert kind == "musl"
    assert "cannot be started" in str(version)
    both = made_up(files={loader_path: "", "/lib64/ld-linux-x86-64.so.2": ""})
    assert isinstance(libc.find_libc(both, glibc_loader(both, (), "x86_64"), None)[0], Unknown)
    program = compile_library(
        tmp_path / "python", "-pie", "-fPIE", f"-Wl,--dynamic-linker={loader_path}", code="int main(void) { return 0; }"
    )
    assert libc.find_libc(machine, loader, str(program)) == ("musl", "1.2.4")
    assert libc.find_libc(machine, loader, str(tmp_path / "missing"))[0] == "musl"


def test_a_libc_that_does_not_tell_its_version(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    machine = RealMachine(environ={"LD_LIBRARY_PATH": str(tmp_path)})
    if machine.architecture != "x86_64":
        pytest.skip("made for x86-64")
    (tmp_path / "libc.so.6").write_bytes(tiny_elf(62))
    (tmp_path / "libstdc++.so.6").write_bytes(b"\x7fELF cut")
    loader = glibc_loader(machine, (), "x86_64")
    kind, version = libc.find_libc(machine, loader, None)
    assert kind == "glibc"
    assert "does not tell" in str(version)
    (tmp_path / "libc.so.6").write_bytes(b"no ELF")
    assert "cannot be read" in str(libc.find_libc(machine, loader, None)[1])
    found = libc.find_libstdcxx(loader)
    assert isinstance(found, LibStdCxx)
    assert isinstance(found.glibcxx, Unknown)
    assert libc.parse_musl("nothing") is None


MAC = {
    "/usr/bin/sw_vers -productVersion": "14.2.1\n",
    "/usr/sbin/sysctl -n sysctl.proc_translated": "1\n",
    "/usr/sbin/sysctl -n kern.osrelease": "23.2.0\n",
    "/usr/sbin/sysctl -n hw.memsize": "17179869184\n",
    "/usr/sbin/sysctl machdep.cpu hw.optional hw.ncpu": "machdep.cpu.brand_string: Apple M2\nhw.ncpu: 8\n",
}


def test_a_mac(made_up: Callable[..., Any]) -> None:
    machine = made_up(platform="darwin", programs=MAC)
    found = system.probe(machine)
    assert (found.os, found.os_version, found.translated, found.memory_bytes) == (
        "macos",
        "14.2.1",
        "rosetta",
        16 << 30,
    )
    assert cpu.probe(machine).model == "Apple M2"
    silent = made_up(platform="darwin", programs={"/usr/bin/sw_vers -productVersion": Completed(1, b"", b"")})
    found = system.probe(silent)
    assert isinstance(found.os_version, Unknown)
    assert isinstance(found.memory_bytes, Unknown)
    assert found.translated is ABSENT
    assert isinstance(cpu.probe(silent).flags, Unknown)


def reg(key: str, **values: str) -> str:
    return f"\r\n{key}\r\n" + "".join(f"    {name}    REG_SZ    {value}\r\n" for name, value in values.items())


def windows(made_up: Callable[..., Any], **programs: str) -> System:
    machine = made_up(
        platform="win32",
        architecture="AMD64",
        files={"C:\\Windows\\System32\\msvcp140.dll": "", "C:\\Windows\\System32\\vcruntime140.dll": ""},
        programs={"cmd /c ver": "\r\nMicrosoft Windows [Version 10.0.22631.3007]\r\n", **programs},
    )
    return system.probe(machine)


def test_windows(made_up: Callable[..., Any]) -> None:
    current = f"reg query {system._WINDOWS_KEY}"
    paths = f"reg query {system._FILE_SYSTEM_KEY} /v LongPathsEnabled"
    found = windows(
        made_up,
        **{
            current: reg("HKLM", ProductName="Windows 10 Pro", DisplayVersion="23H2"),
            paths: reg("H", LongPathsEnabled="0x1"),
        },
    )
    assert (found.os, found.os_version, found.arch) == ("windows", "10.0.22631.3007", "x86_64")
    assert (found.distribution, found.distribution_version, found.long_paths) == ("Windows 10 Pro", "23H2", True)
    assert found.msvc_runtime == ("msvcp140.dll", "vcruntime140.dll")
    assert known(found.memory_bytes)
    bare = windows(made_up)
    assert isinstance(bare.distribution, Unknown)
    assert bare.long_paths is False
    assert system.parse_ver("nothing") is None


def test_the_processor_of_windows(made_up: Callable[..., Any]) -> None:
    key = f"reg query {cpu._PROCESSOR_KEY}"
    machine = made_up(
        platform="win32",
        environ={"NUMBER_OF_PROCESSORS": "8"},
        programs={key: reg("H", ProcessorNameString="Intel(R) Core(TM) i7", VendorIdentifier="GenuineIntel")},
    )
    found = cpu.probe(machine, present={10: True, 39: True}.__contains__)
    assert (found.model, found.vendor, found.count) == ("Intel(R) Core(TM) i7", "GenuineIntel", 8)
    assert found.flags == ("sse2", "avx")
    silent = cpu.probe(made_up(platform="win32"))
    assert isinstance(silent.model, Unknown)
    assert isinstance(silent.count, Unknown)
    if sys.platform != "win32":
        assert isinstance(silent.flags, Unknown)


def test_a_processor_that_cannot_be_read(made_up: Callable[..., Any]) -> None:
    assert isinstance(cpu.probe(made_up()).flags, Unknown)
    found = cpu.probe(made_up(files={"/proc/cpuinfo": "processor\t: 0\nflags\t: avx\n"}))
    assert (found.flags, found.count) == (("avx",), 1)
    many = made_up(files={"/proc/cpuinfo": "processor\t: 0\n", "/sys/devices/system/cpu/online": "0-95,128\n"})
    assert cpu.probe(many).count == 97
    assert isinstance(cpu.probe(many).flags, Unknown)
    assert cpu.parse_cpu_list("none") is None
    assert isinstance(cpu.parse_sysctl("").count, Unknown)


def test_only_allowed_variables_are_taken(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        environ={
            "CUDA_VISIBLE_DEVICES": "0",
            "LD_LIBRARY_PATH": "/x",
            "HOME": "/home/somebody",
            "TF_API_TOKEN": "secret",
            "TF_VAR_database": "terraform",
            "TF_CLI_CONFIG_FILE": "terraform",
            "TF_VAR_region": "Terraform, not TensorFlow",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "NVIDIA_APIKEY": "secret",
            "KERAS_HUB_PASSWD": "secret",
            "TPU_PWD": "secret",
            "AUTOGRAPH_VERBOSITY": "1",
            "PATH": "/bin",
        }
    )
    assert environ.probe(machine) == (
        Variable(name="AUTOGRAPH_VERBOSITY", value="1"),
        Variable(name="CUDA_VISIBLE_DEVICES", value="0"),
        Variable(name="LD_LIBRARY_PATH", value="/x"),
        Variable(name="PATH", value="/bin"),
    )
    assert environ.probe(made_up(platform="win32", environ={"Path": "C:\\"})) == (Variable(name="PATH", value="C:\\"),)


def test_the_real_seam(tmp_path: Path) -> None:
    machine = RealMachine()
    path = tmp_path / "a"
    path.write_text("abc")
    (tmp_path / "link").symlink_to(path)
    assert machine.read(str(path), 2) == b"ab"
    assert machine.size(str(path)) == 3
    assert machine.real_path(str(tmp_path / "link")) == str(path.resolve())
    assert machine.may_open(str(path))
    assert machine.glob(f"{tmp_path}/*") == (str(path), str(tmp_path / "link"))
    assert machine.run([sys.executable, "-c", "print(1)"], 60).stdout.strip() == b"1"
    assert machine.run([sys.executable, "-c", "import time; time.sleep(60)"], 0.2, {}).code is None


def test_a_link_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> str:
        raise PermissionError(13, "Permission denied", path)

    # Only another user's /proc/PID/root is such a link, and the tests of a root user can read all of them.
    monkeypatch.setattr("os.path.realpath", refuse)
    assert RealMachine().real_path("/proc/1/root") == "/proc/1/root"
