"""Say how often the bounds are right on measured changes of one dependency: environments JSON, changes JSONL.

The environments are `{"2.6.5-cp39": ["name==version", ...]}`, or `{"2.6.5": {"python": "cp39", "pins": [...]}}`; a
change is one line with `tf`, `python`, `distribution`, `version` and `outcome` ("ok" or the stage that failed;
"uninstallable" rows are passed over).
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.matrix.bounds import ABSENT, Bounds

TABLE = Path(__file__).resolve().parents[1] / "compat_matrix" / "bounds.toml"
ALIASES = {"save_load_h5": "save_load", "tensorboard_callback": "tensorboard", "tensorboard_program": "tensorboard"}
NOT_MEASURED = {"uninstallable", "noenv"}


def predict(bounds: Bounds, tensorflow: str, python: str, installed: dict[str, Version]) -> str:
    """Return "ok" or the first stage that fails in an environment that is fully known; `python` is like "cp310"."""
    interpreter = Version(f"{python[2]}.{python[3:]}")
    hits = bounds.hits(Version(tensorflow), installed, interpreter, complete=True)
    return next((bound.row.effect for bound in hits if bound.breaking), "ok")


def pins_of(environments: dict[str, Any], tensorflow: str, python: str) -> dict[str, Version] | None:
    """Return what is installed before the change, by canonical name; None where the environment is not listed."""
    pins = environments.get(f"{tensorflow}-{python}")
    whole = environments.get(tensorflow, {})
    if pins is None and whole.get("python") == python:
        pins = whole["pins"]
    if pins is None:
        return None
    return {canonicalize_name(name): Version(version) for name, version in (pin.split("==") for pin in pins)}


def judged(bounds: Bounds, environments: dict[str, Any], changes: Path) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield each measured change with the predicted and the measured outcome."""
    for line in changes.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        installed = pins_of(environments, row["tf"], row["python"])
        if row["outcome"] in NOT_MEASURED or installed is None:
            continue
        if row["version"] == ABSENT:
            installed.pop(row["distribution"], None)
        else:
            installed[row["distribution"]] = Version(row["version"])
        said = predict(bounds, row["tf"], row["python"], installed)
        yield row, said, ALIASES.get(row["outcome"], row["outcome"])


def main() -> None:
    """Print the wrong rows and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", type=Path)
    parser.add_argument("changes", type=Path, nargs="+")
    arguments = parser.parse_args()
    bounds = Bounds.decode(TABLE.read_bytes())
    environments = json.loads(arguments.environments.read_text(encoding="utf-8"))
    for changes in arguments.changes:
        total: Counter[str] = Counter()
        for row, said, measured in judged(bounds, environments, changes):
            total["rows"] += 1
            total["ok or not"] += (said == "ok") == (measured == "ok")
            total["stage"] += said == measured
            if said != measured:
                change = f"tensorflow {row['tf']} + {row['distribution']} {row['version']}"
                print(f"{change}: said {said}, measured {measured} {row.get('error', '')[:90]}")
        print(f"{changes.name}: {dict(total)}")


if __name__ == "__main__":
    main()
