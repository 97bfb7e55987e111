"""Facts of saved models as tests want them, and judges that say what a test has them say."""

from collections.abc import Callable
from typing import Any

from packaging.version import Version

from tfdoctor.facts.saved import Keras, KerasLayer, Lambda, MetaGraph, OpUse, SavedModel, Signature, Writer
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import Outcome, Reason, Target, Verdict, Way

MATRIX = Matrix.locate()
Judge = Callable[[SavedModel, Target], tuple[Verdict, ...]]


def layer(class_name: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": name, **config}}


def a_model(
    *layers: dict[str, Any], root: str = "Functional", written: str | None = "2.6.0", **others: Any
) -> SavedModel:
    config = {"class_name": root, "config": {"name": "net", "layers": list(layers)}}
    rows = tuple(
        KerasLayer(path=f"net/{row['config']['name']}", class_name=row["class_name"], name=row["config"]["name"])
        for row in layers
    )
    given = {"path": "net.h5", "format": "h5", "keras": Keras(config=config, layers=rows)}
    return SavedModel(**{"writer": Writer(tensorflow=written), **given, **others})


def a_graph(*ops: str, **others: Any) -> SavedModel:
    graph = MetaGraph(
        tags=("serve",),
        ops=tuple(OpUse(name=name, count=1) for name in ops),
        signatures=(Signature(name="predict"),),
    )
    return SavedModel(path="net", format="savedmodel", meta_graphs=(graph,), **others)


def a_target(tensorflow: str, keras: str = "", *, legacy: bool = False, python: str | None = "3.8") -> Target:
    return Target(Version(tensorflow), Version(keras or tensorflow), legacy, python)


def bytecode(name: str, *pythons: str) -> Lambda:
    return Lambda(layer=name, place="function", kind="bytecode", pythons=pythons)


def verdict(way: Way, outcome: Outcome, finding: str = "", error: str = "", message: str = "") -> Verdict:
    return Verdict(way, outcome, Reason(finding, error, message) if finding else None)


def refusing(key: str, before: str, finding: str = "config-arg-from-newer-keras") -> Judge:
    """A judge to whom a configuration with a key fails before a release of TensorFlow."""

    def judge(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        fails = target.tensorflow < Version(before) and f"'{key}':" in repr(model.keras)
        ways: tuple[Way, ...] = (
            ("load_model", "load_model-nocompile") if model.format != "keras-json" else ("load_model",)
        )
        message = f"('Keyword argument not understood:', '{key}')"
        if not fails:
            return tuple(Verdict(way, "loads") for way in ways)
        return tuple(verdict(way, "fails", finding, "TypeError", message) for way in ways)

    return judge
