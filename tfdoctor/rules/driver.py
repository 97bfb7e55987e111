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


def _runtime(view: Cuda) -> Dotted | None:
    """The CUDA run time that TensorFlow uses: what it opened, else what it was built with."""
    if view.wanted is not None:
        return view.wanted
    if view.foreign and view.toolkit_versions:
        return view.toolkit_versions[-1]  # a conda or vendor build brings its own run time
    return None


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


@rule("TFD204", DRIVER, verdict="degraded")
def nvidia_uvm_not_ready(case: Case) -> Iterator[Conclusion]:
    """The driver answers, but its unified-memory module (nvidia_uvm) is not ready.

    ## What it checks
    Whether /dev/nvidia-uvm is missing beside /dev/nvidia0, and whether cuInit answers CUDA_ERROR_UNKNOWN.

    ## Why it matters
    CUDA needs nvidia_uvm. It is loaded and its node made on first use by a privileged process: a container that was
    started before has none. After suspend and resume the module is often broken until it is reloaded.

    ## How to fix it
    `modprobe nvidia_uvm` and `nvidia-modprobe -u -c=0` on the host before the container starts; after a resume
    `rmmod nvidia_uvm && modprobe nvidia_uvm`, or reboot.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#device-node-verification;
    https://github.com/tensorflow/tensorflow/issues/53341
    """
    view = cuda(case)
    events = [event for event in case.events.of("cuinit-failed") if event["error"].upper() == "CUDA_ERROR_UNKNOWN"]
    nodes = known(case.snapshot.accelerators.device_nodes) or ()
    lacking = any(re.search(r"nvidia\d+$", node) for node in nodes) and "/dev/nvidia-uvm" not in nodes
    explained = case.events.of("driver-mismatch", "driver-not-running") or view.os == "windows"
    if view.works or explained or not (events or lacking):
        return
    yield Conclusion(
        message="The NVIDIA driver is there, but nvidia_uvm is not ready, so CUDA cannot start.",
        evidence=(*logged(events[:2]), *(Evidence(fact="accelerators.device_nodes", value=node) for node in nodes)),
        remedies=(
            Remedy(
                kind="manual",
                text="On the host run 'modprobe nvidia_uvm' and 'nvidia-modprobe -u -c=0' (after a resume remove the "
                "module first), then start the container or the process again.",
            ),
        ),
        confidence="certain" if lacking else "likely",
        symptom=bool(events),
    )


@rule("TFD205", DRIVER, verdict="degraded")
def gpu_not_passed_to_container_or_job(case: Case) -> Iterator[Conclusion]:
    """The container, job or notebook runs without a GPU, although one is meant to be used.

    ## What it checks
    In a container: NVIDIA device nodes against signs of a GPU in the host (kernel module, PCI bus), and
    NVIDIA_VISIBLE_DEVICES. In a log or ticket: missing /dev/nvidia nodes, no device in a notebook service.

    ## Why it matters
    Docker passes no GPU without `--gpus`, Kubernetes and Slurm none without a request, Colab none without the
    accelerator setting. The image's CUDA libraries load all the same.

    ## How to fix it
    `docker run --gpus all …` with the NVIDIA container toolkit; ask the scheduler for a GPU; in a notebook service
    choose the GPU runtime.

    ## Sources
    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/;
    https://www.tensorflow.org/install/docker
    """
    view = cuda(case)
    kind = known(case.snapshot.system.container) or _job(case)
    if kind is None or view.works:
        return
    rows = _nothing_passed(case, kind)
    if rows:
        how = {
            "docker": "Start the container with --gpus all (NVIDIA container toolkit on the host).",
            "podman": "Start the container with --device nvidia.com/gpu=all (CDI).",
            "kubernetes": "Request nvidia.com/gpu in the pod's resources.",
            "colab": "Choose a GPU as hardware accelerator in the runtime settings.",
        }.get(kind, "Ask for a GPU when the job or the container is started.")
        yield Conclusion(
            message=f"No GPU was passed to this {kind} environment.",
            evidence=rows,
            remedies=(Remedy(kind="manual", text=how),),
            symptom=case.snapshot.origin == "ticket",
        )


_JOB = re.compile(r"\b(hpc|slurm|pbs|lsf|cluster|notebook|sagemaker|batch job)\b", re.IGNORECASE)


def _job(case: Case) -> str | None:
    """The kind of job or service that a ticket names as the place."""
    found = next((match for note in case.snapshot.notes if (match := _JOB.search(note))), None)
    return found.group(1) if found else None


def _nothing_passed(case: Case, kind: str) -> tuple[Evidence, ...]:
    """Evidence that the GPU stays outside."""
    view = cuda(case)
    place = Evidence(fact="system.container", value=kind)
    visible = case.variable("NVIDIA_VISIBLE_DEVICES")
    if case.snapshot.origin == "machine":
        facts = case.snapshot.accelerators
        driver = known(facts.driver)
        outside = known(driver.kernel_version) if driver else None
        if known(facts.device_nodes) == () and (view.device or outside):
            return (place, Evidence(fact="accelerators.device_nodes", value="none"))
        if visible in {"void", "none"} and view.is_cuda:
            return (place, Evidence(fact="environ.NVIDIA_VISIBLE_DEVICES", value=visible))
        return ()
    events = case.events.of("no-gpu-node", "docker-gpus")
    events = tuple(event for event in events if "--gpus" not in event["options"] and "nvidia" not in event["options"])
    if events and (view.intended or view.is_cuda):
        return (place, *logged(events[:3]))
    absent = [event for event in view.missing_events if sonames.is_driver(event["library"])]
    absent += case.events.of("driver-not-running")
    absent += [event for event in case.events.of("cuinit-failed") if event["number"] == "303"]
    if visible is None and case.variable("CUDA_VISIBLE_DEVICES") is None:
        absent += [event for event in case.events.of("cuinit-failed") if event["error"] == "CUDA_ERROR_NO_DEVICE"]
    if absent and view.intended:
        return (place, *logged(absent[:3]))
    empty = [event for event in view.refused if event.kind == "gpu-none"]
    explained = view.missing or view.toolkits or view.cudnn or view.driver_version or case.tensorflow
    if empty and not explained:
        return (place, *logged(empty[:2]))
    return ()


@rule("TFD206", DRIVER, verdict="degraded")
def gpu_not_permitted(case: Case) -> Iterator[Conclusion]:
    """This user may not open the NVIDIA device files.

    ## What it checks
    Whether /dev/nvidia0, /dev/nvidiactl and /dev/nvidia-uvm can be opened for reading and writing, and NVML's answer.

    ## Why it matters
    CUDA opens these files. Restrictive modes, a missing group (video, render) or a container's device rules make the
    GPU invisible to this user alone: root sees it.

    ## How to fix it
    Add the user to the group that owns the files, or let nvidia-modprobe make them with mode 0666.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#device-node-verification
    """
    facts = case.snapshot.accelerators
    nodes = known(facts.unreadable_nodes) or ()
    nvml = known(facts.nvml)
    events = case.events.of("gpu-permission")
    if cuda(case).works or not (nodes or events or (nvml is not None and nvml.status == "no-permission")):
        return
    yield Conclusion(
        message=f"This user may not open {', '.join(nodes) or 'the NVIDIA device files'}.",
        evidence=(
            *logged(events[:2]),
            *(Evidence(fact="accelerators.unreadable_nodes", value=node) for node in nodes),
            *([Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail)] if nvml else []),
        ),
        remedies=(
            Remedy(
                kind="manual", text="Add the user to the group of /dev/nvidia* (often video or render), log in again."
            ),
        ),
        symptom=bool(events),
    )


@rule("TFD209", DRIVER, verdict="degraded")
def gpu_lost(case: Case) -> Iterator[Conclusion]:
    """The GPU has fallen off the bus and does not answer any more.

    ## What it checks
    NVML's answer "GPU is lost" and the driver's message Xid 79.

    ## Why it matters
    Overheating, power or a faulty slot ends the connection. Nothing on the software side brings the GPU back.

    ## How to fix it
    Reboot; check temperature, power and seating; look for Xid messages in the kernel log.

    ## Sources
    https://docs.nvidia.com/deploy/xid-errors/
    """
    nvml = known(case.snapshot.accelerators.nvml)
    events = case.events.of("gpu-lost")
    if events or (nvml is not None and nvml.status == "gpu-lost"):
        rows = [Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail)] if nvml else []
        yield Conclusion(
            message="The GPU is lost: the driver cannot reach it any more.",
            evidence=(*logged(events[:2]), *rows),
            remedies=(Remedy(kind="manual", text="Reboot, and look for Xid messages in the kernel log."),),
            symptom=bool(events),
        )
