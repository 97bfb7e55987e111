"""Users and hosts by name: what the machine's identity and the text itself tell, replaced as whole words only."""

import re
from functools import cache
from typing import Final

from tfdoctor.facts.identity import Identity
from tfdoctor.tickets.redact import common, vocabulary
from tfdoctor.tickets.redact.lines import lowered, on_lines
from tfdoctor.tickets.redact.paths import Paths
from tfdoctor.tickets.redact.pseudonyms import SECRET, Pseudonyms
from tfdoctor.tickets.redact.urls import is_public

_NAME = r"[A-Za-z_][\w.-]{0,63}"
_HOST = r"[A-Za-z0-9][\w.-]{0,253}"
_COLOURS = "[\U000f0000-\U000fefff]{0,3}"  # which stand for escape sequences, see `text`
# The prompts of shells: a user, "@", a host, then a folder and "$", "#" or "%".
_PROMPT: Final = re.compile(
    rf"(?P<user>(?<![\w.@/:+-]){_NAME})@(?P<host>{_HOST})(?={_COLOURS}(?::{_COLOURS}(?:[~/][^\s$#]{{0,300}})?[$#](?:\s|$)"
    rf"|:{_COLOURS}[~/]|[ \t][^\s\]]{{1,100}}\][$#]|[ \t][^\s%]{{0,100}}[ \t]?%[ \t]|[$#>]\s))",
    re.MULTILINE,
)
_LOGIN: Final = re.compile(
    rf"(?P<ahead>\b(?:ssh|scp|sftp|rsync|mosh|autossh"
    rf"|sshfs)\b[^\r\n@]{{0,200}}?[ \t])(?P<user>{_NAME})@(?P<host>{_HOST})",
    re.IGNORECASE,
)
_STATED_USER: Final = re.compile(
    rf"(?P<ahead>(?:(?<![A-Za-z-])(?:USER|USERNAME|LOGNAME|SUDO_USER|JUPYTERHUB_USER|NB_USER|RUNAS_USER|PGUSER)"
    rf"|(?<![\w-])(?:user ?name|login ?name|user|login|logged in as|running as user|run as))"
    rf"[\"']?[ \t]{{0,3}}(?:=|:(?!:)|(?<=as)"
    rf"|(?<=user))[ \t]{{0,3}}[\"']?(?:[A-Za-z][\w-]{{0,20}}\\+)?)(?P<user>{_NAME})(?![\w(./\\-])",
    re.IGNORECASE,
)
_STATED_HOST: Final = re.compile(
    rf"(?P<ahead>(?:(?<![A-Za-z-])(?:HOSTNAME|HOST|COMPUTERNAME|SLURMD_NODENAME|SLURM_JOB_NODELIST|SLURM_NODELIST"
    rf"|SLURM_SUBMIT_HOST|NODENAME|NODE_NAME)|(?<![\w-])(?:host ?name|node ?name|computer ?name|machine ?name"
    rf"|hostname|fqdn|trusted-host))"
    rf"[\"']?[ \t]{{0,3}}(?:=|:(?!:))[ \t]{{0,3}}[\"']?|running on this host \("
    rf"|(?<![\w-])(?:diagnostic information: hostname"
    rf"|retrieving CUDA diagnostic information for host): |--trusted-host[ =]"
    rf"|(?<![\w-])hostname[ \t]+is[ \t]+)(?P<host>{_HOST})(?![\w(/\\])",
    re.IGNORECASE,
)
_PRIVATE_NAME: Final = re.compile(
    r"(?<![\w.@-])(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}(?:lan|intranet|corp|localdomain|home\.arpa"
    r"|cluster\.local)(?![\w-]|\.\w)"
    r"|(?<![\w-])(?:DESKTOP|LAPTOP|WIN)-[A-Z0-9]{7,12}(?![\w-])"
    r"|(?<![\w.-])ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?:\.[\w.-]+)?(?![\w-])"
    r"|(?<![\w.-])ec2-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}[\w.-]*"
)
# Hosts by what stands around them: the answers of uname, crashes as MPI tells them, schedulers, members of a cluster.
_PLACED_HOST: Final = re.compile(
    rf"(?P<ahead>(?<![\w-])Linux[ \t]+(?=[^ \t\r\n]+[ \t]+\d+\.\d+\S*[ \t]+#)"
    rf"|(?<![\w-])Darwin[ \t]+(?=\S+[ \t]+\d+\.\d)"
    rf"|\(\\?['\"](?:Linux|Windows|Darwin)\\?['\"],[ ]\\?['\"]|\bnode=['\"]"
    rf"|(?<![\w\]])\[(?=[\w.-]+:\d+(?::\d+){{0,3}}\][ \t]+(?:\*\*\*|Caught|Signal|\[ ?\d+\]|mca|PMIX|MPI))"
    rf"|(?<![\w-])(?:node|host)[ \t]+(?=[A-Za-z][\w.]*-[\w.-]*\d|[A-Za-z]{{4,}}\d+\b)"
    rf"|(?<=\d)[ ]->[ ](?=[\w.-]+:\d{{2,5}}[,}}])"
    rf"|\\?[\"'](?=[\w.-]+:\d{{3,5}}\\?[\"']))(?P<host>{_HOST})",
)
_KEYS_OF_USERS: Final = frozenset({"user", "username", "login", "logname", "owner", "account"})
_KEYS_OF_HOSTS: Final = frozenset({"host", "hostname", "nodename", "computername", "machinename", "fqdn", "server"})
_PLACED_HINTS: Final = (
    "Linux",
    "Darwin",
    "node=",
    "node ",
    "host ",
    " -> ",
    "***",
    "Caught",
    "worker",
    "chief",
    "cluster",
)
# A full name below one of the domains that everybody knows; those of countries are also words of programs.
_FULL_NAME: Final = re.compile(
    r"(?<![\w.@/\\:-])(?!self\.|tf\.|keras\.|np\.|os\.|model\.)(?:(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}(?:com|org|edu|gov|mil)"
    r"|(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){2,5}(?:net|de|fr|uk|ch|nl|se|dk|fi|es|pl|cz|jp|cn|kr|au|ca|eu|ru|br|tw|sg|hk|il))"
    r"(?![\w(=-]|\.\w)"
)
_FULL_HINTS: Final = (
    ".com", ".org", ".edu", ".gov", ".mil", ".net", ".de", ".fr", ".uk", ".ch", ".nl", ".se", ".dk", ".fi", ".es",
    ".pl", ".cz", ".jp", ".cn", ".kr", ".au", ".ca", ".eu", ".ru", ".br", ".tw", ".sg", ".hk", ".il",
)  # fmt: skip
_USER_HINTS: Final = ("user", "logname", "login", "logged in as", "run as", "running as")
_HOST_HINTS: Final = (
    "host",
    "slurm",
    "node_name",
    "nodename",
    "node name",
    "computer",
    "machine name",
    "machinename",
    "fqdn",
)
_NAME_HINTS: Final = (
    ".lan", ".intra", ".corp", ".localdomain", ".home", "cluster.local", ".local", ".internal", ".private", ".svc",
    "desktop-", "laptop-",
    "win-", "ip-", "ec2-",
)  # fmt: skip
# What a module of Python could be called as well: a hyphen, or the words before it, make it a host.
_UNSURE_NAME: Final = re.compile(
    r"(?<![\w.@/-])(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}(?:local|internal|private|intra|home|svc)(?![\w-]|\.\w)"
)
_HOST_AHEAD: Final = re.compile(
    r"(?:host|node|ping|connect(?:ed|ing)? to|server|on|at|ssh)[ =:\"']{1,4}$", re.IGNORECASE
)
_NO_NAME: Final = frozenset({
    "root", "none", "null", "true", "false", "yes", "no", "unknown", "n/a", "git", "localhost", "nobody", "name",
    "user", "username", "host", "hostname",
    "self", "str", "string", "error", "the", "a", "an", "is", "not", "and", "or", "id", "to", "in", "example", "your",
    "my", "none,", "default",
})  # fmt: skip


class People:
    """Knows users and hosts, learns more from what it reads, and replaces them."""

    def __init__(self, identity: Identity, names: Pseudonyms, paths: Paths) -> None:
        self._names = names
        self._paths = paths
        self._users: dict[str, None] = paths.users
        self._full: dict[str, None] = {}
        self._hosts: dict[str, str] = {}  # casefolded: its first label for "box" and "box.example.com" alike
        self._pattern: re.Pattern[str] | None = None
        self._free: tuple[str, ...] = ()
        self._size = 0
        for home in identity.homes:
            self._learn_user(re.split(r"[\\/]", home.rstrip("\\/"))[-1])
        for user in identity.users:
            self._learn_user(user)
        for name in identity.names:
            if len(name.strip()) >= 4 and " " in name.strip():
                self._full.setdefault(name.strip().casefold())
        for host in identity.hosts:
            self._learn_host(host)

    def _learn_user(self, name: str) -> None:
        plain = name.strip().casefold()
        if (
            plain
            and plain not in _NO_NAME
            and plain not in self._users
            and not re.fullmatch(r"user\u00e9?\d+_*|[\W\d_]*", plain)
        ):
            self._users[plain] = None
            self._paths.forget()

    def _learn_host(self, name: str) -> None:
        plain = name.strip().strip(".").casefold()
        if (
            not plain
            or plain in _NO_NAME
            or is_public(plain)
            or re.fullmatch(r"(?:host|index)\d+|[\d.:]*", plain)
            or plain in self._hosts
        ):
            return
        self._hosts[plain] = plain.partition(".")[0]
        if "." in plain:
            self._hosts.setdefault(plain.partition(".")[0], plain.partition(".")[0])

    def learn(self, text: str) -> None:
        """Take note of the users and hosts that a text names in places where only such names stand."""
        before = len(self._users)
        on_lines(text, "@", self._learn_prompts)
        on_lines(text, ("home", "/Users", "\\Users", "HOME", "Home", "Documents and"), self._learn_homes)
        if len(self._users) != before:
            self._paths.forget()

    def learn_named(self, key: str, name: str) -> None:
        """Take note of a user or a host that stands under a key which says so."""
        plain = key.casefold().replace("_", "").replace("-", "")
        if plain in _KEYS_OF_USERS and re.fullmatch(_NAME, name) and not _is_word(name):
            self._learn_user(name)
        elif plain in _KEYS_OF_HOSTS and re.fullmatch(_HOST, name) and not re.fullmatch(r"[\d.]+", name):
            self._learn_host(name)

    def _learn_prompts(self, text: str) -> str:
        for found in (*_PROMPT.finditer(text), *_LOGIN.finditer(text)):
            if not _is_symbol(found["user"], found["host"]):
                self._learn_user(found["user"])
                self._learn_host(found["host"])
        return text

    def _learn_homes(self, text: str) -> str:
        for found in _HOME.finditer(text):
            self._learn_user(found[1] or found[2])
        return text

    def hide(self, text: str, *, named: bool = False) -> str:
        """Replace users and hosts where only such names stand, and the known ones wherever they are whole words.

        A text that is `named` is a name itself, which a user may share: there whole words stay.
        """
        text = on_lines(text, "@", self._prompts)
        lower = lowered(text)
        text = on_lines(text, _USER_HINTS, lambda piece: _STATED_USER.sub(self._stated_user, piece), lower)
        lower = lowered(text)
        text = on_lines(text, _HOST_HINTS, lambda piece: _STATED_HOST.sub(self._stated_host, piece), lower)
        text = on_lines(text, _PLACED_HINTS, lambda piece: _PLACED_HOST.sub(self._placed_host, piece))
        text = on_lines(text, _NAME_HINTS, self._private, lowered(text))
        text = on_lines(text, _FULL_HINTS, lambda piece: _FULL_NAME.sub(self._full_name, piece))
        known = None if named else self._known()
        if known is None:
            return text
        return on_lines(text, self._free, lambda piece: known.sub(self._word, piece), lowered(text))

    def _prompts(self, text: str) -> str:
        text = _PROMPT.sub(self._at, text)
        return _LOGIN.sub(lambda found: found["ahead"] + self._at(found), text)

    def _private(self, text: str) -> str:
        text = _PRIVATE_NAME.sub(lambda found: self._host(found[0]), text)
        return _UNSURE_NAME.sub(self._unsure, text)

    def _at(self, found: re.Match[str]) -> str:
        if _is_symbol(found["user"], found["host"]):
            return f"{found['user']}@{found['host']}"
        return f"{self._user(found['user'])}@{self._host(found['host'])}"

    def _stated_user(self, found: re.Match[str]) -> str:
        name = found["user"]
        if (
            name.casefold() in _NO_NAME
            or SECRET.fullmatch(name)
            or (not found["ahead"].rstrip(" \t\"'").endswith("=") and _is_word(name))
        ):
            return found[0]
        return found["ahead"] + self._user(name)

    def _stated_host(self, found: re.Match[str]) -> str:
        return found[0] if found["host"].casefold() in _NO_NAME else found["ahead"] + self._host(found["host"])

    def _placed_host(self, found: re.Match[str]) -> str:
        name = found["host"]
        return found[0] if not re.search("[A-Za-z]", name) or _is_file(name) else found["ahead"] + self._host(name)

    def _full_name(self, found: re.Match[str]) -> str:
        plain = found[0].casefold()
        if is_public(plain) or plain in vocabulary.module_names():
            return found[0]
        label = self._hosts.get(plain, plain)
        return self._names.named("host", label, "host-name", lambda number: f"host{number}")

    def _unsure(self, found: re.Match[str]) -> str:
        ahead = found.string[max(0, found.start() - 20) : found.start()]
        return self._host(found[0]) if "-" in found[0] or _HOST_AHEAD.search(ahead) else found[0]

    def _user(self, name: str) -> str:
        self._learn_user(name)
        return self._paths.user(name)

    def _host(self, name: str) -> str:
        plain = name.strip(".").casefold()
        if (
            is_public(plain)
            or re.fullmatch(r"host\d+(?:\..*)?|index\d+\.invalid|\d+(?:\.\d+){3}", plain)
            or plain in _NO_NAME
        ):
            return name
        self._learn_host(plain)
        label = self._hosts.get(plain, plain)
        return self._names.named("host", label, "host-name", lambda number: f"host{number}")

    def _known(self) -> re.Pattern[str] | None:
        size = len(self._users) + len(self._hosts) + len(self._full)
        if size != self._size:
            self._size = size
            words = [*self._full, *self._hosts, *self._users]
            free = sorted({word for word in words if not _is_word(word)}, key=len, reverse=True)
            self._free = tuple(free)
            joined = "|".join(re.escape(word) for word in free)
            self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{joined})(?![A-Za-z0-9])", re.IGNORECASE) if free else None
        return self._pattern

    def _word(self, found: re.Match[str]) -> str:
        word = found[0].casefold()
        if word in self._hosts:
            return self._host(found[0])
        if word in self._full:
            self._names.counts["user-name"] += 1
            return f"user{self._names.number('user', word)}"
        return self._paths.user(found[0])


_HOME: Final = re.compile(
    r"[\\/](?:home|homes|Users|Documents and Settings)(?:\\{1,4}|/+)(?:([^\\/:*?\"'<>|\s,;()\[\]{}=$`]{1,64})"
    r"|(?<=[\\])([^\\/:*?\"'<>|\r\n]{1,64})(?=[\\/]))",
    re.IGNORECASE,
)


def _is_symbol(user: str, host: str) -> bool:
    """Whether "name@name" is a versioned symbol of a library, or a mail, and no prompt."""
    return bool(re.match(r"_Z|__", user) or re.match(r"(?:GLIBC|CXXABI|lib)\w*[_.]", host))


def _is_file(name: str) -> bool:
    return re.search(r"\.(?:cc|cpp|cu|h|c|py|pyx|so|dll|go|js)$", name) is not None


def _is_word(name: str) -> bool:
    """Whether a name is also a common word, which must stay where it does not name a user or a host."""
    plain = name.casefold()
    if " " in plain:
        return False
    if len(plain) < 3 or plain.isdigit() or plain in _common():
        return True
    # "cuda11" and "python3" are words; "trainer01" and "worker12" are machines.
    stem = plain.strip("0123456789-_.")
    return stem in common.NUMBERED or stem in _distributions()


@cache
def _distributions() -> frozenset[str]:
    """Names of distributions and modules, which may have a number behind them."""
    from tfdoctor.matrix import Matrix

    names = {name for listed in Matrix.locate().index.names for name in (listed, listed.replace("-", "_"))}
    return frozenset(names) | vocabulary.module_names()


@cache
def _common() -> frozenset[str]:
    """The words of the rules' pages and of log messages, names of distributions and modules, folders, common words."""
    from tfdoctor.matrix import Matrix
    from tfdoctor.rules import RULES

    matrix = Matrix.locate()
    rows = [signature.row for signature in matrix.signatures]
    texts = [rule.page for rule in RULES] + [f"{row.match} {row.example} {' '.join(row.words)}" for row in rows]
    joined = "\n".join(texts).lower()
    said = {*re.findall(r"[a-z][a-z0-9]+", joined), *re.findall(r"[a-z_][\w-]*[a-z0-9]", joined)}
    return frozenset(said | _distributions() | common.WORDS | vocabulary.FOLDERS | vocabulary.FILE_STEMS)
