"""The files of the installation: mixed, left over, missing, altered, or hidden behind others."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import library
from tfdoctor.rules._rule import INSTALLATION, Conclusion, rule
from tfdoctor.rules._shadows import NEEDED, in_place_of_stdlib, own_file, shadow_events, stem

# Distributions that bring the same import package under two names.
TWINS = (
    ("keras", "keras-nightly"), ("tensorboard", "tb-nightly"), ("tensorflow-estimator", "tf-estimator-nightly"),
    ("tf-keras", "tf-keras-nightly"), ("tensorboard", "tensorflow-tensorboard"), ("protobuf", "protobuf3"),
    ("keras-preprocessing", "keras-preprocessing-nightly"), ("tensorflow-probability", "tfp-nightly"),
    ("tensorflow-text", "tensorflow-text-nightly"), ("tensorflow-datasets", "tfds-nightly"),
    ("opencv-python", "opencv-python-headless"),
)  # fmt: skip
# Twins whose mixing is of no consequence to TensorFlow.
_INDIFFERENT = {"opencv-python"}


@rule("TFD411", INSTALLATION)
def two_distributions_one_module(case: Case) -> Iterator[Conclusion]:
    """Two distributions write the same import package, so its files are a mixture.

    ## What it checks
    Files that two installed distributions claim with different contents; twins such as keras and keras-nightly;
    errors from inside keras that only a mixture of two versions raises.

    ## Why it matters
    The one installed last wins, file by file, and uninstalling one takes files from the other. TensorFlow 2.5 requires
    keras-nightly, which mixes with a keras installed beside it.

    ## How to fix it
    Uninstall both, then install the one that TensorFlow requires.

    ## Sources
    RECORD files; METADATA of tensorflow 2.5 (keras-nightly~=2.5.0.dev)
    """
    seen = _mixture_errors(case)
    for overlap in known(case.snapshot.installation.overlaps) or ():
        if _harmless_overlap(overlap.distributions) or known(overlap.differing) == 0:
            continue
        names = overlap.distributions
        modules = ", ".join(overlap.modules) or "the same package"
        yield _mixed(
            case, names, f"{' and '.join(names)} both contain {modules} ({overlap.files} files in common).", seen
        )
        return
    required = _required_by_release(case)
    for first, second in TWINS:
        pair = case.has(first) and case.has(second)
        implied = second in required and first in case.distributions
        if first not in _INDIFFERENT and (pair or implied):
            words = "" if pair else f" (TensorFlow {case.tensorflow} requires it)"
            yield _mixed(
                case, (first, second), f"{first} and {second}{words} write the same package over each other.", seen
            )
            return
    yield from _by_symptom(case, seen)


def _by_symptom(case: Case, seen: tuple[Event, ...]) -> Iterator[Conclusion]:
    keras = case.version("keras")
    # keras 2.4 has no code of its own: it hands on tensorflow.keras.
    shell = keras is not None and keras.release[:2] == (2, 4)
    if seen and shell and case.events.first("attribute-missing", module="keras."):
        yield _mixed(
            case,
            ("keras", "keras-nightly"),
            "keras 2.4 hands on tensorflow.keras; the code that fails is from another keras.",
            seen,
        )
    said = case.events.of("nightly-installed")
    nightly = (case.distribution or "").startswith("tf-nightly") or bool(said)
    hosted = known(case.snapshot.system.container) in {"colab", "kaggle"}
    magic = case.events.of("magic-missing")
    if nightly and (magic or seen) and (hosted or case.has("tensorboard")):
        yield _mixed(
            case,
            ("tensorboard", "tb-nightly"),
            "tf-nightly brings tb-nightly, which shares its files with the tensorboard that was there.",
            (*seen, *magic, *said),
        )


def _mixture_errors(case: Case) -> tuple[Event, ...]:
    """Errors that come from code of one version calling into code of another, inside keras and TensorFlow."""
    inside = re.compile(
        r"keras\.(?:utils|engine|layers|backend|src|optimizers|saving)\b|tensorflow\.(?:_api|compat)\b|tensorboard\."
    )
    return tuple(
        event
        for event in case.events.of("attribute-missing", "duplicate-plugins")
        if inside.match(event["module"]) or event["plugin"]
    )


def _required_by_release(case: Case) -> tuple[str, ...]:
    wheels = case.release.wheels if case.release else ()
    return tuple(
        line.split()[0].split("~")[0].split("=")[0].split("<")[0].split(">")[0]
        for line in (wheels[0].requires if wheels else ())
    )


def _harmless_overlap(names: tuple[str, ...]) -> bool:
    if sum(name in TENSORFLOW_DISTRIBUTIONS for name in names) > 1:
        return True  # reported under a name of its own
    return all(name.startswith("nvidia-") for name in names) or any(name in _INDIFFERENT for name in names)


def _mixed(case: Case, names: tuple[str, ...], message: str, seen: tuple[Event, ...]) -> Conclusion:
    wanted = next((name for name in names if name in _required_by_release(case)), names[0])
    version = case.tensorflow
    pin = (
        f"{wanted}=={version.major}.{version.minor}.*"
        if version and version.release[:2] < (2, 16) and wanted == "keras"
        else wanted
    )
    return Conclusion(
        message=message,
        evidence=(*case.installed(*names), *logged(seen[:2]), *case.tensorflow_evidence())
        or (Evidence(fact="installation.distributions", value=", ".join(names)),),
        remedies=(
            Remedy(kind="uninstall", text="Uninstall both.", distributions=names),
            Remedy(kind="install", text="Install the one that is wanted.", requirements=(pin,)),
        ),
        confidence="certain" if all(name in case.distributions for name in names) else "likely",
        severity=None if seen or _decisive(case, names) else "warning",
        verdict=None if seen or _decisive(case, names) else "degraded",
        symptom=bool(seen),
    )


def _decisive(case: Case, names: tuple[str, ...]) -> bool:
    """Whether a mixture alone breaks TensorFlow: before 2.6 it has its own Keras, and TensorBoard is no part of it."""
    if case.imported is True or any(name.startswith(("tensorboard", "tb-")) for name in names):
        return False
    own_keras = case.tensorflow is not None and case.tensorflow.release < (2, 6)
    return not (own_keras and "keras" in names)


@rule("TFD412", INSTALLATION)
def shadowed_module(case: Case) -> Iterator[Conclusion]:
    """A file or folder of yours has the name of a module and is imported in its place.

    ## What it checks
    Files such as tensorflow.py, keras/ or random.py in the working folder or on PYTHONPATH in front of the real module;
    "'tensorflow' is not a package" and missing names that every TensorFlow has, in the log.

    ## Why it matters
    Python searches the script's own folder first. What is found there is imported, and has none of the names.

    ## How to fix it
    Rename the file or folder, and delete its .pyc beside it.

    ## Sources
    https://docs.python.org/3/tutorial/modules.html#the-module-search-path
    """
    shadows = known(case.snapshot.installation.shadows) or ()
    for shadow in shadows:
        yield _hidden(
            shadow.module,
            shadow.path,
            (Evidence(fact="installation.shadows", value=shadow.path),),
            shadow_events(case),
        )
    if shadows:
        return
    found = shadow_events(case)
    if found:
        hidden = in_place_of_stdlib(case)
        own = own_file(case)
        module = stem(hidden["path"]) if hidden else found[0]["module"] or "tensorflow"
        yield _hidden(
            module, own["path"] if own else f"{module}.py", logged((*found[:1], *((own,) if own else ()))), found
        )


def _hidden(module: str, path: str, evidence: tuple[Evidence, ...], seen: tuple[Event, ...]) -> Conclusion:
    return Conclusion(
        message=f"{path} is imported in place of the module {module}.",
        evidence=(*evidence, *(logged(seen[:1]) if seen and evidence[0].fact != "log" else ())),
        remedies=(
            Remedy(
                kind="manual", text=f"Rename {path} (or move it out of the way), so that the real {module} is found."
            ),
        ),
        severity="error" if seen or module in NEEDED else "warning",
        verdict="broken" if seen or module in NEEDED else "degraded",
        confidence="certain" if evidence[0].fact != "log" else "likely",
        symptom=bool(seen),
    )


@rule("TFD413", INSTALLATION)
def distutils_installed_dependency(case: Case) -> Iterator[Conclusion]:
    """Pip cannot replace a dependency that was installed without a list of its files.

    ## What it checks
    "It is a distutils installed project" in the log; dependencies of TensorFlow with only an .egg-info file.

    ## Why it matters
    pip cannot uninstall what it has no file list of, so the installation of TensorFlow stops there. Anaconda's and
    Linux distributions' own Python bring such dependencies (wrapt, six, PyYAML, blinker).

    ## How to fix it
    Install TensorFlow into a new environment; or `pip install --ignore-installed` that dependency.

    ## Sources
    https://pip.pypa.io/en/stable/user_guide/
    """
    events = case.events.of("file-uninstallable")
    plain = [event for event in events if "distutils" in event.text.lower()]
    # pip before 10 replaced such a distribution after a mere warning
    warned = plain and all("DEPRECATION" in event.text for event in plain)
    if plain and (not warned or case.events.of("install-aborted")):
        name = next((event["distribution"] for event in events if event["distribution"]), "a dependency")
        yield Conclusion(
            message=f"pip cannot replace {name}: it was installed without a list of its files.",
            evidence=(*logged(plain[:1]), *case.installed(name)),
            remedies=(
                Remedy(
                    kind="create-environment",
                    text="Install TensorFlow into a new environment.",
                    requirements=("tensorflow",),
                ),
                Remedy(kind="manual", text=f"Or install over it: pip install --ignore-installed {name}."),
            ),
            symptom=True,
        )


@rule("TFD414", INSTALLATION)
def pip_tilde_leftover(case: Case) -> Iterator[Conclusion]:
    """A folder whose name begins with "~" is left of an uninstallation that was interrupted.

    ## What it checks
    Folders such as ~ensorflow in site-packages; pip's warning "Ignoring invalid distribution"; TensorBoard's "Duplicate
    plugins", which a ~ensorboard causes.

    ## Why it matters
    pip renames what it uninstalls; where it is interrupted (a program held a file open), the folder stays. Tools that
    read metadata see the distribution twice.

    ## How to fix it
    Delete the folders that begin with "~".

    ## Sources
    https://github.com/tensorflow/tensorboard/issues/3536 ; https://github.com/pypa/pip/issues/7269
    """
    left = known(case.snapshot.installation.leftovers) or ()
    ignored = tuple(event for event in case.events.of("leftover-ignored") if event["rest"])
    other = any(case.has(twin) for _, twin in TWINS) or case.events.of("nightly-installed")
    twice = () if other else case.events.of("duplicate-plugins")
    if not left and not ignored and not twice:
        return
    serious = bool(twice)
    yield Conclusion(
        message="Folders of an interrupted uninstallation are left in site-packages.",
        evidence=(
            *(Evidence(fact="installation.leftovers", value=path) for path in left[:3]),
            *logged((*ignored[:2], *twice[:1])),
        ),
        remedies=(
            Remedy(kind="delete", text='Delete the folders that begin with "~" in site-packages.',
                   paths=tuple(left) or ("site-packages/~*",)),
        ),
        severity="error" if serious else "warning",
        verdict="broken" if serious else "harmless",
        confidence="certain" if left or ignored else "likely",
        symptom=bool(ignored or twice),
    )  # fmt: skip


@rule("TFD415", INSTALLATION)
def stale_files_in_site_packages(case: Case) -> Iterator[Conclusion]:
    """Files of an earlier TensorFlow or Keras are mixed with the present one's.

    ## What it checks
    Files in the folders tensorflow and keras that no installed distribution claims; names that one module of
    TensorFlow misses in another.

    ## Why it matters
    Modules that the present release does not have any more are imported by others, or hide the new ones.

    ## How to fix it
    Uninstall TensorFlow, delete the folder that remains, and install again.

    ## Sources
    RECORD files of the wheels.
    """
    files = tuple(path for path in known(case.snapshot.installation.unowned_files) or () if not path.endswith(".pyc"))
    events = tuple(
        event for event in case.events.of("attribute-missing", "name-missing") if _within_tensorflow(case, event)
    )
    if not files and not events:
        return
    code = [path for path in files if path.endswith((".py", ".so", ".pyd", ".dll"))]
    if not code and not events:
        return
    yield Conclusion(
        message="Files of an earlier TensorFlow or Keras are left among the installed ones.",
        evidence=(*(Evidence(fact="installation.unowned_files", value=path) for path in code[:3]), *logged(events[:2])),
        remedies=(
            Remedy(
                kind="uninstall",
                text="Uninstall TensorFlow and Keras.",
                distributions=(*case.tensorflow_distributions, "keras"),
            ),
            Remedy(
                kind="delete",
                text="Delete the folders that remain.",
                paths=("site-packages/tensorflow", "site-packages/keras"),
            ),
            Remedy(
                kind="install",
                text="Install again.",
                requirements=(f"tensorflow=={case.tensorflow}" if case.tensorflow else "tensorflow",),
            ),
        ),
        severity=None if events else "warning",
        verdict=None if events else "degraded",
        confidence="likely" if events else "certain",
        symptom=bool(events),
    )


def _within_tensorflow(case: Case, event: Event) -> bool:
    """Whether a name is missed by one of TensorFlow's own modules in another (not by a program of somebody)."""
    if not event["module"].startswith("tensorflow.python."):
        return False
    frames = [frame for frame in case.events.of("frame") if frame.line < event.line]
    if frames:
        return library(frames[-1]["path"]) == "tensorflow"
    return event.kind == "attribute-missing"
