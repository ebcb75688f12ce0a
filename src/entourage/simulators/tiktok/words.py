"""What the panel says, in German beside the English of the page and of the stage."""

import re
from typing import Final

_BLANK = re.compile(r"\{(\w+)\}")

GERMAN: Final[dict[str, str]] = {
    "TikTok simulator": "TikTok-Simulator",
    "listening": "hören zu",
    "watching": "schauen zu",
    "evening": "Abend",
    "live": "live",
    "paused": "pausiert",
    "ended": "beendet",
    "offline": "offline",
    "none": "keiner",
    "ready": "bereit",
    "playing": "läuft",
    "held": "angehalten",
    "waiting": "wartet",
    "done": "vorbei",
    "Stream": "Stream",
    "Go live": "Live gehen",
    "Begin an evening": "Einen Abend beginnen",
    "Seed": "Startzahl",
    "Pause": "Pausieren",
    "Come back": "Zurückkommen",
    "End stream": "Stream beenden",
    "Vanish, no end frame": "Verschwinden, ohne Ende",
    "Evening": "Abend",
    "Hold": "Anhalten",
    "Go on": "Weiter",
    "People": "Leute",
    "Line": "Text",
    "anything, or leave it empty": "irgendwas, oder leer lassen",
    "Chat": "Chat",
    "Like ×15": "Like ×15",
    "Follow": "Folgen",
    "Share": "Teilen",
    "Subscribe": "Abonnieren",
    "Rename someone": "Jemanden umbenennen",
    "Join": "Reinkommen",
    "Raid of 50": "Ansturm von 50",
    "Gifts": "Geschenke",
    "Gift": "Geschenk",
    "Pieces": "Stück",
    "Streak 1-2-3": "Serie 1-2-3",
    "Streak without an end": "Serie ohne Ende",
    "The line": "Die Leitung",
    "Drop connection": "Verbindung kappen",
    "Gap of 10 s": "Lücke von 10 s",
    "Gap of 1 min": "Lücke von 1 min",
    "Go silent": "Verstummen",
    "Close 1000": "Schließen 1000",
    "Close 1011": "Schließen 1011",
    "Last 20 again": "Letzte 20 noch einmal",
    "Last one again": "Letzte noch einmal",
    "Garbage frame": "Müll senden",
    "Broken payload": "Kaputter Inhalt",
    "Unknown message": "Unbekannte Nachricht",
    "A gap is what you are not told: the banner on": "Eine Lücke ist, was dir niemand sagt: der Hinweis auf",
    "Tonight": "Heute Abend",
    ", then a line in the": ", danach eine Zeile im",
    "ledger of gaps": "Lückenbuch",
    "The doors": "Die Türen",
    "For": "Für",
    "Mend everything": "Alles reparieren",
    "Sign: too many (429)": "Signatur: zu viele (429)",
    "Sign: key refused (401)": "Signatur: Schlüssel abgelehnt (401)",
    "Sign: not allowed (403)": "Signatur: nicht erlaubt (403)",
    "Sign: broken (500)": "Signatur: kaputt (500)",
    "Page not found": "Seite nicht gefunden",
    "Page for robots": "Seite für Roboter",
    "Refuse the socket": "Websocket ablehnen",
    "Seen": "Gesehen",
    "Log": "Protokoll",
    "no answer": "keine Antwort",
    "refused": "abgelehnt",
    "pages": "Seiten",
    "api calls": "API-Aufrufe",
    "alive checks": "Live-Prüfungen",
    "signs": "Signaturen",
    "signs refused": "Signaturen abgelehnt",
    "handshakes refused": "Handschläge abgelehnt",
    "connects": "Verbindungen",
    "entered": "eingetreten",
    "heartbeats": "Lebenszeichen",
    "acks": "Bestätigungen",
    "odd frames": "seltsame Rahmen",
    "frames": "Rahmen",
    "messages": "Nachrichten",
    "history messages": "Nachrichten von vorher",
    "not found": "nicht gefunden",
    "sign": "Signatur",
    "page": "Seite",
    "socket": "Websocket",
    # What the stage says.
    "{who}: chat": "{who}: Chat",
    "{who}: like": "{who}: Like",
    "{who}: follow": "{who}: folgt",
    "{who}: share": "{who}: teilt",
    "{who}: subscribe": "{who}: abonniert",
    "{who}: join": "{who}: kommt rein",
    "{who} gave {gift} ({coins} coins)": "{who} schenkt {gift} ({coins} Münzen)",
    "{who} gave {gift} ({coins} coins), and the end frame never came": "{who} schenkt {gift} ({coins} Münzen), und das Ende kam nie",
    "{number} people came in at once": "{number} Leute kamen auf einmal herein",
    "{who} is now {other}": "{who} heißt jetzt {other}",
    "There is no gift called “{gift}”.": "Ein Geschenk „{gift}“ gibt es nicht.",
    "{number} messages sent again": "{number} Nachrichten noch einmal gesendet",
    "{number} connections dropped without a goodbye": "{number} Verbindungen ohne Abschied gekappt",
    "{number} connections closed": "{number} Verbindungen geschlossen",
    "{number} connections went silent": "{number} Verbindungen verstummt",
    "{number} connections dropped; nobody can come back for {seconds} s, and the stream goes on": (
        "{number} Verbindungen gekappt; {seconds} s lang kommt niemand zurück, und der Stream geht weiter"
    ),
    "live in room {room}": "live in Raum {room}",
    "{host} is live already. End the stream first.": "{host} ist schon live. Beende zuerst den Stream.",
    "an evening of {number} minutes begins, with seed {seed}": "ein Abend von {number} Minuten beginnt, mit Startzahl {seed}",
    "No evening is playing.": "Es läuft kein Abend.",
    "the evening stands still": "der Abend steht still",
    "the evening goes on": "der Abend geht weiter",
    "speed ×{speed}": "Tempo ×{speed}",
    "for {seconds} s, the sign server refuses ({status})": "{seconds} s lang lehnt der Signaturdienst ab ({status})",
    "for {seconds} s, the live page is not the one that was asked for ({status})": (
        "{seconds} s lang ist die Live-Seite nicht die gewünschte ({status})"
    ),
    "for {seconds} s, the websocket refuses its handshake ({status})": "{seconds} s lang lehnt der Websocket den Handschlag ab ({status})",
    "everything works again": "alles geht wieder",
    "the creator paused the stream": "der Stream ist pausiert",
    "the creator is back": "der Stream geht weiter",
    "the stream is over; connections close in a moment": "der Stream ist vorbei; die Verbindungen schließen gleich",
    "the stream is gone, and nobody said so": "der Stream ist weg, und niemand hat es gesagt",
    "bytes that are no frame were sent": "Bytes gesendet, die kein Rahmen sind",
    "a message that cannot be decoded was sent": "eine Nachricht gesendet, die sich nicht entschlüsseln lässt",
    "a message of an unknown type was sent": "eine Nachricht unbekannter Art gesendet",
    "{host} is not live. Press “Go live” or “Begin an evening” first.": (
        "{host} ist nicht live. Drücke zuerst „Live gehen“ oder „Einen Abend beginnen“."
    ),
    "There is no such part of the panel.": "Diesen Teil der Seite gibt es nicht.",
    "This button does not exist like that: {error}": "Diesen Knopf gibt es so nicht: {error}",
}
"""German by English; what stands in braces is filled as it was said."""


def say(sentence: str, language: str) -> str:
    """Say a sentence in `de`, or as it is; what is not known stays as it is."""
    if language != "de" or sentence in GERMAN:
        return GERMAN.get(sentence, sentence) if language == "de" else sentence
    for pattern, template in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            return template.format_map(found.groupdict())
    return sentence


def _pattern(template: str) -> str:
    pieces = _BLANK.split(template)
    return "".join(re.escape(piece) if place % 2 == 0 else f"(?P<{piece}>.+?)" for place, piece in enumerate(pieces))


_PATTERNS = [(re.compile(_pattern(english)), german) for english, german in GERMAN.items() if _BLANK.search(english)]
