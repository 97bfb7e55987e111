"""Harvests what every Keras knows into `compat_matrix/keras.json`, by running each.

Run `python scripts/harvest_keras.py`: tf.keras of TensorFlow 1.15 to 2.15, tf-keras of 2.16 on, and each minor of
Keras 3 over a TensorFlow that takes it. It makes an environment of each from compat_matrix/evidence/environments.json
with uv, one after the other, and removes it; `--environments FOLDER` takes those that are there as FOLDER/RELEASE.

Two rounds: first each release says which classes its deserializers know, which arguments they take and what they
write; then each is given what the others write and it does not, key by key, and says whether it takes that.
`--answers FOLDER` keeps the answers of both rounds there and does not ask again for those that it has.
The answers depend on the releases alone, so that a second run gives the same bytes (`--date` is the day of the first).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from knowing.environments import Environment, ask, chosen, keras_three, keras_two, prepared
from knowing.fold_keras import fold, minor_of, questions
from packaging.version import Version

from tfdoctor.matrix import Matrix

ROOT = Path(__file__).resolve().parent.parent
CHILD = ROOT / "scripts" / "knowing" / "ask_keras.py"
FIRST_ALONE = Version("2.16")  # from here on tf.keras is Keras 3


def environments() -> list[Environment]:
    """Return one environment for each minor of Keras."""
    index = Matrix.locate().index
    tensorflows = chosen()
    found = [one for one in tensorflows if Version(one.name) < FIRST_ALONE]
    two = [str(release.version) for release in index.releases("tf-keras")]
    later = [one for one in tensorflows if Version(one.name) >= FIRST_ALONE]
    found += [one for base in later if (one := keras_two(base, two)) is not None]
    return found + keras_three(later, [str(release.version) for release in index.releases("keras")])


class Harvest:
    """Asks releases, each alone in its environment."""

    def __init__(self, folder: Path | None, answers: Path, scratch: Path) -> None:
        self.folder, self.answers, self.scratch = folder, answers, scratch

    def ask(self, one: Environment, stage: str, *arguments: Path) -> dict[str, Any]:
        """Return the answer of one release, asking only where it is not there yet."""
        kept = self.answers / f"{stage}-{'-'.join([one.name, *one.added[:1]])}.json"
        if not kept.exists():
            with prepared(one, self.folder, self.scratch) as (python, variables):
                ask(python, variables, CHILD, kept, *arguments)
            print(kept.name, file=sys.stderr)
        found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return found


def main() -> int:
    """Harvest, then write the table; a release that does not answer ends the run and nothing is written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--answers", type=Path, help="folder to keep the answers in")
    parser.add_argument("--jobs", type=int, default=2, help="releases at once (default %(default)s)")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "keras.json")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    parser.add_argument("--known", action="store_true", help="the first round only: nothing is tried")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        answers = options.answers or Path(scratch) / "answers"
        answers.mkdir(exist_ok=True)
        harvest, all_ = Harvest(options.environments, answers, Path(scratch)), environments()
        first = list(pool.map(lambda one: harvest.ask(one, "first"), all_))
        if not options.known:
            asked = answers / "questions.json"
            asked.write_text(json.dumps(questions(first), sort_keys=True), encoding="utf-8")
            second = pool.map(lambda one: harvest.ask(one, "second", asked), all_)
            first = [{**one, "answers": other["answers"]} for one, other in zip(first, second, strict=True)]
    text = fold(sorted(first, key=lambda one: Version(minor_of(one))), options.date)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {len(first)} releases, {len(text.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
