"""cuDNN: each rule from a log, from versions of a ticket, and from the copies on a machine."""

from typing import Any

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
GPU_RULES = [rule for rule in RULES if rule.family.name in {"driver", "cuda"}]


def check(snapshot: facts.Snapshot) -> Diagnosis:
    return diagnose(snapshot, MATRIX, GPU_RULES, debug=True)


def ask(log: str = "", **environment: Any) -> Diagnosis:
    return check(ticket.snapshot(form.from_object({"environment": environment, "log": log})))


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def first(found: Diagnosis) -> Finding:
    assert found.primary is not None
    return found.primary


def machine(*copies: facts.LibraryCopy, version: str = "2.11.0", gpu: str = "7.5") -> facts.Snapshot:
    cuda = ("libcudart.so.11.0", "libcublas.so.11", "libcublasLt.so.11", "libcufft.so.10", "libcurand.so.10",
            "libcusolver.so.11",
            "libcusparse.so.11")  # fmt: skip
    files = tuple(facts.LibraryCopy(name=name, path=f"/c/{name}", order=0) for name in cuda)
    return facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64"),
        accelerators=facts.Accelerators(gpus=(facts.Gpu(name="A card", compute_capability=gpu),)),
        libraries=facts.Libraries(copies=(*files, *copies)),
        tensorflow=facts.TensorFlow(version=version, distribution="tensorflow"),
    )


def cudnn(version: str, order: int | None = 0, **rest: Any) -> facts.LibraryCopy:
    name = f"libcudnn.so.{version[0]}"
    return facts.LibraryCopy(name=name, path=f"/{version}/{name}", order=order, version=version, **rest)


# --- missing ------------------------------------------------------------------------------------------


def test_cuda_loads_and_cudnn_does_not() -> None:
    log = (
        "Successfully opened dynamic library libcudart.so.10.0\n"
        "Could not dlopen library 'libcudnn.so.7'; dlerror: libcudnn.so.7: cannot open shared object file"
    )
    found = ask(log, tf_version="1.14.0", os="Linux", cuda_versions_found=["10.0"])
    assert (first(found).name, first(found).verdict) == ("cudnn-missing", "degraded")
    assert names(check(machine())) == ["cudnn-missing"]


def test_a_file_that_cudnn_needs_is_missing() -> None:
    found = ask("Could not locate zlibwapi.dll. Please make sure it is in your library path!", os="Windows")
    assert (first(found).name, first(found).verdict) == ("cudnn-missing", "broken")


def test_a_cudnn_that_is_stated_but_not_reached() -> None:
    log = "Could not load dynamic library 'libcudnn.so.8'"
    found = ask(log, tf_version="2.8.0", os="Linux", cuda_versions_found=["11.2"], cudnn_versions_found=["8.1"])
    assert names(found) == ["lib-path-not-set"]
    assert names(check(machine(cudnn("8.1.0", order=None)))) == ["lib-path-not-set"]


def test_another_major() -> None:
    log = "Could not load dynamic library 'libcudnn.so.7'"
    found = ask(log, tf_version="2.3.0", os="Linux", cuda_versions_found=["10.1"], cudnn_versions_found=["8.0.2"])
    assert names(found) == ["cudnn-major-mismatch"]
    assert names(ask(tf_version="2.3.1", cuda_versions_found=["10.1"], cudnn_versions_found=["8.0.4"])) == [
        "cudnn-major-mismatch"
    ]
    assert names(ask(tf_version="2.5.0", os="Windows", cuda_versions_found=["11.2"], cudnn_versions_found=["7.6"])) == [
        "cudnn-major-mismatch"
    ]
    assert names(check(machine(cudnn("9.1.0")))) == ["cudnn-major-mismatch"]


# --- versions -----------------------------------------------------------------------------------------


def test_older_than_compiled() -> None:
    log = "Loaded runtime CuDNN library: 7.5.0 but source was compiled with: 7.6.3."
    assert (first(ask(log)).name, first(ask(log)).confidence) == ("cudnn-runtime-older-than-compiled", "certain")
    found = ask("Failed to get convolution algorithm.", tf_version="2.0", cuda_versions_found=["10.0"],
                cudnn_versions_found=["7.4.2"])  # fmt: skip
    assert (first(found).name, first(found).confidence) == ("cudnn-runtime-older-than-compiled", "likely")
    assert names(check(machine(cudnn("8.0.5")))) == ["cudnn-runtime-older-than-compiled"]
    assert names(ask(tf_version="2.18.0", gpus=["Tesla T4"], cudnn_versions_found=["9.1.0"])) == [
        "cudnn-runtime-older-than-compiled"
    ]


def test_newer_than_an_old_build_accepts() -> None:
    log = "Loaded runtime CuDNN library: 7301 (compatibility version 7300) but source was compiled with 7003 (c"
    assert names(ask(log)) == ["cudnn-runtime-newer-than-compiled"]
    cut = "Loaded runtime CuDNN library: 7101 (c"
    assert names(ask(cut, tf_version="1.6.0", cuda_versions_found=["9.0"])) == ["cudnn-runtime-newer-than-compiled"]
    assert names(ask(cut)) == ["cudnn-runtime-newer-than-compiled"]
    assert names(ask(tf_version="1.5.0", cuda_versions_found=["9.0"], cudnn_versions_found=["7.1.4"])) == [
        "cudnn-runtime-newer-than-compiled"
    ]


def test_later_builds_accept_a_higher_minor() -> None:
    assert not names(ask(tf_version="1.15.0", cuda_versions_found=["10.0"], cudnn_versions_found=["7.6.5"]))
    assert not names(ask(tf_version="2.5.0", cuda_versions_found=["11.2"], cudnn_versions_found=["8.6.0"]))
    assert not names(ask(tf_version="2.5.0", cuda_versions_found=["11.2"], cudnn_versions_found=["8"]))
    assert not names(check(machine(cudnn("8.6.0"))))


def test_a_right_copy_behind_a_wrong_one() -> None:
    log = "Loaded runtime CuDNN library: 8.1.0 but source was compiled with: 8.6.0."
    assert names(ask(log, cudnn_versions_found=["8.1.0", "8.6.0"])) == ["cudnn-shadowed-by-other-copy"]
    found = check(machine(cudnn("8.0.5"), cudnn("8.2.0", order=1)))
    assert names(found) == ["cudnn-shadowed-by-other-copy"]
    assert "8.2.0" in first(found).message


def test_another_flavour() -> None:
    found = ask(cuda_versions_found=["9.0"], cudnn_versions_found=["7.0.5"],
                version_notes=["cudnn: 7.0.5 (build for CUDA 9.1)"])  # fmt: skip
    assert names(found) == ["cudnn-wrong-cuda-flavour"]
    found = ask("Failed to get convolution algorithm.", tf_version="1.12", cuda_versions_found=["9.0"],
                version_notes=["cudnn: (a cuDNN not for CUDA 9.0)"])  # fmt: skip
    assert first(found).name == "cudnn-wrong-cuda-flavour"
    assert names(ask(tf_version="2.11.0", os="Linux", cuda_versions_found=["11.2"],
                     packages={"nvidia-cudnn-cu12": "8.9.4.25"})) == ["cudnn-wrong-cuda-flavour"]  # fmt: skip
    assert not names(
        ask(tf_version="2.11.0", cuda_versions_found=["11.2"], packages={"nvidia-cudnn-cu11": "8.6.0.163"})
    )


def test_a_cudnn_that_dropped_the_gpu() -> None:
    found = ask(tf_version="2.20.0", gpus=["Tesla P100"], packages={"nvidia-cudnn-cu12": "9.17.0.29"})
    assert (first(found).name, first(found).severity) == ("cudnn-too-new-for-gpu", "warning")
    seen = ask("CUDNN_STATUS_ARCH_MISMATCH", gpus=["Tesla V100"], cudnn_versions_found=["9.17"])
    assert first(seen).symptom
    assert not names(ask(tf_version="2.20.0", gpus=["Tesla T4"], packages={"nvidia-cudnn-cu12": "9.17.0.29"}))
    assert not names(ask(gpus=["Tesla P100"], cudnn_versions_found=["9.3"]))


def test_a_gpu_that_works_has_its_cudnn() -> None:
    log = "[PhysicalDevice(name='/physical_device:GPU:0', device_type='GPU')]"
    assert not names(ask(log, tf_version="2.6.0", cuda_versions_found=["11.2"], cudnn_versions_found=["8.0.5"]))


def test_a_cudnn_that_another_framework_brought_is_not_judged() -> None:
    other = cudnn("9.17.0", order=None, distribution="nvidia-cudnn-cu12")
    assert not names(check(machine(cudnn("8.6.0"), other, gpu="6.1")))


def test_a_part_of_another_major_than_the_one_there() -> None:
    log = "Could not load library libcudnn_ops_infer.so.8. Error: libcudnn_ops_infer.so.8: cannot open"
    found = ask(log, cudnn_versions_found=["9.1"])
    assert [finding.name for finding in found.findings] == ["cudnn-major-mismatch"]
    assert "9.1" in found.findings[0].message
    for versions in ([], ["8.9.7"]):
        assert [one.name for one in ask(log, cudnn_versions_found=versions).findings] == ["cudnn-missing"]


def test_a_cudnn_of_another_major_under_the_name_that_the_build_opens() -> None:
    log = (
        "Loaded runtime CuDNN library: 6021 (compatibility version 6000) but source was compiled with 5105 "
        "(compatibility version 5100)."
    )
    found = ask(log, os="Windows 7", tf_distribution="tensorflow-gpu")
    assert [finding.name for finding in found.findings] == ["cudnn-major-mismatch"]


def test_a_stated_major_is_no_second_copy() -> None:
    log = "Loaded runtime CuDNN library: 8.5.0 but source was compiled with: 8.6.0.  CuDNN library needs to have"
    assert first(ask(log, cudnn_versions_found=["8"])).name == "cudnn-runtime-older-than-compiled"
    assert first(ask(log, cudnn_versions_found=["8.6.0"])).name == "cudnn-shadowed-by-other-copy"
