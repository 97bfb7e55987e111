"""Run snippets in the interpreter that runs this, each in a child of its own, and tell how they ended.

    python inside.py QUESTIONS ANSWERS SECONDS [untraced]

QUESTIONS is a JSON object: name -> code. ANSWERS gets one: name -> {"status": "done", "failed", "late" or "crashed",
"line": the innermost one of the snippet in the error, "through": its other lines on the way there, "error", "message",
"ran": the lines that ran, which takes its time, "warned": [line, text] of warnings and log messages, "printed": the numbers and the words in
quotes that it prints, in their order}. Works in CPython 3.6+ and every TensorFlow from 1.15 on; POSIX, for it forks.
"""

import io
import json
import logging
import os
import re
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings

_NAME = "snippet.py"
LONG = 400
MOST = 200  # numbers and words
_PRINTED = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|nan\b|inf\b)(?!\w)|'([^']*)'", re.IGNORECASE)


class Heard(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, kept, path):
        logging.Handler.__init__(self, logging.WARNING)
        self.kept, self.path = kept, path

    def emit(self, record):
        self.kept.append([line(traceback.extract_stack(), self.path), plain(record.getMessage())])


def line(frames, path):
    """The line of the innermost frame of the snippet; 0 for none."""
    return next((frame[1] for frame in reversed(list(frames)) if frame[0] == path), 0)


def converted(message, path):
    """The innermost line of the snippet in what AutoGraph says of an error; 0 for none."""
    if "in user code:" not in message:
        return 0
    places = re.findall(r"(\S+\.py):(\d+) \S+ +\*", message)
    places += re.findall(r'File "([^"]+)", line (\d+), in .*\*', message)
    return next((int(number) for name, number in reversed(places) if name == path), 0)


def plain(text):
    """A message without the folders of this machine."""
    text = text.replace(os.path.dirname(os.path.abspath(__file__)) + os.sep, "")
    return re.sub(r"[^\s\"']*[/\\](?:site-packages|tmp[^/\\\s]*)[/\\]", "", text)[:LONG]


def printed(text):
    """The numbers and the words in quotes of a text; types and brackets differ with NumPy's release."""
    found = []
    for match in _PRINTED.finditer(text):
        word = match.group(1)
        found.append(match.group(0) if word is None else word)
        if word is None:
            number = float(found[-1])
            found[-1] = number if abs(number) < float("inf") else str(number)
    return found[:MOST]


def tracer(path, ran):
    """What keeps the lines that run."""

    def traced(frame, event, arg):
        if frame.f_code.co_filename != path:
            return None
        ran.add(frame.f_lineno)
        return traced

    return traced


def execute(code, folder, traced):
    """Run one snippet and return how it ended."""
    path = os.path.join(folder, _NAME)
    with io.open(path, "w", encoding="utf-8") as file:
        file.write(code)
    os.chdir(folder)
    ran, warned = set(), []
    logging.getLogger("tensorflow").addHandler(Heard(warned, path))
    warnings.simplefilter("default")

    def shown(message, category, *_args, **_kwargs):
        told = plain("%s: %s" % (category.__name__, message))
        warned.append([line(traceback.extract_stack(), path), told])

    warnings.showwarning = shown
    told = {"status": "done"}
    space = {"__name__": "__main__", "__file__": path}
    said, sys.stdout = sys.stdout, io.StringIO()
    try:
        made = compile(code, path, "exec")
        sys.settrace(tracer(path, ran) if traced else None)
        exec(made, space)
    except SystemExit:
        pass
    except BaseException as error:
        sys.settrace(None)
        frames = traceback.extract_tb(error.__traceback__)
        at = converted(str(error), path) or line(frames, path)
        told = {"status": "failed", "line": at, "error": type(error).__name__, "message": plain(str(error))}
        told["through"] = sorted({frame[1] for frame in frames if frame[0] == path} - {at})
    sys.settrace(None)
    told["printed"], sys.stdout = printed(sys.stdout.getvalue()), said
    told["ran"] = sorted(ran)
    told["warned"] = [row for at, row in enumerate(warned) if row not in warned[:at]][:20]
    return told


def one(code, seconds, traced):
    """Run one snippet in a child; what it prints goes nowhere."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        with tempfile.TemporaryDirectory() as folder:
            told = execute(code, os.path.realpath(folder), traced)
            os.chdir(os.sep)
        with os.fdopen(writing, "w") as file:
            file.write(json.dumps(told))
        os._exit(0)
    os.close(writing)
    end, parts = time.time() + seconds, []
    while True:
        ready = select.select([reading], [], [], max(0, end - time.time()))[0]
        if not ready:
            os.kill(child, signal.SIGKILL)
            break
        part = os.read(reading, 65536)
        if not part:
            break
        parts.append(part)
    os.close(reading)
    code_of = os.waitpid(child, 0)[1]
    if parts:
        return json.loads(b"".join(parts).decode())
    return {"status": "late"} if not ready else {"status": "crashed", "code": code_of}


def main(questions, answers, seconds, traced=""):
    """Import TensorFlow once, then run them all."""
    with io.open(questions, encoding="utf-8") as file:
        asked = json.load(file)
    import tensorflow as tf  # noqa: F401  imported for the children

    found = {name: one(code, float(seconds), not traced) for name, code in sorted(asked.items())}
    with io.open(answers, "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
