"""The NVIDIA driver, and whether the GPU reaches the process at all."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._rule import DRIVER, Conclusion, rule
from tfdoctor.versions import Dotted, dotted

_INSTALL_DRIVER = Remedy(
    kind="manual",
    text="Install the NVIDIA driver for this GPU from the distribution or from NVIDIA, then reboot; in WSL install it "
    "in Windows only.",
)


@rule("TFD201", DRIVER, verdict="degraded")
def driver_missing(case: Case) -> Iterator[Conclusion]:
    """The NVIDIA driver (libcuda, nvcuda.dll) is not installed or not running.

    ## What it checks
    Whether an NVIDIA GPU is there (NVML, device nodes, PCI bus) while no driver answers; on a log, whether libcuda.so.1
    or nvcuda.dll could not be opened.

    ## Why it matters
    These files come with the driver, not with the CUDA toolkit. GPU builds before 1.14 cannot be imported without
    them; later ones run on the CPU. The open driver nouveau does not serve CUDA. A host without an NVIDIA GPU needs
    no driver, and the message is harmless there.

    ## How to fix it
    Install NVIDIA's driver; without an NVIDIA GPU install the CPU build.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-installation-guide-linux/; https://docs.nvidia.com/cuda/wsl-user-guide/
    """
    view = cuda(case)
    if view.works or case.events.of("driver-mismatch"):
        return
    events = [event for event in view.missing_events if sonames.is_driver(event["library"])]
    events += case.events.of("driver-not-running")
    events += [event for event in case.events.of("cuinit-failed") if event["number"] == "303"]
    linked = [event for event in view.linked_missing if sonames.is_driver(event["library"])]
    rows = _driverless(view)
    contained = known(case.snapshot.system.container) is not None and not linked
    if not (linked or rows or (events and view.intended and not contained)):
        return
    names = ", ".join(dict.fromkeys(event["library"] for event in (*linked, *events) if event["library"]))
    yield Conclusion(
        message=f"There is no running NVIDIA driver{f': {names} is not there' if names else ''}.",
        evidence=(*logged([*linked, *events][:3]), *rows, *view.build_evidence),
        remedies=(
            _INSTALL_DRIVER,
            Remedy(
                kind="install",
                text="Without an NVIDIA GPU, install the build that needs no driver.",
                requirements=("tensorflow-cpu" + (f"=={case.tensorflow}" if case.tensorflow else ""),),
            ),
        ),
        severity=None if linked or view.certainly_intended else "warning",
        verdict="broken" if linked else "degraded",
        symptom=bool(linked or events),
    )


def _driverless(view: Cuda) -> tuple[Evidence, ...]:
    """Evidence that a machine has an NVIDIA GPU and no driver."""
    facts = view.case.snapshot.accelerators
    nvml = known(facts.nvml)
    if nvml is None or nvml.status not in {"no-library", "no-driver"} or not view.device:
        return ()
    if known(view.case.snapshot.system.container) or view.driver_version is not None:
        return ()
    if any(sonames.is_driver(copy.name) and copy.usable for copy in view.copies or ()) and nvml.status == "no-library":
        return ()
    cards = [item for item in known(facts.pci_display) or () if item.lower().startswith("10de")]
    return (
        Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail),
        *(Evidence(fact="accelerators.pci_display", value=card) for card in cards),
    )


@rule("TFD202", DRIVER, verdict="degraded")
def driver_kernel_library_mismatch(case: Case) -> Iterator[Conclusion]:
    """The loaded NVIDIA kernel module and the driver's libraries are of different versions.

    ## What it checks
    The version of the kernel module against that of libcuda, NVML's answer, and TensorFlow's own comparison.

    ## Why it matters
    A driver update replaces the libraries at once and the kernel module at the next boot. An image that carries its
    own libcuda does the same. cuInit then refuses.

    ## How to fix it
    Reboot (or reload the nvidia modules). In a container, remove the image's own driver libraries and let the NVIDIA
    container toolkit mount those of the host.

    ## Sources
    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/;
    https://docs.nvidia.com/deploy/cuda-compatibility/
    """
    view = cuda(case)
    events = (*case.events.of("driver-mismatch"), *case.events.of("libcuda-version", "kernel-driver-version"))
    driver = known(case.snapshot.accelerators.driver)
    library = dotted(known(driver.libcuda_version)) if driver else None
    kernel = dotted(known(driver.kernel_version) or known(driver.version)) if driver else None
    for event in events:
        library = library or dotted(event["library"] or (event["version"] if event.kind == "libcuda-version" else ""))
        kernel = kernel or dotted(event["kernel"] or (event["version"] if event.kind != "libcuda-version" else ""))
    nvml = known(case.snapshot.accelerators.nvml)
    refused = nvml is not None and nvml.status == "version-mismatch"
    differ = library is not None and kernel is not None and not (library.covers(kernel) or kernel.covers(library))
    compat = any(
        copy.order == 0 and sonames.is_driver(copy.name) and "/compat" in copy.path for copy in view.copies or ()
    )
    if view.works or not (refused or case.events.of("driver-mismatch") or (differ and not compat)):
        return
    rows = [
        Evidence(fact=f"accelerators.driver.{name}", value=str(value))
        for name, value in (("libcuda_version", library), ("kernel_version", kernel))
        if value is not None
    ]
    if nvml is not None and refused:
        rows.append(Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail))
    versions = f" (kernel module {kernel}, libcuda {library})" if differ else ""
    yield Conclusion(
        message=f"The NVIDIA kernel module and the driver libraries differ{versions}.",
        evidence=(*logged(events[:3]), *rows),
        remedies=(
            Remedy(
                kind="manual",
                text="Reboot so that the kernel module of the installed driver is loaded; in a container, remove the "
                "image's own libcuda and libnvidia-ml.",
            ),
        ),
        symptom=bool(events) or case.load is not None,
    )


@rule("TFD203", DRIVER)
def driver_too_old(case: Case) -> Iterator[Conclusion]:
    """The NVIDIA driver is older than the CUDA run time needs.

    ## What it checks
    The driver's version (or the CUDA version that it can serve) against the least driver of the CUDA version that the
    build or its environment brings; minor versions of one CUDA major from 11 on are compatible. Also the driver's,
    CUDA's and the container runtime's own refusals.

    ## Why it matters
    A CUDA run time of conda, of a wheel or of an image does not bring the driver. The device is still listed, and the
    first call fails: "CUDA driver version is insufficient for CUDA runtime version".

    ## How to fix it
    Update the driver (newer drivers serve every older CUDA), or take a build for an older CUDA.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/#id7; https://docs.nvidia.com/deploy/cuda-compatibility/
    """
    view = cuda(case)
    events = case.events.of("driver-insufficient")
    runtime = _runtime(view)
    old = _too_old(view, runtime) if runtime is not None else None
    if view.works or not (events or old):
        return
    if not events and (view.is_cuda is False or not view.intended):
        return
    rows = [Evidence(fact="accelerators.driver.version", value=str(view.driver_version))] if view.driver_version else []
    if view.driver_cuda:
        rows.append(Evidence(fact="accelerators.driver.cuda_version", value=str(view.driver_cuda)))
    if old:
        rows.append(Evidence(fact=f"matrix.drivers.{runtime}", value=old, source="the CUDA release notes"))
    least = f": CUDA {runtime} needs {old} or newer" if old else ""
    have = f" {view.driver_version}" if view.driver_version else ""
    yield Conclusion(
        message=f"The NVIDIA driver{have} is too old for the CUDA run time that is used{least}.",
        evidence=(*logged(events[:3]), *rows, *view.build_evidence, *view.toolkit_evidence),
        remedies=(
            Remedy(kind="manual", text=f"Update the NVIDIA driver{f' to {old} or newer' if old else ''}."),
            Remedy(kind="manual", text="Or use a TensorFlow build (or conda cudatoolkit) for an older CUDA version."),
        ),
        symptom=bool(events or case.events.of("cuinit-failed")) or (case.load is not None and not view.works),
    )


_OLDEST = Dotted("7.0")


def _runtime(view: Cuda) -> Dotted | None:
    """The CUDA run time that TensorFlow uses: what it opened, else what it was built with."""
    if view.wanted is not None:
        return view.wanted
    if view.foreign and view.toolkit_versions:
        return view.toolkit_versions[-1]  # a conda or vendor build brings its own run time
    if view.case.tensorflow is None and view.toolkit_versions:
        return view.toolkit_versions[0]  # of an unknown release: it uses no older CUDA than is installed
    # No release of TensorFlow was built with an older CUDA than 7.0.
    return _OLDEST if view.case.tensorflow is None and view.case.events.of("cuinit-failed") else None


def _too_old(view: Cuda, runtime: Dotted) -> str | None:
    """The least driver, where the one that is there is older."""
    wsl = known(view.case.snapshot.system.wsl) is not None
    least = view.case.matrix.drivers.least(str(runtime), "windows" if wsl or view.os == "windows" else "linux")
    if least is None:
        return None
    if view.driver_version is not None:
        return least if view.driver_version < Dotted(least) else None
    served = view.driver_cuda
    if served is None or served.minor is None:
        return None
    enough = served.major >= runtime.major if runtime.major >= 11 else served >= runtime
    return None if enough else least


@rule("TFD232", DRIVER, verdict="degraded")
def forward_compatibility_unsupported(case: Case) -> Iterator[Conclusion]:
    """NVIDIA's forward-compatibility libcuda is found first, and this GPU does not support it.

    ## What it checks
    Whether the libcuda that the loader opens lies in a folder `compat` while the GPU is not a data-centre model, and
    CUDA's refusal of it.

    ## Why it matters
    CUDA images carry a newer libcuda in /usr/local/cuda/compat. It runs on an older kernel module only with
    data-centre GPUs; a GeForce answers CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE.

    ## How to fix it
    Update the host's driver, or take the compat folder off the search path (remove the package cuda-compat).

    ## Sources
    https://docs.nvidia.com/deploy/cuda-compatibility/#forward-compatibility
    """
    view = cuda(case)
    events = case.events.of("forward-compatibility-refused")
    copies = [
        copy
        for copy in view.copies or ()
        if copy.order == 0 and sonames.is_driver(copy.name) and re.search(r"/(?:cuda-)?compat\b", copy.path)
    ]
    consumer = any(re.search(r"geforce|\b[gr]tx\b|titan", known(gpu.name) or "", re.IGNORECASE) for gpu in view.gpus)
    if view.works or case.events.of("driver-mismatch") or not (events or (copies and consumer)):
        return
    yield Conclusion(
        message="The forward-compatibility libcuda is used, which this GPU does not support.",
        evidence=(*logged(events[:2]), *(Evidence(fact=f"libraries.{c.name}", value=c.path) for c in copies)),
        remedies=(
            Remedy(kind="manual", text="Update the host's driver, or remove the compat folder from the search path."),
        ),
        symptom=bool(events),
    )


@rule("TFD233", DRIVER, verdict="degraded")
def cuda_stub_library_loaded(case: Case) -> Iterator[Conclusion]:
    """The CUDA toolkit's stub of libcuda is found before the driver's own.

    ## What it checks
    Whether the libcuda.so.1 that the loader opens lies in a folder `stubs`.

    ## Why it matters
    The stub exists to link programs on machines without a driver; every call in it fails, so no GPU is found.

    ## How to fix it
    Take the folder lib64/stubs off LD_LIBRARY_PATH.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/
    """
    for copy in cuda(case).copies or ():
        if copy.order == 0 and sonames.is_driver(copy.name) and "/stubs/" in copy.path:
            yield Conclusion(
                message=f"The loader opens the stub {copy.path} in place of the driver's libcuda.",
                evidence=(Evidence(fact=f"libraries.{copy.name}", value=copy.path, source=copy.origin),),
                remedies=(
                    Remedy(
                        kind="unset-variable",
                        text="Take the stubs folder off LD_LIBRARY_PATH.",
                        variable="LD_LIBRARY_PATH",
                        value=copy.path.rpartition("/")[0],
                    ),
                ),
            )


@rule("TFD241", DRIVER, severity="note", verdict="harmless")
def nvml_library_missing(case: Case) -> Iterator[Conclusion]:
    """The driver is there, but its management library (NVML) is not.

    ## What it checks
    Whether libcuda is there while libnvidia-ml.so.1 is not.

    ## Why it matters
    TensorFlow does not need NVML. nvidia-smi and this doctor do: memory, names and MIG mode are unknown without it.

    ## How to fix it
    Install the driver's compute and utility packages, or set NVIDIA_DRIVER_CAPABILITIES=compute,utility.

    ## Sources
    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
    """
    view = cuda(case)
    nvml = known(case.snapshot.accelerators.nvml)
    driver = [copy for copy in view.copies or () if sonames.is_driver(copy.name) and copy.usable]
    if nvml is not None and nvml.status == "no-library" and driver and view.device:
        yield Conclusion(
            message="The driver's management library is missing; facts about the GPU are incomplete.",
            evidence=(
                Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail),
                Evidence(fact=f"libraries.{driver[0].name}", value=driver[0].path),
            ),
            remedies=(Remedy(kind="manual", text="Install the driver's utility package (libnvidia-ml)."),),
        )
