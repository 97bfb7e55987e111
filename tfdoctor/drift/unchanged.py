"""What did not change, of the things that people suspect when their results differ."""

from collections.abc import Iterator, Mapping
from typing import Final

from tfdoctor.drift.api import NAMING
from tfdoctor.drift.change import Same
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbol

SUSPECTS: Final = {
    "Adam": ("tf.keras.optimizers.Adam",),
    "SGD": ("tf.keras.optimizers.SGD",),
    "RMSprop": ("tf.keras.optimizers.RMSprop",),
    "Adagrad": ("tf.keras.optimizers.Adagrad",),
    "Adadelta": ("tf.keras.optimizers.Adadelta",),
    "Dense": ("tf.keras.layers.Dense",),
    "Conv2D": ("tf.keras.layers.Conv2D",),
    "BatchNormalization": ("tf.keras.layers.BatchNormalization",),
    "LayerNormalization": ("tf.keras.layers.LayerNormalization",),
    "Dropout": ("tf.keras.layers.Dropout",),
    "LSTM": ("tf.keras.layers.LSTM",),
    "GRU": ("tf.keras.layers.GRU",),
    "Embedding": ("tf.keras.layers.Embedding",),
    "Model.fit": ("tf.keras.Model.fit",),
    "cross-entropy losses": (
        "tf.keras.losses.BinaryCrossentropy",
        "tf.keras.losses.CategoricalCrossentropy",
        "tf.keras.losses.SparseCategoricalCrossentropy",
    ),
    "MeanSquaredError": ("tf.keras.losses.MeanSquaredError",),
    "Glorot initializers": ("tf.keras.initializers.GlorotUniform", "tf.keras.initializers.GlorotNormal"),
    "He initializers": ("tf.keras.initializers.HeNormal", "tf.keras.initializers.HeUniform"),
    "tf.image.resize": ("tf.image.resize",),
    "tf.random": ("tf.random.uniform", "tf.random.normal"),
}
"""What is suspected in threads about other results: a title, and the symbols that decide."""


def unchanged(span: Span, matrix: Matrix, suspects: Mapping[str, tuple[str, ...]] = SUSPECTS) -> Iterator[Same]:
    """Yield each suspect whose defaults are the same in both releases and whose experiments give the same."""
    behaviour = matrix.behaviour
    for title, symbols in suspects.items():
        pairs = [(matrix.symbols.find(name, span.before), matrix.symbols.find(name, span.after)) for name in symbols]
        if any(one is None or other is None or _defaults(one) != _defaults(other) for one, other in pairs):
            continue
        names = [row.name for symbol in symbols for row in behaviour.about(symbol) if row.kind != "speed"]
        known = [name for name in dict.fromkeys(names) if behaviour.outcome(name, span.before)]
        if any(behaviour.differs(name, span.before, span.after) for name in known):
            continue
        shown = {f"{name}={value}": None for one, _ in pairs if one for name, value in _defaults(one).items()}
        yield Same(title, ", ".join(shown), tuple(known))


def _defaults(symbol: Symbol) -> dict[str, str]:
    rows = symbol.parameters or ()
    return {row.name: row.default for row in rows if row.default is not None and row.name not in NAMING}
