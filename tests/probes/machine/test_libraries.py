from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts import ABSENT, Libraries, LibraryCopy, Unknown, known
from tfdoctor.probes import libraries
from tfdoctor.probes.cudanames import parse_cudnn_header, version_in_name, wanted
from tfdoctor.probes.machine import Completed, RealMachine
from tfdoctor.probes.owners import flavour, parse_record
from tfdoctor.probes.toolkits import (
    find_libdevice,
    find_toolkits,
    parse_cuda_header,
    parse_version_json,
    parse_version_txt,
    roots,
    tool_version,
)

HEADER = "#define CUDNN_MAJOR 8\n#define CUDNN_MINOR 9\n#define CUDNN_PATCHLEVEL 7\n"


def copies(found: Libraries) -> dict[str, list[LibraryCopy]]:
    names: dict[str, list[LibraryCopy]] = {}
    for copy in known(found.copies) or ():
        names.setdefault(copy.name, []).append(copy)
    return names


def wheel(site: Path, name: str, version: str, files: dict[str, bytes], size: int | None = None) -> None:
    """Lay a distribution into a site-packages folder."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = []
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
        lines.append(f"{path},sha256=abc,{len(content) if size is None else size}")
    (folder / "RECORD").write_text("\n".join([*lines, f"{folder.name}/RECORD,,"]) + "\n")


def test_the_wheels_are_found_through_the_runpath(
    tmp_path: Path, compile_library: Callable[..., Path], tiny_elf: Callable[..., bytes]
) -> None:
    machine = RealMachine(environ={"LD_LIBRARY_PATH": str(tmp_path / "old")})
    if machine.architecture != "x86_64":
        pytest.skip("made for x86-64")
    site = tmp_path / "lib" / "site-packages"
    compile_library(
        site / "tensorflow" / "libtensorflow_framework.so.2",
        "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../nvidia/cudnn/lib:$ORIGIN/../nvidia/cuda_runtime/lib",
    )
    wheel(site, "nvidia_cudnn_cu12", "8.9.4.25", {"nvidia/cudnn/lib/libcudnn.so.8": tiny_elf(62)})
    wheel(site, "nvidia_cuda_runtime_cu12", "12.2.140", {"nvidia/cuda_runtime/lib/libcudart.so.12": tiny_elf(62)})
    wheel(site, "nvidia_cufft_cu12", "11.0.8.103", {"nvidia/cufft/lib/libcufft.so.11": tiny_elf(62)})
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "libcudnn.so.8.1.0").write_bytes(tiny_elf(62, runpath="/old"))
    (tmp_path / "old" / "libcudnn.so.8").symlink_to("libcudnn.so.8.1.0")
    (tmp_path / "old" / "libcufft.so.11").write_bytes(tiny_elf(183))
    found = libraries.probe(machine, (str(site), str(site), ""), str(site / "tensorflow"))
    by_name = copies(found)
    cudnn = by_name["libcudnn.so.8"]
    assert [(copy.order, copy.origin, copy.version, copy.distribution) for copy in cudnn] == [
        (0, "variable", "8.1.0", ABSENT),
        (1, "runpath", "8.9.4.25", "nvidia-cudnn-cu12"),
    ]
    assert by_name["libcudart.so.12"][0].version == "12.2.140"
    other, lying = by_name["libcufft.so.11"]
    assert (other.order, other.usable) == (None, False)
    assert (lying.order, lying.origin, lying.usable) == (None, "distribution", True)
    assert [(one.version, known(one.cuda)) for one in known(found.cudnn) or ()] == [("8.1.0", None), ("8.9.4.25", "12")]
    search = known(found.search) or ()
    assert [folder.origin for folder in search[:3]] == ["variable", "runpath", "runpath"]


def test_two_distributions_of_one_file_are_told_apart_by_size(tmp_path: Path, tiny_elf: Callable[..., bytes]) -> None:
    name = "nvidia/cudnn/lib/libcudnn.so.8"
    wheel(tmp_path, "nvidia_cudnn_cu11", "8.6.0.163", {name: tiny_elf(62)}, size=7)
    wheel(tmp_path, "nvidia_cudnn_cu12", "8.9.7.29", {name: tiny_elf(62)})
    (tmp_path / "nvidia_broken-1.dist-info").mkdir()
    (tmp_path / "nvidia_odd.dist-info").mkdir()
    machine = RealMachine(environ={})
    copy = copies(libraries.probe(machine, (str(tmp_path),)))["libcudnn.so.8"][0]
    assert (copy.distribution, copy.version) == ("nvidia-cudnn-cu12", "8.9.7.29")
    (tmp_path / name).write_bytes(b"another size")
    copy = copies(libraries.probe(machine, (str(tmp_path),)))["libcudnn.so.8"][0]
    assert copy.distribution is ABSENT
    assert isinstance(copy.version, Unknown)
    assert not copy.usable


def test_old_tensorflow_core_and_the_program_count_as_callers(tmp_path: Path) -> None:
    core = tmp_path / "tensorflow_core"
    (core / "python").mkdir(parents=True)
    (core / "libtensorflow_framework.so.1").touch()
    (core / "python" / "_pywrap_tensorflow_internal.so").touch()
    program = tmp_path / "python"
    program.touch()
    machine = RealMachine(environ={})
    assert libraries.callers(machine, str(tmp_path / "tensorflow"), str(program)) == (
        str(core / "libtensorflow_framework.so.1"),
        str(core / "python" / "_pywrap_tensorflow_internal.so"),
        str(program),
    )
    assert libraries.callers(machine, None, None) == ()


def test_a_toolkit_of_the_installer(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    root = "/usr/local/cuda-12.2"
    machine = made_up(
        files={
            f"{root}/version.json": '{"cuda": {"version": "12.2.2"}, "cuda_nvcc": {"version": "12.2.140"}}',
            f"{root}/bin/nvcc": "",
            f"{root}/bin/ptxas": "",
            f"{root}/nvvm/libdevice/libdevice.10.bc": "",
            f"{root}/lib64/libcudart.so.12.2.140": tiny_elf(62),
            f"{root}/lib64/libcudnn.so.8": tiny_elf(62),
            f"{root}/include/cudnn_version.h": HEADER,
            f"{root}/lib64/stubs/libcuda.so": tiny_elf(62),
            f"{root}/extras/CUPTI/lib64/libcupti.so.12": tiny_elf(62),
        },
        links={"/usr/local/cuda": "cuda-12.2", f"{root}/lib64/libcudart.so.12": "libcudart.so.12.2.140"},
        environ={"CUDA_HOME": "/usr/local/cuda/", "PATH": "/bin", "CUDA_PATH_V11_2": "/nowhere"},
    )
    found = libraries.probe(machine)
    (toolkit,) = known(found.toolkits) or ()
    assert (toolkit.version, toolkit.path, toolkit.source) == ("12.2.2", "/usr/local/cuda", "variable")
    assert (toolkit.nvcc, toolkit.ptxas, toolkit.libdevice) == ("12.2.140", "12.2.140", True)
    assert found.libdevice == "/usr/local/cuda/nvvm/libdevice/libdevice.10.bc"
    by_name = copies(found)
    assert by_name["libcudart.so.12"][0].version == "12.2.140"
    assert by_name["libcudart.so.12"][0].origin == "toolkit"
    assert by_name["libcudnn.so.8"][0].version == "8.9.7"
    assert by_name["libcuda.so"][0].order is None
    assert "libcupti.so.12" in by_name


def test_toolkits_without_a_version_file(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        files={
            "/usr/local/cuda-10.1/version.txt": "CUDA Version 10.1.243\n",
            "/usr/local/cuda-11.2/include/cuda.h": "#define CUDA_VERSION 11020\n",
            "/usr/local/cuda-9.0/lib64/libcudart.so.9.0.176": "",
            "/usr/local/cuda-8.0/x": "",
            "/opt/cuda/x": "",
            "/usr/local/cuda-7.5/version.json": "no json",
        },
    )
    assert {one.path: (one.version, one.nvcc) for one in find_toolkits(machine)} == {
        "/usr/local/cuda-10.1": ("10.1.243", ABSENT),
        "/usr/local/cuda-11.2": ("11.2", ABSENT),
        "/usr/local/cuda-9.0": ("9.0.176", ABSENT),
        "/usr/local/cuda-8.0": ("8.0", ABSENT),
        "/usr/local/cuda-7.5": ("7.5", ABSENT),
    }


def test_a_conda_environment_is_a_toolkit(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    machine = made_up(
        files={
            "/conda/conda-meta/cudatoolkit-11.2.2-he111cf0_8.json": "{}",
            "/conda/conda-meta/cudnn-8.1.0.77-h90431f1_0.json": "{}",
            "/conda/lib/libcudnn.so.8": tiny_elf(62),
            "/conda/lib/libcudnn.so.8.1.0": tiny_elf(62),
        },
        environ={"CONDA_PREFIX": "/conda"},
    )
    found = libraries.probe(machine)
    assert [(one.version, one.source) for one in known(found.toolkits) or ()] == [("11.2.2", "conda")]
    assert {copy.origin for copy in known(found.copies) or ()} <= {"conda", "toolkit"}
    other = made_up(files={"/conda/conda-meta/cudf-23.json": "{}"}, environ={"CONDA_PREFIX": "/conda"})
    assert find_toolkits(other, "/conda") == ()


def test_tools_are_asked_once_per_folder(made_up: Callable[..., Any]) -> None:
    printed = "ptxas: NVIDIA (R) Ptx optimizing assembler\nCuda compilation tools, release 11.8, V11.8.89\n"
    machine = made_up(
        files={"/opt/cuda/bin/ptxas": "", "/opt/cuda/bin/nvcc": "", "/opt/cuda/version.txt": "CUDA Version 11.8.0"},
        environ={"PATH": "/usr/bin:/opt/cuda/bin"},
        programs={"/opt/cuda/bin/nvcc --version": printed, "/opt/cuda/bin/ptxas --version": printed},
    )
    found = libraries.probe(machine)
    assert [(tool.name, tool.version) for tool in known(found.tools) or ()] == [
        ("ptxas", "11.8.89"),
        ("nvcc", "11.8.89"),
    ]
    assert len(machine.ran) == 1


def test_a_tool_that_does_not_answer_is_unknown(made_up: Callable[..., Any]) -> None:
    machine = made_up(
        programs={
            "/hang --version": Completed(None, b"", b""),
            "/odd --version": "nothing of the kind",
            "/old --version": "Cuda compilation tools, release 8.0",
        }
    )
    assert "longer" in str(tool_version(machine, "/hang"))
    assert "printed no version" in str(tool_version(machine, "/odd"))
    assert "cannot be started" in str(tool_version(machine, "/missing"))
    assert tool_version(machine, "/old") == "8.0"


def test_xla_looks_where_its_flag_points_first(made_up: Callable[..., Any], tmp_path: Path) -> None:
    machine = made_up(
        environ={"XLA_FLAGS": "--xla_gpu_cuda_data_dir=/flag --xla_x=1", "PATH": "/path"},
        files={"/flag/bin/ptxas": "", "/path/ptxas": "", "/site/nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc": ""},
    )
    folders = roots(machine, ("/site",), ())
    assert folders[:3] == ("/flag", "./cuda_sdk_lib", "/site/nvidia/cuda_nvcc")
    assert find_libdevice(machine, folders) == "/site/nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc"
    assert find_libdevice(machine, ()) is ABSENT
    tools = known(libraries.probe(machine, ("/site",)).tools) or ()
    assert [tool.path for tool in tools] == ["/flag/bin/ptxas"]
    wheel(tmp_path, "nvidia_cuda_nvcc_cu12", "12.3.103", {"nvidia/cuda_nvcc/bin/ptxas": b""})
    tools = known(libraries.probe(RealMachine(environ={"PATH": ""}), (str(tmp_path),)).tools) or ()
    assert ("ptxas", "12.3.103") in [(tool.name, tool.version) for tool in tools]


def test_windows_takes_the_first_folder_of_path(made_up: Callable[..., Any]) -> None:
    root = "C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2"
    machine = made_up(
        platform="win32",
        files={
            f"{root}\\bin\\cudart64_110.dll": "",
            f"{root}\\bin\\readme.dll": "",
            "D:\\cudnn\\bin\\cudnn64_8.dll": "",
            "E:\\old\\cudnn64_8.dll": "",
        },
        environ={"PATH": f"D:\\cudnn\\bin;E:\\old;{root}\\bin", "CUDA_PATH": root},
    )
    found = libraries.probe(machine, interpreter_path="C:\\Python\\python.exe")
    by_name = copies(found)
    assert [(copy.path, copy.order) for copy in by_name["cudnn64_8.dll"]] == [
        ("D:\\cudnn\\bin\\cudnn64_8.dll", 0),
        ("E:\\old\\cudnn64_8.dll", 1),
    ]
    assert by_name["cudart64_110.dll"][0].order == 0
    assert "readme.dll" not in by_name
    assert [one.version for one in known(found.toolkits) or ()] == ["11.2"]


def test_a_mac_has_no_cuda(made_up: Callable[..., Any]) -> None:
    found = libraries.probe(made_up(platform="darwin", architecture="arm64"))
    assert (found.toolkits, found.copies, found.search) == ((), (), ABSENT)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["libcudart.so", "libcudart.so.11.0", "libcudart.so.11.8.89"], ["libcudart.so.11.0"]),
        (["libcudnn.so.8.9.7"], ["libcudnn.so.8.9.7"]),
        (["libcuda.so", "libcuda.so.1", "libcuda.so.535.104.05"], ["libcuda.so.1"]),
        (["libcuda.so.1", "libcuda.so.460.39"], ["libcuda.so.1"]),
        (["libnvinfer.so.8", "libnvinfer.so.8.6.1"], ["libnvinfer.so.8", "libnvinfer.so.8.6.1"]),
        (["libcuda.so"], ["libcuda.so"]),
        (["libcurl.so.4", "libcups.so.2", "libnuma.so.1", "cudart64_110.dll.bak"], []),
        (
            ["cudnn_ops_infer64_8.dll", "NVCUDA.DLL", "zlibwapi.dll"],
            ["NVCUDA.DLL", "cudnn_ops_infer64_8.dll", "zlibwapi.dll"],
        ),
    ],
)
def test_only_names_that_a_program_asks_for_are_kept(names: list[str], expected: list[str]) -> None:
    assert wanted(names) == expected


def test_versions_in_names() -> None:
    assert version_in_name("libcudnn.so.8.9.7") == "8.9.7"
    assert version_in_name("libcuda.so.460.39") == "460.39"
    assert version_in_name("libcudart.so.11.0") is None
    assert version_in_name("libcuda.so.1") is None
    assert version_in_name("libcurl.so.4.8.0") is None


def test_small_parsers() -> None:
    assert parse_cudnn_header(HEADER) == "8.9.7"
    assert parse_cudnn_header("#define CUDNN_MAJOR 8") is None
    assert parse_version_json("[]") is None
    assert parse_version_txt("nothing") is None
    assert parse_cuda_header("#define CUDA_VERSION 9000") == "9.0"
    assert parse_cuda_header("") is None
    assert parse_record('a/libx.so.1,sha256=a,12\n"a/b/bin/ptxas",sha256=a,\nREADME,sha256=a,1\nx.so,,\n') == [
        ("a/libx.so.1", 12),
        ("a/b/bin/ptxas", None),
    ]
    assert flavour("nvidia-cudnn-cu12") == "12"
    assert flavour("tensorrt") is None


def test_debian_keeps_the_header_apart(made_up: Callable[..., Any], tiny_elf: Callable[..., bytes]) -> None:
    machine = made_up(
        files={
            "/usr/lib/x86_64-linux-gnu/libcudnn.so.8": tiny_elf(62),
            "/usr/include/x86_64-linux-gnu/cudnn_version_v8.h": HEADER,
            "/usr/include/x86_64-linux-gnu/cudnn_backend_v8.h": "",
        }
    )
    found = libraries.probe(machine)
    assert [(one.path, one.order, one.version) for one in known(found.copies) or ()] == [
        ("/usr/lib/x86_64-linux-gnu/libcudnn.so.8", 0, "8.9.7")
    ]
