import io
import json
import re
from pathlib import Path

import jsonschema
from rich.console import Console

from tfdoctor.diagnosis import Confidence, Diagnosis, Finding, Severity
from tfdoctor.facts import Accelerators, Gpu, Snapshot, System, TensorFlow, Unknown
from tfdoctor.matrix import Matrix
from tfdoctor.render import safe, summary
from tfdoctor.render.view import view
from tfdoctor.tickets.inputs.entry import Rejected
from tfdoctor.tickets.summary import Summary, Tally, found

MATRIX = Matrix.locate()
SCHEMA = json.loads((Path(summary.__file__).parent.parent / "schemas" / "summary.json").read_text())


def finding(
    name: str, code: str = "TFD302", severity: Severity = "error", confidence: Confidence = "certain"
) -> Finding:
    return Finding(
        code=code, name=name, family="cuda", severity=severity, verdict="broken", message="m", evidence=(),
        confidence=confidence,
    )  # fmt: skip


def judged(*findings: Finding) -> Diagnosis:
    return Diagnosis(findings=findings, skipped=())


def machine(release: str = "2.4.1", gpu: Gpu | None = None, os: str = "linux") -> Snapshot:
    return Snapshot(
        origin="ticket",
        system=System(os=os),
        tensorflow=TensorFlow(version=release or Unknown(reason="x"), wanted="2.6"),
        accelerators=Accelerators(gpus=(gpu,) if gpu else ()),
    )


def counted() -> Summary:
    tally = Tally()
    rows: list[tuple[str, Snapshot, tuple[Finding, ...]]] = [
        ("a", machine(gpu=Gpu(name="GeForce RTX 3090")), (finding("cudnn-missing"), finding("other", "TFD303"))),
        ("b", machine("2.10", Gpu(compute_capability="12.0")), (finding("cudnn-missing", confidence="likely"),)),
        ("c", machine("", Gpu(name="Radeon", vendor="amd")), (finding("other", "TFD303", "warning"),)),
        ("d", machine(gpu=Gpu(name="something")), ()),
        ("e", machine(), (finding("numa", "TFD902", "note"),)),
    ]
    for name, snapshot, findings in rows:
        tally.add(found(name, snapshot, Diagnosis(findings=findings, skipped=()), MATRIX))
    tally.add(found("f", Snapshot(), Diagnosis(findings=(), skipped=()), MATRIX))
    for number in range(9):
        tally.reject(Rejected(f"p{number}", "r" * 1000))
    return tally.summary(MATRIX)


def test_counts() -> None:
    total = counted()
    assert (total.entries, total.rejected, len(total.errors), len(total.errors[0].reason)) == (6, 9, 5, 400)
    assert total.status == {"error": 2, "ok": 2, "note": 1, "warning": 1}
    assert [(row.name, row.primary, row.any, row.examples) for row in total.findings] == [
        ("cudnn-missing", 2, 2, ("a", "b")),
        ("other", 1, 2, ("c", "a")),
        ("numa", 1, 1, ("e",)),
    ]
    assert [(row.release, row.entries) for row in total.releases] == [
        ("2.4", 3),
        ("2.6", 1),
        ("2.10", 1),
        ("not stated", 1),
    ]
    assert total.releases[0].primary == {"cudnn-missing": 1, "none": 1, "numa": 1}
    assert total.gpus == {"Ampere": 1, "Blackwell": 1, "NVIDIA, other": 1, "amd": 1, "none": 1, "not stated": 1}
    assert total.systems == {"linux": 5, "not stated": 1}
    assert total.confidence == {"certain": 3, "likely": 1}
    jsonschema.validate(json.loads(summary.document(total)), SCHEMA)
    assert json.loads(summary.compact(total)) == json.loads(summary.document(total))


def test_what_is_kept_does_not_grow() -> None:
    tally = Tally()
    for number in range(3000):
        row = found(f"{number}" * 90, machine(f"2.{number}", os=f"os{number}"), judged(finding("x")), MATRIX)
        tally.add(row)
    total = tally.summary(MATRIX)
    assert len(total.releases) == len(total.systems) == 501
    assert total.systems["other"] == 2500
    assert len(total.findings[0].examples) == 5
    assert all(len(example) <= 200 for example in total.findings[0].examples)


def printed(total: Summary, *, quiet: bool = False, verbose: bool = False, width: int = 80) -> str:
    stream = io.StringIO()
    summary.show(Console(file=stream, width=width), total, quiet=quiet, verbose=verbose)
    return stream.getvalue()


def test_the_text() -> None:
    text = printed(counted())
    assert " ".join(text.split()).startswith(
        "6 tickets, 2 with errors, 1 with warnings, 1 with notes only, 2 with nothing found;"
    )
    assert "TFD302 cudnn-missing      2    2  a, b" in text
    assert "not stated        1  nothing found" in text
    assert "GPU: Ampere 1, Blackwell 1" in text
    assert len(printed(counted(), quiet=True).split("\n\n")) == 1
    assert printed(Tally().summary(MATRIX)) == "0 tickets\n"


def test_a_narrow_terminal_shows_the_numbers() -> None:
    text = printed(counted(), width=40)
    assert re.search(r"^TFD302 cudnn-missing +2 +2$", text, re.MULTILINE)
    assert re.search(r"^Finding +First +Any$", text, re.MULTILINE)


def test_rare_findings_are_listed_on_request() -> None:
    tally = Tally()
    for number in range(40):
        row = finding(f"finding-{number}")
        tally.add(
            found(
                "an id that is much too long to be shown as a whole in any table",
                machine(),
                judged(row),
                MATRIX,
            )
        )
    assert "and 10 rarer ones" in printed(tally.summary(MATRIX))
    assert "+37 others" in printed(tally.summary(MATRIX))
    assert "finding-39" in printed(tally.summary(MATRIX), verbose=True)


def test_one_line() -> None:
    snapshot = machine()
    seen = view(snapshot, judged(finding("x")), MATRIX, name="a\nb\x1b[2J")
    assert summary.row(seen) == "a\\nb\\x1b[2J\terror\tTFD302 x"
    assert summary.row(view(snapshot, judged(), MATRIX)) == "-\tok\t-"


def test_nothing_drives_a_terminal() -> None:
    wild = "".join(map(chr, range(0x250))) + "\u2028\u202e\u2066\ufeff\U000e0041"
    tame = safe.safe(wild)
    assert all(char in "\t\n" or char.isprintable() or char == "\xa0" for char in tame)
    assert "\\x1b" in tame
    assert "\\u202e" in tame
    assert "\\U000e0041" in tame
    assert safe.line("a\nb\tc") == "a\\nb c"
    assert safe.harmless({"\x1b": ("\x07", 3, ["\x07"])}) == {"\\x1b": ("\\x07", 3, ["\\x07"])}


def test_json_says_the_same_and_drives_no_terminal() -> None:
    wild = "\x1b\x7f\x9b\u202e\u2028\U000e0041"
    text = safe.json_text(json.dumps([wild], ensure_ascii=False))
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == [wild]
