"""Values of the Windows registry, as reg.exe prints them."""

import re

from tfdoctor.probes.machine import Machine


def parse_value(text: str, name: str) -> str | None:
    """Return the value that `reg query` prints for a name, or None where it prints none."""
    found = re.search(rf"^\s*{re.escape(name)}\s+REG_\w+\s+(.*?)\s*$", text, re.MULTILINE)
    return found.group(1) if found else None


def query(machine: Machine, key: str, *options: str) -> str | None:
    """Return what `reg query` prints, or None where it fails."""
    try:
        done = machine.run(["reg", "query", key, *options], timeout=5)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.code == 0 else None
