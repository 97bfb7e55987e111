"""Cuts the description of a machine into statements."""

import re
from collections.abc import Iterator

from tfdoctor.errors import InputError
from tfdoctor.matrix import Matrix
from tfdoctor.tickets._phrases import (
    BOARDS,
    HELP,
    NOISE,
    NVIDIA_WORDS,
    OTHER_GPUS,
    PHRASES,
    PROCESSORS,
    X86,
    Phrase,
)
from tfdoctor.tickets._said import Said
from tfdoctor.tickets.words import CPU_FEATURE

# "key=value" is the same as these words before the value.
_KEYS = {
    "gpu": "gpu", "gpus": "gpu", "cpu": "cpu", "processor": "cpu", "os": "", "operating_system": "", "system": "",
    "distribution": "", "distro": "", "arch": "", "architecture": "", "platform": "", "container": "", "wsl": "wsl ",
    "macos": "macos ", "windows": "windows ", "ubuntu": "ubuntu ", "driver": "driver ", "nvidia_driver": "driver ",
    "driver_cuda": "driver cuda ", "cuda_driver": "driver cuda ", "compute_capability": "compute capability ",
    "capability": "compute capability ", "cc": "compute capability ", "glibc": "glibc ", "libc": "glibc ",
    "musl": "musl ", "cuda": "cuda ", "toolkit": "cuda ", "cuda_toolkit": "cuda ", "cudnn": "cudnn ",
    "jetpack": "jetpack ", "l4t": "l4t ", "memory": "memory ", "ram": "memory ", "cores": "cores", "kernel": "kernel ",
}  # fmt: skip
_NONE = frozenset({"none", "no", "0", "absent", "false"})
_KEYED = re.compile(
    r"^([a-z]+(?:[ _-][a-z]+){0,2}?)(?:[ _-](?:version|model|name)(?: and memory)?)?\s*[=:]\s*(.+)$", re.IGNORECASE
)
_OF_A_GPU = frozenset({"capability", "gpu-memory", "some-memory"})
_PYTHON = re.compile(
    r"(?:(?<!\w)(?P<bits>32|64)[ -]?bit )?(?<![\w.])(?P<kind>c?python|pypy|py|cp)(?: version)?[ =:-]*v?"
    r"(?P<first>[23]\d{1,2}|\d(?:\.\d+)*)(?![\w.])"
    r"(?P<more>(?:\s*(?:,|;|/|&|\+|\band\b|\bor\b)\s*(?:c?python\s*)?[23]\.\d+(?:\.\d+)?(?![\w.]|\s*[gm]i?b))*)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(\d{1,2})\s*[x\u00d7]\s*(?P<name>.+)$|^(\d{1,2})\s+(?P<plain>[a-z].+)$"
    r"|^(?P<before>.+?)\s+[x\u00d7]\s?(\d{1,2})$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\|+|\s(?:and|with|plus|or)\s|[+&]", re.IGNORECASE)


def statements(text: str, matrix: Matrix) -> list[Said]:
    """Return what a description says.

    Raises:
        InputError: it holds a word that is not understood, or nothing; the text names it and what is understood.
    """
    if not text.strip(" ,;\n\t"):
        raise InputError(f"the description of the machine is empty; understood are {HELP}")
    said: list[Said] = []

    def take(found: re.Match[str]) -> str:
        said.extend(_pythons(found))
        return ","

    for part in re.split(r"[,;\n]+", _PYTHON.sub(take, text)):
        said.extend(_part(part.strip(), matrix))
    return said


def _pythons(found: re.Match[str]) -> Iterator[Said]:
    words = " ".join(found.group().split())
    first = found["first"]
    if first.isdigit() and len(first) > 1:  # py39
        first = f"{first[0]}.{first[1:]}"
    if "." not in first:
        raise InputError(f"the description of the machine says {words!r}: name the minor release, as in 'python 3.11'")
    for version in (first, *re.findall(r"\d[\d.]*", found["more"])):
        yield Said(words=words, topic="python", value=version)
    if found["bits"]:
        yield Said(words=words, topic="python-bits", value=found["bits"])
    if found["kind"].lower() == "pypy":
        yield Said(words=words, topic="pypy")


def _part(part: str, matrix: Matrix) -> Iterator[Said]:
    keyed = _KEYED.match(part)
    if keyed is None:
        yield from _free(part, PHRASES, matrix)
        return
    key, value = re.sub(r"[ -]", "_", keyed[1].lower()), keyed[2].strip()
    if key not in _KEYS:
        raise InputError(f"the description of the machine says {part!r}; the keys are {', '.join(sorted(_KEYS))}")
    if value.lower() in _NONE and key in {"gpu", "gpus", "driver", "cuda", "cudnn"}:
        yield Said(words=part, topic=f"no-{key.removesuffix('s')}")
    elif _KEYS[key] == "cpu":
        features = list(_features(value))
        yield from features
        if not features:
            yield from _processor(value)
    elif _KEYS[key] == "gpu":
        yield from _free(value, tuple(phrase for phrase in PHRASES if phrase.topic in _OF_A_GPU), matrix)
    elif _KEYS[key] == "cores":
        yield from _free(f"{value} cores", PHRASES, matrix)
    else:
        yield from _free(_KEYS[key] + value, PHRASES, matrix)


def _free(part: str, phrases: tuple[Phrase, ...], matrix: Matrix) -> Iterator[Said]:
    """Take the phrases out of a part of the text; what is left names hardware, or is not understood."""
    found: list[Said] = []
    rest = part
    for phrase in phrases:
        for match in phrase.pattern.finditer(rest):
            value = " ".join(group for group in match.groups() if group) or phrase.value
            found.append(
                Said(words=match.group().strip(), topic=phrase.topic, value=value, os=phrase.os, arch=phrase.arch)
            )
        rest = phrase.pattern.sub(lambda match: "|" * len(match.group()), rest)
    _refuse(found)
    found += _features(rest)
    rest = CPU_FEATURE.sub("|", rest)
    for fragment in _JOINED.split(rest):
        found += _hardware(fragment.strip(" -:/()@.*"), matrix)
    of_gpu = any(item.topic == "gpu" for item in found)
    for item in found:
        if item.topic == "detail":
            continue
        if item.topic == "some-memory":
            topic = "gpu-memory" if of_gpu else "memory"
            yield Said(words=item.words, topic=topic, value=item.value)
        else:
            yield item


def _refuse(found: list[Said]) -> None:
    for item in found:
        if item.topic == "image":
            raise InputError(f"{item.words!r} is a container image, no machine: describe the machine that runs it")
        if item.topic == "tensorflow":
            raise InputError(f"{item.words!r} is no part of a machine: the release that you want is the target")


def _features(text: str) -> Iterator[Said]:
    for match in CPU_FEATURE.finditer(text):
        yield Said(words=match.group().strip(), topic="feature", value=match.group().strip(), arch=X86)


def _processor(text: str) -> Iterator[Said]:
    for phrase in PHRASES:
        if phrase.topic in {"cpu", "apple"} and phrase.pattern.search(text):
            yield Said(words=text, topic="cpu", value=text, os=phrase.os, arch=phrase.arch)
            return
    yield Said(words=text, topic="cpu", value=text, arch=X86 if PROCESSORS.search(text) else ())


def _hardware(fragment: str, matrix: Matrix) -> list[Said]:
    """Read the name of a GPU or a processor.

    Raises:
        InputError: it is neither.
    """
    if not fragment:
        return []
    counted = _COUNTED.match(fragment)
    name = (counted["name"] or counted["plain"] or counted["before"]) if counted else fragment
    left = [word for word in fragment.split() if word.lower() not in NOISE]
    plain = len(left) == len(fragment.split())
    gpu = _gpu(name, matrix, guess=plain)
    if gpu is not None:
        return [gpu] * (int(counted[1] or counted[3] or counted[6]) if counted else 1)
    if PROCESSORS.search(fragment) or matrix.cpus.processor(fragment):
        return list(_processor(fragment))
    if not plain:
        return _hardware(" ".join(left), matrix)
    raise InputError(
        f"the description of the machine says {fragment!r}, which is not understood; understood are {HELP}"
    )


def _gpu(name: str, matrix: Matrix, *, guess: bool) -> Said | None:
    """Read the name of a GPU; with `guess` a name that only looks like one is taken too."""
    if re.fullmatch(r"(?:nvidia |cuda )*(?:gpu|graphics card)s?|nvidia", name, re.IGNORECASE):
        return Said(words=name, topic="gpu")
    plain = re.sub(r"(?<=\d)s$|-\d{1,2}[ABCQ]$", "", name)  # "A100s", and a part of one: "A40-48Q"
    os, arch = next(((os, arch) for pattern, os, arch in BOARDS if pattern.search(name)), ((), ()))
    if OTHER_GPUS.search(name) or arch:
        return Said(words=name, topic="gpu", value=name, os=os, arch=arch)
    for form in (name, plain):
        if (not form.isdigit() or len(form) > 3) and matrix.gpus.compute_capability(form):
            return Said(words=name, topic="gpu", value=form)
    return Said(words=name, topic="gpu", value=name) if guess and NVIDIA_WORDS.search(name) else None
