"""The shape of the code: who may import whom, who may touch the world, and what every rule must have."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tfdoctor.rules import RULES, Rule

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tfdoctor"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "foreign" not in path.parts)

# A layer may import from itself and from those before it. Probes stand apart: they see facts only.
LAYERS = [
    "errors", "facts", "versions", "answers", "diagnosis", "matrix", "logs", "rules", "diagnose", "plan", "model",
    "drift", "tickets", "render", "api", "cli",
]  # fmt: skip
PROBES_MAY = {"errors", "facts", "versions", "answers", "probes", ""}
# So does what carries out a plan: it sees plans only, and only the command line calls it.
APPLY_MAY = {"errors", "facts", "versions", "plan", "apply", ""}
ENDS = {"probes", "apply"}


def layer(name: str) -> str:
    """The part of tfdoctor that a module belongs to: "rules" of "tfdoctor.rules.cuda"."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def imported(path: Path) -> Iterator[str]:
    """The tfdoctor modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "tfdoctor":
                yield from (f"tfdoctor.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imported(path):
        if not name.startswith("tfdoctor."):
            continue
        other = layer(name)
        if other == "__version__" or own in {"__main__", "__init__"}:
            continue
        if own == "probes":
            assert other in PROBES_MAY, f"{path.name} imports {name}"
        elif other in ENDS:
            assert own in {other, "cli"} or (own, other) == ("api", "probes"), f"{path.name} imports {name}"
        elif own == "apply":
            assert other in APPLY_MAY, f"{path.name} imports {name}"
        else:
            assert LAYERS.index(other) <= LAYERS.index(own), f"{path.name} imports {name}"


WORLD = {"subprocess", "socket", "requests", "urllib", "http"}


def names(tree: ast.Module) -> Iterator[str]:
    """Modules that are imported, built-in functions that are called, and attributes of `os`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            yield f"os.{node.attr}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_ends_touch_the_world(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    used = set(names(ast.parse(path.read_text())))
    if own not in {*ENDS, "cli"}:
        assert not used & (WORLD | {"open()", "os.environ", "os.getenv", "os.system"})
    if own not in {"render", "cli"}:
        assert not used & {"print()", "rich"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_is_whole(rule: Rule) -> None:
    for heading in ("## What it checks", "## Why it matters", "## How to fix it"):
        assert heading in rule.page
    assert rule.title.endswith(".")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_named_in_a_test(rule: Rule) -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    function = rule.name.replace("-", "_")
    assert rule.code in tests or rule.name in tests or function in tests


@pytest.mark.parametrize("script", ["render_docs.py", "render_schemas.py"])
def test_generated_files_are_fresh(script: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / script, "--check"], check=False)
    assert done.returncode == 0, f"run scripts/{script}"
