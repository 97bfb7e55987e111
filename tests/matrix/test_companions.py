"""The table of companions that were used beside TensorFlow, and the script that writes it."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.companions import CompanionRuns, digest
from tfdoctor.matrix.locks import LockedFile, best_file
from tfdoctor.matrix.tables import NO_TENSORFLOW
from tfdoctor.versions import within

MATRIX = Matrix.locate()
ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"


def test_a_pair_that_was_used_is_found_with_its_date() -> None:
    run = MATRIX.companion_runs.of(Version("2.15.1"), "tensorflow-text", "2.15.0")
    assert run is not None
    assert run.interpreter.startswith("3.11.")
    assert run.date >= "2026-11-21"
    assert MATRIX.companion_runs.of(Version("2.15.1"), "tensorflow-text", "2.14.0") is None
    assert MATRIX.companion_runs.of(Version("2.15.0"), "tensorflow-text", "2.15.0") is None


def test_what_was_used_fits_by_the_table_of_companions() -> None:
    for run in MATRIX.companion_runs.runs:
        for name, version in run.used.items():
            row = MATRIX.companions.get(name)
            needed = row.needs(Version(version)) if row else None
            if needed:
                assert within(Version(run.tensorflow), needed), (run.tensorflow, name, version)


def test_a_range_speaks_of_its_releases() -> None:
    transformers = MATRIX.companions.get("transformers")
    assert transformers is not None
    assert transformers.needs(Version("4.57.6")) == ">2.9"
    assert transformers.needs(Version("5.0.0")) == NO_TENSORFLOW
    assert transformers.fitting(Version("2.15.1")) is None  # a range names no release
    metadata = MATRIX.companions.get("tensorflow-metadata")
    assert metadata is not None
    assert metadata.requires(Version("1.21.0")) == ("protobuf>=6.31.1",)
    assert metadata.requires(Version("1.17.3")) == ()
    assert metadata.needs(Version("1.21.0")) is None


def test_every_minor_has_its_companions_used() -> None:
    seen = {Version(run.tensorflow).release[:2] for run in MATRIX.companion_runs.runs if run.trained}
    assert seen >= {(1, 15), *((2, minor) for minor in range(22))}


def test_a_whole_environment_is_known_whatever_its_order() -> None:
    table = CompanionRuns(
        msgspec.json.encode(
            {"format": 1, "runs": [("2.6.5", "3.9.18", "2026-11-21", digest(["b==2", "a==1"]), True, {"a": "1"})]}
        )
    )
    assert table.whole(["a==1", "b==2"]) == table.runs[0]
    assert table.whole(["a==1"]) is None


@pytest.mark.parametrize(("data", "said"), [(b"[", "companions.json"), (b'{"format": 2, "runs": []}', "format 2")])
def test_a_foreign_table_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(MatrixError, match=said):
        CompanionRuns(data)


# --- the script ---------------------------------------------------------------------------------------


def test_runs_become_the_table_and_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from companions.table import Run, Use, fold, read_runs

    def run(number: str, error: str) -> Run:
        uses = (Use("tensorflow-text", "2.6.0"), Use("tensorflow-io", "0.21.0", error))
        return Run(
            tensorflow="2.6.5", python="3.9", interpreter="3.9.18", date="2026-11-21", system="Linux", digest=number,
            stages=("import",), failed=None, uses=uses, pins=(),
        )  # fmt: skip

    (tmp_path / "compat_matrix").mkdir()
    (tmp_path / "docs").mkdir()
    lines = tmp_path / "runs.jsonl"
    assert read_runs(lines) == []
    lines.write_bytes(
        b"\n".join(map(msgspec.json.encode, (run("a", "status 1: no symbol"), run("a", "status 1: none"))))
    )
    fold(tmp_path, read_runs(lines))
    table = CompanionRuns((tmp_path / "compat_matrix" / "companions.json").read_bytes())
    assert [one.used for one in table.runs] == [{"tensorflow-text": "2.6.0"}]
    page = (tmp_path / "docs" / "companions.md").read_text()
    assert "| 2.6.5 | 3.9.18: trained | 2.6.0 | 0.21.0 fails |" in page
    assert "- TensorFlow 2.6.5, tensorflow-io 0.21.0: status 1: none" in page


def test_the_page_is_that_of_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from companions.table import fold, read_runs

    (tmp_path / "compat_matrix").mkdir()
    (tmp_path / "docs").mkdir()
    fold(tmp_path, read_runs(ROOT / "compat_matrix" / "evidence" / "companions.jsonl"))
    for name in ("compat_matrix/companions.json", "docs/companions.md"):
        assert (tmp_path / name).read_text() == (ROOT / name).read_text()


def test_uses_are_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from companions.uses import MAIN, PRELUDE, USES

    assert set(MAIN) <= set(USES)
    for text in USES.values():
        compile(PRELUDE + text, "use", "exec")
    refused = PRELUDE + "socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", refused], capture_output=True, text=True, check=False)
    assert "no network in this test" in done.stderr


def test_stacks_and_used_environments_have_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from locks.further import wanted

    known = msgspec.json.decode((MATRIX.root / "lock_files.json").read_bytes(), type=dict[str, tuple[LockedFile, ...]])
    pins = wanted(ROOT)
    for stack in MATRIX.stacks.rows:
        assert {
            f"{canonicalize_name(text.partition('==')[0])}=={text.partition('==')[2]}" for text in stack.requirements
        } <= set(pins)
    for pin, places in pins.items():
        for python, platform, glibc in places:
            chosen = best_file((file.name for file in known[pin]), python, platform, glibc, None)
            assert chosen is not None, (pin, python, platform)


def test_files_that_are_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from locks.further import add, wanted
    from locks.index import Listed
    from locks.state import State

    (tmp_path / "compat_matrix").mkdir()
    assert wanted(tmp_path) == {}
    (tmp_path / "compat_matrix" / "stacks.toml").write_text(
        '[[stack]]\nname = "x"\ntensorflow = ">=2"\nkind = "extra"\ncuda = "12.5"\ncudnn = "9.3"\n'
        'requirements = ["nvidia_one==1.0", "nvidia-two==2.0"]\nsource = ""\nchecked = ""\nbasis = "resolved"\n'
    )

    class Page:
        def files(self, name: str) -> dict[Version, list[Listed]]:
            file = Listed(f"{name.replace('-', '_')}-1.0-py3-none-manylinux_2_27_x86_64.whl", "00", 7, "")
            return {Version("1.0"): [file]}

    state = State(tmp_path, "2026-11-21")
    assert add(state, Page(), tmp_path) == ["nvidia-two==2.0 for CPython 3.9 on linux-x86_64"]  # type: ignore[arg-type]  # the one method that is used
    assert [row.size for row in state.files["nvidia-one==1.0"].values()] == [7]
    assert add(state, Page(), tmp_path) == ["nvidia-two==2.0 for CPython 3.9 on linux-x86_64"]  # type: ignore[arg-type]  # the one method that is used
