"""Where the Python interpreters of a machine lie: PATH, and the folders of those who install them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from tfdoctor.probes import registry
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.search import escape

Origin = Literal["path", "pyenv", "uv", "launcher", "conda"]

_NAME: Final = re.compile(r"python(?:3(?:\.\d+)?t?)?(?:\.exe)?", re.IGNORECASE)
_KEYS: Final = (r"HKCU\Software\Python", r"HKLM\Software\Python", r"HKLM\Software\WOW6432Node\Python")
_CONDA: Final = ("anaconda3", "miniconda3", "miniforge3", "mambaforge", "micromamba", ".conda")


def separator(machine: Machine) -> str:
    """Return what divides the parts of a path on this machine."""
    return "\\" if machine.platform == "win32" else "/"


def places(machine: Machine, known: Sequence[str]) -> Iterator[tuple[str, Origin]]:
    """Yield the path of every interpreter with its origin; that of a manager before the same one on PATH."""
    windows = machine.platform == "win32"
    patterns = _windows(machine.environ) if windows else _posix(machine.environ, macos=machine.platform == "darwin")
    for origin, pattern in patterns:
        yield from ((path, origin) for path in machine.glob(pattern) if _is_named(path, separator(machine)))
    for folder in _conda_folders(machine):
        place = "\\python.exe" if windows else "/bin/python"
        yield from ((path, "conda") for path in machine.glob(escape(folder) + place))
    if windows:
        yield from ((path, "launcher") for path in _registered(machine))
    yield from ((path, "path") for path in known)
    yield from ((path, "path") for path in _on_path(machine))


def _is_named(path: str, divider: str) -> bool:
    return _NAME.fullmatch(path.rpartition(divider)[2]) is not None


def _posix(environ: Mapping[str, str], *, macos: bool) -> list[tuple[Origin, str]]:
    home = escape(environ.get("HOME", ""))
    data = escape(environ.get("XDG_DATA_HOME", "")) or f"{home}/.local/share"
    pyenv = escape(environ.get("PYENV_ROOT", "")) or f"{home}/.pyenv"
    uv = escape(environ.get("UV_PYTHON_INSTALL_DIR", "")) or f"{data}/uv/python"
    usual = [
        "/Library/Frameworks/Python.framework/Versions/*/bin/python3",
        "/Library/Developer/CommandLineTools/usr/bin/python3",
        "/opt/homebrew/bin/python3.*",
        "/usr/local/bin/python3.*",
        "/opt/local/bin/python3.*",
    ]
    linux = ["/usr/local/bin/python3.*", "/opt/rh/*/*/usr/bin/python3", "/opt/python/cp3*/bin/python"]
    return [
        ("pyenv", f"{pyenv}/versions/*/bin/python"),
        ("uv", f"{uv}/cpython-*/bin/python3"),
        ("path", f"{escape(environ.get('ASDF_DATA_DIR', '')) or f'{home}/.asdf'}/installs/python/*/bin/python"),
        ("path", f"{escape(environ.get('MISE_DATA_DIR', '')) or f'{data}/mise'}/installs/python/*/bin/python"),
        *(("path", pattern) for pattern in (usual if macos else linux)),
    ]


def _windows(environ: Mapping[str, str]) -> list[tuple[Origin, str]]:
    home = escape(environ.get("USERPROFILE", ""))
    pyenv = escape(environ.get("PYENV_ROOT", "") or environ.get("PYENV", "")) or rf"{home}\.pyenv\pyenv-win"
    data = escape(environ.get("APPDATA", ""))
    named = escape(environ.get("UV_PYTHON_INSTALL_DIR", ""))
    return [
        ("pyenv", rf"{pyenv.rstrip(chr(92))}\versions\*\python.exe"),
        *(
            ("uv", rf"{place}\cpython-*\python.exe")
            for place in (named or rf"{data}\uv\python", rf"{data}\uv\data\python")
        ),
    ]


def _registered(machine: Machine) -> Iterator[str]:
    """The programs that installers of Windows have registered as PEP 514 says."""
    for key in _KEYS:
        text = registry.query(machine, key, "/s") or ""
        yield from re.findall(r"^\s*ExecutablePath\s+REG_SZ\s+(.+?\.exe)\s*$", text, re.MULTILINE)


def _conda_folders(machine: Machine) -> Iterator[str]:
    """The conda installations and their environments, each folder once."""
    divider = separator(machine)
    environ = machine.environ
    home = environ.get("USERPROFILE" if divider == "\\" else "HOME", "")
    roots = [environ.get("CONDA_PREFIX", ""), environ.get("MAMBA_ROOT_PREFIX", "")]
    program = environ.get("CONDA_EXE", "").rpartition(divider)[0]  # …/bin/conda or …\Scripts\conda.exe
    roots += [program.rpartition(divider)[0], *(home + divider + name for name in _CONDA), "/opt/conda"]
    folders: dict[str, None] = {}
    for root in filter(None, roots):
        folders |= dict.fromkeys((root, *machine.glob(f"{escape(root)}{divider}envs{divider}*")))
    try:
        listed = machine.read(divider.join((home, ".conda", "environments.txt"))).decode("utf-8", "replace")
    except OSError:
        listed = ""
    yield from folders | dict.fromkeys(line.strip() for line in listed.splitlines() if line.strip())


def _on_path(machine: Machine) -> Iterator[str]:
    """The interpreters on PATH; of the names of one, the most exact first ("python3.9" before "python3")."""
    divider = separator(machine)
    for entry in dict.fromkeys(machine.environ.get("PATH", "").split(";" if divider == "\\" else ":")):
        folder = entry.rstrip(divider)
        # The programs of pyenv, asdf and mise there are scripts that start one of those found above, in 50 ms or more.
        if not folder or folder.endswith(divider + "shims"):
            continue
        names = [path for path in machine.glob(f"{escape(folder)}{divider}python*") if _is_named(path, divider)]
        # This one of macOS asks to install the command line tools where they are missing; theirs is found above.
        yield from sorted((path for path in names if not _asks(machine, path)), key=lambda path: (-len(path), path))


def _asks(machine: Machine, path: str) -> bool:
    return machine.platform == "darwin" and path.startswith("/usr/bin/")
