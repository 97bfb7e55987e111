"""A plan as a lock file after PEP 751."""

import json
from collections.abc import Iterator, Mapping

from tfdoctor import __version__
from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import LockedFile
from tfdoctor.plan.model import Plan
from tfdoctor.render.plan import _words, pins

FOLDER = "wheels"


def document(plan: Plan, matrix: Matrix, *, urls: Mapping[str, str] | None = None) -> str:
    """Return the lock.

    PEP 751 wants a URL or a path for each file, and the matrix names no index: without `urls` the lock has the
    paths of files in a folder beside it, and says how to fill that folder from the user's own index.

    Args:
        plan: what to lock.
        matrix: the tables that hold the files and their hashes.
        urls: where each file is to be had, by file name.

    Raises:
        UsageError: a file is not known, or its URL is asked for and not given.
    """
    known = pins.files(plan, matrix)
    missing = [file.name for file in known.values() if urls is not None and file.name not in urls]
    if missing:
        raise UsageError(f"the index at hand does not have {', '.join(missing)}")
    minor = _words.python_minor(plan)
    parts = [
        _words.comment([*_words.heading(plan, matrix), *(_how(plan) if urls is None else ())]),
        'lock-version = "1.0"\n',
        f"environments = [{_text(_marker(plan))}]\n",
        f'requires-python = "=={minor}.*"\n',
        f'created-by = "tfdoctor {__version__}"\n',
    ]
    parts += (_package(line, file, urls) for line, file in known.items())
    return "".join(parts)


def _package(line: str, file: LockedFile, urls: Mapping[str, str] | None) -> str:
    pin = pins.exact(line)
    head = f"\n[[packages]]\nname = {_text(pin.name)}\nversion = {_text(pin.version)}\n"
    place = f"path = {_text(f'{FOLDER}/{file.name}')}" if urls is None else f"url = {_text(urls[file.name])}"
    size = "" if file.size is None else f", size = {file.size}"
    entry = f"{{ name = {_text(file.name)}, {place}{size}, hashes = {{ sha256 = {_text(file.sha256)} }} }}"
    return head + (f"sdist = {entry}\n" if file.is_sdist else f"wheels = [{entry}]\n")


def _how(plan: Plan) -> Iterator[str]:
    minor = _words.python_minor(plan)
    yield f"The files are expected in the folder {FOLDER} beside this one. To get them from your own index, on such a"
    yield f"machine: python{minor} -m pip download --no-deps -d {FOLDER} -r REQUIREMENTS"
    yield "(REQUIREMENTS is what --format requirements --hashes prints). Then: uv pip install -r pylock.toml,"
    yield "or with a pip that reads such files: python -m pip install --no-deps -r pylock.toml"


def _marker(plan: Plan) -> str:
    system = {"linux": "linux", "macos": "darwin", "windows": "win32"}.get(plan.chosen.os, plan.chosen.os)
    return f"sys_platform == '{system}' and platform_machine == '{pins.machine(plan)}'"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
