"""Two environments side by side: what differs, how likely it explains a difference in behaviour, and why.

`readings` lays the facts of a Snapshot flat, `judge` says what a difference means, `roots` tries which difference
a finding of one side rests on, `compare` puts it together. Values only: what is printed is made in `render/compare`.
"""

from tfdoctor.tickets.compare.compare import compare
from tfdoctor.tickets.compare.model import (
    JUDGEMENTS,
    SCHEMA_VERSION,
    Apart,
    Comparison,
    Cure,
    Difference,
    Experiments,
    Ground,
    Judgement,
    Only,
    Origin,
    Ran,
    Side,
    Symptom,
    Uncompared,
)

__all__ = [
    "JUDGEMENTS",
    "SCHEMA_VERSION",
    "Apart",
    "Comparison",
    "Cure",
    "Difference",
    "Experiments",
    "Ground",
    "Judgement",
    "Only",
    "Origin",
    "Ran",
    "Side",
    "Symptom",
    "Uncompared",
    "compare",
]
