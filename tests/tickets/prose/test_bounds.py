"""No text stops the reader, and the time grows with its length."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfdoctor.tickets import prose, ticket

PIECES = (
    "\n",
    "- ",
    "**",
    ":",
    " ",
    "| ",
    "```",
    "```python\n",
    "> ",
    ">>> ",
    "(",
    ")",
    "/",
    ",",
    "=",
    "?",
    "\r\n",
    "\x00",
    "\x1b[31m",
    "| NVIDIA-SMI 440.1 Driver Version: 440.95.01 CUDA Version: 10.2",
    "|   0  GeForce RTX 2060    Off  |",
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    'name = "a"\nversion = "1.0"',
    "tensorflow==2.4",
    "TensorFlow version",
    "Python version",
    "CUDA/cuDNN version",
    "10.1",
    "7.6",
    "cudnn",
    "GPU model and memory",
    "Traceback (most recent call last):",
    "import tensorflow as tf",
    "# packages in environment at /x:",
    "numpy (1.2)",
    "2.x",
    "v2.4.0-49-g85c8b2a817f 2.4.1",
    "saved with TF 2.3, h5",
    "I use ",
    "Ubuntu 20.04",
    "nvidia-smi",
    "sm_86",
    "== env ====\n",
    "export LD_LIBRARY_PATH=/x",
    "echo $CUDA_HOME\n",
    "\u2019",
    "\ud800",
    "#define CUDNN_MAJOR 8\n",
    "upgraded from 2.3 to ",
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_mixture_is_read(text: str) -> None:
    assert ticket.snapshot(prose.read(text).ticket).origin == "ticket"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_read(text: str) -> None:
    assert prose.read(text).ticket is not None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read(data: bytes) -> None:
    assert prose.read(data.decode("utf-8", "replace")).ticket is not None


UNITS = (
    "a",
    "1.",
    "- a\n",
    "(",
    "- **TensorFlow version (",
    "\n",
    "numpy 1.2\n",
    "numpy==1.2\n",
    "numpy (1.2)\n",
    "numpy 1.1 py_0 x\n",
    "# packages in environment at /x:\n",
    "- TensorFlow version:\n",
    "| a | b |\n",
    "I use tf 2.4 and ",
    "cuda 10.1 ",
    "(11.2",
    "``` ",
    "| NVIDIA-SMI 440.1 Driver Version: 440.1\n",
    "saved with the the ",
    "upgrading to the ",
    "RTX ",
    "- ",
    "<pre>",
    "<!--",
    "> ",
    "\x1b[",
    "ii libcudnn8 ",
    "name, x\n",
    "export TF_A=",
    "== a ====\n",
    "Ubuntu Windows\n",
)


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_grows_with_the_length(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        start = time.process_time()
        prose.read(text)
        return time.process_time() - start

    seconds(1_000)
    short, long = (min(seconds(length) for _ in range(2)) for length in (8_000, 32_000))
    assert long < 8 * short + 0.15
