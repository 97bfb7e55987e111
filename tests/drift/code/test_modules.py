"""What a program imports of itself: classes, functions and objects of its other files."""

from pathlib import Path
from textwrap import dedent

import pytest

from tfdoctor.drift.code import Skipped, Use, read
from tfdoctor.drift.code.modules import Modules

IMPORT = "import tensorflow as tf\n"


def written(folder: Path, **files: str) -> Path:
    """A folder of files: `pkg__models="..."` is pkg/models.py, `pkg__=` its `__init__.py`."""
    for name, source in files.items():
        parts = name.split("__")
        path = folder.joinpath(*parts[:-1], f"{parts[-1] or '__init__'}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")
    return folder


def calls(path: Path, named: Path | None = None) -> list[str]:
    """The functions and methods that one file uses for sure."""
    found = [one for one in read([named or path.parent]) if isinstance(one, Use) and one.path == str(path)]
    names = [one.name for one in found if one.kind == "call" and one.certain]
    return [name for name in names if name.rpartition(".")[2].islower()]


BUILD = IMPORT + "def build(units):\n    return tf.keras.Sequential([tf.keras.layers.Dense(units)])\n"
NET = IMPORT + "class Net(tf.keras.Model):\n    def call(self, x):\n        return x\n"


@pytest.mark.parametrize(
    "source",
    [
        "from models import build\nbuild(3).fit_generator(1)\n",
        "from .models import build as make\nmodel = make(3)\nmodel.fit_generator(1)\n",
        "import models\nmodels.build(3).fit_generator(1)\n",
        "import models as m\nm.build(3).fit_generator(1)\n",
        "from . import models\nmodels.build(3).fit_generator(1)\n",
        "from models import *\nbuild(3).fit_generator(1)\n",
        "def main():\n    from models import build\n    build(3).fit_generator(1)\n",
    ],
)
def test_what_a_function_of_another_file_returns(tmp_path: Path, source: str) -> None:
    written(tmp_path, models=BUILD, train=source)
    assert calls(tmp_path / "train.py") == ["tf.keras.Sequential.fit_generator"]


def test_a_file_that_names_no_library_is_read_where_its_modules_lead_to_one(tmp_path: Path) -> None:
    written(
        tmp_path, models=NET, middle="from models import Net\n", train="from middle import Net\nNet().fit_generator(1)"
    )
    assert calls(tmp_path / "train.py") == ["tf.keras.Model.fit_generator"]
    written(tmp_path, models="class Net: pass\n")
    assert calls(tmp_path / "train.py") == []


def test_classes_that_derive_through_files(tmp_path: Path) -> None:
    written(
        tmp_path,
        base=NET,
        middle="import base\nclass Better(base.Net):\n    def predict_classes(self, x):\n        return x\n",
        train="from middle import Better\nnet = Better()\nnet.predict_classes(1)\nnet.fit_generator(1)\n",
    )
    assert calls(tmp_path / "train.py") == ["tf.keras.Model.fit_generator"]


def test_packages_their_modules_and_star_imports(tmp_path: Path) -> None:
    written(
        tmp_path,
        pkg__="from .layers import *\nfrom .layers import _hidden\n",
        pkg__layers__norm=IMPORT + "class Norm(tf.keras.layers.Layer): pass\n_hidden = Norm\n__version__ = 1\n",
        pkg__layers__="from .norm import *\nfrom .norm import _hidden\n",
        tests__test_norm="""
            import pkg.layers.norm
            from pkg import *
            Norm().get_losses_for(1)
            pkg.layers.norm.Norm().get_losses_for(1)
            _hidden().get_losses_for(1)  # a star brings no such names
            len([Norm])
        """,
    )
    name = "tf.keras.layers.Layer.get_losses_for"
    assert calls(tmp_path / "tests" / "test_norm.py", tmp_path) == [name, name]


def test_arguments_that_stand_in_another_file(tmp_path: Path) -> None:
    written(
        tmp_path,
        config="OPTIONS = {'lr': 0.1, 'beta_1': 0.5}\nRATE = 0.25\n",
        layers="""
            from functools import partial
            from tensorflow.keras import layers

            # a line that the program does not have


            Conv = partial(layers.Conv2D, padding='same')
        """,
        train="""\
            import tensorflow as tf
            from config import OPTIONS, RATE
            from layers import Conv
            tf.keras.optimizers.Adam(**OPTIONS)
            tf.keras.optimizers.SGD(RATE)
            Conv(8)
        """,
    )
    made = [one for one in read([tmp_path / "train.py"]) if isinstance(one, Use) and one.kind == "call"]
    found = {one.name: one.given for one in made}
    adam = [(one.name, one.text) for one in found["tf.keras.optimizers.Adam"]]
    assert adam == [("lr", "0.1"), ("beta_1", "0.5"), (None, "OPTIONS")]
    assert [one.literal for one in found["tf.keras.optimizers.SGD"]] == [0.25]
    assert [(one.name, one.text) for one in found["tf.keras.layers.Conv2D"]] == [("padding", "'same'"), (None, "8")]


def test_modules_that_import_each_other_or_themselves(tmp_path: Path) -> None:
    written(
        tmp_path,
        one=IMPORT + "from two import *\nfrom two import b\na = b\nclass A(B): pass\n",
        two="from one import *\nfrom one import a\nb = a\nclass B(A): pass\nimport two\ntwo.b.two.b()\n",
        train=IMPORT + "import train\nfrom one import A\nA().fit_generator(1)\ntrain.train()\n",
    )
    assert calls(tmp_path / "train.py") == []


@pytest.mark.parametrize("damage", [b"def (:\n", b"\0", b"print 'x'\n", b"x = " + b"(" * 300])
def test_a_module_that_cannot_be_read_costs_nothing_but_its_names(tmp_path: Path, damage: bytes) -> None:
    written(tmp_path, train=IMPORT + "import models\nfrom models import build, far\nbuild()\ntf.no_op()\nmodels.x()\n")
    (tmp_path / "models.py").write_bytes(damage)
    (tmp_path / "far.py").mkdir()
    assert calls(tmp_path / "train.py") == ["tf.no_op"]
    rows = [one for one in read([tmp_path]) if isinstance(one, Skipped)]
    assert [Path(one.path).name for one in rows] == ["models.py"]


def test_where_modules_are_looked_for(tmp_path: Path) -> None:
    project = tmp_path / "project"
    source = "import tensorflow as tf\nfrom kit.models import build\nbuild(1).fit_generator(1)\n"
    for home in ("", "src"):
        written(project, examples__deep__train=source)
        written(project / home, kit__="", kit__models=BUILD)
        train = project / "examples" / "deep" / "train.py"
        assert calls(train, train) == []  # nothing says that these files belong together
        assert bool(calls(train, project)) == (home == "")
        (project / "setup.cfg").write_text("")
        assert calls(train, train) == ["tf.keras.Sequential.fit_generator"]
        (project / "setup.cfg").unlink()
        (project / home / "kit" / "models.py").unlink()
        (project / home / "kit" / "__init__.py").unlink()


def test_other_distributions_are_not_read(tmp_path: Path) -> None:
    home = tmp_path / "site-packages"
    written(home, mine__="", mine__models=BUILD, other__=BUILD)
    written(
        home,
        mine__train=IMPORT
        + "import other\nfrom mine.models import build\nother.build(1).fit(epochs=1)\nbuild(1).fit_generator(1)\n",
    )
    assert calls(home / "mine" / "train.py", home / "mine") == ["tf.keras.Sequential.fit_generator"]


def test_more_dots_than_folders_and_names_that_no_file_has(tmp_path: Path) -> None:
    written(
        tmp_path, train=IMPORT + f"from {'.' * 60}x import y\nfrom {'a' * 400} import z\nfrom .. import w\ny(z, w)\n"
    )
    assert calls(tmp_path / "train.py") == []


def test_modules_are_kept_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, a="x = 1\n", b="x = 2\n")
    modules = Modules([tmp_path])
    first = modules.load(tmp_path / "a.py")
    assert modules.load(tmp_path / "a.py") is first
    monkeypatch.setattr("tfdoctor.drift.code.modules._KEPT", 1)
    modules.load(tmp_path / "b.py")
    assert modules.load(tmp_path / "a.py") is not first


def test_folders_above_that_may_not_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, train=IMPORT + "from models import build\nbuild(1).fit_generator(1)\n", models=BUILD)
    exists = Path.exists

    def closed(path: Path) -> bool:
        if path.parent != tmp_path:
            raise PermissionError(13, "Permission denied")
        return exists(path)

    monkeypatch.setattr(Path, "exists", closed)
    program = Modules([]).load(tmp_path / "train.py")
    assert Modules([]).find(program.path, program.wanted[0]) == tmp_path / "models.py"
