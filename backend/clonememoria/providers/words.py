"""Words of a text for the offline providers: languages told apart, stop words, stems.

Enough to compare texts without a model; not a linguistic library.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

import snowballstemmer  # type: ignore[import-untyped]  # it has no stubs

UNSPACED_RANGES = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"

# Runs of scripts that are compared in pieces: Thai, Japanese, Chinese, Korean.
UNSPACED = re.compile(f"[{UNSPACED_RANGES}]+")

# Python's \\w has no vowel signs of the Indic scripts.
_LETTER = rf"(?:[^\W_{UNSPACED_RANGES}]|[\u0900-\u0dff\u064b-\u065f])"
_WORD = re.compile(rf"{UNSPACED.pattern}|\d+(?:[.,:]\d+)+|{_LETTER}+(?:'{_LETTER}+)*")
_ASCII_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[a-z0-9]+(?:'[a-z0-9]+)*")

# l'entreprise, dell'anno; the Arabic article.
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|dell|all|nell|dall|sull|un)'(?=\w{3})|^[وبك]?ال(?=\w{3})")

# What carries grammar and no subject, question words included.
STOP_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """a about after again all also am an and any are as at be because been before being
            both but by can could did do does doing don't during each else ever few for from had
            has have having he her here hers him his how i i'm if in into is isn't it it's its
            just me more most my no nor not of off on once one only or other our out over own
            please same she should so some such than that that's the their them then there these
            they this those through to too under until up us very was we were what what's when
            where which while who whom whose why will with within without would you your yours""",
        "de": """ab aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis
            bist bitte da damit dann das dass dein deine dem den denn der des die dies diese diesem
            diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas
            euch für gegen gibt hab habe haben hat hatte hier ich ihm ihn ihr ihre ihrem ihren
            im in ist ja jede jeder kann kein keine können man mein meine mich mir mit muss nach
            nicht noch nun nur ob oder ohne sehr sein seine sich sie sind so soll über um und
            uns unser unter vom von vor wann war waren warum was welche welchem welchen welcher
            welches wenn wer werden wessen wie wieder wir wird wo wohin wozu wurde wurden zu zum
            zur zwischen""",
        "fr": """à ai alors au aucun aussi autre aux avec avoir c'est ce ceci cela celle celui ces
            cet cette chez combien comme comment d'un d'une dans de des donc dont du elle elles
            en entre es est est-ce et été êtes être eux faut il ils je l la là le les leur leurs
            lui ma mais me même mes moi mon ne nos notre nous on ont ou où par pas peut plus
            pour pourquoi qu'est qu'est-ce quand que quel quelle quelles quels qui quoi s'il sa
            sans se ses si son sont sous sur ta te tes toi ton tous tout très tu un une vos
            votre vous y""",
        "es": """a al algo ante antes aquí así aunque cada como cómo con cual cuál cuales cuáles
            cuando cuándo cuanta cuánta cuanto cuánto cuántos cuántas de del desde donde dónde
            el él ella ellas ellos en entre era es esa ese eso esta está están este esto estos
            fue ha hace han hasta hay la las le les lo los más me mi mis muy ni no nos nosotros
            o para pero por porque puede que qué quien quién quienes se ser si sí sin sobre son
            su sus también te tiene todo tu tus un una unas uno unos usted y ya yo""",
        "it": """a ad agli ai al alla alle allo anche c'è che chi ci come con cosa cos'è così cui da
            dagli dai dal dalla dalle dei del dell della delle dello di dov'è dove e è ed era
            fra gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi mia mio ne negli
            nei nel nella nelle no noi non o per perché più può qual quale quali quando quanta
            quante quanti quanto quella quello questa queste questi questo se sei si sia sono su
            sua sue sul sulla suo ti tra tu tua tuo tutti tutto un una uno vi voi""",
        "pt": """a à ao aos aquela aquele as às até com como da das de dela dele do dos e é ela elas
            ele eles em entre era essa esse esta está este eu foi há isso isto já lhe lo mais
            mas me mesmo meu minha muito na não nas nem no nos nós num numa o onde os ou para
            pela pelas pelo pelos pode por porque qual quais quando quanta quanto quantos
            quantas que quê quem são se sem ser seu seus só sobre sua suas também te tem têm teu
            tu tua um uma umas uns você vocês""",
        "ru": """а без более бы был была были было быть в вам вас ваш весь во вот все всего вы где
            да для до его ее её если есть еще ещё же за здесь и из или им их к как какая какие
            какой какое каков какова кем когда кого который которая кому кто куда ли между меня
            мне много можно мой мы на над нам нас наш не него нее неё нет ни них но ну о об один
            однако он она они оно от по под после при про с свой себя сколько со так также там
            тебя то того тоже той только том ты у уже чего чем через что чтобы чье чья эта эти
            это этого этой этот я""",
        "ar": """في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا متى أين كيف لماذا كم هل
            هو هي هم نحن أنا أنت كان كانت يكون تكون أن إن أو و ثم لا لم لن قد كل بعض أي بين بعد
            قبل عند حتى إذا لكن""",
    }.items()
}

# Written so often in questions and documents of every subject that one of them alone shows nothing.
GENERIC_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """answer ask best better call case common company day describe detail different
            document example exist explain find first get give go good great happen help
            important information kind know last like list long make main many mean mention much
            name need new number offer overview part people person place point possible provide
            question really say see set show something sort start summarise summarize summary
            tell thing think time type understand use used using usual want way well word work
            world year""",
        "de": """arbeit art beispiel beste beschreibe brauche erkläre erste finde firma frage gehen
            geht gute gut hilfe jahr kommt lange macht machen mal mensch menschen möglich name
            neu neue sagen sag tag teil thema tun unternehmen fasse zusammen zusammenfassen
            zusammenfassung viel viele weiß wichtig wissen zahl zeit""",
        "fr": """aide an année bien bon chose décrire dire dis donner entreprise exemple explique
            expliquer faire fait fois grand important jour liste long meilleur moyen nom nombre
            nouveau part personne peux question résume résumé résumer savoir sorte sujet temps thème
            travail trouver type utiliser""",
        "es": """año ayuda bien bueno cosa dar decir describe dime día ejemplo empresa explica forma
            gran hacer importante lista lugar mejor modo nombre nuevo número parte persona
            pregunta puedo resume resumen resumir saber tema tiempo tipo trabajo usar uso vez""",
        "it": """aiuto anno azienda bene buono cosa dare descrivi dimmi dire esempio fare forma
            giorno grande importante lista lungo migliore modo nome numero nuovo parte persona
            posso riassumi riassunto sapere spiega tema tempo tipo usare uso volta""",
        "pt": """ajuda ano bem bom coisa dar descreva dia diga dizer empresa exemplo explique fazer
            forma grande importante lista lugar melhor modo nome novo número parte pessoa
            pergunta posso resuma resumo saber tema tempo tipo trabalho usar uso vez""",
        "ru": """время вещь вопрос год главный день дать делать другой жизнь знать имя компания
            лучший можешь название находится нужно новый объясни опиши первый пример работа
            рассказать расскажи самый сделать скажи слово способ тема тип хороший часть человек
            число""",
        "ar": "اسم أفضل جديد شركة شيء عام عدد عمل مثال نوع وقت يوم",
    }.items()
}

_SNOWBALL = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "ru": "russian",
    "ar": "arabic",
}
# ge|leer|t, ab|ge|hol|t, ge|gründ|et, ge|seh|en
_GERMAN_PARTICIPLE = re.compile(
    r"^(?P<prefix>ab|an|auf|aus|bei|ein|mit|nach|vor|weg|zu)?ge(?P<body>\w{3,})(?P<end>t|en)$"
)
_SIGNS = {"¿": "es", "¡": "es", "ñ": "es", "ß": "de", "ü": "de", "ã": "pt", "õ": "pt", "œ": "fr"}
_LATIN = ("en", "de", "fr", "es", "it", "pt")

# A script speaks for its language from this share of the letters on. One Chinese character says as
# much as several Latin letters; Japanese has few kana between its Chinese characters.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), 0.12),
    ("ko", re.compile(r"[\uac00-\ud7af]"), 0.25),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), 0.15),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.25),
    ("ar", re.compile(r"[\u0600-\u06ff]"), 0.5),
    ("ru", re.compile(r"[\u0400-\u04ff]"), 0.5),
)


class _Stemmer(Protocol):
    # snowballstemmer has no types; the name is its own.
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the name of its API


def language_of(text: str) -> str:
    """Two letters: by script, for Latin script by stop words; "en" where nothing speaks."""
    return known_language_of(text) or "en"


def known_language_of(text: str) -> str:
    """Empty where nothing speaks, as in a name or a number."""
    return _language_by_script(text) or _language_by_words(text)


def _language_by_script(text: str) -> str:
    letters = sum(map(str.isalpha, text))
    if not letters:
        return ""
    fitting = (
        lang for lang, script, share in _SCRIPTS if len(script.findall(text)) >= share * letters
    )
    return next(fitting, "")


def _language_by_words(text: str) -> str:
    # "x y z" is no French.
    words = [word for word in words_of(text) if len(word) > 1 or not word.isascii()]
    hits = Counter({lang: sum(w in STOP_WORDS[lang] for w in words) for lang in _LATIN})
    hits.update(language for sign, language in _SIGNS.items() if sign in text)
    # most_common keeps the order of ties: English is first.
    language, count = hits.most_common(1)[0]
    return language if count else ""


def words_of(text: str) -> list[str]:
    """Lower case, in order, without elided articles; a run of an unspaced script is one word."""
    if text.isascii():  # three times faster, and most texts are
        words = _ASCII_WORD.findall(text.lower())
    else:
        words = _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'"))
    return [_ELISION.sub("", w) if "'" in w or "ال" in w else w for w in words]


class _Stemmers(threading.local):
    """Each thread has its own: a stemmer keeps the word that it works on in itself."""

    def __init__(self) -> None:
        self._of: dict[str, _Stemmer] = {}

    def of(self, language: str) -> _Stemmer:
        if language not in self._of:
            self._of[language] = snowballstemmer.stemmer(_SNOWBALL.get(language, "english"))
        return self._of[language]


_STEMMERS = _Stemmers()


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    return _STEMMERS.of(language).stemWord(unprefixed(word, language))


def unprefixed(word: str, language: str) -> str:
    """A German participle without its "ge", as the verb begins; any other word as it is."""
    found = _GERMAN_PARTICIPLE.match(word) if language == "de" else None
    if found is None:
        return word
    # "gegründet" is "gründete"; "geleert" is "leeren".
    is_plain = found["end"] == "t" and not found["body"].endswith("e")
    return f"{found['prefix'] or ''}{found['body']}{'' if is_plain else found['end']}"
