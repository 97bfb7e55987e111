"""Why an edit is not made."""


class RefusedError(Exception):
    """An edit would not be safe; the text says why."""


class ElsewhereError(RefusedError):
    """An edit is to be made where the name comes from."""
