"""The few sentences that the dummy model says in its own words, by language."""

from collections.abc import Mapping
from dataclasses import dataclass

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Phrases:
    """`hello` and `no_knowledge` take the persona's name, `introduction` name and title.

    `nameless` stands in for a name. Readers and owners alike get these: none says what to set up.
    """

    openings: tuple[str, ...]
    hello: str
    introduction: str
    welcome: str
    nothing_found: str
    no_knowledge: str
    nameless: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        openings=(
            "Here is what I can tell you from my documents:",
            "My documents answer this:",
            "This is what I have on it:",
        ),
        hello="Hello, I am {name}. Ask me something that my documents can answer.",
        introduction="I am {who}.",
        welcome="You're welcome. Ask me anything else that my documents can answer.",
        nothing_found=(
            "I don't know: I found nothing in my documents that answers this. As an offline demo "
            "model I can only quote sentences, so other words may help."
        ),
        no_knowledge=(
            "I am the offline demo model (dummy) speaking for {name}, and nothing in the "
            "knowledge that I have at hand answers this."
        ),
        nameless="this clone",
    ),
    "de": Phrases(
        openings=(
            "Dazu steht in meinen Dokumenten:",
            "Meine Dokumente sagen dazu:",
            "Das kann ich dazu sagen:",
        ),
        hello="Hallo, hier ist {name}. Frag mich etwas, worauf meine Dokumente eine Antwort haben.",
        introduction="Ich bin {who}.",
        welcome="Gern geschehen. Frag mich, was du sonst noch wissen willst.",
        nothing_found=(
            "Das weiß ich nicht: In meinen Dokumenten habe ich nichts gefunden, was diese Frage "
            "beantwortet. Als Offline-Demomodell kann ich nur Sätze zitieren; vielleicht helfen "
            "andere Worte."
        ),
        no_knowledge=(
            "Ich bin das Offline-Demomodell (dummy) in der Rolle: {name}. In dem Wissen, das mir "
            "vorliegt, steht nichts, was diese Frage beantwortet."
        ),
        nameless="ein Klon",
    ),
    "fr": Phrases(
        openings=(
            "Voici ce que disent mes documents :",
            "Mes documents répondent à cela :",
            "Voici ce que je peux vous dire :",
        ),
        hello="Bonjour, ici {name}. Posez-moi une question dont mes documents ont la réponse.",
        introduction="Je suis {who}.",
        welcome="Je vous en prie. Posez-moi une autre question si vous voulez.",
        nothing_found=(
            "Je ne sais pas : je n'ai rien trouvé dans mes documents qui réponde à cette "
            "question. Comme modèle de démonstration hors ligne, je ne peux que citer des phrases"
            " ; d'autres mots aideront peut-être."
        ),
        no_knowledge=(
            "Je suis le modèle de démonstration hors ligne (dummy) qui parle pour {name}, et rien"
            " dans les connaissances dont je dispose ne répond à cette question."
        ),
        nameless="ce clone",
    ),
    "es": Phrases(
        openings=(
            "Esto es lo que dicen mis documentos:",
            "Mis documentos responden a esto:",
            "Esto es lo que puedo decirte:",
        ),
        hello="Hola, soy {name}. Pregúntame algo que mis documentos puedan responder.",
        introduction="Soy {who}.",
        welcome="De nada. Pregúntame lo que más quieras saber.",
        nothing_found=(
            "No lo sé: no he encontrado en mis documentos nada que responda a esta pregunta. Como"
            " modelo de demostración sin conexión solo puedo citar frases; quizá ayuden otras "
            "palabras."
        ),
        no_knowledge=(
            "Soy el modelo de demostración sin conexión (dummy) que habla por {name}, y nada en "
            "los conocimientos de que dispongo responde a esta pregunta."
        ),
        nameless="este clon",
    ),
    "it": Phrases(
        openings=(
            "Ecco che cosa dicono i miei documenti:",
            "I miei documenti rispondono così:",
            "Ecco che cosa posso dirti:",
        ),
        hello="Ciao, sono {name}. Chiedimi qualcosa a cui i miei documenti possano rispondere.",
        introduction="Sono {who}.",
        welcome="Prego. Chiedimi pure altro.",
        nothing_found=(
            "Non lo so: nei miei documenti non ho trovato nulla che risponda a questa domanda. "
            "Come modello dimostrativo offline posso solo citare frasi; forse altre parole "
            "aiutano."
        ),
        no_knowledge=(
            "Sono il modello dimostrativo offline (dummy) che parla per {name}, e nulla nelle "
            "conoscenze di cui dispongo risponde a questa domanda."
        ),
        nameless="questo clone",
    ),
    "pt": Phrases(
        openings=(
            "Eis o que dizem os meus documentos:",
            "Os meus documentos respondem a isto:",
            "Isto é o que posso dizer:",
        ),
        hello="Olá, eu sou {name}. Pergunte-me algo que os meus documentos possam responder.",
        introduction="Sou {who}.",
        welcome="De nada. Pergunte-me o que mais quiser saber.",
        nothing_found=(
            "Não sei: não encontrei nos meus documentos nada que responda a esta pergunta. Como "
            "modelo de demonstração offline, só posso citar frases; talvez outras palavras "
            "ajudem."
        ),
        no_knowledge=(
            "Sou o modelo de demonstração offline (dummy) que fala por {name}, e nada no "
            "conhecimento de que disponho responde a esta pergunta."
        ),
        nameless="este clone",
    ),
    "ru": Phrases(
        openings=(
            "Вот что говорят мои документы:",
            "В моих документах есть ответ:",
            "Вот что я могу об этом сказать:",
        ),
        hello="Здравствуйте, это {name}. Спросите меня о том, что есть в моих документах.",
        introduction="Меня зовут {who}.",
        welcome="Пожалуйста. Спрашивайте, если хотите узнать что-то ещё.",
        nothing_found=(
            "Я этого не знаю: в моих документах нет ничего, что отвечало бы на этот вопрос. Я "
            "офлайн-модель для демонстрации и могу только цитировать; возможно, помогут другие "
            "слова."
        ),
        no_knowledge=(
            "Я офлайн-модель для демонстрации (dummy) в роли: {name}. В знаниях, которые у меня "
            "есть, нет ответа на этот вопрос."
        ),
        nameless="клон",
    ),
    "zh": Phrases(
        openings=("我的资料中这样写道：", "关于这一点，我的资料是这样说的：", "根据我的资料："),
        hello="你好，我是{name}。请问我一个资料中有答案的问题。",
        introduction="我是{who}。",
        welcome="不客气。还有什么想知道的，请继续问我。",
        nothing_found=(
            "我不知道：我在自己的资料中没有找到能回答这个问题的内容。作为离线演示模型"
            "，我只能引用原文句子，换个说法也许有帮助。"
        ),
        no_knowledge=(
            "我是代表{name}发言的离线演示模型（dummy），现有的知识中没有能回答这个问题的内容。"
        ),
        nameless="这个分身",
    ),
    "ja": Phrases(
        openings=(
            "私の資料にはこうあります：",
            "私の資料によると：",
            "これについてお伝えできること：",
        ),
        hello="こんにちは、{name}です。私の資料で答えられることを聞いてください。",
        introduction="{who}です。",
        welcome="どういたしまして。ほかにも知りたいことがあれば聞いてください。",
        nothing_found=(
            "わかりません。私の資料の中に、この質問に答える内容は見つかりませんでした"
            "。オフラインのデモモデルなので文を引用することしかできません。別の言葉で"
            "聞くと見つかるかもしれません。"
        ),
        no_knowledge=(
            "私は{name}に代わって話すオフラインのデモモデル（dummy）で、手"
            "元の知識の中にこの質問に答える内容はありません。"
        ),
        nameless="このクローン",
    ),
    "ar": Phrases(
        openings=("هذا ما تقوله مستنداتي:", "في مستنداتي جواب على ذلك:", "هذا ما يمكنني قوله:"),
        hello="مرحبًا، أنا {name}. اسألني عما تجيب عنه مستنداتي.",
        introduction="أنا {who}.",
        welcome="على الرحب والسعة. اسألني عما تريد معرفته أيضًا.",
        nothing_found=(
            "لا أعرف: لم أجد في مستنداتي ما يجيب عن هذا السؤال. بصفتي نموذجًا تجريبيًا غير متصل "
            "لا أستطيع سوى اقتباس الجمل، وقد تساعد كلمات أخرى."
        ),
        no_knowledge=(
            "أنا النموذج التجريبي غير المتصل (dummy) المتحدث باسم {name}، ولا شيء في المعرفة "
            "المتاحة لي يجيب عن هذا السؤال."
        ),
        nameless="هذه النسخة",
    ),
}


def phrases_in(language: str) -> Phrases:
    return PHRASES.get(language, PHRASES[FALLBACK])
