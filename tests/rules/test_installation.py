"""Rules on the files of the installation."""

from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import (
    ABSENT,
    Distribution,
    Installation,
    Interpreter,
    LoadAttempt,
    Module,
    Overlap,
    Shadow,
    Snapshot,
    System,
    TensorFlow,
)
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
OURS = [rule for rule in RULES if rule.family.name in {"tensorflow", "installation"}]
TF = Distribution(name="tensorflow", version="2.15.0", location="/e", requires=())


def check(snapshot: Snapshot) -> Diagnosis:
    return diagnose(snapshot, MATRIX, OURS, debug=True)


def ask(log: str = "", **environment: Any) -> Diagnosis:
    return check(ticket.snapshot(form.from_object({"environment": environment, "log": log})))


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def machine(*distributions: Distribution, load: LoadAttempt | None = None, **parts: Any) -> Diagnosis:
    return check(
        Snapshot(
            system=System(os="linux", arch="x86_64"),
            interpreter=Interpreter(version="3.10.2", bits=64),
            installation=Installation(distributions=(TF, *distributions), **parts),
            load=load or ABSENT,
        )
    )


def severities(found: Diagnosis) -> list[tuple[str, str]]:
    return [(row.name, row.severity) for row in found.findings]


IMPORTED = LoadAttempt(stages=(("import", "ok"),))


def test_two_distributions_one_module_by_the_files() -> None:
    both = Overlap(distributions=("keras", "keras-nightly"), files=300, modules=("keras",), differing=200)
    assert severities(machine(overlaps=(both,))) == [("two-distributions-one-module", "error")]
    assert severities(machine(overlaps=(both,), load=IMPORTED)) == [("two-distributions-one-module", "warning")]
    same = Overlap(distributions=("a", "b"), files=1, modules=("nvidia",), differing=0)
    nvidia = Overlap(distributions=("nvidia-cublas-cu12", "nvidia-cudnn-cu12"), files=1, differing=1)
    builds = Overlap(distributions=("tensorflow", "tensorflow-cpu"), files=9, differing=9)
    assert names(machine(overlaps=(same, nvidia, builds))) == []


def test_two_distributions_one_module_by_their_names() -> None:
    nightly = Distribution(name="tb-nightly", version="2.16.0a0")
    assert names(machine(Distribution(name="tensorboard", version="2.15.0"), nightly)) == [
        "two-distributions-one-module"
    ]
    assert names(machine(Distribution(name="tensorboard", version="2.15.0"))) == []
    found = ask(tf_version="2.5.0", packages={"keras": "2.4.3"})
    assert names(found) == ["two-distributions-one-module"]
    assert (found.findings[0].confidence, found.findings[0].severity) == ("likely", "warning")  # 2.5 has its own Keras
    pair = {"keras": "2.6.0", "keras-nightly": "2.7.0.dev20210901"}
    assert severities(ask(tf_version="2.6.0", packages=pair)) == [("two-distributions-one-module", "error")]
    assert names(ask(tf_version="2.6.0", packages={"keras": "2.6.0"})) == []


def test_two_distributions_one_module_by_the_error() -> None:
    log = "AttributeError: module 'keras.utils.generic_utils' has no attribute 'LazyLoader'"
    assert names(ask(log, packages={"keras": "2.4.3"})) == ["two-distributions-one-module"]
    assert names(ask(log, packages={"keras": "2.3.1"})) == []
    log = "UsageError: Line magic function `%tensorboard` not found."
    assert names(ask(log, tf_distribution="tf-nightly", os="Google Colab")) == ["two-distributions-one-module"]
    told = "!pip install -q tf-nightly-gpu-2.0-preview\nValueError: Duplicate plugins for name projector"
    assert names(ask(told, container="colab")) == ["two-distributions-one-module"]
    assert names(ask(log, tf_distribution="tensorflow", os="Google Colab")) == []


@pytest.mark.parametrize(
    "log",
    [
        "ModuleNotFoundError: No module named 'tensorflow.keras'; 'tensorflow' is not a package",
        "AttributeError: module 'tensorflow' has no attribute '__version__'",
        (
            'File "/home/u/project/tensorflow.py", line 1, in <module>\n'
            "AttributeError: partially initialized module 'tensorflow' has no attribute 'Session'"
        ),
        (
            'File "C:\\Users\\u\\random.py", line 3, in <module>\n'
            "ImportError: cannot import name 'randint' from partially initialized module 'random' (C:\\u\\random.py)"
        ),
        "  File \"tensorflow.py\", line 11, in <module>\nAttributeError: 'module' object has no attribute 'Variable'",
        (
            '  File "/usr/lib/python3.8/pdb.py", line 74, in <module>\n    import code\n'
            '  File "/home/u/code.py", line 1, in <module>\n    from tensorflow import keras\n'
            "ImportError: cannot import name 'keras' from partially initialized module 'tensorflow' (most likely due"
        ),
    ],
)
def test_shadowed_module_in_a_log(log: str) -> None:
    found = ask(log)
    assert names(found) == ["shadowed-module"]
    assert found.findings[0].symptom


def test_a_script_named_like_a_module_that_nobody_asks_for() -> None:
    log = (
        '  File "test.py", line 1, in <module>\n  File "/x/site-packages/tensorflow/__init__.py", line 3, in <module>\n'
        "AttributeError: partially initialized module 'tensorflow' has no attribute 'x'"
    )
    assert names(ask(log)) == []


def test_shadowed_module_by_the_files() -> None:
    found = machine(shadows=(Shadow(module="tensorflow", path="/w/tensorflow.py"),))
    assert [(row.name, row.confidence) for row in found.findings] == [("shadowed-module", "certain")]
    assert severities(machine(shadows=(Shadow(module="cgi", path="/w/cgi.py"),))) == [("shadowed-module", "warning")]
    assert severities(machine(shadows=(Shadow(module="six", path="/w/six.py"),))) == [("shadowed-module", "error")]
    assert "/w/tensorflow.py" in found.findings[0].message
    assert names(ask("AttributeError: module 'tensorflow' has no attribute 'placeholder'")) == []
    assert names(ask("AttributeError: module 'pandas' has no attribute 'io'")) == []


def test_distutils_installed_dependency() -> None:
    log = (
        "ERROR: Cannot uninstall 'PyYAML'. It is a distutils installed project and thus we cannot accurately determine"
    )
    found = ask(log)
    assert names(found) == ["distutils-installed-dependency"]
    assert "PyYAML" in found.findings[0].message
    log = (
        "uninstall-distutils-installed-package\nx Cannot uninstall blinker 1.4\n-> It is a distutils installed project"
    )
    assert "blinker" in ask(log).findings[0].message
    assert names(ask("Cannot uninstall foo 1.0")) == []
    warned = "DEPRECATION: Uninstalling a distutils installed project (numpy) has been deprecated"
    assert names(ask(warned)) == []
    aborted = ask(f"{warned}\nException:\nOSError: [Errno 1] Operation not permitted: 'x'")
    assert names(aborted) == ["distutils-installed-dependency"]
    assert "numpy" in aborted.findings[0].message


def test_pip_tilde_leftover() -> None:
    found = machine(leftovers=("/e/~ensorflow", "/e/~ensorflow-2.3.0.dist-info"))
    assert severities(found) == [("pip-tilde-leftover", "warning")]
    assert found.findings[0].remedies[0].paths == ("/e/~ensorflow", "/e/~ensorflow-2.3.0.dist-info")
    assert names(ask("WARNING: Ignoring invalid distribution -rotobuf (c:\\py\\lib\\site-packages)")) == [
        "pip-tilde-leftover"
    ]
    assert severities(ask("ValueError: Duplicate plugins for name hparams")) == [("pip-tilde-leftover", "error")]
    twins = {"tensorboard": "2.2.0", "tb-nightly": "2.3.0"}
    assert names(ask("ValueError: Duplicate plugins for name hparams", packages=twins)) == [
        "two-distributions-one-module"
    ]
    assert names(machine(leftovers=())) == []


def test_stale_files_in_site_packages() -> None:
    found = machine(unowned_files=("tensorflow/python/ops/old_ops.py",))
    assert severities(found) == [("stale-files-in-site-packages", "warning")]
    assert names(machine(unowned_files=("tensorflow/notes.txt", "tensorflow/a.pyc"))) == []
    error = "AttributeError: module 'tensorflow.python.framework.ops' has no attribute '_TensorLike'"
    inside = 'File "/e/lib/python3.7/site-packages/tensorflow/python/keras/backend.py", line 9, in <module>\n'
    outside = 'File "/home/u/train.py", line 9, in <module>\n'
    assert severities(ask(error)) == [("stale-files-in-site-packages", "error")]
    assert severities(ask(inside + error)) == [("stale-files-in-site-packages", "error")]
    assert names(ask(outside + error)) == []


def test_tensorflow_files_missing() -> None:
    hurt = Distribution(
        name="tensorflow", version="2.15.0", requires=(), missing_files=("tensorflow/libtensorflow_framework.so.2",),
        missing_count=3,
    )  # fmt: skip
    found = check(Snapshot(installation=Installation(distributions=(hurt,)), system=System(os="linux")))
    assert severities(found) == [("tensorflow-files-missing", "error")]
    assert found.findings[0].message.startswith("3 files")
    works = check(Snapshot(installation=Installation(distributions=(hurt,)), system=System(os="linux"), load=IMPORTED))
    assert severities(works) == [("tensorflow-files-missing", "warning")]
    notes = Distribution(name="tensorflow", version="2.15.0", requires=(), missing_files=("tensorflow/include/a.h",))
    found = check(Snapshot(installation=Installation(distributions=(notes,)), system=System(os="linux")))
    assert severities(found) == [("tensorflow-files-missing", "warning")]


def test_corrupt_dependency() -> None:
    hurt = Distribution(name="h5py", version="3.9.0", location="/e", altered_files=("h5py/defs.so",), altered_count=1)
    assert severities(machine(hurt)) == [("corrupt-dependency", "error")]
    mixed = Overlap(distributions=("h5py", "h5py-nightly"), files=2, differing=0)
    assert names(machine(hurt, overlaps=(mixed,))) == []
    assert names(ask("ImportError: /e/site-packages/grpc/cygrpc.so: file too short")) == ["corrupt-dependency"]
    builds = "AttributeError: type object 'scipy.x.array' has no attribute '__reduce_cython__'"
    assert names(ask(builds)) == ["corrupt-dependency"]
    assert names(machine(Distribution(name="h5py", version="3.9.0", missing_files=(), missing_count=0))) == []
    authorities = Distribution(name="certifi", missing_files=(), altered_files=("certifi/cacert.pem",), altered_count=1)
    assert names(machine(authorities)) == []


def test_tensorflow_without_distribution() -> None:
    left = Installation(distributions=(), orphans=("tensorflow",))
    assert names(check(Snapshot(installation=left))) == ["tensorflow-without-distribution"]
    assert names(check(Snapshot(installation=Installation(distributions=(TF,), orphans=())))) == []
    assert severities(machine(orphans=("/e/keras",), load=IMPORTED)) == [("tensorflow-without-distribution", "warning")]
    for namespace, severity in ((False, "warning"), (True, "error")):
        here = (Module(name="tensorflow", path="/e/tensorflow", namespace=namespace),)
        copied = Installation(distributions=(), orphans=("tensorflow",), modules=here)
        found = check(Snapshot(installation=copied, tensorflow=TensorFlow(machine="x86_64")))
        assert severities(found) == [("tensorflow-without-distribution", severity)]


def test_metadata_without_version() -> None:
    assert names(machine(Distribution(name="numpy", version=ABSENT))) == ["metadata-without-version"]
    named = machine(Distribution(name="numpy", version=ABSENT, folder_version="1.26.4"))
    assert named.findings[0].remedies[0].requirements == ("numpy==1.26.4",)
    assert names(machine(Distribution(name="other", version=ABSENT))) == []
    assert names(ask(packages={"numpy": None})) == []


def test_requirement_not_installed() -> None:
    def with_requirements(*lines: str, load: LoadAttempt | None = None) -> Diagnosis:
        item = Distribution(name="tensorflow", version="2.15.0", requires=lines)
        return check(
            Snapshot(
                system=System(os="linux", arch="x86_64"),
                interpreter=Interpreter(version="3.11.4", bits=64),
                installation=Installation(distributions=(item,)),
                load=load or ABSENT,
            )
        )

    found = with_requirements("wrapt <1.15,>=1.11.0", "libclang >=13", 'pywin32 ; sys_platform == "win32"', "a b c")
    assert severities(found) == [("requirement-not-installed", "error"), ("requirement-not-installed", "warning")]
    assert found.findings[0].remedies[0].requirements == ("wrapt<1.15,>=1.11.0",)
    assert names(with_requirements('numpy ; python_version < "3.9"', 'nvidia-cublas-cu12 ; extra == "and-cuda"')) == []
    assert severities(with_requirements("wrapt", load=IMPORTED)) == [("requirement-not-installed", "warning")]
    broken = LoadAttempt(stages=(("import", "ModuleNotFoundError: No module named 'wrapt'"),))
    assert with_requirements("wrapt", load=broken).findings[0].symptom
    assert severities(with_requirements("tensorboard<2.16,>=2.15")) == [("requirement-not-installed", "warning")]
    assert names(with_requirements("keras<2.16,>=2.15.0")) == []  # a bound speaks of it
    assert names(ask(tf_version="2.15.0", packages={"numpy": "1.26.0"})) == []


def test_requirements_of_a_release_without_its_metadata() -> None:
    bare = Distribution(name="tensorflow", version="2.15.1")
    snapshot = Snapshot(
        system=System(os="linux", arch="x86_64"),
        interpreter=Interpreter(version="3.11.4", bits=64),
        installation=Installation(distributions=(bare,)),
    )
    assert "requirement-not-installed" in names(check(snapshot))


def test_the_message_about_a_half_import_names_the_own_file() -> None:
    log = (
        "ImportError: cannot import name 'keras' from partially initialized module 'tensorflow' (most likely due to a "
        "circular import) (C:\\Users\\y\\repos\\tensorflow\\tensorflow.py)"
    )
    found = ask(log, os="Windows", tf_version="2.5.0")
    assert names(found)[0] == "shadowed-module"
    assert found.findings[0].message.startswith("C:\\Users")
    installed = log.replace("repos\\tensorflow\\tensorflow.py", "lib\\site-packages\\tensorflow\\__init__.py")
    assert "shadowed-module" not in names(ask(installed, os="Windows"))


def test_a_file_that_an_installed_module_imports_by_the_name_of_a_standard_module() -> None:
    log = (
        '  File "/v/lib/python3.6/site-packages/absl/flags/_flagvalues.py", line 27, in <module>\n    import logging\n'
        '  File "/home/u/logging.py", line 6, in <module>\n    from util.flags import FLAGS\n'
        '  File "/home/u/util/flags.py", line 6, in <module>\n    FLAGS = absl.flags.FLAGS\n'
        "AttributeError: module 'absl' has no attribute 'flags'"
    )
    found = ask(log)
    assert names(found)[0] == "shadowed-module"
    assert found.findings[0].message.startswith("/home/u/logging.py")
    assert "shadowed-module" not in names(ask(log.replace("    import logging\n", "    run(path)\n")))
    assert "shadowed-module" not in names(ask(log.replace("AttributeError: module 'absl' has no", "ValueError: no")))


def test_a_frame_of_tensorflow_whose_path_is_cut_off_in_front() -> None:
    log = (
        "tensorflow/python/keras/layers/__init__.py](https://localhost:8080/#) in <module>()\n"
        "ImportError: cannot import name 'LayerNormalization' from 'tensorflow.python.keras.layers.normalization'"
    )
    assert names(ask(log))[0] == "stale-files-in-site-packages"


def test_a_notebook_names_the_module_in_the_line_above() -> None:
    log = """/usr/lib/python3.6/dist-packages/tensorflow/python/keras/initializers/initializers_v1.py in <module>()
---> 23 from tensorflow.python.util.tf_export import keras_export
ImportError: cannot import name 'keras_export'"""
    found = ask(log, tf_version="1.13.1", tf_distribution="tensorflow-gpu")
    assert names(found)[0] == "stale-files-in-site-packages"
