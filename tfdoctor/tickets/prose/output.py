"""Tells what of the text is printed output (logs, tracebacks, installers) and what is code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tfdoctor.tickets.prose.lines import Line

_START: Final = re.compile(
    r"^(?:\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d|[IWEF] (?:external/|tensorflow/|\S{1,80}\.cc:)"
    r"|(?:WARNING|ERROR|INFO|DEBUG|CRITICAL|FATAL|DEPRECATION|error|warning|fatal)(?::|\s*\(|\[| - )"
    r"|Traceback \(most recent"
    r"|File \"[^\"\n]{1,300}\", line \d|-{2,}> ?\d|~?/\S{1,300} in \w{1,80}\(|(?:During handling|The above exception)"
    r"|(?:Collecting|Downloading|Using cached|Requirement already|Installing collected|Successfully (?:un)?installed"
    r"|Found existing installation|Attempting uninstall|Uninstalling|Building wheel|Preparing metadata"
    r"|Could not find a version"
    r"|No matching distribution|Cannot uninstall|Looking in (?:indexes|links)|Defaulting to user|Skipping link"
    r"|Solving environment|Collecting package metadata|PackagesNotFoundError|UnsatisfiableError|ResolvePackageNotFound"
    r"|The following (?:specifications|packages)|ResolutionImpossible|Because |And because |Resolved \d|hint: )"
    r"|(?:pciBusID|totalMemory|coreClock|name: .{1,60} (?:major|computeCapability)|\[\[\{?[Nn]ode|Limit:|InUse:"
    r"|Epoch \d)"
    r"|(?:Illegal instruction|Segmentation fault|Aborted|Killed|Fatal Python error|Bus error|zsh: illegal"
    r"|terminate called)"
    r"|(?:Process finished with exit code|Found device \d|Adding visible gpu|Device interconnect|DMA: )|dlopen\("
    r"|dyld\[?"
    r"|(?:Referenced from|Expected in|Reason): |NVIDIA-SMI (?:has failed|couldn)|docker: Error|nvidia-container-cli"
    r"|#\d{1,3} +0x"
    r"|[\u2570\u00d7]|OMP: |\*{3} (?:Error|Received signal)|make: |gcc: |nvcc fatal|Using (?:TensorFlow|Theano"
    r"|CNTK) backend)"
)
_ANYWHERE: Final = re.compile(
    r"\b[A-Z][A-Za-z]{2,40}(?:Error|Exception|Warning)\b ?:|\.(?:cc|cu|cpp):\d{1,5}\]|cannot open shared object file"
    r"|undefined symbol|dll load failed|could not load dynamic librar|no module named|cannot import name"
    r"|failed call to cuinit"
    r"|successfully opened (?:dynamic|cuda) library|has no attribute '|got an unexpected keyword argument"
    r"|version [`'\"\u2018]?\w{4,9}_\d"
    r"|symbol not found|illegal instruction|core dumped|segmentation fault|cudnn_status_|cuda_error_|cudnn library"
    r"|driver version is insufficient|no matching distribution found|could not find a version that satisfies"
    r"|but you(?:'ll)? have \w"
    r"|is not a supported wheel|driver/library version mismatch|cannot dlopen|dlerror|compute capability: ?\d"
    r"|failed to initialize nvml|nvidia-smi has failed|created device /job|created tensorflow device"
    r"|loaded cudnn version"
    r"|failed to (?:load|create|get|find|import)\b|unable to (?:load|register|find|open|import)\b|exit code -?\d"
    r"|0x[0-9a-f]{6,}"
    r"|, line \d{1,6}, in |op_requires failed|descriptors cannot|_array_api|numpy 1\.x|what\(\): "
    r"|raise \w{3,40}(?:Error|Exception)?\(",
    re.IGNORECASE,
)
_FRAME: Final = re.compile(
    r"^(?:File \"|-{2,}> ?\d|\d{1,5} {1,}\S|~?/\S{1,300}\.py\b|\S{1,200}\.py(?::\d|\b.{0,40} in ))"
)
_CODE: Final = re.compile(
    r"^(?:import \w|from [\w.]{1,80} import|def \w|class \w|with \w|for \w{1,40}(?:, ?\w{1,40})? in |if .{1,200}:$"
    r"|while |return\b|@\w"
    r"|try:|except\b.{0,80}:$|else:|print\(|model\b|[A-Za-z_][\w.]{0,60}(?:, ?\w{1,40}){0,6} ?[+*/-]?= ?\S"
    r"|[\w.]{1,60}\(.{0,300}\)?,?$|[)\]}],?$|#|%\w"
    r"|![a-z]|del \w|assert |lambda )"
)
_LOG_SECTION: Final = re.compile(
    r"\blogs?\b|traceback|error message|stack trace|console output|^output|^error|full error", re.IGNORECASE
)
_CODE_SECTION: Final = re.compile(
    r"\bcode to reproduce|standal?one code|source code(?! ?/)|^code\b|reproducible example|^script", re.IGNORECASE
)
_TALK_SECTION: Final = re.compile(
    r"current behaviou?r|describe|problem|expected|behaviou?r|question|what happened", re.IGNORECASE
)
_INPUT: Final = re.compile(r"^(?:>>> ?|\.\.\. |In \[\d{1,4}\]: ?)(.*)$")
_COMMAND: Final = re.compile(
    r"^(?:[$#%] \S|\S{0,60}[$#>] ?(?:pip|conda|python|nvidia-smi|nvcc|export|cat|echo|sudo|uv|poetry)\b|export |set \w"
    r"|sudo |!?pip3? |conda |python3? -|nvcc -|nvidia-smi$|docker (?:run|pull) |cat /|echo \$)"
)
_SENTENCE: Final = re.compile(r"\b(?:i|my|we|the|is|it|this|when|please|you|but|have)\b", re.IGNORECASE)


def is_log(text: str) -> bool:
    """Whether a line looks like something that a program printed."""
    stripped = text.strip(" \t`")
    return bool(stripped) and bool(_START.match(stripped) or _ANYWHERE.search(stripped))


def printed(text: str) -> bool:
    """Whether a line begins as printed output does; a sentence that quotes an error does not."""
    return bool(_START.match(text.strip(" \t`")))


def _is_code(text: str) -> bool:
    return bool(_CODE.match(text.strip()))


def _talks(text: str) -> bool:
    """Whether a line is a sentence that somebody wrote."""
    return len(_SENTENCE.findall(text[:400])) >= 2 and not _START.match(text.strip(" `"))


@dataclass(frozen=True, slots=True)
class Output:
    """The lines of the log and of the code, each in order."""

    log: tuple[Line, ...]
    code: tuple[Line, ...]


def sort(lines: Sequence[Line], messages: frozenset[int], fields: frozenset[int], *, plain: bool) -> Output:
    """Return what of the text is log and what is code.

    `messages` numbers lines that programs are known to print, `fields` those that state facts and nothing else;
    `plain` says that nothing in the text but this is understood.
    """
    log: list[Line] = []
    code: list[Line] = []
    for block in _blocks(lines):
        rest = [line for line in block if line.number not in fields and not line.heading]
        if not rest:
            continue
        kind = _fenced(rest, messages) if rest[0].fence else _loose(rest, messages)
        if kind == "log":
            log += rest
            code += [line for line in rest if _INPUT.match(line.text.strip())]
        elif kind == "code":
            code += rest
        elif kind == "input":
            code += [line for line in rest if _INPUT.match(line.text.strip())]
        elif kind == "lines":
            log += [line for line in rest if is_log(line.text) or line.number in messages]
    if not log:
        log = [line for line in lines if line.heading and is_log(line.text)][:1]
    if not log and plain:
        log = _unmarked([line for line in lines if line.number not in fields])
        code = [line for line in code if line not in log] if len(code) < 500 else code
    return Output(tuple(log), tuple(code))


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Fenced blocks, and paragraphs of the rest; what is indented under a log goes on with it."""
    blocks: list[list[Line]] = []
    previous: Line | None = None
    empty = True
    for line in lines:
        blank = not line.text.strip()
        if blank and not line.fence:
            empty = True
            continue
        together = previous is not None and previous.fence == line.fence and (bool(line.fence) or not empty)
        if together and not line.heading and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
        previous, empty = line, False
    return blocks


def _logged(lines: Sequence[Line], messages: frozenset[int]) -> int:
    """How many lines look printed."""
    return sum(is_log(line.text) or line.number in messages or bool(_FRAME.match(line.text.strip())) for line in lines)


def _fenced(block: Sequence[Line], messages: frozenset[int]) -> str:
    """What a fenced block is: "log", "code" or nothing of both."""
    said = [line for line in block if line.text.strip()]
    if not said:
        return ""
    logged = _logged(said, messages)
    coded = sum(_is_code(line.text) for line in said)
    section = said[0].section
    prompts = sum(bool(_INPUT.match(line.text.strip())) for line in said)
    if said[0].python:
        return "log" if logged > coded or (logged and prompts) else "code"
    if _LOG_SECTION.search(section) and not _CODE_SECTION.search(section):
        return "code" if coded == len(said) and not logged and "code" in section else "log"
    if _CODE_SECTION.search(section):
        return "log" if logged > coded else "code"
    if not logged and all(_COMMAND.match(line.text.strip()) for line in said):
        return ""
    if logged:
        return "log" if logged * 4 >= coded or prompts else "code"
    talk = sum(_talks(line.text) for line in said)
    if talk * 2 > len(said) or (_TALK_SECTION.search(section) and talk):
        return ""
    if prompts:
        return "input"
    return "code" if coded * 2 > len(said) else "log"


def _loose(block: Sequence[Line], messages: frozenset[int]) -> str:
    """What a paragraph without a fence is: all of it "log", all "code", single "lines" of log, or nothing."""
    said = [line for line in block if line.text.strip()]
    logged = _logged(said, messages)
    if not logged:
        coded = sum(_is_code(line.text) and not _talks(line.text) for line in said)
        prompts = sum(bool(_INPUT.match(line.text.strip())) for line in said)
        return "input" if prompts else "code" if coded == len(said) > 1 else ""
    talk = sum(_talks(line.text) for line in said)
    return "log" if logged * 2 >= len(said) - talk and talk * 2 <= len(said) and not (talk and logged == 1) else "lines"


def _unmarked(lines: Sequence[Line]) -> list[Line]:
    """Of a text without any marks: the paragraphs that nobody would say."""
    said = [line for line in lines if line.text.strip()]
    talk = sum(_talks(line.text) for line in said)
    return [] if talk or len(said) > 60 else said
