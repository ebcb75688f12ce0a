"""What in a draft leads away from the platform or names money: links, addresses, numbers, handles, prices. A pure rule."""

import re
import unicodedata
from collections.abc import Collection

from entourage.chats.letters import clean, plain
from entourage.kernel.money import Money

_ENDINGS = (
    "com|net|org|info|biz|io|co|app|dev|link|xyz|club|shop|site|online|store|live|tv|gg|ly|ru|cn|de|es|eu|uk|fr|nl|pl|at|ch|us|me|ee|bio|vip|page|"
    "pro|cc|to|sh|fans|chat|social|world|zone|top|click|cam|sex|xxx|porn|adult|mx|ar|br|pt|it|be|ca|au|in|is|so|am|fm|la|gl|pm|ws|onion|lol|win|fun|love"
)
_WORDS_TOO = re.compile(r"^[a-z]{1,3}\.(?:me|to|it|is|in|so|at|am|be|us|la|es|de|fun|love|live|top|win)$")
_LINK = re.compile(
    r"(?:https?|hxxps?|ftp|tg)\s*:?\s*/\s*/"
    r"|\bwww\s*[.,]\s*\w"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    rf"|(?<![@\w.])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?![a-z0-9-])"
    rf"|\b[a-z0-9-]{{2,}} ?(?:\(|\[|\{{|<|-)? ?(?:dot|punkt|punto) ?(?:\)|\]|\}}|>|-)? ?(?:{_ENDINGS})(?![a-z0-9])"
    rf"|\b[a-z0-9-]{{3,}} (?:\. ?|\.  ?)(?:com|net|org|io|gg|ly|ee|xyz|app)(?![a-z0-9])"
)
_KNOWN = re.compile(
    r"\b(?:bit ?\. ?ly|t ?\. ?me|wa ?\. ?me|linktr ?\. ?ee|discord ?\. ?gg|youtu ?\. ?be|cash ?\. ?app|onlyfans|link in (?:my )?bio|link in der bio|enlace en mi (?:bio|perfil))"
)
_EMAIL = re.compile(
    r"[a-z0-9._%+-]+ ?(?:@|\(at\)|\[at\]|\(a\)| at | arroba ) ?[a-z0-9-]+ ?(?:\.|\(dot\)|\[dot\]| dot | punkt | punto ) ?[a-z]{2,}|\b[a-z0-9._-]+ ?(?:@|\(at\)|\[at\]|arroba) ?(?:gmail|gmx|web|hotmail|outlook|proton|icloud|yahoo)"
)
_PHONE = re.compile(r"(?<![\d.,])\+?\(?\d(?:[\s().\-/·*_]{0,3}\d){7,14}(?!\d)")
_DIGIT_WORDS = "zero|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
_SAID_PHONE = re.compile(rf"(?:\b(?:{_DIGIT_WORDS}|\d)\b[\s,.\-]*){{7,}}")
_HANDLE = re.compile(r"(?<![\w.])[@＠][\s]?([a-z0-9_][a-z0-9_.]{1,29})")
_NUMBER = r"\d{1,3}(?:[., ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_SIGNS = {
    "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "buck": "USD", "dolares": "USD", "dolar": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "pfund": "GBP", "quid": "GBP",
    "chf": "CHF", "franken": "CHF", "libras": "GBP", "mxn": "MXN", "pesos": "MXN", "¥": "JPY", "usdt": "USDT",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_PRICE = re.compile(rf"(?<![a-z0-9])(?:(?P<sign>{_SIGN})\s?(?P<after>{_NUMBER})|(?P<before>{_NUMBER})\s?(?P<unit>{_SIGN}))(?![a-z0-9])")
_COUNTED = (
    "one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|twenty five|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|a hundred|"
    "ein|eine|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|zwolf|funfzehn|zwanzig|dreissig|vierzig|funfzig|hundert|"
    "un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|quince|veinte|treinta|cuarenta|cincuenta|cien"
)
_PRICE_IN_WORDS = re.compile(rf"\b(?:{_COUNTED})[\s-](?:dollars?|bucks|euros?|pounds|quid|dolares|pesos|franken|pfund)\b")
_BARE = re.compile(
    rf"\b(?:(?:costs?|kostet|cuesta|cuestan|vale|valen|price is|preis ist|precio es|only|nur|solo)\s(?:just |only |you |dich |dir |nur |te |solo )?(?:{_NUMBER})(?![\d.,]*\s?(?:%|°|:|min|st|se[ck]|h\b|hours?|horas?|days?|dias?|tage?n?\b|weeks?|wochen?|semanas?|months?|monate?|mes|years?|jahre?|anos?|uhr|mal\b|times|veces|km|m\b|cm|kg|more|left|people|leute|personas|mas\b|am\b|pm\b|of\b|von\b|de\b))|(?:{_NUMBER})\s?(?:%|percent|prozent|por ciento)\s?(?:off|rabatt|de descuento|discount|weniger|menos|reduction))"
)


def _flat(text: str) -> str:
    """Return the text in small letters with full-width forms undone; signs of money and dots stay what they are."""
    return plain(unicodedata.normalize("NFKC", clean(text)).replace("\n", " "))


def links(text: str) -> str:
    """Return the first thing that looks like an address of the web, or nothing."""
    flat = _flat(text)
    if known := _KNOWN.search(flat):
        return known[0]
    return next((found[0] for found in _LINK.finditer(flat) if not _WORDS_TOO.match(found[0]) or flat[found.end() :].startswith("/")), "")


def emails(text: str) -> str:
    """Return the first thing that looks like an e-mail address, or nothing."""
    found = _EMAIL.search(_flat(text))
    return found[0] if found else ""


def phones(text: str) -> str:
    """Return the first thing that looks like a telephone number, also one in words, or nothing."""
    flat = _flat(text)
    found = _PHONE.search(flat) or _SAID_PHONE.search(flat)
    return found[0] if found else ""


def handles(text: str, own: Collection[str] = ()) -> str:
    """Return the first @name that is none of the creator's own on this platform, or nothing."""
    known = {one.lower().lstrip("@") for one in own}
    return next((found[0] for found in _HANDLE.finditer(_flat(text)) if found[1].rstrip(".") not in known), "")


def prices(text: str, known: Collection[Money] = ()) -> str:
    """Return the first price that is none of the `known` ones, or nothing; also in words, bare ("costs 20") and as a discount."""
    flat = _flat(text)
    for found in _PRICE.finditer(flat):
        amount = _minor(found["after"] or found["before"])
        if Money(amount, _SIGNS[found["sign"] or found["unit"]]) not in known:
            return found[0]
    rest = _PRICE.sub(" ", flat)
    bare = _PRICE_IN_WORDS.search(rest) or _BARE.search(rest)
    return bare[0] if bare else ""


def named(text: str) -> frozenset[Money]:
    """Return the prices that a text names with their currency, as `prices` reads them."""
    return frozenset(
        Money(_minor(found["after"] or found["before"]), _SIGNS[found["sign"] or found["unit"]]) for found in _PRICE.finditer(_flat(text))
    )


def _minor(written: str) -> int:
    """Turn "1,200.50", "1.200,50", "20" into hundredths."""
    whole, mark, cents = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", written.replace(" ", "")).groups()  # type: ignore[union-attr]
    return int(re.sub(r"[.,]", "", whole)) * 100 + (int(cents.ljust(2, "0")) if mark else 0)
