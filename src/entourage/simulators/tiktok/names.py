"""Names of invented people, in the scripts that a real room shows."""

from typing import NamedTuple


class Tongue(NamedTuple):
    """A language with how common it is in the room, and names written in its script."""

    code: str
    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]


TONGUES = (
    Tongue(
        "en",
        26,
        ("Ava", "Leo", "Harper", "Milo", "Ivy", "Owen", "Nora", "Finn", "Ruby", "Theo"),
        ("Hale", "Brook", "Stone", ""),
    ),
    Tongue(
        "de",
        24,
        ("Mara", "Jonas", "Lina", "Emil", "Jörg", "Zoë", "Björn", "Käthe", "Levin", "Grete"),
        ("Groß", "Weiß", "Müller", ""),
    ),
    Tongue("es", 9, ("Íñigo", "Lucía", "Nico", "Sofía", "Begoña", "Ángel", "Paloma"), ("Peña", "Ruiz", "")),
    Tongue("pt", 6, ("João", "Inês", "Caio", "Luíza", "Davi", "Conceição"), ("Araújo", "Leão", "")),
    Tongue("fr", 5, ("Élodie", "Noé", "Chloé", "Théo", "Maëlle", "Loïc"), ("Lefèvre", "Garçon", "")),
    Tongue("tr", 5, ("Çağla", "Emre", "Işıl", "Özgür", "Şule", "İpek"), ("Yılmaz", "Öztürk", "")),
    Tongue("pl", 4, ("Łukasz", "Zofia", "Świętosława", "Bartek", "Żaneta"), ("Wójcik", "")),
    Tongue("ar", 4, ("ليلى", "كريم", "نور", "يوسف", "مريم", "سامي"), ("الهادي", "")),
    Tongue("he", 2, ("נועה", "איתי", "תמר", "יונתן"), ("לוי", "")),
    Tongue("ru", 3, ("Аня", "Миша", "Соня", "Ваня", "Ксюша"), ("Белова", "")),
    Tongue("el", 2, ("Ελένη", "Νίκος", "Σοφία"), ("Μαύρου", "")),
    Tongue("ja", 3, ("さくら", "ハルト", "美咲", "蓮", "ゆい"), ("🌸", "")),
    Tongue("ko", 2, ("지우", "서준", "하은", "민재"), ("김", "")),
    Tongue("zh", 2, ("小雨", "思远", "梓涵", "明轩"), ("林", "")),
    Tongue("hi", 1, ("आरव", "अनन्या", "दीपक"), ("शर्मा", "")),
    Tongue("th", 1, ("น้ำฝน", "ก้อง"), ("",)),
    Tongue("vi", 1, ("Nguyệt", "Đạt", "Thảo"), ("Trần", "")),
)

DECORATIONS = ("✨", "🔥", "🦊", "👑", "💜", "🌙", "🎮", "🏳️‍🌈", "👩🏽‍🚀", "🇩🇪", "⚡️", "꧁{}꧂", "~{}~", "x{}x", "★{}★")
"""Put behind a name, or around it where there is a place for it."""

ODDITIES = (
    "🦊🦊🦊",
    "<b>Bold Move</b>",
    "Robert'); DROP TABLE viewers;--",
    '=HYPERLINK("x")',
    "\u202eesrever",
    "Z̵̛͍a̸l̷g̶o̴",
    "ＷＩＤＥ　ＬＯＡＤ",
    "A name that goes on and on until nobody reads",
    "\u200d",
    "007",
)
"""Names that have broken a page somewhere."""

HANDLES = (
    "luna",
    "mika",
    "nori",
    "rufus",
    "tilda",
    "otter",
    "pixel",
    "mango",
    "sora",
    "ember",
    "willow",
    "cosmo",
    "juno",
    "bixby",
    "piper",
    "koda",
    "marble",
    "fable",
    "rocket",
    "velvet",
    "sunny",
    "echo",
    "maple",
    "biscuit",
    "nimbus",
)

TAILS = ("", ".live", "_x", ".art", "99", "_de", ".tv", "xo", "_official", "2k", "._", "gaming", ".mp4", "lol")
