"""What names of wheels, folders of a traceback and titles tell."""

import pytest

from tfdoctor.tickets import prose
from tfdoctor.tickets.form import Environment, Ticket

FORM = "It stopped working\n\n- GPU model and memory: GTX 1080\n\n"


def environment(text: str) -> Environment:
    found = prose.read(text).ticket.environment
    assert found is not None
    return found


def ticket(text: str) -> Ticket:
    return prose.read(text).ticket


@pytest.mark.parametrize(
    ("wheel", "expected"),
    [
        ("tensorflow-1.3.0-cp35-cp35m-win_amd64.whl", ("1.3.0", "3.5", "Windows", "x86_64", None)),
        ("tensorflow_gpu-0.12.1-cp34-cp34m-linux_x86_64.whl", ("0.12.1", "3.4", "Linux", "x86_64", "tensorflow-gpu")),
        ("tensorflow-1.0.0rc2-py2-none-any.whl", ("1.0.0rc2", None, None, None, None)),
        ("tensorflow-2.16.1-cp312-cp312-macosx_12_0_arm64.whl", ("2.16.1", "3.12", "macOS", "arm64", None)),
    ],
)
def test_a_wheel_tells_what_was_installed(wheel: str, expected: tuple[str | None, ...]) -> None:
    found = environment(f"{FORM}I updated with the file {wheel} and since then the import fails.")
    assert (found.tf_version, found.python_version, found.os, found.arch, found.tf_distribution) == expected


def test_a_wheel_that_is_refused_tells_nothing_of_the_machine() -> None:
    wheel = "tensorflow-1.5.0-cp36-cp36m-win_amd64.whl"
    found = environment(
        f"{FORM}pip3 install {wheel}\n{wheel} is not a supported wheel on this platform.\n\nPython 3.7.1"
    )
    assert (found.tf_version, found.tf_version_wanted, found.arch) == (None, "1.5.0", None)


def test_wheels_of_two_releases_tell_nothing() -> None:
    names = [f"tensorflow-{version}-cp35-cp35m-linux_x86_64.whl" for version in ("1.3.0", "1.4.0")]
    found = ticket("Which of these?\n" + "\n".join(names)).environment
    assert found is None or (found.tf_version, found.python_version) == (None, None)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ('  File "/home/eva/env/lib/python3.6/site-packages/tf.py", line 22, in f', ("Linux", "3.6")),
        ('  File "C:\\Users\\eva\\Anaconda3\\lib\\imp.py", line 242, in load_module', ("Windows", None)),
        ('File "C:\\Python\\Python37\\lib\\imp.py", line 242, in load_module', ("Windows", "3.7")),
        ('  File "/Users/eva/venv/lib/python3.9/site-packages/keras/models.py", line 5', ("macOS", "3.9")),
        ("ImportError: dlopen(/Library/Python/2.7/site-packages/_x.so, 10): no suitable", ("macOS", None)),
    ],
)  # fmt: skip
def test_the_folders_of_a_traceback(frame: str, expected: tuple[str, str | None]) -> None:
    found = environment(f"{FORM}Traceback (most recent call last):\n{frame}\nImportError: it failed")
    assert (found.os, found.python_version) == expected


def test_folders_that_disagree_and_statements_come_before_them() -> None:
    two = (
        'Traceback (most recent call last):\n  File "/usr/lib/python3.5/site-packages/a.py", line 1, in <module>\n'
        '  File "/usr/lib/python3.6/site-packages/b.py", line 1, in <module>\nImportError: no'
    )
    assert environment(FORM + two).python_version is None
    said = "OS Platform and Distribution: Debian 9\nPython version: 3.7.3\n\n" + two
    assert (environment(said).os, environment(said).python_version) == ("Debian 9", "3.7.3")


def test_a_32_bit_folder() -> None:
    frame = '  File "C:\\Users\\eva\\AppData\\Local\\Programs\\Python\\Python36-32\\lib\\imp.py", line 2, in load'
    found = environment(f"{FORM}Traceback (most recent call last):\n{frame}\nImportError: no")
    assert (found.python_version, found.python_bits) == ("3.6", "32")


def test_a_title_that_is_a_message_is_log_where_there_is_no_other() -> None:
    title = "# ImportError: DLL load failed while importing _pywrap_tensorflow_internal: it failed"
    rest = "\n\n**Python version**: 3.8\n\nThe first time that I use this."
    assert "DLL load failed" in str(ticket(f"{title}{rest}").log)
    assert ticket(f"# It does not work{rest}").log is None
    both = ticket(f"{title}\n\n```\nImportError: libcublas.so.9.0: cannot open shared object file: No such file\n```")
    assert "DLL" not in str(both.log)


@pytest.mark.parametrize(
    ("answer", "cuda", "cudnn"),
    [
        ("5.0", None, ["5.0"]),
        ("8.9.2.26", None, ["8.9.2.26"]),
        ("7.6", None, ["7.6"]),
        ("8.0", ["8.0"], None),
        ("9.2", ["9.2"], None),
    ],
)
def test_one_number_for_two(answer: str, cuda: list[str] | None, cudnn: list[str] | None) -> None:
    found = environment(f"- TensorFlow version: 2.4\n- CUDA/cuDNN version: {answer}\n")
    assert (found.cuda_versions_found, found.cudnn_versions_found) == (cuda, cudnn)


@pytest.mark.parametrize(
    ("sentence", "cuda", "cudnn"),
    [
        ("I have installed cuda 7.5, not 8, but when I try to import it there is an error.", ["7.5"], None),
        ("I may have attempted to install cuda 8 in the past.", None, None),
        ("CUDA 7.5, cudnn 5;", ["7.5"], ["5"]),
        ("CUDA release 8.0, cuDNN 5.1", ["8.0"], ["5.1"]),
    ],
)
def test_what_is_here_and_what_was(sentence: str, cuda: list[str] | None, cudnn: list[str] | None) -> None:
    found = ticket(f"It does not work\n\n{sentence}\n").environment or Environment()
    assert (found.cuda_versions_found, found.cudnn_versions_found) == (cuda, cudnn)


def test_small_statements() -> None:
    form = "OS Platform and Distribution: 16.04\nTensorFlow version: 3.6\nPython version: 3.6\n"
    assert (environment(form).os, environment(form).tf_version) == ("Ubuntu 16.04", None)
    assert environment("It dies\n\nCPU Intel Xeon X5650 @ 2.67GHz\n").cpu == "Intel Xeon X5650"
    template = "### Source\n\nsource\n\n### TensorFlow version\n\n2.12\n\n### Python version\n\n3.10\n"
    assert environment(template).install_method is None
    assert environment(template.replace("\nsource\n", "\nbinary\n")).install_method == "binary"


def test_a_macbook_runs_macos() -> None:
    found = environment("It dies\n\nI'm on a MacBook Pro M1 and python 3.8.8\n")
    assert (found.os, found.arch, found.python_version) == ("macOS", "arm64", "3.8.8")


def test_what_pip_says_is_no_row_of_a_list() -> None:
    conflict = "The conflict is caused by:\n    tensorflow 2.6.0 depends on typing-extensions~=3.7.4\n    black 21.8b0"
    found = ticket(f"{conflict} depends on typing-extensions>=3.10.0.0\n")
    assert "depends on typing-extensions~=3.7.4" in str(found.log)
    assert found.environment is None or found.environment.packages is None
    rows = environment("tensorflow 2.6.0\nkeras 2.7.0 /usr/lib/python3/dist-packages pip\n")
    assert rows.packages == {"tensorflow": "2.6.0", "keras": "2.7.0"}


def test_a_log_alone_tells_nothing_beside_itself() -> None:
    log = (
        'Traceback (most recent call last):\n  File "/home/eva/lib/python3.6/site-packages/a.py", line 1, in <module>\n'
    )
    found = prose.read(f"{log}ImportError: it failed\n")
    assert [row.fact for row in found.understood] == ["log"]


def test_a_system_alone_on_its_line() -> None:
    assert environment(f"{FORM}System information\nlinux mint 18.1\nPython version 2.7.12\n").os == "linux mint 18.1"
    assert environment(f"{FORM}System information\nWindows\n").os is None


def test_a_variable_before_a_command_holds_one_word() -> None:
    found = environment(f"{FORM}CUDA_VISIBLE_DEVICES=-1 gdb ./bin/c_api_test\n")
    assert found.env_vars == {"CUDA_VISIBLE_DEVICES": "-1"}
