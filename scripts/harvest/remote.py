"""A remote wheel as a seekable file: only the ranges that `zipfile` asks for travel."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SMALL_READ = 64 * 1024
LARGE_READ = 2 * 1024 * 1024
_TAIL = 256 * 1024
_TIMEOUT = (15, 120)


def new_session() -> requests.Session:
    """Return a session that repeats failed requests with growing pauses."""
    retry = Retry(total=7, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


class RemoteFile(io.RawIOBase):
    """A file behind a URL, read by range; sequential reads grow from 64 KiB to 2 MiB.

    Attributes:
        size: bytes of the whole file.
        received: bytes that have travelled so far.

    Raises:
        OSError: the server does not answer ranges.
    """

    def __init__(self, session: requests.Session, url: str, tail: int = _TAIL) -> None:
        self._session = session
        self._url = url
        self._position = 0
        self._ahead = SMALL_READ
        self.received = 0
        end = self._request(f"bytes=-{tail}")
        self.size = int(end.headers["Content-Range"].rpartition("/")[2])
        self._tail = (self.size - len(end.content), end.content)
        self._window = self._tail

    def _request(self, span: str) -> requests.Response:
        headers = {"Range": span, "Accept-Encoding": "identity"}
        answer = self._session.get(self._url, headers=headers, timeout=_TIMEOUT)
        answer.raise_for_status()
        if answer.status_code != requests.codes.partial_content:
            raise OSError(f"no ranges from the server: status {answer.status_code}")
        self.received += len(answer.content)
        return answer

    def readable(self) -> bool:
        """Say that this file can be read."""
        return True

    def seekable(self) -> bool:
        """Say that this file can be sought."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; nothing travels before the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer from the window at hand, or from a new one."""
        view = memoryview(buffer)
        wanted = min(len(view), self.size - self._position)
        if wanted <= 0:
            return 0
        for start, data in (self._window, self._tail):
            if start <= self._position < start + len(data):
                break
        else:
            start, data = self._advance()
        piece = data[self._position - start :][:wanted]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _advance(self) -> tuple[int, bytes]:
        start, data = self._window
        sequential = self._position == start + len(data)
        self._ahead = min(self._ahead * 2, LARGE_READ) if sequential else SMALL_READ
        last = min(self._position + self._ahead, self.size) - 1
        self._window = (self._position, self._request(f"bytes={self._position}-{last}").content)
        return self._window


def open_wheel(session: requests.Session, url: str, tail: int = _TAIL) -> tuple[RemoteFile, zipfile.ZipFile]:
    """Open a remote wheel by its central directory, looked for in the last `tail` bytes first."""
    remote = RemoteFile(session, url, tail)
    return remote, zipfile.ZipFile(io.BufferedReader(remote, buffer_size=SMALL_READ))
