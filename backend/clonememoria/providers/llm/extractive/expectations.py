"""What kind of answer a question wants, as a price or a time, and which sentences hold one."""

import re
from dataclasses import dataclass

_NUMBER_WORDS = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif"
    r"|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter"
    r"|several|none|both|zero|one(?! of)|eine?n? einzige[rn]?|zwei|drei|vier|fünf|sechs|sieben|acht"
    r"|neun|zehn|elf|zwölf|\w+zehn|\w+zig|hundert|tausend|million(?:en)?|halb\w*|viertel|deux|trois"
    r"|quatre|cinq|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante"
    r"|mille|demie?|moitié|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte"
    r"|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?|mil|millon(?:es)?"
    r"|medi[oa]|quattro|cinque|sette|otto|nove|dieci|venti|trenta|cento|dois|duas|três|quatro|sete"
    r"|oito|dez|vinte|trinta|meia|дв[ае]|тр[иёе]х?|четыре\w*|пят\w+|шест\w+|сем\w{1,2}|восем\w*"
    r"|девят\w+|десят\w+|двадцат\w+|сорок|сто|сот\w*|тысяч\w*|миллион\w*|полтор\w+|половин\w+)\b"
    r"|[一二三四五六七八九十百千万亿两半数]+(?:个|個|名|位|人|台|元|年|天|日|小时|分钟|周|月|次|层|座|种|本|件|公里|米|岁|つ|時間)"
)
_YEAR = re.compile(
    r"\b(?:in|since|from|until|by|of|around|jahre?|seit|en|depuis|desde|de|nel|dal|em|desde|с|в)"
    r"\s+(?:1[1-9]|20)\d\d\b|(?<!\d)(?:1[1-9]|20)\d\d\s*(?:年|год|г\.)|\((?:1[1-9]|20)\d\d\)",
    re.IGNORECASE,
)
_CURRENCY = (
    r"[€$£¥₽₹]|\b(?:euros?|eur|dollars?|usd|pounds?|gbp|chf|francs?|franken|yen|yuan|pesos?|reais"
    r"|rubel|rubles?|cents?|pence)\b|рубл|руб\.|евро|доллар|元|块钱|円|ユーロ|يورو|دولار|ريال|درهم"
)
_FREE = (
    r"\bfree\b|\bgratis\b|kostenlos|kostenfrei|gratuit|\bincluded\b|inbegriffen|\binclus|\binclui"
    r"|incluid[oa]|compres[oa]\b|бесплатн|免费|免費|無料|مجان"
)
_PRICE_WORDS = (
    r"\b(?:costs?|priced?|prices|fees?|charged?|charges|pays?|expensive|cheap|koste[nt]|preise?"
    r"|gebühr(?:en)?|teuer|bezahle[nt]?|zahle[nt]?|coûte(?:nt|r)?|prix|tarifs?|cher|chère|payer|paie"
    r"|cuestan?|cuesta|costar|vale[n]?|precios?|tarifas?|pagar|pagan?|costano?|prezz[oi]|cust[ao]m?"
    r"|preços?|сто[ия]т|стоимость|цен[аыу]|плат\w+)\b|价格|價格|票价|收费|费用|多少钱|値段|料金|سعر|تكلفة"
)
_TIME_WORDS = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:daily|weekly|monthly|yearly|annually"
    r"|every|noon|midnight|morning|evening|night|(?:second|minute|hour|day|week|month|year|decade"
    r"|centur)(?:s|y|ies)?|january|february|march|april|may|june|july|august|september|october"
    r"|november|december)\b|(?:mon|diens|donners|frei|sams|sonn)tags?\b|mittwochs?\b|täglich|jede[nrs]?\b"
    r"|\b(?:stunden?|minuten?|tage?|wochen?|monate?n?|jahre?n?|januar|februar|märz|mai|juni|juli"
    r"|oktober|dezember|uhr|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|heures?|jours?"
    r"|semaines?|mois|ans?|années?|lunes|martes|miércoles|jueves|viernes|sábado|domingo|horas?"
    r"|minutos?|días?|semanas?|mes(?:es)?|años?|anos?|dias?|ore|minuti|giorni|settimane|mesi|anni)\b"
    r"|понедельник|вторник|сред[аы]|четверг|пятниц|суббот|воскресень|час|минут|недел|месяц|год|лет|день"
    r"|дн[яей]|周[一二三四五六日天]|星期|礼拜|每天|每年|每月|点|小时|分钟|曜|毎日|時"
)
_LIMITS = (
    r"\b(?:not|never|no|only|must|cannot|allowed|permitted|forbidden|prohibited|banned"
    r"|required|unless|except|nicht|kein\w*|nie|niemals|nur|muss|müssen|darf|dürfen|erlaubt|verboten"
    r"|gestattet|untersagt|außer|pas|jamais|interdit\w*|permis\w*|autorisé\w*|seulement|doit|doivent"
    r"|sauf|no|nunca|prohibid\w+|permit\w+|permite\w*|solo|sólo|debe\w*|excepto|salvo|non|mai|vietat"
    r"\w+|consentit\w+|deve\w*|tranne|não|proibid\w+|apenas|не|нельзя|можно|запрещ\w+|разреш\w+"
    r"|только|кроме)\b|不|禁止|允许|可以|必须|只|除外|ません|できます|ممنوع|مسموح|يجوز|لا"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`words` only ask for it and carry no subject; without a `needed` one nothing is answered."""

    asked: re.Pattern[str]
    held: re.Pattern[str]
    words: frozenset[str]
    is_needed: bool = False
    years_count: bool = True

    def is_met_by(self, text: str) -> bool:
        return self.held.search(text if self.years_count else _YEAR.sub(" ", text)) is not None


def _expectation(
    asked: str, held: str, words: str, *, is_needed: bool = False, years_count: bool = True
) -> Expectation:
    return Expectation(
        re.compile(asked, re.IGNORECASE),
        re.compile(held, re.IGNORECASE | re.DOTALL),
        frozenset(words.split()),
        is_needed,
        years_count,
    )


PRICE = _expectation(
    r"\bhow (?:expensive|cheap)\b|\bwhat (?:do|does|did|would|will)\b.*\b(?:cost|pay|charge)\b"
    r"|\bhow much\b.*\b(?:cost|pay|charge|fee)\b"
    r"|\bwhat (?:is|are|'s) the (?:price|cost|fee|rate)s?\b"
    r"|\bwas (?:kostet|kosten)\b|\bwie (?:teuer|viel kostet|viel kosten)\b|\b(?:preis|gebühr)"
    r"|\bcombien (?:coûte|ça coûte|faut-il payer|vaut)"
    r"|\bquels? (?:est|sont) les? (?:prix|tarif)"
    r"|\bcu[aá]nto (?:cuestan?|valen?|hay que pagar|sale)\b"
    r"|\bqu[eé] precio\b|\bcu[aá]l es el precio\b"
    r"|\bquanto (?:costano?|custam?|viene|si paga)\b|\bprezzo\b|\bpreço\b|сколько сто[ия]т|\bцена\b"
    r"|多少钱|价格|票价|いくら|値段|料金|بكم|سعر",
    rf"{_FREE}|^(?=.*\d)(?=.*(?:{_CURRENCY}|{_PRICE_WORDS}))",
    """cost costs price prices fee fees charge charged charges pay pays paid rate expensive cheap
    kostet kosten preis preise gebühr gebühren teuer zahlen bezahlen coûte coûtent prix tarif tarifs
    payer cher vaut cuesta cuestan vale valen precio precios pagar costa costano prezzo prezzi custa
    custam preço preços стоит стоят стоимость цена платить 价格 票价""",
    is_needed=True,
)
COUNT = _expectation(
    r"\bhow (?:many|much)\b|\bwie ?viele?n?\b|\bcombien\b|\bcu[aá]nt[oa]s?\b|\bquant[oiae]s?\b"
    r"|сколько|多少|几[个名位台种次座层本件岁]|いくつ|何[人個本台]|كم",
    rf"\d|{_NUMBER_WORDS}|{_FREE}",
    "number amount anzahl nombre número numero количество",
    is_needed=True,
    years_count=False,
)
TIME = _expectation(
    r"\bwhen\b|\bhow (?:late|early|soon|long|often|quickly)\b"
    r"|\b(?:what|which) (?:year|time|date|day)\b"
    r"|\bwann\b|\bwie (?:lange|spät|früh|oft|schnell|bald)\b|\b(?:um wie viel|wieviel) uhr\b"
    r"|\bquand\b|\bquelle heure\b|\bcombien de temps\b|\bcu[aá]ndo\b|\bqu[eé] hora\b|\bcu[aá]nto"
    r" (?:tiempo|dura|tarda)\b|\bquando\b|\bche ora\b|\bque horas?\b|когда|как долго|как часто"
    r"|во сколько|сколько (?:времени|длится)|什么时候|几点|多久|何时|哪[天年]|多长时间"
    r"|いつ|何[年日時]|متى",
    rf"\d|{_NUMBER_WORDS}|{_TIME_WORDS}",
    """late early soon long often quickly last year time date day latest earliest spät früh lange
    oft schnell bald uhr spätestens heure temps hora tiempo dura tarda durer ora tempo
    длится долго часто времени""",
)
AGE = _expectation(
    r"\b\d+[- ]?(?:years?|yrs?)[- ]old\b|\b\d+-?jährig|\bde \d+ (?:ans|años|anos)\b"
    r"|\d+ (?:лет|года)"
    r"|\d+岁|\bhow old\b|\bwie alt\b|quel âge|qué edad|сколько лет|几岁|多大",
    r"\b(?:under|over|aged?|years?|above|below|unter|über|ab|jahre?n?|ans|años|anos|anni|лет|года)\b"
    r"|[岁歳]",
    "old year years jährig alt ans años anos anni лет",
)
LIMIT = _expectation(
    r"^\W*(?:can|may|could|should|must|do i|am i|are we|is (?:it|an?|the|my)|are|does an?|will)\b"
    r"|\b(?:darf|dürfen|kann|muss|müssen|erlaubt|verboten)\b|\b(?:peut-on|puis-je|ai-je le droit"
    r"|est-ce que|faut-il|autorisé|interdit)|\b(?:se puede|puedo|está permitid|hay que|debo)\b"
    r"|\b(?:si può|posso|è permesso|devo|pode-se|é permitido)\b|можно|нельзя|разреш|запрещ"
    r"|可以|能不能|允许|能.*吗|いいですか|てもいい|هل يمكن|هل يجوز",
    _LIMITS,
    """may might must shall take bring use get have allowed permitted forbidden prohibited okay ok
    mitbringen benutzen nehmen bringen erlaubt verboten gestattet autorisé autorisés
    autorisée autorisées interdit interdits interdite permis permitido permitida prohibido
    puedo posso permesso разрешено запрещено 允许""",
)

MEASURE = _expectation(
    r"\bhow (?:far|large|big|tall|fast|high|deep|heavy|hot)\b|\bwhat percentage\b"
    r"|\bwie (?:hoch|groß|gross|weit|schwer|tief|heiß)\b|多[高远重深]|何度",
    rf"\d|{_NUMBER_WORDS}",
    "far large big tall fast high deep heavy hot percentage hoch groß gross weit schwer tief heiß",
)
# What somebody did is told by who did it.
PERSONAL = _expectation(
    r"\b(?:did|were|have|had) you\b|\b(?:hast|hattest|warst|wurdest) du\b"
    r"|\b(?:haben|waren|wurden) sie\b"
    r"|\b(?:as-tu|es-tu|étais-tu|avez-vous|êtes-vous|étiez-vous)\b",
    r"\b(?:i|me|my|myself|we|us|our|ich|mich|mir|mein\w*|wir|uns|unser\w*|je|moi|mon|ma|mes|nous|nos"
    r"|notre)\b|\b[jm]['’]",
    "",
)

_EXPECTATIONS = (PRICE, COUNT, TIME, AGE, LIMIT, MEASURE, PERSONAL)


def expectations_of(question: str) -> tuple[Expectation, ...]:
    """In the order of how much they say about the answer."""
    return tuple(kind for kind in _EXPECTATIONS if kind.asked.search(question))
