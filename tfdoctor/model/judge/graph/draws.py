"""Graphs that draw random numbers when they are served, as Keras 3 exports layers of random images.

Keras 3 traces the functions of an export with its layers' own default, which is training for layers of augmentation
(https://github.com/keras-team/keras/blob/v3.4.1/keras/src/layers/preprocessing/random_flip.py); seen in models that
2.16 to 2.21 exported: the same input has another answer at each call.
"""

import re
from typing import Final

from tfdoctor.facts.saved import SavedModel

_DRAWS: Final = re.compile(
    r"Stateless(?:Random(?:Uniform|Normal|Binomial|Gamma|Poisson)|Truncated|Multinomial|Shuffle)"
    r"|Stateful(?:Uniform|StandardNormal|TruncatedNormal|Random)|RngReadAndSkip"
    r"|Random(?:Uniform|StandardNormal|Shuffle|Gamma|Poisson|Crop)|TruncatedNormal|Multinomial"
)
_KERAS: Final = "_tf_keras_"


def difference(model: SavedModel) -> str:
    """Return how the answers differ where all functions that are saved are to be served and one draws; else "".

    What Keras 2 saves holds the functions of training too, which may draw.
    """
    for graph in model.meta_graphs:
        if graph.objects is None or any(one.identifier.startswith(_KERAS) for one in graph.objects):
            continue
        drawn = sorted({use.name for use in graph.ops if _DRAWS.match(use.name)})
        if drawn and graph.signatures:
            return f"answers change from call to call: the graph draws random numbers ({', '.join(drawn[:3])})"
    return ""
