"""That an AI helps writing is said at the first reply of a conversation, and honestly when asked. A pure rule.

EU AI Act, article 50 (1): people must be told at the latest at first contact. The creator may change the words, not turn them into
the opposite: what claims to be human is refused.
"""

from collections.abc import Mapping

from entourage.chats.language import Language

FIRST: Mapping[Language, str] = {
    "en": "By the way: an AI assistant helps me answer my messages here.",
    "de": "Übrigens: Ein KI-Assistent hilft mir dabei, meine Nachrichten hier zu beantworten.",
    "es": "Por cierto: un asistente de IA me ayuda a responder mis mensajes aquí.",
}
HONEST: Mapping[Language, str] = {
    "en": "Fair question: an AI assistant writes many of my replies here for me. I have been told that you asked.",
    "de": "Gute Frage: Viele Antworten schreibt hier ein KI-Assistent für mich. Dass du gefragt hast, ist bei mir angekommen.",
    "es": "Buena pregunta: muchas de mis respuestas aquí las escribe un asistente de IA. Ya me han avisado de que lo has preguntado.",
}


def introduce(reply: str, language: Language, *, told_before: bool, on: bool, wording: str = "") -> str:
    """Put the disclosure under the first reply that an AI sends to a fan; `wording` is the creator's own."""
    if not on or told_before:
        return reply
    return f"{reply.rstrip()}\n\n{wording.strip() or FIRST[language]}"


def answer(language: Language, wording: str = "") -> str:
    """Return the honest answer to "are you a bot?"."""
    return wording.strip() or HONEST[language]
