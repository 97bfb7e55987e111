"""The locks: a small table, the file choice, and what must hold of every lock that is shipped."""

import msgspec
import pytest
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock, LockedFile, LockEvidence, Locks, Pin, Refusal, best_file, tag_ranks

FAILED = "fit: ImportError: keras"
RUN = ["2026-11-21", "3.9.18", "Debian 12", ["import", "op"], FAILED]
TABLE = {
    "format": 1,
    "checked": "2026-11-21",
    "pins": ["numpy==1.19.5", "six==1.15.0", "termcolor==1.1.0"],
    "sets": [[0, 1, ~2], [0]],
    "runs": [RUN],
    "reasons": ["no wheel of numpy"],
    "locks": {
        "tensorflow": {
            "2.6.0": [
                ["3.9", "linux-x86_64", "", 0, 0, "installed", "2.17", None],
                ["3.8", "macos-x86_64", "", 1, -1, "resolved", None, "10.14"],
                ["3.9", "linux-x86_64", "and-cuda", -1, 0],
            ]
        }
    },
}
FILES = {
    "tensorflow==2.6.0": [["tensorflow-2.6.0-cp39-cp39-manylinux2010_x86_64.whl", "a" * 64, 458]],
    "numpy==1.19.5": [
        ["numpy-1.19.5-cp39-cp39-manylinux1_x86_64.whl", "b" * 64, 14],
        ["numpy-1.19.5-cp39-cp39-manylinux2010_x86_64.whl", "c" * 64, 15],
        ["numpy-1.19.5-cp38-cp38-macosx_10_9_x86_64.whl", "d" * 64, None],
    ],
    "six==1.15.0": [["six-1.15.0-py2.py3-none-any.whl", "e" * 64, 1]],
    "termcolor==1.1.0": [["termcolor-1.1.0.tar.gz", "f" * 64, 3]],
}


def table(**changes: object) -> bytes:
    return msgspec.json.encode({**TABLE, **changes})


@pytest.fixture
def locks() -> Locks:
    return Locks(table(), lambda: msgspec.json.encode(FILES))


def test_a_lock_has_the_whole_closure_its_basis_and_its_run(locks: Locks) -> None:
    lock = locks.get("TensorFlow", Version("2.6"), "3.9", "linux-x86_64")
    assert isinstance(lock, Lock)
    assert [str(pin) for pin in lock.pins] == ["numpy==1.19.5", "six==1.15.0", "tensorflow==2.6.0", "termcolor==1.1.0"]
    assert lock.sdists == ("termcolor",)
    assert (lock.basis, lock.glibc, lock.macos) == ("installed", "2.17", None)
    assert lock.evidence == LockEvidence("2026-11-21", "3.9.18", "Debian 12", ("import", "op"), FAILED)
    assert lock.version_of("NumPy") == "1.19.5"
    assert lock.version_of("keras") is None


def test_a_refusal_says_why(locks: Locks) -> None:
    refusal = locks.get("tensorflow", "2.6.0", "3.9", "linux-x86_64", "and-cuda")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "no wheel of numpy"


@pytest.mark.parametrize(
    ("distribution", "version", "python", "platform"),
    [
        ("tensorflow", "2.6.0", "3.7", "linux-x86_64"),
        ("tensorflow", "2.6.1", "3.9", "linux-x86_64"),
        ("tensorflow", "two", "3.9", "linux-x86_64"),
        ("tensorflow-cpu", "2.6.0", "3.9", "linux-x86_64"),
    ],
)
def test_what_has_no_row_has_no_lock(locks: Locks, distribution: str, version: str, python: str, platform: str) -> None:
    assert locks.get(distribution, version, python, platform) is None


def test_all_locks_of_a_release_and_of_the_table(locks: Locks) -> None:
    assert [(lock.python, lock.platform, lock.extra) for lock in locks.of("2.6.0")] == [
        ("3.9", "linux-x86_64", ""),
        ("3.8", "macos-x86_64", ""),
        ("3.9", "linux-x86_64", "and-cuda"),
    ]
    assert tuple(locks) == locks.of("2.6.0")
    assert locks.of("2.7.0") == ()
    assert locks.checked == "2026-11-21"


def test_a_row_tells_whether_there_are_pins_without_reading_them(locks: Locks) -> None:
    assert [row.pins for row in locks.rows("tensorflow", "2.6.0")] == [0, 1, -1]
    assert locks.rows("tensorflow", "2.7.0") == ()


def test_the_files_are_those_of_the_oldest_system(locks: Locks) -> None:
    lock = locks.get("tensorflow", "2.6.0", "3.9", "linux-x86_64")
    assert isinstance(lock, Lock)
    assert {pin.name: pin.files[0].sha256[0] for pin in locks.with_files(lock).pins} == {
        "numpy": "b",
        "six": "e",
        "tensorflow": "a",
        "termcolor": "f",
    }
    assert [pin.files[0].is_sdist for pin in locks.with_files(lock).pins] == [False, False, False, True]


def test_a_pin_without_files_is_a_damaged_table(locks: Locks) -> None:
    lock = locks.get("tensorflow", "2.6.0", "3.9", "linux-x86_64")
    assert isinstance(lock, Lock)
    with pytest.raises(MatrixError, match=r"lock_files\.json has no files of numpy==1\.19\.5"):
        Locks(table()).with_files(lock)
    with pytest.raises(MatrixError, match=r"lock_files\.json"):
        Locks(table(), lambda: b"[").with_files(lock)


def test_a_table_that_cannot_be_read_is_named() -> None:
    with pytest.raises(MatrixError, match=r"locks\.json"):
        Locks(b"{}")
    with pytest.raises(MatrixError, match="format 2, this tfdoctor reads 1"):
        Locks(table(format=2))


H5PY = "h5py-3.14.0-cp310-abi3-win_amd64.whl"
GRPCIO = "grpcio-1.48.2-cp36-cp36m-manylinux1_x86_64.whl"
NUMPY = (
    "numpy-1.26.4-cp312-cp312-macosx_10_9_x86_64.whl",
    "numpy-1.26.4-cp312-cp312-macosx_11_0_arm64.whl",
    "numpy-1.26.4-cp312-cp312-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
    "numpy-1.26.4-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-1.26.4-cp312-cp312-musllinux_1_1_x86_64.whl",
    "numpy-1.26.4-cp312-cp312-win_amd64.whl",
    "numpy-1.26.4.tar.gz",
)


@pytest.mark.parametrize(
    ("names", "python", "platform", "glibc", "macos", "best"),
    [
        (NUMPY, "3.12", "linux-x86_64", "2.17", None, NUMPY[3]),
        (NUMPY, "3.12", "linux-aarch64", "2.31", None, NUMPY[2]),
        (NUMPY, "3.12", "linux-x86_64", "2.12", None, NUMPY[6]),
        (NUMPY, "3.12", "windows-x86_64", None, None, NUMPY[5]),
        (NUMPY, "3.12", "macos-arm64", None, "11.0", NUMPY[1]),
        (NUMPY, "3.12", "macos-x86_64", None, "10.15", NUMPY[0]),
        (NUMPY, "3.12", "macos-x86_64", None, "10.8", NUMPY[6]),
        (NUMPY[:6], "3.11", "linux-x86_64", "2.17", None, None),
        ((H5PY,), "3.12", "windows-x86_64", None, None, H5PY),
        (("a-1.zip", "a-1.tar.gz"), "3.6", "windows-x86_64", None, None, "a-1.tar.gz"),
        (("broken.whl", "a-1-py3-none-any.whl"), "3.6", "linux-x86_64", None, None, "a-1-py3-none-any.whl"),
        ((GRPCIO,), "3.6", "linux-x86_64", None, None, GRPCIO),
    ],
)
def test_the_file_for_a_target(  # noqa: PLR0917 - a row of a table
    names: tuple[str, ...], python: str, platform: str, glibc: str | None, macos: str | None, best: str | None
) -> None:
    assert best_file(names, python, platform, glibc, macos) == best


def test_the_wheel_for_the_older_system_comes_first() -> None:
    ranks = tag_ranks("3.9", "linux-x86_64", "2.28", "11.0")
    assert ranks["cp39-cp39-manylinux2014_x86_64"] < ranks["cp39-cp39-manylinux_2_28_x86_64"]
    assert ranks["cp39-cp39-manylinux_2_28_x86_64"] < ranks["py3-none-any"]
    assert "cp39-cp39-manylinux_2_31_x86_64" not in ranks


@pytest.fixture(scope="module")
def shipped() -> tuple[Lock, ...]:
    return tuple(lock for lock in Matrix.locate().locks if isinstance(lock, Lock))


def test_no_shipped_lock_holds_a_version_that_breaks(shipped: tuple[Lock, ...]) -> None:
    bounds = Matrix.locate().bounds
    broken = []
    seen = set()
    for lock in shipped:
        os = lock.platform.partition("-")[0]
        key = (lock.version, lock.python, os, tuple(str(pin) for pin in lock.pins if pin.name != lock.distribution))
        if key in seen:
            continue
        seen.add(key)
        installed = {pin.name: Version(pin.version) for pin in lock.pins}
        hits = bounds.hits(Version(lock.version), installed, Version(lock.python), os, complete=True)
        broken += [
            (lock.version, lock.python, lock.platform, hit.row.finding) for hit in hits if hit.row.effect != "none"
        ]
    assert broken == []


def test_every_shipped_pin_has_a_file_that_fits(shipped: tuple[Lock, ...]) -> None:
    locks = Matrix.locate().locks
    for lock in shipped[:: max(1, len(shipped) // 50)]:
        whole = locks.with_files(lock)
        assert len(whole.pins) == len(lock.pins)
        for pin in whole.pins:
            assert len(pin.files) == 1, (lock.version, lock.python, lock.platform, pin)
            assert len(pin.files[0].sha256) == 64
            assert pin.files[0].is_sdist == (pin.name in lock.sdists)


def test_basis_and_evidence_agree(shipped: tuple[Lock, ...]) -> None:
    for lock in shipped:
        run = lock.evidence
        if lock.basis == "trained":
            assert run is not None
            assert run.failed is None
            assert {"import", "op", "fit", "save_load_h5"} <= set(run.stages)
            assert run.interpreter.startswith(f"{lock.python}.")
        if run is None:
            assert lock.basis == "resolved"


def test_a_pin_and_a_file_are_values() -> None:
    assert str(Pin("six", "1.15.0")) == "six==1.15.0"
    assert not LockedFile("six-1.15.0-py2.py3-none-any.whl", "e" * 64).is_sdist
