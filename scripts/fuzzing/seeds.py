"""Real inputs of every kind: the machines of the tests, tickets in the form, an issue, what they become in a dump."""

import io
import json
import zipfile
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parent.parent.parent
TICKETS: Final = (
    {
        "id": "numpy", "title": "import fails", "environment": {
            "tf_version": "2.10.0", "python_version": "3.10", "os": "Linux", "packages": {"numpy": "2.0.0"},
            "env_vars": {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}, "version_notes": ["cuda: 11.2 (nvidia-smi)"],
        },
        "log": "A module that was compiled using NumPy 1.x cannot be run in\nAttributeError: _ARRAY_API not found",
    },
    {
        "id": "cuda", "environment": {
            "tf_version": "2.4.1", "tf_distribution": "tensorflow-gpu", "os": "Ubuntu", "os_version": "20.04",
            "gpus": [{"name": "GeForce RTX 3090", "compute_capability": "8.6"}], "driver_version": "455.32",
            "cuda_versions_found": ["10.1"], "cudnn_versions_found": ["7.6.5"], "container": "docker",
            "python_bits": 64,
        },
        "log": ["Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared o",
                "Skipping registering GPU devices..."],
    },
    {
        "id": 7, "saved_with": {"tf": "2.16.1", "keras": "3.3.3", "format": "keras"}, "loaded_with": {"tf": "2.13.0"},
        "from_version": "2.3", "to_version": "2.6", "statement": "loss differs", "code": "model.fit(x, y)",
        "log": "ValueError: Unrecognized keyword arguments: ['batch_shape']",
    },
)  # fmt: skip
ISSUE: Final = """\
**System information**
- Have I written custom code (as opposed to using a stock example script provided in TensorFlow): yes
- OS Platform and Distribution (e.g., Linux Ubuntu 16.04): Windows 10 x64
- TensorFlow installed from (source or binary): binary
- TensorFlow version (use command below): v2.1.0-rc2-17-ge5bf8de410 2.1.0
- Python version: 3.7.6
- CUDA/cuDNN version: 10.2 / 7.6.5
- GPU model and memory: NVIDIA GeForce GTX 1060 6GB

**Describe the current behavior**
```
$ nvidia-smi
| NVIDIA-SMI 455.32.00    Driver Version: 455.32.00    CUDA Version: 11.1     |
|   0  GeForce GTX 1060    Off  | 00000000:01:00.0  On |                  N/A |
$ nvcc --version
Cuda compilation tools, release 10.2, V10.2.89
$ pip list
Package            Version
------------------ -------
numpy              1.18.1
tensorflow         2.1.0
protobuf           3.20.1
```
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    import tensorflow as tf
ImportError: Could not find 'cudart64_101.dll'. TensorFlow requires that this DLL be installed
2020-04-01 12:00:00.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:55] Could not load dynamic \
library 'cudart64_101.dll'; dlerror: cudart64_101.dll not found
token=ghp_0123456789abcdefghijABCDEFGHIJ0123456789 mail someone@example.org 192.168.1.7 in C:\\Users\\someone\\x
"""
ANSWER: Final = {
    "interpreter": {"executable": "/usr/bin/python3", "version": "3.8.10", "implementation": "CPython"},
    "installation": {"paths": [], "distributions": []},
    "host": {"system": {"platform": "linux", "machine": "x86_64", "release": "5.4.0"}, "gpu": {"nvidia_smi": ISSUE}},
    "failures": [["cpu", "OSError"]],
}


def tickets(cases: list[Path]) -> list[bytes]:
    """Tickets in the form; further ones from files of tickets."""
    own = [json.dumps(ticket).encode() for ticket in TICKETS]
    return own + [line for path in cases for line in path.read_bytes().splitlines() if line.strip()]


def snapshots() -> list[bytes]:
    """The Snapshots of the machines of the tests, and one of a newer schema."""
    found = [path.read_bytes() for path in sorted((ROOT / "tests" / "machines").rglob("snapshot.json"))]
    newer = json.loads(found[0]) | {"schema_version": 9, "weather": {"rain": 1}}
    return [*found, json.dumps(newer).encode()]


def fingerprints() -> list[bytes]:
    """Answers of `tfdoctor fingerprint`: some experiments, one of nobody; and an older one without what they gave."""
    outcomes = {
        "optimizer-adam-default": {"values": {"x": [0.1, 0.2]}, "error": None},
        "execution-onednn": {"values": {"flag": "on"}, "error": None},
        "layer-of-nobody": {"values": {}, "error": "TypeError: no"},
    }
    subject = {"executable": "python", "tensorflow": "2.9.3", "keras": "2.9.0", "numpy": "1.23.5", "python": "3.9.1"}
    found = {
        "schema_version": 1, "subject": subject, "same": [], "differences": [], "unknown": [], "outcomes": outcomes,
        "left": ["loss-mse"], "error": "the time is over",
    }  # fmt: skip
    older = {key: value for key, value in found.items() if key not in {"outcomes", "left", "error"}}
    return [json.dumps(found).encode(), json.dumps(older).encode()]


def texts(cases: list[Path]) -> list[bytes]:
    """An issue in the form, and the logs of tickets."""
    logs = [msgspec.json.decode(line).get("log") for line in tickets(cases)]
    return [ISSUE.encode(), *("\n".join(log if isinstance(log, list) else [log]).encode() for log in logs if log)]


def answers() -> list[bytes]:
    """Answers of the first aid and of the interrogator alone."""
    alone = {key: value for key, value in ANSWER.items() if key != "host"}
    return [json.dumps(item).encode() for item in (ANSWER, alone, {"refused": {"version": "2.7"}, "failures": []})]


def zips(cases: list[Path]) -> list[bytes]:
    """A dump of each machine, and a zip of what people send."""
    from tfdoctor.tickets.dump import Content, write
    from tfdoctor.tickets.dump.manifest import Origin, Redacted

    found = []
    for data in snapshots():
        contents = [
            Content("snapshot.json", data, "snapshot"),
            Content("attachments/train.log", ISSUE.encode(), "log"),
        ]
        origin, redacted = Origin(tool="0.1.0"), Redacted(on=True, rules={"user": 2})
        found.append(write(contents, taken="2026-01-02T03:04:05Z", written_by=origin, redaction=redacted)[0])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("issue.md", ISSUE)
        archive.writestr("logs/tickets.jsonl", b"\n".join(tickets(cases)[:20]))
        archive.writestr("train.py", "import tensorflow as tf\n")
    return [*found, buffer.getvalue()]
