"""Follows how a Keras makes layers from their configuration, one after the other, until one is refused."""

from collections.abc import Mapping
from typing import Any

from tfdoctor.facts.saved import Lambda
from tfdoctor.matrix.keras import KerasClass, KerasRelease, KerasTable, Kind
from tfdoctor.model.judge.keras import arguments, lambdas, lookup, nested, nodes, reasons, values
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure
from tfdoctor.model.judge.keras.form import MODELS


class Builder:
    """Makes what a configuration describes, in the loaders of one Keras.

    Attributes:
        table: all releases of Keras.
        release: the one that loads.
        era: what its loaders can do.
        safe: whether Python code in the file is refused.
        zipped: whether the file is an archive of Keras 3's format: all in it is looked up by module.
        codes: the Python code in the file.
    """

    def __init__(
        self, table: KerasTable, release: KerasRelease, era: Era, *, zipped: bool, codes: tuple[Lambda, ...] = ()
    ) -> None:
        """Take the tables and the loaders; `zipped` for a .keras archive, `codes` the Python code in the file."""
        self.table, self.release, self.era, self.zipped, self.codes = table, release, era, zipped, codes
        self.called = True  # whether layers are called on the way, as all but those of a SavedModel are
        self.sequential = False  # whether the layer that is made now is added to a Sequential
        self.safe = zipped or era.can("safe_hdf5")
        self.old = not zipped  # whether the layer that is made now stands in the format of Keras 2

    def unknown(self, kind: Kind, name: str, error: str, message: str) -> Failure:
        """Return the failure of a name that this Keras does not know."""
        finding, evidence = reasons.of_name(self.table, self.release.minor, kind, name)
        return Failure(finding, error, message, *evidence)

    def model(self, data: Mapping[str, Any]) -> None:
        """Make the root model.

        Raises:
            Failure: a part is refused.
        """
        if self.zipped:
            self.modern(data)
        else:
            self.legacy(data)

    def layer(self, data: Mapping[str, Any], *, held: bool = False) -> None:
        """Make a layer inside a model: by its module where it names one and this Keras looks there.

        A layer that is `held` by another (a wrapper's, a cell) is always looked up so in Keras 3.
        """
        if self.era.can("named_layers") and "module" in data:
            self._named(data)
        elif self.era.can("layer_modules") and ("module" in data or (held and self.era.keras3)):
            self.modern(data)
        else:
            self.legacy(data)

    def _named(self, data: Mapping[str, Any]) -> None:
        """Make a layer that Keras 2.13 to 2.15 looks up among its own by its class; any other stays a name."""
        name = str(data.get("class_name"))
        found = self.release.lookup("layers", name)
        if found is not None:
            self.make(found, data.get("config") or {})
        elif data.get("module", "_") is None:
            raise self.unknown("layers", name, "TypeError", f"Cannot deserialize object of type `{name}`")
        elif self.sequential:
            message = f"The added layer must be an instance of class Layer. Received: layer={name}"
            raise self.unknown("layers", name, "TypeError", message)
        else:
            raise self.unknown("layers", name, "AttributeError", "'str' object has no attribute ")

    def legacy(self, data: Mapping[str, Any]) -> None:
        """Make a layer by the name of its class alone."""
        name = str(data.get("class_name"))
        found = self.release.lookup("layers", lookup.renamed(name))
        if found is None:
            raise self.unknown("layers", name, "ValueError", self.era.unknown("layer", name))
        self.old = True
        self.make(found, data.get("config"))

    def modern(self, data: Mapping[str, Any]) -> None:
        """Make a layer that names its module and, where it is the user's own, what it is registered as."""
        found = lookup.by_module(self, data, "layers")
        self.old = False
        try:
            self.make(found, data.get("config") or {})
        except Failure as failure:
            if self.era.can("wrapped_objects") and failure.error == "TypeError":
                message = f"{lookup.shown(self.release, found)} could not be deserialized properly."
                raise failure.within(message) from failure
            raise

    def make(self, found: KerasClass, config: Any) -> None:  # noqa: ANN401  any JSON
        """Call from_config of a class."""
        if found.name not in MODELS:
            nested.check_layers(self, config)
        if found.name == "Sequential":
            self._sequential(config)
        elif found.name in MODELS:
            self._functional(config)
        elif found.name == "Lambda":
            lambdas.check(self, config)
        else:
            arguments.check(self, found, config)
            if isinstance(config, dict):
                values.check_built(found.name, config, self.era)
                if self.called:
                    values.check_called(found.name, config, self.era)

    def _sequential(self, config: Any) -> None:  # noqa: ANN401
        layers = config.get("layers", ()) if isinstance(config, dict) else config
        if self.era.keras3 and isinstance(config, dict):
            nodes.check_sequence(config, self.era)
        for data in layers:
            self.sequential = True
            self.layer(data)

    def _functional(self, config: Any) -> None:  # noqa: ANN401
        for data in config.get("layers", ()):
            self.sequential = False
            self.layer(data)
        if self.era.keras3:
            nodes.check(config, self.era)
