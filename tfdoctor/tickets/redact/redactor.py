"""The Redactor: one for all parts of a dump, so that the same name has the same pseudonym in all of them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tfdoctor.facts import Snapshot
from tfdoctor.facts.identity import Identity
from tfdoctor.tickets.redact import documents, snapshot
from tfdoctor.tickets.redact.assignments import is_secret_name
from tfdoctor.tickets.redact.paths import Paths
from tfdoctor.tickets.redact.people import People
from tfdoctor.tickets.redact.pseudonyms import Pseudonyms, Redaction
from tfdoctor.tickets.redact.secrets import KeyBlocks
from tfdoctor.tickets.redact.text import redact, redact_lines

_NAME: Final = re.compile(r"[A-Za-z_][a-z_]{0,15}(?:[-_.][a-z0-9]{1,8}){0,3}")  # too short for a secret
_NO_IDENTITY = Identity()


class Redactor:
    """Replaces what tells who and where, and secrets, by pseudonyms that keep the form and the relations."""

    def __init__(self, identity: Identity = _NO_IDENTITY) -> None:
        """Take what the machine knows of itself; without it, names are learnt from the texts alone."""
        self._names = Pseudonyms()
        self._paths = Paths(self._names)
        self._people = People(identity, self._names, self._paths)

    @property
    def record(self) -> tuple[Redaction, ...]:
        """How often each rule replaced something, by name."""
        return tuple(Redaction(rule, count) for rule, count in sorted(self._names.counts.items()) if count)

    def text(self, text: str) -> str:
        """Return a text without what is private. The number of its lines stays."""
        self._names.reserve(text)
        return redact(text, self._names, self._people, self._paths)

    def blocks(self, texts: Iterable[str]) -> Iterator[str]:
        """Return a long text, block by block; each block ends with a line, and a private key may span several."""
        keys = KeyBlocks(self._names)
        for text in texts:
            self._names.reserve(text)
            yield redact_lines(keys.hide(text), self._names, self._people, self._paths)

    def learn(self, text: str) -> None:
        """Take note of the users and hosts that a text names, before other parts are redacted."""
        self._names.reserve(text)
        self._people.learn(text)

    def learn_named(self, key: str, name: str) -> None:
        """Take note of a user or a host whom the key of a document names."""
        self._people.learn_named(key, name)

    def path(self, text: str) -> str:
        """Return a path without what is private."""
        return self._paths.hide(text)

    def name(self, text: str) -> str:
        """Return a name that rules ask for without secrets and addresses; users and hosts may share it."""
        return text if _NAME.fullmatch(text) else redact(text, self._names, self._people, self._paths, named=True)

    def value(self, text: str, key: str = "") -> str:
        """Return the value of a key or variable without what is private: all of it where the key names a secret."""
        if key and text and is_secret_name(key):
            return self._names.secret(text, "secret-variable")
        return redact(text, self._names, self._people, self._paths, f"{key}: " if key else "")

    def snapshot(self, value: Snapshot) -> Snapshot:
        """Return a Snapshot without what is private; its diagnosis stays the same."""
        self.learn(snapshot.texts(value))
        return snapshot.walk(value, self)

    def json(self, data: bytes) -> bytes:
        """Return any JSON with redacted values; keys, numbers and the form stay.

        Raises:
            InputError: it is no JSON, or nested too deeply; the text says where.
        """
        return documents.redact(data, self)
