"""Reads the sections of tf_env_collect.sh, of the old script and of the new one."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, PACKAGES, VARIABLES, Claim
from tfdoctor.tickets.prose.lines import Line

_HEAD: Final = re.compile(r"^={2,4} (\w[\w +./-]{2,50}?) {0,3}={3,}$")
_KEYED: Final = re.compile(
    r"^(python version|os|os platform|linux distribution|linux os distribution|mac version|machine): (\S.{0,200})$"
)
_PIP: Final = re.compile(r"^([A-Za-z][\w.-]{1,60})\s{1,40}\(?(\d[\w.+!-]{0,40})\)?$")
_PATH: Final = re.compile(r"^/\S{1,200}/libcu(dart|dnn)\.so\.(\d{1,2}(?:\.\d{1,4}){1,3})$")
_TUPLE: Final = re.compile(r"^\('([A-Za-z][\w ./]{1,30})', '(\d[\w.]{0,12})'")
_READER: Final = "tf_env_collect.sh"


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what the sections say."""
    section = ""
    for line in lines:
        text = line.text.strip()
        if text.startswith("=="):
            found = _HEAD.match(text)
            if found:
                section = found[1].strip().lower()
                yield Claim("-", "", line.number, line.number, MEASURED, _READER, taken=True)
                continue
        if not section or not text:
            continue
        if line.heading or text.startswith("```"):
            section = ""
            continue
        for key, value in _said(section, text):
            yield Claim(key, value, line.number, line.number, MEASURED, _READER, taken=True)


# Sections whose other lines say nothing that is asked for.
_PASSED: Final = frozenset(
    {
        "cat /etc/issue",
        "uname -a",
        "compiler",
        "c++ compiler",
        "check for virtualenv",
        "bazel version",
        "python version",
    }
)


def _said(section: str, text: str) -> Iterator[tuple[str, str]]:
    if section == "are we in docker" and text in {"Yes", "No"}:
        yield (f"{ENVIRONMENT}container", "docker") if text == "Yes" else ("-", "")
    elif section == "check pips":
        found = _PIP.match(text)
        if found:
            yield PACKAGES + found[1].lower().replace("_", "-"), found[2]
    elif section in {"check python", "check os platform"}:
        yield from _keyed(text)
    elif section == "env":
        yield from _variable(text)
    elif section == "cuda libs" and text.startswith("/"):
        path = _PATH.match(text)
        yield (
            (f"{ENVIRONMENT}{'cuda' if path[1] == 'dart' else 'cudnn'}_versions_found", path[2]) if path else ("-", "")
        )
    elif section in _PASSED or (section == "tensorflow import" and text.startswith(("tf.", "Sanity check"))):
        yield "-", ""


def _variable(text: str) -> Iterator[tuple[str, str]]:
    name, _, value = text.partition(" ")
    if value.startswith("is unset"):
        yield "-", ""
    elif name in {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}:
        yield VARIABLES + name, value


def _keyed(text: str) -> Iterator[tuple[str, str]]:
    found = _KEYED.match(text)
    if not found:
        yield "-", ""
        return
    key, value = found[1], found[2]
    if key == "python version":
        yield f"{ENVIRONMENT}python_version", value.split()[0]
    elif key == "machine":
        yield f"{ENVIRONMENT}arch", value
    elif key.startswith("linux") and (pair := _TUPLE.match(value)):
        yield f"{ENVIRONMENT}os", f"{pair[1]} {pair[2]}"
    elif key == "mac version" and (number := re.match(r"\('(\d{2}\.[\d.]{1,8})'", value)):
        yield f"{ENVIRONMENT}os", f"macOS {number[1]}"
    else:
        yield "-", ""
