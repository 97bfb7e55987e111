"""What the patient's Python is, from the interrogator's answer."""

from collections.abc import Mapping
from typing import Any

from tfdoctor.facts import ABSENT, Absent, Interpreter


def read(answer: Mapping[str, Any]) -> Interpreter:
    """Return the facts about the interpreter from the interrogator's answer."""
    data = answer["interpreter"]
    found = [row for row in answer.get("installation", {}).get("distributions", ()) if row["name"] == "pip"]

    def given(key: str) -> Any | Absent:  # noqa: ANN401  each field has its own type
        return ABSENT if data[key] is None else data[key]

    return Interpreter(
        executable=given("executable"),
        version=data["version"],
        implementation=data["implementation"],
        bits=data["bits"],
        soabi=given("soabi"),
        machine=given("machine"),
        platform_tag=data["platform_tag"],
        environment=data["environment"],
        prefix=data["prefix"],
        base_prefix=data["base_prefix"],
        user_site=given("user_site"),
        path=tuple(data["path"]),
        pip_version=(found[0]["version"] or ABSENT) if found else ABSENT,
        externally_managed=data["externally_managed"],
    )
