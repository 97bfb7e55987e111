"""The harvester: its parsers on small inputs, its range reader against a real server and a real wheel."""

import importlib.util
import io
import struct
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from rich.console import Console

from tfdoctor.matrix.releases import Releases, WheelRow

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import harvest_releases
from harvest import binaries, compact, index, remote, texts
from harvest.collect import Native, Raw, Store, collect

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


def members() -> dict[str, bytes]:
    """Return what a small GPU wheel carries."""
    module = EXTENSION.read_bytes().ljust(300_000, b"\0")
    return {
        "tensorflow/python/platform/build_info.py": NEW_BUILD_INFO.encode(),
        "tensorflow/include/third_party/gpus/cuda/cuda_config.h": b'#define TF_CUDA_VERSION "12.5.1"\n',
        "tensorflow/include/third_party/gpus/cudnn/include/cudnn_version.h": (
            b"#define CUDNN_MAJOR 9\n#define CUDNN_MINOR 3\n#define CUDNN_PATCHLEVEL 0\n"
        ),
        "tensorflow/include/tensorflow/core/public/version.h": (
            b"#define TF_GRAPH_DEF_VERSION_MIN_CONSUMER 0\n#define TF_GRAPH_DEF_VERSION 1994  // Updated\n"
        ),
        "tensorflow/core/framework/graph_pb2.py": b"from google.protobuf.internal import builder as _builder\n",
        "tensorflow/libtensorflow_framework.so.2": module,
        "tensorflow/lite/python/interpreter_wrapper/_pywrap_tensorflow_interpreter_wrapper.so": module
        + b"\0numpy._core._multiarray_umath\0",
        "tensorflow-2.18.1.dist-info/METADATA": (
            b"Name: tensorflow\nRequires-Python: >=3.9\nRequires-Dist: numpy<2.1\nRequires-Dist: absl-py\n\nText"
        ),
        "tensorflow-2.18.1.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n",
    }


class Ranges(BaseHTTPRequestHandler):
    """Serves the files that it was made with, by range or whole."""

    def __init__(self, files: dict[str, bytes], *args: object, **rest: object) -> None:
        self.files = files
        super().__init__(*args, **rest)  # type: ignore[arg-type]  # the server passes request, address, server

    def do_GET(self) -> None:
        data = self.files[self.path]
        if "whole" in self.path:
            self.answer(200, data, {"Content-Type": "text/html"})
            return
        first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        end = int(last) if first and last else len(data) - 1
        self.answer(206, data[start : end + 1], {"Content-Range": f"bytes {start}-{end}/{len(data)}"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[tuple[dict[str, bytes], str]]:
    files: dict[str, bytes] = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranges, files)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield files, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def wheel_bytes(content: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 3, 10, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def listed(url: str, python: str = "cp311", **changes: object) -> index.Listed:
    name = f"tensorflow-2.18.1-{python}-{python}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    wheel = index.Listed("tensorflow", "2.18.1", name, url, yanked=False, uploaded=None)
    return msgspec.structs.replace(wheel, **changes)


class TestRemote:
    def test_reads_like_the_file_itself(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        files["/data"] = bytes(range(256)) * 12_000
        with remote.new_session() as session, remote.RemoteFile(session, f"{base}/data") as file:
            stream = io.BufferedReader(file)
            assert stream.read() == files["/data"]
            for at in (5, 70_000, 70_001, 2_000_000, len(files["/data"]) - 3):
                stream.seek(at)
                assert stream.read(1000) == files["/data"][at : at + 1000]
            assert file.seek(-1, io.SEEK_END) == len(files["/data"]) - 1

    def test_only_what_is_asked_for_travels(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        files["/data"] = bytes(8_000_000)
        with remote.new_session() as session, remote.RemoteFile(session, f"{base}/data") as file:
            file.seek(1000)
            assert file.read(10) == bytes(10)
            assert file.received < 400_000

    def test_a_server_without_ranges_is_refused(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        files["/whole"] = b"abc"
        with remote.new_session() as session, pytest.raises(OSError, match="no ranges"):
            remote.RemoteFile(session, f"{base}/whole")


@needs_elf
class TestFromWheelToTable:
    def test_a_wheel_becomes_a_release(self, served: tuple[dict[str, bytes], str], tmp_path: Path) -> None:
        files, base = served
        files["/new"] = wheel_bytes(members())
        metadata = {name: data for name, data in members().items() if "dist-info" in name}
        files["/old"] = wheel_bytes(metadata)
        wheels = (listed(f"{base}/old", "cp310"), listed(f"{base}/new"))
        store = Store(tmp_path)
        with remote.new_session() as session:
            for wheel, deep in zip(wheels, (False, True), strict=True):
                raw, received = collect(session, wheel, deep=deep)
                assert received > 0
                store.put(wheel, raw, deep=deep)
        listings = {"tensorflow": index.Listing(wheels, ("9.9",))}
        text = compact.compact(listings, store, "2026-11-21")
        assert text == compact.compact(listings, store, "2026-11-21")
        releases = Releases(text.encode())
        assert [str(version) for version in releases.sdist_only("tensorflow")] == ["9.9"]
        release = releases.get("tensorflow", "2.18.1")
        assert release is not None
        old = release.wheel("3.10", "linux", "x86_64")
        new = release.wheel("3.11", "linux", "x86_64")
        assert old is not None
        assert new is not None
        assert old.build is new.build
        assert old.inner_tags == ("cp311-cp311-linux_x86_64",)
        assert new.inner_tags == ()
        assert (new.requires, new.requires_python, new.built) == (("numpy<2.1", "absl-py"), ">=3.9", "2025-03-10")
        assert new.size == len(files["/new"])
        build = new.build
        assert build is not None
        assert (build.cuda, build.cudnn, build.tensorrt) == ("12.5.1", "9.3.0", False)
        assert (build.sass, build.ptx) == (("6.0", "8.9", "9.0"), ("9.0",))
        assert (build.graph_producer, build.graph_min_consumer) == (1994, 0)
        assert (build.protobuf_style, build.numpy_abi) == ("builder", "2")
        assert build.glibc is not None

    def test_a_module_without_numpy_gives_way_to_one_with_it(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        content = members()
        wrapper = next(name for name in content if "interpreter_wrapper" in name)
        content["tensorflow/python/lib_pywrap_tensorflow_common.so"] = content[wrapper]
        content[wrapper] = content["tensorflow/libtensorflow_framework.so.2"]
        files["/wheel"] = wheel_bytes(content)
        with remote.new_session() as session:
            raw, _ = collect(session, listed(f"{base}/wheel"), deep=True)
        assert raw.native is not None
        assert raw.native.numpy_abi == "2"
        assert raw.native.read[-1] == "tensorflow/python/lib_pywrap_tensorflow_common.so"

    def test_a_wheel_without_metadata_is_an_error(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        files["/bad"] = wheel_bytes({"x.py": b"1"})
        with remote.new_session() as session, pytest.raises(zipfile.BadZipFile, match="no METADATA"):
            collect(session, listed(f"{base}/bad"), deep=False)


class TestCompact:
    def test_two_sources_that_disagree_stop_the_harvest(self) -> None:
        assert compact.precise(["10", "10.1", None, ""]) == "10.1"
        assert compact.precise([]) is None
        with pytest.raises(ValueError, match="two versions"):
            compact.precise(["10.1", "11.0"])

    def test_tags_are_strange_when_interpreter_or_platform_differ(self) -> None:
        assert compact.strange_tags("cp37-cp37m-manylinux2010_x86_64", ["cp37-cp37m-linux_x86_64"]) == ()
        inner = ["cp35-cp35m-manylinux1_x86_64"]
        assert compact.strange_tags("cp36-cp36m-manylinux1_x86_64", inner) == tuple(inner)

    def test_old_gpu_builds_are_known_by_their_links(self) -> None:
        links = ("libcudart.so.8.0", "libcudnn.so.5", "libc.so.6")
        native = Native(links=links, read=("tensorflow/python/_pywrap_tensorflow_internal.so",))
        raw = Raw(size=1, built=None, metadata="", wheel="", native=native)
        build = compact.build_of(raw)
        assert build is not None
        assert (build.is_cuda, build.cuda, build.cudnn, build.sass) == (True, "8.0", "5", None)
        dlls = msgspec.structs.replace(native, links=("cudart64_80.dll", "cudnn64_6.dll"))
        windows = compact.build_of(msgspec.structs.replace(raw, native=dlls))
        assert windows is not None
        assert (windows.cuda, windows.cudnn) == ("8.0", "6")
        code = msgspec.structs.replace(native, links=(), sass=(30, 35), ptx=(35,))
        silent = compact.build_of(msgspec.structs.replace(raw, native=code))
        assert silent is not None
        assert (silent.is_cuda, silent.cuda, silent.sass, silent.ptx) == (True, None, ("3.0", "3.5"), ("3.5",))
        plain = compact.build_of(msgspec.structs.replace(raw, native=msgspec.structs.replace(native, links=())))
        assert plain is not None
        assert (plain.is_cuda, plain.cuda, plain.sass) == (False, None, ())

    def test_a_stub_has_no_build(self) -> None:
        raw = Raw(size=1, built=None, metadata="", wheel="")
        assert compact.build_of(raw) is None
        assert compact.build_of(msgspec.structs.replace(raw, native=Native())) is None

    def test_windows_names_its_dlls_and_compiler(self) -> None:
        info = (
            "build_info = {'cpu_compiler': 'C:/VS/VC/Tools/MSVC/14.29.30133/bin/cl.exe', 'is_cuda_build': True,"
            " 'cuda_version': '64_112', 'cudart_dll_name': 'cudart64_112.dll', 'msvcp_dll_names': 'a.dll,b.dll'}"
        )
        raw = Raw(size=1, built=None, metadata="", wheel="", texts={"build_info": info}, native=Native())
        build = compact.build_of(raw)
        assert build is not None
        assert (build.compiler, build.cuda) == ("msvc 14.29.30133", "11.2")
        assert build.dlls == ("a.dll", "b.dll", "cudart64_112.dll")

    def test_the_earliest_upload_counts(self) -> None:
        wheels = [listed("", uploaded="2025-03-13"), listed("", uploaded="2025-03-12", yanked=True)]
        row = compact.release_row([(wheel, WheelRow(wheel.tag, 1, None, 0, -1)) for wheel in wheels])
        assert (row.uploaded, row.yanked) == ("2025-03-12", False)


class TestWholeRun:
    def test_the_listing_is_of_stable_releases(self, served: tuple[dict[str, bytes], str]) -> None:
        files, base = served
        names = (
            "tensorflow-2.10.0-cp310-cp310-win_amd64.whl",
            "tensorflow-2.9.0-cp39-cp39-win_amd64.whl",
            "tensorflow-2.10.0rc0-cp310-cp310-win_amd64.whl",
            "tensorflow-2.12.0.tar.gz",
            "tensorflow-2.9.0.tar.gz",
            "unrelated.txt",
        )
        files["/whole/tensorflow/"] = "".join(f'<a href="{name}">{name}</a>' for name in names).encode()
        simple = pytest.importorskip("pypi_simple", reason="the harvest group is not installed", exc_type=ImportError)
        with simple.PyPISimple(endpoint=f"{base}/whole/") as client:
            found = index.listing(client, "tensorflow")
        assert [wheel.filename for wheel in found.wheels] == [names[1], names[0]]
        assert found.wheels[0].url == f"{base}/whole/tensorflow/{names[1]}"
        assert (found.wheels[0].yanked, found.wheels[0].uploaded) == (False, None)
        assert found.sdist_only == ("2.12.0",)

    @needs_elf
    def test_a_stopped_run_goes_on_and_failures_are_named(
        self, served: tuple[dict[str, bytes], str], tmp_path: Path
    ) -> None:
        files, base = served
        files["/good"] = wheel_bytes(members())
        files["/bad"] = b"no zip file"
        good, bad = listed(f"{base}/good"), listed(f"{base}/bad", "cp312")
        store, console = Store(tmp_path), Console(quiet=True)
        with remote.new_session() as session:
            failures = harvest_releases.read_all(
                session, {"tensorflow": index.Listing((good, bad), ())}, store, console
            )
            assert [name for name, _ in failures] == [bad.filename]
            assert "BadZipFile" in failures[0][1]
            del files["/good"]
            again = harvest_releases.read_all(session, {"tensorflow": index.Listing((good, bad), ())}, store, console)
        assert [name for name, _ in again] == [bad.filename]


def test_the_newest_interpreter_stands_for_a_build() -> None:
    wheels = tuple(listed("", python) for python in ("cp39", "cp310", "cp311"))
    assert set(index.representatives(wheels).values()) == {wheels[2].filename}
    assert [wheel.python for wheel in wheels] == [(3, 9), (3, 10), (3, 11)]
