"""What the tests of the commands share."""

import pytest

from tests.cli.running import Run, ended


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The whole command: `call("check", "--json")`."""

    def made(*words: object) -> tuple[int, str, str]:
        code = ended(monkeypatch, *words)
        out, err = capsys.readouterr()
        return code, out, err

    return made
