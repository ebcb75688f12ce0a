"""What a fan wrote is weighed before anything is answered: a reply, or a person, and why. A pure rule.

The tables of docs/rules/guard.md are its tests. In doubt a message is handed over: a person looking in vain costs less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from entourage.chats import letters
from entourage.chats.guard import ages, english, german, meetings, phrases, spanish, topics
from entourage.chats.guard.reasons import REASONS, Reason
from entourage.chats.language import OTHER, detect

LONGEST = 20_000
"""More characters than this in one burst are not read but handed over: no person writes so much."""

LONGEST_SPELLED = 200
"""More letters one by one than this are handed over: looking into them takes long, and no person writes so much that way."""

_PAGES = (english.DANGERS, german.DANGERS, spanish.DANGERS, topics.TOPICS, {"meeting": meetings.PROPOSALS})
_NETS: Mapping[Reason, phrases.Net] = {
    reason: phrases.net(*(page[reason] for page in _PAGES if reason in page))
    for reason in REASONS
    if any(reason in page for page in _PAGES)
}
_MARKS = (
    "<|",
    "|>",
    "[/inst",
    "[inst",
    "[system",
    "</system",
    "<system",
    "### system",
    "###system",
    "### instruction",
    "</fan",
    "<<sys",
    "{{",
    "}}",
)
IN_LIVES = phrases.net(meetings.IN_LIVES)
_HARMLESS = phrases.net(
    """
    suicide squad
    suicide silence
    suicide girls
    to die for
    die for
    killing it
    kill time
    escapar del suicidio
    """
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a person must look (gravest first; none: it may be answered), what each reason was seen in, and the language."""

    reasons: tuple[Reason, ...] = ()
    found: Mapping[Reason, str] = field(default_factory=dict)
    language: str | None = None

    @property
    def hands_over(self) -> bool:
        """Whether no reply may be written by the AI."""
        return bool(self.reasons)

    @property
    def asks_whether_real(self) -> bool:
        """Whether the honest answer of `disclosure` may be given while a person is called: nothing else is wrong."""
        return self.reasons == ("real",)


def weigh(messages: Sequence[str], today: date, *, name: str = "", own_words: Sequence[str] = ()) -> Verdict:
    """Weigh the messages of one burst, oldest first, and what the fan is called; each alone, and all of them together.

    `own_words` are the creator's: phrases in the form of `phrases` that always call a person.
    """
    said = [text for text in messages if text.strip()]
    if not said:
        return Verdict(("silent",), {"silent": ""})
    if sum(map(len, said)) > LONGEST:
        return Verdict(("too_long",), {"too_long": f"{sum(map(len, said))} characters"})
    whole = "\n".join(said)
    found: dict[Reason, str] = {}
    for text in dict.fromkeys([whole, name[:200]]):
        _weigh_one(text, today, found)
    if own_words and (hit := phrases.own(*own_words).find(letters.readings(whole))):
        found["own_words"] = hit
    language = detect(whole)
    if language == OTHER:
        found["language"] = whole[:40]
    return Verdict(tuple(reason for reason in REASONS if reason in found), found, language)


def _weigh_one(text: str, today: date, found: dict[Reason, str]) -> None:
    readings, spelled = letters.readings(text), letters.spelled(text)
    if (letter_by_letter := sum(map(len, spelled))) > 3 * LONGEST_SPELLED:
        found["too_long"] = f"{letter_by_letter} letters one by one"
        spelled = [run[:LONGEST_SPELLED] for run in spelled[:9]]
    readings = [_HARMLESS.open.sub(" ", reading) for reading in readings]
    if hit := ages.sign(readings, spelled, today.year):
        found.setdefault("minor", hit)
    outside = [IN_LIVES.open.sub(" ", reading) for reading in readings]
    for reason, one in _NETS.items():
        if hit := one.find(outside if reason == "meeting" else readings, spelled):
            found.setdefault(reason, hit)
    lowered = text.lower()
    if mark := next((mark for mark in _MARKS if mark in lowered), ""):
        found.setdefault("injection", mark)
    if any(line.lstrip(" *#>-").startswith(("system:", "assistant:", "developer:", "system prompt:")) for line in lowered.splitlines()):
        found.setdefault("injection", "a line in another's name")
