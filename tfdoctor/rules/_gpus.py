"""Whether a machine has an NVIDIA GPU that somebody would want to use."""

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import Gpu, known
from tfdoctor.matrix.names import JETSON
from tfdoctor.rules._case import Case


def nvidia(case: Case) -> tuple[Gpu, ...]:
    """The NVIDIA GPUs that are known to be there."""
    return tuple(gpu for gpu in known(case.snapshot.accelerators.gpus) or () if gpu.vendor == "nvidia")


def wants_gpu(case: Case) -> bool:
    """Whether an NVIDIA GPU is there, or a ticket names a CUDA toolkit and no GPU at all."""
    if known(case.snapshot.accelerators.gpus) is not None:
        return bool(nvidia(case))
    return case.snapshot.origin == "ticket" and bool(known(case.snapshot.libraries.toolkits))


def is_jetson(case: Case) -> bool:
    """Whether this is a Jetson, whose CUDA is the one of its JetPack and cannot be exchanged."""
    system = case.snapshot.system
    names = (known(gpu.name) or "" for gpu in known(case.snapshot.accelerators.gpus) or ())
    texts = (known(system.kernel) or "", known(system.os_version) or "", *case.snapshot.notes, *names)
    return case.arch in {None, "aarch64"} and any(JETSON.search(text) for text in texts)


def gpu_evidence(case: Case) -> tuple[Evidence, ...]:
    """Evidence: the GPUs, or the toolkits that stand for them."""
    found = nvidia(case)
    if found:
        return tuple(Evidence(fact="accelerators.gpus", value=known(gpu.name) or "an NVIDIA GPU") for gpu in found[:2])
    toolkits = known(case.snapshot.libraries.toolkits) or ()
    return tuple(
        Evidence(fact="libraries.toolkits", value=item.version, source=item.path or item.source)
        for item in toolkits[:1]
    )
