"""The first module of tfdoctor.pyz: unpacks what this interpreter needs, runs tfdoctor, removes what it unpacked.

Its syntax is that of old Pythons too, so that they can say what is wanted.
"""

import sys

if sys.version_info < (3, 10):
    sys.stderr.write(
        "tfdoctor: needs Python 3.10 or newer, and this is %d.%d; any one on this machine will do "
        "(it examines others: --python PATH). Without one, use tfdoctor-firstaid.pyz.\n" % sys.version_info[:2]
    )
    sys.exit(2)

import contextlib
import os
import shutil
import sysconfig
import tempfile
import zipfile

_NAMES = {
    "linux-x86_64": "x86_64-manylinux2014",
    "linux-aarch64": "aarch64-manylinux2014",
    "win-amd64": "x86_64-pc-windows-msvc",
}


def target():
    """Return the name of this interpreter's part of the archive."""
    tag = sysconfig.get_platform()
    if tag.startswith("macosx"):
        tag = "aarch64-apple-darwin" if tag.endswith(("arm64", "universal2")) else "x86_64-apple-darwin"
    if "musl" in (sysconfig.get_config_var("SOABI") or ""):
        tag = sysconfig.get_config_var("SOABI")
    return "%d.%d-%s" % (sys.version_info[0], sys.version_info[1], _NAMES.get(tag, tag))


def refuse(text):
    """Say why nothing can be done; the exit code is that of a usage error."""
    sys.stderr.write("tfdoctor: %s\n" % text)
    sys.exit(2)


def unpack(folder):
    """Write the files of this interpreter's target."""
    with zipfile.ZipFile(sys.path[0]) as archive:
        targets = archive.read("targets").decode().split("\n")
        own = "only/%s/" % target()
        if target() not in targets:
            refuse("this file has nothing for %s; it has %s" % (target(), ", ".join(targets)))
        for name in archive.namelist():
            for prefix in ("common/", own):
                if name.startswith(prefix):
                    place = os.path.join(folder, *name[len(prefix) :].split("/"))
                    os.makedirs(os.path.dirname(place), exist_ok=True)
                    with open(place, "wb") as file:
                        file.write(archive.read(name))


def main():
    """Unpack, run, remove."""
    try:
        folder = tempfile.mkdtemp(prefix="tfdoctor-")
    except OSError as error:
        refuse("there is no folder for temporary files (%s); name one by TMPDIR" % error)
    try:
        try:
            unpack(folder)
        except OSError as error:
            refuse("cannot unpack into %s: %s; name another folder by TMPDIR" % (folder, error.strerror or error))
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        from tfdoctor.cli import main as run

        run()
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder, ignore_errors=True)


main()
