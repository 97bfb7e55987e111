"""The saved models of `captures/title`, put where a test wants them."""

import gzip
import tarfile
from pathlib import Path

CAPTURES = Path(__file__).parent / "captures" / "title"


def h5(folder: Path, name: str) -> Path:
    """Write one of the HDF5 files ("tf-2.6-cnn") into a folder."""
    path = folder / f"{name}.h5"
    path.write_bytes(gzip.decompress((CAPTURES / f"{name}.h5.gz").read_bytes()))
    return path


def saved_model(folder: Path) -> Path:
    """Unpack the SavedModel of TensorFlow 2.6 into a folder."""
    with tarfile.open(CAPTURES / "tf-2.6-cnn.tar.gz") as archive:
        for member in archive.getmembers():
            archive.extract(member, folder)
    return folder / "model_dir"
