"""Addresses of networks and devices: e-mail, IPv4 and IPv6, MAC, UUIDs of GPUs and others, serial numbers.

A version of four numbers looks like an IPv4 address: the words before it decide, and where they do not, its range.
"""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from tfdoctor.tickets.redact.lines import lowered, on_lines, on_matches
from tfdoctor.tickets.redact.pseudonyms import SECRET, Pseudonyms
from tfdoctor.tickets.redact.vocabulary import PUBLIC_HOSTS

_MAIL: Final = re.compile(
    r"(?<![\w.+%-])([A-Za-z0-9][\w.+%-]{0,63})@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,18})(?![\w-])(?!\.\d)"
)
_FILE_ENDS: Final = (".so", ".py", ".dll", ".dylib", ".js", ".sh", ".md", ".rs", ".cc")

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IP4: Final = re.compile(rf"(?<![\w.])(?<!\d[-+]){_OCTET}(?:\.{_OCTET}){{3}}(?![\w-]|\.\w|\+\w)")
# Words that make four numbers a version, and words that make them an address, at the end of what stands before.
_VERSION_BEFORE: Final = re.compile(
    r"(?:[=<>!~]=?|[-_]|\bv|version|release|driver|cudnn\w*|cuda\w*|cublas\w*|cufft\w*|curand\w*|cusolver\w*"
    r"|cusparse\w*|nccl\w*"
    r"|tensorrt\w*|nvinfer\w*|tensorflow\w*|trt|tf|opencv\w*|toolkit|runtime|library|compiled|wheel|build|python|pip"
    r"|msvc\w*|nvidia\w*|(?<![\w.-])[A-Za-z][\w.]*-cu\d+"
    r"|versions|\.so)[\s:=(\"'@v,*]{0,24}$",
    re.IGNORECASE,
)
_LISTED_BEFORE: Final = re.compile(r"(?:^|[\n|])[ \t]*[A-Za-z][\w.-]*(?:[ \t]{2,}|==|[ \t]+\(|[ \t]*\|[ \t]*)$")
_ADDRESS_BEFORE: Final = re.compile(
    r"(?:://|@|(?<![A-Za-z])(?:inet6?|addr(?:ess)?|ip|ips|ipv4|hosts?|hostname|from|peer|server|client|gateway|dns|nameserver"
    r"|proxy|ssh|scp|ping|telnet|nc"
    r"|connect(?:ed|ing|ion)?(?: to| from)?|listen(?:ing)?(?: on| at)?|bind|bound|remote|local|src|dst|source|via"
    r"|resolve[ds]?|login|node|worker|master|route)"
    r"(?:[-_]?(?:addr(?:ess)?|ip|name))?)[\s:=(\"'/\[,]{0,8}$",
    re.IGNORECASE,
)
_ADDRESS_AFTER: Final = re.compile(r":\d{1,5}(?![\d.])|/\d{1,2}(?![\d.])")
_PLAIN_RANGES: Final = re.compile(r"(?:127\.|0\.0\.0\.0$|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.)")
_PRIVATE: Final = re.compile(
    r"(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168|169\.254|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\."
)

_H = "[0-9A-Fa-f]"
_IP6: Final = re.compile(rf"(?<![\w:.]){_H}{{1,4}}(?::{_H}{{1,4}}){{7}}(?![\w:])")
_IP6_SHORT: Final = re.compile(
    rf"(?<![\w:.]){_H}{{4}}(?::{_H}{{1,4}}){{0,6}}::(?:{_H}{{1,4}}(?::{_H}{{1,4}}){{0,6}})?(?![\w:])"
)
_MAC: Final = re.compile(
    rf"(?<![\w:-])(?!00[:-]00[:-]5e[:-]00[:-]53){_H}{{2}}([:-]){_H}{{2}}(?:\1{_H}{{2}}){{4}}(?:(?:\1{_H}{{2}}){{2}})?(?![\w:-])"
)
_MAC_DOTTED: Final = re.compile(rf"(?<![\w.]){_H}{{4}}()\.{_H}{{4}}\.{_H}{{4}}(?![\w.])")
_UUID: Final = re.compile(
    r"(?<![0-9A-Za-z])(?!00000000-0000-0000-0000-)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
_SERIAL: Final = re.compile(
    r"(?P<key>(?<![A-Za-z])(?:serial(?:[ _-]?(?:number|no|num))?|service[ _-]?tag|asset[ _-]?tag|board[ _-]?(?:id"
    r"|serial)|gpu[ _-]?serial|chassis[ _-]?serial|s/n|imei|product[ _-]?serial)"
    r"[\"']?[ \t]{0,40}[:=#][ \t]{0,8}[\"']?)(?P<value>[A-Za-z0-9][\w./-]{4,63})",
    re.IGNORECASE,
)


# What is in every one of them, and is found fast.
_IN_UUID: Final = re.compile(rf"-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-")
_IN_MAC: Final = re.compile(rf"[:-]{_H}{{2}}[:-]{_H}{{2}}[:-]{_H}{{2}}[:-]{_H}{{2}}[:-]{_H}")
_IN_IP6: Final = re.compile(rf":{_H}{{1,4}}:{_H}{{1,4}}:{_H}{{1,4}}:{_H}{{1,4}}:")
_IN_IP4: Final = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d")


def hide_addresses(text: str, names: Pseudonyms, before: str = "") -> str:
    """Replace addresses; `before` is what stands before the text where it was cut out of something (a key)."""
    text = on_lines(text, "@", lambda piece: _MAIL.sub(lambda found: _mail(found, names), piece))
    text = on_matches(text, _IN_UUID, lambda piece: _UUID.sub(lambda found: _uuid(found, names), piece))
    text = on_matches(text, _IN_MAC, lambda piece: _MAC.sub(lambda found: _mac(found, names), piece))
    text = on_lines(text, ("::",), lambda piece: _IP6_SHORT.sub(lambda found: _ip6(found, names), piece))
    text = on_matches(text, _IN_IP6, lambda piece: _IP6.sub(lambda found: _ip6(found, names), piece))
    text = _IP4.sub(lambda found: _ip4(found, names, before), text) if before else _hide_ip4(text, names)
    text = on_lines(
        text, _MAC_HINTS, lambda piece: _MAC_DOTTED.sub(lambda found: _mac(found, names), piece), lowered(text)
    )
    return on_lines(
        text, _SERIAL_HINTS, lambda piece: _SERIAL.sub(lambda found: _serial(found, names), piece), lowered(text)
    )


_MAC_HINTS: Final = ("mac", "hw", "ether", "address")  # the dotted form, as switches write it
_SERIAL_HINTS: Final = (
    "serial",
    "service tag",
    "service-tag",
    "service_tag",
    "servicetag",
    "asset",
    "board",
    "s/n",
    "imei",
)


def _hide_ip4(text: str, names: Pseudonyms) -> str:
    return on_matches(text, _IN_IP4, lambda piece: _IP4.sub(lambda found: _ip4(found, names, ""), piece))


def _mail(found: re.Match[str], names: Pseudonyms) -> str:
    domain = found[2].lower()
    public = tuple(domain.split(".")[-2:]) in PUBLIC_HOSTS
    if SECRET.fullmatch(found[1]) or domain.endswith((".invalid", *_FILE_ENDS)) or (found[1] == "git" and public):
        return found[0]
    return names.named("user", found[1].casefold(), "e-mail", lambda number: f"user{number}@example.invalid")


def is_address(text: str, start: int, end: int, before: str = "") -> bool:
    """Whether the four numbers at a place of a text are an IPv4 address and no version."""
    value = text[start:end]
    if _PLAIN_RANGES.match(value):
        return False
    line = text.rfind("\n", 0, start) + 1
    ahead = (before if line == 0 else "") + text[max(line, start - 60) : start]
    if _ADDRESS_BEFORE.search(ahead):
        return True
    if _VERSION_BEFORE.search(ahead) or _LISTED_BEFORE.search(ahead):
        return False
    if _ADDRESS_AFTER.match(text, end):
        return True
    return bool(_PRIVATE.match(value)) or int(value.partition(".")[0]) >= 32


def _ip4(found: re.Match[str], names: Pseudonyms, before: str) -> str:
    if not is_address(found.string, found.start(), found.end(), before):
        return found[0]
    return ip4(found[0], names)


def ip4(value: str, names: Pseudonyms) -> str:
    """Return the pseudonym of an IPv4 address, in the ranges that are reserved for documentation and benchmarks."""
    if _PLAIN_RANGES.match(value):
        return value
    return names.named("ip", value, "ip-address", _documentation)


def _documentation(number: int) -> str:
    if number < 255:
        return f"192.0.2.{number}"
    if number < 509:
        return f"198.51.100.{number - 254}"
    if number < 763:
        return f"203.0.113.{number - 508}"
    return f"198.18.{(number - 763) // 256 % 256}.{(number - 763) % 256}"


def _ip6(found: re.Match[str], names: Pseudonyms) -> str:
    text = found[0]
    groups = text.split(":")
    whole = len(groups) == 8 and "::" not in text
    if not whole and not (len(groups[0]) == 4 and re.search(r"\d|^fe80", groups[0]) and "::" in text):
        return text
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return text
    if address.compressed.startswith("2001:db8::") or address.is_loopback:
        return text
    return names.named("ip6", address.compressed, "ip-address", lambda number: f"2001:db8::{number:x}")


def _mac(found: re.Match[str], names: Pseudonyms) -> str:
    between = found[1] or ":"
    value = re.sub(r"[.:-]", "", found[0]).lower()
    if (
        set(value) in ({"0"}, {"f"})
        or value.startswith("00005e0053")
        or found[0].isdigit()
        or (not found[1] and not re.search("[a-fA-F]", found[0]))
    ):
        return found[0]
    return names.named(
        "mac", value, "mac-address", lambda number: between.join(("00", "00", "5e", "00", "53", f"{number % 256:02x}"))
    )


def _uuid(found: re.Match[str], names: Pseudonyms) -> str:
    gpu = found.string[max(0, found.start() - 4) : found.start()].upper().endswith(("GPU-", "MIG-"))
    rule = "gpu-uuid" if gpu else "uuid"
    return names.named("uuid", found[0].lower(), rule, lambda number: f"00000000-0000-0000-0000-{number:012d}")


def _serial(found: re.Match[str], names: Pseudonyms) -> str:
    value = found["value"]
    if re.fullmatch(r"serial\d+|[nN]/[aA]|(?i:unknown|none|default|to|not|\w*specified)", value) or not re.search(
        r"\d", value
    ):
        return found[0]
    return found["key"] + names.named("serial", value, "serial-number", lambda number: f"serial{number}")
