"""Every file given to a parser or linter of its own language."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rattler
import tree_sitter
import tree_sitter_powershell
import yaml
from packaging.requirements import Requirement
from rattler.exceptions import InvalidMatchSpecError

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.plan.conftest import tool
from tests.render.plan.plans import GOLDEN, PLANS
from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step
from tfdoctor.render.plan import dialects, render

MATRIX = Matrix.locate()
POWERSHELL = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def changed(plan: Plan, **fields: Any) -> Plan:
    """The plan with other fields of what it installs."""
    import msgspec

    return msgspec.structs.replace(plan, chosen=msgspec.structs.replace(plan.chosen, **fields))


def test_shellcheck_has_nothing_to_say() -> None:
    scripts = sorted(GOLDEN.glob("*.sh"))
    assert len(scripts) == 6
    done = subprocess.run([tool("shellcheck"), "--norc", *scripts], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_has_nothing_to_say() -> None:
    files = sorted(GOLDEN.glob("*.Dockerfile"))
    assert len(files) == 6
    done = subprocess.run([tool("hadolint"), "--no-color", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def errors(script: str) -> list[str]:
    """The lines that PowerShell's grammar does not accept."""
    tree = POWERSHELL.parse(script.encode())
    found, queue = [], [tree.root_node]
    while queue:
        node = queue.pop()
        if node.type == "ERROR" or node.is_missing:
            found.append(f"{node.start_point.row + 1}: {node.text!r}")
        queue += node.children
    return found


@pytest.mark.parametrize("name", PLANS)
def test_powershell_reads_the_script(name: str) -> None:
    assert errors(render(PLANS[name], "powershell", MATRIX)) == []


def test_the_grammar_of_powershell_sees_errors() -> None:
    assert errors("if ($x { 'a' }")
    assert errors("$x = @('a'\nWrite-Output $x")


@pytest.mark.parametrize("text", ["plain-1.0", "a b", "it's", "$HOME`n", "-r", "{x}", "C:\\Program Files\\x;y"])
def test_powershell_takes_words_literally(text: str) -> None:
    word = dialects.POWERSHELL.quote(text)
    tree = POWERSHELL.parse(f"Write-Output {word}".encode())
    assert not tree.root_node.has_error
    assert word == text or word == f"'{text.replace(chr(39), chr(39) * 2)}'"


@pytest.mark.parametrize("name", PLANS)
def test_conda_reads_the_environment(name: str) -> None:
    plan = PLANS[name]
    document = yaml.safe_load(render(plan, "conda", MATRIX))
    assert list(document)[:3] == ["name", "channels", "dependencies"]
    assert set(document) <= {"name", "channels", "dependencies", "variables"}
    assert document["channels"] == ["anaconda" if name == "windows-conda" else "conda-forge", "nodefaults"]
    *specs, pip = document["dependencies"]
    parsed = [rattler.MatchSpec(spec, strict=True) for spec in specs]
    assert [str(spec).split()[0] for spec in parsed][:2] == ["python", "pip"]
    assert list(pip) == ["pip"]
    assert pip["pip"] == list(plan.requirements)
    assert all(Requirement(line).specifier for line in pip["pip"])
    assert all(isinstance(value, str) for value in document.get("variables", {}).values())


def test_condas_grammar_sees_errors() -> None:
    with pytest.raises(InvalidMatchSpecError):
        rattler.MatchSpec("cudnn==8.0==9", strict=True)


def test_conda_has_no_place_for_hashes() -> None:
    with pytest.raises(UsageError, match="no place for hashes"):
        render(PLANS["cpu"], "conda", MATRIX, hashes=True)


def test_variables_of_conda() -> None:
    text = render(PLANS["wheels"], "conda", MATRIX)
    assert yaml.safe_load(text)["variables"] == {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    assert '#   export XLA_FLAGS="--xla_gpu_cuda_data_dir=$CONDA_PREFIX/lib/python3.11/' in text
    assert '/lib/python3.11/site-packages/nvidia/cudnn/lib/libnvrtc.so"\n' in text
    windows = render(PLANS["windows"], "conda", MATRIX)
    assert '$env:PIP_NO_DEPS = "1"; conda env create' in windows
    assert "$env:PATH = \"${env:CONDA_PREFIX}\\Library\\bin$(if ($env:PATH) { ';' + $env:PATH })\"" in windows
    assert "PATH=" not in windows
    assert "variables" not in yaml.safe_load(windows)


def test_conda_uses_the_channels_of_the_plan() -> None:
    import msgspec

    plan = PLANS["conda"]
    make, *rest = plan.steps
    old = msgspec.structs.replace(plan, steps=(msgspec.structs.replace(make, channels=("defaults",)), *rest))
    assert yaml.safe_load(render(old, "conda", MATRIX))["channels"] == ["defaults"]
    assert "-y -n base --override-channels -c defaults " in render(old, "dockerfile", MATRIX)
    assert '-y -p "$env" --override-channels -c defaults python=3.8 ' in render(old, "sh", MATRIX)
    assert "$Folder, '--override-channels', '-c', 'defaults', 'python=3.8'" in render(old, "powershell", MATRIX)
    assert "--override-channels -c defaults python=3.8 " in render(old, "json", MATRIX)


def test_conda_takes_its_own_folders_from_path_itself() -> None:
    import msgspec

    plan = PLANS["conda"]
    more = Step(kind="set-variable", text="Set.", variable="PATH", value="{prefix}/b", prepend=True)
    script = render(msgspec.structs.replace(plan, steps=(*plan.steps, more)), "sh", MATRIX)
    assert 'export PATH="$CONDA_PREFIX/b${PATH:+:$PATH}"\n' in script
    assert "_TFDOCTOR_PATH" not in script  # the old value holds folders that conda has taken away
    power = render(msgspec.structs.replace(plan, steps=(*plan.steps, more)), "powershell", MATRIX)
    assert '$env:PATH = "${env:CONDA_PREFIX}/b' in power
    assert "_TFDOCTOR_PATH" not in power


def test_a_value_with_a_folder_of_its_own_is_set_once_in_conda() -> None:
    import msgspec

    plan = PLANS["conda"]
    more = Step(kind="set-variable", text="Set.", variable="XLA_FLAGS", value="--a={prefix}/b")
    text = render(msgspec.structs.replace(plan, steps=(*plan.steps, more)), "conda", MATRIX)
    assert '#   conda env config vars set "XLA_FLAGS=--a=$CONDA_PREFIX/b"\n' in text
    assert "variables" not in yaml.safe_load(text)


def test_what_an_image_has_on_its_path_stays_there() -> None:
    import msgspec

    plan = PLANS["wheels"]
    steps = tuple(
        Step(kind="set-variable", text="Set.", variable=name, value=value, prepend=prepend)
        for name, value, prepend in (("PATH", "{site}/a", True), ("PATH", "/b", True), ("XLA_FLAGS", "--c", True),
                                     ("XLA_FLAGS", "--d", True), ("E", "e", False), ("E", "f", False))
    )  # fmt: skip
    text = render(msgspec.structs.replace(plan, steps=steps), "dockerfile", MATRIX)
    assert [line for line in text.splitlines() if line.startswith("ENV") and "NVIDIA" not in line] == [
        'ENV PATH="/usr/local/lib/python3.11/site-packages/a:$PATH"',
        'ENV PATH="/b:$PATH"',
        'ENV XLA_FLAGS="--c"',
        'ENV XLA_FLAGS="--d $XLA_FLAGS"',
        'ENV E="e"',
        'ENV E="f"',
    ]


def test_a_file_with_open_ends_does_not_call_itself_whole() -> None:
    for form in ("conda", "requirements"):
        assert "closure is whole" in render(PLANS["cpu"], form, MATRIX)
        text = render(PLANS["repair"], form, MATRIX)
        assert "whole" not in text
        assert "# Not settled: onnx, apache-beam (see above)" in text


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"os": "macos", "arch": "arm64"}, "this plan is for macos-arm64"),
        ({"cuda_source": "system"}, "its GPU libraries come from 'system'"),
        ({"python": "3.5"}, "no image with Python 3.5 for x86_64"),
        ({"arch": "ppc64le"}, "no image with Python 3.9 for ppc64le"),
    ],
)
def test_a_dockerfile_that_is_not_possible_says_why(fields: dict[str, str], because: str) -> None:
    with pytest.raises(UsageError, match=because):
        render(changed(PLANS["cpu"], **fields), "dockerfile", MATRIX)


def test_every_image_has_its_python_and_fits_every_wheel() -> None:
    images = [MATRIX.images.python(f"3.{minor}", "x86_64") for minor in range(6, 15)]
    for minor, image in enumerate(images, 6):
        assert image is not None
        assert image.image.startswith(f"python:3.{minor}-slim-")
    assert MATRIX.images.python("3.9", "riscv64") is None
    assert MATRIX.images.conda("riscv64") is None
