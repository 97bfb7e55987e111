"""Remedies as commands of a POSIX shell."""

import shlex

from tfdoctor.diagnosis import Remedy


def commands(remedy: Remedy, executable: str | None = None, *, pip: bool = True) -> tuple[str, ...]:
    """Return the commands that carry out a remedy, in order; none where only a person can do it.

    `executable` is the patient's Python; without it the commands say `python`. `pip` is whether pip is installed there:
    where it is not, as in every environment that uv makes, Python's own ensurepip brings it first.
    """
    python = shlex.quote(executable or "python")
    if not pip and remedy.kind in {"install", "reinstall", "uninstall"}:
        return (f"{python} -m ensurepip", *commands(remedy, executable))
    pip_of = f"{python} -m pip"
    match remedy.kind:
        case "install":
            return (f"{pip_of} install {_joined(remedy.requirements)}",)
        case "reinstall":
            return (f"{pip_of} install --force-reinstall --no-deps {_joined(remedy.requirements)}",)
        case "uninstall":
            return (f"{pip_of} uninstall -y {_joined(remedy.distributions)}",)
        case "create-environment":
            return _create(remedy)
        case "set-variable":
            return (f"export {remedy.variable}={shlex.quote(remedy.value)}",)
        case "unset-variable":
            return (f"unset {remedy.variable}",)
        case "delete":
            return (f"rm -r {_joined(remedy.paths)}",)
        case "manual":
            return ()


def _create(remedy: Remedy) -> tuple[str, ...]:
    made = (f"python{remedy.python} -m venv tf-env",)
    if not remedy.requirements:
        return made
    return (*made, f"tf-env/bin/python -m pip install {_joined(remedy.requirements)}")


def _joined(words: tuple[str, ...]) -> str:
    return " ".join(shlex.quote(word) for word in words)
