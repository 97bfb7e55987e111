"""Cuts a text into lines: quoting, comments and escapes taken off, fences and headings known."""

import re
from dataclasses import dataclass, replace
from typing import Final

# What is read of a text: its beginning and its end; what is between them is passed over, with a remark.
HEAD: Final = 1_000_000
TAIL: Final = 1_000_000
_LINES: Final = 100_000
_WIDTH: Final = 4000  # of a line, for readers: no line of a form or a tool is longer
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;?]{0,30}[ -/]{0,5}[@-~]|\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROLS: Final = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0x7F: None, 0xFEFF: None}
_TAGS: Final = re.compile(
    r"</?(?:details|summary|em|b|i|strong|p|div|span|sub|sup|br|hr|h[1-6]|ul|li|ol|font|blockquote|u|kbd|tt)"
    r"(?: [^<>\n]{0,80})?/?>",
    re.IGNORECASE,
)
_PRE: Final = re.compile(r"<(/?)(?:pre|code)(?: [^<>\n]{0,80})?>", re.IGNORECASE)
_FENCE: Final = re.compile(r"^(?:[-*+] {1,4}|\d{1,2}\. {1,4})?(`{3,}|~{3,})[ \t]*([A-Za-z+#-]{0,20})[ \t]*(.*)$")
_HEADING: Final = re.compile(r"^#{1,6}[ \t]+(\S.{0,200})$|^\*\*([^*]{2,120})\*\*:?$|^__([^_]{2,120})__:?$")
_FORM_HEADING: Final = re.compile(
    r"^### (?:issue|have (?:you|i)|source|tensorflow|custom|os |mobile|python|bazel|gcc|cuda|gpu|current|standal?one"
    r"|relevant|describe|system|any other|expected|other info|what|environment|logs?\b)",
    re.IGNORECASE,
)
_LANGUAGES: Final = frozenset(
    [
        "python",
        "py",
        "python3",
        "ipython",
        "pycon",
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "cmd",
        "bat",
        "batch",
        "powershell",
        "ps",
        "text",
        "txt",
        "log",
        "logs",
        "plaintext",
        "output",
        "json",
        "yaml",
        "toml",
        "diff",
        "cpp",
        "c",
        "dockerfile",
        "docker",
        "ini",
        "none",
        "raw",
        "error",
        "traceback",
    ]
)
_PYTHON: Final = frozenset({"python", "py", "python3", "ipython"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text; `number` from 1 as an editor counts.

    `text` is without quoting, at most 4000 characters; `whole` has all of them. `fence` numbers the fenced block that
    the line is in (0: none) and `language` is its; `section` is the last heading, in lower case.
    """

    number: int
    text: str
    whole: str
    fence: int = 0
    language: str = ""
    section: str = ""
    heading: bool = False

    @property
    def python(self) -> bool:
        """Whether the line is in a block that is marked as Python."""
        return self.language in _PYTHON


def cut(text: str) -> tuple[Line, ...]:
    """Return the lines of a text that say something or separate what does; blank ones are kept."""
    if too_long(text):
        head, tail = cut(text[:HEAD]), cut(text[-TAIL:])
        before = text.count("\n", 0, len(text) - TAIL)
        return (*head, *(replace(line, number=line.number + before, fence=-line.fence) for line in tail))
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in plain:
        plain = _ESCAPES.sub("", plain)
    plain = _uncommented(plain.translate(_CONTROLS).replace("\u00a0", " ").replace("\u200b", ""))
    state = _State()
    rows = list(enumerate(plain.split("\n"), 1))
    if len(rows) > _LINES:
        rows = [*rows[: _LINES * 3 // 4], *rows[-_LINES // 4 :]]
    return tuple(line for number, raw in rows for line in state.take(number, raw))


def too_long(text: str) -> bool:
    """Whether a text is read in part only."""
    return len(text) > HEAD + TAIL


def remark(text: str, lines: tuple[Line, ...]) -> str:
    """What to say of a text that was read in part; "" where all of it was read."""
    if too_long(text):
        return f"only the first {HEAD} and the last {TAIL} characters were read"
    passed = lines[-1].number > _LINES if lines else False
    return f"only the first {_LINES * 3 // 4} and the last {_LINES // 4} lines were read" if passed else ""


def _uncommented(text: str) -> str:
    """Take HTML comments out, keeping the count of lines."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + 3
    return "".join((*parts, text[at:]))


def unquoted(text: str) -> str:
    """Take off the marks of quoted mail ("> "); the prompt of Python (">>> ") stays."""
    while text.startswith(">") and not (text.startswith(">>>") and text[3:4] in {"", " "}):
        text = text[1:].removeprefix(" ")
    return text


class _State:
    """Where in the text we are."""

    def __init__(self) -> None:
        self.fence = ""  # the marks that opened the block, "<" for <pre>
        self.count = 0
        self.language = ""
        self.section = ""

    def take(self, number: int, raw: str) -> list[Line]:
        whole = unquoted(raw.rstrip())
        if "<" in whole:
            whole = self._untagged(whole)
        stripped = whole.strip()[:_WIDTH]
        if self.fence:
            return self._inside(number, whole, stripped)
        opened = _FENCE.match(stripped)
        if opened and opened[1] not in opened[3]:
            return self._open(number, opened)
        heading = _HEADING.match(stripped)
        if heading:
            self.section = (heading[1] or heading[2] or heading[3]).strip(" :#*").lower()
        return [self._line(number, whole, heading=heading is not None)]

    def _open(self, number: int, opened: re.Match[str]) -> list[Line]:
        self.fence, language, rest = opened[1], opened[2].lower(), opened[3]
        self.count += 1
        self.language = language if language in _LANGUAGES else ""
        content = rest if language in _LANGUAGES or not language else f"{opened[2]} {rest}".strip()
        return [self._line(number, content)] if content else []

    def _inside(self, number: int, whole: str, stripped: str) -> list[Line]:
        if self.fence == "<":
            return [self._line(number, whole)]
        if stripped.startswith(self.fence[:3]) and not stripped.strip(self.fence[0]).strip():
            self.fence = ""
            return []
        if _FORM_HEADING.match(stripped):  # nobody closed the block
            self.fence = ""
            return self.take(number, whole)
        if stripped.endswith(self.fence[:3]):
            line = self._line(number, whole.rstrip()[: -len(self.fence[:3])])
            self.fence = ""
            return [line]
        return [self._line(number, whole)]

    def _untagged(self, whole: str) -> str:
        marks = _PRE.findall(whole)
        if marks and self.fence in {"", "<"}:
            if marks[-1] == "" and not self.fence:
                self.fence, self.language = "<", ""
                self.count += 1
            elif marks[-1] == "/":
                self.fence = ""
            whole = _PRE.sub("", whole)
        return _TAGS.sub("", whole)

    def _line(self, number: int, whole: str, *, heading: bool = False) -> Line:
        return Line(
            number=number,
            text=whole[:_WIDTH],
            whole=whole,
            fence=self.count if self.fence else 0,
            language=self.language if self.fence else "",
            section=self.section,
            heading=heading,
        )
