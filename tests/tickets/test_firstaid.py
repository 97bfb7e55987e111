"""Answers of the first aid as somebody sends them: whole, in part, damaged and hostile."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets import firstaid

SMI = """\
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: 11.4     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
|   0  NVIDIA GeForce RTX 3090     Off  | 00000000:01:00.0 Off |                  N/A |
|  0%   40C    P8    20W / 350W |      1MiB / 24268MiB |      0%      Default |
+-------------------------------+----------------------+----------------------+
"""
ANSWER: dict[str, Any] = {
    "failures": [["libraries", "OSError: gone"]],
    "host": {
        "system": {
            "platform": "linux", "machine": "x86_64", "release": "5.15.0-91-generic", "libc": "glibc 2.31",
            "version": "Linux version 5.15.0 (gcc)", "cgroup": "12:pids:/docker/0123\n", "dockerenv": False,
            "os_release": 'NAME="Ubuntu"\nVERSION_ID="20.04"\nID=ubuntu\nPRETTY_NAME="Ubuntu 20.04.6 LTS"\n',
        },
        "processor": {"model name": "AMD Ryzen 9 5950X", "flags": "fpu sse4_2 avx avx2"},
        "gpu": {"nvidia_smi": SMI, "kernel_module": None, "device_nodes": ["/dev/nvidia0", "/dev/nvidiactl"]},
        "libraries": {"nvcc": "Cuda compilation tools, release 11.1, V11.1.105", "toolkits": {}, "cache": []},
        "variables": {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"},
        "build_info": None,
        "load_log": "Could not load dynamic library 'libcudart.so.11.0'",
    },
}  # fmt: skip


def test_a_machine_by_its_texts() -> None:
    found, understood = firstaid.snapshot(ANSWER)
    assert found.origin == "machine"
    assert (found.system.os, found.system.libc, found.system.libc_version) == ("linux", "glibc", "2.31")
    assert (found.system.container, found.system.wsl) == ("docker", facts.ABSENT)
    assert found.cpu == facts.Cpu(model="AMD Ryzen 9 5950X", flags=("avx", "avx2", "fpu", "sse4_2"))
    driver = facts.known(found.accelerators.driver)
    assert driver is not None
    assert (driver.version, driver.cuda_version) == ("470.57.02", "11.4")
    [gpu] = facts.known(found.accelerators.gpus) or ()
    assert gpu.name in {"GeForce RTX 3090", "NVIDIA GeForce RTX 3090"}
    assert [item.version for item in facts.known(found.libraries.toolkits) or ()] == ["11.1.105"]
    assert found.environ == (facts.Variable(name="LD_LIBRARY_PATH", value="/usr/local/cuda/lib64"),)
    assert found.log == "Could not load dynamic library 'libcudart.so.11.0'"
    assert found.failures == (facts.ProbeFailure(probe="libraries", error="OSError: gone"),)
    assert any(row.fact == "environment.driver_version" for row in understood)


def test_other_systems() -> None:
    mac = {"platform": "darwin", "machine": "arm64", "macos": "14.4", "release": "23.4.0"}
    processor = {"machdep.cpu.brand_string": "Intel", "machdep.cpu.features": "SSE4.2 AVX1.0"}
    found, _ = firstaid.snapshot({"failures": [], "host": {"system": mac, "processor": processor}})
    assert (found.system.os, found.system.os_version, found.system.arch) == ("macos", "14.4", "arm64")
    assert found.cpu.flags == ("avx", "sse4_2")
    windows = {"platform": "win32", "machine": "AMD64", "windows": "10.0.19045"}
    found, _ = firstaid.snapshot({"failures": [], "host": {"system": windows, "gpu": {"device_nodes": []}}})
    assert (found.system.os, found.system.arch, found.system.libc) == ("windows", "x86_64", "none")
    wsl = {"platform": "linux", "machine": "x86_64", "version": "Linux version 5.15.90.1-microsoft-standard-WSL2"}
    found, _ = firstaid.snapshot({"failures": [], "host": {"system": wsl}})
    assert found.system.wsl == "2"
    found, _ = firstaid.snapshot({"failures": [], "host": {"system": {**wsl, "version": "Linux 4.4.0-Microsoft"}}})
    assert found.system.wsl == "1"


def test_without_a_gpu_none_is_known() -> None:
    host: dict[str, Any] = {"gpu": {"nvidia_smi": None, "kernel_module": None, "device_nodes": []}}
    found, _ = firstaid.snapshot({"failures": [], "host": host})
    assert (found.accelerators.gpus, found.accelerators.device_nodes) == ((), ())


def test_the_build_is_read() -> None:
    modules = [{"name": "tensorflow", "path": "C:\\env\\site-packages\\tensorflow", "namespace": False}]
    owner = {
        "name": "tensorflow", "version": "2.10.0", "folder_version": "2.10.0", "tops": ["tensorflow"],
        "location": "C:\\env\\site-packages", "installer": "pip", "requires": [], "requires_python": None,
        "shadowed": False, "editable": False, "distutils": False, "record": True,
    }  # fmt: skip
    data: dict[str, Any] = {
        "distributions": [owner], "overlaps": [], "leftovers": [], "shadows": [], "orphans": [], "unowned": [],
        "plugins": [], "modules": modules,
    }  # fmt: skip
    info = "build_info = {'is_cuda_build': True, 'cuda_version': '64_112'}"
    found, _ = firstaid.snapshot({"failures": [], "installation": data, "host": {"build_info": info}})
    assert (found.tensorflow.version, found.tensorflow.distribution) == ("2.10.0", "tensorflow")
    assert (found.tensorflow.cuda_build, found.tensorflow.cuda) == (True, "11.2")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"refused": {"version": "2.7.18", "implementation": "cpython"}}, "cpython 2.7.18: too old"),
        ({"failures": [], "installation": {}}, "no whole answer"),
        ({"failures": [], "interpreter": {"version": 3}}, "no whole answer"),
        ({"failures": [], "host": []}, ""),
        ({"failures": 7, "host": {}}, "no whole answer"),
        ({"failures": [], "host": {"system": {"release": {"a": 1}}}}, "no whole answer"),
    ],
)
def test_damaged_answers_are_one_line(answer: dict[str, Any], text: str) -> None:
    assert firstaid.is_answer(answer)
    if not text:
        assert firstaid.snapshot(answer)[0].origin == "machine"
        return
    with pytest.raises(InputError, match=text):
        firstaid.snapshot(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(ANSWER["host"])), JSON)
def test_anything_in_any_part(part: str, value: object) -> None:
    answer = copy.deepcopy(ANSWER)
    answer["host"][part] = value
    try:
        found, _ = firstaid.snapshot(answer)
    except InputError:
        return
    assert facts.decode(facts.encode(found)) == found
