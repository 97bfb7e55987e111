"""A text whose further lines stand under its first."""

from rich.table import Table
from rich.text import Text


def hanging(mark: Text, text: Text) -> Table:
    """Return a text whose further lines stand under its first."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, text)
    return grid
