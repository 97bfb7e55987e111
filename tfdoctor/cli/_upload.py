"""`tfdoctor dump --upload`: sends a dump by HTTP PUT, the way object stores take files; nothing is sent unasked.

The same file may be sent again at any time: its SHA-256 is the Idempotency-Key, and it stays on disk.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import hashlib
import ipaddress
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urljoin, urlsplit

from tfdoctor import __version__
from tfdoctor.errors import TfdoctorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requests import PreparedRequest, Response, Session

TOKEN: Final = "TFDOCTOR_UPLOAD_TOKEN"  # noqa: S105  the name of a variable
_REDIRECTS: Final = 5
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_PORTS: Final = {"https": 443, "http": 80}


class UploadError(TfdoctorError):
    """The dump could not be sent. It stays where it is."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient an upload is: seconds to connect, seconds of silence, attempts, the first and the longest pause."""

    connect: float = 10
    silence: float = 60
    attempts: int = 5
    pause: float = 1
    longest_pause: float = 60


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a dump is sent to; `shown` is the address without what may be a secret: its query."""

    url: str
    shown: str
    loopback: bool


def receiver(url: str, name: str) -> Receiver:
    """Read the address that the user gave; one that ends in "/" is a folder and gets the file's name.

    Raises:
        UsageError: it is none, is not encrypted, or carries a password.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--upload: this is no address ({error})") from None
    if parts.scheme not in _PORTS or not host or any(sign <= " " or sign == "\x7f" for sign in url):
        raise UsageError("--upload: an address begins with https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"--upload: no user or password in the address; put a token into {TOKEN}")
    loopback = _loopback(host)
    if parts.scheme == "http" and not loopback:
        raise UsageError(f"--upload: http://{host} is not encrypted; only https is, or http to this machine itself")
    if parts.path.endswith("/") or not parts.path:
        parts = parts._replace(path=f"{parts.path or '/'}{quote(name)}")
    where = host if ":" not in host else f"[{host}]"
    shown = f"{parts.scheme}://{where}{f':{port}' if port else ''}{parts.path}"
    return Receiver(parts._replace(fragment="").geturl(), shown, loopback)


def _loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def send(to: Receiver, file: Path, tell: Callable[[str], None], limits: Limits | None = None) -> str:
    """Send a file and return what the receiver answered, in one line.

    Args:
        to: where to.
        file: what; it is not touched.
        tell: takes one line on each attempt that failed.
        limits: how patient to be.

    Raises:
        UploadError: the receiver does not take it, or cannot be reached.
    """
    limits = limits or Limits()
    import requests

    token = os.environ.get(TOKEN, "").strip()
    if not all("!" <= sign <= "~" for sign in token):
        raise UploadError(f"{TOKEN}: the token holds characters that cannot be sent")
    with requests.Session() as session:
        # A proxy is for what leaves this machine. The settings of the user's certificates and proxies hold otherwise.
        session.trust_env = not to.loopback
        session.auth = _Bearer(token)
        headers = _headers(file)
        for attempt in range(1, limits.attempts + 1):
            pause = min(limits.pause * 2 ** (attempt - 1), limits.longest_pause)
            try:
                response = _put(session, to, file, headers, limits)
            except requests.exceptions.SSLError as error:
                raise UploadError(f"{to.shown}: the certificate is not trusted ({_cause(error)})") from None
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                reason = _cause(error)
            except (requests.RequestException, ValueError) as error:
                raise UploadError(f"{to.shown}: the answer cannot be read ({type(error).__name__})") from None
            else:
                if response.ok:
                    return _answer(response)
                if response.status_code not in _AGAIN:
                    raise UploadError(f"{to.shown}: {_refusal(response, token=bool(token))}")
                reason = f"{response.status_code} {_line(response.reason)}".strip()
                pause = min(max(pause, _asked(response)), limits.longest_pause)
            if attempt < limits.attempts:
                tell(f"attempt {attempt} of {limits.attempts}: {reason}; again in {pause:.0f} s")
                time.sleep(pause)
        raise UploadError(f"{to.shown}: given up after {limits.attempts} attempts: {reason}")


class _Bearer:
    """Sets the token, and nothing where there is none: requests would else look for a password in ~/.netrc."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _headers(file: Path) -> dict[str, str]:
    total = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            total.update(chunk)
    return {
        "Content-Type": "application/zip",
        "Content-Digest": f"sha-256=:{base64.b64encode(total.digest()).decode()}:",  # RFC 9530
        "Idempotency-Key": total.hexdigest(),
        "User-Agent": f"tfdoctor/{__version__}",
    }


def _put(session: Session, to: Receiver, file: Path, headers: dict[str, str], limits: Limits) -> Response:
    """One attempt; a redirection is followed on the same host only, where the token may be seen."""
    url = to.url
    for _ in range(_REDIRECTS):
        with file.open("rb") as content:
            response = session.put(
                url,
                data=content,
                headers=headers,
                timeout=(limits.connect, limits.silence),
                allow_redirects=False,
                stream=True,
            )
        if not 300 <= response.status_code < 400:
            return response
        target, origin = _target(url, response.headers.get("Location", ""))
        if response.status_code not in {307, 308} or origin != _target(to.url, "")[1]:
            raise UploadError(
                f"{to.shown}: it points elsewhere ({response.status_code}, {_line(origin)});"
                " give that address if you trust it"
            )
        url = target
    raise UploadError(f"{to.shown}: it points from one address to the next without end")


def _target(url: str, location: str) -> tuple[str, str]:
    """The address that a redirection names, and the part of it that may be shown: scheme, host and port."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        return target, f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, '')}"
    except ValueError:
        return "", "no address"


def _asked(response: Response) -> float:
    """The seconds that the receiver asks to wait: a number or a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value[:9])
    with contextlib.suppress(ValueError, TypeError):
        return max(email.utils.parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    return 0.0


def _refusal(response: Response, *, token: bool) -> str:
    said = f"the receiver answers {response.status_code} {_line(response.reason)}".rstrip()
    if response.status_code in {401, 403}:
        said += f"; it does not take the token of {TOKEN}" if token else f"; put the token it wants into {TOKEN}"
    elif response.status_code == 413:
        said += "; the file is too large for it"
    answer = _answer(response)
    return f"{said}: {answer}" if answer else said


def _answer(response: Response) -> str:
    """The beginning of what the receiver says, in one line that is safe to show."""
    import requests

    try:
        data = next(response.iter_content(2048), b"")
    except requests.RequestException:
        return ""
    return _line(data.decode("utf-8", "replace") if isinstance(data, bytes) else "")


def _line(text: str | None) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text or "")
    return " ".join(plain.split())[:200]


def _cause(error: BaseException) -> str:
    """The reason at the bottom of an error of the network: those above it repeat the address with its query."""
    from requests import Timeout
    from requests.exceptions import ProxyError

    chain = [error]
    for item in chain:
        inner = [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
        chain += [one for one in inner if isinstance(one, BaseException) and one not in chain]
    where = "the proxy: " if isinstance(error, ProxyError) else ""
    if isinstance(error, Timeout):
        return f"{where}no answer in time"
    for item in reversed(chain):
        if isinstance(item, OSError) and isinstance(item.strerror, str):
            return where + _line(item.strerror)
    return where + type(chain[-1]).__name__
