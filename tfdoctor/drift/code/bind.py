"""Goes through a program once, in order: which names get values where, and which expressions are to be looked at."""

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tfdoctor.drift.code.imports import Wanted, of_import, of_import_from
from tfdoctor.drift.code.scopes import Binding, Block, Guard, Place, Scope
from tfdoctor.drift.code.source import Text
from tfdoctor.drift.code.values import Class, Symbol
from tfdoctor.drift.code.walk import Walker, of_self

_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Binder(Walker):
    """Goes through statements; `Walker` goes through their expressions."""

    def __init__(self, path: Path, text: Text) -> None:
        super().__init__(path, text)
        self._statements: dict[type, Callable[[Any, Place], None]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Return: self._return,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            getattr(ast, "TryStar", ast.Try): self._try,
            ast.Match: self._match,
            ast.Global: self._elsewhere,
            ast.Nonlocal: self._elsewhere,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
        }

    def body(self, statements: Sequence[ast.stmt], scope: Scope, block: Block) -> None:
        """Go through statements that run one after the other."""
        for one in statements:
            self.order += 1
            place = Place(scope, self.order, block)
            handler = self._statements.get(type(one))
            if handler is None:
                self.children(one, place)
            else:
                handler(one, place)
        if statements and isinstance(statements[-1], _ENDS):
            block.ends = True

    def _assign(self, node: ast.Assign, place: Place) -> None:
        self.expression(node.value, place)
        for target in node.targets:
            self.target(target, node.value, place)

    def _annotated(self, node: ast.AnnAssign, place: Place) -> None:
        self.expression(node.annotation, place)
        if node.value is not None:
            self.expression(node.value, place)
        if isinstance(node.target, ast.Name):
            binding = Binding(place.order, place.block, "annotation", node.annotation, place)
            if node.value is not None:
                binding = Binding(place.order, place.block, "value", node.value, place, (), node.annotation)
            place.scope.bind(node.target.id, binding)
            return
        if node.value is not None:
            self.target(node.target, node.value, place)
        if isinstance(node.target, ast.Attribute):
            owner = of_self(node.target, place.scope)
            if owner is not None:
                owner.declared.setdefault(node.target.attr, []).append((node.annotation, place))

    def _augmented(self, node: ast.AugAssign, place: Place) -> None:
        self.expression(node.value, place)
        self.target(node.target, None, place)

    def _return(self, node: ast.Return, place: Place) -> None:
        if node.value is not None:
            self.expression(node.value, place)
            if place.scope.function is not None:
                place.scope.function.returns.append((node.value, place))

    def _if(self, node: ast.If, place: Place) -> None:
        found: ast.If | None = node
        while found is not None:  # `elif`s lie in each other, any number of them
            self.expression(found.test, place)
            guards = (Guard(found.test, place),)
            self.body(found.body, place.scope, place.block.inner(guards=guards))
            rest = found.orelse
            found = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
            if found is None:
                self.body(rest, place.scope, place.block.inner(guards=guards))

    def _for(self, node: ast.For | ast.AsyncFor, place: Place) -> None:
        self.expression(node.iter, place)
        self.target(node.target, node.iter, place, how="element")
        self.body(node.body, place.scope, place.block.inner(loop=True))
        self.body(node.orelse, place.scope, place.block.inner())

    def _while(self, node: ast.While, place: Place) -> None:
        inner = place.block.inner(loop=True)
        self.expression(node.test, Place(place.scope, place.order, inner))
        self.body(node.body, place.scope, inner)
        self.body(node.orelse, place.scope, place.block.inner())

    def _with(self, node: ast.With | ast.AsyncWith, place: Place) -> None:
        for item in node.items:
            self.expression(item.context_expr, place)
            if item.optional_vars is not None:
                self.target(item.optional_vars, item.context_expr, place)
        self.body(node.body, place.scope, place.block)

    def _try(self, node: Any, place: Place) -> None:  # noqa: ANN401  ast.TryStar is not there before 3.11
        guards = (Guard(node, place),)
        for part in (node.body, *(handler.body for handler in node.handlers), node.orelse):
            self.body(part, place.scope, place.block.inner(guards=guards))
        for handler in node.handlers:
            if handler.type is not None:
                self.expression(handler.type, place)
        self.body(node.finalbody, place.scope, place.block)

    def _match(self, node: ast.Match, place: Place) -> None:
        self.expression(node.subject, place)
        for case in node.cases:
            inner = place.block.inner()
            self.children(case.pattern, place)
            if case.guard is not None:
                self.expression(case.guard, place)
            self.body(case.body, place.scope, inner)

    def _elsewhere(self, node: ast.Global | ast.Nonlocal, place: Place) -> None:
        scope = place.scope
        outer = scope.parent
        if isinstance(node, ast.Global):
            while outer is not None and outer.parent is not None:
                outer = outer.parent
        for name in node.names:
            other = outer
            while other is not None and isinstance(node, ast.Nonlocal) and name not in other.bindings:
                other = other.parent
            if other is not None:
                scope.elsewhere[name] = other

    def _import(self, node: ast.Import, place: Place) -> None:
        for bound, name, whole, alias in of_import(node):
            if name:
                self._imported(bound, name, whole, alias, place)
            else:
                self._wanted(bound, Wanted(alias.name if alias.asname else bound), alias, place)

    def _import_from(self, node: ast.ImportFrom, place: Place) -> None:
        for bound, name, whole, alias in of_import_from(node):
            if name:
                self._imported(bound, name, whole, alias, place)
            else:
                self._wanted(bound, Wanted(node.module or "", node.level, alias.name), alias, place)

    def _imported(self, bound: str, name: str, whole: str, alias: ast.alias, place: Place) -> None:
        if whole:
            self.imports.append((whole, alias, place))
        if bound == "*":
            self.stars.add(name)
        else:
            symbol = Symbol(name, guards=place.block.guards)
            place.scope.bind(bound, Binding(place.order, place.block, "is", alias, value=(symbol,)))

    def _wanted(self, bound: str, wanted: Wanted, alias: ast.alias, place: Place) -> None:
        self.wanted.append(wanted)
        if bound != "*":
            place.scope.bind(bound, Binding(place.order, place.block, "import", alias, place, wanted))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, place: Place) -> None:
        for decorator in node.decorator_list:
            self.decorators[id(decorator)] = node.name
            self.expression(decorator, place)
        if node.returns is not None:
            self.expression(node.returns, place)
        function = self.function(node, place)
        place.scope.bind(node.name, Binding(place.order, place.block, "is", value=(function,)))
        self.body(node.body, function.scope, Block(guards=place.block.guards))

    def _class(self, node: ast.ClassDef, place: Place) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, place)
        for base in node.bases:
            self.bases.add(id(base))
            self.expression(base, place)
        for keyword in node.keywords:
            self.expression(keyword.value, place)
        scope = Scope("class", place.scope)
        found = Class(node, scope, place)
        scope.owner = found
        self.classes.append(found)
        place.scope.bind(node.name, Binding(place.order, place.block, "is", value=(found,)))
        self.body(node.body, scope, Block(guards=place.block.guards))
