"""What people write in a live room: harmless lines in the languages of its names, and a few that test a page."""

LINES = {
    "en": (
        "hi everyone",
        "first time here!",
        "love this song",
        "what game is this?",
        "gg",
        "hello from Leeds",
        "so good",
        "the lighting looks great today",
        "lol",
        "can you say hi to my sister?",
        "see you tomorrow",
        "wait what",
    ),
    "de": (
        "Hallo zusammen",
        "Moin!",
        "grüß Gott aus Köln",
        "schönes Licht heute",
        "haha",
        "wie lange geht's noch?",
        "Übrigens: tolle Musik",
        "endlich Feierabend",
        "servus",
        "Gute Nacht zusammen",
    ),
    "es": ("¡hola a todos!", "saludos desde Bilbao", "jajaja", "qué buena canción", "¿de dónde eres?", "buenas noches"),
    "pt": ("oi gente", "boa noite!", "kkkk", "que som é esse?", "um abraço do Porto"),
    "fr": ("salut tout le monde", "trop bien", "mdr", "ça va ?", "bonne soirée à tous"),
    "tr": ("selam", "herkese iyi akşamlar", "çok güzel", "İzmir'den selamlar"),
    "pl": ("cześć wszystkim", "świetna muzyka", "pozdrowienia z Łodzi", "dobranoc"),
    "ar": ("مساء الخير", "تحياتي من عمان", "هههه", "ما شاء الله"),
    "he": ("ערב טוב", "איזה כיף", "שלום מחיפה"),
    "ru": ("привет всем", "класс!", "спокойной ночи"),
    "el": ("καλησπέρα", "τέλειο τραγούδι"),
    "ja": ("こんばんは", "初見です", "かわいい", "おつかれさま！"),
    "ko": ("안녕하세요", "노래 좋다", "잘 자요"),
    "zh": ("大家好", "第一次来", "晚安"),
    "hi": ("नमस्ते", "बहुत बढ़िया"),
    "th": ("สวัสดีค่ะ", "เพลงเพราะมาก"),
    "vi": ("chào mọi người", "hay quá"),
}

ANYWHERE = ("😂😂😂", "🔥", "❤️❤️", "👏👏👏", "👀", "🙋🏽‍♀️", "+1", "!time", "?", "1", "🦊")

PROBES = ("<script>alert(1)</script>", "=1+1", "'; DROP TABLE chat;--", "{{7*7}}", "\u202eabc\u202c", "a" * 150, "  ")
"""Lines that are text like any other, and must come out as such."""
