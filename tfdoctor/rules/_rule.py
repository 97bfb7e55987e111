"""What a rule is: one function over a Case, with its code, severity and page in one place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tfdoctor.diagnosis import Confidence, Evidence, Remedy, Severity, Verdict

if TYPE_CHECKING:
    from tfdoctor.rules._case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A group of rules. `order` is its place in the chain of causes: smaller is nearer the root."""

    name: str
    title: str
    order: int


DOCTOR: Final = Family(name="doctor", title="The doctor itself", order=0)
PYTHON: Final = Family(name="python-version", title="Python", order=1)
PLATFORM: Final = Family(name="platform", title="CPU, operating system, wheels", order=2)
TENSORFLOW: Final = Family(name="tensorflow", title="Which TensorFlow is installed", order=3)
INSTALLATION: Final = Family(name="installation", title="Installation", order=4)
PROTOBUF: Final = Family(name="protobuf", title="protobuf", order=5)
NUMPY: Final = Family(name="numpy", title="NumPy", order=6)
KERAS: Final = Family(name="keras-generation", title="Keras generations", order=7)
DEPENDENCY: Final = Family(name="dependency-version", title="Versions of dependencies", order=8)
ABI: Final = Family(name="binary-abi", title="Binary interfaces", order=9)
DRIVER: Final = Family(name="driver", title="Driver and GPU visibility", order=10)
CUDA: Final = Family(name="cuda", title="CUDA and cuDNN libraries", order=11)
MODEL_CONFIG: Final = Family(name="model-keras-config", title="Saved Keras models", order=12)
MODEL_GRAPH: Final = Family(name="model-graph", title="Saved graphs", order=13)
DRIFT_API: Final = Family(name="drift-api-removed", title="Names that are gone", order=14)
DRIFT_OPTIMIZER: Final = Family(name="drift-optimizer", title="Optimizers that changed", order=15)
DRIFT_NUMERICS: Final = Family(name="drift-numerics", title="Other numbers", order=16)
DRIFT_PERFORMANCE: Final = Family(name="drift-performance", title="Other speed and memory", order=17)
LOADING: Final = Family(name="loading", title="What was seen to fail", order=18)
HARMLESS: Final = Family(name="harmless", title="Harmless messages", order=19)


FAMILIES: Final = (
    DOCTOR, PYTHON, PLATFORM, TENSORFLOW, INSTALLATION, PROTOBUF, NUMPY, KERAS, DEPENDENCY, ABI, DRIVER, CUDA,
    MODEL_CONFIG, MODEL_GRAPH, DRIFT_API, DRIFT_OPTIMIZER, DRIFT_NUMERICS, DRIFT_PERFORMANCE, LOADING, HARMLESS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a rule found in one case; None means: as the rule declares.

    `rank` orders conclusions that are alike in all else: 0 is the likeliest.
    """

    message: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...] = ()
    confidence: Confidence = "certain"
    severity: Severity | None = None
    verdict: Verdict | None = None
    symptom: bool = False
    rank: int = 0


Check = Callable[["Case"], Iterator[Conclusion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule. `page` is the docstring of its function: what it checks, why it matters, how to fix it, sources."""

    code: str
    name: str
    family: Family
    severity: Severity
    verdict: Verdict
    check: Check = field(repr=False)
    page: str = field(repr=False)

    @property
    def title(self) -> str:
        """The first line of the page."""
        return self.page.splitlines()[0]


_CODE = re.compile(r"TFD\d{3}")


def rule(
    code: str, family: Family, severity: Severity = "error", verdict: Verdict = "broken"
) -> Callable[[Check], Rule]:
    """Make a Rule of a function; its name with hyphens is the finding's name, its docstring the page.

    Raises:
        ValueError: the code is not of the form TFD000, or the function has no docstring.
    """
    if _CODE.fullmatch(code) is None:
        raise ValueError(f"{code!r} is not of the form TFD000")

    def make(check: Check) -> Rule:
        name = getattr(check, "__name__", "").replace("_", "-")
        if not check.__doc__:
            raise ValueError(f"rule {name} has no page")
        page = "\n".join(line.removeprefix("    ") for line in check.__doc__.strip().splitlines())
        return Rule(code=code, name=name, family=family, severity=severity, verdict=verdict, check=check, page=page)

    return make
