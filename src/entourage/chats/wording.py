"""What is said on Discord when fan chats need somebody: occasions, the usual words, and reasons in words. A pure rule."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from entourage.kernel import placeholders

Occasion = Literal["held", "sign_in", "budget", "failed", "broadcast"]
"""A fan waits for a person; the platform wants a new sign-in; the month's budget is spent; a reply or a message to many did not go out."""

OCCASIONS: Final[tuple[Occasion, ...]] = get_args(Occasion)
PLACEHOLDERS: Final[Mapping[Occasion, tuple[str, ...]]] = {
    "held": ("fan", "reason", "message"),
    "sign_in": (),
    "budget": (),
    "failed": ("fan", "message"),
    "broadcast": (),
}
TEXTS: Final[Mapping[str, Mapping[Occasion, str]]] = {
    "en": {
        "held": "{fan} waits for you on Fanvue: {reason}.",
        "sign_in": "Fanvue no longer accepts our sign-in. Connect again in the chats: until then nothing is sent, and nothing is lost.",
        "budget": "The AI's budget of this month is used up. Fans wait for you until next month, or until you raise it in the settings.",
        "failed": "A reply to {fan} could not be sent. Look at it in the chats.",
        "broadcast": "A message to many could not be sent. Look at why among the messages to many.",
    },
    "de": {
        "held": "{fan} wartet auf Fanvue auf dich: {reason}.",
        "sign_in": "Fanvue nimmt unsere Anmeldung nicht mehr an. Verbinde dich in den Chats neu: bis dahin geht nichts hinaus, "
        "verloren geht nichts.",
        "budget": "Das Budget der KI für diesen Monat ist aufgebraucht. Fans warten bis zum nächsten Monat auf dich, "
        "oder bis du es in den Einstellungen erhöhst.",
        "failed": "Eine Antwort an {fan} konnte nicht gesendet werden. Sieh sie dir in den Chats an.",
        "broadcast": "Eine Nachricht an viele konnte nicht gesendet werden. Sieh bei den Nachrichten an viele nach, warum.",
    },
}
QUIET: Final = frozenset({"taken_over", "budget", "no_model"})
"""Reasons of which nobody is told for each fan: somebody of ours took over, or it is about the house and not about the fan."""

_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "minor": ("they may be under 18", "vielleicht unter 18"),
    "self_harm": ("they may want to hurt themselves", "will sich vielleicht etwas antun"),
    "threat": ("a threat", "eine Drohung"),
    "medical": ("a question for a doctor", "eine Frage für den Arzt"),
    "legal": ("it is about law or the police", "es geht um Recht oder Polizei"),
    "refund": ("they want money back or out", "es geht um Geld zurück oder eine Kündigung"),
    "private": ("they ask for something private", "fragt nach etwas Privatem"),
    "meeting": ("they want to meet", "möchte sich treffen"),
    "off_platform": ("they want to write or pay elsewhere", "möchte woanders schreiben oder zahlen"),
    "injection": ("they give the AI orders", "gibt der KI Befehle"),
    "real": ("they ask whether an AI writes", "fragt, ob eine KI schreibt"),
    "person": ("they ask for a person", "möchte einen Menschen sprechen"),
    "own_words": ("one of your own words", "eines deiner eigenen Wörter"),
    "language": ("a language that is not read here", "eine Sprache, die hier nicht gelesen wird"),
    "too_long": ("a very long message", "eine sehr lange Nachricht"),
    "silent": ("only a picture or a sign", "nur ein Bild oder ein Zeichen"),
    "handoff": ("the AI hands it to you", "die KI übergibt an dich"),
    "in_a_row": ("the AI has answered many times in a row", "die KI hat oft hintereinander geantwortet"),
    "vip": ("a big spender", "gibt viel aus"),
    "unreadable": ("the AI wrote nothing that can be used", "die KI hat nichts Brauchbares geschrieben"),
    "refused": ("the AI did not want to answer", "die KI wollte nicht antworten"),
}
_SOME: Final = {"en": "a fan", "de": "ein Fan"}
_SAMPLE: Final = {"en": {"fan": "Mia", "message": "can we meet tonight?"}, "de": {"fan": "Mia", "message": "können wir uns heute treffen?"}}


def spoken(language: str) -> str:
    """Return the language in which something is said: English where another one was asked for."""
    return language if language in TEXTS else "en"


def reasons(codes: Iterable[str], language: str) -> str:
    """Say in words why a fan waits for a person."""
    of = 1 if spoken(language) == "de" else 0
    return ", ".join(_REASONS.get(code, _REASONS["handoff"])[of] for code in codes)


def say(occasion: Occasion, text: str, values: Mapping[str, str], language: str) -> str:
    """Fill a template, or the usual one where it is empty; a fan without a name is "a fan"."""
    spoke = spoken(language)
    filled = {**values, "fan": values.get("fan") or _SOME[spoke]}
    return placeholders.fill(text or TEXTS[spoke][occasion], filled)


def sample(occasion: Occasion, text: str, language: str) -> str:
    """Fill a template with somebody made up."""
    spoke = spoken(language)
    return say(occasion, text, {**_SAMPLE[spoke], "reason": reasons(["meeting"], spoke)}, spoke)
