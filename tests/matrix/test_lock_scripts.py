"""The scripts that build and verify locks: targets, table, constraints, what uv says, the queue."""

import io
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import msgspec
import pytest
from packaging.version import Version

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from locks.files import MissingFileError, choose, oldest_system, system_of
from locks.index import Index, Listed
from locks.page import page
from locks.solve import Hints, Override, Problem, Solved, UnsolvableError
from locks.space import Target, targets
from locks.state import Run, State
from locks.table import Entry, basis_of, digest, pack, pack_files
from pypi_simple import DistributionPackage, ProjectPage
from verify_locks import claims, order, requirements

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.bounds import Bounds
from tfdoctor.matrix.locks import Lock, LockedFile, LockEvidence, Locks, Pin, Refusal

TF = Target("tensorflow", "2.6.5", "3.9", "linux-x86_64")
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
STAGES = ("import", "op", "fit", "save_load_h5", "tensorboard_callback", "tensorboard_program")
WORKED = LockEvidence("2026-11-21", "3.9.18", "Debian 12", STAGES)


class Shelf:
    """An index of a few distributions."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "-"): files for name, files in names.items()}

    def get_project_page(self, name: str) -> ProjectPage:
        packages = [DistributionPackage.from_link(link(file), name) for file in self.names.get(name, [])]
        return ProjectPage(project=name, packages=packages, repository_version=None, last_serial=None)


def link(file: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - pypi_simple's Link
    from pypi_simple import Link

    return Link(text=file, url=f"https://index.invalid/{file}#sha256={'0' * 64}", attrs={})


def index(**names: list[str]) -> Index:
    return Index(Shelf(**names))  # type: ignore[arg-type]


def entries() -> list[Entry]:
    pins = {"numpy": "1.19.5", "termcolor": "1.1.0"}
    return [
        Entry(target=TF, pins=pins, sdists=frozenset({"termcolor"}), glibc="2.17", evidence=WORKED),
        Entry(target=Target("tensorflow", "2.6.5", "3.8", "linux-x86_64"), pins=pins, glibc="2.17"),
        Entry(target=Target("tensorflow", "2.10.0", "3.9", "macos-arm64"), reason="no wheel | of h5py"),
    ]


def test_the_table_gives_back_what_went_in_whatever_the_order() -> None:
    data = pack(entries(), "2026-11-21")
    assert pack(reversed(entries()), "2026-11-21") == data
    found = list(Locks(data))
    first, second, refusal = found
    assert isinstance(second, Lock)
    assert (first.python, second.python) == ("3.8", "3.9")
    assert (second.basis, second.sdists, second.evidence) == ("trained", ("termcolor",), WORKED)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "no wheel | of h5py"


def test_the_digest_names_the_pins_and_the_place() -> None:
    pins = {"six": "1.15.0", "numpy": "1.19.5"}
    assert digest(TF, pins) == digest(TF, dict(reversed(pins.items())))
    assert digest(TF, pins) != digest(TF, {**pins, "six": "1.16.0"})
    assert digest(TF, pins) != digest(Target("tensorflow", "2.6.5", "3.8", "linux-x86_64"), pins)


def test_the_basis_is_what_the_run_showed() -> None:
    assert basis_of(None) == "resolved"
    assert basis_of(WORKED) == "trained"
    assert basis_of(LockEvidence("", "3.9.18", "", ("import",), "fit: ImportError")) == "installed"
    assert basis_of(LockEvidence("", "3.9.18", "", (), "import: ImportError")) == "resolved"


def run_of(entry: Entry, **changes: object) -> Run:
    fields = {
        "lock": str(entry.target),
        "digest": entry.digest,
        "date": "2026-11-21",
        "interpreter": "3.9.18",
        "system": "Debian 12",
        "stages": STAGES,
    }
    return msgspec.convert({**fields, **changes}, Run)


def test_evidence_goes_to_the_lock_with_exactly_these_pins(tmp_path: Path) -> None:
    (tmp_path / "compat_matrix" / "evidence").mkdir(parents=True)
    state = State(tmp_path, "2026-11-21")
    state.entries = {entry.target: entry for entry in entries()}
    first, second, _ = state.entries.values()
    state.record(run_of(second, digest="other"))
    state.record(run_of(first, failed="fit: E", stages=["import"]))
    state.record(run_of(first))
    state.add_files({"numpy": "1.19.5"}, {"numpy": LockedFile("numpy.whl", "a" * 64, 1)})
    state.add_files({"six": "1.15.0"}, {"six": LockedFile("six.whl", "b" * 64, 1)})
    state.fold()
    state.write()
    again = State(tmp_path, "2026-11-21")
    assert again.entries[first.target].evidence == WORKED
    assert again.entries[second.target].evidence is None
    assert again.files == {"numpy==1.19.5": {"numpy.whl": LockedFile("numpy.whl", "a" * 64, 1)}}
    assert again.summary() == "refused: 1, resolved: 1, trained: 1"
    assert pack_files({}) == b"{\n\n}\n"


def test_there_is_a_target_for_every_python_with_a_wheel() -> None:
    found = set(targets(Matrix.locate()))
    assert TF in found
    assert Target("tensorflow", "2.15.1", "3.11", "linux-x86_64", "and-cuda") in found
    assert Target("tensorflow", "2.21.0", "3.13", "linux-x86_64", "tensorboard") in found
    assert Target("tensorflow", "2.6.5", "3.9", "linux-x86_64", "and-cuda") not in found
    assert not any(target.python == "2.7" or Version(target.version) < Version("1.4") for target in found)
    assert str(Target("tensorflow", "2.15.1", "3.11", "linux-x86_64", "and-cuda")) == (
        "tensorflow[and-cuda] 2.15.1 cp311 linux-x86_64"
    )


def test_what_a_user_would_ask_for() -> None:
    assert Target("tensorflow", "2.15.1", "3.11", "linux-x86_64", "and-cuda").roots == ["tensorflow[and-cuda]==2.15.1"]
    assert Target("tensorflow", "2.21.0", "3.11", "linux-x86_64", "tensorboard").roots == [
        "tensorflow==2.21.0",
        "tensorboard",
    ]


# --- the search -----------------------------------------------------------------------------------------------------

ROW = """
[[bound]]
tensorflow = "<3"
distribution = "{}"
breaks = "{}"
effect = "{}"
{}
finding = "f"
message = "m"
source = "s"
checked = "2026-11-21"
basis = "trained"
"""


def bounds(*rows: tuple[str, str, str, str]) -> Bounds:
    return Bounds.decode("".join(ROW.format(*row) for row in rows).encode() or b"bound = []")


class Shop:
    """A folder of wheels, the index that lists them, and uv told to know no other."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        config = folder / "uv.toml"
        config.write_text(f'no-index = true\nfind-links = ["{folder.as_posix()}"]\n')
        monkeypatch.setenv("UV_CONFIG_FILE", str(config))
        monkeypatch.setenv("UV_CACHE_DIR", str(folder / "cache"))
        self.add("tensorflow", "2.6.5", requires=("numpy", "wrapt>=1.12", "typing-extensions"))
        for version in ("1.18.0", "1.19.5", "1.20.0", "1.21.0"):
            self.add("numpy", version)
        for version in ("1.12.1", "2.2.0"):
            self.add("wrapt", version)
        for version in ("3.7.4", "4.6.0"):
            self.add("typing-extensions", version)

    def add(self, name: str, version: str, tag: str = "py3-none-any", requires: tuple[str, ...] = ()) -> None:
        stem = f"{name.replace('-', '_')}-{version}"
        needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
        with zipfile.ZipFile(self.folder / f"{stem}-{tag}.whl", "w") as wheel:
            info = f"{stem}.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
            wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n")
            wheel.writestr(f"{info}/RECORD", "")

    def add_sdist(self, name: str, version: str) -> None:
        with tarfile.open(self.folder / f"{name}-{version}.tar.gz", "w:gz") as archive:
            for path, text in {
                "PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n",
                "pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\n',
            }.items():
                info = tarfile.TarInfo(f"{name}-{version}/{path}")
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))

    def remove(self, pattern: str) -> None:
        for path in self.folder.glob(pattern):
            path.unlink()

    def problem(self, table: Bounds, *overrides: Override, target: Target = TF) -> Problem:
        names: dict[str, list[str]] = {}
        for path in self.folder.glob("*-*.*"):
            names.setdefault(path.name.split("-")[0], []).append(path.name)
        return Problem(target, table, index(**names), list(overrides), UV)

    def solve(self, table: Bounds, *overrides: Override, hints: Hints | None = None, **preferred: str) -> Solved:
        return self.problem(table, *overrides).solve(sys.executable, preferred, hints or Hints())


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path, monkeypatch)


def test_bounds_become_constraints_of_the_versions_that_exist(shop: Shop) -> None:
    rows = bounds(("numpy", ">=1.19,<1.20 || >=1.21", "import", ""), ("numpy", "<2", "none", ""))
    solved = shop.solve(rows)
    assert solved.pins == {"numpy": "1.20.0", "tensorflow": "2.6.5", "typing-extensions": "4.6.0", "wrapt": "2.2.0"}
    assert (solved.rung, solved.violated) == ("manylinux2014", ())


def test_pins_that_are_known_to_work_are_taken_where_they_fit(shop: Shop) -> None:
    rows = bounds(("numpy", ">=1.21", "import", ""))
    assert shop.solve(rows, numpy="1.18.0").pins["numpy"] == "1.18.0"
    assert shop.solve(rows, numpy="1.21.0").pins["numpy"] == "1.20.0"


def test_what_must_not_be_absent_is_asked_for(shop: Shop) -> None:
    for version in ("70.0", "82.0"):
        shop.add("setuptools", version)
    rows = bounds(("setuptools", ">=82 || absent", "feature", 'feature = "tensorboard_command"'))
    assert shop.solve(rows).pins["setuptools"] == "70.0"


def test_what_must_not_be_absent_while_another_is_there_is_asked_for_then(shop: Shop) -> None:
    shop.add("setuptools", "70.0")
    more = 'feature = "tensorboard_command"\nwhen = ["{}"]'
    assert "setuptools" not in shop.solve(bounds(("setuptools", "absent", "feature", more.format("numpy<1")))).pins
    assert "setuptools" in shop.solve(bounds(("setuptools", "absent", "feature", more.format("numpy>1")))).pins


CONDITIONAL = ("wrapt", "<2.2", "feature", 'feature = "tracked_dict"\nwhen = ["typing-extensions>=4.6"]')


def test_a_conditional_bound_is_kept(shop: Shop) -> None:
    solved = shop.solve(bounds(CONDITIONAL), wrapt="1.12.1")
    assert (solved.pins["wrapt"], solved.pins["typing-extensions"]) == ("2.2.0", "4.6.0")


def test_where_a_conditional_bound_cannot_be_kept_its_condition_is_prevented(shop: Shop) -> None:
    shop.remove("wrapt-2.2.0*")
    shop.add("wrapt", "2.2.0", "py3-none-win_amd64")
    hints = Hints()
    solved = shop.solve(bounds(CONDITIONAL), hints=hints)
    assert (solved.pins["wrapt"], solved.pins["typing-extensions"]) == ("1.12.1", "3.7.4")
    assert solved.violated == ()
    assert list(hints.options.values()) == [1]


def test_a_bound_that_cannot_be_kept_is_reported(shop: Shop) -> None:
    shop.remove("wrapt-2.2.0*")
    shop.add("wrapt", "2.2.0", "py3-none-win_amd64")
    shop.remove("typing_extensions-3*")
    shop.add("typing-extensions", "3.7.4", "py3-none-win_amd64")
    solved = shop.solve(bounds(CONDITIONAL))
    assert solved.pins["wrapt"] == "1.12.1"
    assert solved.violated == ("wrapt <2.2: f",)


def test_only_named_distributions_may_be_built(shop: Shop) -> None:
    shop.remove("wrapt-*")
    shop.add_sdist("wrapt", "1.12.1")
    assert shop.solve(bounds()).pins["wrapt"] == "1.12.1"
    shop.remove("numpy-*")
    shop.add_sdist("numpy", "1.19.5")
    with pytest.raises(UnsolvableError, match="numpy"):
        shop.solve(bounds())


def test_a_newer_system_then_a_warning_are_taken_before_there_is_no_lock(shop: Shop) -> None:
    shop.remove("numpy-*")
    shop.add("numpy", "1.21.0", "py3-none-manylinux_2_28_x86_64")
    shop.add("numpy", "1.20.0", "py3-none-manylinux_2_28_x86_64")
    assert shop.solve(bounds()).rung == "manylinux_2_28"
    assert shop.solve(bounds(("numpy", ">=1.21", "warning", ""))).pins["numpy"] == "1.20.0"
    shop.remove("numpy-1.20*")
    shop.add("numpy", "1.20.0", "py3-none-win_amd64")
    solved = shop.solve(bounds(("numpy", ">=1.21", "warning", "")))
    assert (solved.pins["numpy"], solved.violated) == ("1.21.0", ("numpy >=1.21: f",))
    with pytest.raises(UnsolvableError, match=r"^only numpy.* and tensorflow==2\.6\.5 depends on numpy|^numpy"):
        shop.solve(bounds(("numpy", ">=1.21", "import", "")))


def override(**fields: object) -> Override:
    base = {"tensorflow": "<2.7", "reason": "r", "source": "s", "checked": "2026-11-21", "basis": "trained"}
    return msgspec.convert({**base, **fields}, Override)


def test_overrides_narrow_replace_leave_out_and_add(shop: Shop) -> None:
    shop.add("setuptools", "59.0")
    shop.add("setuptools", "60.0")
    solved = shop.solve(
        bounds(),
        override(constraint="numpy==1.18.0"),
        override(override=["-typing-extensions"]),
        override(override=["wrapt==1.12.1"]),
        override(require="setuptools<60"),
        override(tensorflow=">=2.7", constraint="never==1"),
        override(python="<3.9", constraint="never==2", require="never"),
        override(platform="windows", require="never"),
        override(extra="and-cuda", require="never"),
    )
    assert solved.pins == {"numpy": "1.18.0", "setuptools": "59.0", "tensorflow": "2.6.5", "wrapt": "1.12.1"}


def test_macos_is_resolved_for_its_oldest_version(shop: Shop) -> None:
    shop.remove("numpy-*")
    shop.add("numpy", "1.21.0", "py3-none-macosx_12_0_arm64")
    target = Target("tensorflow", "2.6.5", "3.9", "macos-arm64")
    solved = shop.problem(bounds(), target=target).solve(sys.executable, {}, Hints(), "11.0")
    assert solved.rung == "12.0"


# --- files ----------------------------------------------------------------------------------------------------------


def test_each_pin_gets_its_file_and_the_lock_its_oldest_system() -> None:
    shelf = index(
        numpy=[
            "numpy-1.19.5-cp39-cp39-manylinux2010_x86_64.whl",
            "numpy-1.19.5-cp39-cp39-manylinux_2_28_x86_64.whl",
            "numpy-1.19.5-cp39-cp39-macosx_10_9_x86_64.whl",
        ],
        six=["six-1.15.0-py2.py3-none-any.whl", "six-1.15.0.tar.gz"],
    )
    pins = {"numpy": "1.19.5", "six": "1.15.0"}
    chosen = choose(TF, pins, "manylinux_2_28", shelf)
    assert chosen["numpy"] == LockedFile("numpy-1.19.5-cp39-cp39-manylinux2010_x86_64.whl", "0" * 64)
    assert chosen["six"].name == "six-1.15.0-py2.py3-none-any.whl"
    matrix = Matrix.locate()
    assert oldest_system(TF, pins, chosen, matrix) == "2.12"
    assert oldest_system(TF, {**pins, "tensorflow": "1.13.1"}, chosen, matrix) == "2.23"
    mac = Target("tensorflow", "2.6.5", "3.9", "macos-x86_64")
    assert oldest_system(mac, pins, choose(mac, pins, "10.9", shelf), matrix) == "10.9"
    assert oldest_system(Target("tensorflow", "2.6.5", "3.9", "windows-x86_64"), pins, chosen, matrix) is None
    with pytest.raises(MissingFileError, match=r"no file of numpy 1\.19\.5 fits"):
        choose(Target("tensorflow", "2.6.5", "3.9", "linux-aarch64"), pins, "manylinux2014", shelf)


def test_the_system_that_was_resolved_for() -> None:
    assert system_of("manylinux2014", TF) == ("2.17", None)
    assert system_of("manylinux_2_28", TF) == ("2.28", None)
    assert system_of("11.0", Target("tensorflow", "2.6.5", "3.9", "macos-arm64")) == (None, "11.0")
    assert system_of("pc-windows-msvc", Target("tensorflow", "2.6.5", "3.9", "windows-x86_64")) == (None, None)


def test_the_index_lists_stable_versions_oldest_first() -> None:
    shelf = index(numpy=["numpy-1.9.0.tar.gz", "numpy-1.10.0.tar.gz", "numpy-1.11.0rc1.tar.gz"])
    assert shelf.versions("NumPy") == [Version("1.9.0"), Version("1.10.0")]
    assert shelf.files("numpy")[Version("1.9.0")] == [
        Listed("numpy-1.9.0.tar.gz", "0" * 64, None, "https://index.invalid/numpy-1.9.0.tar.gz")
    ]


# --- running --------------------------------------------------------------------------------------------------------


def test_the_queue_runs_what_matters_most_first() -> None:
    matrix = Matrix.locate()
    wanted = [
        Target("tensorflow", "2.6.5", "3.9", "linux-x86_64"),
        Target("tensorflow", "1.13.2", "3.7", "linux-x86_64"),
        Target("tensorflow", "2.6.4", "3.9", "linux-x86_64"),
        Target("tensorflow", "1.12.0", "3.6", "linux-x86_64"),
        Target("tensorflow", "2.6.5", "3.8", "linux-x86_64"),
        Target("tensorflow", "2.6.4", "3.8", "linux-x86_64"),
        Target("tensorflow-cpu", "2.6.5", "3.9", "linux-x86_64"),
    ]
    places = [place for target in wanted if (place := order(target, matrix))]
    assert len(places) == len(wanted)
    assert sorted(places) == places
    assert order(Target("tensorflow", "2.6.5", "3.9", "windows-x86_64"), matrix) is None
    assert order(Target("tensorflow", "2.15.1", "3.9", "linux-x86_64", "and-cuda"), matrix) is None


def test_two_verifiers_do_not_take_the_same_lock(tmp_path: Path) -> None:
    with claims(tmp_path) as first, claims(tmp_path) as second:
        assert first("abc")
        assert not second("abc")
        assert second("def")
    with claims(tmp_path) as third:
        assert third("abc")


def test_the_requirements_have_a_hash_each() -> None:
    lock = msgspec.convert(
        {
            "distribution": "tensorflow",
            "version": "2.6.5",
            "python": "3.9",
            "platform": "linux-x86_64",
            "extra": "",
            "pins": [{"name": "six", "version": "1.15.0", "files": [["six.whl", "ab", 3]]}],
            "basis": "resolved",
            "evidence": None,
            "glibc": "2.17",
            "macos": None,
            "sdists": [],
        },
        Lock,
    )
    assert lock.pins == (Pin("six", "1.15.0", (LockedFile("six.whl", "ab", 3),)),)
    assert requirements(lock) == "six==1.15.0 --hash=sha256:ab\n"


def test_the_page_counts_and_names_every_lock(tmp_path: Path) -> None:
    installs = tmp_path / "installs.md"
    installs.write_text("| TensorFlow | CPython | reality |\n|---|---|---|\n| 2.6.5 | 3.9 | import fails | x |\n")
    text = page(entries(), installs, "2026-11-21")
    assert "| all | | 1 | 0 | 1 | 1 |" in text
    assert "| every release from 1.13.1 on, newest CPython | 1 | 1 |" in text
    assert "| the last patch of every minor from 1.13 on, every CPython | 2 | 1 |" in text
    assert "| beside it: plain `pip install`, newest CPython (docs/installs.md) | 1 | 0 |" in text
    assert "| 2.6.5 | 3.9 | trained | 6 passed | 2026-11-21 | 3.9.18 | import fails |" in text
    assert "| tensorflow 2.10.0 | macos-arm64, CPython 3.9 | no wheel / of h5py |" in text
    assert "| termcolor 1.1.0 | linux-x86_64 | 1 |" in text
    assert "Nothing was refused." in page(entries()[:2], installs, "2026-11-21")
