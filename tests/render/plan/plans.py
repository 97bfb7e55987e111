"""Plans of every kind, as the planner makes them."""

from pathlib import Path

from tfdoctor.plan.model import (
    Change,
    Chosen,
    NoPlan,
    Plan,
    Rejected,
    Relaxation,
    Statement,
    Step,
    Target,
    Unresolved,
)

PINS = (
    "absl-py==0.15.0", "astunparse==1.6.3", "cachetools==4.2.4", "certifi==2025.8.3", "charset-normalizer==3.4.3",
    "clang==5.0", "flatbuffers==1.12", "gast==0.4.0", "google-auth==1.35.0", "google-auth-oauthlib==0.4.6",
    "google-pasta==0.2.0", "grpcio==1.74.0", "h5py==3.1.0", "idna==3.10", "importlib-metadata==8.7.0",
    "keras==2.6.0", "keras-preprocessing==1.1.2", "markdown==3.8.2", "numpy==1.19.5", "oauthlib==3.3.1",
    "opt-einsum==3.3.0", "protobuf==3.20.3", "pyasn1==0.6.1", "pyasn1-modules==0.4.2", "requests==2.32.4",
    "requests-oauthlib==2.0.0", "rsa==4.9.1", "six==1.15.0", "tensorboard==2.6.0", "tensorboard-data-server==0.6.1",
    "tensorboard-plugin-wit==1.8.1", "tensorflow==2.6.5", "tensorflow-estimator==2.6.0", "termcolor==1.1.0",
    "typing-extensions==3.7.4.3", "urllib3==2.5.0", "werkzeug==3.1.3", "wheel==0.45.1", "wrapt==1.12.1",
    "zipp==3.23.0",
)  # fmt: skip
TRAINED = Statement(
    about="closure", text="trained on CPython 3.9.18, Linux x86_64, CPU, on 2026-11-21", basis="trained",
    source="locks.json",
)  # fmt: skip


def chosen(version: str = "2.6.5", python: str = "3.9", **more: str | None) -> Chosen:
    """What a plan installs: on Linux x86_64 and the CPU unless told otherwise."""
    fields = {"distribution": "tensorflow", "os": "linux", "arch": "x86_64", "accelerator": "cpu"} | more
    return Chosen(version=version, python=python, **fields)  # type: ignore[arg-type]  # names of fields


CPU = Plan(
    target=Target(tensorflow="2.6"),
    chosen=chosen(),
    requirements=PINS,
    basis="trained",
    evidence=(
        TRAINED,
        Statement(about="python", text="CPython 3.9.18 is installed", basis="installed", source="pyenv"),
    ),
    steps=(
        Step(
            kind="create-environment", text="Make an environment with CPython 3.9.18.", python="3.9",
            interpreter="/opt/my pythons/3.9.18/bin/python",
        ),
        Step(kind="install", text="Install the whole closure of TensorFlow 2.6.5.", requirements=PINS),
    ),
    rejected=tuple(
        Rejected(candidate=f"tensorflow 2.6.{patch} on CPython 3.{minor}", because=because, constraint=constraint)
        for patch, minor, because, constraint in (
            (5, 8, "CPython 3.9 is newer", "python"), (5, 7, "CPython 3.9 is newer", "python"),
            (4, 9, "2.6.5 is newer", "target"), (3, 9, "2.6.5 is newer", "target"),
            (2, 9, "2.6.5 is newer", "target"), (1, 9, "2.6.5 is newer", "target"),
            (0, 9, "2.6.5 is newer", "target"),
        )
    ),
)  # fmt: skip

NVIDIA = (
    "nvidia-cublas-cu12==12.5.3.2", "nvidia-cuda-cupti-cu12==12.5.82", "nvidia-cuda-nvcc-cu12==12.5.82",
    "nvidia-cuda-runtime-cu12==12.5.82", "nvidia-cudnn-cu12==9.3.0.75",
)  # fmt: skip

EXTRA = Plan(
    target=Target(accelerator="gpu", python="3.12"),
    chosen=chosen(
        "2.20.0", "3.12", extra="and-cuda", accelerator="gpu", gpu="NVIDIA GeForce RTX 3090", gpu_code="native",
        cuda="12.5.1", cudnn="9.3.0", cuda_source="extra",
    ),
    requirements=("numpy==2.2.6", *NVIDIA, "protobuf==5.29.5", "tensorflow==2.20.0"),
    basis="resolved",
    evidence=(
        Statement(about="closure", text="resolved, not run", basis="resolved", source="locks.json"),
        Statement(
            about="gpu", text="binary code for compute capability 8.6 is in the wheel", basis="installed",
            source="releases.json",
        ),
        Statement(about="driver", text="driver 550.54.14 serves CUDA 12.5 (at least 525.60.13)", basis="declared"),
    ),
    steps=(
        Step(kind="get-python", text="Get CPython 3.12.", python="3.12"),
        Step(kind="create-environment", text="Make an environment with CPython 3.12.", python="3.12"),
        Step(
            kind="install", text="Install TensorFlow 2.20.0 with the CUDA libraries of its [and-cuda] extra.",
            requirements=("numpy==2.2.6", *NVIDIA, "protobuf==5.29.5", "tensorflow==2.20.0"),
        ),
    ),
)  # fmt: skip

CU11 = ("nvidia-cublas-cu11==11.11.3.6", "nvidia-cuda-runtime-cu11==11.8.89", "nvidia-cudnn-cu11==8.6.0.163")

WHEELS = Plan(
    target=Target(tensorflow="2.12", accelerator="gpu", extras=("tensorflow-text",)),
    chosen=chosen(
        "2.12.1", "3.11", accelerator="gpu", gpu="NVIDIA L4", gpu_code="ptx", cuda="11.8", cudnn="8.6",
        cuda_source="nvidia-wheels",
    ),
    requirements=(*CU11, "protobuf==4.25.8", "tensorflow==2.12.1", "tensorflow-text==2.12.1"),
    basis="resolved",
    evidence=(
        Statement(about="closure", text="trained on CPython 3.11.9, Linux x86_64, CPU, on 2026-11-21", basis="trained"),
        Statement(
            about="gpu libraries", text="every soname opens from nvidia-*-cu11 wheels", basis="installed",
            source="stacks.jsonl",
        ),
    ),
    steps=(
        Step(
            kind="create-environment", text="Make an environment with CPython 3.11.9.", python="3.11",
            interpreter="/usr/bin/python3.11",
        ),
        Step(
            kind="install", text="Install TensorFlow 2.12.1 and NVIDIA's libraries.",
            requirements=(*CU11, "protobuf==4.25.8", "tensorflow==2.12.1", "tensorflow-text==2.12.1"),
        ),
        Step(
            kind="link", text="Give NVRTC the name under which cuDNN opens it.", value="../../cuda_nvrtc/lib/x.so.11.2",
            paths=("{site}/nvidia/cudnn/lib/libnvrtc.so",),
        ),
        Step(
            kind="set-variable", text="Let the loader find NVIDIA's libraries.", variable="LD_LIBRARY_PATH",
            prepend=True, value="{site}/nvidia/cublas/lib:{site}/nvidia/cuda_runtime/lib:{site}/nvidia/cudnn/lib",
            resolves=("TFD302",),
        ),
        Step(
            kind="set-variable", text="Let XLA find libdevice.", variable="XLA_FLAGS",
            prepend=True, value="--xla_gpu_cuda_data_dir={site}/nvidia/cuda_nvcc",
        ),
        Step(kind="set-variable", text="Let memory grow.", variable="TF_FORCE_GPU_ALLOW_GROWTH", value="true"),
    ),
    notes=("No binary code for compute capability 8.9 is in the wheel: kernels are compiled from PTX at first use.",),
)  # fmt: skip

CONDA = Plan(
    target=Target(tensorflow=">=2.4,<2.5", accelerator="gpu"),
    chosen=chosen(
        "2.4.4", "3.8", accelerator="gpu", gpu="Tesla V100", gpu_code="native", cuda="11.0", cudnn="8.0",
        cuda_source="conda",
    ),
    requirements=("grpcio==1.32.0", "numpy==1.19.5", "tensorflow==2.4.4"),
    basis="declared",
    evidence=(Statement(about="cuda", text="TensorFlow tested it with CUDA 11.0, cuDNN 8.0", basis="declared"),),
    steps=(
        Step(
            kind="create-environment", text="Make a conda environment with CPython 3.8.", python="3.8",
            conda=("cudatoolkit=11.0", "cudnn=8.0"), channels=("conda-forge",),
        ),
        Step(
            kind="install", text="Install TensorFlow 2.4.4.",
            requirements=("grpcio==1.32.0", "numpy==1.19.5", "tensorflow==2.4.4"),
        ),
        Step(
            kind="set-variable", text="Let the loader find conda's libraries.", variable="LD_LIBRARY_PATH",
            prepend=True, value="{prefix}/lib",
        ),
        Step(kind="unset-variable", text="Another search path would win.", variable="PYTHONPATH"),
    ),
)  # fmt: skip

REPAIR = Plan(
    target=Target(repair=True),
    chosen=chosen("2.10.1", "3.10"),
    requirements=("protobuf==3.19.6", "tensorflow==2.10.1"),
    basis="resolved",
    evidence=(Statement(about="closure", text="every rule is content with the simulated result", basis="resolved"),),
    steps=(
        Step(
            kind="uninstall", text="Two distributions share TensorFlow's files: remove both.",
            distributions=("tensorflow", "tensorflow-cpu"), interpreter="/opt/my env/bin/python", resolves=("TFD101",),
            ensurepip=True,
        ),
        Step(
            kind="delete", text="Remove what an interrupted pip left.", paths=("{site}/~ensorflow", "/opt/my env/a b"),
            resolves=("TFD105",),
        ),
        Step(
            kind="install", text="Install TensorFlow again.", requirements=("tensorflow==2.10.1",), reinstall=True,
            resolves=("TFD101",),
        ),
        Step(kind="install", text="Install the protobuf that it needs.", requirements=("protobuf==3.19.6",)),
        Step(
            kind="set-variable", text="Let XLA find libdevice.", variable="XLA_FLAGS",
            prepend=True, value="--xla_gpu_cuda_data_dir={prefix}/nvvm",
        ),
        Step(kind="unset-variable", text="It points to another Python.", variable="PYTHONHOME"),
        Step(kind="manual", text="Restart the notebook's kernel: it's still the old one."),
    ),
    unresolved=(
        Unresolved(
            name="onnx", because="onnx 1.16.2 asks for protobuf>=3.20.2; tensorflow 2.10.1 for protobuf<3.20",
            code="TFD445",
        ),
        Unresolved(name="apache-beam", because="not in the index: its requirements are not known"),
    ),
    changes=(
        Change(distribution="protobuf", was="6.31.0", becomes="3.19.6"),
        Change(distribution="tensorflow-cpu", was="2.11.0", becomes=None),
        Change(distribution="a-distribution-with-a-long-name", was="1.0.0", becomes="1.0.1.post20260101"),
        Change(distribution="tensorflow-estimator", was=None, becomes="2.10.0"),
    ),
)  # fmt: skip

WINDOWS = Plan(
    target=Target(tensorflow="2.10.1", as_of="2023-06"),
    chosen=chosen("2.10.1", "3.10", os="windows"),
    requirements=("numpy==1.26.4", "protobuf==3.19.6", "tensorflow==2.10.1"),
    basis="resolved",
    evidence=(Statement(about="closure", text="resolved, not run", basis="resolved"),),
    steps=(
        Step(
            kind="create-environment", text="Make an environment with CPython 3.10.11.", python="3.10",
            interpreter="C:\\Program Files\\Python310\\python.exe",
        ),
        Step(
            kind="install", text="Install TensorFlow 2.10.1.",
            requirements=("numpy==1.26.4", "protobuf==3.19.6", "tensorflow==2.10.1"),
        ),
        Step(kind="set-variable", text="Find the DLLs.", variable="PATH", prepend=True, value="{prefix}\\Library\\bin"),
    ),
)  # fmt: skip

WINDOWS_REPAIR = Plan(
    target=Target(repair=True),
    chosen=chosen("2.10.1", "3.10", os="windows"),
    requirements=("tensorflow==2.10.1",),
    basis="resolved",
    evidence=(),
    steps=(
        Step(kind="uninstall", text="Remove it.", distributions=("keras", "tensorflow-intel")),
        Step(kind="delete", text="Remove what is left.", paths=("{site}\\~ras", "C:\\it's here")),
        Step(kind="install", text="Install it again.", requirements=("tensorflow==2.10.1",), dependencies=True),
        Step(kind="set-variable", text="Find the DLLs.", variable="PATH", prepend=True, value="{prefix}\\Library\\bin"),
        Step(kind="unset-variable", text="It points to another Python.", variable="PYTHONHOME"),
        Step(kind="manual", text="Install the Visual C++ redistributable."),
    ),
)

CONDA_REPAIR = Plan(
    target=Target(tensorflow="2.4.4", repair=True),
    chosen=CONDA.chosen,
    requirements=("tensorflow==2.4.4",),
    basis="declared",
    evidence=(),
    steps=(
        Step(
            kind="install",
            text="Bring cuDNN.",
            interpreter="/opt/conda/envs/tf/bin/python",
            conda=("cudnn=8.0",),
        ),
    ),
)

WINDOWS_CONDA = Plan(
    target=Target(tensorflow="2.10.1", accelerator="gpu"),
    chosen=chosen(
        "2.10.1", "3.10", os="windows", accelerator="gpu", gpu="NVIDIA GeForce GTX 1080", gpu_code="native",
        cuda="11.2", cudnn="8.1", cuda_source="conda",
    ),
    requirements=WINDOWS.requirements,
    basis="declared",
    evidence=(),
    steps=(
        Step(kind="get-python", text="Get CPython 3.10."),
        Step(
            kind="create-environment", text="Make a conda environment with CPython 3.10.", python="3.10",
            conda=("cudatoolkit=11.2", "cudnn=8.1"), channels=("anaconda",),
        ),
        Step(kind="install", text="Install TensorFlow 2.10.1.", requirements=WINDOWS.requirements),
        Step(kind="set-variable", text="Use one GPU.", variable="CUDA_VISIBLE_DEVICES", value="0"),
    ),
)  # fmt: skip

LATER = Plan(
    target=Target(tensorflow="2.20"),
    chosen=EXTRA.chosen,
    requirements=EXTRA.requirements,
    basis="resolved",
    evidence=EXTRA.evidence,
    steps=(Step(kind="manual", text="Update the NVIDIA driver to 525.60.13 or newer."), *EXTRA.steps),
)

NONE = NoPlan(
    target=Target(
        tensorflow="2.20", accelerator="gpu", extras=("transformers",), requirements=("pandas<2", "numpy<2"),
        unjudged=("./mine.whl",),
        as_of="2026-01", python="3.12", repair=True,
    ),
    reason="driver 470.57.02 serves CUDA 11.4; TensorFlow 2.20 asks for CUDA 12.5.1, which needs 525.60.13 or newer",
    relax=(
        Relaxation(constraints=("driver",), text="a driver of 525.60.13 or newer"),
        Relaxation(constraints=("target", "python"), text="TensorFlow 2.14 or older, on CPython 3.11 or older"),
    ),
    alternatives=(CPU, LATER, WHEELS),
    rejected=(
        Rejected(candidate="tensorflow 2.20.0 on CPython 3.12", because="driver 470.57.02", constraint="driver"),
    ),
)  # fmt: skip

PLANS = {
    "cpu": CPU,
    "extra": EXTRA,
    "wheels": WHEELS,
    "conda": CONDA,
    "repair": REPAIR,
    "windows": WINDOWS,
    "windows-repair": WINDOWS_REPAIR,
    "conda-repair": CONDA_REPAIR,
    "windows-conda": WINDOWS_CONDA,
}
GOLDEN = Path(__file__).parent / "golden"
