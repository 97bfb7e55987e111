"""Who wrote a model and who reads it: versions, generations of Keras, format, as far as the ticket tells."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import Framework, known
from tfdoctor.rules._case import Case
from tfdoctor.rules.keras import LEGACY, legacy
from tfdoctor.rules.model._span import Span, span

Format = Literal["h5", "keras", "savedmodel", "checkpoint", "json", "pickle", "tflite", "graph", "hub", ""]

_SCALE: Final = (("2.3", "1.12"), ("2.4", "2.0"), ("2.5", "2.2"))  # a Keras before, and its time's TensorFlow


@dataclass(frozen=True)
class Side:
    """One side of a transfer. `stated` is what the ticket says of it, `log` and `code` are read where it is silent."""

    stated: Framework
    tensorflow: Span | None
    keras: Span | None
    python: Span | None
    standalone: bool = False  # keras is a program of its own here, not tf.keras

    @cached_property
    def generation(self) -> int | None:
        """2 or 3: the generation of Keras (1 of before 2017 counts as 2); None where nothing tells."""
        words = f"{known(self.stated.keras) or ''} {known(self.stated.tensorflow) or ''}".lower()
        if "tf_keras" in words or "tf-keras" in words or "legacy" in words:
            return 2
        if self.keras is not None:
            return 3 if self.keras.since("3") else 2 if self.keras.before("3") else None
        if self.tensorflow is None:
            return None
        return 3 if self.tensorflow.since("2.16") else 2 if self.tensorflow.before("2.16") else None

    @cached_property
    def place(self) -> Span | None:
        """The place on one scale: the release of TensorFlow for tf.keras 2, of Keras from 3.0 on."""
        if self.generation == 3:
            if self.keras is not None:
                return self.keras
            return Span((3, 0), (4,), "3")
        if self.tensorflow is not None and self.tensorflow.before("2.16") and not self.standalone:
            return self.tensorflow
        if self.keras is None:
            return self.tensorflow
        for limit, text in _SCALE:
            if self.keras.before(limit):
                return span(text)
        return self.keras

    @property
    def name(self) -> str:
        """The side in a few words, "" where nothing is known."""
        parts = []
        if self.tensorflow is not None:
            parts.append(f"TensorFlow {self.tensorflow.text}")
        if self.keras is not None and (self.tensorflow is None or self.generation == 3):
            parts.append(f"Keras {self.keras.text}")
        return ", ".join(parts)


# What of a path or a program tells the format.
# Expressions are compiled at their first use: most checks have no model.
_FORMATS: Final[tuple[tuple[Format, str], ...]] = (
    ("pickle", r"(?i)pickle|joblib|\.pkl\b|\bdill\b"),
    ("tflite", r"(?i)tflite|lite model|tensorflow lite"),
    ("hub", r"(?i)\bhub\b|tfhub"),
    ("graph", r"(?i)frozen|graph ?def|meta ?graph|\.pb\b(?!txt)|\.meta\b"),
    ("savedmodel", r"(?i)saved[ _]?model|\btf format\b|save_format=.tf"),
    ("checkpoint", r"(?i)checkpoint|\bckpt\b"),
    ("keras", r"(?i)\.keras\b|\bkeras v3\b|\bkeras zip\b"),
    ("h5", r"(?i)\bh5\b|hdf5|\.h5\b"),
    ("json", r"(?i)json|yaml"),
)
# Words of programs that read a model: what such a program raises is about a file, not about the user's code.
_READING: Final = (
    r"(?i)load_model|load_weights|from_config|deserializ|model_from_(?:json|config|yaml)|saved_model|load_from_hdf5"
    r"|hdf5_format|saving_(?:lib|api|utils)|legacy_h5_format|unpickl|pickle\.load|joblib\.load|func_load|restore\("
)


@dataclass(frozen=True)
class Sides:
    """Writer and reader of the model that a ticket is about."""

    case: Case
    writer: Side
    reader: Side
    stated: bool

    @cached_property
    def log(self) -> str:
        """The log, "" where there is none."""
        return known(self.case.snapshot.log) or ""

    @cached_property
    def code(self) -> str:
        """The user's code, "" where there is none."""
        return known(self.case.snapshot.code) or ""

    @cached_property
    def format(self) -> Format:
        """The kind of file: as stated, else as the code or the log names it."""
        words = f"{known(self.writer.stated.format) or ''} {known(self.reader.stated.format) or ''}"
        for text in (words, self.code, self.log[:20000]):
            for name, expression in _FORMATS:
                if re.search(expression, text):
                    return name
        return ""

    @cached_property
    def words(self) -> str:
        """The ticket's own words about the format."""
        return (known(self.writer.stated.format) or known(self.reader.stated.format) or "").lower()

    @cached_property
    def reading(self) -> bool:
        """Whether a model is read: the ticket says who wrote it, or log or code shows a program that reads one."""
        return self.stated or bool(re.search(_READING, f"{self.log[:50000]}\n{self.code}"))

    @cached_property
    def one_failed(self) -> bool:
        """Whether reading failed by the sides: not where the log holds but a notice, or another reason.

        A Lambda layer that Keras refuses for safety (`safe_mode`) is refused by the release that wrote it, too.
        """
        if self.case.events.of("lambda-not-trusted"):
            return False
        notice = self.case.events.of("keras-metadata-missing")
        return not notice or bool(re.search(r"error|traceback|exception|failed", self.log, re.IGNORECASE))

    @cached_property
    def generation(self) -> int | None:
        """The generation of Keras that reads: as stated, else what the log's frames and words show."""
        if self.case.events.of("keras3-speaking"):
            return 3
        if self.reader.generation is not None:
            return self.reader.generation
        if self.case.events.of("keras2-speaking"):
            return 2
        # TensorFlow 2.16 is the first release for Python 3.12, and the first with Keras 3.
        return 3 if self.reader.python is not None and self.reader.python.since("3.12") else None

    @cached_property
    def newer(self) -> bool | None:
        """Whether the writer is newer than the reader; None where the ticket does not tell."""
        if self.writer.place is None or self.reader.place is None:
            return None
        return self.reader.place.older(self.writer.place)

    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence: who wrote and who reads."""
        rows = []
        for fact, side in (("transfer.saved_with", self.writer), ("transfer.loaded_with", self.reader)):
            for key in ("tensorflow", "keras", "python", "format"):
                text = known(getattr(side.stated, key))
                if text:
                    rows.append(Evidence(fact=f"{fact}.{key}", value=text, source="ticket"))
        return (*rows, *self.case.tensorflow_evidence(), *self.case.installed("keras", "tf-keras"))


def _tensorflow(text: str | None) -> Span | None:
    """The TensorFlow that a text names; TensorFlow.js has numbers of its own."""
    found = None if re.search(r"js\b|tfjs|node", text or "", re.IGNORECASE) else span(text)
    return found if found is not None and found.low < (3,) else None


def sides(case: Case) -> Sides:
    """Return writer and reader; where the ticket does not state the reader, it is the environment."""
    transfer = known(case.snapshot.transfer)
    writer = (known(transfer.saved_with) if transfer else None) or Framework()
    reader = (known(transfer.loaded_with) if transfer else None) or Framework()
    tensorflow, keras = _tensorflow(known(reader.tensorflow)), span(known(reader.keras))
    if tensorflow is None and case.tensorflow is not None:
        tensorflow = span(str(case.tensorflow))
    installed = case.versions.get("keras")
    if keras is None and installed is not None:
        keras = span(str(installed))
    if keras is None and (legacy(case) or re.search(r"\btf_keras\b", known(case.snapshot.code) or "")):
        keras = Span((2, 15), (3,), f"2 ({LEGACY} or tf_keras)")
    # Before TensorFlow 2.6 `import keras` is another program than tf.keras.
    own = re.search(r"^[ \t]*(?:import keras\b|from keras\b)", known(case.snapshot.code) or "", re.MULTILINE)
    standalone = bool(own or known(reader.keras)) and keras is not None and keras.before("2.5")
    python = span(known(reader.python)) or (span(str(case.python)) if case.python else None)
    return Sides(
        case=case,
        writer=Side(
            writer, _tensorflow(known(writer.tensorflow)), span(known(writer.keras)), span(known(writer.python))
        ),
        reader=Side(reader, tensorflow, keras, python, standalone),
        stated=transfer is not None,
    )
