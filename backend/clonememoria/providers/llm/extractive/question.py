"""What a question is about: its weighted terms; knows nothing of the passages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clonememoria.providers.words import (
    GENERIC_WORDS,
    STOP_WORDS,
    UNSPACED,
    language_of,
    stem,
    words_of,
)

MAX_QUESTION_CHARACTERS = 4_000
MAX_TERMS = 40
GENERIC_WEIGHT = 0.25
EARLIER_WEIGHT = 0.6
MAX_SUBJECTS_OF_A_FOLLOW_UP = 2

GREETINGS = frozenset(
    """hello|hi|hey|hi there|hello there|good morning|good evening|good afternoon|thanks|thank you
    |hallo|guten tag|guten morgen|danke|bonjour|salut|merci|hola|buenos días|gracias|ciao|buongiorno
    |grazie|olá|oi|bom dia|obrigado|obrigada|привет|здравствуйте|спасибо|你好|您好|谢谢|こんにちは
    |ありがとう|مرحبا|شكرا""".replace("\n    ", "").split("|")
)

_NONE: frozenset[str] = frozenset()
_FUNCTION_WORDS = re.compile(
    # Chinese, then Japanese, Korean, Thai: the longer ones first.
    "总结|概括|概述|介绍|一下|这份|文件|文档|讲|为什么|什么时候|请问|什么|怎么样|怎么|如何|哪里|哪个|哪些|哪儿|多少|多久|何时|可以|需要|我们|你们|他们|吗|呢|吧|的|了|是|在"
    "|和|与|谁|几|有|我|你|您|他|她|它|这|那|个|能|会|要|就|也|都|不|或|被|把|对|从|到|請問|什麼|為什麼|怎麼|嗎|個"
    "|について|でしょうか|ください|ですか|ますか|ました|である|されて|している|した|する|いる|ある|です|ます|という|から|まで|など|いつ|どこ|どれ"
    "|どの|どう|どんな|なぜ|なに|何|誰|の|は|が|を|に|で|と|も|か|れ|た|て"
    "|무엇|어디|언제|누구|어떻게|얼마|입니까|인가요|있나요|하나요|습니까|에서|에게|으로"
    "|เมื่อไหร่|อย่างไร|เท่าไหร่|เท่าไร|อะไร|ทำไม|ที่ไหน|ที่|และ|คือ|ของ|เป็น|ได้|ไหม|ใคร|กี่|ให้|จะ|หรือ|ไม่|ว่า|กับ|นี้|นั้น|ใน|มี"
)
_FOLLOWS_UP = re.compile(
    r"^\s*(?:and|but|what about|how about|und|aber|et|mais|y|pero|e|ma|mas|а|и|那|では|それ)\b"
    r"|\b(?:it|its|that|this|they|them|these|those|one|ones|he|she|his|her|es|davon|dazu|das|cela"
    r"|eso|esto|isso|это|он|она)\b",
    re.IGNORECASE,
)
_WANTS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|often|far|large|big|tall|fast|high)\b|\bwhen\b"
    r"|\bwhat (?:year|time|date|price|percentage|number)\b"
    r"|\bwie (?:viele?|lange|oft|alt|hoch|gross|groß|weit)\b|\bwann\b"
    r"|\bcombien\b|\bquand\b"
    r"|\bcu[aá]nt[oa]s?\b|\bcu[aá]ndo\b|\bquant[oiae]s?\b|\bquando\b|сколько|когда"
    r"|多少|几|何时|多久|什么时候|いくつ|いつ|何年|何日|何人|كم|متى",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A stem, or a piece of a script without spaces; `weight` is 0..1."""

    text: str
    weight: float
    is_piece: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    language: str
    terms: tuple[Term, ...]
    wants_number: bool

    @property
    def subjects(self) -> int:
        """How many of its terms say what it is about."""
        return sum(term.weight > GENERIC_WEIGHT for term in self.terms)


def understand(question: str, *, earlier: str = "", name: str = "") -> Question:
    """`earlier` is the user's turn before; its terms count where this one leans on it.

    The words of `name` say who is asked and little about the subject.
    """
    question = question[:MAX_QUESTION_CHARACTERS]
    language = language_of(question)
    light = frozenset(words_of(name)) | GENERIC_WORDS.get(language, _NONE)
    found = {term.text: term for term in _terms(question, language, light)}
    subjects = sum(term.weight > GENERIC_WEIGHT for term in found.values())
    points_back = subjects <= MAX_SUBJECTS_OF_A_FOLLOW_UP and _FOLLOWS_UP.search(question)
    if earlier and (points_back or not subjects) and not is_greeting(question, name=name):
        for term in _terms(earlier[:MAX_QUESTION_CHARACTERS], language_of(earlier), light):
            weight = term.weight * EARLIER_WEIGHT
            found.setdefault(term.text, Term(term.text, weight, term.is_piece))
    return Question(
        language, tuple(found.values())[:MAX_TERMS], bool(_WANTS_NUMBER.search(question))
    )


def is_greeting(text: str, *, name: str = "") -> bool:
    said = [word for word in words_of(text[:100]) if word not in words_of(name)]
    return " ".join(said) in GREETINGS


def _terms(text: str, language: str, light: frozenset[str]) -> Iterator[Term]:
    stop_words = STOP_WORDS.get(language, _NONE)
    for word in words_of(text):
        if UNSPACED.match(word):
            yield from _pieces(word)
        elif word not in stop_words:
            yield Term(stem(word, language), GENERIC_WEIGHT if word in light else 1.0)


def _pieces(run: str) -> Iterator[Term]:
    """Two characters each, three in Thai, between the words that only carry grammar."""
    for part in _FUNCTION_WORDS.split(run):
        size = 3 if "\u0e00" <= part[:1] <= "\u0e7f" else 2
        for start in range(max(1, len(part) - size + 1) if part else 0):
            piece = part[start : start + size]
            yield Term(piece, 1.0 if len(piece) == size else GENERIC_WEIGHT, is_piece=True)
