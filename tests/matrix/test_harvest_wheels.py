"""The harvester from a wheel on a real server to the table: ranges, resuming, joining."""

import importlib.util
import io
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from tfdoctor.matrix.releases import Releases, WheelRow

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import harvest_releases
from harvest import compact, index, remote
from harvest.collect import Native, Raw, Store, collect

_SPEC = importlib.util.find_spec("msgspec._core")
EXTENSION = Path((_SPEC.origin if _SPEC else None) or sys.executable)
needs_elf = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an ELF extension module is read")

NEW_BUILD_INFO = """\
import collections
build_info = collections.OrderedDict([('cpu_compiler', '/usr/lib/llvm-18/bin/clang'),
  ('cuda_compute_capabilities', ['sm_60', 'sm_89', 'compute_90']), ('cuda_version', '12.5.1'),
  ('cudnn_version', '9'), ('is_cuda_build', True), ('is_tensorrt_build', False)])
"""


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
