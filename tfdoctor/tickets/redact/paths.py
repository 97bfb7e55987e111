"""Paths: users and somebody's own folders become pseudonyms; the kind of the path and what decides in it stay."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tfdoctor.tickets.redact import vocabulary as words
from tfdoctor.tickets.redact.lines import on_lines, on_matches
from tfdoctor.tickets.redact.pseudonyms import Pseudonyms

_HOMES: Final = frozenset({"home", "homes", "users", "documents and settings"})
_NOBODY: Final = frozenset({"root", "public", "default", "default user", "all users", "shared"})
_BASE: Final = "(?:user|dir|file|[udf])\u00e9?\\d{1,6}_*"
_OURS: Final = re.compile(rf"{_BASE}(?:[\s'\"()\[\]:,*?<>|;=]+(?:n|na|nam|name_*))*")
_SPLIT: Final = re.compile(r"([\s'\"()\[\]:,*?<>|;=]+)")  # what expressions of log messages stop at stays where it is
_LONG: Final = 60  # a rule measures the paths that Windows could not write


@dataclass(frozen=True, slots=True)
class _Done:
    text: str
    counts: dict[str, int]


class Paths:
    """Redacts paths; the same component becomes the same pseudonym everywhere."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._memory: dict[str, _Done] = {}
        self.users: dict[str, None] = {}  # in the order of their discovery; casefolded

    def hide(self, path: str) -> str:
        """Return a path (or something like it) without what is somebody's own."""
        done = self._memory.get(path)
        if done is None:
            before = Counter(self._names.counts)
            done = _Done(self._hide(path), dict(self._names.counts - before))
            if len(self._memory) > 50_000:  # a log of a gigabyte may name millions of files
                self._memory.clear()
            self._memory[path] = done
            return done.text
        for rule, count in done.counts.items():
            self._names.counts[rule] += count
        return done.text

    def forget(self) -> None:
        """Drop remembered results: a newly found user may stand in them."""
        self._memory.clear()

    def _hide(self, path: str) -> str:
        root = words.KEEP_ROOT.match(path)
        if root and "/home/" not in path and "/Users/" not in path:
            return path
        windows = re.match(r"[A-Za-z]:|\\\\", path) is not None or "\\" in path
        # Windows limits paths, also where a log cuts one off in front
        measured = windows or (len(path) >= _LONG and not path.startswith(("/", "~", "$")))
        parts = re.split(r"([\\/]+)", path)
        keep = False
        previous = ""
        for place in range(0, len(parts), 2):
            part = parts[place]
            lower = part.casefold()
            if not part:
                continue
            keep = keep or (previous == "tensorflow" and part in words.WITHIN_TENSORFLOW)
            if place == 2 and path.startswith("\\\\") and lower not in {"?", ".", "wsl$", "wsl.localhost"}:
                parts[place] = self._host(part)
            elif part.startswith("~") and place == 0 and len(part) > 1:
                parts[place] = "~" + self.user(part[1:], measured=measured)
            elif previous in _HOMES and not keep and lower not in _NOBODY:
                parts[place] = self.user(part, measured=measured)
            elif part.startswith("_bazel_"):
                parts[place] = "_bazel_" + self.user(part[7:], measured=measured)
            elif not keep:
                parts[place] = self._component(part, windows=windows, measured=measured)
            keep = keep or _is_public_from_here(part, previous, first=place == 0)
            previous = lower
        return "".join(parts)

    def _host(self, host: str) -> str:
        if re.fullmatch(r"host\d+", host):
            return host
        return self._names.named("host", host.casefold(), "host-name", lambda number: f"host{number}")

    def user(self, name: str, *, measured: bool = False) -> str:
        """Return the pseudonym of a user, as a component of a path."""
        if (
            _OURS.fullmatch(name)
            or name.casefold() in _NOBODY
            or re.fullmatch(r"\$\w+|\$\{\w+\}|%\w+%|[\W_]*|<.*>|x{2,}|\{\w+\}|\.\.\.", name)
        ):
            return name
        self.users.setdefault(name.casefold())
        number = self._names.number("user", name.casefold())
        self._names.counts["user-name"] += 1
        return _shaped(name, "user", number, measured=measured)

    def _component(self, part: str, *, windows: bool, measured: bool) -> str:
        lead = part[0] if part[0] in ".~" and len(part) > 1 else ""
        body = part[len(lead) :]
        lower = part.casefold()
        if self.is_plain(part):
            return part
        if lower in self.users:
            return self.user(part, measured=measured)
        found = words.EXTENSION.search(body)
        ending = found[0] if found else ""
        stem = body[: len(body) - len(ending)]
        value = body.casefold() if windows else body
        kind = "file" if ending else "dir"
        number = self._names.number(kind, value)
        self._names.counts["project-path"] += 1
        tokens = list(dict.fromkeys(words.TOKENS.findall(stem)))
        first = bool(tokens) and stem.startswith(tokens[0])
        room = len(stem) - sum(len(token) + 1 for token in tokens)
        base = _shaped(stem, kind, number, measured=measured, room=room)
        listed = [tokens[0], base, *tokens[1:]] if first else [base, *tokens]
        return lead + "-".join(listed) + ending

    def is_plain(self, part: str) -> bool:
        """Whether a component is nobody's own: a known word, a version, a pseudonym."""
        lower = part.casefold()
        if lower in words.FOLDERS or words.PATTERNS.fullmatch(part):
            return True
        ending = words.EXTENSION.search(part)
        stem = part[: ending.start()] if ending else part
        if stem in words.module_names() or (ending and (len(stem) < 3 or stem.casefold() in words.FILE_STEMS)):
            return True
        rest = words.TOKENS.sub("", stem).strip("-_. ~")
        return not re.search(r"[^\W\d_]", rest) or _OURS.fullmatch(rest) is not None

    def knows(self, part: str) -> bool:
        """Whether a component was replaced before."""
        return part.casefold() in self.users or self._names.knows("dir", part)


def _is_public_from_here(part: str, previous: str, *, first: bool) -> bool:
    """Whether what is below a folder was brought by a distribution or the system."""
    if words.KEEP_BELOW.fullmatch(part):
        return True
    if previous in {"lib", "lib64"} and re.fullmatch(r"python\d\.\d+", part):
        return True
    return part in words.MODULES and (first or previous in {"...", "\u2026"})  # cut off in front


def _shaped(original: str, base: str, number: int, *, measured: bool, room: int | None = None) -> str:
    """A pseudonym with the spaces and quotes of the original, foreign letters where it has some, and its length."""
    pieces = _SPLIT.split(original)
    shaped = []
    accent = "" if original.isascii() else "\u00e9"
    fresh = True
    for place, piece in enumerate(pieces):
        if place % 2 or not piece:
            shaped.append(piece)
            continue
        if fresh:
            name = f"{base}{accent}{number}"
            length = len(piece) if room is None or len(pieces) > 1 else room
            if measured and len(name) > length:
                name = f"{base[0]}{accent}{number}"
            fresh = False
        else:
            name = "name"[: len(piece)] if measured else "name"
            length = len(piece)
        shaped.append(name.ljust(length, "_") if measured else name)
    return "".join(shaped)


# --- paths in a text ----------------------------------------------------------------------------------

_FRAME: Final = re.compile(r"(File \\?\")([^\"\\\r\n]*(?:\\[^\"\r\n][^\"\\\r\n]*)*)(\\?\")")
_QUOTED: Final = re.compile(r"([\"'])((?:[A-Za-z]:[\\/]|\\\\|~?/)[^\"'\r\n]{1,2000})\1")
_SPACED: Final = (
    r"Program Files \(x86\)|Program Files|NVIDIA GPU Computing Toolkit|NVIDIA Corporation|Microsoft Visual Studio"
    r"|Application Support"
)
_WINDOWS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]:(?:\\+|/(?!/))|(?<![\w\\])\\\\(?:\\\\)?(?=[\w?.-]{2,}\\+[\w$.-]{2,}))"
    r"(?:(?:Users|Documents and Settings)[\\/]+[^\\/:*?\"<>|\r\n]{1,60}[\\/]+)?"
    rf"(?:{_SPACED}|[^\s\"'<>|*?:;,()\[\]{{}}=`\U000f0000-\U000fefff])*"
)
_POSIX: Final = re.compile(
    r"(?:(?<![\w./\\~$%}<>-])|(?<=[ \t]-[ILB])|(?<=[<>]))(?:\$\w+|\$\{\w+\}|~[\w.-]*|\.{1,3}|\u2026"
    r"|%\w+%)?/(?![/*>])[^\s\"'<>|*?:;,()\[\]{}=\\`$\#\U000f0000-\U000fefff]*"
)
_IN_POSIX: Final = re.compile(r"/(?<!\w/)|[$~][\w.-]*/|-[ILB]/")  # "7/1000" and "a/b" are none
_RELATIVE: Final = re.compile(
    r"(?<![\w./\\~@$%+-])[A-Za-z_][\w.-]*(?:[/\\]{1,2}[\w.+-]+)+\.(?:pyx?|ipynb|sh|ya?ml|json|h5|hdf5|pb|csv"
    r"|tfrecord|keras|tflite|pkl|ckpt|bat)(?![\w/\\])"
)
_ESCAPED: Final = re.compile(r"(%(?:2F|5C)(?:home|users)%(?:2F|5C))([\w.+-]{1,64})", re.IGNORECASE)


def hide_paths(text: str, paths: Paths) -> str:
    """Replace what is private in the paths of a text."""
    text = on_lines(
        text,
        ('File "', 'File \\"'),
        lambda piece: _FRAME.sub(lambda found: found[1] + _frame(found[2], paths) + found[3], piece),
    )
    text = on_lines(text, ('"/', "'/", "~/", ":/", ":\\", "\\\\"), lambda piece: _with_drives(piece, paths))
    text = on_matches(text, _IN_POSIX, lambda piece: _POSIX.sub(lambda found: _posix(found[0], paths), piece))
    text = on_lines(text, _ENDINGS, lambda piece: _RELATIVE.sub(lambda found: _relative(found[0], paths), piece))
    if "%2" in text or "%5" in text:
        text = _ESCAPED.sub(lambda found: found[1] + paths.user(found[2]), text)
    return text


_ENDINGS: Final = (
    ".py", ".ipynb", ".sh", ".yml", ".yaml", ".json", ".h5",
    ".hdf5", ".pb", ".csv", ".tfrecord", ".keras", ".tflite", ".pkl",
    ".ckpt", ".bat",
)  # fmt: skip


def _with_drives(text: str, paths: Paths) -> str:
    text = _QUOTED.sub(lambda found: _quoted(found, paths), text)
    if ":\\" in text or ":/" in text or "\\\\" in text:
        text = _WINDOWS.sub(lambda found: _trimmed(found[0], paths), text)
    return text


def _frame(path: str, paths: Paths) -> str:
    return path if path.startswith("<") else paths.hide(path)


def _quoted(found: re.Match[str], paths: Paths) -> str:
    path = found[2]
    if (" " in path and re.search(r"\s(?:-|~?/|[A-Za-z]:[\\/])|[:;]", path[2:])) or ":" in path[2:] or ";" in path:
        return found[0]
    return found[1] + (_posix(path, paths) if path.startswith("/") else paths.hide(path)) + found[1]


def _trimmed(path: str, paths: Paths) -> str:
    plain = path.rstrip(".")
    return paths.hide(plain) + path[len(plain) :]


def _posix(path: str, paths: Paths) -> str:
    plain = path.rstrip(".") if not path.startswith(".") else path
    if plain.count("/") == 1 and plain.startswith("/") and not paths.knows(plain[1:]):
        return path  # "/gpu" is no path; a folder of the root that was replaced elsewhere is
    return paths.hide(plain) + path[len(plain) :]


def _relative(path: str, paths: Paths) -> str:
    first = re.split(r"[\\/]", path)[0]
    return path if first in words.MODULES or first in {"external", "bazel-out", "third_party"} else paths.hide(path)
