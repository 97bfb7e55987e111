"""Messages that mean nothing: each is a note, and nothing else is made of it."""

from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()


def ask(log: str = "", **environment: Any) -> Diagnosis:
    stated = ticket.snapshot(form.from_object({"environment": environment, "log": log}))
    return diagnose(stated, MATRIX, RULES, debug=True)


NOTES = [
    (
        "harmless-optional-library-missing",
        "TF-TRT Warning: Cannot dlopen some TensorRT libraries. If you would like to use",
    ),
    (
        "harmless-optional-library-missing",
        (
            "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library "
            "'libnvinfer.so.7'; "
            "dlerror: libnvinfer.so.7: cannot open shared object file: No such file or directory"
        ),
    ),
    (
        "harmless-numa-node",
        (
            "I external/local_xla/xla/stream_executor/cuda/cuda_executor.cc:887] could not open file to read "
            "NUMA node: "
            "/sys/bus/pci/devices/0000:01:00.0/numa_node\nYour kernel may have been built without NUMA support."
        ),
    ),
    (
        "harmless-numa-node",
        "successful NUMA node read from SysFS had negative value (-1), but there must be at least one NUMA node",
    ),
    (
        "harmless-plugin-double-registration",
        (
            "E external/local_xla/xla/stream_executor/cuda/cuda_fft.cc:485] Unable to register cuFFT factory: "
            "Attempting to "
            "register factory for plugin cuFFT when one has already been registered"
        ),
    ),
    (
        "harmless-cpu-feature-notice",
        "Your CPU supports instructions that this TensorFlow binary was not compiled to use: AVX2 FMA",
    ),
    (
        "protobuf-gencode-warning",
        (
            "UserWarning: Protobuf gencode version 5.28.3 is exactly one major version older than the runtime "
            "version 6.31.1 at "
            "tensorflow/core/framework/attr_value.proto."
        ),
    ),
    (
        "onednn-default-on",
        (
            "oneDNN custom operations are on. You may see slightly different numerical results due to "
            "floating-point round-off"
        ),
    ),
    ("ide-static-analysis", 'Import "tensorflow.keras.layers" could not be resolved Pylance(reportMissingImports)'),
    ("ide-static-analysis", "Cannot find reference 'keras' in '__init__.py'"),
    ("ide-static-analysis", "unresolved import 'tensorflow.keras'(unresolved import)"),
]


@pytest.mark.parametrize(("name", "log"), NOTES, ids=[name for name, _ in NOTES])
def test_a_harmless_message_is_a_note(name: str, log: str) -> None:
    found = ask(log, os="Linux", tf_version="2.15.1")
    assert found.primary is not None
    assert (found.primary.name, found.primary.severity, found.primary.verdict) == (name, "note", "harmless")
    assert found.status == "note"


def test_a_gpu_looked_for_on_a_machine_without_one() -> None:
    log = (
        "W Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared "
        "object file\n"
        "I Ignore above cudart dlerror if you do not have a GPU set up on your machine."
    )
    found = ask(log, os="Linux", tf_version="2.8.0", gpus=[])
    assert [row.name for row in found.findings] == ["harmless-optional-library-missing"]


def test_an_editors_notice_beside_a_real_error_is_no_answer() -> None:
    log = "Import \"tensorflow.keras\" could not be resolved\nModuleNotFoundError: No module named 'tensorflow'"
    assert "ide-static-analysis" not in [row.name for row in ask(log).findings]


def test_what_is_printed_as_an_error_comes_before_a_warning() -> None:
    log = (
        "E cuda_fft.cc:485] Unable to register cuFFT factory: Attempting to register factory for plugin cuFFT when one "
        "has already been registered\nW py_utils.cc:38] TF-TRT Warning: Could not find TensorRT"
    )
    found = [item.name for item in ask(log).findings]
    assert found == ["harmless-plugin-double-registration", "harmless-optional-library-missing"]


def test_the_notice_of_onednn_without_its_file() -> None:
    log = (
        "This TensorFlow binary is optimized with oneAPI Deep Neural Network Library (oneDNN) to use the following CPU "
        "instructions in performance-critical operations:  AVX2"
    )
    assert [item.name for item in ask(log).findings] == ["harmless-cpu-feature-notice"]


def test_no_driver_where_nobody_wants_a_gpu() -> None:
    log = (
        "Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file\n"
        "failed call to cuInit: UNKNOWN ERROR (303)"
    )
    found = ask(log, container="docker", tf_version="2.3.1")
    assert [(item.name, item.severity) for item in found.findings] == [("harmless-optional-library-missing", "note")]
    assert "driver-missing" in [
        item.name for item in ask(log, os="Ubuntu", tf_version="2.3.1", gpus=["Tesla K80"]).findings
    ]
