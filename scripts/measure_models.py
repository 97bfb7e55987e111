"""Save small models of many kinds in real releases of TensorFlow, load each in each, and keep what happened.

    python scripts/measure_models.py --work FOLDER [--environments FOLDER] [--releases 1.15.5,2.3.4] [--jobs 2]
    python scripts/measure_models.py --work FOLDER --table compat_matrix/evidence/models.jsonl.xz

Environments are taken from the folder (each named by its release), or made from the proven pins with uv. Resumable:
what is in WORK is kept. WORK/artifacts/RELEASE/ARCHITECTURE/ are the models, WORK/runs/RELEASE.jsonl what that release
answered. `scripts/verify_models.py` compares these, or the table of them, with what tfdoctor says.
"""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

from knowing import environments
from models import runs, table

RELEASES = (
    "1.15.5", "2.1.4", "2.3.4", "2.4.4", "2.6.5", "2.8.4", "2.10.1", "2.11.1", "2.12.1", "2.13.1", "2.14.1", "2.15.1",
    "2.16.2", "2.18.1", "2.21.0",
)  # fmt: skip


def main() -> int:
    """Save, then load, in as many processes as were asked for; or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--environments", type=Path, help="folder of environments [default: they are made]")
    parser.add_argument("--releases", type=lambda text: text.split(","), default=list(RELEASES))
    parser.add_argument("--architectures", type=lambda text: text.split(","), default=[])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", type=Path, help="write what is there as a table to this file, and do nothing else")
    options = parser.parse_args()
    if options.table:
        print(f"{table.write(options.work, options.table)} answers, {options.table.stat().st_size} bytes")
        return 0
    wanted = [one for one in environments.chosen() if one.name in options.releases]
    options.work.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        ready = {one.name: environments.prepared(one, options.environments, options.work) for one in wanted}
        measure({name: stack.enter_context(made)[0] for name, made in ready.items()}, options)
    return 0


def measure(pythons: dict[str, Path], options: argparse.Namespace) -> None:
    """Let each release save, and then each load what all have saved."""
    artifacts, answers = options.work / "artifacts", options.work / "runs"
    for folder in (artifacts, answers):
        folder.mkdir(exist_ok=True)
    (options.work / "pythons.json").write_text(json.dumps({name: runs.version(path) for name, path in pythons.items()}))
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda each: runs.save(each[1], artifacts / each[0], options.architectures), pythons.items()))
        left = [
            [(release, chunk) for chunk in runs.chunks(artifacts, release, answers / f"{release}.jsonl")]
            for release in pythons
        ]
        turns = [each for turn in zip_longest(*left) for each in turn if each is not None]
        done = pool.map(lambda each: runs.load(pythons[each[0]], each[1], answers / f"{each[0]}.jsonl"), turns)
        for number, (release, _) in enumerate(turns, 1):
            next(done)
            print(f"{number}/{len(turns)} {release}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
