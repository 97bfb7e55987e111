"""What people complain of in a title: the kinds of trouble, how other results look, and what they name."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Kind = Literal["results", "raises", "speed", "memory"]
_LONGEST: Final = 600  # characters that are read

# "No error", "without a crash", "not slow": what is denied is not complained of.
_DENIED: Final = re.compile(
    r"\b(?:no|without|isn'?t|is not|not|zero) (?:any |an? |more )?"
    r"(?:errors?|exceptions?|warnings?|messages?|crash(?:es)?|leaks?|slow(?:er)?|difference)\b"
)
# Addresses and paths, whatever words are in them: their pseudonyms have others.
_ADDRESS: Final = re.compile(r"\S{0,200}(?:@|://|\.invalid\b)\S{0,200}|(?<!\S)(?:~?/|[a-z]:\\)\S{1,200}")
_KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    "memory": re.compile(
        r"\bmemory|\bleak|\boom\b|\bv?ram\b|resource ?exhausted|内存|显存|泄[漏露]|speicher(?:leck|verbrauch)"
        r"|mémoire|\bmemoria\b|памят|メモリ"
    ),
    "speed": re.compile(
        r"\bslow|\bspeed|\bfast(?:er)?\b|\blatenc|\bthroughput|\boverhead\b|\btakes? (?:\w+ ){0,3}long|\blonger\b"
        r"|\btimes? (?:slower|longer|faster)|\b(?:training|inference|execution|build|step|epoch|load\w*) times?\b"
        r"|\bseconds? per|\btakes \d|\bhangs?\b|\bcudnn (?:kernel|implementation)\b|\bbottleneck"
        r"|\bperformance (?:issue|problem|regression|degrad|drop|loss|decrease|bug|impact|hit)"
        r"|\b(?:bad|poor|low|terrible|severe|degraded?|reduced|worse) performance\b"
        r"|慢|速度|langsam|\blent[oae]?s?\b|медленн|遅い"
    ),
    "results": re.compile(
        r"\baccura|\bloss(?:es)?\b|\bresults?\b|\bdiffer|\bdiscrepan|\binconsisten|\bdivergen|\bwrong\b|\bincorrect"
        r"|\bnan\b|\bconverg|\breproduc|\breplic|\bdetermin|\bpredictions?\b|\bnumeric|\bprecision\b|\brounding\b"
        r"|\bscores?\b|\bmetrics?\b|\b(?:f1|auc|mse|mae|cer|wer|iou)\b|\bidentical\b|\bnot the same\b|\bsame seed"
        r"|\brandom(?:ness)?\b|\bnot (?:be )?learn|\bdo(?:es)?n'?t learn|\bfails? to (?:train|learn|converge)"
        r"|\bperforms? (?:\w+ )?(?:bad|poor|worse)|\bperforming (?:\w+ )?(?:bad|poor|worse)|\bmodel performance"
        r"|\bno progress\b|\bminimi[sz]e loss|\bsemantics\b|\bvalues?\b"
        r"|\bnot work|\bdoesn'?t work|\bdo(?:es)? nothing|\bno effect|\bignor(?:e[sd]?|ing)\b|\bnot applied"
        r"|\bbehav\w{0,8} (?:\w+ )?(?:differ|chang|inconsist)|\b(?:different|changed?|previous|old) (?:\w+ )?behaviou?r"
        r"|准确率|精度|结果|不同|genauigkeit|ergebnis|précision|résultat|precisi[oó]n|resultado|точност|результат|精度"
    ),
    "raises": re.compile(
        r"\b\w*error\b|\bexceptions?\b|\bcrash|\bbreak(?:s|ing)?\b|\bbroken?\b|\bcannot\b|\bcan'?t\b|\bgone\b"
        r"|\bunable to (?!mini)|\bunsupported\b|\bnot support|\bremov(?:e[sd]?|al|ing)\b|\bdeprecat|\bmissing\b"
        r"|\bno attribute\b|\bnot found\b|\bunexpected\b|\bunrecogni[sz]ed\b|\b(?:in)?compatib|\bno longer\b"
        r"|\bdropped\b(?! (?:in|by|from|to)\b)|\bmigrat|\badapt(?:ed|ing)?\b|\bstop(?:s|ped)? working|\bnot work"
        r"|\bdoesn'?t work|\binvalid\b|\breject|\brefus"
        r"|\bfail(?:s|ed|ing|ure)?\b(?! to (?:train|learn|converge))"
        r"|\bfix(?:e[sd])? (?:\w+ ){0,3}(?:issues?|tests?|support|imports?|builds?|version)|\bupdates? for\b"
        r"|报错|错误|fehler|erreur|ошибк|エラー"
    ),
}
_SIGNS: Final = {
    "worse": re.compile(
        r"\bworse|\blow(?:er)?\b|\bbad(?:ly)?\b|\bpoor|\bdrop(?:s|ped|ping)?\b|\bdecreas|\bdegrad|\bonly \d"
        r"|\bdramatic|下降|schlechter"
    ),
    "stalls": re.compile(
        r"\bnot (?:\w+ ){0,2}(?:converg|train|learn|improv|decreas|go(?:ing)? down|progress)"
        r"|n'?t (?:converg|train|learn|improv|decreas|go down)|\bstuck\b|\bno progress\b|\bvery low\b"
        r"|\bfails? to (?:train|learn|converge)|\bunable to? ?minimi|不收敛"
    ),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a title tells: `kinds` of trouble, `signs` of other results ("worse", "stalls"), and its plain text."""

    kinds: frozenset[Kind] = frozenset()
    signs: frozenset[str] = frozenset()
    text: str = ""

    def names(self, phrase: str) -> bool:
        """Whether a word or phrase is named; "*" stands for the rest of a word, a space for anything between words."""
        return bool(self.text) and _expression(phrase).search(self.text) is not None


def read(*texts: str) -> Complaint:
    """Read a title and what else is said in few words; any language, though mostly English is understood."""
    low = " ".join(" ".join(texts).lower().replace("\u2019", "'").split())[:_LONGEST]
    said = _DENIED.sub(" ", _ADDRESS.sub(" ", low))
    kinds = frozenset(kind for kind, expression in _KINDS.items() if expression.search(said))
    signs = frozenset(sign for sign, expression in _SIGNS.items() if expression.search(said))
    return Complaint(kinds, signs, low)


@cache
def _expression(phrase: str) -> re.Pattern[str]:
    between = r"[\W_]{0,3}"
    words = (re.escape(word).replace(r"\*", r"\w{0,30}") for word in phrase.lower().split())
    return re.compile(rf"(?<![^\W_]){between.join(words)}(?![^\W_])")


_SHOWN: Final = re.compile(
    r"\bloss: (?P<loss>\d{1,6}\.\d{1,9})(?=.{0,200}?\bacc\w{0,8}: (?P<accuracy>[01]\.\d{1,9}))"
    r"(?:.{0,200}?\bval_loss: (?P<validation>\d{1,6}\.\d{1,9}))?"
)


def stalled(log: str) -> bool:
    """Whether a log shows a training that hardly moves: low accuracy, and a loss that falls by less than a tenth."""
    shown = [match for line in log.splitlines()[:2000] for match in _SHOWN.finditer(line[:600])]
    if not shown or max(float(match["accuracy"]) for match in shown) >= 0.5:
        return False
    first = float(shown[0]["loss"])
    last = shown[-1]
    end = float(last["validation"] or last["loss"])
    return (len(shown) > 1 or last["validation"] is not None) and end > 0.9 * first > 0
