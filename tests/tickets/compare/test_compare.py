"""What holds beyond single pairs: redaction, hostile values, places, grafts, the parts of a reading."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tfdoctor import facts
from tfdoctor.diagnosis import Evidence, Finding
from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Distribution,
    Driver,
    Gpu,
    Installation,
    Interpreter,
    Libraries,
    LibraryCopy,
    LoadAttempt,
    Module,
    Nvml,
    SearchFolder,
    Snapshot,
    Tool,
    Unknown,
    Variable,
)
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket
from tfdoctor.tickets.compare import Comparison, Difference, Ground, compare
from tfdoctor.tickets.compare.graft import graft
from tfdoctor.tickets.compare.headline import headline
from tfdoctor.tickets.compare.machine import library
from tfdoctor.tickets.compare.places import Places
from tfdoctor.tickets.compare.readings import same, vague
from tfdoctor.tickets.compare.roots import rests
from tfdoctor.tickets.redact import Identity, Redactor

MATRIX = Matrix.locate()
MACHINES = {
    path.parent.name: facts.decode(path.read_bytes())
    for path in sorted((Path(__file__).parents[2] / "machines").glob("*/snapshot.json"))
}
PAIRS = [(a, b) for a in MACHINES for b in MACHINES if a < b]
BASE = MACHINES["debian12-cpu-tf2.21.0"]
GPU = Accelerators(
    nvml=Nvml(status="ok"),
    gpus=(Gpu(name="RTX 3090", compute_capability="8.6", memory_bytes=24 * 2**30, mig=False),),
    driver=Driver(version="535.54.03", cuda_version="12.2"),
    device_nodes=("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm"),
)


def of(found: Comparison) -> dict[str, str]:
    return {row.fact: row.judgement for row in found.differences}


def of_ticket(**environment: Any) -> Snapshot:
    return ticket.snapshot(form.from_object({"environment": environment}))


def with_distribution(name: str, **changes: Any) -> Snapshot:
    """The base machine with one distribution that is otherwise."""
    listed = BASE.installation.distributions
    assert isinstance(listed, tuple)
    changed = tuple(replace(row, **changes) if row.name == name else row for row in listed)
    return replace(BASE, installation=replace(BASE.installation, distributions=changed))


# --- machines and redaction ---------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_machines_against_each_other(a: str, b: str) -> None:
    found = compare(MACHINES[a], MACHINES[b], MATRIX, debug=True)
    assert found.judgement == "certain"
    assert found.only[0].finding.severity == "error"
    assert found.only[0].proven
    assert set(found.only[0].facts) <= {row.fact for row in found.of("certain")}
    order = ["certain", "suspicious", "harmless"]
    ranks = [order.index(row.judgement) for row in found.differences]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_redaction_changes_no_judgement(a: str, b: str) -> None:
    plain = compare(MACHINES[a], MACHINES[b], MATRIX)
    first, second = (Redactor(Identity(users=("user",))).snapshot(MACHINES[name]) for name in (a, b))
    hidden = compare(first, second, MATRIX)
    assert of(hidden) == of(plain)
    assert [(row.side, row.finding.name, row.facts) for row in hidden.only] == [
        (row.side, row.finding.name, row.facts) for row in plain.only
    ]


@pytest.mark.parametrize("name", MACHINES)
def test_a_redacted_snapshot_is_like_its_original(name: str) -> None:
    snapshot = replace(
        MACHINES[name],
        environ=(
            Variable(name="LD_LIBRARY_PATH", value="/home/user/env/lib:/home/user/cuda"),
            Variable(name="VIRTUAL_ENV", value="/home/user/env"),
        ),
    )
    found = compare(snapshot, Redactor(Identity(users=("user",))).snapshot(snapshot), MATRIX)
    assert found.judgement in {None, "harmless"}
    assert found.only == ()


# --- proofs by trial ----------------------------------------------------------------------------------


def test_the_cure_is_offered_where_it_was_tried() -> None:
    bad = with_distribution("numpy", version="1.20.0")
    found = compare(BASE, bad, MATRIX, debug=True)
    assert all(row.proven for row in found.only if row.finding.severity != "note")
    [cure] = [row for row in found.cures if row.remedy.kind == "install"]
    assert cure.side == "b"
    assert cure.remedy.requirements == ("numpy==2.5.5",)
    assert found.only[0].finding.name in cure.resolves
    assert "numpy 1.20.0 where A has 2.5.5" in found.headline


def test_what_is_too_much_is_removed() -> None:
    extra = replace(
        BASE,
        installation=replace(
            BASE.installation,
            distributions=(
                *(facts.known(BASE.installation.distributions) or ()),
                Distribution(name="tensorflow-text", version="2.10.0", requires=("tensorflow<2.11,>=2.10.0",)),
            ),
        ),
    )
    found = compare(BASE, extra, MATRIX, debug=True)
    assert found.judgement == "certain"
    [cure] = [row for row in found.cures if row.remedy.kind == "uninstall"]
    assert cure.remedy.distributions == ("tensorflow-text",)


def test_a_variable_is_set_back() -> None:
    gpu = {"tf_version": "2.10.0", "os": "Linux", "gpus": [{"name": "RTX 3090"}], "driver_version": "525.60.13"}
    hidden = of_ticket(**gpu, env_vars={"CUDA_VISIBLE_DEVICES": "-1"})
    shown = of_ticket(**gpu, env_vars={"CUDA_VISIBLE_DEVICES": "0"})
    [cure] = compare(shown, hidden, MATRIX).cures
    assert (cure.remedy.kind, cure.remedy.variable, cure.remedy.value) == ("set-variable", "CUDA_VISIBLE_DEVICES", "0")
    without = of_ticket(**gpu, env_vars={"TF_CPP_MIN_LOG_LEVEL": "2"})
    [cure] = compare(replace(without, origin="machine"), hidden, MATRIX).cures
    assert cure.remedy.kind == "unset-variable"


def test_a_rule_that_cannot_decide_on_the_other_side_is_named() -> None:
    stated = of_ticket(tf_version="2.10.0", python_version="3.10", packages={"numpy": "2.1.0"})
    silent = of_ticket(python_version="3.10")
    found = compare(silent, stated, MATRIX)
    assert found.only[0].finding.name == "numpy2-abi"
    assert not found.only[0].proven
    assert "of A it is not known: numpy" in found.headline or "could not be judged" in found.headline


def test_both_broken_each_in_its_own_way() -> None:
    found = compare(
        MACHINES["debian12-cpu-tf2.6.4-protobuf6"], MACHINES["debian12-cpu-tf2.10.1-numpy2"], MATRIX, debug=True
    )
    assert "B has its own error: numpy2-abi" in found.headline
    assert found.common == ("pkg-resources-removed",)


@pytest.mark.parametrize(
    "fact",
    [
        "distributions.numpy", "distributions.tensorflow", "environ.A", "installation.shadows", "tensorflow.cuda",
        "interpreter.version", "interpreter.bits", "accelerators.gpus.count", "accelerators.driver.version",
        "accelerators.nvml", "accelerators.device_nodes", "cpu.count", "system.os", "libraries.cudnn",
        "keras_config.backend", "code",
    ],
)  # fmt: skip
def test_a_fact_of_its_own_changes_nothing_and_that_of_another_does(fact: str) -> None:
    other = replace(MACHINES["debian12-cpu-tf2.10.1-numpy2"], accelerators=GPU, code="x", cpu=facts.Cpu(count=99))
    other = replace(other, environ=(Variable(name="A", value="1"),), system=replace(other.system, os="windows"))
    other = replace(other, libraries=Libraries(), keras_config=facts.KerasConfig(path="", backend="jax"))
    other = replace(other, installation=replace(other.installation, shadows=(facts.Shadow(module="a", path="b"),)))
    other = replace(other, interpreter=replace(other.interpreter, bits=32))
    assert compare(BASE, graft(fact, BASE, BASE), MATRIX).differences == ()
    assert graft(fact, other, BASE) != BASE


def test_unknown_lists_are_not_grafted() -> None:
    assert graft("distributions.numpy", Snapshot(), BASE) == BASE
    assert graft("load", BASE, Snapshot()) == Snapshot()


def test_evidence_names_facts() -> None:
    def finding(*places: str) -> Finding:
        return Finding(
            code="TFD001", name="x", family="doctor", severity="error", verdict="broken", message="",
            evidence=tuple(Evidence(fact=place, value="") for place in places),
        )  # fmt: skip

    assert rests(finding("matrix.bounds.NumPy"), "distributions.numpy")
    assert rests(finding("libraries.libcudnn.so.8"), "libraries.libcudnn")
    assert rests(finding("libraries.cudnn64_8.dll"), "libraries.libcudnn")
    assert rests(finding("cpu.flags"), "cpu.features")
    assert rests(finding("accelerators.gpus.compute_capability"), "accelerators.gpus")
    assert not rests(finding("log", "matrix.drivers.11.2", "doctor.rule"), "accelerators.driver.version")


def test_the_headline_of_what_only_the_matrix_shows() -> None:
    row = Difference(
        fact="libraries.cudnn", a="8.1", b=None, judgement="certain", family="cuda",
        grounds=(Ground(text="B lacks libcudnn.so.8"),),
    )  # fmt: skip
    bare = compare(Snapshot(), Snapshot(), MATRIX)
    assert headline(replace(bare, differences=(row,))) == "cuDNN: 8.1 in A, none in B. B lacks libcudnn.so.8."
    assert headline(replace(bare, differences=(replace(row, judgement="harmless"),), common=("x",))) == (
        "Only harmless things differ (1); both have x."
    )


# --- readings -----------------------------------------------------------------------------------------


def test_gpus_drivers_and_what_the_loader_opens() -> None:
    libraries = Libraries(
        toolkits=(),
        search=(
            SearchFolder(path="/a", origin="variable"),
            SearchFolder(path="/gone", origin="variable", exists=False),
        ),
        copies=(
            LibraryCopy(name="libcudnn.so.9", path="/a/libcudnn.so.9", order=0, version="9.1.0", distribution=ABSENT),
            LibraryCopy(name="libcudnn_ops.so.9", path="/a/libcudnn_ops.so.9", order=0, version="9.1.0"),
            LibraryCopy(name="libcublas.so.12", path="/a/libcublas.so.12", order=0),
            LibraryCopy(name="libcublas.so.11", path="/b/libcublas.so.11", order=1),
        ),
        tools=(Tool(name="ptxas", path="/a/ptxas", version="12.2"),),
        libdevice="/a/libdevice.10.bc",
    )
    a = replace(BASE, accelerators=GPU, libraries=libraries)
    copies = facts.known(libraries.copies) or ()
    newer = replace(
        libraries,
        copies=(replace(copies[0], version="9.3.0"), replace(copies[1], version="9.3.0"), *copies[2:]),
        tools=(),
        search=(SearchFolder(path="/b", origin="variable"), *(facts.known(libraries.search) or ())),
    )
    gpus = facts.known(GPU.gpus) or ()
    b = replace(
        BASE,
        accelerators=replace(GPU, gpus=(replace(gpus[0], memory_bytes=12 * 2**30, mig=True),), device_nodes=()),
        libraries=newer,
    )
    found = of(compare(a, b, MATRIX, debug=True))
    assert found["libraries.libcudnn"] in {"suspicious", "certain"}
    assert found["libraries.search"] == "suspicious"
    assert found["libraries.tools.ptxas"] in {"suspicious", "certain"}
    assert found["accelerators.gpus.memory"] == "suspicious"
    assert "accelerators.gpus.mig" in found
    assert "libraries.libcublas" not in found


def test_a_gpu_on_one_side() -> None:
    found = compare(replace(BASE, accelerators=GPU), BASE, MATRIX)
    judged = of(found)
    assert judged["accelerators.gpus"] in {"suspicious", "certain"}
    assert "accelerators.gpus.memory" not in judged


def test_the_parts_of_an_installation() -> None:
    b = replace(
        BASE,
        installation=replace(
            BASE.installation,
            distributions=(
                *(
                    replace(row, editable=True, installer="conda") if row.name == "keras" else row
                    for row in facts.known(BASE.installation.distributions) or ()
                ),
                Distribution(name="numpy", version="1.26.0", shadowed=True, location="/usr/lib/python3/dist-packages"),
                Distribution(name="odd", version=Unknown(reason="no metadata")),
            ),
            leftovers=("~ensorflow",),
            modules=(Module(name="tensorflow", namespace=True),),
        ),
        code="import tensorflow",
    )
    judged = of(compare(BASE, b, MATRIX))
    assert judged["distributions.keras.editable"] == "suspicious"
    assert judged["distributions.keras.installer"] == "harmless"
    assert judged["distributions.numpy.shadowed"] in {"suspicious", "certain"}
    assert judged["installation.leftovers"] in {"suspicious", "certain"}
    assert "installation.modules.tensorflow" in judged
    assert "code" not in judged


def test_load_attempts_side_by_side() -> None:
    good = LoadAttempt(stages=(("import", "ok"), ("fit", "ok")), devices=("CPU:0", "GPU:0"))
    bad = LoadAttempt(stages=(("import", "ImportError: no"),), devices=(), signal="SIGILL", timed_out=True)
    found = compare(replace(BASE, load=good), replace(BASE, load=bad), MATRIX)
    seen = {row.fact: (row.a, row.b) for row in found.symptoms}
    assert seen["load.import"] == ("ok", "ImportError: no")
    assert seen["load.fit"] == ("ok", None)
    assert seen["load.signal"] == (None, "SIGILL")
    assert seen["load.physical_devices"] == ("CPU:0, GPU:0", "none")
    assert seen["load.timed_out"] == ("no", "yes")
    assert compare(replace(BASE, load=good), BASE, MATRIX).symptoms == ()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("libcudnn_ops_infer.so.8", "libcudnn"), ("cudnn64_8.dll", "libcudnn"), ("libcudart.so.11.0", "libcudart"),
        ("libcublasLt.so.12", "libcublaslt"), ("9.so", "9-so"),
    ],
)  # fmt: skip
def test_library_names(name: str, stem: str) -> None:
    assert library(name) == stem


def test_places() -> None:
    places = Places.of(
        Snapshot(
            interpreter=Interpreter(
                prefix="/home/me/env", base_prefix="/usr", user_site="/home/me/.local/lib/python3.9/site-packages"
            )
        )
    )
    assert places.plain("/home/me/env/lib:/home/you/cuda:/Users/x/y") == "<environment>/lib:~/cuda:~/y"
    assert places.kind("/home/me/env/lib/python3.9/site-packages") == "environment"
    assert places.kind("/home/me/environment/lib") == "elsewhere"
    assert places.kind("/home/me/.local/lib/python3.9/site-packages") == "user site"
    assert places.kind("") == "environment"
    assert Places.of(Snapshot()).kind("/anywhere") == "environment"


def test_equal_and_vague_texts() -> None:
    assert same("2.6", "2.6.0")
    assert not same("2.6", "x")
    assert vague("470", "470.57.02")
    assert not vague("47", "470.57")
    assert not vague("yes", "yes.no")


# --- hostile values -----------------------------------------------------------------------------------

TEXT = st.one_of(
    st.text(max_size=60), st.sampled_from(["", "0", "9" * 5000, "\x1b[31m", "\0", "1.0.0.0.0.0", "[red]", "-1", "1e9"])
)
KEYS = (
    "tf_version", "tf_distribution", "python_version", "os", "os_version", "arch", "cpu", "gpus", "driver_version",
    "cuda_versions_found", "cudnn_versions_found", "libc_version",
)  # fmt: skip
SIDES = st.builds(lambda *row: {"environment": dict(zip(KEYS, row, strict=True))}, *([st.one_of(st.none(), TEXT)] * 12))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SIDES, SIDES, st.dictionaries(TEXT, TEXT, max_size=3), st.dictionaries(TEXT, TEXT, max_size=3))
def test_no_value_makes_it_crash(
    a: dict[str, Any], b: dict[str, Any], packages: dict[str, str], variables: dict[str, str]
) -> None:
    b["environment"] |= {"packages": packages, "env_vars": variables}
    first, second = (ticket.snapshot(form.from_object(side)) for side in (a, b))
    found = compare(first, second, MATRIX)
    back = compare(second, first, MATRIX)
    assert of(found) == of(back)
    assert found.headline


def test_hostile_facts_of_machines() -> None:
    listed = tuple(Distribution(name=f"d{number}", version="\x1b[2J") for number in range(3000))
    b = replace(
        BASE,
        installation=Installation(distributions=listed),
        environ=tuple(Variable(name=f"TF_{number}", value="x" * 10_000) for number in range(200)),
    )
    found = compare(BASE, b, MATRIX)
    assert len(found.differences) > 3000
    assert json.dumps([row.fact for row in found.differences])


def test_the_sides_of_pairs_are_made_as_written(snapshot: Callable[[dict[str, Any]], Snapshot]) -> None:
    made = snapshot({"machine": "debian12-cpu-tf2.21.0", "distributions": {"numpy": "1.0", "keras": False}})
    versions = {row.name: row.version for row in facts.known(made.installation.distributions) or ()}
    assert versions["numpy"] == "1.0"
    assert "keras" not in versions
