"""Typed redaction: what tells who and where, and every secret, is replaced by pseudonyms that keep the form.

`redactor` is the entrance, `text` has the order of the rules. Each other module knows one kind: `secrets` (tokens with
a known shape), `assignments` (values whose key says that they are secret), `random_text` (strings of chance), `urls`,
`addresses` (of networks and devices), `people` (users and hosts; `common` words are none), `paths` with its
`vocabulary`. `snapshot` and `documents` walk structured data, `stream` files; `lines` makes it fast.
"""

from tfdoctor.facts.identity import Identity
from tfdoctor.tickets.redact.pseudonyms import Redaction
from tfdoctor.tickets.redact.redactor import Redactor

__all__ = ["Identity", "Redaction", "Redactor"]
