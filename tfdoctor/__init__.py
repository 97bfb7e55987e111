"""tfdoctor: the doctor for TensorFlow environments.

In a program or a notebook: `import tfdoctor; tfdoctor.check()`.
"""

TYPE_CHECKING = False  # as typing has it, without the time that its import takes

if TYPE_CHECKING:
    from tfdoctor.api import Report, check

__all__ = ["Report", "__version__", "check"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import what a program asks for when it asks: the command line starts without it (PEP 562)."""
    if name in {"Report", "check"}:
        from tfdoctor import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what can be asked for, also before it is: notebooks complete from this."""
    return sorted({*globals(), *__all__})
