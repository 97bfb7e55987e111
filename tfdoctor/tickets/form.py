"""The form of a ticket: its keys, all optional, in people's words. Reading it from JSON; nothing is judged."""

from typing import Final

import msgspec

Text = str | int | float | bool | None
Listed = list[Text] | Text


class StatedGpu(msgspec.Struct, frozen=True):
    """A GPU as somebody names it."""

    name: Text = None
    compute_capability: Text = None


class Environment(msgspec.Struct, frozen=True):
    """What is stated about the machine and the environment."""

    tf_version: Text = None
    tf_version_wanted: Text = None
    tf_distribution: Text = None
    install_method: Text = None
    python_version: Text = None
    python_bits: Text = None
    os: Text = None
    os_version: Text = None
    arch: Text = None
    libc_version: Text = None
    cpu: Text = None
    gpus: list[StatedGpu | Text] | Text = None
    driver_version: Text = None
    driver_cuda_version: Text = None
    libcuda_version: Text = None
    cuda_versions_found: Listed = None
    cudnn_versions_found: Listed = None
    env_vars: dict[str, Text] | None = None
    container: Text = None
    wsl: Text = None
    conda: Text = None
    packages: dict[str, Text] | None = None
    version_notes: Listed = None


class StatedFramework(msgspec.Struct, frozen=True):
    """One side of a saved model as somebody states it."""

    tf: Text = None
    keras: Text = None
    format: Text = None
    python: Text = None


class Ticket(msgspec.Struct, frozen=True):
    """One ticket. Other keys, `expect` among them, are ignored."""

    id: Text = None
    title: Text = None
    source_url: Text = None
    environment: Environment | None = None
    log: Listed = None
    statement: Listed = None
    code: Listed = None
    saved_with: StatedFramework | Text = None
    loaded_with: StatedFramework | Text = None
    from_version: Text = None
    to_version: Text = None

    @property
    def name(self) -> str:
        """The id as text, "" where there is none."""
        return plain(self.id)


# Numbers keep their text: the version 2.10 written without quotes is not 2.1.
_DECODER: Final = msgspec.json.Decoder(float_hook=str)


def decode(data: bytes | str) -> Ticket:
    """Read a ticket from JSON.

    Raises:
        msgspec.DecodeError: it is no JSON, or not of this form; the text carries the key path.
    """
    return from_object(_DECODER.decode(data))


def from_object(value: object) -> Ticket:
    """Make a ticket of decoded JSON.

    Raises:
        msgspec.ValidationError: a key holds something that cannot be meant; the text carries the key path.
    """
    return msgspec.convert(value, Ticket)


def plain(value: Text) -> str:
    """Return a stated value as text, "" where nothing is stated."""
    return "" if value is None else str(value).strip()
