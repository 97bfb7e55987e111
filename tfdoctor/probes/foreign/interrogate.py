"""Runs in the patient's Python and writes what it is and what is installed, as JSON, to the file named in argv.

The standard library only, valid for CPython 3.6. Above the gate nothing but `sys` is imported and the syntax is
that of Python 2.7 too, so that any older interpreter still answers. Nothing of the patient is imported, neither
TensorFlow nor any other distribution; standard output is not used, since .pth files and sitecustomize print there.
"""

import sys

if len(sys.argv) != 2:
    sys.exit("usage: interrogate.py FILE")
if sys.version_info < (3, 6) or sys.implementation.name != "cpython":
    _name = "cpython"
    if hasattr(sys, "implementation"):
        _name = sys.implementation.name
    elif hasattr(sys, "pypy_version_info"):
        _name = "pypy"
    with open(sys.argv[1], "w") as _file:
        _file.write(
            '{"refused": {"version": "%d.%d.%d", "implementation": "%s"}}' % (tuple(sys.version_info[:3]) + (_name,))
        )
    sys.exit(0)

_LOADED = frozenset(sys.modules)  # what every start of this interpreter loads before the user's first import

import os  # noqa: E402

_HERE = os.path.dirname(os.path.abspath(__file__))


def real_path():
    """Return sys.path as a user's program has it: the current folder in the place of this script's folder."""
    rest = list(sys.path)
    if not getattr(sys.flags, "safe_path", False):
        if rest and os.path.abspath(rest[0]) == _HERE:
            rest = rest[1:]
        try:
            rest.insert(0, os.getcwd())
        except OSError:  # the current folder was deleted
            pass
    found = []
    for entry in rest:
        if isinstance(entry, bytes):
            entry = os.fsdecode(entry)
        if isinstance(entry, str):
            entry = os.path.abspath(entry)
            if entry not in found:
                found.append(entry)
    return found


_STDLIB = os.path.dirname(os.path.abspath(os.__file__))
_PATH = real_path()


def is_stdlib(entry):
    """Whether a sys.path entry is one of the standard library's."""
    name = os.path.basename(entry)
    if entry == _STDLIB or name == "python%d%d.zip" % sys.version_info[:2]:
        return True
    return name in ("lib-dynload", "DLLs")


# A user's random.py or json.py in front of the standard library must not be what this script imports.
sys.path[:] = [entry for entry in _PATH if is_stdlib(entry)] + [_HERE]

import json  # noqa: E402

import survey  # noqa: E402


def first_line(path, prefix):
    """Return the rest of the first line that starts with `prefix`, or None."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.strip().startswith(prefix):
                    return line.strip()[len(prefix) :]
    except OSError:
        pass
    return None


def environment(base):
    """Return the kind of place that this interpreter lives in."""
    if hasattr(sys, "real_prefix"):
        return "virtualenv"
    if base != sys.prefix:
        made = first_line(os.path.join(sys.prefix, "pyvenv.cfg"), "virtualenv")
        return "virtualenv" if made is not None else "venv"
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")):
        return "conda"
    return "store" if "WindowsApps" in (sys.executable or "") + base else "system"


def platform_tag():
    """Return sysconfig.get_platform(), without the import of sysconfig where its answer is plain."""
    if sys.platform.startswith("linux"):
        return "linux-" + os.uname().machine
    import sysconfig

    return sysconfig.get_platform()


def architecture(tag):
    """Return the architecture that this interpreter was built for."""
    if sys.platform == "win32":
        return {"win-amd64": "AMD64", "win-arm64": "ARM64", "win32": "x86"}.get(tag, tag)
    if sys.platform == "darwin":
        return os.uname().machine  # x86_64 under Rosetta, that of the process
    multiarch = getattr(sys.implementation, "_multiarch", "")
    machine = multiarch.split("-")[0] or os.uname().machine
    if sys.maxsize > 2**32:
        return machine
    return {"x86_64": "i686", "i386": "i686", "aarch64": "armv7l", "arm": "armv7l"}.get(machine, machine)


def soabi():
    """Return the tag of this interpreter's extension modules ("cpython-39-x86_64-linux-gnu"), or None."""
    import _imp

    longest = max(_imp.extension_suffixes(), key=len, default="")
    parts = longest.split(".")
    return parts[1] if len(parts) > 2 else None


def user_site():
    """Return the user's site folder where it is enabled and exists."""
    site = sys.modules.get("site")
    if site is None or not getattr(site, "ENABLE_USER_SITE", False):
        return None
    folder = getattr(site, "USER_SITE", None)
    return folder if isinstance(folder, str) and os.path.isdir(folder) else None


def interpreter():
    """Return what this Python is."""
    base = getattr(sys, "real_prefix", None) or sys.base_prefix
    version = "%d.%d.%d" % sys.version_info[:3]
    if sys.version_info.releaselevel != "final":
        level = {"alpha": "a", "beta": "b", "candidate": "rc"}[sys.version_info.releaselevel]
        version += "%s%d" % (level, sys.version_info.serial)
    kind = environment(base)
    tag = platform_tag()
    managed = kind in ("system", "store") and os.path.exists(os.path.join(_STDLIB, "EXTERNALLY-MANAGED"))
    return {
        "executable": sys.executable,
        "version": version,
        "implementation": sys.implementation.name,
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "soabi": soabi(),
        "machine": architecture(tag),
        "platform_tag": tag,
        "environment": kind,
        "prefix": sys.prefix,
        "base_prefix": base,
        "user_site": user_site(),
        "path": _PATH,
        "externally_managed": managed,
    }


def main():
    """Write the answer; a part that fails is named in "failures" and the others are still written."""
    answer = {"failures": []}
    stdlib = [entry for entry in _PATH if is_stdlib(entry)]
    parts = [
        ("interpreter", interpreter),
        ("installation", lambda: survey.survey(_PATH, stdlib, _LOADED, sys.prefix)),
    ]
    for name, part in parts:
        try:
            answer[name] = part()
        except Exception as error:
            import traceback

            lines = traceback.format_exc().strip().splitlines()
            where = lines[-3].strip() if len(lines) >= 3 else ""
            answer["failures"].append([name, "%s: %s (%s)" % (type(error).__name__, error, where)])
    # A file name that is no UTF-8 comes as lone surrogates, which JSON readers refuse.
    data = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    with open(sys.argv[1], "wb") as file:
        file.write(data)


main()
