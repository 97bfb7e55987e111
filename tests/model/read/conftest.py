"""Models that releases of TensorFlow wrote, unpacked once."""

import tarfile
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures" / "tensorflow"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for path in CAPTURES.glob("*.tar.gz"):
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    return folder
