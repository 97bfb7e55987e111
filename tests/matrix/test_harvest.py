"""The harvester's parsers of texts and libraries, on small inputs and a real library."""

import importlib.util
import struct
import sys
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from harvest import binaries, texts

_SPEC = importlib.util.find_spec("msgspec._core")
EXTENSION = Path((_SPEC.origin if _SPEC else None) or sys.executable)
needs_elf = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an ELF extension module is read")

OLD_BUILD_INFO = """\
from __future__ import absolute_import
is_rocm_build = False
is_cuda_build = True
cuda_version_number = '10'
cudnn_version_number = '7'
"""
NEW_BUILD_INFO = """\
import collections
build_info = collections.OrderedDict([('cpu_compiler', '/usr/lib/llvm-18/bin/clang'),
  ('cuda_compute_capabilities', ['sm_60', 'sm_89', 'compute_90']), ('cuda_version', '12.5.1'),
  ('cudnn_version', '9'), ('is_cuda_build', True), ('is_tensorrt_build', False)])
"""


class TestTexts:
    def test_build_info_of_plain_names(self) -> None:
        assert texts.build_info(OLD_BUILD_INFO) == {
            "is_rocm_build": False,
            "is_cuda_build": True,
            "cuda_version": "10",
            "cudnn_version": "7",
        }

    def test_build_info_of_a_dict_and_of_pairs(self) -> None:
        assert texts.build_info("build_info = {'cuda_version': '10.1'}") == {"cuda_version": "10.1"}
        assert texts.build_info(NEW_BUILD_INFO)["cuda_compute_capabilities"] == ["sm_60", "sm_89", "compute_90"]

    def test_defines(self) -> None:
        text = '#define A_H_\n#define TF_CUDA_VERSION "11.2"\n#define V 808  // Updated: 2021/6/25\n#define E ""\n'
        assert texts.defines(text) == {"TF_CUDA_VERSION": "11.2", "V": "808"}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("64_112", "11.2"),
            ("64_80", "8.0"),
            ("64_8", "8"),
            ("10", "10"),
            ("12.5.1", "12.5.1"),
            ("", None),
            ("..", None),
        ],
    )
    def test_cuda_number(self, text: str, expected: str | None) -> None:
        assert texts.cuda_number(text) == expected

    def test_capabilities_of_new_builds_tell_binary_from_ptx(self) -> None:
        found = texts.capabilities({"cuda_compute_capabilities": ["sm_60", "sm_89", "compute_120"]}, {})
        assert found == (["6.0", "8.9", "12.0"], ["12.0"])

    def test_capabilities_of_old_builds_have_both(self) -> None:
        config = {"TF_CUDA_CAPABILITIES": 'CudaVersion("3.5"), CudaVersion("7.0")'}
        assert texts.capabilities({}, config) == (["3.5", "7.0"], ["3.5", "7.0"])
        assert texts.capabilities({}, {}) is None

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("import sys\n_b=sys.version_info[0]<3\n", ("descriptor", None)),
            ("from google.protobuf.internal import builder as _builder\n", ("builder", None)),
            (
                "# Protobuf Python Version: 6.31.1\n_runtime_version.ValidateProtobufRuntimeVersion(\n",
                ("checked", "6.31.1"),
            ),
        ],
    )
    def test_gencode(self, text: str, expected: tuple[str, str | None]) -> None:
        assert texts.gencode(text) == expected

    def test_metadata_keeps_markers_and_extras(self) -> None:
        text = (
            "Metadata-Version: 2.1\nName: x\nRequires-Python: >=3.9\n"
            "Requires-Dist: numpy <2.0.0,>=1.23.5\nRequires-Dist: a ==1 ; extra == 'and-cuda'\n"
            "Provides-Extra: and-cuda\n"
        )
        assert texts.metadata(text) == {
            "requires_python": ">=3.9",
            "requires": ["numpy <2.0.0,>=1.23.5", "a ==1 ; extra == 'and-cuda'"],
            "extras": ["and-cuda"],
        }

    def test_inner_tags(self) -> None:
        assert texts.inner_tags("Wheel-Version: 1.0\nTag: cp36-cp36m-linux_x86_64\n") == ["cp36-cp36m-linux_x86_64"]


def records(*, headers_first: bool) -> bytes:
    """Return a version-need table of two libraries, as GNU (interleaved) or LLVM linkers lay it out."""

    def aux(name: str, following: int) -> bytes:
        return struct.pack("<IHHII", binaries.elf_hash(name), 0, 2, 100, following)

    libc = [aux("GLIBC_2.2.5", 16), aux("GLIBC_2.27", 0)]
    cxx = [aux("GLIBCXX_3.4.22", 16), aux("CXXABI_1.3.11", 0)]
    if headers_first:
        heads = [struct.pack("<HHIII", 1, 2, 5, 32, 16), struct.pack("<HHIII", 1, 2, 9, 48, 0)]
        return b"".join([*heads, *libc, *cxx])
    first = struct.pack("<HHIII", 1, 2, 5, 16, 48)
    return b"".join([first, *libc, struct.pack("<HHIII", 1, 2, 9, 16, 0), *cxx])


class TestBinaries:
    @needs_elf
    def test_version_needs_are_those_of_a_whole_reading(self) -> None:
        with EXTENSION.open("rb") as stream:
            sections = [s for s in ELFFile(stream).iter_sections() if isinstance(s, GNUVerNeedSection)]
            expected = {aux.name for section in sections for _, auxes in section.iter_versions() for aux in auxes}
        data = EXTENSION.read_bytes()
        chunks = [data[at : at + 1000] for at in range(0, len(data), 1000)]
        assert expected
        assert set(binaries.version_needs(chunks)) == expected

    @pytest.mark.parametrize("headers_first", [False, True])
    def test_both_linkers(self, *, headers_first: bool) -> None:
        data = b"\x7fELF" + bytes(60) + records(headers_first=headers_first) + b"\xff" * 100_000
        names = binaries.version_needs([data[:90], data[90:]])
        assert set(names) == {"GLIBC_2.2.5", "GLIBC_2.27", "GLIBCXX_3.4.22", "CXXABI_1.3.11"}

    def test_a_chance_hash_is_no_table(self) -> None:
        lone = struct.pack("<I", binaries.elf_hash("GLIBC_2.2.5"))
        assert binaries.version_needs([b"\xff" * 64 + lone + b"\xff" * 64]) == ()
        assert binaries.version_needs([b"\xff" * 64 + lone + b"\xff" * 100_000]) == ()

    def test_floor_compares_numbers(self) -> None:
        names = ["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.3.4", "GLIBCXX_3.4"]
        assert binaries.floor(names, "GLIBC") == "2.17"
        assert binaries.floor(names, "GLIBCXX") == "3.4"
        assert binaries.floor(names, "CXXABI") is None

    def test_cxx11_abi(self) -> None:
        assert binaries.cxx11_abi(b"_ZNSt7__cxx1112basic_string") is True
        assert binaries.cxx11_abi(b"_ZN3fooERKSs") is False
        assert binaries.cxx11_abi(b"plain C") is None

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"numpy.core.multiarray", ("1", None)),
            (b"numpy.core._multiarray_umath\0numpy._core._multiarray_umath", ("2", None)),
            (
                b"numpy._core._multiarray_umath\0was compiled against NumPy C-API version 0x%x (NumPy 1.20) but",
                ("2", "1.20"),
            ),
            (b"", (None, None)),
        ],
    )
    def test_numpy_api(self, data: bytes, expected: tuple[str | None, str | None]) -> None:
        assert binaries.numpy_api(data) == expected

    def test_compiler_is_the_one_that_made_the_code(self) -> None:
        old, new = "GCC: (Ubuntu 4.8.4-2ubuntu1) 4.8.4", "GCC: (GNU) 9.3.1 20200408"
        assert binaries.compiler([old, new]) == "gcc 9.3.1"
        assert binaries.compiler([new, "Ubuntu clang version 16.0.6 (++2023)"]) == "clang 16.0.6"
        assert binaries.compiler(["", "nothing"]) is None

    @needs_elf
    def test_elf_notes_name_the_links(self) -> None:
        _, links = binaries.elf_notes(EXTENSION.read_bytes())
        assert "libc.so.6" in links
        assert binaries.elf_notes(b"MZ no ELF") == (None, ())

    @pytest.mark.parametrize(
        ("command", "words"), [(0x24, (0x000A0E00, 0)), (0x32, (1, 0x000A0E00))], ids=["old", "new"]
    )
    def test_macos_floor(self, command: int, words: tuple[int, int]) -> None:
        header = struct.pack("<8I", 0xFEEDFACF, 0, 0, 0, 2, 0, 0, 0)
        data = header + struct.pack("<4I", 0x1B, 16, 0, 0) + struct.pack("<4I", command, 16, *words)
        assert binaries.macos_floor(data) == "10.14"
        assert binaries.macos_floor(data[:40]) is None
        assert binaries.macos_floor(b"\x7fELF" + bytes(60)) is None

    def test_gpu_code_is_read_from_cubins_and_ptx(self) -> None:
        def entry(kind: int, capability: int) -> bytes:
            return struct.pack("<HHIQIIHHI", kind, 0x101, 64, 8, 0, 0, 0, 0, capability) + bytes(40)

        entries = entry(2, 52) + entry(2, 61) + entry(1, 61)
        data = b"..." + struct.pack("<IHHQ", 0xBA55ED50, 1, 16, len(entries)) + entries + entry(2, 99)
        assert binaries.gpu_code(data) == ((52, 61), (61,))
        cut = struct.pack("<IHHQ", 0xBA55ED50, 1, 16, 4000) + entry(2, 35) + bytes(64)
        assert binaries.gpu_code(cut) == ((35,), ())

    def test_toolkit(self) -> None:
        text = b"C:/Program Files/NVIDIA GPU Computing Toolkit/CUDA/v8.0\0"
        assert binaries.toolkit(text + text) == "8.0"
        assert binaries.toolkit(text + text.replace(b"8", b"9")) is None

    def test_cuda_names(self) -> None:
        assert binaries.cuda_names(b"\0cudart64_80.dll\0cudnn64_6.dll\0") == ("cudart64_80.dll", "cudnn64_6.dll")
        assert binaries.cuda_names(b"@rpath/libcudart.8.0.dylib\0") == ("libcudart.8.0.dylib",)
