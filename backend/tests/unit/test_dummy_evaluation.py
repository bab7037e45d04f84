"""Questions as people put them, with what the dummy model has to answer to each."""

import re

import pytest

from clonememoria.providers.llm.base import ChatMessage
from clonememoria.providers.llm.extractive.answer import answer
from clonememoria.providers.llm.passages import PromptPassage, render_passages

POOL = """# Hillside Swimming Pool

## Opening hours

| Day | Opens | Closes |
|---|---|---|
| Monday | 06:30 | 21:00 |
| Thursday | closed | closed |
| Sunday | 10:00 | 18:00 |

## Admission

- Adult: 6 pounds
- Family: 15 pounds
- Hot stone sauna: 11 pounds, plus 4 pounds for a towel

## Courses

Please sign off at least two days before the course. Anyone who signs off later pays 20 pounds.
Members over 70 never pay for it.

## People

Helen Marsh opened the pool in 1998. She swam for Wales and coaches the juniors. Victor Adeyemi is
the lifeguard; he speaks Yoruba and Portuguese.

## Rules

Shower before you swim. Glass bottles are forbidden, plastic is not. Wait 45 minutes after a heavy
meal. Lockers are emptied every night.
"""

KITCHEN = """# Notes on Cooking: Bread

## Of patience with the dough

A baker who hurries his dough will have a heavy loaf for it. It is rarely the oven which spoils the
bread, but the impatience of the cook. I have often been surprised at how few bakers wait.

## Salt

Salt is what every beginner forgets. The effect of salt upon the crust has hardly been noticed.
"""

LIBRARY = """# Stadtbibliothek Auental

## Benutzung

Der Ausweis kostet 18 Euro im Jahr, für Kinder ist er kostenlos. Bücher dürfen vier Wochen lang
behalten werden. Essen ist im Lesesaal nicht erlaubt, Wasser schon.

## Rückgabe

Der Kasten am Eingang wird montags geleert, der am Bahnhof jeden dritten Samstag.

## Räume

Die Kühlung läuft vom 1. Juni bis zum 15. September. Bei einem Ausfall des Lichts rufen Sie den
Hausdienst der Firma Brandt an: 0341 224466. Die Leiterin heißt Karin Vogt.
"""

MUSEUM = """# Museo del Vidrio

El museo abre de martes a domingo, de 10:00 a 19:00. La entrada general vale 8 euros y los menores
de 12 años entran gratis. La visita guiada dura noventa minutos.

No se permite comer en las salas. El director del museo se llama Andrés Molina. El museo guarda
340 piezas de vidrio soplado.
"""

CAMPSITE = """# Camping des Pins

## Tarifs

- Emplacement de tente : 14 euros
- Caravane : 22 euros

## Règlement

Les chiens sont interdits sur la plage. La piscine ferme à 20 h. Le camping a été fondé par Luc
Garnier en 1974. L'arrivée est possible à partir de 15 h.
"""

WORKSHOP = """# 云溪陶艺馆手册

陶艺馆成立于1995年，位于河边的老厂房。馆内有18台拉坯机。

素烧的温度是900度，烧制时间为八小时。釉烧需要1280度。

体验课每人120元，五岁以下儿童免费。陶艺馆每周二休息。馆长是林雅文女士。不允许自带宠物。
"""

OBSERVATORY = """# Обсерватория «Север»

Обсерватория открыта в 1961 году. Билет стоит 450 рублей, дети до семи лет проходят бесплатно.
Экскурсия длится полтора часа. Выходной день — понедельник.

Фотографировать со вспышкой запрещено. Директора зовут Ольга Климова. Главный телескоп весит
12 тонн.
"""

OTHER = "The tower of Ravensholm is made of grey stone. Twelve monks built the tower in 1312."

UNKNOWN = re.compile(
    "I don't know|weiß ich nicht|No lo sé|Je ne sais pas|我不知道|Я этого не знаю|Non lo so|Não sei"
)


def ask(document: str, *questions: str) -> str:
    passages = [
        PromptPassage(1, "Handbook", None, document),
        PromptPassage(2, "Tower", None, OTHER),
    ]
    system = ChatMessage("system", "You are Ada Stone, Guide.\n\n" + render_passages(passages))
    return answer([system, *(ChatMessage("user", question) for question in questions)])


ANSWERED = [
    # Numbers, prices, times.
    (POOL, "When does the pool open on Sunday?", "10:00"),
    (POOL, "Until when are you open on Mondays?", "21:00"),
    (POOL, "Are you open on Thursdays?", "closed"),
    (POOL, "What does a family pay?", "15 pounds"),
    (POOL, "What does the sauna cost?", "11 pounds"),
    (POOL, "What is the price for an adult?", "6 pounds"),
    (POOL, "How expensive is a towel?", "4 pounds"),
    (POOL, "How late can I sign off?", "two days before"),
    (POOL, "How long do I have to wait after a meal?", "45 minutes"),
    (POOL, "How much is the fee for signing off late?", "20 pounds"),
    (POOL, "When are the lockers emptied?", "every night"),
    (POOL, "When did the pool open for the first time?", "1998"),
    # People and permissions.
    (POOL, "Who opened the pool?", "Helen Marsh"),
    (POOL, "Which languages does the lifeguard speak?", "Yoruba"),
    (POOL, "Can I bring a glass to the edge of the water?", "forbidden"),
    (POOL, "Does a 75-year-old pay when signing off late?", "over 70"),
    (POOL, "Should I shower?", "Shower before you swim"),
    # Topics.
    (POOL, "What should I know about rules?", "Shower before you swim"),
    (POOL, "What should I know about admission?", "6 pounds"),
    (POOL, "Tell me about the courses", "two days before"),
    (KITCHEN, "What should I know about salt?", "forgets"),
    (KITCHEN, "What spoils the bread?", "impatience"),
    (KITCHEN, "Why is a loaf heavy?", "hurries his dough"),
    # German.
    (LIBRARY, "Wann wird der Kasten am Eingang geleert?", "montags"),
    (LIBRARY, "Wann wird der Kasten am Bahnhof geleert?", "Samstag"),
    (LIBRARY, "Ab wann wird gekühlt?", "1. Juni"),
    (LIBRARY, "Was kostet der Ausweis?", "18 Euro"),
    (LIBRARY, "Wie teuer ist ein Ausweis?", "18 Euro"),
    (LIBRARY, "Wie lange darf ich ein Buch behalten?", "vier Wochen"),
    (LIBRARY, "Darf ich im Lesesaal essen?", "nicht erlaubt"),
    (LIBRARY, "Wen rufe ich an, wenn das Licht ausfällt?", "0341 224466"),
    (LIBRARY, "Wie heißt die Leiterin?", "Karin Vogt"),
    (LIBRARY, "Was muss ich zum Thema Rückgabe wissen?", "montags"),
    # Spanish, French.
    (MUSEUM, "¿Cuánto cuesta la entrada?", "8 euros"),
    (MUSEUM, "¿A qué hora abre el museo?", "10:00"),
    (MUSEUM, "¿Se puede comer en las salas?", "No se permite"),
    (MUSEUM, "¿Cómo se llama el director?", "Andrés Molina"),
    (MUSEUM, "¿Cuántas piezas tiene el museo?", "340"),
    (MUSEUM, "¿Cuánto dura la visita?", "noventa minutos"),
    (CAMPSITE, "Combien coûte une caravane ?", "22 euros"),
    (CAMPSITE, "Quel est le prix d'une tente ?", "14 euros"),
    (CAMPSITE, "Est-ce que les chiens sont autorisés ?", "interdits"),
    (CAMPSITE, "Qui a fondé le camping ?", "Luc Garnier"),
    (CAMPSITE, "À quelle heure ferme la piscine ?", "20 h"),
    # Chinese, Russian.
    (WORKSHOP, "素烧用多少度？", "900"),
    (WORKSHOP, "体验课多少钱？", "120元"),
    (WORKSHOP, "陶艺馆哪天休息？", "周二"),
    (WORKSHOP, "馆长是谁？", "林雅文"),
    (WORKSHOP, "有多少台拉坯机？", "18台"),
    (WORKSHOP, "可以带宠物吗？", "不允许"),
    (OBSERVATORY, "Сколько стоит билет?", "450 рублей"),
    (OBSERVATORY, "Когда открыли обсерваторию?", "1961"),
    (OBSERVATORY, "Можно ли фотографировать?", "запрещено"),
    (OBSERVATORY, "Как зовут директора?", "Климова"),
    (OBSERVATORY, "Сколько весит телескоп?", "12 тонн"),
    (OBSERVATORY, "Сколько длится экскурсия?", "полтора часа"),
]

UNANSWERED = [
    (POOL, "Do you have a water slide for toddlers?"),
    (POOL, "What is the capital of France?"),
    (POOL, "How many lifeguards does the pool have?"),
    (POOL, "How much is a season ticket?"),
    (POOL, "Where did the lifeguard study medicine?"),
    (KITCHEN, "Where did you study baking?"),
    (KITCHEN, "How many loaves did you bake in Vienna?"),
    (KITCHEN, "When were you born?"),
    (KITCHEN, "What is your favourite colour?"),
    (LIBRARY, "Wie viele Parkplätze gibt es?"),
    (LIBRARY, "Wer war Napoleon?"),
    (LIBRARY, "Was kostet ein Kaffee?"),
    (MUSEUM, "¿Hay aparcamiento?"),
    (MUSEUM, "¿Cuál es la capital de Francia?"),
    (MUSEUM, "¿Cuántos empleados tiene el museo?"),
    (CAMPSITE, "Combien coûte la location de vélos ?"),
    (WORKSHOP, "陶艺馆有多少员工？"),
    (WORKSHOP, "附近有地铁站吗？"),
    (OBSERVATORY, "Где находится ближайшая гостиница?"),
    (OBSERVATORY, "Сколько сотрудников в обсерватории?"),
]

FOLLOWED_UP = [
    (POOL, "What does an adult pay?", "And a family?", "15 pounds", "Adult"),
    (POOL, "How much is the sauna?", "And for an adult?", "6 pounds", "sauna"),
    (POOL, "When do you open on Monday?", "And on Sunday?", "10:00", "06:30"),
    (POOL, "Who is Victor Adeyemi?", "Which languages does he speak?", "Yoruba", "Wales"),
    (LIBRARY, "Was kostet der Ausweis?", "Und für Kinder?", "kostenlos", "Kasten"),
    (CAMPSITE, "Combien coûte une caravane ?", "Et une tente ?", "14 euros", "Caravane"),
    (MUSEUM, "¿Cuánto cuesta la entrada?", "¿Y para los menores?", "gratis", "piezas"),
    (WORKSHOP, "素烧的温度是多少？", "那釉烧呢？", "1280", "900"),
    (OBSERVATORY, "Сколько стоит билет?", "А для детей?", "бесплатно", "тонн"),
]


@pytest.mark.parametrize(("document", "question", "expected"), ANSWERED)
def test_a_question_is_answered(document: str, question: str, expected: str) -> None:
    reply = ask(document, question)

    assert expected in reply
    assert "[2]" not in reply


@pytest.mark.parametrize(("document", "question"), UNANSWERED)
def test_what_the_text_does_not_say_is_not_known(document: str, question: str) -> None:
    assert UNKNOWN.search(ask(document, question))


@pytest.mark.parametrize(("document", "before", "question", "expected", "unwanted"), FOLLOWED_UP)
def test_a_follow_up_is_about_its_own_subject(
    document: str, before: str, question: str, expected: str, unwanted: str
) -> None:
    reply = ask(document, before, question)

    assert expected in reply
    assert unwanted not in reply


@pytest.mark.parametrize(
    ("question", "expected", "unwanted"),
    [
        ("When does the pool open on Sunday?", "10:00", "1998"),
        ("What is the price for an adult?", "6 pounds", "15 pounds"),
        ("Who opened the pool?", "Helen Marsh", "Monday"),
    ],
)
def test_an_answer_brings_nothing_that_was_not_asked(
    question: str, expected: str, unwanted: str
) -> None:
    reply = ask(POOL, question)

    assert expected in reply
    assert unwanted not in reply
