"""Text as the guard reads it: what hides letters is undone, and several readings of one text are returned. A pure rule."""

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Mn", "Me"})
_TAGS = range(0xE0020, 0xE007F)
_APOSTROPHES = re.compile("['’‘ʼ´`ʹ′]")
_DOUBLED = re.compile(r"([a-z])\1+")
_LONG = re.compile(r"(.)\1{2,}")
_SPACES = re.compile(r"\s+")
_INSIDE = re.compile(r"(?<=[a-z0-9])[^\sa-z0-9]+(?=[a-z0-9])")
_LONE = re.compile(r"(?<![a-z0-9])[a-z0-9](?:[^a-z0-9][a-z0-9]){2,}(?![a-z0-9])")
_TWO_DIGITS = re.compile(r"(?<![a-z0-9])(\d)[^a-z0-9.,:](\d)(?![a-z0-9])")
_SPELLED = re.compile(r"(?<![a-z0-9])[a-z0-9](?:[^a-z0-9]{1,3}[a-z0-9](?![a-z0-9])){3,}")
_MIXED = re.compile(r"[a-z0-9@$!€|+§]+")
_LEET = str.maketrans("0345789@$€+§", "oeastbgaset" + "s")

_PAIRS = (
    "аa еe оo рp сc уy хx іi јj ѕs ԁd һh кk мm тt вb нh пn гr ѵv ԛq ԝw ёe "  # Cyrillic that looks Latin
    "αa οo ρp νv ιi κk τt υu εe ηn μu βb γy χx ωw "  # Greek
    "ıi ɡg ɑa ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz øo đd łl ɛe ʇt ǝe"
)
_LETTERS: dict[int, str] = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe"}
_SOUNDS: dict[int, str] = {ord(letter): sound for letter, sound in zip("нрсвухгикмпт", "nrsvuhgikmpt", strict=True)}
_ENCLOSED: dict[int, str] = (
    {0x1F1E6 + n: chr(97 + n) for n in range(26)}  # flags are pairs of these
    | {0x1F150 + n: chr(97 + n) for n in range(26)}
    | {0x1F170 + n: chr(97 + n) for n in range(26)}
    | {ord("。"): ".", ord("․"): ".", ord("｡"): "."}
)


def clean(text: str) -> str:
    """Return a text as a person sees it: without what has no width and without what turns the direction; lines stay."""
    lined = unicodedata.normalize("NFC", text).replace("\t", " ")
    return "".join(c for c in lined if c in "\n\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}).strip()


def plain(text: str) -> str:
    """Return a text in small Latin letters: accents, letter forms, look-alikes of other scripts and unseen characters are undone."""
    smuggled = "".join(chr(ord(c) - 0xE0000) for c in text if ord(c) in _TAGS)
    whole = f"{text} {smuggled}" if smuggled else text
    if not whole.isascii():
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", whole.translate(_ENCLOSED)).casefold())
        whole = "".join(c for c in folded if c in "\n\t" or unicodedata.category(c) not in _UNSEEN).translate(_LETTERS)
    return _APOSTROPHES.sub("", whole.lower())


def skeleton(text: str) -> str:
    """Return plain text in which doubled letters are one, and ae, oe and ue are a, o and u: as `phrases` are written down, too."""
    once = _DOUBLED.sub(r"\1", text)
    return _DOUBLED.sub(r"\1", once.replace("ae", "a").replace("oe", "o").replace("ue", "u"))


def _unleet(text: str, one: str) -> str:
    def word(found: re.Match[str]) -> str:
        token = found[0]
        if not any(c.isalpha() for c in token):
            return token
        end = token.rstrip("!+|") if token[-1] in "!+|" else token
        return end.translate(_LEET).replace("1", one).replace("|", "l").replace("!", "i") + token[len(end) :]

    return _MIXED.sub(word, text)


def _rejoin(text: str) -> str:
    text = _LONE.sub(lambda found: re.sub(r"[^a-z0-9]", "", found[0]), text)
    return _TWO_DIGITS.sub(r"\1\2", text)


def readings(text: str) -> list[str]:
    """Return how a text may be read, each a skeleton.

    As it stands, with letters of another script by their sound, rejoined, without what stands inside words, with digits as letters.
    """
    ways: dict[str, None] = {}
    for seen in dict.fromkeys([plain(text), plain(text.lower().translate(_SOUNDS))]):
        rejoined = _rejoin(seen)
        whole = list(dict.fromkeys([seen, rejoined, _INSIDE.sub("", rejoined), _INSIDE.sub("", seen)]))
        ways |= dict.fromkeys([*whole, *(_unleet(one, letter) for one in whole for letter in "il")])
    return list(dict.fromkeys(_SPACES.sub(" ", skeleton(way)) for way in ways))


def spelled(text: str) -> list[str]:
    """Return what was written letter by letter (at least four), without what stood between; doubled letters stay, longer runs are two."""
    seen = plain(text)
    found = [_LONG.sub(r"\1\1", re.sub(r"[^a-z0-9]", "", run)) for run in _SPELLED.findall(seen)]
    ways = dict.fromkeys(way for run in found for way in (run, _unleet(run, "i"), _unleet(run, "l")))
    return [way.replace("ae", "a").replace("oe", "o").replace("ue", "u") for way in ways]
