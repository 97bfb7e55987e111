"""Users, hosts, addresses and paths: pseudonyms of the same form, and nothing else changes."""

import io
import json
import re

import pytest

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.redact import Identity, Redactor, stream

ME = Identity(
    users=("bsmithers",), names=("Bob Smithers",), hosts=("zeus7.acme.example",), homes=("/data/home/bsmithers",)
)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("/home/bob/env/lib/python3.9/dist-packages/q/x.py", "/home/user1/env/lib/python3.9/dist-packages/q/x.py"),
        ("/home/bob/acme/train.py and ~bob/acme/random.py", "/home/user1/dir1/train.py and ~user1/dir1/random.py"),
        ("C:\\Users\\bobby\\work\\acme.py", "C:\\Users\\user1\\work\\f1__.py"),
        ("C:\\Users\\Bob Smith\\x.py", "C:\\Users\\u1_ name_\\x.py"),
        ('File "C:\\\\Users\\\\bobby\\\\x.py", line 3', 'File "C:\\\\Users\\\\user1\\\\x.py", line 3'),
        ("/Users/bob/Library/x", "/Users/user1/Library/x"),
        ("/mnt/c/Users/bob/x", "/mnt/c/Users/user1/x"),
        ("%2Fhome%2Fbob%2Fx", "%2Fhome%2Fuser1%2Fx"),
        ("file:///home/bob/acme/x.whl", "file:///home/user1/dir1/x.whl"),
        ("\\\\fileserver\\share\\acmex\\x.py", "\\\\host1\\share\\dir1_\\x.py"),
        ("/home/bob/.cache/bazel/_bazel_bob/install", "/home/user1/.cache/bazel/_bazel_user1/dir1"),
        ("/home/\u00fcnal/x.py", "/home/user\u00e91/x.py"),
        ("bob@zeus7:~/acme/x$ python x.py", "user1@host1:~/dir1/x$ python x.py"),
        ("[bob@zeus7 acme]$ ls; bob", "[user1@host1 acme]$ ls; user1"),
        ("ssh -i k bob@10.1.2.3 and ping 10.1.2.3", "ssh -i k user1@192.0.2.1 and ping 192.0.2.1"),
        ("USER=bob HOSTNAME=zeus7", "USER=user1 HOSTNAME=host1"),
        ("mail bob@acme.com, git@github.com:org/x.git", "mail user1@example.invalid, git@github.com:org/x.git"),
        ("nas-1.local gitlab.corp", "host2 host1"),
        ("--trusted-host pip.acme.example", "--trusted-host host1"),
        ("https://bob:pw1@pip.acme.example:8443/acme/simple/x-1.0-py3-none-any.whl?token=abc#sha256=12", "https://user1:secret1@index1.invalid:8443/dir1/simple/x-1.0-py3-none-any.whl?token=secret2#sha256=12"),
        ("http://10.0.0.7:8080/simple", "http://192.0.2.1:8080/simple"),
        ("http://[2a02:1234::1]/x", "http://[2001:db8::1]/dir1"),
        ("inet6 fe80::42:acff:fe11:2/64 2a02:8108:1:2:3:4:5:6", "inet6 2001:db8::1/64 2001:db8::2"),
        ("link/ether 02:42:ac:11:00:02 02-42-ac-11-00-02", "link/ether 00:00:5e:00:53:01 00-00-5e-00-53-01"),
        ("GPU-5b1c7a1e-1111-2222-3333-444455556666", "GPU-00000000-0000-0000-0000-000000000001"),
        ("Serial Number : 1320220012345", "Serial Number : serial1"),
        ("server 8.8.8.8, tensorrt 10.3.0.26", "server 192.0.2.1, tensorrt 10.3.0.26"),
        ("DESKTOP-A1B2C3D", "host1"),
        ("\x1b[32mbob@zeus7\x1b[0m:\x1b[34m~/acme\x1b[0m$ x", "\x1b[32muser1@host1\x1b[0m:\x1b[34m~/dir1\x1b[0m$ x"),
        ("cuda-venv /opt/acme-conda/venv-acme/bin", "cuda-venv /opt/dir1-conda/venv-dir2/bin"),
        ("/acme", "/acme"),
        ("/a/%", "/a/%"),
    ],
)  # fmt: skip
def test_form_stays(text: str, done: str) -> None:
    assert Redactor().text(text) == done
    assert Redactor().text(done) == done


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("git@git.acme.com:ml/x-model.git", "git@index1.invalid:dir1/dir2"),
        ("https_proxy=bobby:hunter2@proxy.acme.com:3128", "https_proxy=user1:secret1@index1.invalid:3128"),
        ("https://user:tok1234@pip.acme.com/simple", "https://user:secret1@index1.invalid/simple"),
        ("https://x-access-token:abcdefgh12345@github.com/q/x", "https://x-access-token:secret1@github.com/q/x"),
        ("SSH_CONNECTION=81.2.69.142 54321 10.0.0.5 22", "SSH_CONNECTION=192.0.2.1 54321 192.0.2.2 22"),
        ("mysql -u root -phunter2 -h db", "mysql -u root -psecret1 -h db"),
        ("docker login -u bob -p hunter2 hub.acme.com", "docker login -u bob -p secret1 host1"),
        ("Password for bobby: hunter2", "Password for bobby: secret1"),
        ("Proxy said: Basic anNtaXRoOmh1bnRlcjI=", "Proxy said: Basic secret1"),
        ("Basic operators and basic arithmetic", "Basic operators and basic arithmetic"),
        ("pull hub.ml.acme.com/team/x:1.2 or gpu1.hpc.uni-x.de", "pull host1/team/x:1.2 or host2"),
        ("tensorflow.org keras.io self.net tf.keras.layers.de(x) a.net",
         "tensorflow.org keras.io self.net tf.keras.layers.de(x) a.net"),
        ("not running on this host (trainer05): /proc/driver", "not running on this host (host1): /proc/driver"),
        ("Linux trainer02 5.4.0-42-generic #46-Ubuntu SMP x86_64",
         "Linux host1 5.4.0-42-generic #46-Ubuntu SMP x86_64"),
        ("uname_result(system='Linux', node='ml7', release='5.4')",
         "uname_result(system='Linux', node='host1', release='5.4')"),
        ("[ml7:12345] *** Process received signal ***", "[host1:12345] *** Process received signal ***"),
        ("job worker -> {0 -> localhost:1234, 1 -> ml7:2222}", "job worker -> {0 -> localhost:1234, 1 -> host1:2222}"),
        ('{"cluster":{"worker":["trainer01:2222","trainer02:2222"]}}',
         '{"cluster":{"worker":["host1:2222","host2:2222"]}}'),
        ("queued on node gpu-a100-03", "queued on node host1"),
        ("NUMA node 0, NUMA node read, host CPU", "NUMA node 0, NUMA node read, host CPU"),
        ("worker:0 tf_worker.cc:12] I have the worker 'x:10'", "worker:0 tf_worker.cc:12] I have the worker 'x:10'"),
    ],
)  # fmt: skip
def test_names_by_where_they_stand(text: str, done: str) -> None:
    assert Redactor().text(text) == done
    assert Redactor().text(done) == done


@pytest.mark.parametrize("host", ["trainer01", "gpu-box7", "worker12", "node3"])
def test_hosts_with_a_number_are_no_words(host: str) -> None:
    assert (
        Redactor(Identity(hosts=(host,))).text(f"on {host}, {host}.x: {host}-7.log") == "on host1, host1.x: host1-7.log"
    )


@pytest.mark.parametrize("word", ["python3", "cuda11", "float32", "gpu0", "tf2", "keras2", "conv2", "fp16", "numpy2"])
def test_words_with_a_number_stay(word: str) -> None:
    assert Redactor(Identity(users=(word,), hosts=(word,))).text(f"{word} of {word}") == f"{word} of {word}"


def test_known_names_go_wherever_they_are_whole_words() -> None:
    redactor = Redactor(ME)
    done = redactor.text(
        "Bob Smithers (bsmithers) on zeus7 and zeus7.acme.example; bsmithers_model absmithers /data/home/bsmithers/x"
    )
    assert done == "user2 (user1) on host1 and host1; user1_model absmithers /data/home/user1/x"


@pytest.mark.parametrize("word", ["root", "user", "test", "python", "tensorflow", "lib", "me", "gpu"])
def test_a_common_word_goes_only_where_it_names_somebody(word: str) -> None:
    redactor = Redactor(Identity(users=(word,), hosts=(word,), homes=(f"/home/{word}",)))
    text = f"{word} {word}s the{word} {word}_x /usr/{word}/lib lib{word}.so tf.{word} {word}: {word}=1"
    assert redactor.text(text) == text
    assert redactor.text(f"/home/{word}/x") == f"/home/{'root' if word == 'root' else 'user1'}/x"


def test_variables_are_typed() -> None:
    pairs = {
        "PATH": "/home/bob/bin:/usr/bin", "LD_LIBRARY_PATH": "/opt/acme/lib:", "CONDA_DEFAULT_ENV": "acme",
        "TF_API_TOKEN": "abc",
        "CUDA_VISIBLE_DEVICES": "0", "PIP_INDEX_URL": "https://a:b@pip.acme.example/simple",
        "CUDA_PATH": "C:\\acme\\v11.2;D:\\x",
        "AUTOGRAPH_VERBOSITY": "10",
    }  # fmt: skip
    snapshot = facts.Snapshot(environ=tuple(facts.Variable(name=name, value=value) for name, value in pairs.items()))
    done = Redactor().snapshot(snapshot).environ
    assert isinstance(done, tuple)
    assert {item.name: item.value for item in done} == {
        "PATH": "/home/user1/bin:/usr/bin",
        "LD_LIBRARY_PATH": "/opt/dir1/lib:",
        "CONDA_DEFAULT_ENV": "dir1",
        "TF_API_TOKEN": "secret1",
        "CUDA_VISIBLE_DEVICES": "0",
        "PIP_INDEX_URL": "https://user2:secret2@index1.invalid/simple",
        "CUDA_PATH": "C:\\dir1\\v11.2;D:\\x",
        "AUTOGRAPH_VERBOSITY": "10",
    }
    assert "acme" not in facts.encode(Redactor().snapshot(snapshot)).decode()


def test_json_of_any_form() -> None:
    data = b"""\xef\xbb\xbf{"password": "x", "a": ["/home/bob/x", 1.10, 1e999, null],
        "digest": "sha256:0123456789abcdef0123456789abcdef", "env": [{"name": "API_TOKEN", "value": "abc"}],
        "host": "zeus7", "n": 12345678901234567890}"""
    done = Redactor().json(data)
    expected = data[3:].replace(b'"x"', b'"secret1"', 1).replace(b"bob", b"user1").replace(b"zeus7", b"host1")
    assert done == expected.replace(b'"abc"', b'"secret2"')


def test_a_snapshot_of_another_version_is_any_json() -> None:
    data = b'{"type": "Snapshot", "schema_version": 9, "new": "/home/bob/x"}'
    assert json.loads(Redactor().json(data)) == {"type": "Snapshot", "schema_version": 9, "new": "/home/user1/x"}


@pytest.mark.parametrize("data", [b"{", b'{"a": "\xff"}', b"[" * 100_000 + b"]" * 100_000])
def test_what_is_no_json_is_said(data: bytes) -> None:
    with pytest.raises(InputError):
        Redactor().json(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_stream_gives_what_the_whole_text_gives(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 1000)
    key = (
        "-----BEGIN PRIVATE KEY-----\n"
        + "MIIEowIBAAKCAQEAsecretsecretsecretsecret\n" * 60
        + "-----END PRIVATE KEY-----\n"
    )
    text = ("/home/bob/acme/x.py \u00fc password=hunter2hunter\r\n" * 50 + key) * 3
    done = b"".join(stream.redacted(io.BytesIO(text.encode(encoding)), Redactor())).decode(encoding)
    assert re.sub(r"\d+", "", done) == re.sub(r"\d+", "", Redactor().text(text))
    assert "secretsecret" not in done


def test_a_stream_without_lines_is_cut_at_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 1000)
    monkeypatch.setattr(stream, "_LONGEST", 2000)
    text = "password=hunter2hunter " * 1000
    assert b"hunter" not in b"".join(stream.redacted(io.BytesIO(text.encode()), Redactor()))
    odd = b"x\xff\xfe" * 2000
    assert b"".join(stream.redacted(io.BytesIO(odd), Redactor())) == odd


def test_names_are_learnt_before_they_are_met() -> None:
    redactor = Redactor()
    stream.learn(io.BytesIO(b"qbsmithx is here\nqbsmithx@zeus7:~/x$ ls\n"), redactor)
    assert redactor.text("qbsmithx is here") == "user1 is here"
