"""The values of rewriting: what is asked, and what becomes of a file."""

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["add", "rename", "remove", "move", "import", "string", "by-name", "version-1"]


class Edit(msgspec.Struct, frozen=True):
    """One change at one place; the place is that of a `Use`.

    Attributes:
        kind: "add" the argument `name` with the source `text`; "rename" the argument `name` to `new`; "remove" the
            argument `name`; "move": what has the whole name `name` ("tf.image.resize_images") is called `new`;
            "import": it is imported as that;
            "string": the string `name` becomes `new`; "by-name": the last arguments by position get the names that
            `name` holds, between spaces; "version-1": the imported module `name`, that has another name
            there, becomes `new`, and switches the behaviour of TensorFlow 2 off.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: Kind
    name: str
    text: str = ""
    new: str = ""
    cell: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """An edit that is not made, and why; `elsewhere`: it is to be made where the name comes from, in an import."""

    edit: Edit
    reason: str
    elsewhere: bool = False


class FileFix(msgspec.Struct, frozen=True):
    """What becomes of one file.

    Attributes:
        before: its bytes when it was read; it is written only where it still has them.
        after: its bytes with all edits that are safe; the same where there is none.
        diff: unified, "" where nothing changes.
    """

    path: str
    before: bytes = b""
    after: bytes = b""
    diff: str = ""
    made: tuple[Edit, ...] = ()
    refused: tuple[Refused, ...] = ()
