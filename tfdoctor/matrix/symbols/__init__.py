"""The public API of each minor of TensorFlow, from `compat_matrix/symbols.json`: harvested by running each release.

Names begin with "tf." for TensorFlow and "keras." for what only the distribution keras beside it has (2.6 on). What a
signature with `**kwargs` takes besides (`lr`, `decay` and `clipnorm` of the old optimizers) stands in `Matrix.keras`,
under the same public name.
"""

from tfdoctor.matrix.symbols.changes import Symbols
from tfdoctor.matrix.symbols.differences import differences
from tfdoctor.matrix.symbols.model import Kind, Parameter, Symbol, SymbolChange, What

__all__ = ["Kind", "Parameter", "Symbol", "SymbolChange", "Symbols", "What", "differences"]
