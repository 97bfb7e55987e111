"""Programs of the patient end when they should, with all that they started."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor.probes import child


def run(argv: list[str], folder: Path, timeout: float = 20) -> tuple[int | None, child.Child]:
    running = child.start(argv, dict(os.environ), folder / "stderr")
    return running.wait(timeout), running


def test_output_and_code(tmp_path: Path, program: Callable[[str], str]) -> None:
    code, running = run([program("echo noise; echo words >&2; exit 3")], tmp_path)
    assert code == 3
    assert running.tail() == "words\n"
    assert running.tail(3) == "ds\n"


def test_the_time_limit_ends_the_whole_group(tmp_path: Path, program: Callable[[str], str]) -> None:
    began = time.monotonic()
    code, running = run([program(f"sleep 60 & echo $! > {tmp_path}/pid; wait")], tmp_path, timeout=0.5)
    assert code is None
    assert time.monotonic() - began < 10
    assert running.process.returncode == -9
    grandchild = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not Path(f"/proc/{grandchild}").exists() or "Z" in Path(f"/proc/{grandchild}/stat").read_text().split()[2]:
            break
        time.sleep(0.02)
    else:
        pytest.fail("the grandchild is still alive")


def test_what_a_program_leaves_running_is_ended(tmp_path: Path, program: Callable[[str], str]) -> None:
    began = time.monotonic()
    code, _ = run([program("sleep 60 & exit 0")], tmp_path)
    assert code == 0
    assert time.monotonic() - began < 10


def test_the_launcher_variable_of_macos_is_not_passed_on(tmp_path: Path, program: Callable[[str], str]) -> None:
    env = {**os.environ, "__PYVENV_LAUNCHER__": "elsewhere", "KEPT": "yes"}
    running = child.start([program('echo "${__PYVENV_LAUNCHER__-unset} $KEPT" >&2')], env, tmp_path / "stderr")
    assert running.wait(20) == 0
    assert running.tail() == "unset yes\n"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-4, "SIGILL"),
        (-11, "SIGSEGV"),
        (-9999, "signal 9999"),
        (132, "SIGILL"),
        (139, "SIGSEGV"),
        (0xC000001D, "STATUS_ILLEGAL_INSTRUCTION"),
        (0, None),
        (1, None),
        (127, None),
        (130, None),
    ],
)
def test_signals_have_names(code: int, name: str | None) -> None:
    assert child.signal_name(code) == name
