"""Seeded secrets: each kind makes fresh ones from a random generator, with the words that stand around them."""

import base64
import json
import random
import string
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tfdoctor import facts

_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_UPPER = string.ascii_uppercase + string.digits


def pick(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(length))


def _password(rng: random.Random) -> str:
    return pick(rng, _ALNUM, rng.randint(8, 20)) + rng.choice("!$%*^~") + pick(rng, _ALNUM, 4)


def _b64(rng: random.Random, length: int) -> str:
    return base64.b64encode(rng.randbytes(length)).decode()


def _jwt(rng: random.Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part({'sub': rng.random()})}.{pick(rng, _ALNUM + '-_', 43)}"


def _pem(rng: random.Random, kind: str = "RSA ") -> tuple[str, str]:
    lines = [pick(rng, _ALNUM + "+/", 64) for _ in range(6)]
    return "\n".join((f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----")), lines[
        rng.randrange(6)
    ]


def _plain(make: Callable[[random.Random], str]) -> Callable[[random.Random], tuple[str, str]]:
    def seed(rng: random.Random) -> tuple[str, str]:
        secret = make(rng)
        return secret, secret

    return seed


def _in(frame: str, make: Callable[[random.Random], str]) -> Callable[[random.Random], tuple[str, str]]:
    def seed(rng: random.Random) -> tuple[str, str]:
        secret = make(rng)
        return frame.replace("%", secret), secret

    return seed


def _styled(key: str) -> Callable[[random.Random], tuple[str, str]]:
    def seed(rng: random.Random) -> tuple[str, str]:
        secret = _password(rng)
        styles = (
            f"{key}={secret}",
            f"{key} = '{secret}'",
            f'{key}="{secret}"',
            f"{key}: {secret}",
            f'"{key}": "{secret}"',
            f"export {key.upper()}={secret}",
            f"--{key} {secret}",
            f"--{key}={secret}",
            f"{key}: '{secret}'",
            f"set {key}={secret}",
            f'$env:{key} = "{secret}"',
            f"<{key}>{secret}</{key}>",
            f'\\"{key}\\": \\"{secret}\\"',
            f"{key} => '{secret}'",
        )
        return rng.choice(styles), secret

    return seed


def _gcp(rng: random.Random) -> tuple[str, str]:
    body = pick(rng, _ALNUM + "+/", 64)
    key = f"-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n"
    text = f'{{"type": "service_account", "private_key": "{key}"}}'
    return text, body


# kind -> (text with a secret in it, the secret)
KINDS: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "aws-id": _plain(lambda r: "AKIA" + pick(r, string.ascii_uppercase + "234567", 16)),
    "aws-secret": _in("aws_secret_access_key = %", lambda r: pick(r, _ALNUM + "/+", 40)),
    "google-api": _plain(lambda r: "AIza" + pick(r, _ALNUM + "-_", 35)),
    "google-service-account": _gcp,
    "azure-storage": _in(
        "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=%;EndpointSuffix=core", lambda r: _b64(r, 64)
    ),
    "azure-sas": _in(
        "https://acme.blob.core.windows.net/c/b?sv=2022-11-02&ss=b&sig=%&se=2027-01-01",
        lambda r: pick(r, _ALNUM, 43) + "%3D",
    ),
    "github": _plain(lambda r: r.choice(("ghp_", "gho_", "ghs_")) + pick(r, _ALNUM, 36)),
    "github-fine": _plain(lambda r: "github_pat_" + pick(r, _ALNUM, 22) + "_" + pick(r, _ALNUM, 59)),
    "gitlab": _plain(lambda r: "glpat-" + pick(r, _ALNUM + "-_", 19) + "a"),
    "slack": _plain(lambda r: f"xoxb-{pick(r, string.digits, 12)}-{pick(r, string.digits, 12)}-{pick(r, _ALNUM, 24)}"),
    "slack-webhook": _in(
        "https://hooks.slack.com/services/%",
        lambda r: f"T{pick(r, _UPPER, 8)}/B{pick(r, _UPPER, 8)}/{pick(r, _ALNUM, 24)}",
    ),
    "stripe": _plain(lambda r: "sk_live_" + pick(r, _ALNUM, 24)),
    "twilio": _plain(lambda r: "SK" + pick(r, _HEX, 32)),
    "sendgrid": _plain(lambda r: f"SG.{pick(r, _ALNUM, 22)}.{pick(r, _ALNUM, 43)}"),
    "npm": _in("//registry.acme.example/:_authToken=%", lambda r: "npm_" + pick(r, _ALNUM, 36)),
    "npmrc": _in("//registry.acme.example/:_authToken=%", lambda r: pick(r, _HEX, 8) + "-" + pick(r, _HEX, 12)),
    "index-upload": _in("password = %", lambda r: "pypi-AgEIc" + pick(r, _ALNUM + "-_", 120)),
    "hugging-face": _plain(lambda r: "hf_" + pick(r, string.ascii_letters, 34)),
    "wandb": _in("WANDB_API_KEY=%", lambda r: pick(r, _HEX, 40)),
    "wandb-login": _in("wandb login %", lambda r: pick(r, _HEX, 40)),
    "openai": _plain(lambda r: "sk-proj-" + pick(r, _ALNUM + "-_", 48)),
    "openai-old": _plain(lambda r: "sk-" + pick(r, _ALNUM, 48)),
    "anthropic": _plain(lambda r: "sk-ant-api03-" + pick(r, _ALNUM + "-_", 93) + "AA"),
    "discord": _plain(lambda r: f"M{pick(r, _ALNUM, 23)}.{pick(r, _ALNUM, 6)}.{pick(r, _ALNUM + '-_', 27)}"),
    "telegram": _plain(lambda r: f"{pick(r, '123456789', 10)}:A{pick(r, _ALNUM + '-_', 33)}z"),
    "jwt": _plain(_jwt),
    "pem": _pem,
    "openssh": lambda r: _pem(r, "OPENSSH "),
    "url-password": _in("https://deploy:%@git.acme.example/team/project.git", lambda r: pick(r, _ALNUM + "!*~", 14)),
    "url-token": _in("https://%@git.acme.example/team/project.git", lambda r: pick(r, _ALNUM, 24) + "1a2"),
    "parameter": _in("http://localhost:8888/lab?token=%", lambda r: pick(r, _HEX, 48)),
    "bearer": _in("Authorization: Bearer %", lambda r: pick(r, _ALNUM, 32)),
    "basic": _in("curl -H 'Authorization: Basic %' https://api.acme.example", lambda r: _b64(r, 18)),
    "cookie": _in("Cookie: theme=dark; sessionid=%; lang=de", lambda r: pick(r, _ALNUM, 32)),
    "netrc": _in("machine git.acme.example login bob password %", _password),
    "docker-config": _in('{"auths": {"registry.acme.example": {"auth": "%"}}}', lambda r: _b64(r, 21)),
    "connection": _in("postgresql+psycopg2://app:%@db.acme.example:5432/prod", lambda r: pick(r, _ALNUM, 16)),
    "odbc": _in("Driver={SQL};Server=db01;Uid=app;Pwd=%;Encrypt=yes", _password),
    "redis": _in("redis://:%@cache.acme.example:6379/0", lambda r: pick(r, _ALNUM, 16)),
    "password": _styled("password"),
    "passwd": _styled("db_passwd"),
    "secret": _styled("client_secret"),
    "token": _styled("access_token"),
    "api-key": _styled("api_key"),
    "base64": _in("'%'", lambda r: _b64(r, 36)),
    "hex": _in('key = "%"', lambda r: pick(r, _HEX, 40)),
    "gpu-uuid": _in("GPU 0: Tesla T4 (UUID: GPU-%)", lambda r: "-".join(pick(r, _HEX, n) for n in (8, 4, 4, 4, 12))),
    "serial": _in("    Serial Number                         : %", lambda r: pick(r, string.digits, 13)),
    "mac": _in("link/ether %", lambda r: ":".join(pick(r, _HEX, 2) for _ in range(5)) + ":7f"),
    "ip": _in("inet %", lambda r: f"10.{r.randint(1, 254)}.{r.randint(1, 254)}.{r.randint(1, 254)}"),
    "public-ip": _in(
        "connect to %:8470",
        lambda r: f"{r.randint(40, 120)}.{r.randint(1, 254)}.{r.randint(1, 254)}.{r.randint(1, 254)}",
    ),
    "ip6": _in(
        "inet6 %", lambda r: f"2a02:{pick(r, '123456789', 4)}:{pick(r, '123456789', 3)}::{pick(r, '123456789', 4)}"
    ),
    "e-mail": _plain(lambda r: f"{pick(r, string.ascii_lowercase, 9)}@{pick(r, string.ascii_lowercase, 9)}.com"),
    "home": _in("/home/%/code/run.py", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "windows-home": _in("C:\\Users\\%\\work\\run.py", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "mac-home": _in("/Users/%/code/run.py", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "project": _in("/opt/%/lib", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "prompt": _in("%@gpu-box:~/work$ python run.py", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "host": _in("bob@%:~/work$ python run.py", lambda r: "q" + pick(r, string.ascii_lowercase, 8) + "x"),
    "private-index": _in(
        "--extra-index-url https://%/simple", lambda r: f"q{pick(r, string.ascii_lowercase, 8)}x.acme.example"
    ),
}


Kinds = dict[str, Callable[[random.Random], tuple[str, str]]]


@pytest.fixture
def kinds() -> Kinds:
    """The kinds of secrets, each a function of a random generator: a text, and the secret in it."""
    return KINDS


@pytest.fixture
def filled() -> Callable[[Callable[[], str]], facts.Snapshot]:
    """Makes a Snapshot in which every text is what a function returns."""
    return whole


def whole(make: Callable[[], str]) -> facts.Snapshot:
    """A Snapshot in which every field is filled, each text with what `make` returns."""
    info = msgspec.inspect.type_info(facts.Snapshot)
    built = _built(info, make)
    assert isinstance(built, facts.Snapshot)
    return built


def _built(info: msgspec.inspect.Type, make: Callable[[], str]) -> Any:
    match info:
        case msgspec.inspect.StructType():
            return info.cls(**{field.name: _built(field.type, make) for field in info.fields})
        case msgspec.inspect.UnionType():
            chosen = [item for item in info.types if getattr(item, "cls", None) not in {facts.Absent, facts.Unknown}]
            return _built(chosen[0], make)
        case msgspec.inspect.VarTupleType():
            return (_built(info.item_type, make), _built(info.item_type, make))
        case msgspec.inspect.TupleType():
            return tuple(_built(item, make) for item in info.item_types)
        case msgspec.inspect.LiteralType():
            return info.values[0]
        case msgspec.inspect.StrType():
            return make()
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.FloatType():
            return 1.5
        case _:
            return 1
