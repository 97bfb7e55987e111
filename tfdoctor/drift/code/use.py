"""The values that reading programs gives."""

from typing import Any, Literal

import msgspec

from tfdoctor.facts import ABSENT, Absent

TEXT: int = 80  # characters of an argument's source that are kept


class Given(msgspec.Struct, frozen=True):
    """One argument of a call.

    Attributes:
        position: its place among the positional ones, from 0; None for one by keyword, and for all after a `*`.
        name: of one by keyword; None for a positional one and for `**`.
        text: its source on one line, cut at 80 characters.
        literal: the value, where it is a literal or a name for one; else Absent.
        ends: what it certainly ends with, where it is a text whose whole is not known; "" for nothing.
        items: how many elements it has, where it is a list or tuple that is spelled out; 0 for others.
        plain: that list holds numbers and nothing else.
        fraction: it is a number with a fraction, by how it is written: a quotient (`n / 2`), 0.5, what np.ceil gives.
        symbolic: it is, or holds, a symbolic tensor of Keras: what Input and layers give when a model is built.
        of: the classes that it is, or holds, an object of, and names of the library that it is.
        closes: it is, or holds, a function that takes symbolic tensors of Keras from outside of itself.
        starred: it is `*text` or `**text`: any number of arguments, or one out of a dictionary that is spelled out.
    """

    position: int | None = None
    name: str | None = None
    text: str = ""
    literal: Any | Absent = ABSENT
    ends: str = ""
    items: int = 0
    plain: bool = False
    fraction: bool = False
    symbolic: bool = False
    of: tuple[str, ...] = ()
    closes: bool = False
    starred: bool = False


class Spot(msgspec.Struct, frozen=True):
    """A part of a program, as a `Use` counts."""

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None


class Use(msgspec.Struct, frozen=True):
    """One place in a program that uses TensorFlow or Keras.

    Attributes:
        path: the file, as it was given or below the folder that was given.
        line: first line of the whole expression, from 1; in a notebook within its cell.
        column: its first character, from 1, in characters.
        end_line: its last line.
        end_column: one past its last character.
        cell: in a notebook the number of the cell among all cells, from 1.
        name: "tf.keras.layers.GRU", "keras.layers.GRU", "tf.contrib.layers.flatten"; of objects whose class is known
            "tf.keras.Sequential.fit". The root is as it was written: "tf", "keras", "tf_keras".
        kind: "subclass" also for a method that a class derived from one of TensorFlow's defines; "string" for a name
            in quotes that stands for a class or function.
        given: the arguments of a call; of a string itself; what is assigned to it.
        owner: of a string, the call that it is given to, and the argument: "tf.keras.Model.compile(optimizer)".
        at: the line that the name itself ends on; in a chain of calls not its first.
        guarded: the program provides for it not to be there: a `try` after which it goes on, a condition that asks for
            a release, or for a name of the library.
        of_keras: Keras made the object: a symbolic tensor, what belongs to one (`x` in `x.shape.as_list()`), or the
            variable of a layer.
        stores: something is assigned to it.
        root: of what is written as a member of TensorFlow itself, `tf.nn.relu`, where that gets its name: the part
            `tensorflow as tf` of an import; None for what is reached otherwise.
        certain: the class of the object is known; else guessed by a method and its arguments that only Keras has, or
            one that derives from the known class and alone has the member.
        among: how many different things of TensorFlow or Keras the expression may stand for at this place, this being
            one of them: `{"gru": GRU, "lstm": LSTM}[kind]` may be 2. The same thing of tf.keras and of keras is one,
            and so are a member of models of several classes, and of an object by its annotation and by its value.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    name: str
    kind: Literal["call", "reference", "import", "subclass", "string"]
    cell: int | None = None
    given: tuple[Given, ...] = ()
    owner: str = ""
    at: int = 0
    guarded: bool = False
    of_keras: bool = False
    stores: bool = False
    root: Spot | None = None
    certain: bool = True
    among: int = 1


class Skipped(msgspec.Struct, frozen=True):
    """A file, folder or cell that was not read, and why."""

    path: str
    reason: str
