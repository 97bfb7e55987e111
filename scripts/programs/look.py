"""Look names and arguments up in a release: `python look.py QUESTIONS ANSWERS`, both JSON.

Runs in the interpreter of the release (CPython 3.6+). A question is [name, parameter, value] with "" for no parameter;
the value is what the program gives, as Python writes it. The answer by the question's three parts joined with "|":
"there"; of a parameter also "taken" (None where that cannot be told), and its "default" as text.
"""

import ast
import inspect
import io
import json
import sys

from calls import looked_up


def parameters(found):
    try:
        return inspect.signature(found).parameters
    except (TypeError, ValueError):
        return None


def refused(found, name, given):
    """Whether a class does not take an argument by `**kwargs`: it is made without and with it."""
    if not isinstance(found, type):
        return None
    needed = {
        one.name: 1
        for one in (parameters(found) or {}).values()
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    }
    try:
        found(**needed)
    except Exception:
        return None
    try:
        found(**dict(needed, **{name: given}))
    except (TypeError, ValueError) as error:
        return True if name in str(error) else None
    except Exception:
        return None
    return False


def answer(name, parameter, text):
    try:
        found = looked_up(name)
    except Exception:
        return {"there": False}
    told = {"there": True}
    if not parameter:
        return told
    known = parameters(found)
    if known is None:
        told["taken"] = None
        return told
    if parameter in known:
        told["taken"] = True
        told["default"] = repr(known[parameter].default)[:200]
        return told
    if not any(one.kind == one.VAR_KEYWORD for one in known.values()):
        told["taken"] = False
        return told
    try:
        given = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        given = 1
    no = refused(found, parameter, given)
    told["taken"] = None if no is None else not no
    return told


def main():
    with io.open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    told = {"|".join(one): answer(*one) for one in asked}
    with io.open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(json.dumps(told))


if __name__ == "__main__":
    main()
