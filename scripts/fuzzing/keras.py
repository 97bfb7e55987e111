"""The readers of Keras files, of HDF5 and of marshalled functions: seeds, changes and calls for `targets`."""

import base64
import contextlib
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from fuzzing import mutate
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read import bytecode, hdf5
from tfdoctor.model.read.source import Bytes, DamagedError, Source

_CAPTURES: Final = Path(__file__).parent.parent.parent / "tests" / "model" / "captures"


def files(*starts: bytes) -> list[bytes]:
    """What releases of Keras and h5py wrote, where it begins so."""
    found = [gzip.decompress(path.read_bytes()) for path in sorted(_CAPTURES.glob("*/*.gz"))]
    return [data for data in found if data.startswith(starts) or data[2048:2052] in starts]


def functions() -> list[bytes]:
    """Functions as each CPython marshalled them."""
    rows = (_CAPTURES / "bytecode.jsonl").read_text().splitlines()
    return [base64.b64decode(json.loads(row)["code"]) for row in rows]


def of_numbers(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change numbers: addresses, lengths, counts; now and then bytes."""
    if rng.random() < 0.3 or not data:
        return mutate.of_bytes(data, rng, seeds)
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        at = rng.randrange(len(changed))
        for _ in range(50):  # most of a file is zeros that nothing reads
            if changed[at]:
                break
            at = rng.randrange(len(changed))
        width = rng.choice((1, 2, 4, 8))
        at -= at % rng.choice((1, width))
        old = int.from_bytes(changed[at : at + width], "little")
        other = rng.randrange(len(changed))
        place = rng.randrange(len(changed)) & ~7
        copied = int.from_bytes(changed[other : other + width], "little")
        largest, bit = (1 << 8 * width) - 1, 1 << rng.randrange(8 * width)
        number = rng.choice((0, 1, old + 1, old - 1, old ^ bit, largest, bit, len(changed), place, copied))
        new = (number % (1 << 8 * width)).to_bytes(width, "little")
        changed[at : at + width] = new[: len(changed) - at]
    return bytes(changed)


def of_keras_zip(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change a zip by its members, or its numbers."""
    return (mutate.of_zip if rng.random() < 0.6 else of_numbers)(data, rng, seeds)


def read(reader: Callable[[Source], SavedModel]) -> Callable[[bytes], None]:
    """Read a file, and write what was found as JSON."""

    def run(data: bytes) -> None:
        with contextlib.suppress(DamagedError):
            msgspec.json.encode(reader(Bytes(data, "file")))

    return run


def tree(data: bytes) -> None:
    """Read all groups, attributes and arrays of an HDF5 file."""
    with contextlib.suppress(DamagedError):
        file = hdf5.File(Bytes(data, "file"))
        todo: list[hdf5.Node | None] = [file.root]
        seen = set()
        while todo:
            node = todo.pop()
            if node is None or node.address in seen:
                continue
            seen.add(node.address)
            for name in node.attributes:
                node.value(name)
            if isinstance(node, hdf5.Group):
                todo += [node.get(name) for name in node.links]


def function(data: bytes) -> None:
    """Read a marshalled function."""
    bytecode.function(base64.b64encode(data).decode())
