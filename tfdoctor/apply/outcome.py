"""How carrying out a plan ended."""

import msgspec

from tfdoctor.errors import TfdoctorError, UsageError
from tfdoctor.plan.model import Step


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was carried out.

    Attributes:
        python: path of the environment's interpreter.
        prefix: folder of the environment.
        done: the steps that were carried out.
        manual: the steps that are left to a person.
        start: the command that starts the environment in a shell.
        variables: name and whole value of each variable that TensorFlow needs there. They are set by `start`; whoever
            runs the interpreter without it has to set them. An empty value stands for "not set".
        undo: the file that says what was installed before a repair; "" for a new environment.
    """

    python: str
    prefix: str
    done: tuple[Step, ...] = ()
    manual: tuple[Step, ...] = ()
    start: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    undo: str = ""


class CannotApplyError(UsageError):
    """The plan cannot be carried out here: nothing was begun, nothing was changed."""


class ApplyError(TfdoctorError):
    """A step failed. The text says which and why, in what state the environment is, and how to go on.

    Attributes:
        step: the step that failed; None where it was something else.
        done: the steps before it, which were taken back with it.
        tail: the last lines of the program that failed.
        log: file with all that the programs printed; "" where none ran.
    """

    exit_code = 1

    def __init__(
        self, text: str, *, step: Step | None = None, done: tuple[Step, ...] = (), tail: str = "", log: str = ""
    ) -> None:
        super().__init__(text)
        self.step = step
        self.done = done
        self.tail = tail
        self.log = log
