"""What a name stands for that only `from tensorflow.keras.layers import *` can have brought."""

import builtins
import re
from collections.abc import Sequence
from typing import Final

from tfdoctor.drift.code.results import keras
from tfdoctor.drift.code.values import Symbol, Values

_BUILTIN: Final = frozenset(dir(builtins))
_OF: Final = {  # names by which modules are told apart where several are imported whole
    "models": frozenset({"Model", "Sequential", "load_model", "save_model", "clone_model", "model_from_json"}),
    "optimizers": frozenset(
        {"Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Nadam", "Optimizer", "RMSprop", "SGD"}
    ),
    "callbacks": frozenset(
        {"Callback", "CSVLogger", "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler"}
        | {"ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard", "TerminateOnNaN"}
    ),
    "utils": frozenset({"CustomObjectScope", "Progbar", "Sequence", "get_file", "multi_gpu_model", "np_utils"})
    | {"normalize", "plot_model", "to_categorical"},
    "regularizers": frozenset({"L1", "L1L2", "L2", "Regularizer", "l1", "l1_l2", "l2"}),
    "layers": frozenset(
        {"Input", "add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"}
    ),
}
_LAYER: Final = re.compile(r"LSTM|GRU|RNN|ELU|[A-Z]\w*[a-z]\w*")


class Stars:
    """The star imports of one program."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = [module for module in dict.fromkeys(modules) if module and not module.startswith("functools")]

    def find(self, name: str) -> Values:
        """Return what an unbound name may stand for."""
        if name in _BUILTIN or not self._modules:
            return ()
        lasts = {module: keras(module)[1].rpartition(".")[2] for module in self._modules}
        homes = [last for last, names in _OF.items() if name in names]
        for module, last in lasts.items():
            if last in homes or (last == "layers" and not homes and _LAYER.fullmatch(name)):
                return (Symbol(f"{module}.{name}"),)
        # A variable that another cell or file binds is none of a module whose functions are known.
        likely = not homes and name[:1].isupper()
        others = [module for module, last in lasts.items() if last not in _OF or likely]
        return (Symbol(f"{others[0]}.{name}"),) if len(others) == 1 else ()
