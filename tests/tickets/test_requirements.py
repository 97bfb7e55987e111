from pathlib import Path

import pytest

from tfdoctor.errors import InputError
from tfdoctor.tickets.requirements import read_requirements


def test_everything_that_pip_reads(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("protobuf<4\n")
    (tmp_path / "base.txt").write_text(
        "-c limits.txt\nnumpy==1.19.5 \\\n    --hash=sha256:00aa \\\n    --hash=sha256:11bb\n"
    )
    path = tmp_path / "requirements.txt"
    path.write_bytes(
        b"\xef\xbb\xbf# what we need\n-r base.txt\n--index-url <index>\n--no-binary :all:\n\n"
        b"tensorflow[and-cuda]>=2.6,<2.7  # old\npandas; python_version < '3'\n-e .\n./wheels/own.whl\n"
        b"git+ssh://host/repo\nmine @ file:///x.whl\n--requirement=base.txt\n"
    )
    asked = read_requirements((str(path),))
    assert asked.requirements == (
        "protobuf<4",
        "numpy==1.19.5",
        "tensorflow[and-cuda]>=2.6,<2.7",
        "pandas; python_version < '3'",
        "protobuf<4",
        "numpy==1.19.5",
    )
    assert asked.unjudged == ("-e .", "./wheels/own.whl", "git+ssh://host/repo", "mine @ file:///x.whl")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"numpy==1.19.5\nnumpy=>2\n", "line 2: 'numpy=>2'"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"-r requirements.txt\n", "includes itself"),
        (b"-r gone.txt\n", "gone.txt"),
        (b"numpy \\\n  nonsense here \\\n", "line 1"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_requirements((str(path),))
    assert said in str(raised.value)
    assert "requirements.txt" in str(raised.value) or "gone.txt" in str(raised.value)
