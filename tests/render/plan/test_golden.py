"""Every form of every kind of plan, as files to be read; `--update-golden` rewrites them."""

import io
import json
import re
import sys
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from msgspec.structs import replace
from rich.console import Console

from tfdoctor import __version__
from tfdoctor.errors import NoPlanError, UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Answer, Plan, Target
from tfdoctor.render.plan import Form, render, text

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.plan.plans import GOLDEN, NONE, PLANS

MATRIX = Matrix.locate()
ENDINGS: dict[Form, str] = {
    "json": "json", "requirements": "txt", "conda": "yml", "sh": "sh", "powershell": "ps1",
    "dockerfile": "Dockerfile",
}  # fmt: skip
SCHEMA = Path(text.__file__).parent.parent.parent / "schemas" / "plan.json"
IMPOSSIBLE = {(name, form) for name in PLANS for form in ("sh", "dockerfile") if name.startswith("windows")}


def stable(document: str) -> str:
    """A document without what changes at every release and harvest."""
    document = document.replace(MATRIX.digest, "<digest>").replace(f"tfdoctor {__version__}", "tfdoctor <version>")
    document = re.sub(rf'("tool_version": "){re.escape(__version__)}', r"\1<version>", document)
    document = document.replace(f"matrix {MATRIX.version}", "matrix <date>")
    return document.replace(f'"version": "{MATRIX.version}"', '"version": "<date>"')


def printed(answer: Answer, width: int, **options: bool) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii" if options.pop("ascii", False) else "utf-8")
    text.show(Console(file=stream, width=width, highlight=False, markup=False, emoji=False), answer, **options)  # type: ignore[arg-type]  # flags
    stream.seek(0)
    return "".join(f"{line.rstrip()}\n" for line in stream.read().splitlines())


def compare(name: str, document: str, config: pytest.Config) -> None:
    path = GOLDEN / name
    if config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(document)
    assert document == path.read_text()


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_becomes_its_file(name: str, form: Form, pytestconfig: pytest.Config) -> None:
    if (name, form) in IMPOSSIBLE:
        with pytest.raises(UsageError, match=r"[Ww]indows"):
            render(PLANS[name], form, MATRIX)
        return
    document = render(PLANS[name], form, MATRIX)
    assert document.endswith("\n")
    compare(f"{name}.{ENDINGS[form]}", stable(document), pytestconfig)


@pytest.mark.parametrize("name", [*PLANS, "none"])
def test_a_plan_is_printed(name: str, pytestconfig: pytest.Config) -> None:
    compare(f"{name}.report", printed((PLANS | {"none": NONE})[name], 80), pytestconfig)


@pytest.mark.parametrize("width", [40, 60, 200])
@pytest.mark.parametrize("name", [*PLANS, "none"])
def test_the_text_fits_the_terminal_and_commands_can_be_copied(name: str, width: int) -> None:
    plan = (PLANS | {"none": NONE})[name]
    lines = printed(plan, width).splitlines()
    command = re.compile(r" +(\$|PS>) ")
    assert all(len(line) <= width for line in lines if not command.match(line))
    assert not any("…" in line for line in lines)  # nothing is cut
    assert [line for line in lines if command.match(line)] == [
        line for line in printed(plan, 100).splitlines() if command.match(line)
    ]


def test_json_of_no_plan(pytestconfig: pytest.Config) -> None:
    compare("none.json", stable(render(NONE, "json", MATRIX)), pytestconfig)


@pytest.mark.parametrize("name", [*PLANS, "none"])
def test_json_follows_its_schema(name: str) -> None:
    document = json.loads(render((PLANS | {"none": NONE})[name], "json", MATRIX))
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert (document["chosen"] is None) == (document["reason"] is not None) == (name == "none")
    plans = [document, *document["alternatives"]]
    assert len(plans) == (4 if name == "none" else 1)
    for plan in plans[name == "none" :]:
        assert plan["requirements"]
        for step in plan["steps"]:  # conda brings Python with the environment
            assert (
                step["commands"] or step["kind"] == "manual" or (name, step["kind"]) == ("windows-conda", "get-python")
            )


@pytest.mark.parametrize("form", [form for form in get_args(Form) if form != "json"])
def test_only_json_can_say_that_there_is_no_plan(form: Form) -> None:
    with pytest.raises(NoPlanError, match="no plan: driver 470") as caught:
        render(NONE, form, MATRIX)
    assert caught.value.exit_code == 3


def test_no_file_names_a_host_or_the_machine() -> None:
    here = [str(Path.home()), str(Path(__file__).parents[3])]
    for path in GOLDEN.iterdir():
        document = path.read_text()
        assert "://" not in document, path.name
        assert not any(f"{folder}/" in document for folder in here), path.name


def test_the_text_in_ascii_quiet_and_verbose() -> None:
    plain = printed(PLANS["cpu"], 80, ascii=True, quiet=True)
    assert plain.startswith("[+] tensorflow 2.6.5 on CPython 3.9, linux-x86_64, CPU\n  $ '/opt/my pythons")
    assert "asked for" not in plain
    assert printed(NONE, 80, ascii=True, quiet=True).startswith("[x] no plan: driver 470.57.02")
    assert "and 2 more (--verbose" in printed(PLANS["cpu"], 80)
    assert "tensorflow 2.6.0 on CPython 3.9: 2.6.5 is newer" in printed(PLANS["cpu"], 80, verbose=True)


def test_the_users_own_file_is_not_what_the_shell_empties() -> None:
    stream = io.StringIO()
    own = "tf-2.6.5-requirements.txt"
    text.show(Console(file=stream, width=200), PLANS["cpu"], options=("-r", own))
    assert f"-r {own} --format requirements > new-{own}\n" in stream.getvalue()
    assert f"pip install --no-deps -r new-{own}\n" in stream.getvalue()


def test_an_alternative_is_asked_for_by_what_is_left_of_the_wishes() -> None:
    def commands(wanted: Target, offered: Plan, *options: str) -> list[str | None]:
        plans = json.loads(
            render(replace(NONE, target=wanted, alternatives=(offered,)), "json", MATRIX, options=options)
        )
        return [plan["command"] for plan in plans["alternatives"]]

    asked = Target(requirements=("numpy==1.0", "pandas<2,>1", "tensorflow==2.10.*"), extras=("scipy",))
    left = replace(PLANS["cpu"], target=replace(asked, requirements=asked.requirements[1:]))
    plain = "tfdoctor plan --target 2.6.5 --python 3.9 --cpu"
    assert commands(asked, left, "--machine", "ubuntu 22.04", "-r", "a.txt", "--online") == [
        f"{plain} --with 'scipy,pandas<2,>1' --machine 'ubuntu 22.04' --online"
    ]
    whole = replace(left, target=replace(asked, requirements=asked.requirements[:2]))
    same = replace(asked, requirements=asked.requirements[:2])
    assert commands(same, whole, "-r", "a.txt", "-r", "b.txt") == [f"{plain} --with scipy -r a.txt -r b.txt"]
    beside = replace(asked, unjudged=("./mine.whl",))
    kept = replace(left, target=replace(beside, requirements=()))
    assert commands(beside, kept, "-r", "a.txt") == [None]
    stream = io.StringIO()
    text.show(Console(file=stream, width=200), replace(NONE, target=beside, alternatives=(kept,)), options=("-r", "a"))
    assert "first: take what has to give way out of the requirements file\n" in stream.getvalue()
    new = replace(PLANS["cpu"], target=Target(tensorflow="2.6"))
    assert commands(Target(repair=True), new, "--python", "/my/env") == [plain]


def test_commands_repeat_the_options_that_no_plan_holds() -> None:
    options = ("--machine", "RTX 3090, driver 470.57")
    again = "tfdoctor plan --target 2.6.5 --python 3.9 --cpu --machine 'RTX 3090, driver 470.57'"
    stream = io.StringIO()
    text.show(Console(file=stream, width=200), PLANS["cpu"], options=options)
    assert f"$ {again} --format requirements > tf-2.6.5-requirements.txt\n" in stream.getvalue()
    text.show(Console(file=stream, width=200), NONE, options=options)
    assert f"$ {again}\n" in stream.getvalue()
    document = json.loads(render(NONE, "json", MATRIX, options=options))
    assert document["alternatives"][0]["command"] == again
