"""What keeps the old behaviour by a change of the code that needs no thought, so that it can be made by `--fix`."""

from typing import TypeAlias

import msgspec


class WriteOut(msgspec.Struct, frozen=True, tag="write-out"):
    """Give an argument what was its default; `value` as Python writes it."""

    argument: str
    value: str


class Rename(msgspec.Struct, frozen=True, tag="rename"):
    """Give an argument by its other name."""

    argument: str
    to: str


class LeaveOut(msgspec.Struct, frozen=True, tag="leave-out"):
    """Do not give an argument that did nothing; with `value` where that is given, which was its default."""

    argument: str
    value: str = ""


class ByName(msgspec.Struct, frozen=True, tag="by-name"):
    """Give by name what is given by position: `names` are those of the places, from the first one that is another."""

    place: int
    names: tuple[str, ...]


class MoveTo(msgspec.Struct, frozen=True, tag="move"):
    """Use the same thing by its other name, whole: "tf.compat.v1.placeholder"."""

    name: str


class Respell(msgspec.Struct, frozen=True, tag="respell"):
    """Write another word in quotes."""

    text: str


class AsVersion1(msgspec.Struct, frozen=True, tag="as-version-1"):
    """Take `tf` from tensorflow.compat.v1 in the whole file, and switch the behaviour of TensorFlow 2 off.

    `name`: what the thing is called there, for a file that is no such whole; "" where that does not help.
    """

    name: str = ""


_FEW = 3  # names in a text
Cure: TypeAlias = WriteOut | Rename | LeaveOut | MoveTo | Respell | ByName | AsVersion1


def told(cure: Cure | None) -> str:
    """Return a cure as it is told: "reset_after=False", "learning_rate=…", "tf.compat.v1.placeholder"; "" for none."""
    match cure:
        case WriteOut(argument=argument, value=value):
            return f"{argument}={value}"
        case Rename(to=to):
            return f"{to}=…"
        case LeaveOut(argument=argument, value=value):
            return f"without {argument}={value}"
        case ByName(names=names):
            return f"by name: {', '.join(f'{name}=…' for name in names[:_FEW])}"
        case MoveTo(name=name):
            return name
        case Respell(text=text):
            return repr(text)
        case AsVersion1():
            return "import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()"
        case None:
            return ""
