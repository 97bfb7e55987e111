"""Redaction never changes a diagnosis: golden machines, and tickets and logs of every kind."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket
from tfdoctor.tickets.redact import Identity, Redactor

MATRIX = Matrix.locate()
MACHINES = sorted((Path(__file__).parents[2] / "machines").glob("*/snapshot.json"))
ME = Identity(users=("bob", "user", "root"), hosts=("gpu-box", "gpu-box.acme.example"), homes=("/home/bob", "/root"))


COMMON = ("tensorflow", "lib", "python", "test", "cuda", "conda", "user", "usr", "local", "site-packages", "me", "root")


def findings(snapshot: facts.Snapshot) -> list[tuple[str, ...]]:
    found = diagnose(snapshot, MATRIX).findings
    return [(item.code, item.severity, item.verdict, item.confidence) for item in found]


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.parent.name)
def test_of_a_machine(path: Path) -> None:
    snapshot = facts.decode(path.read_bytes())
    redactor = Redactor(ME)
    done = redactor.snapshot(snapshot)
    assert findings(done) == findings(snapshot)
    assert redactor.record
    assert Redactor().snapshot(done) == done
    assert facts.decode(Redactor(ME).json(path.read_bytes())) == done


@pytest.mark.parametrize("user", COMMON)
@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.parent.name)
def test_of_a_machine_whose_user_has_a_common_name(path: Path, user: str) -> None:
    text = path.read_text().replace("/home/user", f"/home/{user}")
    snapshot = facts.decode(text.encode())
    identity = Identity(users=(user,), hosts=(user,), homes=(f"/home/{user}",))
    assert findings(Redactor(identity).snapshot(snapshot)) == findings(snapshot)


# One for each place where a rule reads a path, a version of four numbers or a name; "%" stands for the user.
LOGS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "logs.json").read_text())
USERS = ("bob", "root", "tensorflow", "Jane Doe", "o'neil", "j.smith-2", "user", "\u00fcnal", "lib", "a", "x" * 40)


def snapshot_of(name: str, user: str) -> facts.Snapshot:
    log = "\n".join(LOGS[name]["log"]).replace("%", user)
    return ticket.snapshot(form.from_object({"environment": LOGS[name]["environment"], "log": log}))


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", LOGS)
def test_of_a_log(name: str, user: str) -> None:
    snapshot = snapshot_of(name, user)
    done = Redactor(Identity(users=(user,), homes=(f"/home/{user}",))).snapshot(snapshot)
    assert findings(done) == findings(snapshot)
    assert Redactor().snapshot(done) == done


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    "title",
    [
        "Adam gives other results on node7.example.org",
        "clipnorm has no effect for % in /home/%/train.py",
        "LSTM with dropout is slow, mail %@example.org",
    ],
)
def test_of_a_title(title: str, user: str) -> None:
    stated = {"title": title.replace("%", user), "from_version": "1.15", "to_version": "2.16"}
    snapshot = ticket.snapshot(form.from_object(stated))
    done = Redactor(Identity(users=(user,), homes=(f"/home/{user}",))).snapshot(snapshot)
    assert findings(snapshot)
    assert findings(done) == findings(snapshot)


def test_the_logs_have_findings() -> None:
    assert [name for name in LOGS if not findings(snapshot_of(name, "bob"))] == []


FOLDERS = (
    st.text("abcdefghijklmnopqrstuvwxyzABC0123456789_-. \u00e9", min_size=1, max_size=30).map(str.strip).filter(bool)
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(LOGS)), user=FOLDERS, folders=st.lists(FOLDERS, max_size=4))
def test_of_any_user_and_folders(name: str, user: str, folders: list[str]) -> None:
    between = "\\" if "\\" in "".join(LOGS[name]["log"]) else "/"
    snapshot = snapshot_of(name, between.join((user, *folders)))
    assert findings(Redactor().snapshot(snapshot)) == findings(snapshot)


@pytest.mark.parametrize("length", range(225, 262))
def test_of_missing_files_at_the_limit_of_windows(length: int) -> None:
    location = "C:\\Users\\bo\\projects\\" + "acme" * 8 + "\\Lib\\site-packages"
    file = "tensorflow\\include\\".ljust(length - len(location) - 3, "x") + ".h"
    item = facts.Distribution(
        name="tensorflow", version="2.10.0", location=location, missing_files=(file,), missing_count=1, altered_count=0
    )
    snapshot = facts.Snapshot(
        system=facts.System(os="windows", arch="x86_64", long_paths=False),
        installation=facts.Installation(distributions=(item,)),
        tensorflow=facts.TensorFlow(version="2.10.0", distribution="tensorflow"),
    )
    done = Redactor().snapshot(snapshot)
    assert findings(done) == findings(snapshot)
    assert "acme" not in facts.encode(done).decode()
    assert msgspec.json.decode(facts.encode(done))
