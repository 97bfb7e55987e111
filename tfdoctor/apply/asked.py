"""How a plan is to be carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the user says about carrying out a plan.

    Attributes:
        environ: the user's environment variables; what they say of indexes and proxies holds.
        confirm: asked one question before something is changed that is there, or Python is downloaded.
        progress: called with one line for everything that happens.
        requirements: the requirements file of the whole closure, where it is to be installed by hashes.
        download: bytes that will be downloaded, where known.
        limit: seconds that one program may take.
    """

    environ: Mapping[str, str]
    confirm: Callable[[str], bool]
    progress: Callable[[str], None]
    requirements: str = ""
    download: int = 0
    limit: float = 3600
