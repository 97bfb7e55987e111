"""Rules on pluggable devices: Metal on macOS, DirectML on Windows."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Remedy
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import versions_evidence
from tfdoctor.rules._rule import ABI, Conclusion, rule
from tfdoctor.rules.pairs import pair_broken, pair_evidence, pair_remedies


@rule("TFD502", ABI)
def metal_plugin_mismatch(case: Case) -> Iterator[Conclusion]:
    """tensorflow-metal was not built for this TensorFlow or macOS.

    ## What it checks
    On macOS: tensorflow-metal's version against the TensorFlow that Apple lists for it; in a log: the Metal plugin
    that cannot be loaded.

    ## Why it matters
    TensorFlow loads every plugin while it is imported, so a plugin that misses a symbol stops the import.

    ## How to fix it
    Install the pair that Apple lists, or uninstall tensorflow-metal (TensorFlow then runs on the CPU).

    ## Sources
    https://developer.apple.com/metal/tensorflow-plugin/, https://github.com/tensorflow/tensorflow/issues/81987
    """
    name = "tensorflow-metal"
    events = _plugin_events(case, "metal")
    loading = case.events.of("plugin-loading") if case.os == "macos" else ()
    needs = pair_broken(case, name)
    if not events and not needs and not loading:
        return
    if not events and needs and case.imported:
        return
    yield Conclusion(
        message="tensorflow-metal does not fit this TensorFlow; its plugin cannot be loaded.",
        evidence=(*logged((*events, *loading)[:3]), *pair_evidence(case, name, needs)),
        remedies=(
            *pair_remedies(case, name, needs),
            Remedy(kind="uninstall", text="Or uninstall tensorflow-metal.", distributions=(name,)),
        ),
        confidence="certain" if events else "likely",
        symptom=bool(events or loading),
    )


def _plugin_events(case: Case, word: str) -> tuple[Event, ...]:
    """What a log says of a pluggable device whose file name contains a word."""
    kinds = ("plugin-unopened", "undefined-symbol", "symbol-wanted-by")
    return tuple(event for event in case.events.of(*kinds) if word in event["path"].lower().rpartition("plugins")[2])


@rule("TFD503", ABI)
def directml_plugin_mismatch(case: Case) -> Iterator[Conclusion]:
    """tensorflow-directml-plugin works with TensorFlow 2.10 only.

    ## What it checks
    TensorFlow's version where the DirectML plugin is installed or named in a log.

    ## Why it matters
    The plugin ended with TensorFlow 2.10. A newer TensorFlow finds it at import and cannot load it; the message says
    that the DLL is not found, though it is there.

    ## How to fix it
    Install tensorflow-cpu 2.10 with the plugin, or uninstall the plugin.

    ## Sources
    https://github.com/microsoft/tensorflow-directml-plugin/issues/352
    """
    name = "tensorflow-directml-plugin"
    events = tuple(
        event
        for event in case.events.of("plugin-unopened")
        if re.search(r"tfdml|directml", event["path"], re.IGNORECASE)
    )
    tensorflow = case.tensorflow
    fits = tensorflow is not None and Version("2.10.dev0") <= tensorflow < Version("2.11")
    listed = name in case.distributions and tensorflow is not None
    if (events and not fits) or (listed and not fits and not case.imported):
        yield Conclusion(
            message="tensorflow-directml-plugin needs TensorFlow 2.10; this TensorFlow cannot load it.",
            evidence=(*logged(events[:3]), *case.tensorflow_evidence(), *versions_evidence(case, name)),
            remedies=(
                Remedy(kind="install", text="Install TensorFlow 2.10.", requirements=("tensorflow-cpu==2.10.*", name)),
                Remedy(kind="uninstall", text="Or uninstall the plugin.", distributions=(name,)),
            ),
            symptom=bool(events),
        )
