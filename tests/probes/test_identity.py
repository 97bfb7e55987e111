"""What a machine tells of its users and its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tfdoctor.probes import identity
from tfdoctor.probes.machine import Completed, RealMachine

ACCOUNTS = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1::/usr/sbin:/sbin/nologin
bob:x:1000:1000:Bob Smithers,,,:/home/bob:/bin/bash
svc:x:90:90:Service:/opt/svc:/bin/sh
broken line
"""


@dataclass(frozen=True)
class Fake(RealMachine):
    """A machine made of a few files."""

    files: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: str, limit: int = 1 << 20) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path].encode()[:limit]

    def run(self, argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> Completed:
        del timeout, env
        if argv[0] == "scutil":
            raise FileNotFoundError(argv[0])
        return Completed(0, b"mac-of-bob.local\n", b"")


def test_linux() -> None:
    files = {
        "/etc/passwd": ACCOUNTS, "/proc/self/status": "Name:\tx\nUid:\t90\t90\t90\t90\n", "/etc/hostname": "zeus7\n",
        "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 zeus7.acme.example zeus7 # me\n10.0.0.1 other\n",
    }  # fmt: skip
    found = identity.probe(Fake(platform="linux", environ={"USER": "jane", "HOME": "/data/home/jane"}, files=files))
    assert found.users == ("jane", "bob", "svc")
    assert found.names == ("Bob Smithers", "Service")
    assert found.hosts == ("zeus7", "zeus7.acme.example")
    assert found.homes == ("/data/home/jane", "/home/bob", "/opt/svc")


def test_windows_and_macos() -> None:
    windows = Fake(
        platform="win32", environ={"UserName": "Bob", "ComputerName": "DESKTOP-1", "UserProfile": "C:\\Users\\Bob"}
    )
    found = identity.probe(windows)
    assert (found.users, found.hosts, found.homes) == (("Bob",), ("DESKTOP-1",), ("C:\\Users\\Bob",))
    assert identity.probe(Fake(platform="darwin", environ={})).hosts == ("mac-of-bob.local",)


def test_this_machine() -> None:
    found = identity.probe(RealMachine())
    assert "root" not in found.users
    assert "localhost" not in found.hosts
