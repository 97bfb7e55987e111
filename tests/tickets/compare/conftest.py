"""Makes the sides of pairs.toml."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor import facts
from tfdoctor.tickets import form, ticket

MACHINES = Path(__file__).parents[2] / "machines"


@pytest.fixture
def snapshot() -> Callable[[dict[str, Any]], facts.Snapshot]:
    """Makes a Snapshot of a table."""
    return _snapshot


def _snapshot(side: dict[str, Any]) -> facts.Snapshot:
    """Return what one side of a pair describes."""
    if "ticket" in side:
        return ticket.snapshot(form.from_object({"environment": side["ticket"], "log": side.get("log")}))
    text = (MACHINES / side["machine"] / "snapshot.json").read_text()
    for old, new in [side["moved"]] if "moved" in side else []:
        text = text.replace(old, new)
    data = json.loads(text)
    listed = data["installation"]["distributions"]
    for name, version in side.get("distributions", {}).items():
        own = [row for row in listed if row["name"] == name] or [{**listed[0], "name": name, "requires": []}]
        listed = [row for row in listed if row["name"] != name]
        listed += [{**row, "version": version} for row in own if version]
    for name, folder in side.get("elsewhere", {}).items():
        listed = [{**row, "location": folder} if row["name"] == name else row for row in listed]
    for name, count in side.get("damaged", {}).items():
        gone = {"missing_count": count, "missing_files": [f"{name}/core.py"]}
        listed = [{**row, **gone} if row["name"] == name else row for row in listed]
    data["installation"]["distributions"] = listed
    variables = {row["name"]: row["value"] for row in data.get("environ", [])} | side.get("variables", {})
    data["environ"] = [{"type": "Variable", "name": key, "value": value} for key, value in variables.items()]
    for path, value in side.get("facts", {}).items():
        *parents, last = path.split(".")
        part = data
        for parent in parents:
            part = part[parent]
        part[last] = value
    return facts.decode(json.dumps(data).encode())
