"""Whether the GPU reaches the process: containers and jobs, permissions, modules, settings."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._rule import DRIVER, Conclusion, rule


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
    if kind is None or view.works or view.is_cuda is False:
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
            severity=None if case.snapshot.origin == "ticket" or _for_gpus(case) else "warning",
            symptom=case.snapshot.origin == "ticket",
        )


_JOB = re.compile(r"\b(hpc|slurm|pbs|lsf|cluster|notebook|sagemaker|batch job)\b", re.IGNORECASE)


def _job(case: Case) -> str | None:
    """The kind of job or service that a ticket names as the place."""
    found = next((match for note in case.snapshot.notes if (match := _JOB.search(note))), None)
    return found.group(1) if found else None


def _for_gpus(case: Case) -> bool:
    """Whether the image says that it is made for GPUs."""
    return any(case.variable(name) for name in ("NVIDIA_REQUIRE_CUDA", "CUDA_VERSION", "NVIDIA_VISIBLE_DEVICES"))


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
    # 303: no libcuda; -1: the stub of libcuda that images carry for linking
    absent += [event for event in case.events.of("cuinit-failed") if event["number"] in {"303", "-1"}]
    if visible is None and case.variable("CUDA_VISIBLE_DEVICES") in {None, "0"}:
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


@rule("TFD207", DRIVER, severity="warning", verdict="degraded")
def gpu_hidden_or_ignored_by_setting(case: Case) -> Iterator[Conclusion]:
    """A setting hides the GPU: CUDA_VISIBLE_DEVICES or the multiprocessor minimum.

    ## What it checks
    Whether CUDA_VISIBLE_DEVICES is empty, -1, or names no GPU that is there, and whether TensorFlow ignored a GPU for
    its number of multiprocessors (TF_MIN_GPU_MULTIPROCESSOR_COUNT).

    ## Why it matters
    CUDA stops at the first index that does not exist, so `CUDA_VISIBLE_DEVICES=1` hides the only GPU (index 0) and
    cuInit answers CUDA_ERROR_NO_DEVICE. Where several GPUs differ, TensorFlow leaves out the small ones.

    ## How to fix it
    Unset the variable, or name an index that `nvidia-smi -L` lists; lower TF_MIN_GPU_MULTIPROCESSOR_COUNT.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-c-programming-guide/#env-vars;
    https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/common_runtime/gpu/gpu_device.cc
    """
    view = cuda(case)
    value, source = _visible_devices(case)
    none = [
        event for event in case.events.of("cuinit-failed", "cuda-error") if event["error"] == "CUDA_ERROR_NO_DEVICE"
    ]
    if value is not None and _hides(view, value, refused=bool(none)) and not view.works:
        yield Conclusion(
            message=f"CUDA_VISIBLE_DEVICES={value} hides every GPU from CUDA.",
            evidence=(Evidence(fact="environ.CUDA_VISIBLE_DEVICES", value=value, source=source), *logged(none[:2])),
            remedies=(Remedy(kind="unset-variable", text="Let CUDA see the GPU.", variable="CUDA_VISIBLE_DEVICES"),),
            severity="error" if none else None,
            symptom=bool(none) or view.symptom,
        )
    for event in case.events.of("gpu-ignored-multiprocessors"):
        yield Conclusion(
            message=f"TensorFlow ignores a GPU of {event['count']} multiprocessors: it wants {event['minimum']}.",
            evidence=logged([event]),
            remedies=(
                Remedy(
                    kind="set-variable",
                    text="Admit the smaller GPU as well.",
                    variable="TF_MIN_GPU_MULTIPROCESSOR_COUNT",
                    value=event["count"],
                ),
            ),
            symptom=True,
        )
        return


_ASSIGNED = re.compile(
    r"""environ(?:\[|\.(?:setdefault|__setitem__)\(|\.update\(\{)\s*['"]CUDA_VISIBLE_DEVICES['"]\s*(?:\]\s*=|,|:)\s*"""
    r"""['"](?P<value>[^'"]*)['"]|^[ \t]*(?:export |set |%env )?CUDA_VISIBLE_DEVICES=(?P<shell>\S*)""",
    re.MULTILINE,
)


def _visible_devices(case: Case) -> tuple[str | None, str]:
    """The value of CUDA_VISIBLE_DEVICES and where it is set: in the environment, else in the code."""
    value = case.variable("CUDA_VISIBLE_DEVICES")
    found = None if value is not None else _ASSIGNED.search(known(case.snapshot.code) or "")
    if found is None:
        return value, ""
    return (found["value"] if found["value"] is not None else found["shell"]), "code"


def _hides(view: Cuda, value: str, *, refused: bool) -> bool:
    """Whether a value of CUDA_VISIBLE_DEVICES leaves no GPU; where their number is unknown cuInit's refusal decides."""
    text = value.strip()
    if not view.intended and not refused:
        return False
    if text in {"", "-1"} or text.lower() in {"none", "nodevfiles"}:
        return True
    first = text.split(",")[0].strip()
    stated = known(view.case.snapshot.accelerators.gpus)
    count = len([gpu for gpu in stated if gpu.vendor == "nvidia"]) if stated else 0
    if first.isdigit():
        return int(first) >= count if count else refused and int(first) > 0
    return refused and not first.upper().startswith(("GPU-", "MIG-"))


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
