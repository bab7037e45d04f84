"""The few sentences that the dummy model says in its own words, by language."""

from collections.abc import Mapping
from dataclasses import dataclass

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Phrases:
    """`hello` and `no_knowledge` take the persona's name; `nameless` stands in for it."""

    openings: tuple[str, ...]
    hello: str
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
        nothing_found=(
            "I don't know: I looked through my documents and found nothing that answers this. "
            "Add a document about it to my knowledge and ask me again."
        ),
        no_knowledge=(
            "I am the offline dummy model speaking for {name}, and without documents I know "
            "nothing I could answer with. Add a document to my knowledge, or choose a real "
            "language model in the settings."
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
        nothing_found=(
            "Das weiß ich nicht: In meinen Dokumenten habe ich nichts gefunden, was diese Frage "
            "beantwortet. Füge meinem Wissen ein Dokument dazu hinzu und frag mich noch einmal."
        ),
        no_knowledge=(
            "Ich bin das Offline-Ersatzmodell (dummy) in der Rolle: {name}. Ohne Dokumente weiß "
            "ich nichts, womit ich antworten könnte. Füge meinem Wissen ein Dokument hinzu oder "
            "wähle in den Einstellungen ein echtes Sprachmodell."
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
        nothing_found=(
            "Je ne sais pas : je n'ai rien trouvé dans mes documents qui réponde à cette "
            "question. Ajoutez un document à ce sujet à mes connaissances, puis reposez-moi la "
            "question."
        ),
        no_knowledge=(
            "Je suis le modèle hors ligne (dummy) qui parle pour {name} ; sans documents, je ne "
            "sais rien qui me permette de répondre. Ajoutez un document à mes connaissances ou "
            "choisissez un vrai modèle de langage dans les réglages."
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
        nothing_found=(
            "No lo sé: no he encontrado en mis documentos nada que responda a esta pregunta. "
            "Añade a mi conocimiento un documento sobre ello y vuelve a preguntarme."
        ),
        no_knowledge=(
            "Soy el modelo sin conexión (dummy) que habla por {name}; sin documentos no sé nada "
            "con lo que pueda responder. Añade un documento a mi conocimiento o elige un modelo "
            "de lenguaje real en los ajustes."
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
        nothing_found=(
            "Non lo so: nei miei documenti non ho trovato nulla che risponda a questa domanda. "
            "Aggiungi alle mie conoscenze un documento sull'argomento e chiedimelo di nuovo."
        ),
        no_knowledge=(
            "Sono il modello offline (dummy) che parla per {name}; senza documenti non so nulla "
            "con cui rispondere. Aggiungi un documento alle mie conoscenze oppure scegli un "
            "vero modello linguistico nelle impostazioni."
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
        nothing_found=(
            "Não sei: não encontrei nos meus documentos nada que responda a esta pergunta. "
            "Adicione ao meu conhecimento um documento sobre o assunto e pergunte-me de novo."
        ),
        no_knowledge=(
            "Sou o modelo offline (dummy) que fala por {name}; sem documentos não sei nada com "
            "que possa responder. Adicione um documento ao meu conhecimento ou escolha um "
            "modelo de linguagem real nas configurações."
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
        nothing_found=(
            "Я этого не знаю: в моих документах нет ничего, что отвечало бы на этот вопрос. "
            "Добавьте документ на эту тему в мои знания и спросите меня снова."
        ),
        no_knowledge=(
            "Я офлайн-модель (dummy) в роли: {name}. Без документов мне нечем ответить. Добавьте "
            "документ в мои знания или выберите настоящую языковую модель в настройках."
        ),
        nameless="клон",
    ),
    "zh": Phrases(
        openings=("我的资料中这样写道：", "关于这一点，我的资料是这样说的：", "根据我的资料："),
        hello="你好，我是{name}。请问我一个资料中有答案的问题。",
        nothing_found=(
            "我不知道：我在自己的资料中没有找到能回答这个问题的内容。"
            "请在我的知识库中添加相关文档，然后再问我一次。"
        ),
        no_knowledge=(
            "我是代表{name}发言的离线模型（dummy），"
            "没有文档就没有可以用来回答的知识。请在我的知识库中添加文档，"
            "或在设置中选择真正的语言模型。"
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
        nothing_found=(
            "わかりません。私の資料の中に、この質問に答える内容は見つかりませんでした。"
            "関連する文書を私の知識に追加して、もう一度お尋ねください。"
        ),
        no_knowledge=(
            "私は{name}に代わって話すオフラインのモデル（dummy）で、文書がなければお答えできる知識がありません。"
            "私の知識に文書を追加するか、設定で本物の言語モデルを選んでください。"
        ),
        nameless="このクローン",
    ),
    "ar": Phrases(
        openings=("هذا ما تقوله مستنداتي:", "في مستنداتي جواب على ذلك:", "هذا ما يمكنني قوله:"),
        hello="مرحبًا، أنا {name}. اسألني عما تجيب عنه مستنداتي.",
        nothing_found=(
            "لا أعرف: لم أجد في مستنداتي ما يجيب عن هذا السؤال. أضف إلى معرفتي مستندًا حول هذا "
            "الموضوع ثم اسألني مرة أخرى."
        ),
        no_knowledge=(
            "أنا النموذج غير المتصل (dummy) المتحدث باسم {name}، ومن دون مستندات لا أعرف ما "
            "أجيب به. أضف مستندًا إلى معرفتي أو اختر نموذجًا لغويًا حقيقيًا في الإعدادات."
        ),
        nameless="هذه النسخة",
    ),
}


def phrases_in(language: str) -> Phrases:
    return PHRASES.get(language, PHRASES[FALLBACK])
