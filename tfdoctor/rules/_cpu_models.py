"""CPU models that lack vector instructions, by what the kernel, the firmware or a person calls them."""

import re

# The families' own documentation (Intel ARK, AMD): the vector extensions arrived with Sandy Bridge and Bulldozer (AVX),
# with Haswell and Excavator (AVX2, FMA); Pentium and Celeron got AVX with Tiger Lake and Alder Lake only (Gracemont).
_NO_AVX = re.compile(
    r"core\W*(?:\(tm\))?\W*2\b|core ?2 ?(?:duo|quad|solo|extreme)|\bcore (?:duo|solo)\b|pentium (?:4|d|iii|m"
    r"|dual)|athlon|phenom"
    r"|sempron|turion|opteron(?:\(tm\))? (?:1\d\d|2[0-4]\d|8\d\d|[1248]3\d\d|[12468]4\d\d|61\d\d|41\d\d)\b"
    r"|\bi[357](?: cpu)?[- ]*(?:[mqux]{1,2} )?(?:3[358]0|4[36]0|5[2-8]0|6[2-8]0|7[256]0|8[2-8]0|9[2-9]0)(?:[mx]"
    r"|um|lm|qm)?\b"
    r"|xeon\W*(?:\(r\))?(?: cpu)?\W*[lexw][ -]?(?:3[0-7]|5[0-7]|7[0-5])\d\d\b(?! ?v\d)"
    r"|\bw3[56]\d\d\b|atom|celeron\W*(?:\(r\))?\W*(?:cpu)?\W*(?!6\d\d\d|73\d\d|g6900)[gnj]?\d"
    r"|pentium\W*(?:\(r\))?"
    r"\W*(?:cpu|silver|gold)?\W*(?!7505|85\d\d|g7400)[gnj]?\d"
    r"|nehalem|westmere|penryn|conrow?e|merom|yorkfield|wolfdale|lynnfield|clarkdale|arrandale|goldmont"
    r"|silvermont|tremont"
    r"|jasper lake|gemini lake|apollo lake|bay trail|braswell|\bkvm64\b|\bqemu64\b|common kvm processor|qemu "
    r"virtual cpu"
    r"|\bamd (?:e[12]?|c)-\d+|\bvia (?:nano|c7)",
    re.IGNORECASE,
)
_NO_AVX2 = re.compile(
    r"\bi[357]-? ?[23]\d\d\d[a-z]{0,2}\b|\be5-?[124]6\d\d(?! ?v[3-9])(?: ?v2)?\b|\be3-?12\d\d(?: ?v2)?(?! ?v)\b"
    r"|sandy ?bridge|ivy ?bridge|bulldozer|piledriver|steamroller|\bfx\W*(?:\(tm\))?\W*-?[4689]\d\d\d\b|\ba(?:4"
    r"|6|8|10)-[3-7]\d\d\d",
    re.IGNORECASE,
)
_APPLE = re.compile(r"\bapple\b|\bm[1-5](?: (?:pro|max|ultra))?\b|apple silicon|virtualapple", re.IGNORECASE)


def lacking(model: str) -> tuple[str, ...]:
    """Return the instruction sets that a CPU of this name is known to lack; nothing where the name is not known."""
    if _NO_AVX.search(model):
        return ("avx", "avx2", "fma")
    return ("avx2", "fma") if _NO_AVX2.search(model) else ()


def is_apple(model: str) -> bool:
    """Whether a CPU is Apple's, of the ARM kind."""
    return bool(_APPLE.search(model))
