"""What NVML, the driver's own library, says about GPUs; loaded only where it is installed."""

from dataclasses import dataclass
from typing import Any, Final

from tfdoctor.facts import ABSENT, Fact, Gpu, Nvml, NvmlStatus, Unknown

# nvmlReturn_t as nvml.h numbers it, in the words of facts.NvmlStatus.
STATUSES: Final[dict[int, NvmlStatus]] = {
    4: "no-permission",
    6: "no-device",
    9: "no-driver",
    12: "no-library",
    15: "gpu-lost",
    18: "version-mismatch",
    28: "no-device",
}


@dataclass(frozen=True)
class Answer:
    """What NVML answered; GPUs and versions are unknown where it did not come so far."""

    nvml: Nvml
    gpus: Fact[tuple[Gpu, ...]]
    driver: Fact[str]
    cuda: Fact[str]


def parse_cuda_version(number: int) -> str:
    """Return the driver's CUDA version of NVML's number: 12020 is "12.2"."""
    return f"{number // 1000}.{number % 1000 // 10}"


def ask() -> Answer:
    """Load NVML and ask it about the driver and every GPU; each error keeps its own kind and text."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return _failed(error)
    try:
        driver = _fact(pynvml, "nvmlSystemGetDriverVersion")
        cuda = _fact(pynvml, "nvmlSystemGetCudaDriverVersion_v2")
        try:
            gpus = tuple(_gpu(pynvml, index) for index in range(pynvml.nvmlDeviceGetCount()))
        except pynvml.NVMLError as error:
            failed = _failed(error)
            return Answer(failed.nvml, failed.gpus, driver, _cuda(cuda))
        return Answer(Nvml(status="ok" if gpus else "no-device"), gpus, driver, _cuda(cuda))
    finally:
        pynvml.nvmlShutdown()


def _failed(error: Any) -> Answer:  # noqa: ANN401  pynvml has no types
    number = int(error.value)
    detail = str(error)
    unknown = Unknown(reason=f"NVML: {detail}")
    status = STATUSES.get(number, "error")
    return Answer(Nvml(status=status, detail=detail), () if status == "no-device" else unknown, unknown, unknown)


def _fact(pynvml: Any, name: str, *arguments: object) -> Any:  # noqa: ANN401  pynvml has no types
    try:
        value = getattr(pynvml, name)(*arguments)
    except pynvml.NVMLError as error:
        return Unknown(reason=f"{name}: {error}")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _cuda(number: Any) -> Fact[str]:  # noqa: ANN401  pynvml has no types
    return number if isinstance(number, Unknown) else parse_cuda_version(number)


def _gpu(pynvml: Any, index: int) -> Gpu:  # noqa: ANN401  pynvml has no types
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    except pynvml.NVMLError as error:
        unknown = Unknown(reason=f"GPU {index}: {error}")
        return Gpu(name=unknown, compute_capability=unknown, memory_bytes=unknown, mig=unknown)
    capability = _fact(pynvml, "nvmlDeviceGetCudaComputeCapability", handle)
    memory = _fact(pynvml, "nvmlDeviceGetMemoryInfo", handle)
    mode = _fact(pynvml, "nvmlDeviceGetMigMode", handle)
    return Gpu(
        name=_fact(pynvml, "nvmlDeviceGetName", handle),
        compute_capability=capability if isinstance(capability, Unknown) else "{}.{}".format(*capability),
        memory_bytes=memory if isinstance(memory, Unknown) else int(memory.total),
        mig=_mig(mode),
    )


def _mig(mode: Any) -> Fact[bool]:  # noqa: ANN401  pynvml has no types
    if isinstance(mode, Unknown):
        # GPUs without MIG answer "Not Supported": there is no such mode to be on.
        return ABSENT if "Not Supported" in mode.reason else mode
    return bool(mode[0])
