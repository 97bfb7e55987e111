"""Sizes of files, where the index does not list them: asked of the files' own addresses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import requests
from harvest.remote import new_session
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locks.index import Index
    from locks.state import State

JOBS = 4
_TIMEOUT = 60


def fill(state: State, index: Index) -> int:
    """Ask for the sizes that are missing; return how many could not be had."""
    session = new_session()
    wanted = list(_missing(state, index))

    def ask(url: str) -> int | None:
        try:
            answer = session.head(url, timeout=_TIMEOUT, allow_redirects=True)
        except requests.RequestException:
            return None
        text = answer.headers.get("Content-Length", "")
        return int(text) if answer.ok and text.isdigit() and "Content-Encoding" not in answer.headers else None

    failures = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for (pin, name, _), size in zip(wanted, pool.map(ask, (url for _, _, url in wanted)), strict=True):
            failures += size is None
            state.files[pin][name] = msgspec.structs.replace(state.files[pin][name], size=size)
    return failures


def _missing(state: State, index: Index) -> Iterator[tuple[str, str, str]]:
    for pin, rows in state.files.items():
        distribution, _, version = pin.partition("==")
        unknown = {name for name, file in rows.items() if file.size is None}
        if unknown:
            for listed in index.files(distribution).get(Version(version), []):
                if listed.name in unknown:
                    yield pin, listed.name, listed.url
