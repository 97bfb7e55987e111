"""Who uses this machine and what it is called: what has to be kept out of a dump."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tfdoctor.facts.identity import Identity
from tfdoctor.probes.machine import Machine

_USERS: Final = (
    "USER", "LOGNAME", "USERNAME", "SUDO_USER", "LNAME", "NB_USER", "JUPYTERHUB_USER", "RUNAS_USER", "SLURM_JOB_USER",
    "PBS_O_LOGNAME",
    "GIT_AUTHOR_NAME", "CONDA_USER",
)  # fmt: skip
_HOSTS: Final = (
    "HOSTNAME", "HOST", "COMPUTERNAME", "SLURMD_NODENAME", "SLURM_SUBMIT_HOST", "PBS_O_HOST", "LSB_SUB_HOST",
    "NODE_NAME", "USERDNSDOMAIN",
    "USERDOMAIN", "LOGONSERVER", "NAME",
)  # fmt: skip
_HOMES: Final = ("HOME", "USERPROFILE", "HOMEPATH", "PBS_O_HOME")
_SYSTEM: Final = frozenset({"root", "nobody", "nfsnobody", "daemon"})
_LOCAL: Final = re.compile(r"localhost.*|ip6-.*|broadcasthost|.*\.docker\.internal", re.IGNORECASE)
_FIRST_USER: Final = 500  # macOS counts people from 501, Linux from 1000


def probe(machine: Machine) -> Identity:
    """Return the names of the user, of other people's accounts here and of the machine; no service is asked."""
    environ = (
        {name.upper(): value for name, value in machine.environ.items()}
        if machine.platform == "win32"
        else machine.environ
    )
    accounts = tuple(_accounts(machine))
    users = [*_values(environ, _USERS), *(name for name, _, _ in accounts)]
    return Identity(
        users=_unique(name for name in users if name.lower() not in _SYSTEM),
        names=_unique(full for _, full, _ in accounts),
        hosts=_unique(name for name in _hosts(machine, environ) if not _LOCAL.fullmatch(name)),
        homes=_unique(
            home
            for home in (*_values(environ, _HOMES), *(home for _, _, home in accounts))
            if home not in {"/root", "/"}
        ),
    )


def _values(environ: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if environ.get(name, "").strip():
            yield environ[name].strip()


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))


def _read(machine: Machine, path: str) -> str:
    try:
        return machine.read(path).decode(errors="replace")
    except OSError:
        return ""


def _accounts(machine: Machine) -> Iterator[tuple[str, str, str]]:
    """The accounts of people, and the own one, whatever its number: name, full name, home."""
    own = re.search(r"^Uid:\s+(\d+)", _read(machine, "/proc/self/status"), re.MULTILINE)
    for line in _read(machine, "/etc/passwd").splitlines():
        fields = line.split(":")
        if len(fields) < 7 or not fields[2].isdigit() or fields[0] in _SYSTEM:
            continue
        name, number, full, home = fields[0], int(fields[2]), fields[4].split(",")[0], fields[5]
        person = number >= _FIRST_USER and re.search(r"home|users|/u/", home, re.IGNORECASE)
        if person or (own is not None and number == int(own[1])):
            yield name, full, home


def _hosts(machine: Machine, environ: Mapping[str, str]) -> Iterator[str]:
    for value in _values(environ, _HOSTS):
        yield value.strip("\\")
    for path in ("/proc/sys/kernel/hostname", "/etc/hostname"):
        yield from _read(machine, path).split()[:1]
    for line in _read(machine, "/etc/hosts").splitlines():
        fields = line.partition("#")[0].split()
        if fields and re.match(r"127\.|::1", fields[0]):
            yield from fields[1:]
    if machine.platform == "darwin":
        yield from _asked(machine, ("scutil", "--get", "LocalHostName"))
        yield from _asked(machine, ("hostname",))


def _asked(machine: Machine, argv: tuple[str, ...]) -> Iterator[str]:
    try:
        done = machine.run(argv, timeout=2)
    except OSError:
        return
    if done.code == 0:
        yield from done.stdout.decode(errors="replace").split()[:1]
