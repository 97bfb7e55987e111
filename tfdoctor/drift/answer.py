"""What `tfdoctor drift` finds out."""

import msgspec

from tfdoctor.drift.change import Change, Hit, Same
from tfdoctor.drift.code.use import Skipped
from tfdoctor.drift.guard import Crash


class Read(msgspec.Struct, frozen=True):
    """What was read of the user's own.

    Attributes:
        files: number of files with a use of TensorFlow or Keras.
        uses: number of those uses.
        skipped: files that were not read.
        model: the saved model, "" for none.
    """

    files: int = 0
    uses: int = 0
    skipped: tuple[Skipped, ...] = ()
    model: str = ""


class Answer(msgspec.Struct, frozen=True):
    """All of it.

    Attributes:
        before: the minor that the program ran in.
        after: the minor that it is to run in.
        changes: all of them, the worst first.
        same: what people suspect and is the same.
        read: what was read of the user's own; None where neither code nor model was given.
        hits: the places that changes touch, the worst first.
        crashes: parts of the comparison that crashed; what they would have found is not known.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    same: tuple[Same, ...] = ()
    read: Read | None = None
    hits: tuple[Hit, ...] = ()
    crashes: tuple[Crash, ...] = ()
