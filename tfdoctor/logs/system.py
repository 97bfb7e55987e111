"""Messages of the system family."""

from tfdoctor.logs._engine import Pattern, pattern

PATTERNS: tuple[Pattern, ...] = ()
