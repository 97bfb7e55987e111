"""Renders a labelled case as the text of an issue, so that reading free text can be tried against the facts.

`render(case, "old")` is the form of 2016 to 2021, "new" that of 2022 and after, "scattered" a text without a form.
Only what a user knows is shown, never the label.
"""

import json
from typing import Any

FORMS = ("old", "new", "scattered")


def render(case: dict[str, Any], form: str) -> str:
    """Return the text of an issue that states the facts, the log and the code of a case."""
    return {"old": _old, "new": _new, "scattered": _scattered}[form](case)


def _text(value: object) -> str:
    if value is None:
        return ""
    return "\n".join(_text(item) for item in value) if isinstance(value, list) else str(value).strip()


def _joined(value: object) -> str:
    return ", ".join(_text(item) for item in value) if isinstance(value, list) else _text(value)


def _notes(env: dict[str, Any], topic: str) -> dict[str, str]:
    """The remarks on the versions of a topic: {"11.2": "nvidia-smi"}."""
    found: dict[str, str] = {}
    for note in env.get("version_notes") or ():
        key, _, rest = note.partition(":")
        version, _, remark = rest.partition("(")
        if key.strip() == topic:
            found[version.strip()] = remark.rstrip(") ")
    return found


def _versions(env: dict[str, Any], key: str, topic: str) -> str:
    notes = _notes(env, topic)
    versions = list(dict.fromkeys([*(env.get(key) or ()), *notes]))
    return ", ".join(f"{item} ({notes[item]})" if notes.get(item) else item for item in versions)


def _cuda(env: dict[str, Any]) -> str:
    cuda, cudnn = _versions(env, "cuda_versions_found", "cuda"), _versions(env, "cudnn_versions_found", "cudnn")
    return " / ".join(part for part in (f"CUDA {cuda}" if cuda else "", f"cuDNN {cudnn}" if cudnn else "") if part)


def _system(env: dict[str, Any]) -> str:
    return " ".join(part for part in (_text(env.get("os")), _text(env.get("os_version"))) if part)


def _gpus(env: dict[str, Any]) -> str:
    rows = [item if isinstance(item, dict) else {"name": item} for item in env.get("gpus") or ()]
    named = [
        f"{row['name']} (compute capability {row['compute_capability']})"
        if row.get("compute_capability")
        else row["name"]
        for row in rows
        if row.get("name")
    ]
    return ", ".join(named)


def _side(value: object) -> str:
    if not isinstance(value, dict):
        return _text(value)
    words = {"tf": "TensorFlow ", "keras": "Keras ", "python": "Python ", "format": "format "}
    return ", ".join(f"{words[key]}{value[key]}" for key in words if value.get(key))


def _method(env: dict[str, Any]) -> str:
    return "; ".join(part for part in (_text(env.get("tf_distribution")), _text(env.get("install_method"))) if part)


def _rest(case: dict[str, Any]) -> list[tuple[str, str]]:
    """What no form asks for, as people add it."""
    env = case.get("environment") or {}
    rows = [
        ("TensorFlow version to install", _text(env.get("tf_version_wanted"))),
        ("NVIDIA driver version", _text(env.get("driver_version"))),
        ("CUDA version (nvidia-smi)", _text(env.get("driver_cuda_version"))),
        ("libcuda version", _text(env.get("libcuda_version"))),
        ("Architecture", _text(env.get("arch"))),
        ("CPU", _text(env.get("cpu"))),
        ("glibc version", _text(env.get("libc_version"))),
        ("Container", _text(env.get("container"))),
        ("WSL", _text(env.get("wsl"))),
        ("Conda", _text(env.get("conda"))),
        ("Saved with", _side(case.get("saved_with"))),
        ("Loaded with", _side(case.get("loaded_with"))),
        ("Upgraded from", _text(case.get("from_version"))),
        ("Upgraded to", _text(case.get("to_version"))),
    ]
    return [row for row in rows if row[1]]


def _python(env: dict[str, Any]) -> str:
    bits = _text(env.get("python_bits"))
    return f"{_text(env.get('python_version'))} {bits + '-bit' if bits else ''}".strip()


def _listing(env: dict[str, Any], style: str) -> str:
    rows = {name: _text(version) for name, version in (env.get("packages") or {}).items()}
    known = {name: version for name, version in rows.items() if version}
    if not rows:
        return ""
    if style == "freeze" or len(known) < len(rows):  # only a freeze can name a distribution without its version
        return (
            "```\n"
            + "\n".join(
                f"{name}=={version}" if version else f"{name} @ file:///build/{name}" for name, version in rows.items()
            )
            + "\n```\n"
        )
    head = "Package                      Version\n---------------------------- ----------\n"
    return "```\n$ pip list\n" + head + "\n".join(f"{name:28} {version}" for name, version in known.items()) + "\n```\n"


def _variables(env: dict[str, Any], form: str) -> str:
    rows = {name: _text(value) for name, value in (env.get("env_vars") or {}).items() if value is not None}
    return "\n".join(
        f"export {name}={value}" if form == "export" else f"{name}={value}" for name, value in rows.items()
    )


def _fence(text: str, language: str = "") -> str:
    return f"```{language}\n{text}\n```\n" if text else ""


def _old(case: dict[str, Any]) -> str:
    env = case.get("environment") or {}
    fields = [
        ("Have I written custom code (as opposed to using a stock example script provided in TensorFlow)", ""),
        ("OS Platform and Distribution (e.g., Linux Ubuntu 16.04)", _system(env)),
        ("TensorFlow installed from (source or binary)", _method(env)),
        ("TensorFlow version (use command below)", _text(env.get("tf_version"))),
        ("Python version", _python(env)),
        ("Bazel version (if compiling from source)", "N/A"),
        ("GCC/Compiler version (if compiling from source)", "N/A"),
        ("CUDA/cuDNN version", _cuda(env)),
        ("GPU model and memory", _gpus(env)),
        ("Exact command to reproduce", ""),
        *_rest(case),
    ]
    parts = [
        f"# {_text(case.get('title'))}\n",
        "### System information",
        *(f"- **{label}**: {value}".rstrip() for label, value in fields),
        "\nYou can collect some of this information using our environment capture script.\n",
        _listing(env, "columns"),
        _fence(_variables(env, "export")),
        "### Describe the problem",
        _text(case.get("statement")),
        "\n### Source code / logs",
        _fence(_text(case.get("code")), "python"),
        _fence(_text(case.get("log"))),
    ]
    return "\n".join(parts)


def _new(case: dict[str, Any]) -> str:
    env = case.get("environment") or {}
    fields = [
        ("Issue type", "Bug"),
        ("Have you reproduced the bug with TensorFlow Nightly?", "No"),
        ("Source", _method(env) or "binary"),
        ("TensorFlow version", _text(env.get("tf_version"))),
        ("Custom code", "Yes"),
        ("OS platform and distribution", _system(env)),
        ("Mobile device", ""),
        ("Python version", _python(env)),
        ("Bazel version", ""),
        ("GCC/compiler version", ""),
        ("CUDA/cuDNN version", _cuda(env)),
        ("GPU model and memory", _gpus(env)),
        *_rest(case),
    ]
    current = "\n".join(part for part in (_text(case.get("statement")), _variables(env, "plain")) if part)
    code = _fence(_text(case.get("code")), "shell")
    return "\n".join(
        [
            f"# {_text(case.get('title'))}\n",
            *(f"### {label}\n\n{value or '_No response_'}\n" for label, value in fields),
            f"### Current behavior?\n\n{current or 'It does not work.'}\n",
            _listing(env, "freeze"),
            f"### Standalone code to reproduce the issue\n\n{code or '_No response_'}\n",
            f"### Relevant log output\n\n{_fence(_text(case.get('log')), 'shell') or '_No response_'}\n",
        ]
    )


def _scattered(case: dict[str, Any]) -> str:
    """Logs first, facts after, in no form: sentences, commands with their answers, lines of the kind "name: value"."""
    env = case.get("environment") or {}
    answers = [
        (
            "python -V",
            f"Python {env['python_version']}" if str(env.get("python_version") or "").count(".") == 2 else "",
        ),
        (
            "pip freeze",
            "\n".join(
                f"{name}=={value}" if value else f"{name} @ file:///build/{name}"
                for name, value in (env.get("packages") or {}).items()
            ),
        ),
    ]
    shown = "\n".join(f"$ {command}\n{output}" for command, output in answers if output)
    minor = env.get("python_version") and not answers[0][1]
    facts = [
        f"I'm on {_system(env)}." if _system(env) else "",
        f"I have TensorFlow {env['tf_version']} installed." if env.get("tf_version") else "",
        f"- Python {_python(env)}" if minor else "",
        f"Installed with: {_method(env)}" if _method(env) else "",
        f"CUDA: {_cuda(env)}" if _cuda(env) else "",
        f"GPU: {_gpus(env)}" if _gpus(env) else "",
        f"Python bits: {env['python_bits']}" if env.get("python_bits") and not minor else "",
        *(f"{label}: {value}" for label, value in _rest(case)),
    ]
    parts = [
        f"Subject: {_text(case.get('title'))}",
        "Hello,",
        _text(case.get("log")),
        "\n".join(fact for fact in facts if fact),
        _fence(shown),
        _variables(env, "export"),
        _fence(_text(case.get("code")), "python"),
        "Thank you for any help.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> None:
    """Show the cases of a file in a form: issue_form.py FILE FORM [ID]."""
    import sys
    from pathlib import Path

    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if len(sys.argv) < 4 or case["id"] == sys.argv[3]:
            print(render(case, sys.argv[2]), "\n" + "=" * 100)


if __name__ == "__main__":
    main()
