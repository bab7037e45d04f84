"""What a question is about: its weighted terms; knows nothing of the passages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clonememoria.providers.llm.extractive.expectations import (
    TIME,
    Expectation,
    expectations_of,
)
from clonememoria.providers.words import GENERIC_WORDS, STOP_WORDS, UNSPACED, stem, words_of

MAX_QUESTION_CHARACTERS = 4_000
MAX_TERMS = 40
GENERIC_WEIGHT = 0.25
EARLIER_WEIGHT = 0.6
MAX_SUBJECTS_OF_A_FOLLOW_UP = 2

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


# What comes with a topic and says nothing about it.
_TOPIC_FRAME = re.compile(
    r"\b(?:what (?:should|must|do) i (?:need to )?know|tell me (?:more )?about|what about|explain"
    r"|zum thema|was muss ich|erzähl|que faut-il savoir|parlez-moi|parle-moi|qué debo saber"
    r"|h[aá]blame|cuéntame|che cosa devo sapere|parlami|o que devo saber|fale-me)\b"
    r"|важно знать|расскажи|有哪些要点|介绍"
    r"|について教えて|에 대해 알려|ماذا ينبغي أن أعرف|حدثني عن",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A stem, or a piece of a script without spaces; `weight` is 0..1."""

    text: str
    weight: float
    is_piece: bool = False
    is_earlier: bool = False

    @property
    def is_subject(self) -> bool:
        """Whether it says what the question is about."""
        return self.weight > GENERIC_WEIGHT


@dataclass(frozen=True, slots=True)
class Question:
    language: str
    terms: tuple[Term, ...]
    expects: tuple[Expectation, ...] = ()
    asks_about_topic: bool = False

    @property
    def subjects(self) -> int:
        return sum(term.is_subject for term in self.terms)


def understand(question: str, *, language: str, earlier: str = "", name: str = "") -> Question:
    """`earlier` is the user's turn before; its terms count where this one leans on it.

    The words of `name` say who is asked and little about the subject.
    """
    question = question[:MAX_QUESTION_CHARACTERS]
    said_to = frozenset(words_of(name))
    alone = _alone(question, language, said_to)
    points_back = alone.subjects <= MAX_SUBJECTS_OF_A_FOLLOW_UP and _FOLLOWS_UP.search(question)
    if not earlier or not (points_back or not alone.subjects):
        return alone
    before = _alone(earlier[:MAX_QUESTION_CHARACTERS], language, said_to)
    known = {term.text for term in alone.terms}
    borrowed = (
        Term(term.text, term.weight * EARLIER_WEIGHT, term.is_piece, is_earlier=True)
        for term in before.terms
        if term.text not in known
    )
    terms = (*alone.terms, *borrowed)[:MAX_TERMS]
    return Question(language, terms, alone.expects or before.expects)


def _alone(text: str, language: str, said_to: frozenset[str]) -> Question:
    topic = _TOPIC_FRAME.sub(" ", text)
    asks_about_topic = topic != text
    expects = () if asks_about_topic else expectations_of(text)
    only_ask = frozenset[str]().union(*(kind.words for kind in expects))
    light = said_to | only_ask | TIME.words | GENERIC_WORDS.get(language, _NONE)
    found = {term.text: term for term in _terms(topic, language, light)}
    return Question(language, tuple(found.values())[:MAX_TERMS], expects, asks_about_topic)


def _terms(text: str, language: str, light: frozenset[str]) -> Iterator[Term]:
    stop_words = STOP_WORDS.get(language, _NONE)
    for word in words_of(text):
        if UNSPACED.match(word):
            yield from _pieces(word, light)
        elif word not in stop_words:
            root = stem(word, language)
            is_light = word in light or root in light
            yield Term(root, GENERIC_WEIGHT if is_light else 1.0)


def _pieces(run: str, light: frozenset[str]) -> Iterator[Term]:
    """Two characters each, three in Thai, between the words that only carry grammar."""
    for part in _FUNCTION_WORDS.split(run):
        size = 3 if "\u0e00" <= part[:1] <= "\u0e7f" else 2
        for start in range(max(1, len(part) - size + 1) if part else 0):
            piece = part[start : start + size]
            is_light = len(piece) < size or piece in light
            yield Term(piece, GENERIC_WEIGHT if is_light else 1.0, is_piece=True)
