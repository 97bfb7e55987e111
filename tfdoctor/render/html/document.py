"""The page of one diagnosis: the verdict, the findings, the stack, the facts, and what could not be decided."""

import hashlib
from collections import Counter
from typing import Final

from tfdoctor.facts import Snapshot
from tfdoctor.matrix import Matrix
from tfdoctor.render.html.drawing import WORDS, between, drawing
from tfdoctor.render.html.element import Child, Markup, element, join, link
from tfdoctor.render.html.facts import facts
from tfdoctor.render.html.findings import badge, evidence_table, findings
from tfdoctor.render.html.page import Section, layout, made_by, page, table
from tfdoctor.render.html.stack import Joint, Stack, stack
from tfdoctor.render.html.style import scoped_style
from tfdoctor.render.view import DiagnosisView, SubjectView

_VERDICTS: Final = {"error": "Broken", "warning": "Works in part", "note": "Nothing to fix", "ok": "No fault found"}
_SKIPPED = 400
_HEADLINE = 150


def document(view: DiagnosisView, snapshot: Snapshot, matrix: Matrix) -> str:
    """Return one self-contained page.

    Args:
        view: the diagnosis.
        snapshot: the facts that it was made of.
        matrix: the matrix that judged; the drawing asks it what the build needs.
    """
    subject = view.subject.tensorflow and f"TensorFlow {view.subject.tensorflow}"
    name = " · ".join(part for part in ("tfdoctor", view.id, subject, verdict(view)) if part)
    return page(name, _body(view, snapshot, matrix, prefix="", level=1))


def fragment(view: DiagnosisView, snapshot: Snapshot, matrix: Matrix) -> str:
    """Return the same as a part of another page, as a notebook shows it: own style, own ids, nothing leaks out."""
    content = _body(view, snapshot, matrix, prefix="", level=3)
    prefix = f"tfd-{hashlib.sha256(content.encode()).hexdigest()[:8]}-"
    content = _body(view, snapshot, matrix, prefix=prefix, level=3)
    return join(
        [
            element("style", Markup(scoped_style())),
            element("section", content, class_="tfd tfd-cell", aria_label="Report of tfdoctor"),
        ]
    )


# --- the body -----------------------------------------------------------------------------------------


def _body(
    view: DiagnosisView,
    snapshot: Snapshot,
    matrix: Matrix,
    *,
    prefix: str,
    level: int,
) -> Markup:
    """The whole content; headings begin at `level`, ids with `prefix`."""
    drawn = stack(view, snapshot, matrix)
    content: list[Section] = [
        ("findings", "Findings", _findings(view, prefix, level + 2)),
        ("stack", "The stack", _stack(drawn, view, prefix)),
        ("facts", "The facts behind", list(facts(snapshot, level + 2))),
        ("understood", "What was understood", _understood(view)),
        ("undecided", "What could not be decided", _skipped(view)),
    ]
    return layout(_verdict(view, level), content, _origin(view, snapshot), prefix=prefix, level=level)


def _origin(view: DiagnosisView, snapshot: Snapshot) -> Markup:
    taken = f" Facts taken {snapshot.taken} (UTC)." if snapshot.taken else ""
    return made_by(view.tool_version, view.matrix.version, view.matrix.digest, taken)


def _verdict(view: DiagnosisView, level: int) -> Markup:
    return element(
        "div",
        element("p", badge(view.status, verdict(view))),
        element(f"h{level}", headline(view)),
        element("p", _counts(view), class_="counts"),
        _subject(view.subject, view.id if view.subject.kind == "ticket" else None),
        class_=f"verdict {view.status}",
    )


def verdict(view: DiagnosisView) -> str:
    """Return the verdict in two words; what runs, if only on the CPU, is not called broken."""
    degraded = all(row.verdict != "broken" for row in view.findings if row.severity == "error")
    return _VERDICTS["warning" if view.status == "error" and degraded else view.status]


def headline(view: DiagnosisView) -> str:
    """Return the verdict in one sentence: that of the root cause, where there is one."""
    if view.status == "ok":
        # A ticket states little: what it does not state is not known to be fine.
        return "Nothing wrong was found" + (" in what the ticket states" if view.subject.kind == "ticket" else "")
    if view.status == "note":
        return "Nothing needs to be fixed"
    text = " ".join(view.findings[0].message.split())
    for mark in (". ", ": ", "; ", ", "):
        head, _, rest = text.partition(mark)
        if rest and len(text) > _HEADLINE / (1 if mark != ". " else 2) and len(head) > 30:
            text = head
    text = text if len(text) <= 2 * _HEADLINE else f"{text[: 2 * _HEADLINE]}…"
    return text.removesuffix(".")


def _counts(view: DiagnosisView) -> str:
    counts = {level: sum(row.severity == level for row in view.findings) for level in ("error", "warning", "note")}
    said = [f"{number} {level}{'s' if number > 1 else ''}" for level, number in counts.items() if number]
    if view.skipped:
        number = len(view.skipped)
        said.append(f"{number} rule{'s' if number > 1 else ''} could not decide")
    return ", ".join(said)


def _subject(subject: SubjectView, ticket: str | None) -> Markup | None:
    counted = Counter(gpu.name or "unnamed GPU" for gpu in subject.gpus)
    gpus = [f"{number} x {name}" if number > 1 else name for name, number in counted.items()]
    owner = f" ({subject.distribution})" if subject.distribution not in {None, "tensorflow"} else ""
    none_found = "none found" if subject.kind == "machine" else ""
    rows = (
        ("Ticket", ticket),
        ("TensorFlow", f"{subject.tensorflow}{owner}" if subject.tensorflow else none_found),
        ("Python", " ".join(part for part in (subject.python, subject.environment) if part)),
        ("System", " ".join(part for part in (subject.os, subject.arch) if part)),
        ("GPU", ", ".join(gpus[:2]) + (f" and {len(gpus) - 2} more" if len(gpus) > 2 else "")),
        ("Driver", subject.driver),
        ("Interpreter", subject.executable),
    )
    return element(
        "dl", (element("div", element("dt", name), element("dd", value)) for name, value in rows if value),
        class_="subject",
    ) if any(value for _, value in rows) else None  # fmt: skip


def _findings(view: DiagnosisView, prefix: str, level: int) -> Child:
    if view.findings:
        return findings(view.findings, prefix, level)
    return element("p", "No rule found a fault.", class_="quiet")


def _stack(drawn: Stack, view: DiagnosisView, prefix: str) -> Markup:
    places = {id(row): f"#{prefix}finding-{number}" for number, row in enumerate(view.findings, 1)}
    joints = (*drawn.neighbours, *drawn.others)
    return element(
        "div",
        element("figure", drawing(drawn, prefix)),
        element(
            "div",
            table("What is there, and what this TensorFlow needs", ("Part", "There", "Needed"), [
                (box.title, box.said, box.needed) for box in drawn.boxes
            ]),
            table("What holds between them", ("Between", "State", "Finding"), [
                (between(joint), badge(joint.state, WORDS[joint.state]), _names(joint, places)) for joint in joints
            ]),
            class_="tables",
        ),
        class_="stacked",
    )  # fmt: skip


def _names(joint: Joint, places: dict[int, str]) -> Child:
    if not joint.findings:
        return None
    names = [link(f"{row.code} {row.name}", places[id(row)]) for row in joint.findings[:5]]
    more = [f"and {len(joint.findings) - 5} more"] if len(joint.findings) > 5 else []
    return join(part for name in (*names, *more) for part in (name, element("br")))


def _understood(view: DiagnosisView) -> list[Child]:
    parts: list[Child] = []
    if view.remarks:
        parts.append(element("ul", (element("li", text) for text in view.remarks[:_SKIPPED]), class_="remarks"))
    if view.understood:
        parts.append(evidence_table(view.understood[:_SKIPPED], "What was read in the ticket, and where"))
    return parts


def _skipped(view: DiagnosisView) -> Child:
    if not view.skipped:
        return None
    rows: list[tuple[Child, ...]] = [(f"{row.code} {row.name}", row.reason) for row in view.skipped[:_SKIPPED]]
    number = len(view.skipped)
    return element(
        "details",
        element("summary", f"{number} rule{'s' if number > 1 else ''} lacked a fact"),
        table("Rules that could not decide", ("Rule", "Why"), rows),
        class_="facts",
    )
