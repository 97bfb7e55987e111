import io
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from rich.console import Console

from tfdoctor.diagnosis import Diagnosis, Evidence, Finding, Remedy, RemedyKind, Skipped
from tfdoctor.facts import Accelerators, Driver, Gpu, Interpreter, Snapshot, System, TensorFlow, encode
from tfdoctor.matrix import Matrix
from tfdoctor.render import github, json_v1, pages, shell, text
from tfdoctor.render.view import DiagnosisView, view
from tfdoctor.rules import FAMILIES, RULES

SCHEMAS = Path(text.__file__).parent.parent / "schemas"
SNAPSHOT = Snapshot(
    system=System(os="linux", arch="x86_64"),
    interpreter=Interpreter(executable="/opt/my env/bin/python", version="3.9.18", environment="venv"),
    tensorflow=TensorFlow(version="2.6.0", distribution="tensorflow"),
    accelerators=Accelerators(
        gpus=(Gpu(name="NVIDIA H100", compute_capability="9.0"), Gpu()), driver=Driver(version="535.104.05")
    ),
)
BROKEN = Finding(
    code="TFD441", name="protobuf-too-new", family="protobuf", severity="error", verdict="broken",
    message="protobuf 7 is too new.\nSecond line, 100 %.", confidence="likely",
    evidence=(Evidence(fact="distributions.protobuf", value="7.36.2", source="/opt/my env/lib"),),
    remedies=(
        Remedy(kind="install", text="Install an older protobuf.", requirements=("protobuf<3.20",)),
        Remedy(kind="manual", text="Ask somebody."),
    ),
)  # fmt: skip
NOTE = Finding(
    code="TFD901", name="harmless-numa-node", family="harmless", severity="note", verdict="harmless",
    message="numa_node is -1.", evidence=(Evidence(fact="log", value="numa"),),
)  # fmt: skip


def a_view(*findings: Finding, skipped: int = 0, snapshot: Snapshot = SNAPSHOT) -> DiagnosisView:
    rows = tuple(Skipped(code="TFD302", name="cudnn-missing", reason="not observed") for _ in range(skipped))
    return view(snapshot, Diagnosis(findings=findings, skipped=rows), Matrix.locate())


def printed(diagnosis: DiagnosisView, *, encoding: str = "utf-8", quiet: bool = False, verbose: bool = False) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    text.show(Console(file=stream, width=60), diagnosis, quiet=quiet, verbose=verbose)
    stream.seek(0)
    return stream.read()


def test_json_follows_its_schema() -> None:
    schema = json.loads((SCHEMAS / "diagnosis.json").read_text())
    document = json.loads(json_v1.document(a_view(BROKEN, NOTE, skipped=1)))
    jsonschema.validate(document, schema)
    assert document["primary"] == "protobuf-too-new"
    assert document["status"] == "error"
    assert document["findings"][0]["remedies"][0]["commands"] == [
        "'/opt/my env/bin/python' -m pip install 'protobuf<3.20'"
    ]
    assert document["subject"]["gpus"][0] == {"name": "NVIDIA H100", "compute_capability": "9.0"}
    assert json.loads(json_v1.line(a_view()))["primary"] is None
    assert "\n" not in json_v1.line(a_view(BROKEN))


def test_a_snapshot_follows_its_schema() -> None:
    schema = json.loads((SCHEMAS / "snapshot.json").read_text())
    jsonschema.validate(json.loads(encode(SNAPSHOT)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "Snapshot", "system": 5}, schema)


def test_text_names_the_root_cause_its_evidence_and_the_command() -> None:
    report = printed(a_view(BROKEN, NOTE, skipped=2), verbose=True)
    assert "[✗] TFD441 protobuf-too-new (likely)" in report
    assert "fix this first" in report
    assert "distributions.protobuf = 7.36.2" in report
    assert "$ '/opt/my env/bin/python' -m pip install" in report
    assert "1 error, 1 note; 2 rules could not decide" in report.replace("\n", " ")
    assert "TFD302 cudnn-missing: not observed" in report
    assert "and 1 more GPU" in report.replace("\n", " ")
    assert all(len(line) <= 60 for line in report.splitlines())


def test_text_survives_an_ascii_terminal_and_can_be_quiet() -> None:
    report = printed(a_view(BROKEN), encoding="ascii", quiet=True)
    assert report.splitlines() == ["[x] TFD441 protobuf-too-new (likely)  <- fix this first", "[x] 1 error"]


def test_text_of_a_healthy_machine_and_of_a_bare_ticket() -> None:
    assert "[✓] nothing wrong was found" in printed(a_view())
    ticket = Snapshot(origin="ticket", id="42")
    assert printed(a_view(snapshot=ticket)).startswith("ticket 42\n")
    assert printed(a_view(snapshot=Snapshot(origin="ticket"), skipped=1)).startswith("nothing is stated\n")
    assert "no TensorFlow found" in printed(a_view(snapshot=Snapshot()))


def test_github_annotations_are_one_escaped_line_a_finding() -> None:
    lines = github.annotations(a_view(BROKEN, NOTE)).splitlines()
    assert lines[0].startswith("::error title=TFD441 protobuf-too-new::protobuf 7 is too new.%0ASecond line, 100 %25.")
    assert lines[1] == "::notice title=TFD901 harmless-numa-node::numa_node is -1."
    assert github.annotations(a_view()) == ""
    ticket = Snapshot(origin="ticket", id="a,b: 1")
    assert github.annotations(a_view(NOTE, snapshot=ticket)).startswith(
        "::notice title=TFD901 harmless-numa-node (ticket a%2Cb%3A 1)::"
    )


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        (Remedy(kind="install", text="", requirements=("a<2", "b")), ("python -m pip install 'a<2' b",)),
        (
            Remedy(kind="reinstall", text="", requirements=("a==1",)),
            ("python -m pip install --force-reinstall --no-deps a==1",),
        ),
        (Remedy(kind="uninstall", text="", distributions=("a", "b")), ("python -m pip uninstall -y a b",)),
        (Remedy(kind="create-environment", text="", python="3.9"), ("python3.9 -m venv tf-env",)),
        (
            Remedy(kind="create-environment", text="", python="3.9", requirements=("tensorflow==2.6.5",)),
            ("python3.9 -m venv tf-env", "tf-env/bin/python -m pip install tensorflow==2.6.5"),
        ),
        (Remedy(kind="set-variable", text="", variable="A", value="b c"), ("export A='b c'",)),
        (Remedy(kind="unset-variable", text="", variable="A"), ("unset A",)),
        (Remedy(kind="delete", text="", paths=("/a b",)), ("rm -r '/a b'",)),
        (Remedy(kind="manual", text="by hand"), ()),
    ],
)
def test_remedies_become_commands(remedy: Remedy, expected: tuple[str, ...]) -> None:
    assert shell.commands(remedy) == expected


def test_an_environment_without_pip_gets_it_first() -> None:
    remedy = Remedy(kind="install", text="", requirements=("a",))
    assert shell.commands(remedy, "/e/bin/python", pip=False) == (
        "/e/bin/python -m ensurepip",
        "/e/bin/python -m pip install a",
    )
    assert shell.commands(Remedy(kind="unset-variable", text="", variable="A"), pip=False) == ("unset A",)


def test_every_kind_of_remedy_is_rendered() -> None:
    kinds = msgspec.json.schema(Remedy)["$defs"]["Remedy"]["properties"]["kind"]["enum"]
    assert set(kinds) == set(RemedyKind.__args__)  # type: ignore[attr-defined]  # a Literal has them


def test_pages_hold_every_rule() -> None:
    book = pages.book(RULES)
    for rule in RULES:
        assert f"### {rule.code} {rule.name}" in book
        assert rule.title in pages.index(RULES)
        assert pages.page(rule).startswith(f"# {rule.code} {rule.name}\n")
    assert all(f"## {family.title}" in book for family in FAMILIES)
