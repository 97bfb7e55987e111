"""Environment markers of requirements, judged for the patient and not for the Python that runs tfdoctor."""

from functools import lru_cache

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

from tfdoctor.rules._case import Case

_SYSTEMS = {
    "linux": ("linux", "Linux", "posix"),
    "macos": ("darwin", "Darwin", "posix"),
    "windows": ("win32", "Windows", "nt"),
}


@lru_cache(maxsize=4096)  # thousands of tickets ask for the lines of the same few releases
def parse(line: str) -> Requirement | None:
    """Read one Requires-Dist line; None where it is no requirement. Nobody may change what is returned."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def applies(case: Case, requirement: Requirement) -> bool:
    """Whether a requirement holds in the patient, without extras; where the patient is not known well enough, no."""
    if requirement.marker is None:
        return True
    if case.os not in _SYSTEMS:
        return False
    sys_platform, system, os_name = _SYSTEMS[case.os]
    arch = case.arch or "x86_64"
    environment = {
        "sys_platform": sys_platform,
        "platform_system": system,
        "os_name": os_name,
        "platform_machine": "AMD64" if case.os == "windows" and arch == "x86_64" else arch,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    if case.python is not None:
        environment["python_version"] = f"{case.python.major}.{case.python.minor}"
        environment["python_full_version"] = str(case.python)
    elif "python" in str(requirement.marker).replace("platform_python", ""):
        return False
    try:
        return requirement.marker.evaluate(environment)
    except UndefinedEnvironmentName:
        return False
