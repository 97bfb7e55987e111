"""What single tools print."""

from typing import Any

import msgspec
import pytest

from tfdoctor.tickets import prose


def environment(text: str) -> dict[str, Any]:
    found = msgspec.to_builtins(prose.read(text).ticket)["environment"]
    return {key: value for key, value in found.items() if value is not None}


def names(text: str) -> list[str]:
    return [gpu["name"] for gpu in environment(text)["gpus"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "absl-py==0.11.0\nnumpy==1.19.5\n-e git+x\ntensorflow==2.4.1",
            {"absl-py": "0.11.0", "numpy": "1.19.5", "tensorflow": "2.4.1"},
        ),
        ("numpy (1.13.3)\nprotobuf (3.5.0.post1)", {"numpy": "1.13.3", "protobuf": "3.5.0.post1"}),
        ("protobuf @ file:///tmp/x.whl\nnumpy==1.2", {"protobuf": None, "numpy": "1.2"}),
        ("Name: tensorflow\nVersion: 2.4.1\nSummary: x", {"tensorflow": "2.4.1"}),
        ('name = "Keras"\nversion = "2.4.3"', {"keras": "2.4.3"}),
        (
            "Package    Version    Editable project location\n---- ----\nfoo  1.0  /home/x\nnumpy 1.2",
            {"foo": "1.0", "numpy": "1.2"},
        ),
        ("numpy             1.19.5\ntensorflow        2.4.1", {"numpy": "1.19.5", "tensorflow": "2.4.1"}),
        (
            "numpy        1.19.2  py37h54aff64_0\nkeras        2.4.3   pypi_0  pypi\nfoo  1.0 py_0",
            {"numpy": "1.19.2", "keras": "2.4.3", "foo": "1.0"},
        ),
        ("$ pip --version\npip 19.0.3 from /usr/lib/python3/dist-packages/pip (python 3.6)", {"pip": "19.0.3"}),
        (">>> np.__version__\n'1.19.5'", {"numpy": "1.19.5"}),
    ],
)
def test_lists(text: str, expected: dict[str, str | None]) -> None:
    assert environment(text)["packages"] == expected


@pytest.mark.parametrize("text", ["numpy (fast)", "Name: somebody\nAge: 3", "section (1.2)", "a 1.0 of something else"])
def test_what_is_no_list(text: str) -> None:
    assert "packages" not in environment(text)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("|   0  GeForce RTX 2060    Off  | 00000000:01:00.0  On |                  N/A |", ["GeForce RTX 2060"]),
        ("|   0  GeForce GTX 1650   WDDM  | 00000000:01:00.0  On |                  N/A |", ["GeForce GTX 1650"]),
        (
            "|   0  NVIDIA GeForce RTX 4090        WDDM  |   00000000:01:00.0  On |          Off |",
            ["NVIDIA GeForce RTX 4090"],
        ),
        ("|   0  Tesla V100-SXM2...  On   | 00000000:15:00.0 Off |                    0 |", ["Tesla V100"]),
        ("|   0  GeForce RTX 208...  Off  | 00000000:01:00.0  On |                  N/A |", ["GeForce RTX 208"]),
    ],
)
def test_rows_of_nvidia_smi(row: str, expected: list[str]) -> None:
    head = "| NVIDIA-SMI 515.65.01    Driver Version: 516.94       CUDA Version: 11.7     |\n|====|\n"
    found = environment(head + row)
    assert [gpu["name"] for gpu in found["gpus"]] == expected
    assert (found["driver_version"], found["driver_cuda_version"]) == ("516.94", "11.7")


def test_a_name_that_was_cut_off_says_less_than_the_form() -> None:
    head = "| NVIDIA-SMI 515.65.01    Driver Version: 516.94       CUDA Version: 11.7     |\n"
    rows = ("|   0  GeForce RTX 208...  Off  | 00000000:01:00.0  On |  N/A |", "|   1  NVIDIA ...  Off  | 0 |")
    row = "\n".join(rows)
    assert names(f"GPU: RTX 2080 Ti\n{head}{row}") == ["RTX 2080 Ti"]


def test_other_forms_of_nvidia_smi() -> None:
    assert names("GPU 0: Tesla T4 (UUID: GPU-0)\nGPU 1: Tesla T4 (UUID: GPU-1)") == ["Tesla T4", "Tesla T4"]
    long = (
        "Driver Version                            : 460.32.03\n"
        "CUDA Version                              : 11.2\n"
        "    Product Name                          : Tesla T4\n"
    )
    found = environment(long)
    assert (found["driver_version"], found["driver_cuda_version"], found["gpus"][0]["name"]) == (
        "460.32.03",
        "11.2",
        "Tesla T4",
    )
    query = environment("name, driver_version, compute_cap\nNVIDIA A10, 535.104.05, 8.6\n")
    assert query["gpus"] == [{"name": "NVIDIA A10", "compute_capability": "8.6"}]
    assert query["driver_version"] == "535.104.05"
    assert environment("name, x\nNVIDIA A10\n") == {}
    new = environment("| NVIDIA-SMI 590.44.01     KMD Version: 590.44.01     CUDA UMD Version: 13.1     |")
    assert (new["driver_version"], new["driver_cuda_version"]) == ("590.44.01", "13.1")


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("Cuda compilation tools, release 10.0, V10.0.130", "cuda_versions_found", ["10.0.130"]),
        ("Cuda compilation tools, release 8.0", "cuda_versions_found", ["8.0"]),
        ("CUDA Version 10.1.243", "cuda_versions_found", ["10.1.243"]),
        ('"name" : "CUDA SDK",\n"version" : "11.2.20210301"', "cuda_versions_found", ["11.2"]),
        ("#define CUDNN_MAJOR 7\n#define CUDNN_MINOR 6\n#define CUDNN_PATCHLEVEL 5", "cudnn_versions_found", ["7.6.5"]),
        ("ii  libcudnn8:amd64  8.0.5.39-1+cuda11.0  amd64  cuDNN", "cudnn_versions_found", ["8.0.5.39"]),
        ("ii  cuda-toolkit-11-2  11.2.2-1  amd64  CUDA", "cuda_versions_found", ["11.2.2"]),
        ("ii  nvidia-driver-455  455.32.00-0ubuntu1  amd64  NVIDIA", "driver_version", "455.32.00"),
        ("libcudnn8/unknown,now 8.1.1.33-1+cuda11.2 amd64 [installed]", "cudnn_versions_found", ["8.1.1.33"]),
        ("cuda-11-2-11.2.2-1.x86_64", "cuda_versions_found", ["11.2.2"]),
        (
            "lrwxrwxrwx 1 root root 17 Jan 1 00:00 /usr/lib/libcudnn.so.7 -> libcudnn.so.7.6.5",
            "cudnn_versions_found",
            ["7.6.5"],
        ),
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  460.32.03  Sun Dec 27", "driver_version", "460.32.03"),
        ("Python 3.8.5 :: Anaconda, Inc.", "conda", "Anaconda"),
        ("3.7.6 | packaged by conda-forge | (default, Mar 23 2020, 23:03:20)", "conda", "conda-forge"),
        ("Python 3.6.8 (tags/v3.6.8:3c6b436a57) [MSC v.1916 32 bit (Intel)] on win32", "python_bits", "32"),
        ("sys.version_info(major=3, minor=8, micro=5, releaselevel='final', serial=0)", "python_version", "3.8.5"),
        ("('32bit', 'WindowsPE')", "python_bits", "32"),
        ("v2.4.0-49-g85c8b2a817f 2.4.1", "tf_version", "2.4.1"),
        ("unknown 2.0.0", "tf_version", "2.0.0"),
        ("tf.test.is_built_with_cuda()\nFalse", "tf_distribution", "tensorflow (CPU)"),
        (
            "OrderedDict([('is_cuda_build', True), ('x', 1)])\n{'is_cuda_build': True}",
            "tf_distribution",
            "tensorflow (CUDA build)",
        ),
        ('PRETTY_NAME="Debian GNU/Linux 10 (buster)"', "os", "Debian GNU/Linux 10 (buster)"),
        ('NAME="Ubuntu"\nVERSION="18.04.6 LTS (Bionic Beaver)"', "os", "Ubuntu 18.04.6 LTS (Bionic Beaver)"),
        ("Ubuntu 16.04.7 LTS \\n \\l", "os", "Ubuntu 16.04.7 LTS"),
        ("ProductVersion:\t11.2.3", "os", "macOS 11.2.3"),
        ("OS Name:                   Microsoft Windows 10 Pro", "os", "Windows 10 Pro"),
        ("System Type:               x64-based PC", "arch", "x86_64"),
        ("Microsoft Windows [Version 10.0.22621.1]", "os", "Windows 11"),
        ("Linux box 5.4.0-66-microsoft-standard-WSL2 #1 SMP x86_64 x86_64 x86_64 GNU/Linux", "wsl", "WSL2"),
        ("Darwin box 20.3.0 Darwin Kernel Version 20.3.0: x; RELEASE_ARM64_T8101 arm64", "arch", "arm64"),
        ("Linux-5.4.0-66-generic-x86_64-with-glibc2.29", "libc_version", "2.29"),
        ("Linux-5.10.16.3-microsoft-standard-WSL2-x86_64-with-glibc2.31", "wsl", "WSL2"),
        ("Windows-10-10.0.19041-SP0", "os", "Windows 10"),
        ("macOS-11.2.3-arm64-arm-64bit", "arch", "arm64"),
        ("Darwin-19.6.0-x86_64-i386-64bit", "os", "macOS"),
        ("ldd (Ubuntu GLIBC 2.31-0ubuntu9) 2.31", "libc_version", "2.31"),
        ("model name\t: Intel(R) Xeon(R) CPU E5-2650", "cpu", "Intel(R) Xeon(R) CPU E5-2650"),
        ("flags\t\t: fpu vme de pse tsc msr pae sse sse2 ssse3 sse4_1", "cpu", "flags without avx (no AVX)"),
        ("flags\t\t: fpu vme de pse tsc msr pae sse sse2 avx", "cpu", "AVX but no AVX2"),
        (
            "FROM nvidia/cuda:10.1-cudnn7-runtime-ubuntu18.04",
            "container",
            "docker nvidia/cuda:10.1-cudnn7-runtime-ubuntu18.04",
        ),
    ],
)
def test_tools(text: str, key: str, expected: Any) -> None:
    assert environment(text)[key] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export LD_LIBRARY_PATH=/usr/local/cuda/lib64", {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}),
        ("set CUDA_VISIBLE_DEVICES=0", {"CUDA_VISIBLE_DEVICES": "0"}),
        ('$env:TF_USE_LEGACY_KERAS = "1"', {"TF_USE_LEGACY_KERAS": "1"}),
        ("```python\nos.environ['CUDA_VISIBLE_DEVICES'] = '-1'\n```", {"CUDA_VISIBLE_DEVICES": "-1"}),
        ('os.environ.setdefault("KERAS_BACKEND", "jax")', {"KERAS_BACKEND": "jax"}),
        ("echo $CUDA_HOME\n/usr/local/cuda-10.1", {"CUDA_HOME": "/usr/local/cuda-10.1"}),
        ("- TF_ENABLE_ONEDNN_OPTS=0", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
        ("LD_LIBRARY_PATH is unset", None),
        ("# os.environ['TF_X1'] = '1'", None),
    ],
)
def test_variables(text: str, expected: dict[str, str] | None) -> None:
    assert environment(text).get("env_vars") == expected


def test_sections_that_say_nothing() -> None:
    found = environment(
        "== are we in docker ====\nNo\n== check python ====\npython branch: x\n"
        "mac version: ('10.15.7', x)\n== env ====\nDYLD_LIBRARY_PATH is unset\n# End\n"
    )
    assert found == {"os": "macOS 10.15.7"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "| OS | Python version | TensorFlow version |\n|---|---|---|\n| Ubuntu 20.04 | 3.8 | 2.4.1 |",
            {"os": "Ubuntu 20.04", "python_version": "3.8", "tf_version": "2.4.1"},
        ),
        ("| Python | TensorFlow |\n|---|---|\n| 3.8 | 2.4 |", {"python_version": "3.8", "tf_version": "2.4"}),
        ("| TensorFlow version | 2.4.1 |\n| OS | N/A |", {"tf_version": "2.4.1"}),
        ("| a | b | c |", {}),
        (
            "- TensorFlow version:\n\n  2.4.1\n- Python version:\n  - 3.8",
            {"tf_version": "2.4.1", "python_version": "3.8"},
        ),
        ("- OS Platform and Distribution (Windows 10):", {"os": "Windows 10"}),
        ("- **CUDA/cuDNN version**:\n  CUDA: 11.2", {"cuda_versions_found": ["11.2"]}),
        ("TensorFlow version (use\ncommand below): 2.4", {"tf_version": "2.4"}),
        (
            "**TensorFlow version (use command below)**\n1.6\n**GPU model and memory**\n\nGTX 960M",
            {"tf_version": "1.6", "gpus": [{"name": "GTX 960M", "compute_capability": None}]},
        ),
        ("- TensorFlow version (use\ncommand below): 2.4", {"tf_version": "2.4"}),
        ("- TF version (\n- Python: 3.8", {"python_version": "3.8"}),
        ("1.15 and 2.0", {}),
        ("TF version: 1.15 and 2.0", {"version_notes": ["tensorflow: 1.15 and 2.0"]}),
    ],
)
def test_forms(text: str, expected: dict[str, Any]) -> None:
    assert environment(text) == expected
