"""Which language somebody writes, and which one to answer in. A pure rule.

Short words tell languages apart ("und", "the", "que"), and so do letters. Without enough of them the answer is "unsure", and the
language of the conversation so far decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

Language = Literal["en", "de", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
OTHER = "other"
"""Somebody writes a language that the guard does not read."""

_WORDS = {
    "en": "the and you your youre are is was were what how who when where why this that these with for have has had not dont do does did im "
    "i my me we they he she it its of to in on at but so just like love want know can could would will all about please thanks thank "
    "hey hello good morning night day today really very been get got if from or as be there their more some out up now here too much did "
    "lol u ur cant wont thats hi babe beautiful sorry yes never always",
    "de": "und der die das ich du dich dir mich mir ist bin bist sind war warst nicht ein eine einen einem einer kein keine wie was wer wo wann "
    "warum mit für auf von zu im den dem des es wir ihr sie er auch aber oder wenn dann doch mal noch schon nur sehr so hast habe hab hat "
    "haben wird werde kann kannst könntest möchte will willst heute morgen gut guten hallo danke bitte ja nein mein dein deine meine "
    "in an oft denke zeit letzter heut etwas vielleicht immer wieder mehr gern gerne schön schöne geht gehts dass weil über bei aus nach um beim zum zur jetzt hier tag abend na",
    "es": "el la los las un una unos unas y o que qué como cómo cuando cuándo donde dónde por para con sin no sí si es eres soy está estás estoy "
    "son muy más pero porque te me se lo le mi tu tus mis yo tú ella él nos de del al en a hola gracias buenos buenas días noches tardes "
    "quiero puedo tengo tienes hay hoy mañana siempre nunca bien guapa hermosa linda amor quien quién todo todos nada algo ya también "
    "fue ser hacer estaba eso esto esta este cariño vale jaja verte gusta encanta eres",
    "fr": "le les et est je tu vous nous une des que qui pas pour dans avec sur mais ou où très bien bonjour salut merci suis es sont ai as "
    "ce cette mon ma ton ta moi toi comment ça oui non au aux du j'ai c'est quoi plus tout",
    "it": "il lo gli e è di che non sono sei siamo un uno una per con ma come cosa dove quando perché ciao grazie bella buongiorno mi ti ci "
    "si ho hai ha questo questa mio tuo molto anche della del nel sì piace",
    "pt": "o os as e é de que não sou você voce tu eu um uma para com mas como quando onde porque oi olá obrigado obrigada bom dia muito "
    "meu minha seu sua está estou são também quero tudo bem do da no na",
    "nl": "de het een en is ik je jij niet van wat hoe waar met voor op aan maar ook nog heb hebt heeft ben bent zijn dat dit hallo dank "
    "goed mooi mijn jouw wij zij naar wel gaat geen veel",
}
_GREETINGS = {
    "es": "hola holaa holi holis buenas buenos días dias tardes noches guapa",
    "de": "hallo hallöchen moin servus guten morgen tag abend nacht",
    "en": "hello hiya good morning evening night",
}
"""Words with which somebody greets and says no more: enough to tell by when there is nothing else."""
_VOCABULARY = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_HELLO = {name: frozenset(words.split()) for name, words in _GREETINGS.items()}
_SHORT = 3
_LETTERS = {"de": "äöüß", "es": "ñ¿¡", "fr": "çœêèàù", "pt": "ãõ", "it": "ìò"}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENOUGH = 2.0
_AHEAD = 1.25
_UNREAD_WORDS = 4


def detect(text: str) -> str | None:
    """Return en, de or es, `other` for a language that the guard does not read, or None when it cannot be told."""
    words = [word.replace("’", "'") for word in _WORD.findall(text.lower())]
    if _foreign_script(text):
        return OTHER
    scores = {name: _score(name, words, text.lower()) for name in _VOCABULARY}
    (best, most), (_, second) = sorted(scores.items(), key=lambda one: -one[1])[:2]
    if most < _ENOUGH or most < second * _AHEAD:
        return _greeting(words)
    if best in LANGUAGES:
        return best
    nearest = max(scores[name] for name in LANGUAGES)
    return OTHER if len(words) >= _UNREAD_WORDS and most >= max(3.0, 1.5 * nearest) else None


def choose(
    newest_first: Iterable[str], *, settled: Language | None, default: Language, offered: Sequence[Language] = LANGUAGES
) -> Language:
    """Return the language to answer in: that of the newest message that tells, else the one so far, else the creator's.

    Only languages that the creator offers are answered in; asked in another one, the creator's own is kept.
    """
    for text in newest_first:
        found = detect(text)
        if found == OTHER:
            break
        if found is not None:
            return next((one for one in offered if one == found), default)
    return settled if settled in offered and settled is not None else default


def _greeting(words: Sequence[str]) -> Language | None:
    if not 0 < len(words) <= _SHORT:
        return None
    return next((name for name in LANGUAGES if all(word in _HELLO[name] for word in words)), None)


def _score(name: str, words: Sequence[str], text: str) -> float:
    known = _VOCABULARY[name]
    # One letter is a word of several languages, and says little.
    told = sum(0.4 if len(word) == 1 else 1.0 for word in dict.fromkeys(words) if word in known or word.replace("'", "") in known)
    return told + 1.5 * min(2, sum(text.count(letter) for letter in _LETTERS.get(name, "")))


def _foreign_script(text: str) -> bool:
    """Tell whether most letters are of a script that none of our languages is written in: look-alikes in few words are not enough."""
    letters = [c for c in text if c.isalpha()]
    foreign = [
        c
        for c in letters
        if not unicodedata.normalize("NFKD", c)[0].isascii()
        and not unicodedata.name(c, "").startswith(("LATIN", "MODIFIER", "FEMININE", "MASCULINE"))
    ]
    return len(foreign) >= 3 and len(foreign) * 2 > len(letters)  # noqa: PLR2004
