"""What a creator's settings and voice may be, said by field in words for a person. A pure rule."""

import re
from collections.abc import Mapping, Sequence

from entourage.chats import letters, schemas
from entourage.chats.guard import outgoing, traces
from entourage.chats.guard.reasons import Refusal
from entourage.chats.language import LANGUAGES
from entourage.chats.wording import PLACEHOLDERS
from entourage.kernel import placeholders

LONGEST_TEXT = 2000
LONGEST_LINE = 300
MOST_LINES = 40
MOST_EXAMPLES = 12
LONGEST_WORDING = 300
LONGEST_PHRASE = 60

_RANGES: Mapping[str, tuple[int, int, str]] = {
    "quiet_s": (6, 10, "From 6 to 10 seconds."),
    "most_in_a_row": (1, 50, "From 1 to 50 replies."),
    "least_confidence": (0, 100, "From 0 to 100 of 100."),
    "pause_s": (0, 7 * 86_400, "From no pause at all to seven days."),
    "calls_a_minute": (1, 600, "From 1 to 600 questions a minute."),
    "follow_up_h": (0, 30 * 24, "From 0 (never) to 720 hours."),
    "most_follow_ups": (1, 5, "From 1 to 5."),
    "month_micro": (0, 10**12, "From 0 to 1,000,000 a month; leave it empty for no limit."),
}
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_HANDLE = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9_.]{1,29}")
_PHRASE = re.compile(r"[^\W_]+(?:[ '’-][^\W_]+)*")
_MACHINE = (
    r"(?:ai|a\.i\.|ki|k\.i\.|ia|i\.a\.|artificial\w*|kunstlich\w*|automat\w*|\w*bots?|robot\w*"
    r"|software|programm?s?|programme|programas?|chatgpt|maschine\w*|machine\w*|maquina\w*)"
)
_SAYS_MACHINE = re.compile(rf"(?<!\w){_MACHINE}(?!\w)|(?<!\w)(?:ki|ai|ia)-")
_DENIES_MACHINE = re.compile(
    rf"(?<!\w)(?:no|not|never|without|isnt|kein\w*|nicht|nie|niemals|ohne|ningun\w*|nunca|sin)\s+(?:an?\s+|eine?\w?\s+|una?\s+|\w+\s+)?{_MACHINE}(?!\w)"
)
_REFUSED: Mapping[Refusal, str] = {
    "human": "It says that a person writes; tell that an AI helps.",
    "link": "Leave out links.",
    "email": "Leave out addresses.",
    "phone": "Leave out telephone numbers.",
    "handle": "Leave out names with an @ that are not yours.",
    "contact": "Leave out other platforms.",
    "payment": "Leave out ways to pay.",
    "price": "Leave out prices.",
}

NEVER_SENT: Mapping[Refusal, str] = {
    "empty": "There is nothing in it.",
    "shape": "It does not look like a message.",
    "prompt": "It tells of the AI's instructions.",
    "human": "It claims to be human.",
    "minor": "It is about somebody under 18.",
    "danger": "It could do harm.",
}
"""Why nobody may send a text, whoever wrote it."""


def of_settings(settings: schemas.Settings) -> dict[str, str]:
    """Say what cannot be in settings, by field (`disclosure.de` for one wording)."""
    found = {}
    for name, (least, most, sentence) in _RANGES.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            found[name] = sentence
    for name, other in (("quiet_from", settings.quiet_until), ("quiet_until", settings.quiet_from)):
        typed = getattr(settings, name)
        if typed and not _CLOCK.fullmatch(typed):
            found[name] = "A time is written like 23:30."
        elif other and not typed:
            found[name] = "Quiet hours need a beginning and an end."
    for name in ("disclosure", "honest"):
        for language, wording in getattr(settings, name).items():
            if sentence := _wording(language, wording):
                found[f"{name}.{language}"] = sentence
    found |= _notices(settings)
    if sentence := _phrases(settings.own_words):
        found["own_words"] = sentence
    return found


def of_voice(voice: schemas.Voice) -> dict[str, str]:
    """Say what cannot be in a voice, by field."""
    found = {}
    for name, most in (("name", 80), ("persona", LONGEST_TEXT), ("style", LONGEST_TEXT)):
        if len(getattr(voice, name)) > most:
            found[name] = f"At most {most:,} characters."
    for name in ("rules", "never", "about", "prices"):
        if sentence := _lines(getattr(voice, name)):
            found[name] = sentence
    if "prices" not in found and (unread := next((one for one in voice.prices if one.strip() and not traces.named(one)), None)):
        found["prices"] = f"No price can be read in “{unread[:60]}”; write it like Custom video: $50."
    if len(voice.examples) > MOST_EXAMPLES:
        found["examples"] = f"At most {MOST_EXAMPLES} examples."
    elif any(not part.strip() or len(part) > LONGEST_LINE for example in voice.examples for part in example):
        found["examples"] = f"An example has a question and an answer, each of at most {LONGEST_LINE} characters."
    if len(voice.handles) > 20 or any(not _HANDLE.fullmatch(one.strip()) for one in voice.handles):  # noqa: PLR2004
        found["handles"] = "At most twenty names, each of letters, digits, dots and underscores."
    if not 40 <= voice.longest <= 2000:  # noqa: PLR2004
        found["longest"] = "From 40 to 2,000 characters."
    return found


def _notices(settings: schemas.Settings) -> dict[str, str]:
    """Say what is wrong with the words of notices."""
    found = {}
    for occasion, notice in settings.notices.items():
        if unknown := placeholders.strange(notice.text, PLACEHOLDERS[occasion]):
            there = ", ".join(PLACEHOLDERS[occasion]) or "none here"
            found[f"notices.{occasion}"] = f"There is no {{{unknown[0]}}}; there are {there}."
        elif len(notice.text) > placeholders.LONGEST:
            found[f"notices.{occasion}"] = f"At most {placeholders.LONGEST} characters."
    return found


def _wording(language: str, wording: str) -> str:
    """Say why a wording may not tell that an AI helps."""
    if language not in LANGUAGES:
        return "There is English, German and Spanish."
    if not wording.strip():
        return ""
    if len(wording) > LONGEST_WORDING:
        return f"At most {LONGEST_WORDING} characters."
    refused = outgoing.judge(wording, outgoing.Terms(longest=LONGEST_WORDING))
    flat = letters.plain(wording)
    if "human" in refused or _DENIES_MACHINE.search(flat):
        return _REFUSED["human"]
    if not _SAYS_MACHINE.search(flat):
        return "Say it plainly: that an AI, or a program, helps with the answers."
    first = next(iter(refused), None)
    return "" if first is None else _REFUSED.get(first, f"No message may hold this: {refused[first][:60]}")


def _lines(lines: Sequence[str]) -> str:
    if len(lines) > MOST_LINES:
        return f"At most {MOST_LINES} lines."
    return f"Each line has at most {LONGEST_LINE} characters." if any(len(one) > LONGEST_LINE for one in lines) else ""


def _phrases(phrases: Sequence[str]) -> str:
    """Say what is wrong with phrases of one's own: words alone, for signs mean something to the guard."""
    if len(phrases) > MOST_LINES:
        return f"At most {MOST_LINES} phrases."
    for one in phrases:
        if len(one) > LONGEST_PHRASE or not _PHRASE.fullmatch(one.strip()):
            return f"A phrase is words alone, of at most {LONGEST_PHRASE} characters: “{one[:60]}” is not."
    return ""
