"""What can be done about a model that does not load, in order of cost, each checked by the judge where it can be.

`cure` says what a cure is, `search` finds them, `edits` changes configurations, `script` writes the script that saves a
model anew.
"""

from tfdoctor.model.cures.cure import Cure, Judge, Kind
from tfdoctor.model.cures.search import cures

__all__ = ["Cure", "Judge", "Kind", "cures"]
