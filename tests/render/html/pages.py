"""Pages to look at: a healthy machine, a broken one, a bare ticket, and one that is hostile in every field."""

import types
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from tfdoctor.diagnose import diagnose
from tfdoctor.facts import (
    Absent,
    Accelerators,
    CudnnVersion,
    Driver,
    Gpu,
    Libraries,
    LibraryCopy,
    LoadAttempt,
    Nvml,
    SearchFolder,
    Snapshot,
    Toolkit,
    Unknown,
    Variable,
    decode,
)
from tfdoctor.matrix import Matrix
from tfdoctor.render.html import document, summary
from tfdoctor.render.view import DiagnosisView, view
from tfdoctor.tickets.inputs.entry import Rejected
from tfdoctor.tickets.summary import Summary, Tally, found

T = TypeVar("T")

MACHINES = Path(__file__).parents[2] / "machines"
MATRIX = Matrix.locate()
HOSTILE = (
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 2">',
    "javascript:window.hit=3",
    "<svg/onload=window.hit=4>",
    "</style><script>window.hit=5</script>",
    "</title><script>window.hit=6</script>",
    "x;}</style><style>body{display:none}main{background:url(http://evil.example/a.png)}",
    "<iframe src='javascript:parent.hit=7'></iframe>",
    'https://evil.example/"onmouseover="window.hit=8',
    "https://evil.example/<b>",
    "' autofocus onfocus=window.hit=9 '",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example/a.css>",
    "<form action=http://evil.example/><input name=a>",
    "`<b>`\n## <h1>a</h1>\n- <li>b</li>",
    "--><![CDATA[<b>]]>&lt;script&gt;&#x3c;b&#x3e;",
    "\x1b[31mred\x1b]0;title\x07\0\x9b31m",
    "\u202egnp.exe\u2066\u200f\u2028",
    "A" * 4000,
    "/" + "long-folder/" * 200,
    "\ud800 half a character \udcff \ufffe",
)


def filled(kind: Any, texts: Iterator[str], *, unknown: bool = False) -> Any:
    """A value of a type with a hostile text in every place that takes one."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return next(texts)
    if kind in {int, float, bool}:
        return kind(3)
    if origin is Literal:
        return arguments[0]
    if origin is tuple and arguments[-1] is ...:
        return tuple(
            filled(arguments[0], texts, unknown=unknown) for _ in range(len(HOSTILE) if arguments[0] is str else 2)
        )
    if origin is dict:
        return {next(texts): 3, next(texts): 2}
    if origin is tuple:
        return tuple(filled(item, texts, unknown=unknown) for item in arguments)
    if origin in {Union, types.UnionType}:
        if unknown and Unknown in arguments:
            return Unknown(reason=next(texts))
        return filled(
            next(item for item in arguments if item not in {Absent, Unknown, type(None)}), texts, unknown=unknown
        )
    assert issubclass(kind, msgspec.Struct), kind
    hints = get_type_hints(kind)
    return kind(**{name: filled(hints[name], texts, unknown=unknown) for name in kind.__struct_fields__})


def hostile(kind: type[T], *, unknown: bool = False, start: int = 0) -> T:
    """A Struct that holds every hostile text, `start` of them left out first: other texts come to other places."""
    texts = cycle(HOSTILE)
    for _ in range(start):
        next(texts)
    value: T = filled(kind, texts, unknown=unknown)
    return value


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a Struct."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts_of(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)


def golden(name: str) -> Snapshot:
    """A golden machine."""
    return decode((MACHINES / name / "snapshot.json").read_bytes())


def broken_gpu() -> Snapshot:
    """A machine whose driver is too old and whose libraries are not found, beside a broken protobuf."""
    return msgspec.structs.replace(
        golden("debian12-cpu-tf2.6.4-protobuf6"),
        accelerators=Accelerators(
            nvml=Nvml(status="ok"),
            gpus=(Gpu(name="NVIDIA GeForce RTX 3090", compute_capability="8.6", memory_bytes=24 * 2**30, mig=False),)
            * 2,
            driver=Driver(version="450.51.06", cuda_version="11.0"),
            device_nodes=("/dev/nvidia0", "/dev/nvidiactl"),
        ),
        libraries=Libraries(
            toolkits=(Toolkit(version="11.4.120", path="/usr/local/cuda-11.4", source="directory"),),
            cudnn=(CudnnVersion(version="7.6.5"),),
            search=(SearchFolder(path="/usr/lib", origin="default"),),
            copies=(
                LibraryCopy(name="libcudart.so.11.0", path="/usr/local/cuda/lib64/libcudart.so.11.0", order=0),
                LibraryCopy(name="libcudnn.so.7", path="/usr/lib/libcudnn.so.7", order=0, version="7.6.5"),
            ),
        ),
        environ=(Variable(name="CUDA_VISIBLE_DEVICES", value="0"),),
        load=LoadAttempt(stages=(("import", "TypeError: Descriptors cannot be created directly."),), stderr="E\n" * 99),
    )


def seen(snapshot: Snapshot) -> DiagnosisView:
    """The diagnosis of a snapshot."""
    return view(snapshot, diagnose(snapshot, MATRIX, debug=True), MATRIX)


def report(snapshot: Snapshot) -> str:
    """The page of a snapshot."""
    return document(seen(snapshot), snapshot, MATRIX)


def counted() -> Summary:
    """The summary of some machines and tickets, and of an input that is none."""
    tally = Tally()
    for number, snapshot in enumerate((broken_gpu(), golden("debian12-cpu-tf2.21.0"), Snapshot(origin="ticket")) * 4):
        tally.add(found(f"ticket {number}", snapshot, diagnose(snapshot, MATRIX), MATRIX))
    tally.reject(Rejected("a.zip", "it is no zip"))
    return tally.summary(MATRIX)


PAGES: dict[str, Callable[[], str]] = {
    "healthy": lambda: report(golden("debian12-cpu-tf2.21.0")),
    "broken": lambda: report(broken_gpu()),
    "ticket": lambda: report(Snapshot(origin="ticket", id="42")),
    "many": lambda: summary(counted()),
    "many hostile": lambda: summary(hostile(Summary)),
    "hostile": lambda: document(hostile_view(), hostile(Snapshot), MATRIX),
}


def hostile_view(start: int = 0) -> DiagnosisView:
    """A diagnosis of hostile texts whose findings are those of real rules in part."""
    diagnosis = hostile(DiagnosisView, start=start)
    known = msgspec.structs.replace(diagnosis.findings[1], code="TFD302", name="cudnn-missing", family="cuda")
    return msgspec.structs.replace(diagnosis, status="error", findings=(diagnosis.findings[0], known))
