"""Harvests the distributions around TensorFlow into `compat_matrix/index.json`: versions, requirements, wheel tags.

Run `python scripts/harvest_index.py`. It asks the configured index for each distribution of scripts/index/names.py,
reads the metadata of one file of each release (published beside the wheel, or by range request), keeps what it read
under `.cache/index`, and can be stopped and run again. `--write` makes the table from what is kept, without network.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from harvest.remote import new_session
from index.listing import Listed, Read, read, releases
from index.names import NAMES
from index.table import table

if TYPE_CHECKING:
    import requests

ROOT = Path(__file__).resolve().parent.parent
JOBS = 4


class Store:
    """What was read, in a folder: `NAME.list.json` for the releases, `NAME.jsonl` for their metadata."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made where it is not there."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def listed(self, name: str) -> list[Listed] | None:
        """Return the kept list of releases, or None."""
        path = self._folder / f"{name}.list.json"
        return msgspec.json.decode(path.read_bytes(), type=list[Listed]) if path.exists() else None

    def keep_list(self, name: str, rows: list[Listed]) -> None:
        """Keep the list of releases."""
        (self._folder / f"{name}.list.json").write_bytes(msgspec.json.encode(rows))

    def metadata(self, name: str) -> dict[str, Read]:
        """Return the metadata that is kept, by version."""
        path = self._folder / f"{name}.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return dict(msgspec.json.decode(line, type=tuple[str, Read]) for line in lines)

    def keep(self, name: str, version: str, found: Read) -> None:
        """Keep the metadata of one release."""
        with (self._folder / f"{name}.jsonl").open("ab") as file:
            file.write(msgspec.json.encode((version, found)) + b"\n")


def main() -> int:
    """Harvest, then write the table; the exit code is 1 where something could not be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "index")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "index.json")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    parser.add_argument("--write", action="store_true", help="only write the table from what is kept")
    parser.add_argument("--only", action="append", choices=NAMES, help="harvest these, write nothing")
    chosen = parser.parse_args()
    store = Store(chosen.cache)
    failures = [] if chosen.write else harvest(store, chosen.only or NAMES)
    for failure in failures:
        print("not read:", failure, file=sys.stderr)
    if not chosen.only:
        kept = {name: (rows, store.metadata(name)) for name in NAMES if (rows := store.listed(name))}
        text = table(kept, chosen.date)
        chosen.output.write_text(text, encoding="utf-8", newline="\n")
        print(f"{chosen.output.name}: {len(kept)} distributions, {len(text):,} bytes")
    return 1 if failures else 0


def harvest(store: Store, names: tuple[str, ...] | list[str]) -> list[str]:
    """Read what the store lacks, one distribution after the other; return what failed."""
    from pypi_simple import NoSuchProjectError, PyPISimple

    session = new_session()
    client = PyPISimple(session=session)
    failures: list[str] = []
    with ThreadPoolExecutor(JOBS) as pool:
        for name in names:
            rows = store.listed(name)
            if rows is None:
                try:
                    rows = releases(client, name)
                except NoSuchProjectError:
                    failures.append(f"{name}: the index has none")
                    continue
                store.keep_list(name, rows)
            failures += _metadata(session, store, pool, name, rows)
            print(name, len(rows), flush=True)
    return failures


def _metadata(
    session: requests.Session, store: Store, pool: ThreadPoolExecutor, name: str, rows: list[Listed]
) -> list[str]:
    have = store.metadata(name)
    futures = {pool.submit(read, session, row): row.version for row in rows if row.version not in have}
    failures = []
    for future in as_completed(futures):
        version = futures[future]
        problem = future.exception()
        if problem is None:
            store.keep(name, version, future.result())
        else:
            failures.append(f"{name} {version}: {type(problem).__name__}: {problem}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
