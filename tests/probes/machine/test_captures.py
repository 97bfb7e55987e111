import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts import Cpu, known
from tfdoctor.probes.container import own_groups, parse_cgroup_kind, parse_hypervisor, parse_wsl
from tfdoctor.probes.cpu import parse_cpuinfo, parse_sysctl
from tfdoctor.probes.gpu import parse_driver_version
from tfdoctor.probes.registry import parse_value
from tfdoctor.probes.system import parse_os_release
from tfdoctor.probes.toolkits import parse_tool_version

CAPTURES = Path(__file__).parents[2] / "captures"


def cpu_as_told(cpu: Cpu, expected: dict[str, Any]) -> dict[str, Any]:
    flags = set(known(cpu.flags) or ())
    return {
        "model": known(cpu.model),
        "vendor": known(cpu.vendor),
        "count": known(cpu.count),
        "has": [flag for flag in expected["has"] if flag in flags],
        "lacks": [flag for flag in expected["lacks"] if flag not in flags],
    }


READERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "cpuinfo": lambda text, expected: cpu_as_told(parse_cpuinfo(text), expected),
    "sysctl": lambda text, expected: cpu_as_told(parse_sysctl(text), expected),
    "cgroup": lambda text, expected: {
        "kind": parse_cgroup_kind(text),
        "groups": {name: path for name, path in own_groups(text).items() if name in expected["groups"]},
    },
    "proc_version": lambda text, _: {"wsl": parse_wsl(text)},
    "nvidia_version": lambda text, _: {"version": parse_driver_version(text)},
    "reg": lambda text, expected: {name: parse_value(text, name) for name in expected},
    "tools": lambda text, _: {"version": parse_tool_version(text)},
    "os_release": lambda text, expected: {name: parse_os_release(text).get(name) for name in expected},
    "dmi": lambda text, _: {"kind": parse_hypervisor(text)},
}
FILES = sorted(CAPTURES.glob("*/*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_capture_is_read_as_it_should_be(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    with path.open(newline="") as file:
        assert READERS[path.parent.name](file.read(), expected) == expected


def test_every_reader_has_captures() -> None:
    assert {path.parent.name for path in FILES} == set(READERS)
