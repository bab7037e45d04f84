"""The words of suggested questions: what English sentences become, and the frames of topics."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """`question` is filled with the groups of `pattern`, of which "x" is always one."""

    rank: int
    pattern: re.Pattern[str]
    question: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They point at what was said before, and a question stands alone.
PRONOUNS: Final = _words("""
    i we us it its this that these those they their them he his him she her you such former
    latter other others another same above below following here there then who whom whose which
    what as if so but not
""")

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[2-9]|1[0-9])"
# A noun phrase, as far as a pattern can say: up to five words without punctuation.
_NOUN = r"(?:The |An? |Our |Your |All )?[A-Za-z][\w'’-]*(?: [\w'’-]+){0,4}?"
_NOT_SUPERLATIVE = r"(?!inter|for|requ|con|gu|harv|w|t|b?hon|mod|rest|li)"
_FIRST = (
    r"(?:very )?(?:first|main|most \w+|least \w+|best|worst|chief|primary|only|"
    rf"{_NOT_SUPERLATIVE}\w{{2,}}est)"
)
_DONE = r"(?:founded|born|built|created|introduced|established|published|invented|opened|launched)"
_ORDERS = (
    r"(?:you|simply|just|first|go|open|click|press|run|use|select|choose|enter|type|call|send|"
    r"write|contact|visit|add|create|set|install|follow|log|sign|fill|please)"
)


def _rule(rank: int, pattern: str, question: str) -> Rule:
    return Rule(rank, re.compile(pattern), question)


# The first that matches a sentence is taken.
RULES: Final = (
    _rule(
        10,
        rf"There are (?:only |just |exactly )?(?P<n>{_NUMBER}) (?P<x>[^,;:.()]{{4,70}}?)\s*[:.,—]",
        "What are the {n} {x}?",
    ),
    _rule(
        12,
        r"There are (?:several|many|various|different|a few) (?P<x>[^,;:.()]{4,60})[:.]",
        "Which {x} are there?",
    ),
    _rule(
        11,
        rf"The (?P<n>{_NUMBER}) (?P<x>[^,;:.()]{{4,60}}?) (?P<v>are|were)\b",
        "What {v} the {n} {x}?",
    ),
    _rule(
        13,
        rf"The (?P<x>{_FIRST} [^,;:.()]{{2,40}}? (?:of|for|in|to|at) [^,;:.()]{{2,40}}?)"
        r"(?:,.{0,320},)? (?P<v>is|was)"
        r" (?:an?|the|to|this|that|\d|[A-Z])\b",
        "What {v} the {x}?",
    ),
    _rule(
        14,
        r"(?!This|That|It|Here|These|Which)[A-Z][^;:()]{2,90}? is (?:what|that which)"
        r" (?P<x>[^,;:.()]{6,60})[.,;]",
        "What is it that {x}?",
    ),
    _rule(
        15,
        rf"To (?P<x>(?!be\b|have\b|make\b|this\b|do\b|say\b)[a-z]+ [^,;:.()]{{3,55}}), {_ORDERS}\b",
        "How do I {x}?",
    ),
    _rule(
        16,
        rf"(?P<x>{_NOUN}) (?P<v>was|were) (?P<p>{_DONE})\b.*?\b(?:in|on|since)\b.*?\b\d{{4}}\b",
        "When {v} {x} {p}?",
    ),
    _rule(
        17,
        rf"(?P<x>{_NOUN}) (?P<v>is|are) (?P<p>[a-z]+(?:ed|id|nt)) within (?:\d|{_NUMBER}|an? )",
        "How soon {v} {x} {p}?",
    ),
    _rule(18, rf"(?P<x>{_NOUN}) costs (?:about |only )?(?:[€$£]|\d)", "How much does {x} cost?"),
    _rule(18, rf"(?P<x>{_NOUN}) cost (?:about |only )?(?:[€$£]|\d)", "How much do {x} cost?"),
    _rule(30, r"(?P<x>[A-Z]{2,8}) stands for ", "What does {x} stand for?"),
    _rule(
        31,
        r"(?P<x>(?:An? )?[A-Za-z][\w'’-]*(?: [\w'’-]+){0,2}) (?P<v>is|are) (?:an?|the) [^.;]{3,80}?"
        r"\b(?:that|which|for|used|where|of)\b",
        "What {v} {x}?",
    ),
)

# In English; elsewhere whatever ends in a question mark asks.
ASKING: Final = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|do|does|did|is|are|was|were|can|could|may"
    r"|must|should|will|would|has|have|am)\b",
    re.IGNORECASE,
)

# Endings that hardly any name has.
COMMON_WORD: Final = re.compile(
    r"\w{2,}(?:ings?|ments?|tions?|sions?|ness|ity|ities|ary|ables?|ous|ful|ive)", re.IGNORECASE
)

# What an English sentence is about, where nothing else says it.
SUBJECT: Final = re.compile(
    r"(?P<article>(?:The|An?|Our|Your|Every|All) )?(?P<x>[A-Za-z][\w'’-]*(?: [\w'’-]+){0,2}?)"
    r" (?:is|are|was|were|must|should|can|may|has|have) [a-z\d]"
)

# Two letters of the language -> what is asked about a word or two; "" where there is none.
FRAMES: Final[Mapping[str, str]] = {
    "en": "What should I know about {}?",
    "de": "Was muss ich zum Thema {} wissen?",
    "fr": "Que faut-il savoir sur le thème « {} » ?",
    "es": "¿Qué debo saber sobre «{}»?",
    "it": "Che cosa devo sapere sul tema «{}»?",
    "pt": "O que devo saber sobre «{}»?",
    "ru": "Что важно знать по теме «{}»?",
    "zh": "关于“{}”，有哪些要点？",
    "ja": "「{}」について教えてください。",
    "ko": "“{}”에 대해 알려 주세요.",
    "ar": "ماذا ينبغي أن أعرف عن «{}»؟",
}
QUOTING_FRAMES: Final[Mapping[str, str]] = {
    **FRAMES,
    "en": "What should I know about “{}”?",
    "de": "Was muss ich zum Thema „{}“ wissen?",
    "": "“{}”?",
}

SAY_NOTHING: Final = frozenset(
    """introduction|overview|summary|conclusion|conclusions|contents|table of contents|references
    |bibliography|appendix|license|licence|index|abstract|preface|foreword|notes|footnotes|faq
    |frequently asked questions|acknowledgements|acknowledgments|changelog|about|example|examples
    |background|context|decision|consequences|status|discussion|results|see also|links|contact
    |imprint|home|readme|further reading
    |einleitung|einführung|überblick|übersicht|zusammenfassung|fazit|inhalt|inhaltsverzeichnis
    |literatur|anhang|impressum|vorwort|beispiele|introducción|resumen|conclusión|índice|anexo
    |introduction générale|résumé|sommaire|annexe|avant-propos|introduzione|riepilogo|conclusioni
    |indice|appendice|introdução|resumo|conclusão|введение|заключение|содержание|简介|介绍|概述
    |目录|总结|はじめに|概要|目次|まとめ""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)

# A heading that begins so names something to do.
TASK_VERBS: Final = _words("""
    add apply build cancel change choose configure connect contact create delete deploy disable
    download enable export find fix get import install invite manage migrate order pay prepare
    publish remove replace report request reset return run schedule send set setup start stop
    submit test update upgrade upload use verify write
""")
UNASKABLE_STARTS: Final = _words("""
    always avoid be do don't don’t how keep let never no note only read remember see should that
    the these this try what when where which who why you your
""")
