"""Write docs/rules.md from the rules' docstrings; with --check, only say whether it is up to date."""

import sys
from pathlib import Path

from tfdoctor.render.pages import book
from tfdoctor.rules import RULES

TARGET = Path(__file__).parent.parent / "docs" / "rules.md"


def main() -> int:
    """Write the file, or compare it: exit code 1 where it is stale."""
    text = book(RULES)
    if "--check" in sys.argv:
        return 0 if TARGET.is_file() and TARGET.read_text() == text else 1
    TARGET.write_text(text)
    print(f"{TARGET.name}: {len(RULES)} rules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
