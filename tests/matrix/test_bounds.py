"""The bounds: the reader on small tables, and the real table against the runs that it names."""

import json
import sys
from pathlib import Path

import pytest
from packaging.specifiers import InvalidSpecifier
from packaging.version import Version

from tfdoctor.errors import MatrixError
from tfdoctor.matrix.bounds import BREAKING, SEVERITY, Bounds, Versions

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from bounds.measure import read_lines
from judge_bounds import judged
from verify_bounds import run_named, verdicts

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "compat_matrix" / "bounds.toml"
EVIDENCE = ROOT / "compat_matrix" / "evidence"


def row(**changes: object) -> str:
    fields = {
        "tensorflow": ">=2.6,<2.12",
        "distribution": "protobuf",
        "breaks": ">=4",
        "effect": "import",
        "finding": "protobuf-too-new",
        "message": "m",
        "source": "s",
        "checked": "2026-11-21",
        "basis": "trained",
        **changes,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items() if value is not None]
    return "\n".join(["[[bound]]", *lines]) + "\n"


def decode(*rows: str) -> Bounds:
    return Bounds.decode("".join(rows).encode())


@pytest.fixture(scope="module")
def table() -> Bounds:
    return Bounds.decode(TABLE.read_bytes())


# --- the reader -----------------------------------------------------------------------------------------------------


def test_a_set_of_versions_joins_alternatives() -> None:
    versions = Versions("<3.20 || ==4.21.*")
    assert Version("3.19.6") in versions
    assert Version("4.21.12") in versions
    assert Version("3.20.3") not in versions
    assert not versions.absent


def test_a_pre_release_counts_as_its_release() -> None:
    assert Version("2.0.0rc1") in Versions(">=2")
    assert Version("2.16.0.dev20240101") in Versions(">=2.16")
    assert Version("3.0.3+cu12") in Versions(">=3")


def test_an_alternative_that_is_no_specifier_is_refused() -> None:
    with pytest.raises(InvalidSpecifier):
        Versions("above 3")


def test_absent_is_an_alternative_of_its_own() -> None:
    bound = decode(row(breaks="absent || >=82")).all[0]
    assert bound.hits(None)
    assert bound.hits(Version("82.0.1"))
    assert not bound.hits(Version("81.0"))
    assert not decode(row(breaks=">=82")).all[0].hits(None)


def test_a_row_speaks_of_its_releases_interpreters_and_systems() -> None:
    bounds = decode(row(), row(python=">=3.11"), row(os="windows"))
    release = Version("2.6.5")
    assert len(bounds.for_tensorflow(release, Version("3.9"))) == 1
    assert len(bounds.for_tensorflow(release, Version("3.11.4"))) == 2
    assert len(bounds.for_tensorflow(release, Version("3.11"), "windows")) == 3
    assert len(bounds.for_tensorflow(release)) == 1
    assert bounds.for_tensorflow(Version("2.12.0"), Version("3.11")) == ()
    assert len(list(bounds)) == 3


def test_hits_put_the_worst_effect_first() -> None:
    bounds = decode(row(effect="warning"), row(effect="fit"), row(effect="import", breaks=">=5"))
    hits = bounds.hits(Version("2.6.5"), {"protobuf": Version("4.21.0")}, Version("3.9"))
    assert [bound.row.effect for bound in hits] == ["fit", "warning"]
    assert [bound.breaking for bound in hits] == [True, False]
    assert "protobuf >=4" in repr(hits[0])


def test_what_is_not_listed_is_absent_only_where_the_list_is_complete() -> None:
    bounds = decode(row(breaks="absent"))
    assert bounds.hits(Version("2.6.5"), {}) == []
    assert len(bounds.hits(Version("2.6.5"), {}, complete=True)) == 1


def test_a_row_may_presuppose_other_distributions() -> None:
    bounds = decode(row(distribution="tensorboard", breaks="<2.12", when=["protobuf>=4.21"]))
    old = {"tensorboard": Version("2.10.1"), "protobuf": Version("3.20.3")}
    assert bounds.hits(Version("2.6.5"), old) == []
    assert len(bounds.hits(Version("2.6.5"), {**old, "protobuf": Version("4.21.0")})) == 1
    assert bounds.hits(Version("2.6.5"), {"tensorboard": Version("2.10.1")}) == []


def test_a_row_may_presuppose_that_another_distribution_is_missing() -> None:
    bounds = decode(row(distribution="keras", breaks="<3.1", when=["dm-tree absent"]))
    keras = {"keras": Version("3.0.5")}
    assert len(bounds.hits(Version("2.6.5"), keras, complete=True)) == 1
    assert bounds.hits(Version("2.6.5"), keras) == []
    assert bounds.hits(Version("2.6.5"), {**keras, "dm-tree": Version("0.1.8")}, complete=True) == []


def test_an_unknown_key_or_word_is_named_with_its_place() -> None:
    with pytest.raises(MatrixError, match=r"bounds\.toml: .*\$\.bound\[0\]\.effect"):
        decode(row(effect="boom"))
    with pytest.raises(MatrixError, match="unknown field"):
        decode(row(colour="red"))
    with pytest.raises(MatrixError, match=r"bounds\.toml"):
        Bounds.decode(b"[[bound]")


@pytest.mark.parametrize("field", ["tensorflow", "breaks", "python", "works"])
def test_check_names_the_row_with_a_bad_specifier(field: str) -> None:
    with pytest.raises(MatrixError, match="protobuf"):
        decode(row(**{field: "about 3"})).check()


def test_check_reads_the_presuppositions_too() -> None:
    with pytest.raises(MatrixError, match="protobuf"):
        decode(row(when=["protobuf >> 4"])).check()


# --- the real table -------------------------------------------------------------------------------------------------


def test_every_row_of_the_table_can_be_read(table: Bounds) -> None:
    table.check()
    assert len(table.all) > 60


def test_names_are_canonical_and_features_belong_to_their_effect(table: Bounds) -> None:
    for bound in table:
        assert bound.row.distribution == bound.row.distribution.lower().replace("_", "-")
        assert (bound.row.feature is not None) == (bound.row.effect == "feature"), bound


def test_what_a_row_recommends_is_outside_of_what_breaks(table: Bounds) -> None:
    for bound in table:
        if bound.row.recommended is not None:
            assert not bound.hits(Version(bound.row.recommended)), bound
            if bound.row.works is not None:
                assert Version(bound.row.recommended) in Versions(bound.row.works), bound


def test_the_runs_that_a_row_names_fit_the_row(table: Bounds) -> None:
    for bound in table:
        if bound.row.broke is None or bound.row.worked is None:
            assert bound.row.basis != "trained", bound
            continue
        for text, hit in ((bound.row.broke, True), (bound.row.worked, False)):
            change = run_named(text)
            python = Version(f"{change.python[2]}.{change.python[3:]}")
            assert change.distribution == bound.row.distribution
            assert bound.speaks_of(Version(change.tf), python, "linux"), text
            assert bound.hits(None if change.version == "absent" else Version(change.version)) == hit, text


def test_every_row_is_proven_by_the_committed_results(table: Bounds) -> None:
    known = dict(read_lines(EVIDENCE / "bounds.jsonl"))
    rows = [bound.row for bound in table if bound.row.basis == "trained"]
    assert rows
    assert [(found.broke, word) for found, word in verdicts(rows, known) if word != "proven"] == []


def test_the_bounds_agree_with_the_measured_changes(table: Bounds) -> None:
    environments = json.loads((EVIDENCE / "environments.json").read_text(encoding="utf-8"))
    results = list(judged(table, environments, EVIDENCE / "bounds.jsonl"))
    right = [said == measured for _, said, measured in results]
    assert len(results) > 300
    assert sum(right) / len(right) >= 0.98


@pytest.mark.parametrize(
    ("release", "python", "distribution", "version", "effect", "finding"),
    [
        ("2.6.0", "3.9", "protobuf", "7.36.2", "import", "protobuf-too-new"),
        ("1.13.1", "3.7", "protobuf", "4.24.4", "import", "protobuf-too-new"),
        ("2.11.0", "3.10", "numpy", "2.2.6", "import", "numpy2-abi"),
        ("2.14.0", "3.11", "numpy", "2.0.0rc1", "import", "numpy2-abi"),
        ("2.6.1", "3.9", "keras", "2.7.0", "fit", "keras-tf-minor-mismatch"),
        ("2.15.0", "3.11", "keras", "3.0.3", "fit", "keras3-over-tf-le-215"),
        ("2.3.1", "3.8", "h5py", "3.1.0", "save_load", "h5py3-with-old-keras"),
        ("2.4.1", "3.8", "numpy", "1.21.0", "feature", "numpy120-with-old-tf"),
        ("2.5.0", "3.9", "numpy", "1.21.0", "feature", "numpy120-with-old-tf"),
        ("2.14.0", "3.10", "ml-dtypes", "0.3.0", "import", "ml-dtypes-version"),
        ("2.0.0", "3.7", "gast", "0.3.2", "feature", "gast-version"),
        ("2.3.1", "3.8", "gast", "0.4.0", "feature", "gast-version"),
        ("2.6.0", "3.9", "flatbuffers", "2.0", "feature", "flatbuffers-version"),
        ("2.18.0", "3.12", "protobuf", "6.33.5", "warning", "protobuf-too-new"),
        ("2.20.0", "3.13", "setuptools", "84.0.0", "feature", "pkg-resources-removed"),
    ],
)
def test_what_people_ran_into(
    table: Bounds, *, release: str, python: str, distribution: str, version: str, effect: str, finding: str
) -> None:
    installed = {distribution: Version(version), "tensorboard": Version("2.20.0")}
    hits = table.hits(Version(release), installed, Version(python))
    found = next(bound.row for bound in hits if bound.row.distribution == distribution)
    assert (found.effect, found.finding) == (effect, finding)


@pytest.mark.parametrize(
    ("release", "python", "installed"),
    [
        ("2.6.5", "3.9", {"protobuf": "3.20.3", "numpy": "1.19.5", "keras": "2.6.0", "h5py": "3.1.0"}),
        ("2.13.1", "3.11", {"protobuf": "4.25.9", "numpy": "1.24.3", "keras": "2.13.1", "tensorboard": "2.13.0"}),
        ("2.18.1", "3.12", {"protobuf": "5.29.6", "numpy": "2.0.2", "keras": "3.10.0", "ml-dtypes": "0.4.1"}),
        ("2.21.0", "3.13", {"protobuf": "7.36.2", "numpy": "2.5.5", "keras": "3.15.1", "typing-extensions": "4.16.0"}),
    ],
)
def test_working_environments_violate_no_breaking_bound(
    table: Bounds, release: str, python: str, installed: dict[str, str]
) -> None:
    versions = {name: Version(version) for name, version in installed.items()}
    hits = table.hits(Version(release), versions, Version(python))
    assert [bound for bound in hits if bound.breaking] == []


def test_every_effect_has_its_place() -> None:
    assert len(set(SEVERITY)) == len(SEVERITY)
    assert set(SEVERITY) > BREAKING
