"""The environment variables that decide how TensorFlow is found, loaded and run."""

import re
from typing import Final

from tfdoctor.facts import Fact, Variable
from tfdoctor.probes.machine import Machine

ALLOWED: Final = re.compile(
    r"(?:CUDA|NVIDIA|CUDNN|NCCL|TF_|TF2_|XLA_|KERAS|TFHUB_|LD_|DYLD_|PYTHON|PROTOCOL_BUFFERS_|MIOPEN|ROCM|ROCR|HIP|HSA_"
    r"|OMP_|KMP_|MKL_|OPENBLAS_|AUTOGRAPH_|TPU_|COLAB_).*"
    r"|PATH|CONDA_PREFIX|CONDA_DEFAULT_ENV|VIRTUAL_ENV|JAX_PLATFORMS|WSL_DISTRO_NAME|KAGGLE_KERNEL_RUN_TYPE"
)
# Terraform's variables share the prefix and hold whatever its users put there.
_SECRET: Final = re.compile(
    r"^TF_(?:VAR_|CLI_|DATA_DIR$|WORKSPACE|INPUT$|LOG$|LOG_|REGISTRY|PLUGIN_)"
    r"|TOKEN|SECRET|PASS(?![A-Z])|PASSW|PASSPHRASE|PWD|CREDENTIAL|KEY$|AUTH",
    re.IGNORECASE,
)


def probe(machine: Machine) -> Fact[tuple[Variable, ...]]:
    """Return the allow-listed variables, sorted by name; names that smell of a secret are never taken."""
    windows = machine.platform == "win32"
    found = []
    for name, value in sorted(machine.environ.items()):
        plain = name.upper() if windows else name
        if ALLOWED.fullmatch(plain) and not _SECRET.search(plain.replace("AUTOGRAPH", "")):
            found.append(Variable(name=plain, value=value))
    return tuple(found)
