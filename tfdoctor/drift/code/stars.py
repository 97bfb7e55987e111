"""What a name stands for that only `from tensorflow.keras.layers import *` can have brought."""

import re
from typing import Final

from tfdoctor.drift.code.results import keras
from tfdoctor.drift.code.values import ROOTS, Symbol, Values

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

    def __init__(self) -> None:
        self._modules: list[str] = []

    def add(self, module: str) -> None:
        """Note that all names of a module are imported."""
        if module not in self._modules and module.partition(".")[0] in ROOTS:
            self._modules.append(module)

    def find(self, name: str) -> Values:
        """Return what an unbound name may stand for."""
        lasts = {module: keras(module)[1].rpartition(".")[2] for module in self._modules}
        homes = [last for last, names in _OF.items() if name in names]
        for module, last in lasts.items():
            if last in homes or (last == "layers" and not homes and _LAYER.fullmatch(name)):
                return (Symbol(f"{module}.{name}"),)
        # A variable that another cell or file binds is none of a module whose functions are known.
        likely = not homes and name[:1].isupper()
        others = [module for module, last in lasts.items() if last not in _OF or likely]
        return (Symbol(f"{others[0]}.{name}"),) if len(others) == 1 else ()
