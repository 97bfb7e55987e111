"""Real kinds of texts, read into tickets."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tfdoctor.tickets import prose, ticket

DATA = Path(__file__).parent / "data"


def told(text: str) -> dict[str, Any]:
    """What the ticket of a text states, without empty keys."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept(item) for key, item in value.items() if item not in (None, {})}
        return [kept(item) for item in value] if isinstance(value, list) else value

    found: dict[str, Any] = kept(msgspec.to_builtins(prose.read(text).ticket))
    return found


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_texts_are_understood(path: Path) -> None:
    text = next(item for item in DATA.glob(f"{path.stem}.*") if item.suffix != ".json").read_text(encoding="utf-8")
    assert told(text) == json.loads(path.read_text(encoding="utf-8"))


def test_what_was_understood_is_shown_where_it_stood() -> None:
    found = prose.read((DATA / "form_2018.txt").read_text(encoding="utf-8")).understood
    rows = {(item.fact, item.value, item.source) for item in found}
    assert ("environment.tf_version", "1.12.0", "line 14, issue form") in rows
    assert ("environment.cuda_versions_found", "10.0", "line 18, issue form") in rows
    assert any(item.fact == "log" and item.source.startswith("lines 3") for item in found)


def test_a_list_is_one_entry() -> None:
    found = prose.read((DATA / "windows.txt").read_text(encoding="utf-8")).understood
    assert [(item.value, item.source) for item in found if item.fact == "environment.packages"] == [
        ("7 distributions", "lines 15-23, list of distributions")
    ]


def test_measured_wins_over_stated_and_both_are_shown() -> None:
    tool = "```\nCuda compilation tools, release 11.2, V11.2.152\n```\n"
    text = f"CUDA version: 10.1\nTF: 2.3\n\n{tool}I have TF 2.4 installed.\n"
    found = prose.read(text)
    environment = found.ticket.environment
    assert environment is not None
    assert environment.cuda_versions_found == ["11.2.152"]
    assert environment.tf_version == "2.3"
    assert {item.value for item in found.understood} >= {"10.1", "11.2.152", "2.3", "2.4"}


def test_windows_line_ends_and_quoting_change_nothing() -> None:
    text = (DATA / "form_2018.txt").read_text(encoding="utf-8")
    assert told(text.replace("\n", "\r\n")) == told(text)
    quoted = "\n".join(f"> {line}" for line in text.split("\n"))
    assert told(quoted)["environment"] == told(text)["environment"]
    assert told(quoted)["log"] == told(text)["log"]


def test_a_bare_log_is_a_log() -> None:
    text = "2021 10:00 something\nno module of that kind\n"
    assert told("E tensorflow/x.cc:1] failed\n  next line\n")["log"].startswith("E tensorflow")
    assert told(text)["log"] == text.strip()
    assert "log" not in told("I have a question. It is not clear to me how the GPU is used.\n")


def test_the_title_is_the_log_where_there_is_no_other() -> None:
    assert told("# Could not load dynamic library 'libcudnn.so.8'\n\nWhat can I do?\n")["log"].startswith("# Could not")


def test_escapes_and_controls_are_taken_off() -> None:
    found = told("```\n\x1b[31mImportError: DLL load failed\x1b[0m\x00\n```\n")
    assert found["log"] == "ImportError: DLL load failed"


def test_code_and_log_are_told_apart() -> None:
    text = "```python\nimport tensorflow as tf\nprint(tf.__version__)\n```\n\n```\nValueError: bad marshal data\n```\n"
    found = told(text)
    assert found["code"].startswith("import tensorflow")
    assert found["log"] == "ValueError: bad marshal data"


def test_a_block_that_nobody_closed_ends_at_the_next_heading_of_a_form() -> None:
    text = "### Current behavior?\n\n```shell\nIt is slow.\n\n### TensorFlow version\n\n2.9.1\n"
    assert told(text)["environment"]["tf_version"] == "2.9.1"


def test_html_blocks_are_blocks() -> None:
    found = told("<details><summary>Log</summary>\n<pre>\nImportError: x\n</pre>\n</details>\n- Python: 3.8\n")
    assert found["log"] == "ImportError: x"
    assert found["environment"]["python_version"] == "3.8"


@pytest.mark.parametrize(
    "sentence",
    [
        "Should I use CUDA 10.0?",
        "It works with TF 2.3 on Ubuntu 18.04.",
        "I tried TensorFlow 2.2 and CUDA 10.1 before.",
        "My colleague uses TF 2.6 with Python 3.9.",
        "The docs say that TF 2.4 needs CUDA 11.0.",
        "I will upgrade my driver to 470.57.02 and CUDA 11.4.",
    ],
)
def test_what_is_asked_or_elsewhere_is_no_fact(sentence: str) -> None:
    assert told(sentence)["environment"] == {}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "I'm on Ubuntu 20.04 with TF 2.4 and CUDA 11.2",
            {"os": "Ubuntu 20.04", "tf_version": "2.4", "cuda_versions_found": ["11.2"]},
        ),
        ("using RTX 3090 / driver 470.57", {"gpus": [{"name": "RTX 3090"}], "driver_version": "470.57"}),
        ("I am using python 3.8 on Windows 10.", {"python_version": "3.8", "os": "Windows 10"}),
        (
            "We run tensorflow-gpu 1.15.2 in a docker container.",
            {"tf_version": "1.15.2", "tf_distribution": "tensorflow-gpu", "container": "docker"},
        ),
        ("- TensorFlow 2.10, keras 2.10.0", {"tf_version": "2.10", "packages": {"keras": "2.10.0"}}),
        ("I am trying to install tensorflow==2.2.0 on my machine", {"tf_version_wanted": "2.2.0"}),
        ("My MacBook has an Apple M1 chip", {"os": "macOS", "arch": "arm64"}),
        (
            "I have CUDA 11.0 installed, nvidia-smi says CUDA 11.2",
            {"driver_cuda_version": "11.2", "cuda_versions_found": ["11.0"]},
        ),
        ("I use WSL2 with Ubuntu 22.04 on it", {"os": "Ubuntu 22.04", "wsl": "WSL2"}),
    ],
)
def test_sentences(sentence: str, expected: dict[str, Any]) -> None:
    assert told(sentence)["environment"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("After upgrading from 2.3 to 2.6 the accuracy is worse", {"from_version": "2.3", "to_version": "2.6"}),
        ("It works fine in TF 2.15 but fails in TF 2.16", {"from_version": "2.15", "to_version": "2.16"}),
        (
            "The model was saved with TF 2.3 and is loaded with TF 2.6",
            {"saved_with": {"tf": "2.3"}, "loaded_with": {"tf": "2.6"}},
        ),
        (
            "Saved with: TensorFlow 2.13.1, Keras 2.13.1, format .keras v3 (zip), Python 3.10",
            {"saved_with": {"tf": "2.13.1", "keras": "2.13.1", "format": ".keras v3 (zip)", "python": "3.10"}},
        ),
        ("Upgraded from: TF 2.3", {"from_version": "2.3"}),
        ("From: someone@tf.example", {}),
    ],
)
def test_two_releases(text: str, expected: dict[str, Any]) -> None:
    found = told(text)
    assert {
        key: found[key] for key in ("from_version", "to_version", "saved_with", "loaded_with") if key in found
    } == expected


def test_a_long_text_is_read_at_both_ends() -> None:
    text = "TF: 2.4\n" + "x" * 2_500_000 + "\nPython: 3.8\n"
    found = prose.read(text)
    assert found.ticket.environment is not None
    assert (found.ticket.environment.tf_version, found.ticket.environment.python_version) == ("2.4", "3.8")
    assert any(item.source == "line 3, issue form" for item in found.understood)
    assert found.understood[-1].value.startswith("only the first")


def test_many_lines_are_read_at_both_ends() -> None:
    found = prose.read("TF: 2.4\n" + "\n" * 101_000 + "Python: 3.8\n")
    assert found.ticket.environment is not None
    assert found.ticket.environment.python_version == "3.8"
    assert "lines were read" in found.understood[-1].value


def test_tickets_become_snapshots() -> None:
    for path in sorted(DATA.glob("*.*")):
        if path.suffix != ".json":
            assert ticket.snapshot(prose.read(path.read_text(encoding="utf-8")).ticket).origin == "ticket"
