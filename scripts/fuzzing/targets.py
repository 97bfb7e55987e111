"""The readers, each as a function of bytes that raises where it breaks a promise."""

import contextlib
import io
import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from fuzzing import keras, mutate, programs, seeds, tensorflow
from tfdoctor.cli._judge import Asked
from tfdoctor.cli._many import Triage
from tfdoctor.cli._options import FailOn, Format
from tfdoctor.diagnose import diagnose
from tfdoctor.errors import InputError
from tfdoctor.matrix import Matrix
from tfdoctor.model.read import keras_h5, keras_json, keras_zip
from tfdoctor.render import json_v1, text
from tfdoctor.render.safe import harmless
from tfdoctor.render.view import view
from tfdoctor.tickets.inputs import readers
from tfdoctor.tickets.inputs.entry import Entry, Rejected
from tfdoctor.tickets.inputs.split import cut
from tfdoctor.tickets.redact import Redactor
from tfdoctor.tickets.summary import found

MATRIX: Final = Matrix.locate()
# What may stand in a result for a terminal: text, and nothing that drives it.
_DRIVES: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Target(NamedTuple):
    """One reader: what it is tried with, how that is changed, and the call."""

    seeds: Callable[[list[Path]], list[bytes]]
    mutate: mutate.Mutator
    run: Callable[[bytes], None]


def _read(name: str) -> Callable[[bytes], None]:
    """Read the bytes of a file of this name, judge every entry, and render it."""

    def run(data: bytes) -> None:
        for piece in cut(data, name, name):
            for entry in [piece] if isinstance(piece, Rejected) else readers.read(piece):
                if isinstance(entry, Entry):
                    _judge(entry)
                elif not entry.reason:
                    raise AssertionError("rejected without a reason")

    return run


def _judge(entry: Entry) -> None:
    diagnosis = diagnose(entry.snapshot, MATRIX, debug=True)
    found(entry.id, entry.snapshot, diagnosis, MATRIX)
    seen = view(entry.snapshot, diagnosis, MATRIX, name=entry.id, understood=entry.understood, remarks=entry.remarks)
    json.loads(json_v1.line(seen))
    if len(entry.id) % 8 == 0:  # drawing costs ten times the rest
        from rich.console import Console

        stream = io.StringIO()
        text.show(Console(file=stream, width=80), harmless(seen), verbose=True)
        if _DRIVES.search(stream.getvalue()):
            raise AssertionError("the report drives the terminal")


def _redact_text(data: bytes) -> None:
    shown = data.decode(errors="replace")
    hidden = Redactor().text(shown)
    if hidden.count("\n") != shown.count("\n"):
        raise AssertionError("redaction changed the number of lines")
    if "ghp_0123456789abcdefghijABCDEFGHIJ0123456789" in hidden:
        raise AssertionError("a token survived")


def _redact_json(data: bytes) -> None:
    with contextlib.suppress(InputError):
        json.loads(Redactor().json(data))


def _triage(data: bytes) -> None:
    """The command on a file whose name and form follow from the bytes."""
    rng = Random(len(data) * 257 + sum(data[:64]))  # noqa: S311  no secret
    suffix = rng.choice((".json", ".jsonl", ".zip", ".md", ".txt", ".log", "", ".gz", ".jsonl.gz"))
    form = rng.choice((Format.TEXT, Format.JSON, Format.JSONL, Format.GITHUB, Format.SARIF))
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        asked = Asked(form, quiet=rng.random() < 0.3, verbose=rng.random() < 0.3, debug=True)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run = Triage(asked, fail_on=FailOn.ERROR, jobs=1, summary=rng.random() < 0.2)
            code = run.run([folder if rng.random() < 0.3 else os.fspath(path)])
    if code not in {0, 1, 2}:
        raise AssertionError(f"exit code {code}")
    if form in {Format.TEXT, Format.GITHUB} and (driven := _DRIVES.search(out.getvalue())):
        raise AssertionError(f"the result drives the terminal: {driven.group()!r}")
    if driven := _DRIVES.search(err.getvalue()):
        raise AssertionError(f"a message drives the terminal: {driven.group()!r}")
    if form is Format.JSONL:
        for line in out.getvalue().splitlines() if "\u2028" not in out.getvalue() else []:
            json.loads(line)


def _any(cases: list[Path]) -> list[bytes]:
    return [
        *seeds.tickets(cases)[:30],
        b"\n".join(seeds.tickets(cases)[:8]),
        *seeds.texts([])[:2],
        *seeds.snapshots()[:1],
        *seeds.fingerprints(),
        *seeds.zips([])[-2:],
    ]


def _mixed(data: bytes, rng: Random, others: list[bytes]) -> bytes:
    if data.startswith(b"PK"):
        return mutate.of_zip(data, rng, others)
    return rng.choice((mutate.of_json, mutate.of_text, mutate.of_bytes, mutate.of_lines))(data, rng, others)


TARGETS: Final = {
    "ticket": Target(seeds.tickets, mutate.of_json, _read("ticket.json")),
    "jsonl": Target(lambda cases: [b"\n".join(seeds.tickets(cases)[:4])], mutate.of_lines, _read("tickets.jsonl")),
    "snapshot": Target(lambda _: seeds.snapshots(), mutate.of_json, _read("snapshot.json")),
    "dump": Target(seeds.zips, mutate.of_zip, _read("dump.zip")),
    "text": Target(seeds.texts, mutate.of_text, _read("issue.md")),
    "answer": Target(lambda _: seeds.answers(), mutate.of_json, _read("answer.json")),
    "fingerprint": Target(lambda _: seeds.fingerprints(), mutate.of_json, _read("fingerprint.json")),
    "redact-text": Target(seeds.texts, mutate.of_text, _redact_text),
    "redact-json": Target(lambda cases: [*seeds.tickets(cases), *seeds.snapshots()], mutate.of_json, _redact_json),
    "triage": Target(_any, _mixed, _triage),
    "hdf5": Target(lambda _: keras.files(b"\x89HDF"), keras.of_numbers, keras.tree),
    "keras-h5": Target(lambda _: keras.files(b"\x89HDF"), keras.of_numbers, keras.read(keras_h5.read)),
    "keras-zip": Target(lambda _: keras.files(b"PK"), keras.of_keras_zip, keras.read(keras_zip.read)),
    "keras-json": Target(lambda _: keras.files(b"{"), mutate.of_json, keras.read(keras_json.read)),
    "savedmodel": Target(
        lambda _: tensorflow.folders("module", "keras", "saved"), tensorflow.of_folder, tensorflow.read_folder
    ),
    "checkpoint": Target(
        lambda _: tensorflow.folders("objects", "v1", "v2"), tensorflow.of_folder, tensorflow.read_folder
    ),
    "graph": Target(
        lambda _: tensorflow.files("model.pb", "frozen.pb", ".meta"), tensorflow.of_wire, tensorflow.read_file
    ),
    "pbtxt": Target(lambda _: tensorflow.files(".pbtxt"), mutate.of_text, tensorflow.read_file),
    "table": Target(lambda _: tensorflow.files("v1/model", ".index"), keras.of_numbers, tensorflow.read_file),
    "tflite": Target(lambda _: tensorflow.files(".tflite"), keras.of_numbers, tensorflow.read_file),
    "keras-metadata": Target(lambda _: tensorflow.files("keras_metadata.pb"), tensorflow.of_wire, tensorflow.metadata),
    "keras-folder": Target(
        lambda _: tensorflow.unpacked(keras.files(b"PK")), tensorflow.of_folder, tensorflow.read_folder
    ),
    "others": Target(lambda _: list(tensorflow.STRANGERS), mutate.of_bytes, tensorflow.read_any),
    "code": Target(lambda _: [*programs.programs(), *programs.notebooks()], programs.of_either, programs.read),
    "fix": Target(lambda _: [*programs.programs(), *programs.notebooks()], programs.of_either, programs.rewrite),
    "bytecode": Target(lambda _: keras.functions(), keras.of_numbers, keras.function),
}
