"""What a form states, where nothing that was printed shows a fault: of CUDA it may be the driver's."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis

Ask = Callable[..., Diagnosis]

RUNS = "Epoch 1/5\nValueError: Shapes (None, 1) and (None, 10) are incompatible"
NOT_OPENED = "Could not load dynamic library 'libcudart.so.10.1'; dlerror: libcudart.so.10.1: cannot open shared object"
IMPORT = "ImportError: DLL load failed: The specified module could not be found."
ILLEGAL = "[1]    4711 illegal hardware instruction  python train.py"
MACH_O = (
    "ImportError: dlopen(/Library/Python/2.7/site-packages/tensorflow/python/_pywrap_tensorflow.so, 10): no suitable"
    " image found.  Did find:\n\t/Library/Python/2.7/site-packages/tensorflow/python/_pywrap_tensorflow.so: mach-o, but"
    " wrong architecture"
)


def test_a_version_of_a_form_alone_is_a_warning(ask: Ask) -> None:
    found = ask(RUNS, tf_version="2.2.0", os="Ubuntu 18.04", cuda_versions_found=["10.2"]).primary
    assert found is not None
    assert (found.name, found.severity, found.confidence) == ("cuda-toolkit-too-new", "warning", "likely")
    printed = ask(NOT_OPENED, tf_version="2.2.0", os="Ubuntu 18.04", cuda_versions_found=["10.2"]).primary
    assert printed is not None
    assert (printed.name, printed.severity, printed.confidence) == ("cuda-toolkit-too-new", "error", "certain")


def test_an_older_cudnn_of_a_form_alone_is_a_warning(ask: Ask) -> None:
    stated = {"tf_version": "2.5.0", "os": "Ubuntu", "cuda_versions_found": ["11.2"], "cudnn_versions_found": ["7.6"]}
    found = next(item for item in ask(RUNS, **stated).findings if item.name == "cudnn-major-mismatch")
    assert found.severity == "warning"


@pytest.mark.parametrize(
    "answer", ["source", "Source", "from source", "built from source code", "source r1.4", "sources"]
)
def test_a_build_of_ones_own_has_the_cuda_that_is_there(ask: Ask, answer: str) -> None:
    stated = {"tf_version": "1.4.0", "os": "Ubuntu 16.04", "gpus": ["GTX 1080"], "install_method": answer}
    assert not ask(RUNS, **stated, cuda_versions_found=["9.1"], cudnn_versions_found=["7.0.5"]).findings


@pytest.mark.parametrize("answer", ["pip install tensorflow-gpu", "binary", "source: pip", "open source website"])
def test_other_answers_name_no_own_build(ask: Ask, answer: str) -> None:
    stated = {"tf_version": "1.4.0", "os": "Ubuntu 16.04", "gpus": ["GTX 1080"], "install_method": answer}
    assert ask(RUNS, **stated, cuda_versions_found=["9.1"], cudnn_versions_found=["7.0.5"]).findings


def test_the_drivers_own_number_proves_no_toolkit(ask: Ask) -> None:
    log = "Cannot dlopen some GPU libraries.\nSkipping registering GPU devices..."
    stated = {"tf_version": "2.15.0", "os": "Ubuntu 22.04", "gpus": ["NVIDIA TITAN V"], "cuda_versions_found": ["12.2"]}
    found = next(item for item in ask(log, **stated, driver_cuda_version="12.2").findings)
    assert (found.name, found.severity, found.confidence) == ("lib-path-not-set", "warning", "possible")
    found = next(item for item in ask(log, **stated, driver_cuda_version="12.4").findings)
    assert (found.name, found.severity, found.confidence) == ("lib-path-not-set", "error", "likely")


def test_tensorflow_without_more_may_be_the_gpu_build(ask: Ask) -> None:
    stated = {"tf_version": "1.6", "os": "Ubuntu", "gpus": ["GTX 1080"], "cuda_versions_found": ["9.0"]}
    assert not ask(RUNS, **stated).findings
    named = ask(RUNS, **stated, tf_distribution="tensorflow").primary
    assert named is not None
    assert named.name == "cpu-only-package-installed"


def test_a_library_that_the_import_wants_is_that_of_a_gpu_build(ask: Ask) -> None:
    log = "ImportError: libcublas.so.9.0: cannot open shared object file: No such file or directory"
    stated = {"tf_version": "1.6", "os": "Ubuntu", "tf_distribution": "tensorflow", "cuda_versions_found": ["9.1"]}
    names = [item.name for item in ask(log, **stated).findings]
    assert names[0] == "cuda-toolkit-too-new"
    assert "cpu-only-package-installed" not in names


def test_cuda_explains_a_dll_that_does_not_load(ask: Ask) -> None:
    stated = {"tf_version": "1.3", "os": "Windows 10", "python_version": "3.6.2"}
    found = ask(IMPORT, **stated, cuda_versions_found=["9.0"], gpus=["GTX 1050"]).primary
    assert found is not None
    assert (found.name, found.severity) == ("cuda-toolkit-too-new", "error")
    assert "msvc-redist-missing" not in [
        item.name for item in ask(IMPORT, **stated, cuda_versions_found=["9.0"]).findings
    ]
    without = ask(IMPORT, **stated).primary
    assert without is not None
    assert without.name == "msvc-redist-missing"


def test_apple_silicon_that_a_form_names(ask: Ask) -> None:
    found = ask(ILLEGAL, os="MacBook Air Apple M1 chip, macOS Monterey version 12.2", arch="arm64").primary
    assert found is not None
    assert found.name == "apple-silicon-x86-build"


@pytest.mark.parametrize("stated", [{"os": "OSX 10.12.3"}, {"os": "macOS", "python_version": "2.7"}])
def test_a_mac_before_apple_silicon(ask: Ask, stated: dict[str, str]) -> None:
    for version in ({}, {"tf_version": "1.0.0"}):
        found = ask(MACH_O, **stated, **version).primary
        assert found is not None
        assert (found.name, found.confidence) == ("python-32bit", "likely")


def test_the_folder_of_a_32_bit_python(ask: Ask) -> None:
    log = (
        'File "C:\\Users\\name\\AppData\\Local\\Programs\\Python\\Python35-32\\lib\\imp.py", line 2\n'
        "ImportError: No module named '_pywrap_tensorflow'"
    )
    found = ask(log).primary
    assert found is not None
    assert (found.name, found.symptom) == ("python-32bit", True)


def test_graphics_in_the_processor_are_no_gpu_that_was_meant(ask: Ask) -> None:
    stated = {"tf_version": "2.4.1", "os": "Windows 10", "gpus": ["Intel HD Graphics 6000"]}
    assert not ask(RUNS, **stated).findings
    asked = ask("failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", **stated).findings
    assert "non-nvidia-gpu" in [item.name for item in asked]


def test_an_older_minor_of_cudnn_is_a_warning_until_something_fails(ask: Ask) -> None:
    stated = {
        "tf_version": "2.10.0",
        "os": "Fedora 37",
        "cuda_versions_found": ["11.2"],
        "cudnn_versions_found": ["8.0"],
    }
    found = ask(RUNS, **stated, gpus=["GTX 1660"]).primary
    assert found is not None
    assert (found.name, found.severity) == ("cudnn-runtime-older-than-compiled", "warning")
    failed = "UnknownError: Failed to get convolution algorithm. This is probably because cuDNN failed to initialize"
    failing = ask(failed, **stated, gpus=["GTX 1660"]).primary
    assert failing is not None
    assert (failing.name, failing.severity) == ("cudnn-runtime-older-than-compiled", "error")


def test_no_module_tensorflow_and_nothing_that_tells_why(ask: Ask) -> None:
    found = ask("ModuleNotFoundError: No module named 'tensorflow'", os="Windows 10", python_version="3.6.5").primary
    assert found is not None
    assert (found.name, found.severity, found.confidence) == ("wrong-interpreter", "warning", "possible")


CUINIT = (
    "failed call to cuInit: CUDA_ERROR_UNKNOWN\nkernel reported version is: {0}\nkernel version seems to match DSO: {0}"
)


def test_the_driver_that_tensorflow_itself_reports(ask: Ask) -> None:
    log = CUINIT.format("340.101.0")
    for stated in ({}, {"tf_version": "1.4.0", "tf_distribution": "tensorflow-gpu"}):
        found = ask(log, os="Linux Mint 18.1", gpus=["GT 620M"], **stated).findings
        assert "driver-too-old" in [item.name for item in found]
    newer = ask(CUINIT.format("470.57.2"), os="Linux Mint 18.1", gpus=["GTX 1080"]).findings
    assert "driver-too-old" not in [item.name for item in newer]
