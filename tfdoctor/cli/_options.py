"""The options that several commands share, each declared once."""

from enum import Enum
from typing import Annotated

import typer


class FailOn(str, Enum):
    """The least severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


class Format(str, Enum):
    """The outputs of a diagnosis."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    GITHUB = "github"
    SARIF = "sarif"
    HTML = "html"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Form of the result on standard output.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Least severity that makes the exit code 1.")]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="No colours (also: NO_COLOR).")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Only the essence.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Also say what was left out, and why.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")]
