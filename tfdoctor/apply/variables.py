"""Variables of an environment: written into its own activation, never into a file of the user's shell."""

import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tfdoctor.apply.environment import Environment
from tfdoctor.plan.model import Step

_BEGIN: Final = "# begin tfdoctor"
_END: Final = "# end tfdoctor"
_FLAGS: Final = {"XLA_FLAGS", "TF_XLA_FLAGS"}  # several options with a space between; other lists hold paths


class Setting(NamedTuple):
    """One variable as it has to be: `value` None means not set; `joint` stands before an older value that stays."""

    name: str
    value: str | None
    joint: str = ""

    def whole(self, environ: Mapping[str, str]) -> str:
        """Return the value that a program has to see; "" for a variable that must not be set."""
        old = environ.get(self.name, "")
        return (self.value or "") + (self.joint + old if self.joint and old else "")


class _Shell(NamedTuple):
    """How one shell keeps, changes and gives back a variable; the texts are lines."""

    keep: str
    set: Callable[[Setting], str]
    unset: str
    restore: str


def _posix(setting: Setting) -> str:
    rest = f'"${{{setting.name}:+{setting.joint}${setting.name}}}"' if setting.joint else ""
    return f"export {setting.name}={shlex.quote(setting.value or '')}{rest}"


def _fish(setting: Setting) -> str:
    value = "'" + (setting.value or "").replace("\\", "\\\\").replace("'", "\\'") + "'"
    if not setting.joint:
        return f"set -gx {setting.name} {value}"
    name = setting.name
    return f'if set -q {name}; set -gx {name} {value}"{setting.joint}${name}"; else; set -gx {name} {value}; end'


def _power(setting: Setting) -> str:
    value = "'" + (setting.value or "").replace("'", "''") + "'"
    rest = f" + $(if ($env:{setting.name}) {{ '{setting.joint}' + $env:{setting.name} }})" if setting.joint else ""
    return f"$env:{setting.name} = {value}{rest}"


def _batch(setting: Setting) -> str:
    value = (setting.value or "").replace("%", "%%")
    if not setting.joint:
        return f'@set "{setting.name}={value}"'
    # Two lines in place of a block, whose end any parenthesis in the old value would be.
    more = f'@if defined {setting.name} set "{setting.name}={value}{setting.joint}%{setting.name}%"'
    return f'{more}\n@if not defined {setting.name} set "{setting.name}={value}"'


_POSIX: Final = _Shell(
    keep='if [ -n "${NAME+x}" ]; then _TFDOCTOR_NAME=old; _TFDOCTOR_OLD_NAME=$NAME; else _TFDOCTOR_NAME=none; fi',
    set=_posix,
    unset="unset NAME",
    restore='case "${_TFDOCTOR_NAME:-}" in old) export NAME="$_TFDOCTOR_OLD_NAME";; none) unset NAME;; esac\n'
    "unset _TFDOCTOR_NAME _TFDOCTOR_OLD_NAME",
)
_FISH: Final = _Shell(
    keep="if set -q NAME; set -g _TFDOCTOR_NAME old; set -g _TFDOCTOR_OLD_NAME $NAME; "
    "else; set -g _TFDOCTOR_NAME none; end",
    set=_fish,
    unset="set -e NAME",
    restore='if test "$_TFDOCTOR_NAME" = old; set -gx NAME $_TFDOCTOR_OLD_NAME; '
    'else if test "$_TFDOCTOR_NAME" = none; set -e NAME; end\n'
    "set -e _TFDOCTOR_NAME; set -e _TFDOCTOR_OLD_NAME",
)
_POWER: Final = _Shell(
    keep="$global:_TFDOCTOR_NAME = @($env:NAME)",
    set=_power,
    unset="Remove-Item Env:NAME -ErrorAction SilentlyContinue",
    restore="if (Test-Path variable:_TFDOCTOR_NAME) { $env:NAME = $global:_TFDOCTOR_NAME[0]; "
    "Remove-Variable _TFDOCTOR_NAME -Scope global }",
)
_BATCH: Final = _Shell(
    keep='@set "_TFDOCTOR_NAME=1"\n@set "_TFDOCTOR_OLD_NAME=%NAME%"',
    set=_batch,
    unset='@set "NAME="',
    restore='@if defined _TFDOCTOR_NAME set "NAME=%_TFDOCTOR_OLD_NAME%"\n'
    '@set "_TFDOCTOR_NAME="\n@set "_TFDOCTOR_OLD_NAME="',
)


def settings(steps: Sequence[Step], environment: Environment) -> tuple[Setting, ...]:
    """Return what steps of the kinds set-variable and unset-variable ask for."""
    separator = ";" if sys.platform == "win32" else ":"
    found = []
    for step in steps:
        if step.kind == "unset-variable":
            found.append(Setting(step.variable, None))
        elif step.kind == "set-variable":
            joint = (" " if step.variable in _FLAGS else separator) if step.prepend else ""
            found.append(Setting(step.variable, environment.expand(step.value), joint))
    return tuple(found)


def write(wanted: Sequence[Setting], environment: Environment) -> None:
    """Make every activation script of the environment set the variables and every deactivation give the old ones back.

    What an earlier call wrote is replaced.

    Raises:
        OSError: a script cannot be written.
    """
    if environment.kind == "conda":
        _write_conda(wanted, Path(environment.prefix))
        return
    scripts = Path(environment.scripts)
    _edit(scripts / "activate", _POSIX, wanted, r"^deactivate *\(\) *\{[ \t]*\r?\n")
    _edit(scripts / "activate.fish", _FISH, wanted, r"^function deactivate\b.*\n")
    for name in ("Activate.ps1", "activate.ps1"):
        _edit(scripts / name, _POWER, wanted, r"^function global:deactivate *\(.*\) *\{[ \t]*\r?\n")
    _edit(scripts / "activate.csh", None, wanted, "")
    if (scripts / "activate.bat").is_file():
        _edit(scripts / "activate.bat", _BATCH, wanted, "")
        _edit(scripts / "deactivate.bat", _BATCH, wanted, r"\A(?:@echo off[ \t]*\r?\n)?", only_restore=True)


def start(environment: Environment) -> str:
    """Return the command that starts the environment in a shell."""
    if environment.kind == "conda":
        return f"conda activate {shlex.quote(environment.prefix)}"
    if environment.kind == "bare":
        return ""
    script = Path(environment.scripts, "activate")
    return f'& "{script}.ps1"' if sys.platform == "win32" else f"source {shlex.quote(str(script))}"


def _write_conda(wanted: Sequence[Setting], prefix: Path) -> None:
    """Write where conda looks at each activation and deactivation; PATH is conda's own to give back."""
    restored = [item for item in wanted if item.name.upper() != "PATH"]
    kinds = {"bat": _BATCH, "ps1": _POWER} if sys.platform == "win32" else {"sh": _POSIX, "fish": _FISH}
    for moment in ("activate.d", "deactivate.d"):
        folder = prefix / "etc" / "conda" / moment
        folder.mkdir(parents=True, exist_ok=True)
        for ending, shell in kinds.items():
            text = _change(shell, wanted) if moment == "activate.d" else _restore(shell, restored)
            (folder / f"tfdoctor.{ending}").write_text(text, encoding="utf-8")


def _change(shell: _Shell, wanted: Sequence[Setting]) -> str:
    lines = []
    for item in wanted:
        lines.append(shell.keep.replace("NAME", item.name))
        lines.append(shell.unset.replace("NAME", item.name) if item.value is None else shell.set(item))
    return "".join(f"{line}\n" for line in lines)


def _restore(shell: _Shell, wanted: Sequence[Setting]) -> str:
    return "".join(shell.restore.replace("NAME", item.name) + "\n" for item in wanted)


def _csh(wanted: Sequence[Setting]) -> str:
    """The same for csh, which has no functions: its deactivation gives nothing back."""
    lines = []
    for item in wanted:
        word = "'" + (item.value or "").replace("'", "'\\''").replace("!", "\\!") + "'"
        if item.value is None:
            lines.append(f"unsetenv {item.name}")
        elif item.joint:
            lines += [
                f"if ( $?{item.name} ) then",
                f'    setenv {item.name} {word}"{item.joint}${item.name}"',
                "else",
                f"    setenv {item.name} {word}",
                "endif",
            ]
        else:
            lines.append(f"setenv {item.name} {word}")
    return "".join(f"{line}\n" for line in lines)


def _edit(
    file: Path, shell: _Shell | None, wanted: Sequence[Setting], place: str, *, only_restore: bool = False
) -> None:
    """Add both parts to one script: giving back where `place` matches, the change at its end."""
    if not file.is_file():
        return
    begin, end = (_BEGIN, _END) if file.suffix != ".bat" else (f"@rem{_BEGIN[1:]}", f"@rem{_END[1:]}")
    text = file.read_bytes().decode("utf-8", "surrogateescape")
    text = re.sub(rf"^{begin}\r?\n.*?^{end}\r?\n", "", text, flags=re.MULTILINE | re.DOTALL)
    # The signature of PowerShell's script no longer holds, and nothing may stand behind it.
    text = re.sub(r"^# SIG # Begin signature block.*\Z", "", text, flags=re.MULTILINE | re.DOTALL)
    newline = "\r\n" if "\r\n" in text else "\n"
    if shell is not None and place and wanted:
        given = f"{begin}\n{_restore(shell, wanted)}{end}\n".replace("\n", newline)
        text = re.sub(place, lambda found: found.group() + given, text, count=1, flags=re.MULTILINE)
    if wanted and not only_restore:
        change = _csh(wanted) if shell is None else _change(shell, wanted)
        text = text.rstrip() + f"\n{begin}\n{change}{end}\n".replace("\n", newline)
    new = file.with_name(f"{file.name}.tfdoctor-new")
    new.write_bytes(text.encode("utf-8", "surrogateescape"))
    new.chmod(file.stat().st_mode)
    new.replace(file)
