"""The files of what is installed: missing, altered, damaged, or owned by nobody."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import Distribution, known
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import INSTALLATION, Conclusion, rule
from tfdoctor.versions import release as read_release


@rule("TFD416", INSTALLATION)
def tensorflow_files_missing(case: Case) -> Iterator[Conclusion]:
    """Files of TensorFlow are missing or altered.

    ## What it checks
    Every file in TensorFlow's RECORD: whether it is there with the recorded size.

    ## Why it matters
    An interrupted installation, a virus scanner, a full disk or another distribution's uninstallation took or changed
    files; the import fails, or fails later.

    ## How to fix it
    Reinstall TensorFlow.

    ## Sources
    RECORD of the wheel.
    """
    for name in case.tensorflow_distributions:
        yield from _damage(case, case.distributions[name])


@rule("TFD417", INSTALLATION)
def corrupt_dependency(case: Case) -> Iterator[Conclusion]:
    """Files of a distribution that TensorFlow needs are missing, altered or unreadable.

    ## What it checks
    The files in the RECORD of each dependency; "file too short", "invalid ELF header", "bad magic number" in the log.

    ## Why it matters
    TensorFlow imports some dependencies late, so the error may name another place than the broken file.

    ## How to fix it
    Reinstall the dependency.

    ## Sources
    RECORD of the wheels.
    """
    for name, item in case.distributions.items():
        if name not in TENSORFLOW_DISTRIBUTIONS:
            yield from _damage(case, item)
    events = case.events.of("file-broken")
    if events:
        yield Conclusion(
            message="A file of an installed distribution is damaged.",
            evidence=logged(events[:2]),
            remedies=(
                Remedy(
                    kind="manual",
                    text="Reinstall the distribution that the damaged file belongs to (pip install "
                    "--force-reinstall --no-deps).",
                ),
            ),
            confidence="likely",
            symptom=True,
        )


_CODE = (".py", ".so", ".pyd", ".dll", ".dylib")


def _damage(case: Case, item: Distribution) -> Iterator[Conclusion]:
    missing, altered = known(item.missing_files) or (), known(item.altered_files) or ()
    count = (known(item.missing_count) or len(missing)) + (known(item.altered_count) or len(altered))
    if not count or _explained(case, item):
        return
    code = [path for path in (*missing, *altered) if path.endswith(_CODE) or ".so." in path]
    if not missing and not code and item.name not in TENSORFLOW_DISTRIBUTIONS:
        return  # data that people change on purpose, such as certifi's list of authorities
    decisive = bool(code) and case.imported is not True
    version = known(item.version)
    evidence = (
        *(
            Evidence(fact=f"distributions.{item.name}.missing_files", value=path, source=item.location)
            for path in missing[:3]
        ),
        *(
            Evidence(fact=f"distributions.{item.name}.altered_files", value=path, source=item.location)
            for path in altered[:3]
        ),
    )
    yield Conclusion(
        message=f"{count} files of {item.name} {version or ''} are missing or altered.".replace("  ", " "),
        evidence=evidence
        or (Evidence(fact=f"distributions.{item.name}.missing_count", value=str(count), source=item.location),),
        remedies=(
            Remedy(
                kind="reinstall",
                text=f"Reinstall {item.name}.",
                requirements=(f"{item.name}=={version}" if version else item.name,),
            ),
        ),
        severity="error" if decisive else "warning",
        verdict="broken" if decisive else "degraded",
        confidence="certain" if decisive and missing else "likely",
    )


def _explained(case: Case, item: Distribution) -> bool:
    """Whether an overlap with another distribution explains that the files are not those of RECORD."""
    return any(item.name in overlap.distributions for overlap in known(case.snapshot.installation.overlaps) or ())


@rule("TFD418", INSTALLATION)
def tensorflow_without_distribution(case: Case) -> Iterator[Conclusion]:
    """A folder tensorflow is there that no installed distribution owns.

    ## What it checks
    Folders tensorflow or keras in site-packages without metadata of a distribution.

    ## Why it matters
    It is the rest of an uninstallation or a copy by hand; it is imported, as an empty or half a module, and pip knows
    nothing of it.

    ## How to fix it
    Delete the folder and install TensorFlow anew.

    ## Sources
    The installed distributions' metadata.
    """
    orphans = tuple(
        name
        for name in known(case.snapshot.installation.orphans) or ()
        if re.split(r"[\\/]", name)[-1] in {"tensorflow", "keras"}
    )
    modules = {module.name: module for module in known(case.snapshot.installation.modules) or ()}
    package = modules.get("tensorflow")
    # A package with its native library may work as it is; without one of them it cannot.
    whole = package is not None and not package.namespace and known(case.snapshot.tensorflow.machine) is not None
    if orphans:
        yield Conclusion(
            message=f"No installed distribution owns the folder {orphans[0]}.",
            evidence=tuple(Evidence(fact="installation.orphans", value=name) for name in orphans),
            remedies=(
                Remedy(kind="delete", text="Delete the folder.", paths=orphans),
                Remedy(kind="install", text="Install TensorFlow.", requirements=("tensorflow",)),
            ),
            severity="warning" if case.imported or whole else "error",
            verdict="degraded" if case.imported or whole else "broken",
        )


@rule("TFD419", INSTALLATION, severity="warning", verdict="degraded")
def metadata_without_version(case: Case) -> Iterator[Conclusion]:
    """The metadata of an installed distribution is incomplete.

    ## What it checks
    Metadata folders without a version or without the METADATA file, of TensorFlow and what it needs.

    ## Why it matters
    pip cannot uninstall or upgrade it, and programs that ask for the version fail.

    ## How to fix it
    Delete the metadata folder and install the distribution again.

    ## Sources
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    for name, item in case.distributions.items():
        if case.snapshot.origin == "machine" and known(item.version) is None and _matters(name):
            was = read_release(known(item.folder_version))
            yield Conclusion(
                message=f"The metadata of {name} has no version.",
                evidence=(Evidence(fact=f"distributions.{name}.version", value="absent", source=item.location),),
                remedies=(
                    Remedy(
                        kind="reinstall",
                        text=f"Reinstall {name}.",
                        requirements=(f"{name}=={was}" if was else name,),
                    ),
                ),
            )


def _matters(name: str) -> bool:
    return name.startswith(("tensor", "keras", "tf-", "numpy", "protobuf", "h5py"))
