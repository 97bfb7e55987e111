"""URLs: credentials, secret parameters and private hosts go; scheme, shape and public hosts stay."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.tickets.redact import addresses, vocabulary
from tfdoctor.tickets.redact.assignments import is_secret_name, looks_random
from tfdoctor.tickets.redact.lines import on_lines
from tfdoctor.tickets.redact.pseudonyms import SECRET, Pseudonyms

_URL: Final = re.compile(
    r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{0,30}:(?:\\?/){2}|(?<=[\s\"'=])//(?=[\w.-]+\.[a-z]{2,}[/:]))"
    r"(?P<userinfo>[^\s/?#\"'<>@]*@(?:[^\s/?#\"'<>@]*@)*|[^\s/?#\"'<>@:]*:(?!\d+[/\s])[^\s\"'<>@]*@(?=[\w\[]))?"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s/?#\"'<>@:\\,;)\]}]*)"
    r"(?P<port>:\d{1,5})?"
    r"(?P<path>\\?/[^\s?#\"'<>\\`)\]}]*)?"
    r"(?P<query>\?[^\s#\"'<>\\`]*)?"
    r"(?P<fragment>\#[^\s\"'<>\\`]*)?"
)
_PUBLIC_LOGINS: Final = frozenset(
    {"git", "oauth2", "__token__", "x-access-token", "token", "root", "aws", "user", "anonymous", "hg", "x-oauth-basic"}
)
_PARAMETER: Final = re.compile(r"([^&;=]*)(=)([^&;]*)")
_LOCAL: Final = ("file",)
_PATHS_OF_INDEXES: Final = frozenset({
    "simple", "api", "packages", "pypi", "repository", "artifactory", "nexus", "v1", "v2", "v3", "+simple", "+f",
    "whl", "stable", "index",
    "rest", "login", "lab", "tree", "notebooks", "hub", "user", "edit", "files", "static", "conda", "channels",
    "main", "linux-64", "noarch",
    "root", "dev", "prod", "release", "releases", "snapshots", "local", "public", "releases-local", "pypi-local",
    "pypi-remote", "project", "projects",
    "groups", "group", "json", "download", "downloads", "blob", "raw", "issues", "pull", "wiki", "cu118", "cu121",
    "token", "auth", "oauth",
})  # fmt: skip


def hide_urls(text: str, names: Pseudonyms, path: Callable[[str], str]) -> str:
    """Replace what is private in every URL; `path` redacts a path of this machine."""
    text = on_lines(text, ("//", "\\/"), lambda piece: _URL.sub(lambda found: _url(found, names, path), piece))
    return on_lines(text, "@", lambda piece: _without_scheme(piece, names))


def is_public(host: str) -> bool:
    """Whether a host says nothing of who asks: this machine itself, documentation, or known to everybody."""
    lower = host.lower().rstrip(".")
    if (
        not lower
        or lower in vocabulary.LOCAL_HOSTS
        or re.fullmatch(r"(?:host|index)\d+\.invalid|example\.invalid", lower)
    ):
        return True
    parts = lower.split(".")
    return len(parts) >= 2 and (parts[-2], parts[-1]) in vocabulary.PUBLIC_HOSTS


# What stands without a scheme: a remote of git as ssh writes it, a proxy with its login.
_REMOTE: Final = re.compile(
    r"(?<![\w.@/-])(?P<login>git|gitea|gitlab|hg|svn)@(?P<host>[\w.-]{1,253}):(?!\d+[/\s])(?P<path>[\w.][^\s\"'<>]{0,300})"
)
_LOGIN: Final = re.compile(
    r"(?<![\w.@/:+-])(?P<userinfo>[\w.+-]{1,64}:[^\s@:/\"'<>=]{1,200}@)(?P<host>(?:[A-Za-z0-9-]{1,63}\.){1,6}[a-z]{2,18})"
    r"(?=:\d{2,5}(?!\d)|[/\s\"']|$)",
    re.MULTILINE,
)


def _without_scheme(text: str, names: Pseudonyms) -> str:
    text = _REMOTE.sub(lambda found: _remote(found, names), text)
    return _LOGIN.sub(lambda found: _userinfo(found["userinfo"], names) + _host(found["host"], names)[0], text)


def _remote(found: re.Match[str], names: Pseudonyms) -> str:
    host, public = _host(found["host"], names)
    return found[0] if public else f"{found['login']}@{host}:{_inside(found['path'], names)}"


def _url(found: re.Match[str], names: Pseudonyms, path: Callable[[str], str]) -> str:
    scheme, host = found["scheme"], found["host"]
    if scheme.rstrip(":/\\").lower() in _LOCAL and not found["userinfo"]:
        inside = found["path"] or ""
        return f"{scheme}{host}{path(inside) if inside else ''}{found['query'] or ''}{found['fragment'] or ''}"
    if not host and not found["userinfo"]:
        return found[0]
    if "$" in host or "{" in host or "%" in host:
        return scheme + _userinfo(found["userinfo"] or "", names) + found[0][found.start("host") - found.start() :]
    shown, public = _host(host, names)
    inside = found["path"] or ""
    if not public:
        inside = _inside(inside, names)
    login = _userinfo(found["userinfo"] or "", names)
    query = _parameters(found["query"] or "", names, public=public)
    fragment = _parameters(found["fragment"] or "", names, public=True)
    return f"{scheme}{login}{shown}{found['port'] or ''}{inside}{query}{fragment}"


def _host(host: str, names: Pseudonyms) -> tuple[str, bool]:
    if host.startswith("["):
        return addresses.hide_addresses(host, names), False
    if re.fullmatch(r"\d+(?:\.\d+){3}", host):
        return addresses.ip4(host, names), host.startswith("127.")
    if is_public(host):
        return host, True
    if "." not in host and not re.search(r"[A-Za-z0-9]", host):
        return host, True
    return names.named("index", host.lower(), "private-host", lambda number: f"index{number}.invalid"), False


def _userinfo(text: str, names: Pseudonyms) -> str:
    if not text:
        return ""
    login, colon, password = text[:-1].partition(":")
    if not colon:
        if login.lower() in _PUBLIC_LOGINS or SECRET.fullmatch(login) or re.fullmatch(r"user\d+", login):
            return text
        if looks_random(login) and len(login) >= 16:
            return names.secret(login, "url-password") + "@"
        return names.named("user", login.casefold(), "user-name", lambda number: f"user{number}") + "@"
    if password and not re.fullmatch(r"\$\{?\w+\}?|\*+|<.*>", password):
        password = names.secret(password, "url-password")
    if login and login.lower() not in _PUBLIC_LOGINS and not re.fullmatch(r"user\d+|secret\d+|\$\{?\w+\}?", login):
        if len(login) >= 16 and looks_random(login):
            login = names.secret(login, "url-password")
        else:
            login = names.named("user", login.casefold(), "user-name", lambda number: f"user{number}")
    return f"{login}:{password}@"


def _inside(path: str, names: Pseudonyms) -> str:
    """The path on a private host: its words stay where they are those of every index, its files keep their names."""

    def part(found: re.Match[str]) -> str:
        text = found[0]
        plain = text.lower()
        if plain in _PATHS_OF_INDEXES or re.fullmatch(
            r"(?:dir|secret|user)\d+|[\d.]*|.*\.(?:whl|tar\.gz|zip|conda|html|json|txt|yaml)(?:\.metadata)?", plain
        ):
            return text
        return names.named("dir", text, "project-path", lambda number: f"dir{number}")

    return re.sub(r"[^/\\]+", part, path)


def _parameters(text: str, names: Pseudonyms, *, public: bool) -> str:
    def parameter(found: re.Match[str]) -> str:
        key, equals, value = found.groups()
        name = key.lstrip("?#")
        if not value or SECRET.fullmatch(value):
            return found[0]
        hidden = (
            is_secret_name(name) or name.lower() in _SECRET_PARAMETERS or (len(value) >= 16 and looks_random(value))
        )
        if not hidden or (public and name.lower() in {"sha256", "md5", "egg", "subdirectory"}):
            return found[0]
        return f"{key}{equals}{names.secret(value, 'url-parameter')}"

    return _PARAMETER.sub(parameter, text) if text else ""


_SECRET_PARAMETERS: Final = frozenset({
    "key", "sig", "signature", "token", "auth", "pass", "pwd", "code", "state", "ticket", "session", "sid",
    "credential", "x-amz-credential",
    "x-amz-signature", "x-amz-security-token", "x-goog-signature", "x-goog-credential", "awsaccesskeyid",
    "googleaccessid", "policy", "apikey",
    "access_token", "id_token", "refresh_token", "jwt", "sas", "subscription-key", "k", "pw", "otp", "hmac", "se_sig",
})  # fmt: skip
