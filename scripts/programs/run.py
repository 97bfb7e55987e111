"""Run the programs in real releases.

    python -m programs.run PROGRAMS ENVIRONMENTS ANSWERS [RELEASE...] [-- NAME...]

PROGRAMS is what `fetch` filled, ENVIRONMENTS holds one environment for each release. Without releases each program runs
in the two of its `pair`. ANSWERS gets one JSON line for each run; what is there already is not run again.
SECONDS, AT_ONCE and SEED are taken from the variables.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from programs.fetch import Row, programs

HERE: Final = Path(__file__).parent
SECONDS: Final = int(os.environ.get("SECONDS", "60"))  # of processor time
WALL: Final = 14400  # a busy machine gives no processor time; such a run tells nothing
AT_ONCE: Final = int(os.environ.get("AT_ONCE", "2"))
SEED: Final = int(os.environ.get("SEED", "7"))


def environment(root: Path) -> dict[str, str]:
    """The variables of a run: no GPU, one thread, the program's own modules."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "PYTHON"))}
    threads = {f"TF_NUM_{kind}_THREADS": "1" for kind in ("INTEROP", "INTRAOP")}
    return kept | threads | {
        "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root),
        "PROGRAM_ROOT": str(root), "TF_KERAS": "1", "PYTHONHASHSEED": "0",
    }  # fmt: skip


def run(row: Row, root: Path, python: Path, names: Path | None = None, seconds: int = SECONDS) -> dict[str, Any]:
    """Run one program and return what happened."""
    program = f"unittest:{row['module']}" if "module" in row else str(root / row["file"])
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        words = [str(python), str(HERE / "shim.py"), program, str(answer), str(seconds)]
        words += [str(names)] if names else []
        try:
            done = subprocess.run(
                words,
                cwd=folder,
                env=environment(root) | {"TMPDIR": folder},
                capture_output=True,
                timeout=WALL,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"status": "late"}
        if answer.exists():
            told: dict[str, Any] = json.loads(answer.read_text())
            return told
        return {"status": "crashed", "code": done.returncode, "last": done.stderr.decode(errors="replace")[-600:]}


def environments(folder: Path) -> dict[str, Path]:
    """The interpreters by the minor of their TensorFlow."""
    found = {}
    for one in folder.iterdir():
        found[".".join(one.name.split(".")[:2])] = one / "bin" / "python"
    return found


def main() -> int:
    """Run what has not run yet."""
    words = sys.argv[4:]
    cut = words.index("--") if "--" in words else len(words)
    folder, pythons, answers = Path(sys.argv[1]), environments(Path(sys.argv[2])), Path(sys.argv[3])
    done = set()
    if answers.exists():
        told = [json.loads(line) for line in answers.read_text().splitlines()]
        done = {(one["program"], one["release"]) for one in told if one.get("seed", 7) == SEED}
    tasks = [
        (row, release)
        for row in programs(words[cut + 1 :])
        for release in (words[:cut] or row["pair"])
        if (row["name"], release) not in done
    ]

    def one(task: tuple[Row, str]) -> dict[str, Any]:
        row, release = task
        found = run(row, folder / row["name"], pythons[release])
        return {"program": row["name"], "release": release, "seed": SEED, **found}

    with ThreadPoolExecutor(AT_ONCE) as pool, answers.open("a") as file:
        for found in pool.map(one, tasks):
            file.write(json.dumps(found) + "\n")
            file.flush()
            print(found["program"], found["release"], found["status"], found.get("error", ""), found.get("where", ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
