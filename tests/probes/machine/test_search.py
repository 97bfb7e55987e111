import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.probes.ldcache import Entry, parse_cache, parse_listing
from tfdoctor.probes.machine import Completed, RealMachine
from tfdoctor.probes.search import (
    CACHE,
    Loader,
    default_folders,
    expand,
    glibc_loader,
    level_of,
    path_variable,
    read_cache,
    windows_loader,
)

V2 = ("cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3")
V3 = ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave")


def cache_bytes(rows: list[tuple[int, str, str]], *, old: bool = False) -> bytes:
    """A cache of the new format; behind the header of an old one where `old`."""
    strings = b""
    entries = b""
    base = 48 + 24 * len(rows)
    for flags, name, path in rows:
        at = base + len(strings)
        strings += name.encode() + b"\0" + path.encode() + b"\0"
        entries += struct.pack("=iIIIQ", flags, at, at + len(name) + 1, 0, 0)
    new = b"glibc-ld.so.cache1.1" + struct.pack("=IIB3xI3I", len(rows), len(strings), 2, 0, 0, 0, 0) + entries + strings
    return b"ld.so-1.7.0\0" + struct.pack("=I", 0) + new if old else new


ROWS = [(0x0303, "libz.so.1", "/lib64/libz.so.1"), (0x0003, "libz.so.1", "/lib/libz.so.1")]


@pytest.mark.parametrize("old", [False, True])
def test_both_headers_of_the_new_cache_are_read(old: bool) -> None:  # noqa: FBT001
    entries = parse_cache(cache_bytes(ROWS, old=old))
    assert entries == (Entry("libz.so.1", 0x0303, "/lib64/libz.so.1"), Entry("libz.so.1", 3, "/lib/libz.so.1"))


def test_the_old_cache_is_read() -> None:
    data = b"ld.so-1.7.0\0" + struct.pack("=I", 1) + struct.pack("=iII", 0x0303, 0, 5) + b"libz\0/lib/libz\0"
    assert parse_cache(data) == (Entry("libz", 0x0303, "/lib/libz"),)


@pytest.mark.parametrize(
    "data",
    [b"", b"nothing of the kind", cache_bytes(ROWS)[:60], b"ld.so-1.7.0\0" + struct.pack("=I", 9) + bytes(20)],
)
def test_what_is_no_cache_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="cache"):
        parse_cache(data)


def test_the_cache_of_this_machine_agrees_with_ldconfig() -> None:
    if not Path(CACHE).exists() or not Path("/sbin/ldconfig").exists():
        pytest.skip("no cache of the glibc loader")
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    assert [(entry.name, entry.path) for entry in parse_cache(Path(CACHE).read_bytes())] == [
        (entry.name, entry.path) for entry in parse_listing(told)
    ]


def test_a_cache_that_cannot_be_read_is_asked_of_ldconfig(made_up: Callable[..., Any]) -> None:
    listing = "3 libs found\n\tliba.so.1 (libc6,x86-64) => /a/liba.so.1\n\tliba.so.1 (libc6) => /b/liba.so.1\n"
    listing += "\tlibb.so.1 (libc6,AArch64) => /b/libb.so.1\n"
    machine = made_up(files={CACHE: "garbage"}, programs={"/usr/sbin/ldconfig -p": listing})
    assert read_cache(machine, "x86_64") == {"liba.so.1": ("/a/liba.so.1",)}
    assert read_cache(machine, "aarch64") == {"libb.so.1": ("/b/libb.so.1",)}
    failing = made_up(files={CACHE: "garbage"}, programs={"/sbin/ldconfig -p": Completed(1, b"", b"")})
    assert read_cache(failing, "x86_64") == {}
    assert read_cache(made_up(), "x86_64") is None


@pytest.mark.parametrize(
    ("folder", "architecture", "expected"),
    [
        ("/lib/x86_64-linux-gnu/x", "x86_64", "/lib/x86_64-linux-gnu"),
        ("/usr/lib/arm-linux-gnueabihf/x", "arm", "/lib/arm-linux-gnueabihf"),
        ("/usr/lib64/x", "x86_64", "/lib64"),
        ("/usr/lib/x", "x86_64", "/lib"),
    ],
)
def test_each_distribution_has_its_default_folders(
    made_up: Callable[..., Any], folder: str, architecture: str, expected: str
) -> None:
    assert default_folders(made_up(files={folder: ""}), architecture)[0] == expected


def test_the_level_of_a_processor() -> None:
    assert level_of(()) == 1
    assert level_of(V2) == 2
    assert level_of((*V2, *V3)) == 3
    assert level_of((*V2, *V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")) == 4
    assert level_of(V3) == 1


def test_origin_is_the_folder_of_the_library() -> None:
    assert expand(("$ORIGIN/../nvidia/lib", "${ORIGIN}", "/opt"), "/s/tensorflow/x.so") == (
        "/s/nvidia/lib",
        "/s/tensorflow",
        "/opt",
    )


CALLER = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <string.h>
int open_by_name(const char *name, char *path) {
    void *handle = dlopen(name, RTLD_NOW);
    struct link_map *map;
    if (!handle) {
        const char *why = dlerror();  /* "wrong ELF class" is said where every file was passed over for it */
        strcpy(path, strstr(why, "cannot open shared object file") || strstr(why, "wrong ELF class") ? "-" : "!");
        return 1;
    }
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    strcpy(path, map->l_name);
    return 0;
}
"""
PROGRAM = """
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
    char path[4096];
    void *outer = dlopen(argv[1], RTLD_NOW);
    int (*call)(const char *, char *) = outer ? dlsym(outer, "open_by_name") : 0;
    if (!call) { puts(dlerror()); return 1; }
    for (int index = 2; index < argc; index++) { call(argv[index], path); puts(path); }
    return 0;
}
"""
NAMES = [f"libmade{letter}.so.1" for letter in "abcdefgh"]


@pytest.mark.parametrize("tag", ["--enable-new-dtags", "--disable-new-dtags"])
@pytest.mark.parametrize("variable", [None, "{v}", "{v};{w}", "{w}:{v}:"])
def test_the_real_loader_opens_what_the_search_says(
    tmp_path: Path, compile_library: Callable[..., Path], i386: Path, tag: str, variable: str | None
) -> None:
    """DT_RPATH of the caller, its loader's and the program's, or DT_RUNPATH, in every mixture with LD_LIBRARY_PATH."""
    r, p, v, w = (tmp_path / name for name in "rpvw")
    caller = compile_library(tmp_path / "in" / "libcaller.so", "-ldl", f"-Wl,{tag},-rpath,$ORIGIN/../r", code=CALLER)
    program = compile_library(
        tmp_path / "program", "-pie", "-fPIE", "-ldl", f"-Wl,--disable-new-dtags,-rpath,{p}", code=PROGRAM
    )
    for folder, letters in ((r, "abh"), (p, "abcg"), (v, "bdfg"), (w, "abde")):
        folder.mkdir(exist_ok=True)
        for letter in letters:
            compile_library(folder / f"libmade{letter}.so.1")
    (v / "libmadee.so.1").write_bytes(i386.read_bytes())
    (v / "libmadeh.so.1").write_bytes(b"\x7fELF cut")
    (w / "libmadef.so.1").symlink_to(tmp_path / "nowhere")
    environ = {} if variable is None else {"LD_LIBRARY_PATH": variable.format(v=v, w=w)}
    told = subprocess.run(
        [str(program), str(caller), *NAMES], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.split()
    machine = RealMachine(environ=environ)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        loader = glibc_loader(machine, (str(caller), str(program)), machine.architecture)
        found = {name: loader.opened(name) for name in NAMES}
    finally:
        os.chdir(before)
    said = [
        "-" if one is None else "!" if one.state == "broken" else os.path.realpath(one.path) for one in found.values()
    ]
    assert said == [path if path in "-!" else os.path.realpath(path) for path in told]


def test_hwcaps_folders_come_first_as_far_as_the_processor_goes(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    plain = tmp_path / "liba.so.1"
    better = tmp_path / "glibc-hwcaps" / "x86-64-v2" / "liba.so.1"
    best = tmp_path / "glibc-hwcaps" / "x86-64-v3" / "liba.so.1"
    for path in (plain, better, best):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tiny_elf(62))
    machine = RealMachine(environ={"LD_LIBRARY_PATH": str(tmp_path)})
    for flags, expected in (((), plain), (V2, better), ((*V2, *V3), best)):
        found = glibc_loader(machine, (), "x86_64", flags).opened("liba.so.1")
        assert found is not None
        assert found.path == str(expected)


def test_cached_hwcaps_files_are_ranked(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    paths = ["/o/liba.so.1", "/o/glibc-hwcaps/x86-64-v2/liba.so.1", "/o/glibc-hwcaps/x86-64-v4/liba.so.1"]
    machine = made_up(files={path: tiny_elf(62) for path in paths})
    loader = Loader(machine=machine, architecture="x86_64", level=2, entries={"liba.so.1": tuple(paths)})
    assert [one.path for one in loader.candidates("liba.so.1")] == [paths[1]]
    assert [folder.origin for folder in loader.folders] == ["cache"] * 3


def test_a_stale_cache_entry_is_passed_over(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    machine = made_up(
        files={
            CACHE: cache_bytes([(0x0303, "libcudart.so.12", "/gone/libcudart.so.12")]),
            "/usr/lib64/libcudart.so.12": tiny_elf(62),
        }
    )
    loader = glibc_loader(machine, (), "x86_64")
    found = loader.opened("libcudart.so.12")
    assert found is not None
    assert (found.path, found.origin) == ("/usr/lib64/libcudart.so.12", "default")
    assert loader.opened("libcudart.so.11.0") is None


def test_unreadable_files_are_skipped_and_folders_are_errors(
    made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]
) -> None:
    machine = made_up(
        files={
            "/a/liba.so.1": PermissionError(13, "Permission denied"),
            "/b/liba.so.1": tiny_elf(62)[:-8],
            "/c/liba.so.1/x": "",
        },
        environ={"LD_LIBRARY_PATH": "/a:/b:/c"},
    )
    loader = glibc_loader(machine, (), "x86_64")
    assert [(one.state, one.reason[:7]) for one in loader.candidates("liba.so.1")] == [
        ("skipped", "Permiss"),
        ("broken", "cut off"),
        ("broken", "a folde"),
    ]


def test_windows_looks_beside_the_program_then_in_the_system_then_in_path(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        platform="win32",
        environ={"Path": '"C:\\CUDA\\bin";;D:\\Other\\', "SystemRoot": "C:\\WINDOWS"},
        files={"C:\\CUDA\\bin\\cudart64_110.dll": "", "C:\\WINDOWS\\System32\\nvcuda.dll": ""},
    )
    loader = windows_loader(machine, "C:\\Python\\python.exe")
    assert [(folder.path, folder.origin) for folder in loader.folders] == [
        ("C:\\Python", "default"),
        ("C:\\WINDOWS\\System32", "default"),
        ("C:\\WINDOWS", "default"),
        ("C:\\CUDA\\bin", "variable"),
        ("D:\\Other", "variable"),
    ]
    found = loader.opened("cudart64_110.dll")
    assert found is not None
    assert found.path == "C:\\CUDA\\bin\\cudart64_110.dll"
    assert loader.opened("cudnn64_8.dll") is None
    assert windows_loader(made_up(platform="win32")).folders[0].path == "C:\\Windows\\System32"
    assert path_variable(made_up()) == ""
