"""What is said to a clone beside questions: greetings, thanks, and who it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clonememoria.providers.words import known_language_of, words_of

MAX_BIO_CHARACTERS = 400

_GREETINGS: Mapping[str, str] = {
    "en": "hello|hi|hey|hi there|hello there|good morning|good afternoon|good evening",
    "de": "hallo|guten tag|guten morgen|guten abend|servus|moin",
    "fr": "bonjour|salut|bonsoir|coucou",
    "es": "hola|buenos días|buenas tardes|buenas noches|buenas",
    "it": "ciao|buongiorno|buonasera|salve",
    "pt": "olá|oi|bom dia|boa tarde|boa noite",
    "ru": "привет|здравствуйте|здравствуй|добрый день",
    "zh": "你好|您好",
    "ja": "こんにちは|おはようございます",
    "ar": "مرحبا|السلام عليكم",
}
_THANKS: Mapping[str, str] = {
    "en": "thanks|thank you|thanks a lot|many thanks|thank you very much|thx",
    "de": "danke|danke schön|dankeschön|vielen dank|besten dank",
    "fr": "merci|merci beaucoup",
    "es": "gracias|muchas gracias",
    "it": "grazie|grazie mille",
    "pt": "obrigado|obrigada|muito obrigado|muito obrigada",
    "ru": "спасибо|большое спасибо",
    "zh": "谢谢|谢谢你|多谢",
    "ja": "ありがとう|ありがとうございます",
    "ar": "شكرا|شكرًا",
}
_WHO_ARE_YOU = re.compile(
    r"^\W*(?:who (?:are|r) (?:you|u)|what(?:'s| is) your name|introduce yourself"
    r"|tell me (?:something )?about yourself|what (?:can|do) you do|what can i ask(?: you)?"
    r"|wer bist du"
    r"|wer sind sie|wie hei(?:ß|ss)(?:t du|en sie)|stell dich vor|was kannst du"
    r"|qui (?:es-tu|êtes-vous)"
    r"|comment (?:t'appelles-tu|vous appelez-vous)|présente-toi|quién (?:eres|es usted)"
    r"|cómo te llamas"
    r"|preséntate|chi sei|come ti chiami|presentati|quem (?:é|és) (?:você|tu)|como (?:te chamas"
    r"|você se chama)|кто (?:ты|вы)|как (?:тебя|вас) зовут|你是谁|您是谁|你叫什么(?:名字)?"
    r"|介绍一下你自己"
    r"|あなたは誰ですか|自己紹介してください|من أنت|ما اسمك)\W*$",
    re.IGNORECASE,
)

# As chat/prompt.py writes it: who, then the biography and what else describes them.
_INTRODUCED = re.compile(r"You are (?P<name>.+?)(?:, (?P<title>.*?))?\.?$", re.MULTILINE)
_DESCRIBED = re.compile(
    r"\n\n(?P<lines>.+?)\n?^Speak in the first person, as ", re.MULTILINE | re.DOTALL
)
_OTHER_LINES = re.compile(r"^(?:Credentials|Your manner of speaking): .*", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r".+?(?:[.!?…](?=\s|$)|[。！？]|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Persona:
    name: str = ""
    title: str = ""
    bio: str = ""


def persona_in(system_prompt: str) -> Persona:
    """Empty where the prompt introduces nobody; instructions of its own leave no biography."""
    who = _INTRODUCED.match(system_prompt)
    if who is None:
        return Persona()
    about = _DESCRIBED.match(system_prompt, who.end())
    bio = _OTHER_LINES.sub("", about["lines"]).strip() if about else ""
    return Persona(who["name"].strip(), (who["title"] or "").strip(), _beginning_of(bio))


def _beginning_of(bio: str) -> str:
    """Whole sentences, as many as fit."""
    said = ""
    for sentence in _SENTENCE.findall(bio):
        if len(said) + len(sentence) > MAX_BIO_CHARACTERS:
            break
        said += sentence
    return " ".join(said.split())


def asks_who(text: str) -> bool:
    return _WHO_ARE_YOU.match(text) is not None


def greeting_language(text: str, *, name: str = "") -> str:
    """Of a greeting, whoever it names; empty for anything else."""
    return _language_of_said(text, _GREETINGS, name)


def thanks_language(text: str, *, name: str = "") -> str:
    return _language_of_said(text, _THANKS, name)


def _language_of_said(text: str, phrases: Mapping[str, str], name: str) -> str:
    said = " ".join(word for word in words_of(text[:100]) if word not in words_of(name))
    found = (language for language, known in phrases.items() if said in known.split("|"))
    return next(found, "") if said else ""


def language_spoken(*texts: str) -> str:
    """Of the first text that gives it away."""
    return next(filter(None, map(known_language_of, texts)), "en")
