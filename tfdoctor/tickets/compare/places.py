"""Paths without what differs between machines for no reason: where the environment, the Python and the home lie."""

import re
from dataclasses import dataclass
from typing import Final

from tfdoctor.facts import Interpreter, Snapshot, known

# Also the homes that a redacted snapshot names: whatever stands at a home's place is a home.
_HOME: Final = re.compile(
    r"(?i)(?:/home/[^/:;\s]+|/Users/[^/:;\s]+|/root(?=/|$|[:;])|(?<![a-z])[a-z]:[\\/]Users[\\/][^\\/;]+)"
)


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one snapshot that get a common name."""

    prefix: str
    base: str
    user_site: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Places":
        """Return the places of a snapshot; "" for what is not known."""
        python: Interpreter = snapshot.interpreter
        return cls(
            prefix=_folder(known(python.prefix)),
            base=_folder(known(python.base_prefix)),
            user_site=_folder(known(python.user_site)),
        )

    def plain(self, text: str) -> str:
        """Return a text with the folders replaced by their common names."""
        for folder, name in ((self.user_site, "<user site>"), (self.prefix, "<environment>"), (self.base, "<python>")):
            if folder:
                text = text.replace(folder, name)
        return _HOME.sub("~", text)

    def kind(self, location: str) -> str:
        """Return what kind of place holds a distribution: "environment", "user site", "base Python", "elsewhere"."""
        if not location:
            return "environment"  # a ticket names none
        path = location.replace("\\", "/")
        for folder, name in ((self.user_site, "user site"), (self.prefix, "environment"), (self.base, "base Python")):
            if folder and _within(path, folder.replace("\\", "/")):
                return name
        return "environment" if not self.prefix else "elsewhere"


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _folder(path: str | None) -> str:
    """A folder that is worth naming: not the root of the system, which is in every path."""
    plain = (path or "").rstrip("/\\")
    return "" if plain in {"", "/usr"} else plain
