"""A draft is judged before anybody may send it: passed, or refused with reasons. A pure rule.

What fails becomes a draft that a person looks at; it is never sent silently. The tables of docs/rules/guard.md are its tests.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from entourage.chats import letters
from entourage.chats.guard import ages, english, german, meetings, phrases, spanish, traces
from entourage.chats.guard.incoming import IN_LIVES, LONGEST_SPELLED
from entourage.chats.guard.reasons import REFUSALS, Refusal
from entourage.chats.language import Language, detect
from entourage.kernel.money import Money

PLATFORM_LONGEST = 5000
SHINGLE = 7
"""So many words in a row from the instructions are a leak."""

_CLAIMS = phrases.net(english.CLAIMS, german.CLAIMS, spanish.CLAIMS)
_PROMISES = phrases.net(english.PROMISES, german.PROMISES, spanish.PROMISES, meetings.PROPOSALS)
_FREE = phrases.net(english.FREE, german.FREE, spanish.FREE)
_DANGERS = phrases.net(
    *(page[reason] for page in (english.DANGERS, german.DANGERS, spanish.DANGERS) for reason in ("threat", "self_harm", "medical"))
)
_PAYMENT = phrases.net(
    """
    (~paypal|~venmo|~cashapp|~zelle|~revolut|~moneygram|~skrill|~paysafecard|~bizum|~payoneer|~bitcoin|usdt|~klarna)
    (cash app|apple pay|google pay|western union|wire transfer|bank transfer|bank account|bank details|iban|gift card*|crypto|btc|ethereum|amazon card*|steam card*)
    (banküberweisung|überweisung|überweis*|kontonummer|bankverbindung|gutscheinkarte*|kryptowährung|krypto|in bar)
    (transferencia*|cuenta bancaria|tarjeta regalo|tarjeta de regalo|criptomoneda*|cripto|mercadopago|mercado pago|en efectivo)
    """
)
_CONTACT = phrases.net(
    """
    (~instagram|insta|~snapchat|~telegram|telegramm|~whatsapp|~discord|skype|~onlyfans|~facebook|viber|wechat|wasap|guasap|imessage|facetime|threema|fansly)
    (add|dm|message|text|find|follow|schreib mir|escríbeme|agrégame|sígueme) (me )?(on|at|auf|bei|por|en) (my )?(snap|ig|tg|kik|signal|twitter|x|reddit|tiktok|messenger)
    (my|mein|mi) (snap|ig|tg|kik|signal|number|phone number|nummer|handynummer|número|teléfono|correo|email|e mail)<end>
    (my|mein|mi) (snap|ig|tg|kik|signal|number|phone number|nummer|handynummer|número|teléfono|correo|email|e mail) (is|ist|es|lautet)
    (text|call|whatsapp|sms) me (at|on)
    (outside|off|außerhalb von|fuera de) (of )?(fanvue|this platform|the platform|dieser plattform|esta plataforma)
    """
)
_PROMPT_WORDS = phrases.net(
    """
    (system ?prompt|my instructions|my prompt|my guidelines|my programming|i was instructed to|i was told to respond|i have been instructed|as a language model|as an ai language model|my system message)
    (meine anweisungen|mein prompt|meine instruktionen|mein systemprompt|ich wurde angewiesen|als sprachmodell|als ki sprachmodell)
    (mis instrucciones|mi prompt|mensaje de sistema|mensaje del sistema|me han instruido|como modelo de lenguaje)
    i (cannot|cant|can not) (assist|help) with (that|this) request
    """
)
_SHAPE = re.compile(
    r"\{\{|\}\}|\{[a-z_ ]+\}|\[(?:your |dein |tu |fan |insert |first )?(?:name|nombre|fan|username|price|link|preis|precio|x)\]|<[a-z/|][^>]*>|<\||\|>|```|^\s*[{\[]\s*\"|^(?:assistant|system|user|fan|creator|reply|antwort|respuesta)\s*:|\bundefined\b|\bnull\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a draft may be: at most `longest` characters, in `language`, naming only `prices`; `secret` may not show in it."""

    language: Language | None = None
    longest: int = 600
    prices: frozenset[Money] = frozenset()
    handles: frozenset[str] = frozenset()
    secret: str = ""
    marks: tuple[str, ...] = ()
    own_words: tuple[str, ...] = ()
    last_replies: tuple[str, ...] = ()


def judge(draft: str, terms: Terms) -> Mapping[Refusal, str]:
    """Return every reason to refuse a draft, with what was seen; nothing when it may go out.

    What is longer than the platform takes is refused unread: to look at every letter of it would take minutes.
    """
    if len(draft) > PLATFORM_LONGEST:
        return {"too_long": f"{len(draft)} characters"}
    if not letters.clean(draft):
        return {"empty": ""}
    readings, spelled = letters.readings(draft), [run[:LONGEST_SPELLED] for run in letters.spelled(draft)[:9]]
    looks: Mapping[Refusal, Callable[[], str]] = {
        "too_long": lambda: f"{len(draft)} characters" if len(draft) > min(terms.longest, PLATFORM_LONGEST) else "",
        "shape": lambda: _first(_SHAPE, draft),
        "prompt": lambda: leaked(draft, terms.secret, terms.marks) or _PROMPT_WORDS.find(readings, spelled),
        "human": lambda: _CLAIMS.find(readings, spelled),
        "minor": lambda: ages.named(draft),
        "danger": lambda: _DANGERS.find(readings, spelled),
        "link": lambda: traces.links(draft),
        "email": lambda: traces.emails(draft),
        "phone": lambda: traces.phones(draft),
        "handle": lambda: traces.handles(draft, terms.handles),
        "contact": lambda: _CONTACT.find(readings, spelled),
        "payment": lambda: _PAYMENT.find(readings, spelled),
        "price": lambda: traces.prices(draft, terms.prices) or _FREE.find(readings),
        "meeting": lambda: _PROMISES.find([IN_LIVES.open.sub(" ", reading) for reading in readings], spelled),
        "own_words": lambda: phrases.own(*terms.own_words).find(readings) if terms.own_words else "",
        "language": lambda: _wrong_language(draft, terms.language),
        "repeated": lambda: _repeated(draft, terms.last_replies),
    }
    seen = {reason: looks[reason]() for reason in REFUSALS if reason in looks}
    return {reason: what for reason, what in seen.items() if what}


def leaked(draft: str, secret: str, marks: Collection[str] = (), shingle: int = SHINGLE) -> str:
    """Return the words of the instructions that show in a draft (seven in a row, however written), or one of the marks put into them."""
    flat = letters.plain(draft)
    if mark := next((mark for mark in marks if mark and letters.plain(mark) in flat), ""):
        return mark
    kept = _words(secret)
    known = {tuple(kept[i : i + shingle]) for i in range(len(kept) - shingle + 1)}
    for said in (re.findall(r"[a-z0-9]+", reading) for reading in letters.readings(draft)) if known else ():
        for i in range(len(said) - shingle + 1):
            if tuple(said[i : i + shingle]) in known:
                return " ".join(said[i : i + shingle])
    return ""


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[a-z0-9]+", letters.skeleton(letters.plain(text)))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _wrong_language(draft: str, wanted: Language | None) -> str:
    found = detect(draft)
    return found if wanted is not None and found is not None and found != wanted else ""


def _repeated(draft: str, last: Sequence[str]) -> str:
    words = _words(draft)
    return "the same as a reply before" if any(words == _words(one) for one in last) else ""
