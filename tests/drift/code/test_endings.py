"""What a text certainly ends with."""

from pathlib import Path

import pytest

from tfdoctor.drift.code import Skipped, read

PLAIN = "import tensorflow as tf\nimport os\n{above}\ntf.io.read_file({text})\n"


def ends(folder: Path, text: str, above: str = "") -> str:
    path = folder / "train.py"
    path.write_text(PLAIN.format(above=above, text=text))
    (found,) = [use for use in read([path]) if not isinstance(use, Skipped) and use.kind == "call"]
    return found.given[0].ends


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("'a.h5'", ""),  # a literal says all
        ("f'{a}.h5'", ".h5"),
        ("f'a{b}'", ""),
        ("a + '.h5'", ".h5"),
        ("'%s/%03d.h5' % (a, b)", ".h5"),
        ("'%s' % a", ""),
        ("'{}/{:03d}.h5'.format(a, b)", ".h5"),
        ("os.path.join(a, 'b', 'c.h5')", "c.h5"),
        ("str(folder / 'c.h5')", "c.h5"),
        ("os.path.abspath(os.path.join(a, b + '.h5'))", ".h5"),
        ("name", ""),
        ("a * 3", ""),
        ("a.b", ""),
    ],
)
def test_expressions(tmp_path: Path, text: str, found: str) -> None:
    assert ends(tmp_path, text) == found


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("name = os.path.join(a, 'c.h5')", "c.h5"),
        ("name = a\nif b:\n    name = a + '.h5'", ""),
        ("name, other = a + '.h5', b", ".h5"),
        ("name, other = both", ""),
        ("for name in names: pass", ""),
        ("name = name + name", ""),
        ("a = '.h5'\nb = c + a\nname = d + b", ".h5"),
    ],
)
def test_names(tmp_path: Path, above: str, found: str) -> None:
    assert ends(tmp_path, "name", above) == found
