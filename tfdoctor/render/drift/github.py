"""Changes as workflow commands of GitHub Actions: an annotation at each place that they touch."""

from tfdoctor.render.drift.results import Result, region, relative, results
from tfdoctor.render.drift.view import DriftView
from tfdoctor.render.github import annotation
from tfdoctor.render.safe import harmless


def annotations(answer: DriftView, root: str = "") -> str:
    """Return one line a place, the worst first; an empty text where there is none."""
    shown = harmless(answer)
    lines = [_line(row, root) for row in results(shown)]
    lines += [annotation(row.severity, f"{row.code} {row.name}", row.message)
              for row in shown.findings if row.family == "doctor"]  # fmt: skip
    return "\n".join(lines)


def _line(row: Result, root: str) -> str:
    place: dict[str, str | int] = {}
    if row.place is not None:
        where = region(row.place)
        place = {"file": relative(row.place.path, root) or row.place.path, "line": where.line}
        if row.place.line and where.line == where.end_line:  # GitHub takes columns within one line only
            place |= {
                "endLine": where.end_line,
                "col": where.column,
                "endColumn": max(where.column, where.end_column - 1),
            }
        else:
            place["endLine"] = where.end_line
    return annotation(row.severity, f"{row.code} {row.name}", row.message, place)
