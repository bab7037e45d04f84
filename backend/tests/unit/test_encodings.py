"""Texts in old encodings come out as they went in, from the length on that tells them apart."""

import pytest

from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.encoding import decode, encoding_of

# The first articles of human rights, and small talk.
SAMPLES = {
    "French": (
        ("cp1252",),
        (
            "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont "
            "doués de raison et de conscience et doivent agir les uns envers les autres dans "
            "un esprit de fraternité. Le remboursement est dû à la réception de la réclamation, "
            "où qu'elle ait été envoyée. L'été dernier, nous avons visité le musée près de la "
            "forê"
        ),
    ),
    "German": (
        ("cp1252",),
        (
            "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit "
            "Vernunft "
            "und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen. Die "
            "Rückgabe ist für Käufer kostenlos; Gebühren fallen höchstens einmal an. Während "
            "des Frühstücks erzählte die Großmutter von früher, als die Straßen noch ungepflas"
        ),
    ),
    "Spanish": (
        ("cp1252",),
        (
            "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados "
            "como están de razón y conciencia, deben comportarse fraternalmente los unos con "
            "los otros. El niño comió una piña mañana; ¿qué pasó después? La devolución será "
            "gratuita según la póliza. Además, el camión llegó tarde y la señora se enojó. ¡Qué "
            "lástim"
        ),
    ),
    "Portuguese": (
        ("cp1252",),
        (
            "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados "
            "de razão e de consciência, devem agir uns para com os outros em espírito de "
            "fraternidade. "
            "A devolução é gratuita até catorze dias após a recepção. As crianças não estão na "
            "escola; foram à praia com os avós. O coração da nação é a sua língua, e as c"
        ),
    ),
    "Italian": (
        ("cp1252",),
        (
            "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono "
            "dotati di ragione e di coscienza e devono agire gli uni verso gli altri in spirito "
            "di fratellanza. Il rimborso è dovuto perché la città è già stata informata. Più "
            "tardi andrò all'università e poi al caffè, però non so se Nicolò verrà. La libertà "
            "è un"
        ),
    ),
    "Swedish": (
        ("cp1252",),
        (
            "Alla människor är födda fria och lika i värde och rättigheter. De har utrustats "
            "med förnuft och samvete och bör handla gentemot varandra i en anda av gemenskap. "
            "Återbetalning sker inom fjorton dagar efter skriftligt meddelande. På våren åker "
            "vi till Åre för att åka skidor, och på sommaren badar vi i sjön. Det är också möjligt "
            "at"
        ),
    ),
    "Polish": (
        ("cp1250", "iso8859-2"),
        (
            "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. "
            "Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu "
            "braterstwa. "
            "Zwrot pieniędzy następuje w ciągu czternastu dni; świeże bułki są żółte. Jeżeli "
            "książka się nie spodoba, można ją oddać. Dziękuję za pomoc i życzę miłego dnia."
        ),
    ),
    "Czech": (
        ("cp1250", "iso8859-2"),
        (
            "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni "
            "rozumem a svědomím a mají spolu jednat v duchu bratrství. Vrácení peněz proběhne "
            "do čtrnácti dnů od písemného oznámení. Příliš žluťoučký kůň úpěl ďábelské ódy. "
            "Dědeček "
            "včera večer vyprávěl pohádku o třech prasátkách. Děkuji za vaši odpověď a přeji "
            "h"
        ),
    ),
    "Hungarian": (
        ("cp1250",),
        (
            "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, "
            "ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy "
            "viseltessenek. A visszatérítés tizennégy napon belül megtörténik. Árvíztűrő "
            "tükörfúrógép. "
            "A nagymama főzött egy jó gulyást, és mindenki örült. Köszönöm szépen a segí"
        ),
    ),
    "Turkish": (
        ("cp1254",),
        (
            "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana "
            "sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. "
            "Para iadesi on dört gün içinde yapılır. Çocuklar bahçede oynuyor, annesi şarkı "
            "söylüyor. "
            "Bugün hava çok güzel, ama yarın yağmur yağacak. Teşekkür ederim, görüşürüz."
        ),
    ),
    "Lithuanian": (
        ("cp1257",),
        (
            "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas "
            "ir sąžinė ir jie turi elgtis vienas kito atžvilgiu kaip broliai. Pinigai grąžinami "
            "per keturiolika dienų. Šiandien oras labai gražus, o rytoj lis."
        ),
    ),
    "Russian": (
        ("cp1251", "koi8-r", "cp866", "iso8859-5"),
        (
            "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены "
            "разумом и совестью и должны поступать в отношении друг друга в духе братства. Возврат "
            "средств производится в течение четырнадцати дней без комиссии. Вчера мы ходили в "
            "театр и смотрели новую пьесу. Погода была хорошая, и дети играли во дворе до сам"
        ),
    ),
    "Ukrainian": (
        ("cp1251", "koi8-u"),
        (
            "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені "
            "розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства. "
            "Повернення коштів здійснюється протягом чотирнадцяти днів. Їжак і єнот живуть у "
            "лісі. Дякую за допомогу, бажаю гарного дня."
        ),
    ),
    "Greek": (
        ("cp1253",),
        (
            "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. "
            "Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ "
            "τους με πνεύμα αδελφοσύνης. Η επιστροφή χρημάτων γίνεται εντός δεκατεσσάρων ημερών. "
            "Χθες πήγαμε στη θάλασσα και φάγαμε ψάρι."
        ),
    ),
    "Hebrew": (
        ("cp1255",),
        (
            "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, "
            "לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה. ההחזר הכספי יבוצע תוך ארבעה עשר "
            "ימים. אתמול הלכנו לים ואכלנו גלידה. מזג האוויר היה נעים מאוד."
        ),
    ),
    "Arabic": (
        ("cp1256",),
        (
            "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم "
            "أن يعامل بعضهم بعضا بروح الإخاء. يتم رد المبلغ خلال أربعة عشر يوما من تاريخ الإشعار "
            "الكتابي. ذهبنا أمس إلى البحر وأكلنا السمك. كان الطقس جميلا جدا والأطفال يلعبون."
        ),
    ),
    "Persian": (
        ("cp1256",),
        (
            "تمام افراد بشر آزاد به دنيا مي‌آيند و از لحاظ حيثيت و حقوق با هم برابرند. همه داراي "
            "عقل و وجدان مي‌باشند و بايد نسبت به يكديگر با روح برادري رفتار كنند. پول شما ظرف "
            "چهارده روز بازگردانده مي‌شود."
        ),
    ),
    "Japanese": (
        ("cp932", "euc_jp", "iso2022_jp"),
        (
            "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等であ"
            "る。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければ"
            "ならない。返金は書面による通知から十四日以内に行われます。手数料はかかりません。"
            "昨日は海へ行って魚を食べました。天気はとても良かったです。コンピューターのソフト"
            "ウェアを更新してください。"
        ),
    ),
    "Simplified Chinese": (
        ("gb18030",),
        (
            "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相"
            "对待。退款将在书面通知后十四天内支付，不收取任何费用。请保留您的收据。昨天我们去"
            "了海边，吃了很多鱼。天气非常好，孩子们在院子里玩耍。北京是中华人民共和国的首都。"
        ),
    ),
    "Traditional Chinese": (
        ("big5", "gb18030"),
        (
            "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相"
            "對待。退款將在書面通知後十四天內支付，不收取任何費用。請保留您的收據。昨天我們去"
            "了海邊，吃了很多魚。天氣非常好，孩子們在院子裡玩耍。臺北是臺灣的首都。"
        ),
    ),
    "Korean": (
        ("cp949",),
        (
            "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "
            "인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동"
            "하여야 한다. 환불은 서면 통지일로부터 십사 일 이내에 지급됩니다. 수수"
            "료는 없습니다. 어제 우리는 바다에 가서 생선을 먹었습니다."
        ),
    ),
    "Thai": (
        ("cp874",),
        (
            "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ "
            "ต่างมีเหตุผลและมโนธรรม "
            "และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ เงินจะคืนภายในสิบสี่วัน "
            "เมื่อวานเราไปทะเลและกินปลา"
        ),
    ),
    "Hindi": (
        (),
        (
            "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। "
            "शुल्क वापस नहीं होगा।"
        ),
    ),
    "Bengali": ((), "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। "),
    "Tamil": ((), "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் சமமானவர்கள். "),
    "Telugu": ((), "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు. "),
    "Malayalam": ((), "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടും ജനിച്ചവരാണ്. "),
}

# Shorter ones are recognised mostly: 99 of 100 with 25 letters, 96 with 12.
RELIABLE_CHARS = 50
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")


def cases() -> list[tuple[str, str]]:
    return [
        (language, encoding)
        for language, (encodings, _text) in SAMPLES.items()
        for encoding in (*encodings, *UNICODE)
    ]


@pytest.mark.parametrize(("language", "encoding"), cases())
@pytest.mark.parametrize("length", [RELIABLE_CHARS, 10_000])
def test_a_text_is_read_in_the_encodings_of_its_language(
    language: str, encoding: str, length: int
) -> None:
    text = (SAMPLES[language][1] * 50)[:length]
    # What the old encoding lacks was never in such a file.
    text = text.encode(encoding, errors="ignore").decode(encoding)
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        "können\näöüß\n",
        "## können\n\nkönnen\n\näöüß",
        "café",
        "Zoë",
        "It’s",
        "Straße",
        "El Niño",
        "€ 5,00 – “quoted”",
        "Größe: 5 µm, ±3 °C",
        "Müller GmbH & Co. KG, Köln",
    ],
)
def test_a_few_letters_are_taken_for_western_european(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("language", "encoding", "declared"),
    [
        ("Arabic", "cp1256", "utf-8"),
        ("Arabic", "cp1256", "iso-8859-1"),
        ("Russian", "cp1251", "iso-8859-1"),
        ("Russian", "cp1251", "koi8-r"),
        ("Russian", "koi8-r", "windows-1251"),
        ("Polish", "cp1250", "iso-8859-1"),
        ("Greek", "cp1253", "windows-1252"),
        ("Japanese", "cp932", "iso-8859-1"),
        ("Korean", "cp949", "shift_jis"),
        ("Simplified Chinese", "gb18030", "iso-8859-1"),
        ("German", "cp1252", "utf-8"),
        ("German", "cp1252", "windows-1251"),
        ("German", "utf-8", "iso-8859-1"),
        ("German", "utf-8", "utf-16"),
        ("French", "cp1252", "no-such-charset"),
        ("French", "cp1252", "base64"),
        ("French", "cp1252", "nul\0byte"),
    ],
)
def test_a_wrong_declaration_is_not_believed(language: str, encoding: str, declared: str) -> None:
    text = SAMPLES[language][1]
    assert decode(text.encode(encoding), declared) == text


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Žena", "windows-1250"),
        ("да", "koi8-r"),
        ("かな", "euc-jp"),
        ("für", "macintosh"),
        ("für", "cp850"),
        ("中文", "hz"),
        ("日本", "iso-2022-jp"),
        ("für", "utf-7"),
    ],
)
def test_a_declaration_decides_where_the_text_is_too_short_to_tell(
    text: str, declared: str
) -> None:
    assert decode(text.encode(declared), declared) == text


def test_quotes_of_windows_are_read_in_a_page_that_says_it_is_latin_1() -> None:
    data = "“Don’t” – said the café".encode("cp1252")
    for declared in ("iso-8859-1", "iso-8859-15", "us-ascii"):
        assert decode(data, declared) == "“Don’t” – said the café"


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    assert decode("Käufer und Verkäufer".encode() * 9 + b"\xff") == "Käufer und Verkäufer" * 9 + "�"


def test_a_stray_nul_does_not_make_a_text_utf_16() -> None:
    assert encoding_of(b"before\0after") == "utf-8"
    assert encoding_of(b"one\0two\0three\0" * 100) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "gb18030", "cp949"])
def test_a_sample_that_ends_within_a_character_tells_as_much(encoding: str) -> None:
    language = "Korean" if encoding == "cp949" else "Japanese"
    data = SAMPLES[language][1].encode(encoding)
    codecs = {encoding_of(data[:length]) for length in range(150, 160)}
    assert len(codecs) == 1
    assert data.decode(codecs.pop()) == SAMPLES[language][1]


def test_the_letters_that_tell_may_stand_far_behind() -> None:
    text = SAMPLES["Polish"][1]
    data = b"plain " * 50_000 + text.encode("cp1250")
    assert decode(data).endswith(text)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x80\x81\x8d" * 30, bytes(range(256)) * 4])
def test_what_fits_no_encoding_is_decoded_all_the_same(data: bytes) -> None:
    assert isinstance(decode(data), str)
    assert isinstance(parsers.parse("txt", data + b"text").text, str)
