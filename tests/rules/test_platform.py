"""Rules on CPU, operating system and wheels."""

from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import (
    Cpu,
    Distribution,
    Installation,
    Interpreter,
    LibStdCxx,
    LoadAttempt,
    Snapshot,
    System,
    TensorFlow,
)
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
OURS = [rule for rule in RULES if rule.family.name in {"python-version", "platform", "tensorflow"}]
NOTHING = "ERROR: Could not find a version that satisfies the requirement tensorflow{} (from versions: none)"


def check(snapshot: Snapshot) -> Diagnosis:
    return diagnose(snapshot, MATRIX, OURS, debug=True)


def ask(log: str = "", **environment: Any) -> Diagnosis:
    return check(ticket.snapshot(form.from_object({"environment": environment, "log": log})))


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def machine(version: str = "2.15.0", **parts: Any) -> Diagnosis:
    taken = {
        "system": System(os="linux", arch="x86_64"),
        "interpreter": Interpreter(version="3.10.2", bits=64),
        "installation": Installation(
            distributions=(Distribution(name="tensorflow", version=version, location="C:\\e"),)
        ),
        "tensorflow": TensorFlow(version=version, distribution="tensorflow"),
        **parts,
    }
    return check(Snapshot(**taken))


# --- wheels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stated",
    [
        {"os": "macOS", "arch": "x86_64", "python_version": "3.11", "tf_version_wanted": "2.18.0"},
        {"os": "Alpine Linux", "libc_version": "musl", "python_version": "3.10", "tf_version_wanted": "2.15.0"},
        {"os": "Linux", "arch": "ppc64le", "python_version": "3.9", "tf_version_wanted": "2.11.0"},
        {"os": "Linux", "arch": "armv7l", "python_version": "3.9", "tf_version_wanted": "2.11.0"},
        {"os": "Ubuntu", "arch": "aarch64", "python_version": "3.8", "tf_version_wanted": "2.4.1"},
    ],
)
def test_no_wheel_for_platform(stated: dict[str, str]) -> None:
    found = ask(**stated)
    assert names(found) == ["no-wheel-for-platform"]
    assert found.findings[0].confidence == "certain"


def test_no_wheel_for_platform_in_uv_words() -> None:
    log = (
        "error: Distribution `tensorflow==2.19.0 @ registry+<index>` can't be installed because it doesn't have "
        "a source "
        "distribution or wheel for the current platform\nhint: You're on macOS (`macosx_13_0_x86_64`), but "
        "`tensorflow` "
        "(v2.19.0) only has wheels for the following platforms: `manylinux_2_17_x86_64`, `macosx_12_0_arm64`, "
        "`win_amd64`"
    )
    assert names(ask(log, os="macOS", python_version="3.11")) == ["no-wheel-for-platform"]


def test_an_architecture_without_any_wheel() -> None:
    found = ask(NOTHING.format(""), os="Windows", arch="arm64", python_version="3.11")
    assert names(found) == ["no-wheel-for-platform"]
    assert "no release has one" in found.findings[0].message


def test_an_architecture_whose_wheels_came_late_is_likely() -> None:
    found = ask(NOTHING.format(""), os="Ubuntu", arch="aarch64", python_version="3.8")
    assert [(row.name, row.confidence) for row in found.findings] == [("no-wheel-for-platform", "likely")]
    assert names(ask(tf_version_wanted="2.15.0", os="Linux", arch="aarch64", python_version="3.10")) == []


def test_a_wheel_refused_for_its_platform() -> None:
    log = "ERROR: tensorflow-2.2.0-cp38-cp38-linux_aarch64.whl is not a supported wheel on this platform."
    assert names(ask(log, os="Ubuntu", python_version="3.8", arch="x86_64")) == ["no-wheel-for-platform"]


def test_a_python_newer_than_the_wheels_for_the_architecture() -> None:
    log = NOTHING.format("").replace("tensorflow", "tensorflow-macos")
    found = ask(log, os="macOS", python_version="3.12", arch="arm64")
    assert [(row.name, row.confidence) for row in found.findings] == [("python-version-no-wheel", "likely")]
    assert names(ask(NOTHING.format(">=2.8"), os="macOS", python_version="3.9", arch="arm64")) == [
        "no-wheel-for-platform"
    ]
    assert names(ask(NOTHING.format(">=2.8"), os="macOS", python_version="3.13", arch="arm64")) == [
        "python-version-no-wheel"
    ]


def test_apple_silicon_before_213() -> None:
    found = ask(NOTHING.format("==2.9.1"), os="macOS", arch="arm64", python_version="3.9")
    assert names(found) == ["no-wheel-for-platform", "macos-arm-needs-tensorflow-macos"]
    found = ask(NOTHING.format("==2.9.1"), os="macOS 12.4", python_version="3.9")
    assert names(found) == ["macos-arm-needs-tensorflow-macos"]
    assert found.findings[0].remedies[0].requirements == ("tensorflow-macos==2.9.2",)
    assert names(ask(NOTHING.format("==2.9.1"), os="macOS", arch="x86_64", python_version="3.9")) == []
    assert names(ask(os="macOS", tf_version_wanted="2.9.1", python_version="3.9")) == []


def test_apple_silicon_shell_without_its_contents() -> None:
    log = "ModuleNotFoundError: No module named 'tensorflow'"
    found = ask(log, os="macOS", arch="arm64", tf_version="2.13.0", install_method="poetry")
    assert names(found)[:1] == ["macos-arm-needs-tensorflow-macos"]
    assert found.findings[0].remedies[0].requirements == ("tensorflow-macos==2.13.0",)
    for environment in ({"arch": "arm64", "tf_version": "2.16.1"}, {"arch": "x86_64", "tf_version": "2.13.0"}):
        found = ask(log, os="macOS", install_method="poetry", **environment)
        assert "macos-arm-needs-tensorflow-macos" not in names(found)


def test_pip_too_old() -> None:
    assert names(ask(os="Linux", install_method="pip 9.0.1", tf_version_wanted="2.1.0", python_version="3.6")) == [
        "pip-too-old"
    ]
    assert names(ask(os="Linux", install_method="pip 19.1", tf_version_wanted="2.12.0", python_version="3.9")) == [
        "pip-too-old"
    ]
    assert names(ask(os="Linux", install_method="an old pip", tf_version_wanted="2.3.0")) == ["pip-too-old"]
    assert names(ask(os="Linux", install_method="pip < 19", tf_version_wanted="1.15.2")) == ["pip-too-old"]
    assert names(ask(os="Linux", install_method="pip 23.0", tf_version_wanted="2.12.0", python_version="3.9")) == []
    assert names(ask(os="Linux", install_method="pip 18.1", tf_version_wanted="1.13.1", python_version="3.6")) == []
    log = "You are using pip version 18.0, however version 23.3 is available."
    assert names(ask(NOTHING.format("==2.2.0") + "\n" + log, os="Ubuntu 18.04", python_version="3.6")) == [
        "pip-too-old"
    ]


def test_pip_too_old_by_the_versions_that_it_sees() -> None:
    log = (
        "Could not find a version that satisfies the requirement tensorflow==2.2.0 (from versions: 1.13.1, "
        "1.13.2, 1.14.0)\n"
        "No matching distribution found for tensorflow==2.2.0"
    )
    assert names(ask(log, os="Ubuntu", python_version="3.6")) == ["pip-too-old"]
    assert names(ask(log.replace("1.14.0)", "2.1.0)"), os="Ubuntu", python_version="3.6")) == []


def test_macos_python_reports_10_16() -> None:
    log = NOTHING.format("") + "\nmacosx_10_16_x86_64"
    assert (
        names(ask(log, os="macOS", os_version="11.2", arch="arm64", python_version="3.8"))[-1]
        == "macos-python-reports-10-16"
    )
    bare = Snapshot(
        system=System(os="macos", arch="x86_64", os_version="10.16"),
        interpreter=Interpreter(version="3.8.3", bits=64, platform_tag="macosx-10.16-x86_64"),
        installation=Installation(distributions=()),
    )
    found = check(bare)
    assert [row.severity for row in found.findings if row.name == "macos-python-reports-10-16"] == ["warning"]
    log = "ERROR: tensorflow-2.6.0-cp38-cp38-macosx_11_0_x86_64.whl is not a supported wheel on this platform."
    stated = {"os": "macOS", "os_version": "11.4", "tf_version_wanted": "2.6.0", "python_version": "3.8"}
    assert names(ask(log, **stated)) == ["macos-python-reports-10-16"]
    for other in ({"os_version": "10.15"}, {"python_version": "3.9"}, {"arch": "arm64"}):
        assert "macos-python-reports-10-16" not in names(ask(log, **(stated | other)))
    stated = {"os": "macOS", "os_version": "10.16", "arch": "x86_64", "python_version": "3.8"}
    assert "macos-python-reports-10-16" not in names(ask(NOTHING.format("==2.9.0"), **stated))


# --- operating system ---------------------------------------------------------------------------------


def test_os_too_old() -> None:
    log = (
        "ImportError: /lib64/libm.so.6: version `GLIBC_2.27' not found (required by /e/_pywrap_tensorflow_internal.so)"
    )
    found = ask(log, os="CentOS", os_version="7.9")
    assert names(found) == ["os-too-old"]
    assert found.findings[0].symptom
    assert names(machine("2.21.0", system=System(os="linux", arch="x86_64", libc="glibc", libc_version="2.17"))) == [
        "os-too-old"
    ]
    assert names(machine("2.15.0", system=System(os="linux", arch="x86_64", libc="glibc", libc_version="2.17"))) == []
    assert names(ask(os="Linux", libc_version="2.17", tf_version_wanted="2.21.0", python_version="3.12")) == [
        "os-too-old"
    ]
    mac = System(os="macos", arch="arm64", os_version="11.6")
    assert names(machine("2.16.2", system=mac)) == ["os-too-old"]
    assert names(machine("2.16.2", system=System(os="macos", arch="arm64", os_version="14.1"))) == []
    assert names(ask(os="Ubuntu", os_version="16.04", tf_version="2.21.0", python_version="3.12")) == ["os-too-old"]
    assert names(ask(os="Ubuntu", os_version="22.04", tf_version="2.21.0", python_version="3.12")) == []
    log = "ImportError: dlopen(/e/x.so, 6): Symbol not found: _x (which was built for Mac OS X 12.0)"
    assert names(ask(log, os="macOS")) == ["os-too-old"]
    log = "ImportError: dlopen(/e/x.so, 2): Symbol not found: ___sincos_stret\n  Expected in: {}/libSystem.B.dylib"
    assert names(ask(log.format("/usr/lib"), os="macOS")) == ["os-too-old"]
    assert names(ask(log.format("/opt/conda/lib"), os="macOS")) == []


def test_libstdcxx_too_old() -> None:
    for name in ("GLIBCXX_3.4.29", "CXXABI_1.3.13"):
        log = f"ImportError: /opt/conda/lib/libstdc++.so.6: version `{name}' not found (required by /e/h5py/defs.so)"
        found = ask(log, os="Linux")
        assert names(found) == ["libstdcxx-too-old"]
        assert "conda" in found.findings[0].remedies[0].text
    old = System(os="linux", arch="x86_64", libstdcxx=LibStdCxx(path="/usr/lib/libstdc++.so.6", glibcxx="3.4.18"))
    assert names(machine("2.15.0", system=old)) == ["libstdcxx-too-old"]
    new = System(os="linux", arch="x86_64", libstdcxx=LibStdCxx(path="/usr/lib/libstdc++.so.6", glibcxx="3.4.30"))
    assert names(machine("2.15.0", system=new)) == []


# --- CPU ----------------------------------------------------------------------------------------------

SSE = ("sse", "sse2", "ssse3", "sse4_1", "sse4_2")


def test_cpu_lacks_instructions_by_its_flags() -> None:
    found = machine("2.15.0", cpu=Cpu(model="Some CPU", flags=SSE))
    assert [(row.name, row.confidence) for row in found.findings] == [("cpu-lacks-instructions", "certain")]
    assert names(machine("2.15.0", cpu=Cpu(flags=(*SSE, "avx")))) == []
    assert names(machine("2.4.0", cpu=Cpu(flags=(*SSE, "avx")))) == ["cpu-lacks-instructions"]
    assert names(machine("2.4.1", cpu=Cpu(flags=(*SSE, "avx")))) == []
    assert names(machine("1.5.0", cpu=Cpu(flags=SSE))) == []
    virtual = machine("2.15.0", cpu=Cpu(model="QEMU Virtual CPU version 2.5+", flags=SSE))
    assert "virtual machine" in virtual.findings[0].remedies[0].text
    imported = LoadAttempt(stages=(("import", "ok"),))
    assert names(machine("2.15.0", cpu=Cpu(flags=SSE), load=imported)) == []
    arm = System(os="linux", arch="aarch64")
    assert names(machine("2.15.0", system=arm, cpu=Cpu(flags=("asimd",)))) == []


def test_cpu_lacks_instructions_by_its_model_or_the_log() -> None:
    crash = "Illegal instruction (core dumped)"
    assert names(ask(crash, tf_version="2.8", cpu="Intel(R) Celeron(R) J4125 CPU @ 2.00GHz")) == [
        "cpu-lacks-instructions"
    ]
    assert names(ask("exited with code 132", os="Linux", cpu="Intel Xeon X5670")) == ["cpu-lacks-instructions"]
    assert ask(crash, os="Linux").findings[0].confidence == "possible"
    log = "The TensorFlow library was compiled to use AVX instructions, but these aren't available on your machine."
    assert ask(log, os="Linux").findings[0].confidence == "certain"
    log = f"{crash}\nmodel name : Intel(R) Core(TM) i5-3470 CPU\nflags : fpu sse sse2 ssse3 sse4_1 sse4_2 avx f16c"
    assert ask(log, tf_version="2.4.0").findings[0].confidence == "certain"
    assert names(ask(crash, tf_version="2.8", os="Linux", arch="aarch64")) == []
    log = "ImportError: DLL load failed: A dynamic link library (DLL) initialization routine failed."
    found = ask(log, os="Windows", tf_version="1.12", cpu="Intel Core 2 Duo E8400")
    assert names(found)[0] == "cpu-lacks-instructions"
    died = LoadAttempt(signal="SIGILL")
    assert names(machine("2.15.0", cpu=Cpu(flags=(*SSE, "avx")), load=died)) == ["cpu-lacks-instructions"]
    everything = (*SSE, "avx", "avx2", "fma")
    assert names(machine("2.15.0", cpu=Cpu(flags=everything), load=died)) == []


def test_apple_silicon_x86_build() -> None:
    found = ask("qemu: uncaught target signal 6 (Aborted) - core dumped", tf_version="2.11", container="docker")
    assert names(found) == ["apple-silicon-x86-build"]
    assert names(ask(tf_version="2.8.0", os="macOS", arch="x86_64", cpu="Apple M1 Pro (Rosetta)")) == [
        "apple-silicon-x86-build"
    ]
    assert names(ask("zsh: illegal hardware instruction", tf_version="2.4", cpu="Apple M1")) == [
        "apple-silicon-x86-build"
    ]
    rosetta = System(os="macos", arch="x86_64", translated="rosetta")
    assert names(machine("2.11.0", system=rosetta, cpu=Cpu(flags=SSE))) == ["apple-silicon-x86-build"]
    assert names(machine("2.11.0", system=rosetta, cpu=Cpu(flags=(*SSE, "avx")))) == []
    log = "ImportError: dlopen(x.so): (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64e'))"
    assert names(ask(log, os="macOS", tf_version="2.7")) == ["apple-silicon-x86-build"]
    log = "/e/lib/python3.8/site-packages/{}.so: mach-o, but wrong architecture"
    assert names(ask(log.format("tensorflow/python/_pywrap_tensorflow_internal"), os="macOS")) == [
        "apple-silicon-x86-build"
    ]
    assert names(ask(log.format("lxml/etree"), os="macOS")) == []
    assert names(machine("2.16.1", system=System(os="macos", arch="arm64"), cpu=Cpu(model="Apple M2"))) == []


@pytest.mark.parametrize(
    "model",
    [
        "Intel(R) Celeron(R) N4505 @ 2.00GHz", "Intel(R) Pentium(R) Silver J5005 CPU @ 1.50GHz", "Intel Xeon W3670",
        "Intel(R) Core(TM)2 Duo CPU E8400 @ 3.00GHz", "Intel(R) Core(TM) i7 CPU 920 @ 2.67GHz", "Intel Core i5 750",
        "AMD Phenom(tm) II X6 1090T Processor", "Intel(R) Xeon(R) CPU X5650 @ 2.67GHz", "Intel(R) Atom(TM) CPU D525",
        "Intel(R) Core(TM) i5 CPU M 520 @ 2.40GHz", "Common KVM processor", ("QEMU Virtual CPU version "
                                                                             "2.5+"), "AMD Athlon(tm) II X2 250",
    ],
)  # fmt: skip
def test_models_without_avx(model: str) -> None:
    assert "avx" in MATRIX.cpus.lacks(model)


@pytest.mark.parametrize(
    ("model", "lacks"),
    [
        ("Intel(R) Core(TM) i5-3230M CPU @ 2.60GHz", ("avx2", "fma")),
        ("Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", ("avx2", "fma")),
        ("AMD FX(tm)-8350 Eight-Core Processor", ("avx2",)),
        ("Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", ()),
        ("Intel(R) Core(TM) i5-7500 CPU @ 3.40GHz", ()),
        ("Intel(R) Core(TM) i9-10900X", ()),
        ("Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", ()),
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", ()),
        ("Intel(R) Xeon(R) Platinum 8272CL CPU @ 2.60GHz", ()),
        ("AMD Ryzen 7 3700X 8-Core Processor", ()),
        ("AMD EPYC 7763 64-Core Processor", ()),
        ("Intel(R) Celeron(R) 6305 @ 1.80GHz", ()),
        ("Intel(R) Pentium(R) Gold G7400", ()),
        ("Intel(R) N100", ()),
        ("Apple M1", ()),
    ],
)
def test_models_with_avx(model: str, lacks: tuple[str, ...]) -> None:
    assert MATRIX.cpus.lacks(model) == lacks


# --- Windows ------------------------------------------------------------------------------------------


def test_msvc_redist_missing() -> None:
    log = "ImportError: Could not find the DLL(s) 'msvcp140_1.dll'. TensorFlow requires that these DLLs be installed"
    assert ask(log, os="Windows", tf_version="2.3.0").findings[0].confidence == "certain"
    log = "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The module could not be found."
    assert names(ask(log, os="Windows", tf_version="2.10.0")) == ["msvc-redist-missing"]
    assert (
        names(ask(log, os="Windows", tf_version="1.14.0", tf_distribution="tensorflow-gpu")) == []
    )  # CUDA is linked there
    other = "ImportError: DLL load failed while importing _multiarray_umath: The specified module could not be found."
    assert names(ask(other, os="Windows", tf_version="2.10.0")) == []
    named = "DLL load failed while importing _pywrap_tensorflow_internal: A DLL initialization routine failed."
    assert names(ask(named, os="Windows")) == ["msvc-redist-missing"]  # Python 3.8 or later: no build that links CUDA
    assert names(ask("ImportError: DLL load failed: The specified module could not be found.", os="Windows")) == []
    bare = System(os="windows", arch="x86_64", msvc_runtime=("vcruntime140.dll", "msvcp140.dll"))
    assert names(machine("2.9.0", system=bare)) == ["msvc-redist-missing"]
    assert names(machine("1.15.0", system=bare)) == []
    full = System(os="windows", arch="x86_64", msvc_runtime=("vcruntime140.dll", "msvcp140.dll", "MSVCP140_1.dll"))
    assert names(machine("2.9.0", system=full)) == []


DEEP = (
    "tensorflow\\include\\external\\cudnn_frontend_archive\\_virtual_includes\\cudnn_frontend\\third_party\\cudnn\\x.h"
)


def test_windows_long_path() -> None:
    log = (
        f"ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\u\\\\{DEEP}'"
    )
    assert names(ask(log, os="Windows", tf_version_wanted="2.8.0", python_version="3.9")) == ["windows-long-path"]
    log += "\nHINT: This error might have occurred since this system does not have Windows Long Path support enabled."
    assert names(ask(log)) == ["windows-long-path"]
    assert names(ask("FileNotFoundError: [Errno 2] No such file or directory: 'a.h5'", os="Windows")) == []
    store = "C:\\\\Users\\\\me\\\\" + "d" * 100 + "\\\\site-packages\\\\" + "e" * 90 + "_pb2.py"
    assert names(ask(f"EnvironmentError: [Errno 2] No such file or directory: '{store}'")) == ["windows-long-path"]
    assert names(ask(f"EnvironmentError: [Errno 2] No such file or directory: '/{store}'")) == []
    windows = System(os="windows", arch="x86_64", long_paths=False)
    item = Distribution(name="tensorflow", version="2.9.0", location="C:\\" + "d" * 150, missing_files=(DEEP,))
    assert names(machine("2.9.0", system=windows, installation=Installation(distributions=(item,)))) == [
        "windows-long-path"
    ]
    allowed = System(os="windows", arch="x86_64", long_paths=True)
    assert names(machine("2.9.0", system=allowed, installation=Installation(distributions=(item,)))) == []


def test_a_wheel_of_a_dependency_for_macos_that_an_old_python_refuses() -> None:
    log = "ERROR: numpy-1.18.5-cp38-cp38-macosx_11_0_x86_64.whl is not a supported wheel on this platform."
    mac = {"os": "macOS", "os_version": "11.0", "python_version": "3.8", "arch": "x86_64"}
    found = diagnose(ticket.snapshot(form.from_object({"environment": mac, "log": log})), MATRIX, debug=True)
    assert [finding.name for finding in found.findings] == ["macos-python-reports-10-16"]


def test_a_pip_that_takes_macos_11_for_another_system() -> None:
    log = "ERROR: tensorflow-2.3.1-cp37-cp37m-macosx_10_9_x86_64.whl is not a supported wheel on this platform."
    mac = {"os": "macOS Big Sur", "python_version": "3.7", "arch": "x86_64"}
    assert names(ask(log, **mac))[0] == "pip-too-old"
    assert names(ask(log, **mac, install_method="pip 20.2.4"))[0] == "pip-too-old"
    assert "pip-too-old" not in names(ask(log, **mac, install_method="pip 21.0"))
    assert "pip-too-old" not in names(ask(log, **{**mac, "python_version": "3.8"}))
    assert "pip-too-old" not in names(ask(log, **{**mac, "arch": "arm64"}))


def test_what_pip_1_5_says() -> None:
    log = (
        "pip 1.5.4 from /usr/lib/python2.7/dist-packages (python 2.7)\n"
        "  Could not find any downloads that satisfy the requirement tensorflow\n"
        "No distributions at all found for tensorflow"
    )
    assert names(ask(log, os="Ubuntu 14.04", python_version="2.7.6", arch="x86_64"))[0] == "pip-too-old"


def test_a_platform_that_had_no_wheel_yet() -> None:
    log = "ERROR: Could not find a version that satisfies the requirement tensorflow<=2.1.0 (from versions: 2.10.0)"
    assert names(ask(log, os="RASPIOS 64bit"))[0] == "no-wheel-for-platform"
    refused = "tensorflow-1.14.0-cp36-cp36m-manylinux1_x86_64.whl is not a supported wheel on this p"
    jetson = {"os": "Ubuntu 18.04", "python_version": "3.6.8", "gpus": ["Nvidia Jetson Xavier"]}
    assert names(ask(refused, **jetson))[0] == "no-wheel-for-platform"


def test_a_32_bit_system() -> None:
    log = "tensorflow-1.13.1-cp27-none-linux_x86_64.whl is not a supported wheel on this platform."
    assert names(ask(log, os="Ubuntu 14.04 32-bit", python_version="2.7.6"))[0] == "python-32bit"


def test_a_c_library_named_in_a_line_of_its_own() -> None:
    found = ask("version `GLIBC_2.17' not found,required by _pywrap_tensorflow.so")
    assert names(found) == ["os-too-old"]


def test_a_mac_with_an_intel_processor() -> None:
    log = "ERROR: Could not find a version that satisfies the requirement tensorflow==2.19.0 (from versions: 2.16.2)"
    assert names(ask(log, os="macOS", cpu="MacBook Air 2018 (Intel)", python_version="3.11"))[0] == (
        "no-wheel-for-platform"
    )


def test_the_illegal_instruction_as_windows_counts_it() -> None:
    found = ask(
        "ImportError: DLL load failed with error code 3221225501",
        os="Windows 7",
        tf_version="2.0",
        python_version="3.7",
    )
    assert names(found)[0] == "cpu-lacks-instructions"
