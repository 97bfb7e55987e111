"""Rarer forms of addresses, options and URLs."""

import pytest

from tfdoctor.tickets.redact import Redactor


def test_many_addresses_stay_apart_and_within_the_reserved_ranges() -> None:
    redactor = Redactor()
    done = {redactor.text(f"host 10.1.{number // 200}.{number % 200 + 1}") for number in range(1100)}
    assert len(done) == 1100
    starts = ("host 192.0.2.", "host 198.51.100.", "host 203.0.113.", "host 198.18.")
    assert all(text.startswith(starts) for text in done)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("curl -u bob:pw9pw9 x", "curl -u bob:secret1 x"),
        ("docker run --user 1000:1000 x", "docker run --user 1000:1000 x"),
        ("https://${HOST}/simple", "https://${HOST}/simple"),
        ("https://git@github.com/a/b", "https://git@github.com/a/b"),
        ("mac 00:00:00:00:00:00 ff:ff:ff:ff:ff:ff", "mac 00:00:00:00:00:00 ff:ff:ff:ff:ff:ff"),
        ("Serial Number : N/A", "Serial Number : N/A"),
        ("::1 2001:db8::5", "::1 2001:db8::5"),
    ],
)
def test_forms(text: str, done: str) -> None:
    assert Redactor().text(text) == done
