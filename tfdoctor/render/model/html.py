"""The answer on a saved model as one self-contained page: verdict, ways of loading, cures, findings, facts."""

from typing import Final

from tfdoctor.model.judge.verdict import Outcome
from tfdoctor.render.html.element import Child, Markup, element
from tfdoctor.render.html.findings import badge, command, evidence_table, findings
from tfdoctor.render.html.page import Section, layout, made_by, page, table
from tfdoctor.render.model import facts
from tfdoctor.render.model.headline import headline, raised, target_name
from tfdoctor.render.model.table import SHORT, Grid, grid
from tfdoctor.render.model.view import CureView, ModelView, ProofView, WayView

_STATE: Final[dict[Outcome, str]] = {"loads": "ok", "differs": "warning", "fails": "error", "undecided": "unknown"}
_WORDS: Final[dict[Outcome, str]] = {
    "loads": "Loads", "differs": "Loads otherwise", "fails": "Fails", "undecided": "Not known",
}  # fmt: skip
_ROWS: Final = 400  # of layers, operations and files
_TEXT: Final = 2000


def document(answer: ModelView) -> str:
    """Return one self-contained page."""
    said = headline(answer)
    sections: list[Section] = [
        ("ways", "Ways of loading", _ways(answer)),
        ("proof", "What happened when it was tried", _proof(answer.proof) if answer.proof else None),
        ("cures", "What to do, the cheapest first", _cures(answer)),
        ("findings", "Findings", findings(answer.findings, "", 3) if answer.findings else None),
        ("facts", "The model", _facts(answer)),
        ("undecided", "What could not be decided", _skipped(answer)),
    ]
    origin = made_by(answer.tool_version, answer.matrix.version, answer.matrix.digest)
    name = f"tfdoctor · {answer.subject.path} · {said}"
    return page(name, layout(_verdict(answer, said), sections, origin))


def _verdict(answer: ModelView, said: str) -> Markup:
    status = answer.status if answer.targets else "note"
    fails = "Not everywhere" if len(answer.targets) > 1 else "Does not load as it is"
    words = {"ok": "It loads", "note": "It loads", "warning": "With a difference", "error": fails}
    rows = [("Model", facts.heading(answer.subject)), ("Written by", facts.writer(answer.subject))]
    if len(answer.targets) == 1:
        rows.append(("Loaded with", target_name(answer.targets[0].target)))
    return element(
        "div",
        element("p", badge(status, words[answer.status] if answer.targets else "Facts")),
        element("h1", said),
        element("dl", (element("div", element("dt", name), element("dd", value)) for name, value in rows),
                class_="subject"),
        class_=f"verdict {status}",
    )  # fmt: skip


def _ways(answer: ModelView) -> Child:
    if len(answer.targets) > 1:
        return _many(grid(answer, every=True))
    return [_way(row) for judged in answer.targets for row in judged.ways] or None


def _way(row: WayView) -> Markup:
    said = raised(row)
    page_of = " ".join(part for part in (row.code, row.finding) if part)
    return element(
        "article",
        element(
            "div",
            badge(_STATE[row.outcome], _WORDS[row.outcome]),
            element("p", row.confidence.capitalize(), class_="quiet") if row.confidence != "certain" else None,
            class_="side",
        ),
        element(
            "div",
            element("h3", element("code", row.call), " ", element("span", page_of, class_="code") if page_of else None),
            element("p", row.difference, class_="message") if row.difference else None,
            element("p", element("code", _cut(said))) if said else None,
            evidence_table(row.evidence, f"Evidence for {row.way}") if row.evidence else None,
            class_="body",
        ),
        class_="finding",
    )


def _many(made: Grid) -> Markup:
    head = ("TensorFlow", *(SHORT[way] for way in made.ways))
    rows: list[tuple[Child, ...]] = [(row.name, *(_cell(made, cell) for cell in row.cells)) for row in made.rows]
    reasons = [element("li", _cut(reason)) for reason in made.reasons]
    grid_ = table("Releases and ways of loading; numbers are the reasons below", head, rows)
    return element(
        "div",
        element("div", grid_, class_="wide", tabindex=0, role="group", aria_label="Releases and ways of loading"),
        element("ol", reasons) if reasons else None,
    )


def _cell(made: Grid, cell: WayView | None) -> Child:
    if cell is None:
        return element("span", "-", class_="quiet")
    number = made.number(cell)
    return [badge(_STATE[cell.outcome], _WORDS[cell.outcome]), f" {number}" if number else None]


def _cures(answer: ModelView) -> Child:
    rows = [cure for judged in answer.targets for cure in judged.cures]
    return element("ol", (element("li", _cure(cure)) for cure in rows)) if rows else None


def _cure(row: CureView) -> list[Child]:
    checked = {"loads": "Checked: it loads then.", "differs": "Checked: it loads then, with a difference."}
    unchecked = "Not checked: it depends on what the files do not tell." if row.way else ""
    said = checked.get(row.checked or "", unchecked)
    parts: list[Child] = [element("p", row.text), element("p", said, class_="quiet") if said else None]
    for remedy in row.remedies:
        parts += [element("p", remedy.text), *(command(text) for text in remedy.commands)]
    parts += [command(text) for text in row.commands]
    parts += [element("p", note, class_="quiet") for note in row.notes]
    return parts


def _proof(row: ProofView) -> Child:
    rows: list[tuple[Child, ...]] = [
        (
            trial.way,
            trial.predicted,
            trial.outcome,
            _cut(": ".join(part for part in (trial.error, trial.message) if part)),
            trial.outputs or "",
        )
        for trial in row.trials
    ]
    where = f"TensorFlow {row.tensorflow}, Python {row.python}, {row.executable}"
    return [
        table(where, ("Way", "Predicted", "Happened", "What was said", "Outputs"), rows),
        element("ul", (element("li", text) for text in row.remarks), class_="remarks") if row.remarks else None,
    ]


def _facts(answer: ModelView) -> Child:
    shown = answer.subject
    terms = [(name, said) for name, said in facts.rows(shown)]
    layers: list[tuple[Child, ...]] = [
        (row.path, row.class_name, "custom" if row.custom else "code inside" if row.python else "")
        for row in shown.layers[:_ROWS]
    ]
    ops: list[tuple[Child, ...]] = [
        (name, f"{number:,}") for graph in shown.graphs for name, number in list(graph.ops.items())[:_ROWS]
    ]
    files: list[tuple[Child, ...]] = [(row.name, facts.size(row.bytes)) for row in shown.files[:_ROWS]]
    return [
        element("dl", (element("div", element("dt", name), element("dd", said)) for name, said in terms),
                class_="subject"),
        _more("Layers", len(shown.layers), table("Layers in the order of the file", ("Path", "Class", ""), layers)),
        _more("Operations", len(ops), table("Operations of the graph", ("Operation", "Nodes"), ops)),
        _more("Files", len(shown.files), table("Files of the model", ("File", "Size"), files)),
    ]  # fmt: skip


def _more(name: str, number: int, drawn: Markup) -> Markup | None:
    if not number:
        return None
    return element("details", element("summary", element("h3", f"{name} ({number})")), drawn, class_="facts")


def _skipped(answer: ModelView) -> Child:
    rows: list[tuple[Child, ...]] = [
        (f"{row.code} {row.name}".strip(), _cut(row.reason)) for row in answer.skipped[:_ROWS]
    ]
    remarks = [element("li", text) for text in answer.remarks]
    return [
        table("Ways of loading that facts do not decide", ("Finding", "Why"), rows) if rows else None,
        element("ul", remarks, class_="remarks") if remarks else None,
    ] if rows or remarks else None  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} … ({len(text) - _TEXT} characters more)"
