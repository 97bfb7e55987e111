"""Write docs/stacks.md from stacks.toml and its evidence; with --check, only say whether it is up to date."""

import json
import sys
from pathlib import Path
from typing import Any

from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.stacks import Report, Stack
from tfdoctor.versions import within

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "stacks.md"
EVIDENCE = ROOT / "compat_matrix" / "evidence" / "stacks.jsonl"

HEAD = """# GPU without root: CUDA stacks

Made by `scripts/render_stacks.py` from `compat_matrix/stacks.toml` and `compat_matrix/evidence/stacks.jsonl`.

A row of pip is *opened* for a release when that release's own loader (`libtensorflow_framework`) opened every CUDA
file that it needs from the folder that the row names, cuDNN opened all its parts, and ptxas and libdevice were there
(`scripts/verify_stacks.py`). That was done with a real driver library and **without a GPU**: nothing was computed on
one. Rows of conda and of the system are documented, not run.

`$SITE` is the environment's site-packages. Of the exports those of LD_LIBRARY_PATH are necessary where the table says
so; the other folders serve what is opened later: the profiler (CUPTI), several GPUs (NCCL), cuDNN's run-time compiler
(NVRTC), ptxas.

"""


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def summary(stack: Stack, matrix: Matrix, lines: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the cells of one row of pip."""
    runs = [line for line in lines if line["stack"] == stack.name and line.get("wrong") == []]
    imported = [run["tensorflow"] for run in runs if run["imported"]]
    every = [version for version in matrix.releases.versions("tensorflow") if within(version, stack.tensorflow)]
    return (
        f"[{stack.name}](#{anchor(stack.name)})",
        stack.tensorflow.replace("|", "\\|"),
        stack.kind,
        stack.cuda,
        stack.cudnn,
        matrix.drivers.least(stack.cuda) or "?",
        " to ".join(stack.capabilities or ("?",)),
        "LD_LIBRARY_PATH" if stack.search else "none",
        f"{len(stack.proven)} of {len(every)}",
        ", ".join(imported) or "none",
        f"{stack.megabytes / 1000:.1f} GB" if stack.megabytes else "?",
    )


def anchor(name: str) -> str:
    """Return the anchor of a heading."""
    return name.lower().replace(".", "")


def details(stack: Stack) -> str:
    """Return the section of one row of pip."""
    commands = [f"ln -s {target} $SITE/{place}" for place, target in stack.links]
    for item in stack.environment("$SITE", "$PREFIX"):
        tail = f"${{{item.name}:+:${item.name}}}" if item.before else ""
        commands.append(f"export {item.name}={item.value}{tail}")
    text = f"### {stack.name}\n\nTensorFlow `{stack.tensorflow}`. {stack.note}\n\n".replace(". \n", ".\n")
    text += "```\n" + "\n".join((*stack.requirements, "", *commands)) + "\n```\n\n"
    if stack.wsl:
        text += f"On WSL 2 search `{':'.join(stack.wsl)}` too. "
    return text + f"Source: {stack.source}.\n"


def other(stack: Stack, matrix: Matrix) -> tuple[str, ...]:
    """Return the cells of a row of conda or of the system."""
    specs = " ".join(f"-c {channel}" for channel in stack.channels) + " " + " ".join(stack.conda)
    return (
        stack.os,
        stack.tensorflow.replace("|", "\\|"),
        f"`conda install {specs.strip()}`" if stack.conda else "CUDA toolkit and cuDNN of NVIDIA",
        stack.cuda,
        stack.cudnn,
        matrix.drivers.least(stack.cuda, stack.os) or "?",
        stack.source,
    )


def reported(row: Report) -> tuple[str, ...]:
    """Return the cells of a report."""
    capability = f"{row.capability} and later" if row.capability else "all"
    return row.tensorflow, row.cudnn or "all", capability, row.message, row.source


def page(matrix: Matrix, lines: list[dict[str, Any]]) -> str:
    """Return the whole page."""
    pip = [stack for stack in matrix.stacks.rows if stack.with_pip]
    rest = [stack for stack in matrix.stacks.rows if not stack.with_pip]
    runs = [line for line in lines if "wrong" in line]
    good = sum(not run["wrong"] for run in runs)
    newest = max((Version(run["tensorflow"]) for run in runs), default=Version("0"))
    head = ("row", "TensorFlow", "kind", "CUDA", "cuDNN", "driver", "compute capability", "variable", "opened")
    return (
        HEAD
        + f"{len(runs)} runs, {good} right, TensorFlow up to {newest}.\n\n## pip\n\n"
        + table((*head, "imported", "size"), [summary(stack, matrix, lines) for stack in pip])
        + "\ndriver: the least that serves this CUDA. Code that the driver compiles itself (PTX, on GPUs newer than the"
        + "\ncompiled architectures) needs one that knows the toolkit which made it.\n\n"
        + "\n".join(details(stack) for stack in pip)
        + "\n## What others saw on GPUs\n\n"
        + table(
            ("TensorFlow", "cuDNN", "compute capability", "what", "source"), [reported(r) for r in matrix.stacks.known]
        )
        + "\n## conda and system\n\n"
        + table(("system", "TensorFlow", "what", "CUDA", "cuDNN", "driver", "source"), [other(s, matrix) for s in rest])
    )


def main() -> int:
    """Write the file, or compare it: exit code 1 where it is stale."""
    lines = [json.loads(line) for line in EVIDENCE.read_text(encoding="utf-8").splitlines()]
    text = page(Matrix.locate(), lines)
    if "--check" in sys.argv:
        return 0 if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(lines)} lines of evidence")
    return 0


if __name__ == "__main__":
    sys.exit(main())
