"""Run one program in the interpreter that runs this, without the network and quickly, and tell what happened.

    python shim.py PROGRAM ANSWER SECONDS [NAMES]

PROGRAM is a file, or "unittest:" and the name of a module with tests.

Works in CPython 3.6+ and every TensorFlow from 1.15 on. Data sets are replaced by small made-up ones of the same shapes
(seeded), training goes over at most EPOCHS epochs, STEPS steps and (but in tests) USED samples, plots
go nowhere. ANSWER gets one JSON object:
"status" ("done", "failed", "late": the seconds of processor time are over), "error", "message", "where" (file and line
of the innermost frame in the program's folder), "through" (those of the frames around it), "inside" (the file of the innermost frame of all), "lines" (of each file
of the program those that ran, after TensorFlow was imported), "histories" (of each `fit`: the logs), "printed" (numbers in the last
lines of output), "warned" (warnings and log messages with the place in the program), "tensorflow", "python",
"seconds". With NAMES the program is one that `calls.py` prepared: "calls" tells what was called at each place.
"""

import builtins
import io
import json
import logging
import os
import random
import re
import sys
import time
import traceback
import types
import warnings

EPOCHS, STEPS, SAMPLES, USED = 2, 6, 1000, 256
SEED = int(os.environ.get("SEED", "7"))
TEXT = "the quick brown fox jumps over the lazy dog while seven wizards quietly mix potions, and nobody minds. "


class Late(BaseException):
    """The time is over."""


def plotless():
    """Make what only draws and loads pictures take any call, where it is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:

        class Nothing(types.ModuleType):
            __path__ = []

            def __getattr__(self, name):
                if name.startswith("__"):
                    raise AttributeError(name)
                return Nothing(name)

            def __call__(self, *args, **kwargs):
                return Nothing("called")

            def __iter__(self):
                return iter((Nothing("a"), Nothing("b")))

            def __getitem__(self, key):
                return Nothing("item")

            def __setitem__(self, key, value):
                pass

        for name in (
            "matplotlib",
            "matplotlib.pyplot",
            "matplotlib.cm",
            "matplotlib.image",
            "pylab",
            "PIL",
            "PIL.Image",
        ):
            sys.modules[name] = Nothing(name)


def images(shape, classes, column, counts=(60000, 10000)):
    import numpy as np

    def load_data(*args, **kwargs):
        made = np.random.RandomState(7)
        parts = []
        for count in counts:  # programs know how many there are
            y = made.randint(0, classes, size=count).astype("uint8")
            x = made.randint(0, 64, size=(USED,) + shape).astype("uint8")
            x = np.concatenate([x] * (count // USED + 1))[:count]
            x += (y * np.uint8(190 // classes)).reshape((-1,) + (1,) * len(shape))  # something to learn
            parts.append((x, y.reshape(-1, 1) if column else y))
        return tuple(parts)

    return load_data


def words(classes):
    import numpy as np

    def load_data(path=None, num_words=None, skip_top=0, maxlen=None, *args, **kwargs):
        made = np.random.RandomState(7)
        top = num_words or 2000
        parts = []
        for count in (SAMPLES, SAMPLES // 2):
            y = made.randint(0, classes, size=count)
            x = np.empty(count, dtype=object)
            for row in range(count):
                long = made.randint(10, 60)
                x[row] = [1] + [int(w) for w in (made.randint(4, top, size=long) + y[row]) % top]
            parts.append((x, y.astype("int64")))
        return tuple(parts)

    return load_data


def rows():
    import numpy as np

    made = np.random.RandomState(7)
    x = made.normal(size=(SAMPLES, 13))
    y = x[:, 0] * 3 + 20
    return (x[: SAMPLES // 2], y[: SAMPLES // 2]), (x[SAMPLES // 2 :], y[SAMPLES // 2 :])


def index(*args, **kwargs):
    return {"word%d" % number: number for number in range(1, 1000)}


def every(keras, *parts):
    """The module of each way to reach it; in some releases they differ."""
    import importlib

    found = keras
    for part in parts:
        found = getattr(found, part, None)
    names = ("tensorflow.keras", keras.__name__)
    for name in names:
        try:
            yield importlib.import_module(".".join((name,) + parts))
        except ImportError:
            pass
    if found is not None:
        yield found


def offline(keras):
    """Replace what would be downloaded."""
    made = {
        "mnist": images((28, 28), 10, False),
        "fashion_mnist": images((28, 28), 10, False),
        "cifar10": images((32, 32, 3), 10, True, (50000, 10000)),
        "cifar100": images((32, 32, 3), 100, True, (50000, 10000)),
        "imdb": words(2),
        "reuters": words(46),
        "boston_housing": lambda *args, **kwargs: rows(),
    }
    for name, load_data in made.items():
        for module in every(keras, "datasets", name):
            module.load_data = load_data
            if hasattr(module, "get_word_index"):
                module.get_word_index = index

    def get_file(fname=None, origin=None, *args, **kwargs):
        path = os.path.abspath("%s.txt" % os.path.basename(str(fname)))
        with open(path, "w") as file:
            file.write((TEXT + "\n") * 40)
        return path

    for module in every(keras, "utils"):
        module.get_file = get_file
        module.plot_model = lambda *args, **kwargs: None  # needs graphviz


def short(keras, histories):
    """Train over few epochs and steps, and keep what is logged."""

    def around(kind, name):
        real = kind.__dict__.get(name)
        if real is None:
            return

        def called(self, *args, **kwargs):
            for key, most in (
                ("epochs", EPOCHS),
                ("nb_epoch", EPOCHS),
                ("steps_per_epoch", STEPS),
                ("steps", STEPS),
                ("validation_steps", STEPS),
            ):
                if isinstance(kwargs.get(key), int) and not isinstance(kwargs[key], bool):
                    kwargs[key] = min(kwargs[key], most + kwargs.get("initial_epoch", 0) * (key == "epochs"))
            if not TESTS:
                args = tuple(fewer(one) for one in args)
                for key in ("x", "y", "validation_data", "sample_weight"):
                    if key in kwargs:
                        kwargs[key] = fewer(kwargs[key])
            found = real(self, *args, **kwargs)
            logs = getattr(found, "history", None)
            if isinstance(logs, dict):
                histories.append({key: [number(one) for one in value] for key, value in logs.items()})
            return found

        called.__name__ = name
        called.__doc__ = real.__doc__
        called.__wrapped__ = real
        called.of_tensorflow = True
        setattr(kind, name, called)

    done = set()
    for found in (keras.Model, keras.Sequential):
        for kind in found.__mro__:
            if kind not in done and kind is not object:
                done.add(kind)
                for name in ("fit", "fit_generator", "evaluate"):
                    around(kind, name)


def fewer(data):
    """The first rows of arrays, and of arrays in lists and dictionaries."""
    if type(data).__name__ == "ndarray":
        return data[:USED] if data.ndim else data
    if isinstance(data, (list, tuple)) and data and all(type(one).__name__ == "ndarray" for one in data):
        return type(data)(fewer(one) for one in data)
    if isinstance(data, dict):
        return {key: fewer(one) for key, one in data.items()}
    return data


def number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)[:60]


class Heard(logging.Handler):
    """Keeps the warnings that are logged."""

    def __init__(self, kept):
        logging.Handler.__init__(self, logging.WARNING)
        self.kept = kept

    def emit(self, record):
        self.kept.append({"text": record.getMessage()[:300], "where": here(traceback.extract_stack())})


def here(frames):
    """The file and line of the innermost frame of the program."""
    for frame in reversed(frames):
        name, line = frame[0], frame[1]
        if os.path.abspath(name).startswith(ROOT + os.sep):
            return "%s:%d" % (os.path.relpath(os.path.abspath(name), ROOT), line)
    return ""


def converted(message):
    """The innermost line of the program in what AutoGraph says of an error."""
    if "in user code:" not in message:
        return ""
    places = re.findall(r"(\S+\.py):(\d+) \S+ +\*", message)
    places += re.findall(r'File "([^"]+)", line (\d+), in .*\*', message)
    frames = [(name, int(line)) for name, line in places]
    return here(frames)


class Lines:
    """Keeps which lines of the program ran."""

    def __init__(self):
        self.of = {}

    def called(self, frame, event, arg):
        name = frame.f_code.co_filename
        if not name.startswith(ROOT):
            return None
        ran = self.of.setdefault(os.path.relpath(name, ROOT), set())

        def line(frame, event, arg):
            ran.add(frame.f_lineno)
            return line

        return line(frame, event, arg)

    def told(self):
        sys.settrace(None)
        return {name: sorted(ran) for name, ran in self.of.items()}


class Tee(io.TextIOBase):
    """Keeps what is printed."""

    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text if isinstance(text, str) else str(text))
        del self.parts[:-4000]
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def shorter(name):
    """A path below where distributions lie."""
    return name.replace(os.sep, "/").split("site-packages/")[-1]


def numbers(text):
    lines = [line for line in re.split(r"[\r\n\b]+", text) if line.strip()]
    found = []
    for line in lines[-12:]:
        found.extend(float(one) for one in re.findall(r"(?<![\w.])-?\d+\.\d+(?:e-?\d+)?", line))
    return found[-24:]


def main(program, answer, seconds, names):
    started = time.time()
    told = {"status": "done", "histories": [], "warned": []}
    out = Tee()
    real = sys.stdout, sys.stderr
    random.seed(SEED)
    sys.argv = [program]
    if not program.startswith("unittest:"):
        sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
    plotless()
    recorder = None
    lines = Lines()
    if hasattr(__import__("signal"), "setitimer"):
        import signal

        def late(*_):
            raise Late()

        signal.signal(signal.SIGPROF, late)
        signal.setitimer(signal.ITIMER_PROF, float(seconds))
    try:
        import numpy as np

        np.random.seed(SEED)
        import tensorflow as tf

        told["tensorflow"] = tf.__version__
        try:
            tf.compat.v1.set_random_seed(SEED)
        except Exception:
            pass
        offline(tf.keras)
        short(tf.keras, told["histories"])
        try:
            import keras
        except ImportError:
            pass
        else:
            if keras.Model is not tf.keras.Model:
                offline(keras)
                short(keras, told["histories"])
        if names:
            import calls

            recorder = calls.Recorder(names)
            builtins.__called__ = recorder.called
        logging.getLogger("tensorflow").addHandler(Heard(told["warned"]))
        warnings.simplefilter("default")

        def warned(message, category, filename, lineno, file=None, line=None):
            told["warned"].append(
                {"text": "%s: %s" % (category.__name__, str(message)[:300]), "where": here(traceback.extract_stack())}
            )

        warnings.showwarning = warned
        sys.stdout = sys.stderr = out
        sys.settrace(lines.called)
        if program.startswith("unittest:"):
            import importlib
            import unittest

            unittest.main(module=importlib.import_module(program[9:]), argv=["program"])
        else:
            module = types.ModuleType("__main__")
            module.__dict__.update(__file__=os.path.abspath(program), __builtins__=builtins)
            sys.modules["__main__"] = module
            with io.open(program, "rb") as file:
                exec(compile(file.read(), os.path.abspath(program), "exec"), module.__dict__)
    except Late:
        told["status"] = "late"
    except SystemExit as error:
        if error.code not in (None, 0, False):
            told.update(status="failed", error="SystemExit", message=str(error.code)[:400])
    except BaseException as error:
        told.update(status="failed", error=type(error).__name__, message=str(error)[:600])
        frames = traceback.extract_tb(error.__traceback__)
        told.update(where=converted(str(error)) or here(frames), inside=shorter(frames[-1][0]))
        told["through"] = [place for place in (here([frame]) for frame in frames) if place][:20]
    finally:
        told["lines"] = lines.told()
        sys.stdout, sys.stderr = real
    text = "".join(out.parts)
    failed = re.search(r"^(?:FAILED|NO TESTS RAN) ?\(?(.*?)\)?$", text, re.M)
    if failed and told["status"] != "late":  # unittest leaves with its own words
        told.update(status="failed", error=told.get("error") or "unittest", message=failed.group(0), tests=tests(text))
    told["printed"] = numbers(text)
    told["last"] = text[-600:]
    told["warned"] = list({(one["text"], one["where"]): one for one in told["warned"]}.values())[:40]
    told["python"] = "%d.%d" % sys.version_info[:2]
    told["seconds"] = round(time.time() - started, 1)
    if recorder is not None:
        told["calls"] = recorder.told()
    with io.open(answer, "w", encoding="utf-8") as file:
        file.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)


def tests(text):
    """The errors of the tests of a unittest run, with their places in the program."""
    found = []
    for block in re.split(r"^={50,}$", text, flags=re.M)[1:]:
        if not re.match(r"\s*(ERROR|FAIL):", block):
            continue
        places = re.findall(r'File "([^"]+)", line (\d+)', block)
        inside = [(name, line) for name, line in places if os.path.abspath(name).startswith(ROOT + os.sep)]
        last = re.findall(r"^(\w[\w.]*(?:Error|Exception|Warning)?): (.*)$", block, re.M)
        place = "%s:%s" % (os.path.relpath(os.path.abspath(inside[-1][0]), ROOT), inside[-1][1]) if inside else ""
        found.append(
            {
                "test": block.strip().split("\n")[0][:120],
                "where": place,
                "through": ["%s:%s" % (os.path.relpath(os.path.abspath(name), ROOT), line) for name, line in inside][
                    :20
                ],
                "inside": shorter(places[-1][0]) if places else "",
                "error": last[-1][0] if last else "",
                "message": last[-1][1][:300] if last else "",
            }
        )
    return found[:30]


if __name__ == "__main__":
    HERE = os.path.dirname(os.path.abspath(__file__))
    ROOT = os.path.abspath(os.environ.get("PROGRAM_ROOT", os.getcwd()))
    TESTS = sys.argv[1].startswith("unittest:")  # they know what comes out
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "")
