"""The errors that tfdoctor raises on purpose, each with its exit code."""

from typing import ClassVar

OK = 0
FINDINGS = 1


class TfdoctorError(Exception):
    """The base of all errors that end a run with one clear line."""

    exit_code: ClassVar[int] = 70


class UsageError(TfdoctorError):
    """The user gave an option or a file that cannot be used: what and where."""

    exit_code = 2


class InputError(UsageError):
    """An input file is unreadable or malformed; the message names the file and the place in it."""


class PatientError(UsageError):
    """The interpreter to be examined cannot be run, or is none."""


class NoPlanError(TfdoctorError):
    """No plan exists for what was asked."""

    exit_code = 3


class MatrixError(TfdoctorError):
    """A table of the compatibility matrix is missing or malformed: a fault of this installation."""
