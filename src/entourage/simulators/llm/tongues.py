"""Which of three languages somebody writes in, and what the make-believe model says in it."""

import re
from typing import Literal

Tongue = Literal["en", "de", "es"]
Topic = Literal["robot", "refund", "hello", "thanks", "question", "other"]

_SMALL: dict[Tongue, str] = {
    "en": "the you are is my what how hi hello hey thanks thank please want with your and for real money back i'm im do it was not love",
    "de": "du bist ich und der die das ist nicht wie geht dir hallo danke bitte was mein dein für mit ein eine echt geld hab auch na dich",
    "es": "tú eres yo y el la los es no cómo estás hola gracias por favor qué que mi tu para con una un dinero quiero verdad muy te me",
}
_TELLING = {tongue: frozenset(words.split()) for tongue, words in _SMALL.items()}
_MARKS: dict[Tongue, str] = {"en": "", "de": "äöüß", "es": "ñ¿¡áéíóú"}
_TOPICS: tuple[tuple[Topic, str], ...] = (
    ("robot", r"\b(robots?|bots?|roboter|a\.?i\.?|ki|ia|chatgpt|real person|echt(er)? mensch|persona real)\b"),
    ("refund", r"\b(refund|money back|chargeback|geld zurück|erstattung|reembolso|devuelve|devolución)\b"),
    ("thanks", r"\b(thanks?|thank you|danke|gracias)\b"),
    ("hello", r"\b(hi|hey|hello|hallo|hola|moin|servus|buenas)\b"),
    ("question", r"\?"),
)
_SAID: dict[Tongue, dict[Topic, str]] = {
    "en": {
        "robot": "Honest answer: yes, this is an AI helping with the chat. Shall I pass you on?",
        "refund": "I am sorry about that. I will pass it on to somebody who can help you.",
        "hello": "Hey you! How was your day?",
        "thanks": "You are very welcome, that makes me smile.",
        "question": "Good question! Tell me what you think first.",
        "other": "I like that. Tell me more about it!",
    },
    "de": {
        "robot": "Ehrliche Antwort: Ja, hier hilft eine KI beim Chatten. Soll ich dich weitergeben?",
        "refund": "Das tut mir leid. Ich gebe es an jemanden weiter, der dir helfen kann.",
        "hello": "Hey du! Wie war dein Tag?",
        "thanks": "Sehr gerne, das freut mich.",
        "question": "Gute Frage! Sag mir erst, was du denkst.",
        "other": "Das gefällt mir. Erzähl mir mehr davon!",
    },
    "es": {
        "robot": "Respuesta honesta: sí, aquí ayuda una IA con el chat. ¿Quieres que te pase con alguien?",
        "refund": "Lo siento mucho. Se lo paso a alguien que puede ayudarte.",
        "hello": "¡Hola! ¿Cómo fue tu día?",
        "thanks": "De nada, me alegra mucho.",
        "question": "¡Buena pregunta! Dime primero qué piensas tú.",
        "other": "Me gusta. ¡Cuéntame más!",
    },
}


_MORE: dict[Tongue, dict[Topic, tuple[str, ...]]] = {
    "en": {
        "hello": (
            "There you are! I was just thinking about drawing something.",
            "Hi you! Coffee or tea today?",
            "Hey hey, good to see you!",
        ),
        "thanks": ("Aw, thank you for saying that!", "Any time. You are sweet.", "That made my evening."),
        "question": (
            "Hmm, let me think. What would you choose?",
            "I like how you ask. A bit of both, maybe?",
            "Depends on the day! And you?",
        ),
        "other": ("Really? Go on, I am all ears.", "Ha, that is so you.", "I would have loved to see that.", "And what happened then?"),
    },
    "de": {
        "hello": ("Da bist du ja! Ich wollte gerade etwas zeichnen.", "Hi du! Heute Kaffee oder Tee?", "Hey hey, schön, dass du da bist!"),
        "thanks": ("Ach, das ist lieb von dir!", "Jederzeit. Du bist süß.", "Das hat mir den Abend gerettet."),
        "question": (
            "Hm, lass mich überlegen. Was würdest du nehmen?",
            "Du fragst schön. Ein bisschen von beidem?",
            "Kommt auf den Tag an! Und du?",
        ),
        "other": (
            "Echt? Erzähl weiter, ich bin ganz Ohr.",
            "Ha, das passt zu dir.",
            "Das hätte ich gern gesehen.",
            "Und was ist dann passiert?",
        ),
    },
    "es": {
        "hello": ("¡Por fin estás aquí! Iba a dibujar algo.", "¡Hola, tú! ¿Hoy café o té?", "¡Hey, qué bueno verte!"),
        "thanks": ("¡Ay, qué lindo lo que dices!", "Cuando quieras. Eres un sol.", "Me alegraste la noche."),
        "question": ("Mmm, déjame pensar. ¿Tú qué elegirías?", "Me gusta cómo preguntas. ¿Un poco de todo?", "¡Depende del día! ¿Y tú?"),
        "other": ("¿De verdad? Sigue, soy todo oídos.", "Ja, eso es muy tuyo.", "Me habría encantado verlo.", "¿Y qué pasó después?"),
    },
}
"""Other ways to say it, for a model that does not always say the same."""


def tongue_of(text: str) -> Tongue:
    """Return the language whose small words and letters show most; English when none does."""
    words = re.findall(r"[\w']+", text.casefold())
    scores = {
        tongue: sum(word in telling for word in words) + 2 * any(mark in text.casefold() for mark in _MARKS[tongue])
        for tongue, telling in _TELLING.items()
    }
    best = max(scores.values())
    return next((tongue for tongue in ("en", "de", "es") if scores[tongue] == best), "en") if best else "en"


def topic_of(text: str) -> Topic:
    """Return what it is about, the weightiest first."""
    return next((topic for topic, pattern in _TOPICS if re.search(pattern, text.casefold())), "other")


def reply_to(text: str, number: int = 0) -> tuple[str, Tongue, Topic]:
    """Return an answer with its language and topic; other numbers give other words, 0 always the same."""
    tongue, topic = tongue_of(text), topic_of(text)
    ways = (_SAID[tongue][topic], *_MORE[tongue].get(topic, ()))
    return ways[number % len(ways)], tongue, topic
