"""Dumps: what one machine tells, in one file that can be sent: its manifest, how it is written and read."""

from tfdoctor.tickets.dump.attach import Attachment, take
from tfdoctor.tickets.dump.manifest import FORMAT, Manifest, Member, Origin, Redacted
from tfdoctor.tickets.dump.read import Dump, is_archive, read
from tfdoctor.tickets.dump.write import Content, write

__all__ = [
    "FORMAT",
    "Attachment",
    "Content",
    "Dump",
    "Manifest",
    "Member",
    "Origin",
    "Redacted",
    "is_archive",
    "read",
    "take",
    "write",
]
