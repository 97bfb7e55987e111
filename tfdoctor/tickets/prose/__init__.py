"""Free text (a pasted issue, a mail, a log, the output of commands) read into a ticket.

One direction: the text is cut into lines (lines), readers turn lines into claims (one module for each kind of input,
listed in read), and the best claim for each key of the form is taken (assemble).
"""

from tfdoctor.tickets.prose.read import Prose, read

__all__ = ["Prose", "read"]
