"""Containers, virtual machines, WSL and the limits that control groups set."""

import posixpath
import re
from typing import Final

from tfdoctor.facts import ABSENT, Fact, Unknown
from tfdoctor.probes.machine import Machine

_CGROUP_WORDS: Final = (
    ("kubepods", "kubernetes"),
    ("libpod", "podman"),
    ("docker", "docker"),
    ("containerd", "docker"),
    ("lxc", "lxc"),
    ("garden", "garden"),
)
# DMI strings of hypervisors; the first that occurs in vendor or product decides.
_HYPERVISORS: Final = (
    ("vmware", "vmware"),
    ("virtualbox", "virtualbox"),
    ("innotek", "virtualbox"),
    ("amazon ec2", "amazon"),
    ("google compute engine", "google"),
    ("kvm", "kvm"),
    ("qemu", "qemu"),
    ("xen", "xen"),
    ("parallels", "parallels"),
    ("microsoft corporation virtual machine", "hyperv"),
)
UNLIMITED: Final = 1 << 60  # the kernel writes a number near 2^63 where there is no limit (cgroup v1)


def parse_cgroup_kind(text: str) -> str | None:
    """Return the kind of container that /proc/1/cgroup names, or None."""
    return next((kind for word, kind in _CGROUP_WORDS if word in text), None)


def parse_wsl(version: str) -> str | None:
    """Return "1" or "2" from /proc/version of a Windows Subsystem for Linux, or None."""
    lowered = version.lower()
    if "microsoft" not in lowered:
        return None
    return "2" if "wsl2" in lowered or "microsoft-standard" in lowered else "1"


def parse_hypervisor(text: str) -> str | None:
    """Return the hypervisor that DMI's vendor and product ("VMware, Inc. VMware7,1") name, or None."""
    lowered = text.lower()
    return next((kind for word, kind in _HYPERVISORS if word in lowered), None)


def parse_cpu_max(text: str) -> float | None:
    """Return the CPUs of cgroup v2's cpu.max ("150000 100000" is 1.5), or None for "max"."""
    words = text.split()
    if not words or not words[0].isdigit():
        return None
    period = int(words[1]) if len(words) > 1 and words[1].isdigit() and int(words[1]) else 100_000
    return int(words[0]) / period


def _text(machine: Machine, path: str) -> str | None:
    try:
        return machine.read(path, 1 << 16).decode("utf-8", "replace")
    except OSError:
        return None


def container(machine: Machine) -> Fact[str]:
    """Return the kind of container that this process runs in."""
    for variable, kind in (
        ("KUBERNETES_SERVICE_HOST", "kubernetes"),
        ("COLAB_RELEASE_TAG", "colab"),
        ("COLAB_GPU", "colab"),
        ("KAGGLE_KERNEL_RUN_TYPE", "kaggle"),
        ("SINGULARITY_CONTAINER", "singularity"),
        ("APPTAINER_CONTAINER", "singularity"),
    ):
        if machine.environ.get(variable):
            return kind
    for path, kind in (("/.dockerenv", "docker"), ("/run/.containerenv", "podman"), ("/.singularity.d", "singularity")):
        if machine.glob(path):
            return kind
    named = _text(machine, "/run/systemd/container")
    if named and named.strip():
        return named.strip()
    started_with = re.search(r"(?:^|\0)container=([\w-]+)", _text(machine, "/proc/1/environ") or "")
    if started_with:
        return started_with.group(1)
    cgroup = _text(machine, "/proc/1/cgroup")
    if cgroup is None:
        return Unknown(reason="/proc/1/cgroup cannot be read")
    return parse_cgroup_kind(cgroup) or ABSENT


def wsl(machine: Machine) -> Fact[str]:
    """Return the WSL generation, "1" or "2"."""
    version = _text(machine, "/proc/version")
    if version is None:
        return Unknown(reason="/proc/version cannot be read")
    return parse_wsl(version) or ABSENT


def virtualisation(machine: Machine) -> Fact[str]:
    """Return the hypervisor below this kernel; Absent on bare metal."""
    parts = [_text(machine, f"/sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name")]
    named = parse_hypervisor(" ".join(part.strip() for part in parts if part))
    if named:
        return named
    kind = _text(machine, "/sys/hypervisor/type")
    if kind and kind.strip():
        return kind.strip()
    cpuinfo = _text(machine, "/proc/cpuinfo")
    if cpuinfo is None:
        return Unknown(reason="neither DMI nor /proc/cpuinfo can be read")
    if re.search(r"^flags\s*:.*\bhypervisor\b", cpuinfo, re.MULTILINE):
        return "hyperv" if parse_wsl(_text(machine, "/proc/version") or "") else "unnamed"
    return ABSENT


def own_groups(cgroup: str) -> dict[str, str]:
    """Return controller → path of /proc/self/cgroup; version 2's one group has the controller ""."""
    groups = {}
    for line in cgroup.splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon:
            groups.update(dict.fromkeys(controllers.split(","), path))
    return groups


def _up(path: str) -> list[str]:
    """A group's path and those above it: a limit of any of them holds."""
    found = [path.rstrip("/")]
    while found[-1]:
        found.append(posixpath.dirname(found[-1]).rstrip("/"))
    return found


def memory_limit(machine: Machine) -> Fact[int]:
    """Return the lowest memory limit of this process's control groups, in bytes."""
    groups = own_groups(_text(machine, "/proc/self/cgroup") or "")
    files = [f"/sys/fs/cgroup{path}/memory.max" for path in _up(groups.get("", ""))]
    files += [f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes" for path in _up(groups.get("memory", ""))]
    limits = [int(text) for file in files if (text := (_text(machine, file) or "").strip()).isdigit()]
    return min((limit for limit in limits if limit < UNLIMITED), default=ABSENT)


def cpu_limit(machine: Machine) -> Fact[float]:
    """Return the lowest CPU quota of this process's control groups, in CPUs."""
    groups = own_groups(_text(machine, "/proc/self/cgroup") or "")
    limits = [parse_cpu_max(_text(machine, f"/sys/fs/cgroup{path}/cpu.max") or "") for path in _up(groups.get("", ""))]
    for path in _up(groups.get("cpu", "")):
        quota, period = (_text(machine, f"/sys/fs/cgroup/cpu{path}/cpu.cfs_{name}_us") for name in ("quota", "period"))
        limits.append(parse_cpu_max(f"{quota} {period}"))
    return min((limit for limit in limits if limit is not None), default=ABSENT)
