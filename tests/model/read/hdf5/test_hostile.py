"""Damaged and hostile HDF5: what can be read is read, the rest is remarked, and nothing takes long."""

import contextlib
import functools
import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdoctor.model.read import keras_h5
from tfdoctor.model.read.hdf5 import Dataset, File, Group, Node, medium, superblock
from tfdoctor.model.read.source import Bytes, DamagedError

CAPTURES = Path(__file__).parents[2] / "captures"
FORMS = {name: gzip.decompress((CAPTURES / "hdf5" / f"{name}.h5.gz").read_bytes()) for name in ("oldest", "newest")}
KERAS = {
    name: gzip.decompress((CAPTURES / "keras" / f"{name}.gz").read_bytes())
    for name in ("tf-2.21.h5", "tf-2.21.weights.h5", "keras-1.2.2-weights.h5", "tf-2.15-long-names.h5")
}
SIGNATURES = {"oldest": b"TREE|SNOD|HEAP|GCOL", "newest": b"OHDR|OCHK|BTHD|BTLF|BTIN|FRHP|FHDB|FHIB|GCOL"}


def walk(data: bytes) -> tuple[File, int]:
    """Read all that there is; the number of objects."""
    file = File(Bytes(data, "a"))
    todo: list[Node | None] = [file.root]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if node is None or node.address in seen:
            continue
        seen.add(node.address)
        for name in node.attributes:
            node.value(name)
        if isinstance(node, Group):
            todo += [node.get(name) for name in node.links]
        elif isinstance(node, Dataset):
            assert node.shape is None or isinstance(node.shape, tuple)
    return file, len(seen)


@pytest.mark.parametrize("form", FORMS)
def test_without_any_one_structure_the_rest_is_read(form: str) -> None:
    data = FORMS[form]
    places = [
        found.start() for found in re.finditer(SIGNATURES[form], data) if data[found.start() :][:5] != b"TREE\x01"
    ]
    assert len(places) > 40
    whole = walk(data)[1]
    refused = unused = 0
    for place in places[:: max(1, len(places) // 60)]:
        try:
            file, count = walk(data[:place] + b"none" + data[place + 4 :])
        except DamagedError:
            refused += 1  # of the root
            continue
        assert count <= whole
        lost = len(file.remarks) > 1 or "external" not in file.root.links
        unused += count == whole and not lost  # what a group had before it grew stays in the file
    assert refused <= 2
    assert unused <= 3


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(form: str) -> None:
    data = FORMS[form]
    counts = []
    for length in range(4096, len(data), len(data) // 20):
        with contextlib.suppress(DamagedError):
            file, count = walk(data[:length])
            counts.append(count)
            assert file.remarks[0] == f"cut off: {len(data) - length} bytes are missing at the end"
    assert counts
    assert counts == sorted(counts)


@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_are_too_large_cost_nothing(form: str) -> None:
    data, places = FORMS[form], []
    for found in re.finditer(SIGNATURES[form], data):
        places += [found.start() + offset for offset in range(4, 40, 12)]
    for place in places[:: len(places) // 60]:
        with contextlib.suppress(DamagedError):
            walk(data[:place] + b"\xff\xff\xff\x7f" + data[place + 4 :])


@pytest.mark.parametrize("name", KERAS)
def test_work_has_a_bound(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keras_h5.read(Bytes(KERAS[name], name))
    ends = {"refused": 0, "partly": 0, "whole": 0}
    for step in range(40):
        monkeypatch.setattr(superblock, "Medium", functools.partial(_bounded, int(400 * 1.3**step)))
        found = None
        with contextlib.suppress(DamagedError):
            found = keras_h5.read(Bytes(KERAS[name], name))
        if found is None:
            ends["refused"] += 1
        elif found == whole:
            ends["whole"] += 1
        else:
            ends["partly"] += 1
            assert "more groups, links and attributes than are read of one file" in found.remarks
    assert min(ends["refused"], ends["whole"]) > 0
    assert ends["partly"] > 0


def _bounded(structures: int, source: Bytes, base: int) -> medium.Medium:
    found = medium.Medium(source, base)
    found.budget = medium.Budget(structures)
    return found


def test_values_have_a_bound() -> None:
    budget = medium.Budget(values=1000)
    budget.value(600)
    with pytest.raises(DamagedError, match="more than is read"):
        budget.value(600)
    budget.value(400)


def test_a_large_configuration_is_read_and_one_too_large_is_remarked() -> None:
    data = bytearray(FORMS["oldest"])
    name = data.index(b"config\0")
    shape = data.index(b"\xa0\x86\x01\x00", name)  # 100,000: the length of the text
    for length, read in ((99_999, True), (70 << 20, False)):
        data[shape : shape + 4] = length.to_bytes(4, "little")
        file = File(Bytes(bytes(data), "a"))
        values = file.root.get("values")
        assert values is not None
        found = values.value("config")
        assert (found is not None) is read
        assert bool(file.remarks) is not read


def test_remarks_have_a_bound() -> None:
    file = File(Bytes(FORMS["newest"], "a"))
    for number in range(500):
        file.medium.remark(str(number))
        file.medium.remark(str(number))
    assert len(file.remarks) == 50


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.integers(0, 200_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
)
def test_changed_files_are_read_or_refused(form: str, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(FORMS[form])
    for place, changed in changes:
        data[place % len(data) : place % len(data) + len(changed)] = changed
    with contextlib.suppress(DamagedError):
        walk(bytes(data))
