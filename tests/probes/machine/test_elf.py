import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor.probes.elf import ElfError, floors, newest, parse_header, read_dynamic

I386 = Path(__file__).parents[2] / "elf" / "i386.so"


def test_a_compiled_library_tells_its_dynamic_segment(tmp_path: Path, compile_library: Callable[..., Path]) -> None:
    helper = compile_library(tmp_path / "libhelper.so.7")
    versions = tmp_path / "versions"
    versions.write_text("MADE_1.2 { made_up; };\nMADE_1.10 { } MADE_1.2;\n")
    path = compile_library(
        tmp_path / "libmade.so.1",
        "-Wl,--no-as-needed",
        str(helper),
        "-lc",
        "-Wl,-rpath,$ORIGIN:/opt/made",
        "-Wl,--enable-new-dtags",
        f"-Wl,--version-script,{versions}",
        code='#include <stdio.h>\nint made_up(void) { return printf("x"); }',
    )
    found = read_dynamic(str(path))
    assert (found.soname, found.bits, found.whole) == ("libmade.so.1", 64, True)
    assert found.needed[0] == "libhelper.so.7"
    assert found.runpath == ("$ORIGIN", "/opt/made")
    assert found.rpath == ()
    assert newest(found.version_definitions, "MADE") == "1.10"
    assert floors(found, "GLIBC") is not None
    assert floors(found, "GLIBCXX") is None


def test_an_old_tag_is_a_rpath(tmp_path: Path, compile_library: Callable[..., Path]) -> None:
    found = read_dynamic(str(compile_library(tmp_path / "liba.so", "-Wl,-rpath,/opt/a", "-Wl,--disable-new-dtags")))
    assert (found.rpath, found.runpath) == (("/opt/a",), ())


def test_a_program_names_its_loader(tmp_path: Path, compile_library: Callable[..., Path]) -> None:
    program = compile_library(tmp_path / "program", "-pie", "-fPIE", code="int main(void) { return 0; }")
    assert "ld-linux" in read_dynamic(str(program)).interpreter


@pytest.mark.parametrize(
    ("number", "form", "machine"),
    [(183, (64, "<"), "aarch64"), (22, (64, ">"), "s390x"), (40, (32, "<"), "arm"), (4711, (64, "<"), "4711")],
)
def test_files_of_other_machines_are_read(
    tmp_path: Path, tiny_elf: Callable[..., bytes], number: int, form: tuple[int, str], machine: str
) -> None:
    bits, order = form
    path = tmp_path / "x.so"
    path.write_bytes(tiny_elf(number, wide=bits == 64, order=order, runpath="$ORIGIN/a:$ORIGIN/b"))
    found = read_dynamic(str(path))
    assert (found.machine, found.bits) == (machine, bits)
    assert (found.soname, found.needed) == ("libtiny.so.1", ("libc.so.6",))
    assert found.runpath == ("$ORIGIN/a", "$ORIGIN/b")


def test_a_32_bit_library_is_read() -> None:
    found = read_dynamic(str(I386))
    assert (found.machine, found.bits, found.soname, found.needed) == ("i386", 32, "libtiny.so.1", ("libc.so.6",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x7fEL", "cut off"),
        (b"\x7fELF\x02\x01\x01" + bytes(40), "cut off"),
        (b"\x7fELF\x09" + bytes(200), "cut off"),
        (b"INPUT(-lcudart)\n" * 20, "no ELF"),
    ],
)
def test_what_is_no_library_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.so"
    path.write_bytes(content)
    with pytest.raises(ElfError, match=reason):
        read_dynamic(str(path))


def test_a_library_cut_off_in_the_middle_is_not_whole(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    data = bytearray(tiny_elf(183))
    path = tmp_path / "x.so"
    path.write_bytes(data)
    assert read_dynamic(str(path)).whole
    assert parse_header(bytes(data)).end == len(data)
    path.write_bytes(data[:-40])
    with pytest.raises(ElfError, match="cut off"):
        read_dynamic(str(path))
    struct.pack_into("<Q", data, 64 + 32, len(data) + 4096)  # the first segment's size in the file
    path.write_bytes(data)
    assert not read_dynamic(str(path)).whole


def test_program_headers_beyond_the_file_are_a_cut(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    data = bytearray(tiny_elf(183))
    struct.pack_into("<Q", data, 32, 1 << 40)
    path = tmp_path / "x.so"
    path.write_bytes(data)
    with pytest.raises(ElfError, match="cut off"):
        read_dynamic(str(path))


def test_a_file_without_dynamic_segment_is_empty_of_facts(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    data = bytearray(tiny_elf(183))
    struct.pack_into("<H", data, 56, 0)
    path = tmp_path / "x.so"
    path.write_bytes(data)
    found = read_dynamic(str(path))
    assert (found.needed, found.soname) == ((), "")


def test_strings_outside_the_segments_are_an_error(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    data = bytearray(tiny_elf(183))
    at = data.index(struct.pack("<QQ", 5, 64 + 2 * 56))
    struct.pack_into("<Q", data, at + 8, 1 << 40)
    path = tmp_path / "x.so"
    path.write_bytes(data)
    with pytest.raises(ElfError, match="outside"):
        read_dynamic(str(path))


def test_newest_compares_numbers_not_text() -> None:
    assert newest(("GLIBCXX_3.4", "GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "GLIBCXX_DEBUG"), "GLIBCXX") == "3.4.30"
    assert newest(("CXXABI_1.3",), "GLIBCXX") is None


def test_no_damage_makes_the_reader_crash(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    path = tmp_path / "x.so"
    chance = random.Random(7)  # noqa: S311  the same damage each time
    whole = [tiny_elf(62, runpath="$ORIGIN"), tiny_elf(40, wide=False), I386.read_bytes()]
    outcomes = set()
    for _ in range(1500):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(4, len(data))] = chance.choice((0, 1, 127, 255))
        path.write_bytes(data[: chance.choice((len(data), chance.randrange(1, len(data))))])
        try:
            read_dynamic(str(path))
            outcomes.add("read")
        except ElfError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
