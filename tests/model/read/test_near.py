"""Paths that name something beside a model, and archives that were unpacked."""

import gzip
import zipfile
from pathlib import Path

import pytest

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import judge
from tfdoctor.model.judge.target import target
from tfdoctor.model.read import read

MATRIX = Matrix.locate()
KERAS = Path(__file__).parents[1] / "captures" / "keras" / "tf-2.21.keras.gz"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    (tmp_path / "net.keras").write_bytes(gzip.decompress(KERAS.read_bytes()))
    with zipfile.ZipFile(tmp_path / "net.keras") as archive:
        archive.extractall(tmp_path / "net")
    return tmp_path / "net"


def test_an_unpacked_archive_says_what_the_archive_says(unpacked: Path) -> None:
    found, packed = read(unpacked), read(unpacked.with_suffix(".keras"))
    assert found.format == "keras-folder"
    assert (found.keras, found.groups, found.writer) == (packed.keras, packed.groups, packed.writer)


@pytest.mark.parametrize(
    ("release", "words"),
    [("2.10", "SavedModel file does not exist"), ("2.15", "SavedModel file does not exist"), ("2.21", "Lambda")],
)
def test_an_unpacked_archive_is_read_by_new_releases(unpacked: Path, release: str, words: str) -> None:
    verdict = judge(read(unpacked), target(release, MATRIX), MATRIX)[0]
    assert verdict.reason is not None
    assert words in verdict.reason.message  # the Lambda inside is met when the folder was read


def test_what_is_beside_a_model_is_named(models: Path, tmp_path: Path) -> None:
    keras = models / "2.6.5" / "keras"
    assert read(keras / "saved_model.pb").path == str(keras)
    assert read(keras / "variables").path == str(keras / "variables" / "variables")
    for path, words in (
        (keras / "keras_metadata.pb", "a part of the SavedModel"),
        (models / "2.15.1" / "module" / "assets", "a part of the SavedModel"),
        (Path("https://example.org/model"), "an address: download it first"),
        (Path("~/model.h5"), "puts your home in the place of ~"),
        (tmp_path / "*.h5", "a pattern that nothing matches"),
        (tmp_path / "gone" / "model.h5", "there is no "),
        (models, "name one of those in it"),
    ):
        with pytest.raises(UsageError, match=words):
            read(path)
    (tmp_path / "link.h5").symlink_to("nothing.h5")
    with pytest.raises(UsageError, match=r"a link to nothing\.h5, which is not there"):
        read(tmp_path / "link.h5")
