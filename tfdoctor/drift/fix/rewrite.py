"""Makes edits in the source of one program or cell."""

from collections.abc import Sequence
from typing import TypeAlias

import libcst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from tfdoctor.drift.code.source import UnreadableError
from tfdoctor.drift.fix import arguments, names
from tfdoctor.drift.fix.edit import Edit, Refused
from tfdoctor.drift.fix.refusal import ElsewhereError, RefusedError

_Place: TypeAlias = tuple[int, int, int, int]


def rewritten(source: bytes, edits: Sequence[Edit]) -> tuple[bytes, list[Refused]]:
    """Return the new source, and the edits that were not made.

    Raises:
        UnreadableError: it cannot be parsed, or not be given back byte for byte, or is nested too deeply.
    """
    transformer = _Editor(edits)
    try:
        module = libcst.parse_module(source)
        if module.bytes != source:
            raise UnreadableError("cannot be given back byte for byte")
        changed = MetadataWrapper(module, unsafe_skip_copy=True).visit(transformer).bytes
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except (libcst.ParserSyntaxError, SyntaxError, UnicodeError, LookupError) as error:
        raise UnreadableError(f"cannot be parsed: {str(error).partition(chr(10))[0]}") from None
    return changed, transformer.refused()


class _Editor(libcst.CSTTransformer):
    """Makes each edit at the node of its place."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, edits: Sequence[Edit]) -> None:
        super().__init__()
        self._waiting: dict[_Place, list[Edit]] = {}
        for edit in edits:
            place = (edit.line, edit.column - 1, edit.end_line, edit.end_column - 1)
            self._waiting.setdefault(place, []).append(edit)
        self._refused: list[Refused] = []

    def refused(self) -> list[Refused]:
        """Return the edits that were not made; those whose place was not met are among them."""
        lost = [Refused(edit, "nothing that it could be made at") for edits in self._waiting.values() for edit in edits]
        return self._refused + lost

    def _at(self, node: libcst.CSTNode, *kinds: str) -> list[Edit]:
        """Take the edits of some kinds whose place a node has."""
        where = self.get_metadata(PositionProvider, node, None)
        if not isinstance(where, CodeRange):
            return []
        place = (where.start.line, where.start.column, where.end.line, where.end.column)
        found = [edit for edit in self._waiting.get(place, ()) if edit.kind in kinds]
        for edit in found:
            self._waiting[place].remove(edit)
        return found

    def _refuse(self, edit: Edit, error: RefusedError) -> None:
        self._refused.append(Refused(edit, str(error), isinstance(error, ElsewhereError)))

    def visit_ImportFrom(self, node: libcst.ImportFrom) -> bool:  # noqa: ARG002, N802  named by libcst, as are the next
        """Leave its names to the statement."""
        return False

    def visit_Import(self, node: libcst.Import) -> bool:  # noqa: ARG002, N802
        """Leave it: the names are used by their whole paths elsewhere."""
        return False

    def leave_Call(  # noqa: N802
        self, original_node: libcst.Call, updated_node: libcst.Call
    ) -> libcst.Call:
        """Change arguments, and the name that is called."""
        call = updated_node
        for edit in self._at(original_node, *arguments.CHANGES, "move"):
            try:
                if edit.kind == "move":
                    call = call.with_changes(func=names.moved(call.func, edit))
                else:
                    call = arguments.CHANGES[edit.kind](call, edit)
            except RefusedError as error:
                self._refuse(edit, error)
        return call

    def leave_Attribute(  # noqa: N802
        self, original_node: libcst.Attribute, updated_node: libcst.Attribute
    ) -> libcst.BaseExpression:
        """Change the last part of a dotted name."""
        return self._expression(original_node, updated_node, "move")

    def leave_Name(  # noqa: N802
        self, original_node: libcst.Name, updated_node: libcst.Name
    ) -> libcst.BaseExpression:
        """Refuse to change what was imported by its name: the import is the place."""
        return self._expression(original_node, updated_node, "move")

    def leave_SimpleString(  # noqa: N802
        self, original_node: libcst.SimpleString, updated_node: libcst.SimpleString
    ) -> libcst.BaseExpression:
        """Change a string."""
        return self._expression(original_node, updated_node, "string")

    def _expression(
        self, original: libcst.BaseExpression, updated: libcst.BaseExpression, kind: str
    ) -> libcst.BaseExpression:
        for edit in self._at(original, kind):
            try:
                updated = names.respelled(updated, edit) if kind == "string" else names.moved(updated, edit)
            except RefusedError as error:
                self._refuse(edit, error)
        return updated

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: libcst.SimpleStatementLine, updated_node: libcst.SimpleStatementLine
    ) -> libcst.SimpleStatementLine | libcst.FlattenSentinel[libcst.SimpleStatementLine]:
        """Change where a name is imported from; other names of the statement stay."""
        lines = [updated_node]
        for statement in original_node.body:
            if isinstance(statement, libcst.Import | libcst.ImportFrom):
                self._imports(statement, lines)
        return lines[0] if len(lines) == 1 else libcst.FlattenSentinel(lines)

    def _imports(self, statement: libcst.Import | libcst.ImportFrom, lines: list[libcst.SimpleStatementLine]) -> None:
        """Make the edits of the names of an import in what its line becomes: a list of lines."""
        if isinstance(statement.names, libcst.ImportStar):
            return
        for alias in statement.names:
            for edit in self._at(alias, "import", "version-1"):
                try:
                    made = names.imported if edit.kind == "import" else names.of_version_1
                    lines[:1] = made(lines[0], edit)
                except RefusedError as error:
                    self._refuse(edit, error)
