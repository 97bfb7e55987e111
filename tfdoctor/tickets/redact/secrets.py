"""Tokens that their own shape gives away: a fixed prefix, or parts of known form. One row a kind.

The prefixes are those that the issuers document; lengths are lower bounds well below theirs, so that a longer or
shortened token goes as well. `hint` is a text without which the expression cannot match: it is looked for first.
"""

import re
from dataclasses import dataclass
from typing import Final

from tfdoctor.tickets.redact.lines import on_lines
from tfdoctor.tickets.redact.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of token; the group `secret`, or else the whole match, is replaced."""

    rule: str
    hints: tuple[str, ...]
    regex: re.Pattern[str]


def _kind(rule: str, hints: str, expression: str) -> Kind:
    return Kind(rule, tuple(hints.split()), re.compile(rf"(?<![A-Za-z0-9])(?:{expression})"))


_W = r"[A-Za-z0-9_-]"

KINDS: Final = (
    _kind("aws-key", "AKIA ASIA ABIA ACCA A3T AGPA AIDA AROA AIPA ANPA ANVA",
          r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9]|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{12,124}(?![A-Za-z0-9])"),
    _kind("aws-key", "ABSK", r"ABSK[A-Za-z0-9+/]{40,200}={0,2}"),
    _kind("aws-key", "amzn.mws.", r"amzn\.mws\.[0-9a-f-]{20,60}"),
    _kind("google-key", "AIza", rf"AIza{_W}{{30,60}}"),
    _kind("google-key", "ya29. GOCSPX-", rf"ya29\.[\w.-]{{20,2000}}|GOCSPX-{_W}{{20,60}}"),
    _kind("google-key", "1//0", rf"1//0{_W}{{30,200}}"),
    _kind("azure-key", "Q~", r"[\w~.-]{3}\dQ~[\w~.-]{25,60}"),
    _kind("github-token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{16,255}"),
    _kind("gitlab-token", "gl", rf"(?:gl(?:pat|ptt|cbt|dt|rt|soat|imt|agent|ft|oas|ffct|wt)-|GR1348941){_W}"
          r"[A-Za-z0-9_.-]{14,300}"),
    _kind("gitlab-token", "GR1348941", rf"GR1348941{_W}{{14,60}}"),
    _kind("slack-token", "xox xapp-", r"(?:xox[a-z]|xapp|xoxe\.xox[a-z])-[A-Za-z0-9-]{8,300}"),
    _kind("webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows|triggers)"
          r"/(?P<secret>[\w/+-]{16,200})"),
    _kind("webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/(?P<secret>[\w/-]{20,200})"),
    _kind("webhook", "webhook.office.com", r"webhook\.office\.com/webhookb2/(?P<secret>[\w/@-]{20,300})"),
    _kind("stripe-key", "_live_ _test_ whsec_", r"(?:[srp]k_(?:live|test|prod)|whsec)_[A-Za-z0-9]{10,250}"),
    _kind("square-key", "sq0", rf"sq0[a-z]{{3}}-{_W}{{20,60}}|EAAA{_W}{{50,80}}"),
    _kind("twilio-key", "AC SK", r"(?:AC|SK)[0-9a-f]{32}(?![0-9A-Za-z])"),
    _kind("sendgrid-key", "SG.", rf"SG\.{_W}{{14,40}}\.{_W}{{20,80}}"),
    _kind("mail-service-key", "-us", r"[0-9a-f]{32}-us\d{1,2}(?!\d)"),
    _kind("mail-service-key", "key- xkeysib- re_", r"key-[0-9a-f]{32}|xkeysib-[0-9a-f-]{40,120}"
          r"|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{16,40}"),
    _kind("index-token", "pypi- npm_ rubygems_ cio dckr_pat_ oyoo",
          rf"pypi-{_W}{{16,400}}|npm_[A-Za-z0-9]{{20,80}}|rubygems_[0-9a-f]{{40,60}}"
          rf"|cio[A-Za-z0-9]{{32}}(?![A-Za-z0-9])"
          rf"|dckr_[po]at_{_W}{{20,80}}"),
    _kind("index-token", "AKC cmVmd", r"AKC[a-z0-9][A-Za-z0-9]{40,120}|cmVmd[A-Za-z0-9]{40,80}"),
    _kind("hugging-face-token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{16,80}"),
    _kind("model-service-key", "sk- r8_ gsk_ xai- nvapi- pplx- lsv2_ tvly-",
          rf"(?:sk|pk)-(?:[a-z0-9]{{1,12}}-){{0,3}}{_W}{{16,400}}|r8_[A-Za-z0-9]{{30,60}}|gsk_[A-Za-z0-9]{{30,80}}"
          rf"|xai-{_W}{{40,120}}|nvapi-{_W}{{30,120}}|pplx-{_W}{{30,80}}|lsv2_[a-z]{{2}}_[0-9a-f_]{{30,80}}"
          rf"|tvly-{_W}{{20,60}}"),
    _kind("discord-token", ".", rf"[MNO][A-Za-z0-9]{{22,27}}\.{_W}{{6}}\.{_W}{{25,110}}"),
    _kind("telegram-token", ":A", rf"\d{{8,10}}:A{_W}{{32,36}}(?![\w-])"),
    _kind("jwt", "eyJ", rf"eyJ{_W}{{8,8000}}={{0,2}}\.[\w=-]{{4,16000}}(?:\.[\w=-]{{0,4000}}){{0,3}}"),
    _kind("cloud-token", "dop_v1_ doo_v1_ dor_v1_ dapi hvs. hvb. hvr. .atlasv1. CFPAT- PMAK- shp",
          rf"do[opr]_v1_[0-9a-f]{{40,80}}|dapi[0-9a-f]{{32}}(?:-\d)?|hv[sbr]\.{_W}{{20,300}}"
          rf"|\w{{14}}\.atlasv1\.{_W}{{50,90}}"
          rf"|CFPAT-{_W}{{30,60}}|PMAK-[0-9a-f-]{{40,80}}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{32}}"),
    _kind("cloud-token", "glsa_ glc_ sntrys_ sntryu_ NRAK- dt0 lin_api_ ATATT ATCTT ATBB AGE-SECRET-KEY- LTAI ops_",
          rf"glsa_{_W}{{20,80}}|glc_[\w+/=]{{30,400}}|sntry[su]_[\w+/=-]{{30,400}}|NRAK-[A-Z0-9]{{20,40}}"
          rf"|dt0[a-z]\d{{2}}\.[A-Z0-9]{{20,30}}\.[A-Z0-9]{{60,70}}|lin_api_[A-Za-z0-9]{{30,60}}|AT(?:ATT|CTT"
          rf"|BB)[\w=-]{{20,300}}"
          r"|AGE-SECRET-KEY-1[0-9A-Z]{40,80}|LTAI[A-Za-z0-9]{12,30}|ops_eyJ[\w+/=]{40,2000}"),
    _kind("ssh-key", "ssh- ecdsa- sk-", r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com) "
          r"(?P<secret>AAAA[A-Za-z0-9+/=]{20,4000}(?: [^\s@\"']{1,64}@[^\s\"']{1,100})?)"),
)  # fmt: skip


def hide_tokens(text: str, names: Pseudonyms) -> str:
    """Replace every token of a known shape."""
    for kind in KINDS:

        def hide(piece: str, kind: Kind = kind) -> str:
            return kind.regex.sub(lambda found: _hide(found, names, kind.rule), piece)

        text = on_lines(text, kind.hints, hide)
    return text


def _hide(found: re.Match[str], names: Pseudonyms, rule: str) -> str:
    inner = "secret" in found.re.groupindex
    value = found["secret"] if inner else found[0]
    return found[0].replace(value, names.secret(value, rule)) if inner else names.secret(value, rule)


# --- private keys -------------------------------------------------------------------------------------

_BEGIN: Final = re.compile(
    r"-----BEGIN (?:[A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:|-----BEGIN CERTIFICATE-----"
)
_END: Final = re.compile(r"-----END [A-Z0-9 ]{0,60}-----|Private-MAC:")
_BODY: Final = re.compile(r"[^\s\"'\\]+")
_MANY_LINES: Final = 2000  # a key whose end is missing ends here


class KeyBlocks:
    """Replaces the lines of private keys; the number of lines stays. It remembers a block that is still open."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._open = 0

    def hide(self, text: str) -> str:
        """Replace what lies between the marks of a key, in a text of whole lines."""
        if not self._open and "-----BEGIN" not in text and "PuTTY-User-Key" not in text:
            return text
        return "".join(self._line(line) for line in text.splitlines(keepends=True))

    def _line(self, line: str) -> str:
        done = []
        rest = line
        while rest:
            if self._open:
                end = _END.search(rest)
                if end is None and not _looks_inside(rest):
                    self._open = 0
                    continue
                inside = rest[: end.start()] if end else rest
                done += [self._inside(inside), end[0] if end else ""]
                rest = rest[end.end() :] if end else ""
                self._open = 0 if end or self._open >= _MANY_LINES else self._open + 1
            else:
                begin = _BEGIN.search(rest)
                if begin is None:
                    break
                done.append(rest[: begin.end()])
                rest = rest[begin.end() :]
                self._open = 1
        return "".join(done) + rest

    def _inside(self, text: str) -> str:
        return re.sub(r"(?:[^\s\"'\\]|\\[^nrt\"'])+", lambda found: self._names.secret(found[0], "private-key"), text)


def _looks_inside(line: str) -> bool:
    """Whether a line can belong to a key: no words with spaces between them, but the headers of old formats."""
    plain = line.strip().strip("\"',>|#*")
    return not plain or (
        re.fullmatch(r"[A-Za-z0-9+/=\\_. -]{0,200}|[\w-]+: .*|.*[A-Za-z0-9+/=]{30}.*", plain) is not None
        and (" " not in plain.strip() or ":" in plain or bool(re.search(r"[A-Za-z0-9+/=]{30}", plain)))
    )
