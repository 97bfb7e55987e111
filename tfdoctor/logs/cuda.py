"""Messages of the cuda family."""

from tfdoctor.logs._engine import Pattern, pattern

PATTERNS: tuple[Pattern, ...] = ()
