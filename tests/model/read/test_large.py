"""Models of many GB: weights are neither read nor held."""

import resource
import shutil
import sys
import time
from pathlib import Path

import pytest

from tfdoctor.model.read import read, wire

GB = 1 << 30


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return wire.encoded(number << 3) + wire.encoded(value)
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(value)) + value


def opened(number: int, inside: bytes, rest: int) -> bytes:
    """The beginning of a field of which `rest` bytes follow."""
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(inside) + rest) + inside


def constant(size: int) -> bytes:
    """All of a Const node but the contents of its tensor."""
    tensor = field(1, 1) + field(2, field(2, field(1, size // 4))) + opened(4, b"", size)
    entry = field(1, b"value") + opened(2, opened(8, tensor, size), size)
    return opened(1, field(1, b"c") + field(2, b"Const") + opened(5, entry, size), size)


def sparse(path: Path, *parts: bytes | int) -> None:
    with path.open("wb") as file:
        for part in parts:
            if isinstance(part, int):
                file.seek(part, 1)
            else:
                file.write(part)


@pytest.mark.skipif(sys.platform != "linux", reason="sparse files and the peak in KB")
def test_a_frozen_graph_of_five_gb(tmp_path: Path) -> None:
    path = tmp_path / "frozen.pb"
    last = field(1, field(1, b"y") + field(2, b"Relu")) + field(4, field(1, 440))
    sparse(path, *[part for _ in range(5) for part in (constant(GB), GB)], last)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000
    assert time.process_time() - start < 1
    graph = found.meta_graphs[0]
    assert (found.size > 5 * GB, graph.producer, graph.nodes) == (True, 440, 6)
    assert graph.ops[0].attrs[0].values == (f"tensor(DT_FLOAT,[{GB // 4}])",)


@pytest.mark.skipif(sys.platform != "linux", reason="sparse files and the peak in KB")
def test_a_saved_model_with_five_gb_of_variables(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models / "2.6.5" / "keras", folder)
    shard = folder / "variables" / "variables.data-00000-of-00001"
    sparse(shard, shard.read_bytes(), 5 * GB, b"end")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read(folder)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000
    assert found.size > 5 * GB
    assert found.variables == read(models / "2.6.5" / "keras").variables
