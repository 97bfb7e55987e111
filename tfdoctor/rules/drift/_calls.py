"""Which names of TensorFlow and Keras the user's code uses: imports and aliases resolved, also where it is cut off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ast

ROOTS: Final = ("tensorflow", "keras", "tf_keras", "tensorflow_core")
_HABITS: Final = {  # what nearly everybody calls them, where the import is not shown
    "tf": "tensorflow", "tensorflow": "tensorflow", "keras": "keras", "tf_keras": "tf_keras", "K": "keras.backend",
    "GRU": "keras.layers.GRU", "LSTM": "keras.layers.LSTM", "layers": "keras.layers",
    "optimizers": "keras.optimizers", "models": "keras.models", "Input": "keras.Input",
}  # fmt: skip
_LONGEST: Final = 200_000  # characters of code that are read


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a name: `path` is the full dotted name, or ".fit" for a method of something unknown.

    `keywords` are the arguments given by name and how they are written; `positional` counts the others.
    """

    path: str
    line: int
    text: str
    call: bool = False
    imported: bool = False
    positional: int = 0
    keywords: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


def uses(code: str) -> tuple[Use, ...]:
    """Return the uses in a program or a part of one, in order; what cannot be parsed is read by names.

    Lines of a notebook's shell ("!pip", "%matplotlib") and the prompts of an interpreter are left out.
    """
    import ast

    lines = [re.sub(r"^\s{0,40}(?:>>> ?|\.\.\. )", "", line) for line in code[:_LONGEST].splitlines()]
    text = "\n".join("" if re.match(r"\s{0,40}[!%]", line) else line for line in lines)
    for attempt in (text, _outdented(text)):
        try:
            found = sorted(_parsed(ast.parse(attempt), attempt.splitlines()), key=lambda use: use.line)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return tuple(found)
    return tuple(_guessed(text))


def _outdented(text: str) -> str:
    """The text without the indentation of its first line: a part of a function."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(margin) for line in lines)


def _parsed(tree: "ast.Module", lines: list[str]) -> Iterator[Use]:
    import ast

    nodes = list(ast.walk(tree))
    names = _named(nodes)
    called = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    inner: set[int] = set()
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imports(node, _line(lines, node.lineno))
        elif isinstance(node, (ast.Attribute, ast.Name)) and id(node) not in inner:
            path, call = _dotted(node, names, inner), called.get(id(node))
            if path.partition(".")[0] in ROOTS or (path.startswith(".") and call is not None):
                yield _found(path, node.lineno, _line(lines, node.lineno), call)


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""


def _named(nodes: list["ast.AST"]) -> dict[str, str]:
    """What the names in a program stand for, as its imports say it."""
    import ast

    names = dict(_HABITS)
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _found(path: str, line: int, text: str, call: "ast.Call | None") -> Use:
    import ast

    if call is None:
        return Use(path, line, text)
    keywords = {item.arg: ast.unparse(item.value)[:80] for item in call.keywords if item.arg}
    return Use(path, line, text, call=True, positional=len(call.args), keywords=keywords)


def _imports(node: "ast.Import | ast.ImportFrom", text: str) -> Iterator[Use]:
    import ast

    module = "" if isinstance(node, ast.Import) else f"{node.module}."
    for alias in node.names:
        path = f"{module}{alias.name}".removesuffix(".*")
        if path.partition(".")[0] in ROOTS:
            yield Use(path=path, line=node.lineno, text=text, imported=True)


def _dotted(node: "ast.expr", names: dict[str, str], inner: set[int]) -> str:
    """The full name of an expression; ".method" where it hangs on something else than a module."""
    import ast

    parts: list[str] = []
    here: ast.expr = node
    while isinstance(here, ast.Attribute):
        parts.append(here.attr)
        here = here.value
        inner.add(id(here))
    if isinstance(here, ast.Name) and here.id in names:
        return ".".join([names[here.id], *reversed(parts)])
    return f".{parts[0]}" if parts else ""


_IMPORT: Final = re.compile(r"^\s{0,40}import ([\w., ]{1,300})")
_FROM: Final = re.compile(r"^\s{0,40}from ([\w.]{1,150}) import \(?([\w., *]{1,300})")
_NAME: Final = re.compile(r"(?<![\w.])([A-Za-z_]\w{0,60}(?:\.\w{1,60}){0,8})(\s?\(([^()]{0,300}))?")
_METHOD: Final = re.compile(r"[)\]]\.(\w{1,60})\(([^()]{0,300})")
_KEYWORD: Final = re.compile(r"(?<![\w.])(\w{1,60})\s?=(?!=)\s?([^,()]{0,80})")


def _guessed(text: str) -> Iterator[Use]:
    """Uses by names, line by line: the code is cut off or no Python."""
    names = dict(_HABITS)
    lines = [line[:2000] for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        for path in _imported(line, names):
            yield Use(path=path, line=number, text=line.strip()[:200], imported=True)
    for number, line in enumerate(lines, 1):
        if _FROM.match(line) or _IMPORT.match(line) or line.lstrip().startswith("#"):
            continue
        for match in _NAME.finditer(line):
            head, _, rest = match[1].partition(".")
            path = ".".join(part for part in (names.get(head, ""), rest) if part)
            if head not in names:
                path = f".{rest.rpartition('.')[2]}" if rest and match[2] else ""
            if path.startswith(".") or path.partition(".")[0] in ROOTS:
                yield _use(path, number, line, match[3], called=match[2] is not None)
        for match in _METHOD.finditer(line):
            yield _use(f".{match[1]}", number, line, match[2], called=True)


def _imported(line: str, names: dict[str, str]) -> Iterator[str]:
    """The paths that a line imports; their names are noted."""
    found, plain = _FROM.match(line), _IMPORT.match(line)
    module = f"{found[1]}." if found else ""
    for part in (found[2] if found else plain[1] if plain else "").split(","):
        name, _, alias = part.strip().partition(" as ")
        if name:
            path = f"{module}{name}".removesuffix(".*")
            names[alias.strip() or name.partition(".")[0]] = path if alias or module else path.partition(".")[0]
            if path.partition(".")[0] in ROOTS:
                yield path


def _use(path: str, number: int, line: str, inside: str | None, *, called: bool) -> Use:
    keywords = {name: value.strip() for name, value in _KEYWORD.findall(inside or "")}
    plain = bool((inside or "").strip()) and not re.match(r"\s{0,9}\w+\s?=(?!=)", inside or "")
    return Use(path, number, line.strip()[:200], called, positional=int(plain), keywords=keywords)
