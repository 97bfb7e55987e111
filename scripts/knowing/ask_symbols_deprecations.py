"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): what is said of a function that is to go."""

import ast
import contextlib
import inspect
import re
import textwrap

from ask_symbols_texts import chain, default, own, plain


def sentence(text):
    """Return a message on one line."""
    return plain(" ".join(str(text).split()))


def deprecations(item):
    """Return (message, {argument: message}) that the decorators of a callable and its own body tell."""
    message, arguments = "", {}
    last = item
    for one, _ in chain(item.__func__ if isinstance(item, (staticmethod, classmethod)) else item):
        last = one
        code = getattr(one, "__code__", None)
        if code is None or not getattr(one, "__closure__", None):
            continue
        cells = {}
        for name, cell in zip(code.co_freevars, one.__closure__):
            with contextlib.suppress(ValueError):
                cells[name] = cell.cell_contents
        if not isinstance(cells.get("instructions"), str):
            if isinstance(cells.get("deprecated_name"), str) and isinstance(cells.get("name"), str):
                message = message or "Please use %s instead." % cells["name"]
            continue
        if "deprecated_positions" in cells or "names_to_ok_vals" in cells:
            known = cells.get("names_to_ok_vals") or {}
            given = cells.get("deprecated_arg_names_or_tuples") or ()
            names = set(known) | {each[0] if isinstance(each, tuple) else each for each in given}
            names |= set(cells.get("deprecated_positions") or ())
            arguments.update((str(name), sentence(cells["instructions"])) for name in names)
        elif isinstance(cells.get("deprecated_kwargs"), dict):
            for name, value in cells["deprecated_kwargs"].items():
                arguments["%s=%s" % (name, default(value))] = sentence(cells["instructions"])
        else:
            message = message or sentence(cells["instructions"])
    said, more = warned(last)
    more.update(arguments)
    return message or said, more


def warned(item):
    """Return what a function warns of in any case, and {argument: what it warns of when that is given}."""
    code = getattr(item, "__code__", None)
    if code is None or not any(isinstance(one, str) and "deprecat" in one.lower() for one in strings(code)):
        return "", {}
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(item))).body[0].body
    except (OSError, TypeError, SyntaxError, AttributeError, IndexError):
        return "", {}
    message, arguments = "", {}
    for node in body:
        text = warning(node)
        if text:
            message = message or text
        elif isinstance(node, ast.If):
            name = asked(node.test)
            texts = [found for found in map(warning, node.body) if found]
            if name and texts:
                arguments[name] = texts[0]
    return message, arguments


def strings(code):
    """Yield the constants of a function, those in tuples too."""
    for one in code.co_consts:
        if isinstance(one, tuple):
            for each in one:
                yield each
        else:
            yield one


def asked(test):
    """Return the argument that a condition asks for: `name`, `name is not None`, `"name" in kwargs`."""
    if isinstance(test, ast.Name):
        return test.id
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.ops[0], ast.In):
            return written(test.left)
        if isinstance(test.ops[0], ast.IsNot) and isinstance(test.left, ast.Name):
            return test.left.id
    return ""


def warning(node):
    """Return the text of a statement that warns of a deprecation."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args):
        return ""
    function = node.value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    text = written(node.value.args[0]) if name in ("warn", "warning", "warning_once") else ""
    return sentence(text) if "deprecat" in text.lower() else ""


def written(node):
    """Return the text of an expression of strings; what is put in at run time is left out."""
    if isinstance(node, ast.JoinedStr):
        return "".join(written(one) for one in node.values)
    if isinstance(node, ast.FormattedValue):
        return "..."
    if isinstance(node, ast.BinOp):
        return written(node.left) + (written(node.right) if isinstance(node.op, ast.Add) else "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return written(node.func.value)
    found = getattr(node, "value", getattr(node, "s", ""))
    return found if isinstance(found, str) else ""


NOTICE = re.compile(
    r"^\s*(?:Warning:|Deprecated:|DEPRECATED[:.]?|\.\. deprecated::)\s*((?:(?!\n\s*\n).)*)", re.DOTALL | re.MULTILINE
)
SHOUTED = re.compile(r"THIS (?:FUNCTION|CLASS) IS DEPRECATED\.[^\n]*\s*(?:Instructions for updating:)?\s*")


def documented(item):
    """Return what the docstring says of the object's own deprecation."""
    text = own(item, "__doc__") if inspect.isclass(item) else getattr(item, "__doc__", None)
    if not isinstance(text, str) or "deprecated" not in text.lower():
        return ""
    if SHOUTED.search(text):
        rest = text[SHOUTED.search(text).end() :]
        return sentence(re.split(r"\n\s*\n", rest.strip())[0]) or "Deprecated."
    head = re.split(r"\n\s*(?:Args|Arguments|Attributes|Usage|Example)", "\n".join(text.strip().split("\n")[:12]))[0]
    for found in NOTICE.finditer(head):
        said = sentence(found.group(1))
        if "ARE DEPRECATED" in said:
            continue
        if found.group(0).startswith("Warning") and "deprecated" not in said.lower():
            continue
        return said or "Deprecated."
    return ""
