"""No seeded secret survives: in no field of a Snapshot, no log, no attachment, no JSON; keys and form stay."""

import io
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor import facts
from tfdoctor.tickets.redact import Redactor, stream
from tfdoctor.tickets.redact.random_text import is_random

Kinds = dict[str, Callable[[random.Random], tuple[str, str]]]
FRAMES = (
    "{}", "2026-01-01 10:00:00 INFO {}", "before {} behind", "[{}]", "first\n{}\nlast", "'{}'", '"{}"', "({})", "x={}",
    "a, {}, b",
    "{}.", "\x1b[31m{}\x1b[0m",
)  # fmt: skip


def seeded(make: Callable[[random.Random], tuple[str, str]], seed: str) -> tuple[str, str]:
    return make(random.Random(seed))  # noqa: S311  the same seeds in every run


def test_there_are_enough_kinds(kinds: Kinds) -> None:
    assert len(kinds) >= 50


@pytest.mark.parametrize("frame", FRAMES)
def test_no_secret_survives_in_a_text(kinds: Kinds, frame: str) -> None:
    for kind, make in kinds.items():
        for number in range(6):
            text, secret = seeded(make, f"{kind} {number}")
            done = Redactor().text(frame.format(text) if "{" not in text else frame.replace("{}", text))
            assert secret not in done, kind
            assert Redactor().text(done) == done, f"{kind}: redacted twice"


def test_no_secret_survives_in_any_field(kinds: Kinds, filled: Callable[[Callable[[], str]], facts.Snapshot]) -> None:
    for kind in kinds:
        made: list[tuple[str, str]] = []

        def seed(kind: str = kind, made: list[tuple[str, str]] = made) -> str:
            made.append(seeded(kinds[kind], f"{kind} {len(made)}"))
            return made[-1][0]

        done = facts.encode(Redactor().snapshot(filled(seed)))
        assert len(made) > 100
        assert facts.decode(done).schema_version == 1
        plain = json.dumps(json.loads(done), ensure_ascii=False)
        assert [secret for _, secret in made if secret in plain] == [], kind


def seeded_json(kinds: Kinds, number: int) -> tuple[Any, list[str]]:
    """A nested document with one secret of every kind."""
    secrets = []
    leaves = []
    for kind, make in kinds.items():
        text, secret = seeded(make, f"{kind} {number}")
        secrets.append(secret)
        leaves.append(text)
    value: Any = {"count": number, "deep": [[[leaves[0]]]], "none": None, "true": True, "float": 1.10, "bob": {}}
    for place, leaf in enumerate(leaves):
        value["bob"][f"key {place}"] = [leaf, {"inner": leaf, "n": 1e400}] if place % 2 else leaf
    return value, secrets


@pytest.mark.parametrize("number", range(4))
def test_no_secret_survives_in_json_and_its_form_stays(kinds: Kinds, number: int) -> None:
    value, secrets = seeded_json(kinds, number)
    data = json.dumps(value, indent=number).replace("Infinity", "12345678901234567890")
    done = Redactor().json(data.encode()).decode()

    def keys(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: keys(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [keys(inner) for inner in part]
        return None if isinstance(part, str) else part

    assert keys(json.loads(done)) == keys(json.loads(data))
    plain = json.dumps(json.loads(done), ensure_ascii=False)
    assert [secret for secret in secrets if secret in plain] == []


def test_what_is_no_secret_stays() -> None:
    text = (Path(__file__).parent / "plain.txt").read_text()
    redactor = Redactor()
    assert redactor.text(text) == text
    assert redactor.record == ()


def test_the_same_secret_has_the_same_pseudonym_and_is_counted() -> None:
    redactor = Redactor()
    done = redactor.text("password=hunter2hunter2 and again password=hunter2hunter2, api_key=other1other1")
    assert done == "password=secret1 and again password=secret1, api_key=secret2"
    assert {row.rule: row.count for row in redactor.record} == {"key": 1, "password": 2}


def test_a_key_keeps_its_lines() -> None:
    body = "MIIEowIBAAKCAQEAsecretsecretsecretsecret\nAbCd"
    text = f"x\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\ny\n"
    done = Redactor().text(text)
    assert len(done.splitlines()) == len(text.splitlines())
    assert done.startswith("x\n-----BEGIN RSA PRIVATE KEY-----\nsecret1\nsecret2\n-----END")
    assert done.endswith("y\n")


def test_a_key_without_its_end_ends_where_words_begin() -> None:
    done = Redactor().text(
        "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAsecretsecretsecretsecret\nThe import of TensorFlow failed here.\n"
    )
    assert done == "-----BEGIN PRIVATE KEY-----\nsecret1\nThe import of TensorFlow failed here.\n"


@pytest.mark.parametrize(
    "name",
    [
        "mobilenetv2_1.00_224_block_16_project_BN",
        "tf24rc1-cuda111-rtx3090-libcusolver10",
        "InceptionResNetV2Block35Mixed5b7a",
    ],
)
def test_names_of_people_s_making_are_not_random(name: str) -> None:
    assert not is_random(name)


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "password ",
        "/",
        "1.",
        "x@",
        "-----BEGIN",
        "eyJ",
        "a:",
        'File "',
        "\\\\a",
        "=",
        "token=",
        "://",
        "ssh a ",
        "aB3",
        "C:\\",
        "0123abcd",
        "::",
    ],
)
def test_hostile_lines_take_linear_time(part: str) -> None:
    start = time.process_time()
    Redactor().text(part * (200_000 // len(part)))
    assert time.process_time() - start < 6


@pytest.mark.parametrize(
    "line",
    [
        '<add key="ApiKey" value="{}" />',
        "echo {} | docker login --password-stdin",
        'os.environ.setdefault("DB_PASSWORD", "{}")',
        'requests.get(url, auth=("bob", "{}"))',
        "server.login('bob', '{}')",
        "setx DB_PASSWORD {}",
        "aws configure set aws_secret_access_key {}",
        "openssl -passin pass:{}",
        "mot de passe: {}",
        "\u5bc6\u7801: {}",
        "ENV{{SECRET}}={}",
    ],
)
def test_values_beside_their_names(line: str) -> None:
    done = Redactor().text(line.format("Hunter2x7"))
    assert done == line.format("secret1")
    assert Redactor().text(done) == done


def test_words_beside_each_other_stay() -> None:
    for line in ('["pad_token", "eos_token"]', 'f("password", "password2")', "git config set user.name x"):
        assert Redactor().text(line) == line


@pytest.mark.parametrize(
    "document",
    [
        {"password": {"value": "Hunter2x7"}},
        {"credentials": {"bob": "Hunter2x7"}},
        [{"value": "Hunter2x7", "name": "DB_PASSWORD"}],
        ["run", "--password", "Hunter2x7"],
        [["password", "Hunter2x7"]],
        {"headers": {"Authorization": "Hunter2x7", "Set-Cookie": "Hunter2x7"}},
    ],
)
def test_secrets_of_documents_by_what_is_beside_them(document: object) -> None:
    done = Redactor().json(json.dumps(document).encode())
    assert b"Hunter2x7" not in done
    assert b"secret1" in done
    json.loads(done)


def test_users_and_hosts_of_documents_by_their_keys() -> None:
    document = {"said": "qbob on ml77x", "user": "qbob", "hostName": "ml77x", "owner": "python"}
    assert json.loads(Redactor().json(json.dumps(document).encode())) == {
        "said": "user1 on host1", "user": "user1", "hostName": "host1", "owner": "python",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16", "utf-8-sig"])
def test_texts_of_every_encoding(encoding: str) -> None:
    file = io.BytesIO("password=Hunter2x7\n".encode(encoding))
    assert b"".join(stream.redacted(file, Redactor())).decode(encoding) == "password=secret1\n"
