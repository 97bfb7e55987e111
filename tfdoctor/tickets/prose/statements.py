"""Reads facts out of sentences, with care: what was tried before, is asked or runs elsewhere is no fact."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets import words
from tfdoctor.tickets.prose import models, output, values
from tfdoctor.tickets.prose.claims import ENVIRONMENT, PACKAGES, SAID, Claim, Pair
from tfdoctor.tickets.prose.lines import Line

_READER: Final = "sentence"
_MOST: Final = 5000  # lines: nobody writes more
_SENTENCES: Final = re.compile(r"(?<=[.!?;])\s+(?=[A-Z\"'(])|\s[-\u2013\u2014]{1,2}\s|\n")
# Words that make a sentence say something else than what is installed here and now.
_ELSEWHERE: Final = re.compile(
    r"\?|\be\.g\.|\b(?:should|could|would|can i|do i|does it|if (?:i|you|we)|whether|maybe|perhaps|suggest"
    r"|recommend|require[sd]?|needs?|supports?"
    r"|supported|compatible|tried|try|trying|tested|works? (?:fine |well |perfectly )?(?:with|on|in|under)|worked"
    r"|working|used to|previous(?:ly)?|attempt\w*|in the past"
    r"|before|earlier|formerly|instead|rather than|other (?:machine|computer|pc|server|laptop)|another|colleague"
    r"|friend|someone|"
    r"according to|documentation|docs|readme|table|tutorial|guide|says?|said|expects?|looking for|built (?:with"
    r"|against|for)|compiled|"
    r"want(?:s|ed)?|plan|will|going to|downgrad\w+|upgrad\w+|switch\w*|reinstall\w*|uninstall\w*|remov\w+"
    r"|not (?:using|installed)|no longer"
    r"|instead of|until|since|after|older|newer|latest|same (?:issue|problem|error)|also (?:happens|fails)"
    r"|only (?:happens|fails))\b",
    re.IGNORECASE,
)
_RELEASE_OF: Final = re.compile(r"\b(cuda|cudnn) (?:toolkit )?release (?=\d)", re.IGNORECASE)
_CLAUSES: Final = re.compile(r",?\s+but\s+|,\s+then\s+", re.IGNORECASE)
_HERE: Final = re.compile(
    r"\b(?:i(?:'|\u2019)?m|i am|we are|we(?:'|\u2019)re|i(?:'|\u2019)?ve|i have|we have|i use|we use|i run"
    r"|i installed|we installed|i got|using|running|run"
    r"|uses|my|our|installed|environment|setup|set-up|system|machine|specs?|versions?|config(?:uration)?|on|with"
    r"|under|here)\b",
    re.IGNORECASE,
)
_GAP: Final = r"(?:[ \t]{0,3}(?:version|release|ver\.?|v)?[ \t]{0,3}[:=]{0,2}[ \t]{0,2}[-(]?v?)"
_TF: Final = re.compile(
    rf"(?<![\w/.-])(?P<name>tensorflow(?:[-_ ](?:gpu|cpu|macos|intel|rocm|directml))?|tf(?:[-_ ]gpu"
    rf"|[-_]nightly(?:[-_]gpu)?)?)(?:\[[\w,-]{{1,40}}\])?"
    rf"{_GAP}(?:==)?(?P<version>{values.VERSION}|2(?=[.,\s]|$))(?!\.x)",
    re.IGNORECASE,
)
_PYTHON: Final = re.compile(
    rf"(?<![\w/.-])(?:c?python|py){_GAP}(?P<version>[23]\.\d{{1,2}}(?:\.\d{{1,2}})?)(?!\w)", re.IGNORECASE
)
_CUDA: Final = re.compile(
    rf"(?<![\w/.-])(?P<what>cuda(?:[ -]?toolkit)?"
    rf"|cudnn){_GAP}(?P<version>\d{{1,2}}(?:\.\d{{1,3}}){{0,3}})(?![\w.]*\.(?:so|dll))",
    re.IGNORECASE,
)
_DRIVER: Final = re.compile(
    rf"(?:driver|nvidia)(?:s)?{_GAP}(?P<version>\d{{3}}(?:\.\d{{1,3}}){{0,2}})(?![\w.]\d)", re.IGNORECASE
)
_DRIVER_CUDA: Final = re.compile(
    r"nvidia-smi (?:shows|says|reports|gives|prints)[^.]{0,40}?cuda[^.\d]{0,20}(\d{1,2}\.\d)", re.IGNORECASE
)
_LIBRARY: Final = re.compile(
    rf"(?<![\w/.-])(?P<name>keras|tf[-_]keras|numpy|protobuf|h5py|tensorflow[-_](?:probability|addons|hub|text"
    rf"|datasets|metal|estimator|io)"
    rf"|transformers|tensorboard|pip|setuptools|keras-nightly"
    rf"|tf-nightly){_GAP}(?:==)?(?P<version>{values.VERSION})(?!\.x)",
    re.IGNORECASE,
)
_SYSTEM: Final = re.compile(
    r"(?<![\w/.-])(?:(?:ubuntu|debian|centos|fedora|rhel|red hat(?: enterprise linux)?|linux mint|mint"
    r"|rocky(?: linux)?|almalinux|opensuse(?: leap)?|amazon linux"
    r"|alpine(?: linux)?|manjaro|arch linux|pop!?_os|kali linux|nixos|gentoo|raspbian|raspberry pi os"
    r"|scientific linux|macos|mac ?os x?|osx|os x)"
    r"(?: (?:server|desktop|linux|stream|monterey|big sur|catalina|mojave|ventura|sonoma"
    r"|sequoia))?(?:[ -]?v?\d{1,2}(?:\.\d{1,2}){0,2})?(?: lts)?"
    r"|(?:microsoft )?windows(?: server)?[ -]?(?:xp|7|8(?:\.1)?|10|11|20\d\d)?|win ?(?:7|8|10|11)\b|wsl ?2?"
    r"|(?:google )?colab|kaggle|jetson (?:nano|tx2|xavier(?: nx)?|agx xavier|orin)"
    r"|jetpack \d(?:\.\d){0,2}|raspberry pi ?\d?|macbook (?:pro|air))(?![\w-])",
    re.IGNORECASE,
)
_CHIP: Final = re.compile(
    r"(?<!\w)(?:apple )?(?:m[1-4](?: (?:pro|max|ultra))?(?: (?:mac\w*|chip))?|apple silicon)(?!\w)", re.IGNORECASE
)
_GPU: Final = re.compile(
    r"(?<![\w-])(?:nvidia[ -]{1,2})?(?:geforce )?(?:(?:rtx|gtx|gt|quadro|tesla|titan)[ -]?(?:rtx "
    r"|gtx )?(?:[a-z]{0,2}\d{2,4}[a-z]?|v|x[p]?|black|z)(?: ?(?:ti|super|max-q|mobile|laptop|m)\b){0,2}"
    r"|titan|(?:a100|h100|h200|v100|p100|k80|t4|l4|l40s?|a10g?|a40|b200)\b|jetson [a-z]{2,6}\d?"
    r"|radeon [\w ]{2,20})(?![\w-])",
    re.IGNORECASE,
)
_WANTED: Final = re.compile(
    rf"\b(?:trying to|try to|tried to|want to|wanted to|unable to|can(?:no|')t|cannot|could not|couldn't|fails? to"
    rf"|impossible to) (?:pip )?install(?:ing)? (?:the )?"
    rf"(?:tensorflow|tf)(?:[-_ ](?:gpu|cpu))?{_GAP}(?:==)?(?P<version>{values.VERSION})",
    re.IGNORECASE,
)
_BUILD: Final = rf"(?:(?:tensorflow|tf|keras)(?: version)? ?v?)?{values.VERSION}"
_UPGRADE: Final = re.compile(
    rf"\b(?:upgrad|updat|migrat|mov|switch|port|chang"
    rf"|go)\w{{0,5}} (?:\w{{1,12}} ){{0,3}}?(?:from (?P<before>{_BUILD}) )?(?:up )?to (?P<after>{_BUILD})",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(
    rf"\b(?:works?|worked|fine|ok|correct\w*)(?: \w{{1,10}}){{0,2}} (?:in|with|on|under"
    rf"|using) (?P<before>{_BUILD})[^.?]{{0,40}}?\b(?:but|not|fails?|broken|breaks|slower|worse)"
    rf"(?: \w{{1,10}}){{0,4}}? (?:in|with|on|under|using) (?P<after>{_BUILD})",
    re.IGNORECASE,
)
_SAVED: Final = re.compile(
    rf"\b(?:saved|trained|created|exported|written)(?: \w{{1,10}}){{0,4}}? (?:with|in|using|by|under"
    rf"|on) (?P<build>{_BUILD})",
    re.IGNORECASE,
)
_LOADED: Final = re.compile(
    rf"\b(?:load(?:ed|ing|s)?|read(?:ing)?|open(?:ed|ing)?|restor\w{{1,4}})(?: \w{{1,10}}){{0,4}}? (?:with|in|using"
    rf"|by|under|on) (?P<build>{_BUILD})",
    re.IGNORECASE,
)
_FORMAT: Final = re.compile(
    r"\bh5\b|\bhdf5\b|\.keras\b|\bsaved ?model\b(?= format| dir|[.,;]|$)|\bcheckpoint|\btflite\b|\bpickle"
    r"|\bfrozen graph",
    re.IGNORECASE,
)
_CONDA: Final = re.compile(
    r"\b(?:in|using|with|via|from) (?:an? |my )?(?:new |fresh |clean )?((?:ana|mini)?conda\d?)\b", re.IGNORECASE
)
_CPU: Final = re.compile(
    r"(?<![\w-])(?:intel(?:\(r\))? ?)?(?:(?:core(?:\(tm\))?[ -]?)i[3579][ -]?\d{3,5}[a-z]{0,2}\b"
    r"|xeon(?:\(r\))? (?:cpu )?(?:[ex]\d?-?)?\d{3,5}[a-z]?(?: ?v\d)?\b"
    r"|(?:celeron|pentium|atom)(?:\(r\))? [\w-]{1,12}|core 2 (?:duo|quad)(?: [\w-]{2,8})?)"
    r"|\bamd (?:fx|phenom|athlon|ryzen|opteron|epyc)[ -][\w -]{2,14}\b",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(r"^(?:cpu|processor)\b|@? ?\d\.\d{1,2} ?ghz", re.IGNORECASE)
_FACTS: Final = (_TF, _PYTHON, _CUDA, _DRIVER, _SYSTEM, _GPU, _LIBRARY, _CHIP, _CPU)


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what sentences state of this environment."""
    for line in [line for line in lines if not line.fence and line.text.strip()][:_MOST]:
        text = line.text.strip()
        if not 4 < len(text) < 1500 or line.python or not any(char.isalpha() for char in text[:40]):
            continue
        if output.printed(text):
            continue
        bulleted = text[0] in "-*+\u2022"
        for sentence in _SENTENCES.split(text.replace("**", "").replace("`", "")):
            for key, value in _sentence(
                sentence, title=line.heading or text.lower().startswith(("subject:", "title:")), bulleted=bulleted
            ):
                rank = SAID - 1 if line.heading else SAID
                yield Claim(key, value, line.number, line.number, rank, _READER)


def _sentence(text: str, *, title: bool, bulleted: bool) -> Iterator[Pair]:
    text = _RELEASE_OF.sub(r"\1 ", text)
    if not any(char.isdigit() for char in text) and not _SYSTEM.search(text) and not _CHIP.search(text):
        return
    yield from _two(text)
    smi = _DRIVER_CUDA.search(text)
    if smi:
        yield f"{ENVIRONMENT}driver_cuda_version", smi[1]
        text = f"{text[: smi.start()]} {text[smi.end() :]}"
    wanted = _WANTED.search(text)
    if wanted:
        yield f"{ENVIRONMENT}tf_version_wanted", wanted["version"]
        return
    if title or _UPGRADE.search(text):
        return
    for clause in _CLAUSES.split(text) if _ELSEWHERE.search(text) else (text,):
        if not _ELSEWHERE.search(clause):
            yield from _counted(clause, bulleted=bulleted)


def _counted(text: str, *, bulleted: bool) -> Iterator[Pair]:
    """The facts of a sentence that is about this environment: it says so, or it holds several."""
    count = sum(bool(expression.search(text)) for expression in _FACTS)
    if count and (bulleted or count > 1 or _HERE.search(text) or _alone(text)):
        yield from _facts(text)


def _alone(text: str) -> bool:
    """Whether a line is nothing but a few names and versions ("CUDA 7.5, cudnn 5;", "Ubuntu 16.04")."""
    system = _SYSTEM.fullmatch(text.strip(" .,;"))
    if system is not None:
        return any(char.isdigit() for char in text)
    rest = text
    for expression in (_CUDA, _PYTHON, _DRIVER, _SYSTEM, _GPU, _CPU, _CLOCK):
        rest = expression.sub(" ", rest)
    named = _CUDA.search(text) or _CPU.search(text)  # the name of a GPU or of a system is often said of another
    return named is not None and len(text) < 120 and not any(char.isalnum() for char in rest)


def _two(text: str) -> Iterator[Pair]:
    """What is said of two releases."""
    if "?" in text and not text.lstrip().lower().startswith(("why", "how")):
        return
    for expression in (_UPGRADE, _BETWEEN):
        found = expression.search(text)
        if found:
            if found["before"]:
                yield from models.before(found["before"])
            yield from models.after(found["after"])
            break
    for expression, name in ((_SAVED, "saved_with"), (_LOADED, "loaded_with")):
        found = expression.search(text)
        if found and re.search(r"model|weights|checkpoint|h5|\.keras|savedmodel|network|graph", text, re.IGNORECASE):
            yield from models.side(found["build"], name)
            kind = _FORMAT.search(text)
            if kind and name == "saved_with":
                yield "saved_with.format", kind.group().strip(".")
            number = values.version(found["build"])
            if number and name == "loaded_with" and "keras" not in found["build"].lower():
                yield f"{ENVIRONMENT}tf_version", number


def _facts(text: str) -> Iterator[Pair]:
    found = list(dict.fromkeys(item["version"] for item in _TF.finditer(text) if item["version"] != "2"))
    if len(found) == 1:
        yield f"{ENVIRONMENT}tf_version", found[0]
        yield from values.distribution(next(item["name"] for item in _TF.finditer(text)))
    python = list(dict.fromkeys(item["version"] for item in _PYTHON.finditer(text)))
    if len(python) == 1:
        yield f"{ENVIRONMENT}python_version", python[0]
    for item in _CUDA.finditer(text):
        what = "cudnn" if item["what"].lower() == "cudnn" else "cuda"
        if "." in item["version"] or (" " in item.group() and (what == "cudnn" or int(item["version"]) > 6)):
            yield f"{ENVIRONMENT}{what}_versions_found", item["version"]
    driver = _DRIVER.search(text)
    if driver and "driver" in text.lower():
        yield f"{ENVIRONMENT}driver_version", driver["version"]
    for item in _LIBRARY.finditer(text):
        yield PACKAGES + item["name"].lower().replace("_", "-"), item["version"]
    for item in list(_GPU.finditer(text))[:4]:
        yield f"{ENVIRONMENT}gpus", item.group().strip()
    yield from _place(text)


def _place(text: str) -> Iterator[Pair]:
    """The system, the architecture, the kind of environment."""
    named = (item.group().strip() for item in _SYSTEM.finditer(text))
    systems = list(dict.fromkeys("macOS" if item.lower().startswith("macbook") else item for item in named))
    kinds = {words.operating_system(item).os for item in systems} - {""}
    if systems and len(kinds) <= 1:
        yield f"{ENVIRONMENT}os", max(systems, key=lambda item: (any(char.isdigit() for char in item), len(item)))
        if any(item.lower().startswith("wsl") for item in systems):
            yield f"{ENVIRONMENT}wsl", next(item for item in systems if item.lower().startswith("wsl")).upper()
    chip = _CHIP.search(text)
    if chip and re.search(r"\bmac|apple|chip", text, re.IGNORECASE):
        yield f"{ENVIRONMENT}arch", "arm64"
        yield f"{ENVIRONMENT}os", "macOS"
    conda = _CONDA.search(text)
    if conda:
        yield f"{ENVIRONMENT}conda", conda[1]
    cpu = _CPU.search(text)
    if cpu:
        yield f"{ENVIRONMENT}cpu", cpu.group().strip()
    if re.search(r"\b(?:in|inside|within|using) (?:an? )?docker\b|docker container", text, re.IGNORECASE):
        yield f"{ENVIRONMENT}container", "docker"
