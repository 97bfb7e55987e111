"""Write the JSON Schemas that ship with the package; with --check, only say whether they are up to date."""

import json
import sys
from pathlib import Path

import msgspec

from tfdoctor.facts import Snapshot
from tfdoctor.render.compare.view import ComparisonView
from tfdoctor.render.drift.view import DriftView
from tfdoctor.render.dump import WrittenView
from tfdoctor.render.fingerprint.view import FingerprintView
from tfdoctor.render.model.view import ModelView
from tfdoctor.render.plan.applied import AppliedView
from tfdoctor.render.plan.view import PlanView
from tfdoctor.render.rejected import RejectedView
from tfdoctor.render.view import DiagnosisView
from tfdoctor.tickets.dump import Manifest
from tfdoctor.tickets.summary import Summary

TARGET = Path(__file__).parent.parent / "tfdoctor" / "schemas"
SCHEMAS = {
    "snapshot.json": Snapshot,
    "diagnosis.json": DiagnosisView,
    "comparison.json": ComparisonView,
    "dump.json": WrittenView,
    "manifest.json": Manifest,
    "plan.json": PlanView,
    "applied.json": AppliedView,
    "model.json": ModelView,
    "drift.json": DriftView,
    "fingerprint.json": FingerprintView,
    "rejected.json": RejectedView,
    "summary.json": Summary,
}


def schema(kind: type) -> str:
    """Return the schema of a Struct as indented JSON."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | msgspec.json.schema(kind), indent=1) + "\n"


def main() -> int:
    """Write the files, or compare them: exit code 1 where one is stale."""
    stale = 0
    for name, kind in SCHEMAS.items():
        text = schema(kind)
        if "--check" in sys.argv:
            stale |= not (TARGET / name).is_file() or (TARGET / name).read_text() != text
        else:
            (TARGET / name).write_text(text)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
