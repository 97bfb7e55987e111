"""Readings of the patient: interpreter, distributions, TensorFlow, variables."""

from typing import Final

from packaging.utils import canonicalize_name

from tfdoctor.facts import ABSENT, Distribution, Fact, Unknown, Variable, known
from tfdoctor.tickets.compare.readings import Readings, Value, text_of

# The environment's own copies of paths: an empty one is as good as none.
_LISTS: Final = ("PATH", "PYTHONPATH")


def read(side: Readings) -> None:
    """Note what the patient's facts say."""
    _interpreter(side)
    _tensorflow(side)
    _distributions(side)
    _installation(side)
    _variables(side)
    side.put("keras_config.backend", known_backend(side), lambda text: Value(text, text.strip().lower()))
    side.put("code", side.case.snapshot.code, lambda text: Value(f"{len(text.splitlines())} lines", text))


def known_backend(side: Readings) -> Fact[str]:
    """The backend of keras.json; absent where the file is."""
    config = side.case.snapshot.keras_config
    found = known(config)
    if found is not None:
        return found.backend
    return config if isinstance(config, Unknown) else ABSENT


def _interpreter(side: Readings) -> None:
    python = side.case.snapshot.interpreter
    side.put("interpreter.version", python.version)
    side.put("interpreter.implementation", python.implementation)
    side.put("interpreter.bits", python.bits)
    side.put("interpreter.machine", python.machine)
    side.put("interpreter.environment", python.environment)
    side.put("interpreter.user_site", python.user_site, lambda path: Value(path, "there"))
    side.put("interpreter.pip_version", python.pip_version)
    side.put("interpreter.externally_managed", python.externally_managed, lambda flag: "yes" if flag else "no")


def _tensorflow(side: Readings) -> None:
    found = side.case.snapshot.tensorflow
    version = side.case.tensorflow
    side.put("tensorflow.version", str(version) if version is not None else found.version)
    side.put("tensorflow.distribution", side.case.distribution or found.distribution)
    side.put("tensorflow.wanted", found.wanted)
    for name in ("cuda_build", "rocm_build"):
        flag: Fact[bool] = getattr(found, name)
        side.put(f"tensorflow.{name}", flag, lambda value: "yes" if value else "no")
    side.put("tensorflow.cuda", found.cuda)
    side.put("tensorflow.cudnn", found.cudnn)
    side.put("tensorflow.git_version", found.git_version)
    side.put_list("tensorflow.compute_capabilities", found.compute_capabilities)


def _distributions(side: Readings) -> None:
    listed = side.case.snapshot.installation.distributions
    if isinstance(listed, Unknown):
        missing: Unknown | None = listed
    else:
        missing = None if side.case.snapshot.origin == "machine" else Unknown(reason="not stated")
    side.missing["distributions."] = ABSENT if missing is None else missing
    for item in side.case.distributions.values():
        _distribution(side, item)
    for item in known(listed) or ():
        if item.shadowed:
            fact = f"distributions.{canonicalize_name(item.name)}.shadowed"
            where = side.places.kind(item.location)
            side.facts[fact] = Value(f"{text_of(item.version)} in {where}", f"{text_of(item.version)} {where}")


def _distribution(side: Readings, item: Distribution) -> None:
    name = f"distributions.{canonicalize_name(item.name)}"
    if isinstance(item.version, Unknown):
        side.facts[name] = item.version
    else:
        side.put(name, text_of(item.version) or "no version")
    where = side.places.kind(item.location)
    if where not in {"environment", "base Python"}:
        side.facts[f"{name}.location"] = Value(where, where)
    if item.editable:
        side.facts[f"{name}.editable"] = Value("editable", "editable")
    installer = text_of(item.installer)
    if installer == "conda":
        side.facts[f"{name}.installer"] = Value(installer, installer)
    for what, count in (("missing_files", item.missing_count), ("altered_files", item.altered_count)):
        number = known(count)
        if number:
            side.facts[f"{name}.{what}"] = Value(str(number), str(number))


def _installation(side: Readings) -> None:
    found = side.case.snapshot.installation
    side.put_list("installation.overlaps", found.overlaps, lambda row: " + ".join(sorted(row.distributions)))
    side.put_list("installation.leftovers", found.leftovers)
    side.put_list("installation.shadows", found.shadows, lambda row: f"{row.module}: {row.path}")
    side.put_list("installation.orphans", found.orphans)
    side.put_list("installation.unowned_files", found.unowned_files)
    side.put_list("installation.plugins", found.plugins)
    for module in known(found.modules) or ():
        if module.namespace:
            side.facts[f"installation.modules.{module.name}"] = Value("a folder without code", "namespace")
    if known(found.modules) is not None:
        side.missing["installation.modules."] = ABSENT


def _variables(side: Readings) -> None:
    variables: Fact[tuple[Variable, ...]] = side.case.snapshot.environ
    if isinstance(variables, Unknown):
        side.missing["environ."] = variables
        return
    complete = side.case.snapshot.origin == "machine"
    side.missing["environ."] = ABSENT if complete else Unknown(reason="not stated")
    for item in known(variables) or ():
        if item.value or not item.name.endswith(_LISTS):
            side.put(f"environ.{item.name}", item.value)
