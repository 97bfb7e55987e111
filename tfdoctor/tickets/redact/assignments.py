"""Values whose key says that they are secret: assignments in every quoting, headers, options, credential files."""

import base64
import re
from typing import Final

from tfdoctor.tickets.redact.lines import lowered, on_lines
from tfdoctor.tickets.redact.pseudonyms import SECRET, Pseudonyms
from tfdoctor.tickets.redact.vocabulary import FOLDERS

# Names of secrets: sure ones, whose every value goes, and others, whose value has to look like one.
_SURE = (
    r"pass(?:wor[dt]|wd|phrase|code)|kennwort|passwort|contrase(?:n|\u00f1)a|mot de passe"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c"
    r"|\u5bc6\u7801|\u5bc6\u78bc|\u30d1\u30b9\u30ef\u30fc\u30c9|secret|credential|api[-_. ]?key"
    r"|(?:access|account|secret"
    r"|private|priv|auth|shared[-_]?access|subscription|encryption|signing|master|service|client|app|application"
    r"|license"
    r"|database|db|storage|consumer|host|user|wandb|ssh|gpg|deploy|admin|session|function)[-_. ]?key(?![-_]?(?:id\b"
    r"|error|file|path|name))"
    r"|auth[-_]?token|access[-_]?token|refresh[-_]?token|bearer|client-key-data|connection[-_]?string|storepass|keypass"
)
_UNSURE = (
    r"token|auth|pwd|pass|cred|creds|key|sig|signature|session(?:[-_]?id)?|sid"
    r"|nonce|salt|otp|pin|hash[-_]?key|webhook|jwt|sas"
)
_WORD: Final = re.compile(rf"(?P<sure>{_SURE})|(?<![a-z])(?P<unsure>{_UNSURE})(?![a-z])", re.IGNORECASE)

_HINTS: Final = (
    "pass", "pwd", "secret", "token", "key", "auth", "cred", "kennwort", "contrase", "bearer", "sig", "session",
    "cookie", "sid",
    "connection", "otp", "pin", "salt", "nonce", "webhook", "jwt", "sas", "login",
    "mysql", "mariadb", "echo ", "\u043f\u0430\u0440\u043e\u043b\u044c", "\u5bc6\u7801", "\u5bc6\u78bc",
    "\u30d1\u30b9\u30ef\u30fc\u30c9",
)  # fmt: skip

# After the word: the rest of its name, a closing quote or bracket, what assigns, and the value.
_ASSIGNED: Final = re.compile(
    rf"(?P<word>{_SURE}|(?<![A-Za-z]){_UNSURE}(?![a-z]))(?P<rest>[\w.-]{{0,40}})"
    r"(?P<close>\\{0,3}[\"'`]?[\]}]?|\[\])(?P<assign>[ \t]{0,8}(?::=|=>|->|===?|!==?|:(?!:)|=|%3D)[ \t]{0,8}"
    r"|[ \t]{1,4}(?:is|was|to|are)(?:[ \t]{0,2}:)?[ \t]{1,4}(?=[\"'\w]))"
    r"(?P<value>(?:[A-Za-z]{0,2}@?)(?P<quote>\\{0,3}(?:\"\"\"|'''"
    r"|[\"'`\u2018\u201c]))(?P<inner>[^\r\n]{0,8000}?)(?:(?P=quote)|[\u2019\u201d]|$)|(?P<bare>[^\s\"'`<>]{1,64}))",
    re.IGNORECASE | re.MULTILINE,
)
_NO_VALUE: Final = re.compile(
    r"(?:none|null|nil|true|false|undefined|yes|no|required|optional|empty|unset|missing|invalid|not|n/?a|\*+|\.{2,}"
    r"|x{3,}|-+|\?+"
    r"|redacted|hidden|<[^>]*>|\$\{?\w+\}?|\$\(.*|%\w+%|\{\{.*|\{\w*\}|%[sdrf]|string|str|bytes|int|bool|self"
    r"|)[,;.)\]}]*",
    re.IGNORECASE,
)
_EXPRESSION: Final = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*[(\[].*|lambda\b.*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+[,;)]*|[(\[{].*|(?:int|str"
    r"|float|bool|bytes|dict|list|Any|Optional\W.*)[,;)=]*"
)
_REST: Final = re.compile(r"[^\s\"'`<>]*")
_DONE: Final = re.compile(r"secret\d+(?:#[\w=.-]*)?")
_TRAILING: Final = ",;)]}"
_PATH: Final = re.compile(r"(?:~|\.{1,2}|\$\w+)?/[\w/.~-]*|[A-Za-z]:[\\/].*")


def is_secret_name(name: str) -> bool:
    """Whether the name of a variable or key says that its value is a secret."""
    plain = re.sub(
        r"autograph|author(?!iz)|tokeniz|_path$|_file$|_dir$|keyring|keyerror|key_?board", "", name, flags=re.IGNORECASE
    )
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    found = _WORD.search(split)
    return (
        found is not None and (found["unsure"] or "").lower() not in {"key", "pin", "salt", "nonce", "hash_key"}
    ) or bool(
        (found and re.fullmatch(r".*[_-]key", split, re.IGNORECASE))
        or re.fullmatch(r"(?:.*-)?(?:authorization|cookie)", name, re.IGNORECASE)
    )


def looks_random(value: str) -> bool:
    """Whether a text looks made by chance rather than by people: letters and digits mixed without a pattern."""
    plain = value.strip("=")
    if len(plain) < 8 or SECRET.fullmatch(value):
        return False
    digits = sum(char.isdigit() for char in plain)
    letters = sum(char.isalpha() for char in plain)
    return digits >= 2 and letters >= 2 and (digits + letters) >= 0.8 * len(plain)


def hide_assigned(text: str, names: Pseudonyms) -> str:
    """Replace the values of secret keys, headers and options."""
    text = on_lines(text, _HINTS, lambda piece: _hide(piece, names), lowered(text))
    text = on_lines(text, ("Basic ", "basic "), lambda piece: _BASIC.sub(lambda found: _basic(found, names), piece))
    return on_lines(text, ("-u", "user"), lambda piece: _CURL.sub(lambda found: _curl(found, names), piece))


def _hide(text: str, names: Pseudonyms) -> str:
    lower = text.lower()
    if "auth" in lower or "x-" in lower or "-token" in lower or "api-key" in lower or "-key" in lower:
        text = _HEADER.sub(lambda found: _header(found, names), text)
    if "cookie" in lower:
        text = _COOKIE.sub(lambda found: _cookie(found, names), text)
    text = _hide_values(text, names)
    text = _PAIR.sub(lambda found: _pair(found, names), text)
    text = _BEHIND.sub(lambda found: found["ahead"] + _unless_done(found["value"], names), text)
    if "-" in text or "login" in lower or "passw" in lower or "bearer" in lower:
        text = _SPACED.sub(lambda found: _spaced(found, names), text)
    if "</" in text:
        text = _TAG.sub(lambda found: found[1] + names.secret(found[2], "password") + found[3], text)
    return text


def _rule(word: str) -> str:
    lower = word.lower()
    return "token" if "token" in lower or "bearer" in lower else "key" if "key" in lower else "password"


def _hide_values(text: str, names: Pseudonyms) -> str:
    """Replace the values behind secret keys; where a value is none, it is looked into: it may hold a key itself."""
    done = []
    place = 0
    while found := _ASSIGNED.search(text, place):
        quoted = found["quote"] is not None
        start, end = found.span("inner" if quoted else "bare")
        if not quoted:
            end = _REST.match(text, end).end()  # type: ignore[union-attr]  # it matches everywhere
        value = found["inner"] if quoted else _first(text[start:end].rstrip(_TRAILING))[0]
        if value and _worth(found, value, quoted=quoted):
            done += [text[place:start], names.secret(value, _rule(found["word"]))]
            place = start + len(value)
        else:
            done.append(text[place : found.start("value")])
            place = found.start("value")
    return "".join(done) + text[place:]


def _first(value: str) -> tuple[str, str]:
    """The first of several values, and what is behind it, from the sign on that separates them."""
    separated = re.match(r"[^&;]*(?=[&;][\w.%-]+=)", value)
    return (separated[0], value[separated.end() :]) if separated else (value, "")


def _is_path(value: str) -> bool:
    """Whether a value is the path of a file that may hold the secret, and not the secret."""
    if not _PATH.fullmatch(value) or looks_random(value.rsplit("/", 1)[-1]):
        return False
    return value[0] in "~.$" or value[1] == ":" or value.split("/")[1].casefold() in FOLDERS


def _worth(found: re.Match[str], value: str, *, quoted: bool) -> bool:
    """Whether a value is one to hide, by its key and its look."""
    word, rest = found["word"].lower(), found["rest"].lower()
    before = found.string[max(0, found.start() - 20) : found.start()].lower()
    prose = found["assign"].strip().lower().rstrip(": ") in {"is", "was", "to", "are"}
    done = _DONE.fullmatch(value) or ("//" in before and re.match(r"secret\d+@", value))  # the login of a URL
    if done or _NO_VALUE.fullmatch(value) or rest.startswith(("iz", "error", "board", "s_", "_type")):
        return False
    if _is_path(value):
        return False
    if (
        not quoted
        and _EXPRESSION.fullmatch(value)
        and not (looks_random(value) and "(" not in value and "[" not in value)
    ):
        return False
    sure = re.fullmatch(_SURE, word, re.IGNORECASE) is not None
    if prose:
        return sure and (quoted or looks_random(value) or bool(re.search(r"\d|[^\w.,;:!?)-]", value)))
    tight = found["assign"].strip(" \t") != ":" or quoted or bool(found["close"])
    if sure:
        return tight or len(value) >= 3
    if word == "key" or word in {"pin", "salt", "nonce", "sid", "sig", "signature", "session", "hash_key"}:
        named = before.endswith(("_", "-")) and word == "key" and not quoted
        return looks_random(value) and len(value) >= (8 if named or word in {"pin", "sid", "sig"} else 16)
    if word == "pass" and re.search(r"\w$", before) and not before.endswith(("_", "-")):
        return False
    if word in {"pwd", "pass"}:
        return len(value) >= 3 and (quoted or tight)
    number = value.replace(".", "").isdigit()
    return not number and len(value) >= 6 and (looks_random(value) or len(value) >= 16 or (tight and not rest))


# --- headers ------------------------------------------------------------------------------------------

_HEADER: Final = re.compile(
    r"((?:proxy-)?authorization|x-[\w-]{0,20}(?:key|token|auth|secret|signature)[\w-]{0,10}|private-token|job-token"
    r"|deploy-token|api-key|ocp-apim-subscription-key"
    r"|www-authenticate|x-amz-[\w-]{0,30}token)([\"']?[ \t]{0,4}[:=,][ \t]{0,4}[\"']?)((?:basic|bearer|token|digest"
    r"|negotiate|apikey|aws4-hmac-sha256|ntlm|key)[ \t]+)?([^\s\"'\\,;<>]{3,8000})",
    re.IGNORECASE,
)
_COOKIE: Final = re.compile(
    r"((?:set-)?cookie2?[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?)([\w.$!%*+-]{1,100}=[^\r\n\"'\\]{1,8000})", re.IGNORECASE
)
_BEARER: Final = re.compile(r"(\bbearer[ \t]+)([\w.~+/=-]{8,8000})", re.IGNORECASE)
_TAG: Final = re.compile(
    r"(<(?:[\w-]{0,20}(?:password|passwd|secret|token|api[_-]?key)\w{0,10})>)([^<\s][^<\r\n]{0,400})(</)", re.IGNORECASE
)
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "version"})


# A name and a password as one word of base64, whatever stands before.
_BASIC: Final = re.compile(r"(?<![A-Za-z])(basic[ \t]+)([A-Za-z0-9+/]{6,2000}={0,2})(?![\w+/=])", re.IGNORECASE)


def _basic(found: re.Match[str], names: Pseudonyms) -> str:
    try:
        plain = base64.b64decode(found[2], validate=True)
    except ValueError:
        return found[0]
    return found[1] + names.secret(found[2], "header") if b":" in plain and plain.isascii() else found[0]


def _header(found: re.Match[str], names: Pseudonyms) -> str:
    login = found.string[: found.start()].endswith("//") and re.match(r"secret\d+@", found[4])
    if (
        login
        or SECRET.fullmatch(found[4])
        or _NO_VALUE.fullmatch(found[4])
        or found[4].lower() in {"basic", "bearer", "token", "digest", "negotiate"}
    ):
        return found[0]
    return f"{found[1]}{found[2]}{found[3] or ''}{names.secret(found[4], 'header')}"


def _cookie(found: re.Match[str], names: Pseudonyms) -> str:
    def crumb(text: str) -> str:
        name, equals, value = text.partition("=")
        if not equals or not value.strip() or name.strip().lower() in _ATTRIBUTES:
            return text
        return f"{name}={names.secret(value.strip(), 'cookie')}"

    return found[1] + ";".join(crumb(part) for part in found[2].split(";"))


# --- words beside each other: options, netrc, curl -----------------------------------------------------

_SPACED: Final = re.compile(
    r"(?P<key>(?<![\w-])--?(?:[\w-]{0,30}?(?:password|passwd|passphrase|token|secret|api[-_]?key|access[-_]?key"
    r"|auth[-_]?key|credentials?)[\w-]{0,12})[ \t]+"
    r"|(?<![\w.])machine[ \t]+\S+[ \t]+login[ \t]+\S+[ \t]+(?:password|account)[ \t]+|(?<![\w.])(?:_?password"
    r"|passwd)[ \t]+(?=\S*\d)"
    r"|(?<![\w-])password[ \t]+for[ \t]+[^\s:]{1,80}:[ \t]+"
    r"|(?<!\w)(?:docker|podman|nerdctl|helm|az|oc)[ \t](?:[\w-]{1,20}[ \t]){0,2}login\b[^\r\n]{0,120}?[ \t]-p[ \t]+"
    r"|(?<!\w)(?:mysql|mysqldump|mysqladmin|mariadb)[ \t](?:[^\r\n]{0,120}?[ \t])?-p(?=[^\s-])"
    r"|(?<!\w)sshpass[ \t]+-p[ \t]*|\bbearer[ \t]+(?=\S{8})"
    r"|\bwandb\b.{0,40}?\blogin[ \t]+(?:--\S+[ \t]+)*(?=[0-9a-f]{20}))"
    r"(?P<quote>[\"']?)(?P<value>(?!-)[^\s\"']+)",
    re.IGNORECASE,
)
_CURL: Final = re.compile(
    r"((?:^|[ \t])(?:-u|--user|--proxy-user)[ \t=]+[\"']?[^\s:\"'/\\]{1,80}:)([^\s\"'@/\\]{2,200})(?=[\s\"'@]|$)",
    re.MULTILINE,
)


# The name and the value beside each other: arguments of a call, attributes of XML, commands that set variables.
_PAIR: Final = re.compile(
    r"(?P<ahead>(?P<quote>[\"'])(?P<name>[\w.-]{2,60})(?P=quote)[ \t]*(?:,[ \t]*|[ \t]value=)(?P<open>[\"']))"
    r"(?P<value>[^\"'\r\n]{3,400})(?=(?P=open))"
    r"|(?P<before>(?<![\w-])(?:setx|configure[ \t]+set|config[ \t]+set)[ \t]+"
    r"(?:-\S+[ \t]+){0,2}(?P<word>[\w.-]{2,80})[ \t]+[\"']?)"
    r"(?P<bare>[^\s\"'-][^\s\"']{2,400})"
)
_BEHIND: Final = re.compile(
    r"(?P<ahead>\bauth[ \t]*=[ \t]*\([ \t]*[\"'][^\"'\r\n]{0,80}[\"'][ \t]*,[ \t]*[\"']"
    r"|\.login\([ \t]*[\"'][^\"'\r\n]{1,80}[\"'][ \t]*,[ \t]*[\"']"
    r"|(?<!\w)-pass(?:in|out)?[ \t]+pass:"
    r"|\becho[ \t]+[\"']?(?=[^\s\"'|]{3,400}[\"']?[ \t]*\|[^\r\n|]{1,200}(?:--password-stdin|--with-token)))"
    r"(?P<value>[^\s\"'|)]{3,400})"
)


def _pair(found: re.Match[str], names: Pseudonyms) -> str:
    name, value = found["name"] or found["word"], found["value"] or found["bare"]
    # Vocabularies name their tokens side by side: "pad_token", "eos_token".
    sure = is_secret_name(name) and (re.search(_SURE, name, re.IGNORECASE) or looks_random(value))
    if not sure or is_secret_name(value) or _NO_VALUE.fullmatch(value):
        return found[0]
    return (found["ahead"] or found["before"]) + _unless_done(value, names)


def _unless_done(value: str, names: Pseudonyms) -> str:
    return value if SECRET.fullmatch(value) else names.secret(value, "password")


def _spaced(found: re.Match[str], names: Pseudonyms) -> str:
    value = found["value"]
    if SECRET.fullmatch(value) or _NO_VALUE.fullmatch(value) or _is_path(value):
        return found[0]
    if not found["key"].startswith("-") and value.lower() in {
        "token",
        "authentication",
        "auth",
        "for",
        "authorization",
    }:
        return found[0]
    return found["key"] + found["quote"] + names.secret(value, _rule(found["key"]))


def _curl(found: re.Match[str], names: Pseudonyms) -> str:
    if SECRET.fullmatch(found[2]) or found[2].isdigit():  # docker's --user 1000:1000
        return found[0]
    return found[1] + names.secret(found[2], "password")
