"""Messages of the python family."""

from tfdoctor.logs._engine import Pattern, pattern

PATTERNS: tuple[Pattern, ...] = ()
