"""Runs experiments in an environment with TensorFlow: `run.py TASK ANSWER`.

TASK is JSON: "experiments" (names, or null for all but those of speed), "limit" (seconds for one at most), "fork"
(true, false, or null: where it is safe), "threads" (null, or how many).
ANSWER gets one JSON object a line: {"about", "experiments"} first ({"failed": ERROR} without TensorFlow), {"begin": NAME}
and {"name", "values" or "error", "seconds"} for each experiment, {"end": true} last; so that a crash shows where it was.

Each experiment runs in a fork of the process that imported TensorFlow: none sees what another left behind, and a crash
or a hang costs one. Where that is not safe (macOS, Windows, a GPU) they run one after the other.

Valid for CPython 3.6; TensorFlow 1.15 and later.
"""

import gc
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import time

PACKAGE = "tfdoctor_experiments"
LONGEST = 300  # characters of an error
GPUS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd", "/dev/nvhost-gpu")  # NVIDIA, Windows beneath Linux, AMD, Jetson


def package():
    """Import the package beside this file under a name that no other module has."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    from tfdoctor_experiments import lab, registry

    return lab, registry


def may_fork():
    """Say whether a process that has imported TensorFlow can be forked: Linux, and no GPU is used."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return sys.platform.startswith("linux") and (hidden or not any(os.path.exists(place) for place in GPUS))


def said(error):
    """Return an error in one line, without what is other in every run."""
    import re

    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = lines[0] if lines else ""
    if told.startswith("Exception encountered") and len(lines) > 1:  # Keras: what follows says which
        told = "%s %s" % (told, lines[1])
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", re.sub(r"\x1b\[\d*m", "", told))
    text = re.sub(r"(/[\w.+-]+){3,}", "...", text)
    kind = type(error).__name__.replace("Missing", "AttributeError")  # of this suite
    return ("%s: %s" % (kind, text))[:LONGEST]


def perform(lab, one):
    """Run one experiment in this process; return what it gave."""
    before = os.getcwd()
    folder = tempfile.mkdtemp(prefix="experiment-")
    try:
        os.chdir(folder)
        lab.folder = folder
        lab.seed()
        values = one.run(lab)
        return {"values": {key: lab.told(value) for key, value in sorted(values.items())}}
    except Exception as error:
        return {"error": said(error)}
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def alone(lab, one):
    """Run one experiment after others in this process, without what Keras remembers of them."""
    lab.tf.keras.backend.clear_session()
    return perform(lab, one)


def forked(lab, one, limit):
    """Run one experiment in a fork; a crash and a hang are errors with their names."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            answer = json.dumps(dict(perform(lab, one), cpu=round(time.process_time(), 2))).encode("utf-8")
            with os.fdopen(writer, "wb") as file:
                file.write(answer)
        finally:
            os._exit(0)
    os.close(writer)
    answer, code = collect(child, reader, limit)
    if answer:
        return json.loads(answer.decode("utf-8"))
    if code is None:
        return {"error": "TimeoutError: did not end within %g s" % limit}
    return {"error": "Crash: ended by signal %d" % -code if code < 0 else "Crash: ended with exit code %d" % code}


def collect(child, reader, limit):
    """Wait for a fork; return what it wrote and how it ended (None: it was ended at its limit)."""
    import select

    end = time.time() + limit
    chunks = []
    with os.fdopen(reader, "rb", 0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(0.0, end - time.time()))
            chunk = pipe.read(1 << 16) if ready else None
            if not chunk:
                break
            chunks.append(chunk)
    late = time.time() >= end
    if late:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if late:
        return b"", None
    return b"".join(chunks), -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def about(lab, forking):
    """Return what the numbers depend on."""
    return {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "tensorflow": lab.tf.__version__,
        "keras": lab.keras_version,
        "numpy": lab.np.__version__,
        "fork": forking,
    }


def settle(task):
    """Set what has to be set before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if task.get("threads"):
        for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
            os.environ[name] = str(task["threads"])


def laboratory(module, task):
    """Import TensorFlow, and what of it is imported at its first use, once for all forks."""
    import logging
    import warnings

    import numpy as np
    import tensorflow as tf

    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    lab = module.Lab(tf, np, "")
    for name in ("tf.keras.layers.Dense", "tf.keras.optimizers.SGD", "tf.keras.losses.MeanSquaredError"):
        lab.has(name)
    if task.get("threads"):
        tf.config.threading.set_intra_op_parallelism_threads(task["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(task["threads"])
    return lab


def chosen(task, known):
    """Return the experiments that the task names; names that are not known are left out."""
    if task.get("experiments") is None:
        return [one for one in known.values() if one.kind != "speed"]
    return [known[name] for name in task["experiments"] if name in known]


def main():
    """Do the task."""
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    forking = may_fork() if task.get("fork") is None else bool(task["fork"])
    with open(sys.argv[2], "a", encoding="utf-8") as answer:

        def tell(**fact):
            answer.write(json.dumps(fact) + "\n")
            answer.flush()

        settle(task)
        module, registry = package()
        try:
            lab = laboratory(module, task)
        except Exception as error:
            tell(failed=said(error))
            return
        wanted = chosen(task, registry.registered())
        tell(about=about(lab, forking), experiments=[one.name for one in wanted])
        if forking:
            getattr(gc, "freeze", gc.collect)()  # else every fork looks at, and copies, all that the imports made
        for one in wanted:
            limit = min(one.limit, task.get("limit") or one.limit)
            tell(begin=one.name, limit=limit)
            began = time.time()
            found = forked(lab, one, limit) if forking else alone(lab, one)
            tell(name=one.name, seconds=round(time.time() - began, 2), **found)
        tell(end=True)


if __name__ == "__main__":
    main()
