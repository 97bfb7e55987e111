"""CUDA run-time libraries: each rule from versions of a ticket, from a log, and from the copies on a machine."""

from collections.abc import Iterable
from typing import Any

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Gpu, LibraryCopy, Toolkit
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


def machine(
    version: str = "2.11.0",
    copies: Iterable[LibraryCopy] = (),
    gpus: tuple[Gpu, ...] = (Gpu(name="Tesla T4", compute_capability="7.5"),),
    distributions: tuple[str, ...] = (),
    toolkits: tuple[Toolkit, ...] = (),
    **rest: Any,
) -> facts.Snapshot:
    return facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64"),
        accelerators=facts.Accelerators(
            gpus=gpus, nvml=facts.Nvml(status="ok"), driver=facts.Driver(version="535.104.05", cuda_version="12.2")
        ),
        libraries=facts.Libraries(toolkits=toolkits, copies=tuple(copies)),
        installation=facts.Installation(
            distributions=(
                facts.Distribution(name="tensorflow", version=version),
                *(facts.Distribution(name=name, version="11.8.89") for name in distributions),
            )
        ),
        tensorflow=facts.TensorFlow(version=version, distribution="tensorflow"),
        **rest,
    )


FILES = (
    "libcudart.so.11.0", "libcublas.so.11", "libcublasLt.so.11", "libcufft.so.10", "libcurand.so.10",
    "libcusolver.so.11",
    "libcusparse.so.11", "libcudnn.so.8",
)  # fmt: skip


def copy(name: str, order: int | None = 0, folder: str = "/usr/local/cuda/lib64", **rest: Any) -> LibraryCopy:
    return LibraryCopy(name=name, path=f"{folder}/{name}", order=order, **rest)


def loaded(*without: str) -> list[LibraryCopy]:
    return [
        copy(name, version="8.1.0" if "cudnn" in name else facts.NOT_OBSERVED) for name in FILES if name not in without
    ]


# --- tickets ------------------------------------------------------------------------------------------


def test_a_newer_toolkit_does_not_replace_the_one_that_is_opened() -> None:
    found = ask(tf_version="2.2.0", os="Linux", cuda_versions_found=["10.2"])
    assert names(found) == ["cuda-toolkit-too-new"]
    assert first(found).verdict == "degraded"
    assert any(row.value == "libcudart.so.10.1" for row in first(found).evidence)


def test_builds_that_link_cuda_are_broken_by_it() -> None:
    found = ask("ImportError: libcublas.so.9.0: cannot open shared object file", tf_version="1.12.0",
                tf_distribution="tensorflow-gpu", os="Ubuntu", cuda_versions_found=["10.0"])  # fmt: skip
    assert (first(found).name, first(found).verdict) == ("cuda-toolkit-too-new", "broken")


def test_one_file_of_another_interface_is_enough() -> None:
    found = ask("Could not load dynamic library 'libcusolver.so.10'", tf_version="2.4.1", cuda_versions_found=["11.1"])
    assert names(found) == ["cuda-toolkit-too-new"]


def test_an_older_toolkit() -> None:
    log = "Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found"
    assert names(ask(log, tf_version="2.4.0", os="Windows", cuda_versions_found=["10.1"])) == ["cuda-toolkit-too-old"]


def test_the_toolkit_of_the_same_major_that_lacks_one_file() -> None:
    found = ask(tf_version="2.5.0", os="Linux", cuda_versions_found=["11.0"])
    assert names(found) == ["cuda-toolkit-too-old"]


def test_what_nvidia_smi_prints_is_no_toolkit() -> None:
    log = "Could not load dynamic library 'libcudart.so.10.1'"
    found = ask(log, tf_version="2.3.0", gpus=["Tesla T4"], driver_cuda_version="11.2")
    assert names(found) == ["cuda-libs-missing"]


def test_cudnn_by_pip_alone_is_no_cuda() -> None:
    found = ask("Could not find cuda drivers on your machine, GPU will not be used.", tf_version="2.13.0", os="Linux",
                packages={"nvidia-cudnn-cu11": "8.6.0.163"})  # fmt: skip
    assert names(found) == ["cuda-libs-missing"]


def test_the_right_toolkit_that_is_not_reached() -> None:
    log = "Could not load dynamic library 'libcudart.so.11.0'; dlerror: x; LD_LIBRARY_PATH: /usr/local/cuda/lib"
    found = ask(log, tf_version="2.8.0", os="Linux", cuda_versions_found=["11.4"], cudnn_versions_found=["8.2"])
    assert names(found) == ["lib-path-not-set"]
    assert first(found).remedies[0].variable == "LD_LIBRARY_PATH"
    found = ask("Could not load dynamic library 'cudart64_101.dll'", os="Windows", cuda_versions_found=["10.1"])
    assert names(found) == ["lib-path-not-set"]
    assert first(found).remedies[0].variable == "PATH"


def test_a_refusal_without_names_while_the_right_toolkit_is_there() -> None:
    found = ask("Cannot dlopen some GPU libraries.", tf_version="2.12.0", os="Linux", cuda_versions_found=["11.8"],
                cudnn_versions_found=["8.6"])  # fmt: skip
    assert names(found) == ["lib-path-not-set"]


def test_a_library_path_without_folders() -> None:
    found = ask(os="Linux", env_vars={"LD_LIBRARY_PATH": "(replaced by a module)"})
    assert [(item.name, item.confidence) for item in found.findings] == [("lib-path-not-set", "possible")]
    assert not names(ask(os="Linux", env_vars={"LD_LIBRARY_PATH": "/opt/lib"}))
    assert not names(ask(os="Windows", env_vars={"LD_LIBRARY_PATH": ""}))
    assert not names(ask(tf_version="2.3.0", tf_distribution="tensorflow-cpu", env_vars={"LD_LIBRARY_PATH": ""}))


def test_the_wheel_that_lost_its_search_path() -> None:
    found = ask("[]", tf_version="2.16.1", os="Linux", install_method="pip install tensorflow[and-cuda]")
    assert names(found) == ["pip-cuda-libs-not-found"]
    assert first(found).remedies[0].requirements == ("tensorflow[and-cuda]==2.16.2",)
    assert names(ask("Cannot dlopen some GPU libraries.", tf_version="2.16", os="Linux", gpus=["Tesla T4"])) == [
        "pip-cuda-libs-not-found"
    ]


def test_distributions_of_another_release_that_are_not_reached() -> None:
    found = ask("Cannot dlopen some GPU libraries.", tf_version="2.18.0", os="Linux",
                packages={"nvidia-cudnn-cu12": "9.3.0.75", "nvidia-cuda-runtime-cu12": "12.5.82"})  # fmt: skip
    assert names(found) == ["pip-cuda-libs-not-found"]


def test_distributions_for_another_cuda_major_are_not_meant() -> None:
    found = ask("Cannot dlopen some GPU libraries.", tf_version="2.14.0", os="Linux",
                packages={"nvidia-cublas-cu12": "12.5.3.2", "nvidia-cuda-runtime-cu12": "12.5.82"})  # fmt: skip
    assert names(found) == ["cuda-toolkit-too-new"]


def test_conda_packages_count_as_toolkit() -> None:
    assert names(ask(tf_version="2.2.0", os="Linux", packages={"cudatoolkit": "11.2"})) == ["cuda-toolkit-too-new"]


def test_a_nightly_is_judged_as_its_minor() -> None:
    found = ask("GPU device not found", tf_version="2.5.0.dev20210320", tf_distribution="tf-nightly-gpu", os="Linux",
                cuda_versions_found=["11.0"])  # fmt: skip
    assert names(found) == ["cuda-toolkit-too-old"]


def test_the_preload_check_of_windows_builds() -> None:
    log = "    ctypes.WinDLL(build_info.cudart_dll_name)\nOSError: [WinError 126] The specified module"
    found = ask(log, tf_version="1.8.0", tf_distribution="tensorflow-gpu", os="Windows", cuda_versions_found=["9.2"])
    assert names(found) == ["cuda-toolkit-too-new"]


def test_a_file_that_no_known_toolkit_ships() -> None:
    found = ask("Could not load dynamic library 'libcudart.so.99.0'", os="Linux", cuda_versions_found=["11.2"])
    assert names(found) == ["cuda-libs-missing"]


def test_the_extra() -> None:
    log = 'ERROR: No matching distribution found for tensorrt-libs==8.6.1; extra == "and-cuda"'
    found = ask(log, tf_distribution="tensorflow[and-cuda]", tf_version_wanted="2.15.0", os="Linux")
    assert names(found) == ["and-cuda-extra-problem"]
    assert first(found).remedies[0].requirements == ("tensorflow[and-cuda]==2.15.1",)
    found = ask("WARNING: tensorflow 2.13.0 does not provide the extra 'and-cuda'", tf_version="2.13.0")
    assert "2.14" in first(found).message
    assert names(ask(tf_distribution="tensorflow[and-cuda]", tf_version="2.12.0")) == ["and-cuda-extra-problem"]
    assert names(ask("zsh: no matches found: tensorflow[and-cuda]")) == ["and-cuda-extra-problem"]
    assert not names(ask(tf_distribution="tensorflow[and-cuda]", tf_version="2.17.0"))


# --- what is none of it -------------------------------------------------------------------------------


def test_hosts_without_a_gpu_are_healthy() -> None:
    log = (
        "Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open\n"
        "Ignore above cudart dlerror if you do not have a GPU set up on your machine.\n"
        "failed call to cuInit: UNKNOWN ERROR (303)\nkernel driver does not appear to be running on this host"
    )
    assert not names(ask(log, tf_version="2.6.0", tf_distribution="tensorflow", os="Linux"))
    assert not names(ask("Could not find cuda drivers on your machine", tf_version="2.15.0", os="Linux"))
    assert not names(check(machine(gpus=())))


def test_a_gpu_that_works_needs_nothing() -> None:
    log = "[PhysicalDevice(name='/physical_device:GPU:0', device_type='GPU')]"
    assert not names(ask(log, tf_version="2.6.0", os="Linux", cuda_versions_found=["10.0"], gpus=["Tesla T4"]))


def test_a_cpu_build_is_not_asked_for_cuda() -> None:
    assert not names(ask(tf_version="2.3.0", tf_distribution="tensorflow-cpu", cuda_versions_found=["9.0"]))
    assert not names(ask(tf_version="2.12.0", tf_distribution="tensorflow", os="Windows", cuda_versions_found=["9.0"]))
    assert not names(ask(tf_version="2.6.0", tf_distribution="conda mkl_py39", cuda_versions_found=["9.0"]))


def test_builds_that_are_not_on_the_index_bring_their_own_cuda() -> None:
    assert not names(ask(tf_version="1.12", tf_distribution="conda build", cuda_versions_found=["9.2"]))
    assert not names(ask(tf_version="1.12", install_method="conda", cuda_versions_found=["9.2"]))
    assert not names(ask(tf_version="1.15.2+nv20.2", tf_distribution="tensorflow", cuda_versions_found=["10.2"]))
    assert not names(ask(tf_version="1.15.5", tf_distribution="nvidia-tensorflow", cuda_versions_found=["12"]))


def test_toolkit_and_cudnn_that_fit() -> None:
    assert not names(
        ask(tf_version="2.9.3", os="Windows", cuda_versions_found=["11.2"], cudnn_versions_found=["8.1"],
            gpus=["GeForce RTX 3060"], driver_version="511.23")
    )  # fmt: skip


# --- machines -----------------------------------------------------------------------------------------


def test_a_machine_that_opens_all_files() -> None:
    assert not names(check(machine(copies=loaded())))


def test_a_machine_without_any() -> None:
    found = check(machine())
    assert names(found) == ["cuda-libs-missing"]
    assert first(found).severity == "error"


def test_a_machine_with_another_toolkit_only() -> None:
    copies = [copy("libcudart.so.12"), copy("libcudnn.so.8", version="8.9.2")]
    found = check(machine(copies=copies, toolkits=(Toolkit(version="12.2", path="/usr/local/cuda-12.2"),)))
    assert names(found) == ["cuda-toolkit-too-new"]


def test_files_that_lie_where_the_loader_does_not_look() -> None:
    copies = [copy(name, order=None, folder="/opt/cuda/lib64") for name in FILES]
    found = check(machine(copies=copies))
    assert names(found) == ["lib-path-not-set"]
    assert first(found).remedies[0].value.startswith("/opt/cuda/lib64:")


def test_files_of_distributions_that_the_loader_does_not_reach() -> None:
    copies = [copy(name, order=None, folder="/s/nvidia/lib", distribution="nvidia-cublas-cu12") for name in
              ("libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcusolver.so.11",
               "libcusparse.so.12", "libcudnn.so.8")]  # fmt: skip
    found = check(machine("2.16.1", copies=copies, distributions=("nvidia-cublas-cu12",)))
    assert names(found) == ["pip-cuda-libs-not-found"]
    assert "does not search" in first(found).message


def test_distributions_under_a_release_that_never_searched_them() -> None:
    copies = [*loaded("libcudnn.so.8"), copy("libcudnn.so.8", order=None, distribution="nvidia-cudnn-cu11")]
    assert names(check(machine(copies=copies, distributions=("nvidia-cudnn-cu11",)))) == ["lib-path-not-set"]


def test_a_load_attempt_decides() -> None:
    listed = facts.LoadAttempt(stages=(("import", "ok"),), devices=("/physical_device:GPU:0",))
    assert not names(check(machine(load=listed)))
    found = check(machine(load=facts.LoadAttempt(stages=(("import", "ok"),), devices=("/physical_device:CPU:0",))))
    assert (first(found).name, first(found).symptom) == ("cuda-libs-missing", True)


def test_a_truncated_file_that_is_found_first() -> None:
    copies = [*loaded("libcublas.so.11"), copy("libcublas.so.11", usable=False, distribution="nvidia-cublas-cu11"),
              copy("libcublas.so.11", order=1, folder="/good")]  # fmt: skip
    found = check(machine(copies=copies))
    assert names(found) == ["cuda-library-unusable"]
    assert first(found).remedies[0].requirements == ("nvidia-cublas-cu11",)
    unowned = [*loaded("libcudart.so.11.0"), copy("libcudart.so.11.0", usable=False)]
    assert first(check(machine(copies=unowned))).remedies[0].kind == "manual"


def test_a_build_that_links_cuda_and_was_imported_has_found_it() -> None:
    imported = facts.LoadAttempt(stages=(("import", "ok"),), devices=("/device:CPU:0",))
    snapshot = facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64"),
        accelerators=facts.Accelerators(gpus=(Gpu(name="Tesla T4", compute_capability="7.5"),)),
        libraries=facts.Libraries(copies=()),
        tensorflow=facts.TensorFlow(version="1.12.0", distribution="tensorflow-gpu"),
        load=imported,
    )
    assert "cuda-libs-missing" not in names(check(snapshot))


def test_the_release_that_lost_one_folder() -> None:
    found = ask("Cannot dlopen some GPU libraries.", tf_version="2.21.0", tf_distribution="tensorflow[and-cuda]",
                os="Linux", gpus=["Tesla T4"])  # fmt: skip
    assert names(found) == ["pip-cuda-libs-not-found"]
    assert "nvidia/cusolver/lib" in first(found).remedies[0].value


def test_the_self_check_of_an_old_release_on_windows_names_what_it_could_not_load() -> None:
    log = "- Could not load 'cudart64_80.dll'. The GPU version of TensorFlow\n  requires that this DLL be installed"
    assert first(ask(log, os="Windows", python_version="3.5")).name == "cuda-libs-missing"


def test_the_extra_of_2_15_0_cannot_be_met() -> None:
    wanted = {"tf_distribution": "tensorflow[and-cuda]", "os": "Linux", "python_version": "3.11"}
    assert "and-cuda-extra-problem" in names(ask(tf_version_wanted="2.15.0", **wanted))
    assert "and-cuda-extra-problem" not in names(ask(tf_version_wanted="2.15.1", **wanted))


def test_a_build_that_is_called_the_gpu_version_is_no_cpu_build() -> None:
    log = "ImportError: libcublas.so.9.0: cannot open shared object file: No such file or directory"
    stated = {"tf_version": "1.6", "tf_distribution": "tensorflow with GPU support", "os": "Ubuntu 17.10"}
    for text in (log, ""):
        found = ask(text, **stated, cuda_versions_found=["9.1"], gpus=["GeForce 940MX"])
        assert first(found).name == "cuda-toolkit-too-new"
