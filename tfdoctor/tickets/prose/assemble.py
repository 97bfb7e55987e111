"""Takes the best claim for each key of the form; what it puts aside stays visible."""

import re
from collections.abc import Iterable
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.tickets import form
from tfdoctor.tickets.prose.claims import ENVIRONMENT, LISTED, PACKAGES, VARIABLES, Claim
from tfdoctor.tickets.prose.lines import Line

_MOST: Final = 1000  # entries that are shown
_SIDES: Final = ("saved_with", "loaded_with")
# The installer says that there is nothing to install: the release of the form is the one that is wanted.
_NOT_INSTALLED: Final = re.compile(
    r"no matching distribution found for tensorflow|could not find a version that satisfies the requirement tensorflow"
    r"|tensorflow\S{0,120}\.whl is not a supported wheel",
    re.IGNORECASE,
)
_RAN: Final = re.compile(r"tensorflow/\S{1,120}\.cc:\d|site-packages[/\\]tensorflow|import tensorflow", re.IGNORECASE)


def evidence(claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    """Return what was understood, in the order of the text; a list of distributions is one entry."""
    rows: list[tuple[int, Evidence]] = []
    lists: dict[tuple[int, int, str], int] = {}
    for claim in claims:
        place = _place(claim.first, claim.last)
        if claim.key.startswith(PACKAGES) and claim.last > claim.first:
            key = (claim.first, claim.last, claim.reader)
            lists[key] = lists.get(key, 0) + 1
        elif claim.key != "-" and claim.value:
            fact = Evidence(fact=claim.key, value=claim.value[:300], source=f"{place}, {claim.reader}")
            rows.append((claim.first, fact))
    for (first, last, reader), count in lists.items():
        value = f"{count} distribution{'s' if count > 1 else ''}"
        fact = Evidence(fact="environment.packages", value=value, source=f"{_place(first, last)}, {reader}")
        rows.append((first, fact))
    return tuple(row for _, row in sorted(rows, key=lambda row: row[0])[:_MOST])


def _place(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first}-{last}"


def best(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Return for each key the claims of the highest rank: of a list all, of a single value the first."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.key == "-":
            continue
        have = found.get(claim.key)
        if have is None or have[0].rank < claim.rank:
            found[claim.key] = [claim]
        elif have[0].rank == claim.rank and claim.key in LISTED:
            have.append(claim)
    return found


def ticket(title: str, claims: Iterable[Claim], log: tuple[Line, ...], code: tuple[Line, ...]) -> form.Ticket:
    """Make the ticket of what was claimed."""
    taken = best(claims)
    single = {key: rows[0].value for key, rows in taken.items() if key not in LISTED}
    logged = "\n".join(line.whole.rstrip() for line in log).strip("\n")
    values: dict[str, object] = {
        key.removeprefix(ENVIRONMENT): value
        for key, value in single.items()
        if key.startswith(ENVIRONMENT) and not key.startswith((PACKAGES, VARIABLES))
    }
    values |= _lists(taken)
    packages = {key.removeprefix(PACKAGES): value or None for key, value in single.items() if key.startswith(PACKAGES)}
    variables = {key.removeprefix(VARIABLES): value for key, value in single.items() if key.startswith(VARIABLES)}
    if packages:
        values["packages"] = packages
    if variables:
        values["env_vars"] = variables
    _wanted(values, logged)
    document: dict[str, object] = {
        "title": title or None,
        "environment": values,
        "log": logged or None,
        "code": "\n".join(line.whole.rstrip() for line in code).strip("\n") or None,
    }
    for side in _SIDES:
        parts = {key.removeprefix(f"{side}."): value for key, value in single.items() if key.startswith(f"{side}.")}
        document |= {side: parts} if parts else {}
    document |= {key: single[key] for key in ("from_version", "to_version") if key in single}
    return form.from_object(document)


def _lists(taken: dict[str, list[Claim]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key in LISTED & taken.keys():
        name = key.removeprefix(ENVIRONMENT)
        texts = [claim.value for claim in taken[key]]
        if name == "gpus":
            values[name] = [_gpu(text) for text in texts if text][:64]
        elif name == "install_method":
            values[name] = "; ".join(dict.fromkeys(texts))[:400]
        else:
            values[name] = [text for text in dict.fromkeys(texts) if not _covered(text, texts)][:16]
    return values


def _covered(text: str, texts: list[str]) -> bool:
    """Whether another statement says the same more precisely ("8.1.1" beside "8.1.1.33")."""
    return any(other.startswith(f"{text}.") for other in texts)


def _gpu(text: str) -> dict[str, str]:
    name, _, capability = text.partition("; capability ")
    return {"name": name, "compute_capability": capability} if capability else {"name": name}


def _wanted(values: dict[str, object], log: str) -> None:
    """Where the installation of TensorFlow failed and none ran, the release that the form names is the wanted one."""
    if "tf_version" in values and _NOT_INSTALLED.search(log) and not _RAN.search(log):
        values.setdefault("tf_version_wanted", values.pop("tf_version"))
