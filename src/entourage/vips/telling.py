"""What is said about a badge, in the chat and on Discord: asked for in the transaction of its cause."""

from collections.abc import Mapping

from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, kinds, schemas, standing, wording
from entourage.vips.duration import End

TEXTS: Mapping[str, Mapping[schemas.Say, str]] = {
    "en": {
        "granted": "{user} is VIP now, for {duration}!",
        "extended": "{user} stays VIP, with {time_left} left!",
        "soon": "@{user}, your VIP badge ends in {time_left}.",
        "ended": "{user} is not VIP any more. Thank you for being here!",
        "refused": "@{user}, no VIP this time: {reason}. Your points are on their way back.",
        "online": "VIP badges are on: {free_slots} slots are free.",
        "sign_in": "Twitch no longer accepts our sign-in. Sign in again in the settings: until then badges and points wait, none is lost.",
    },
    "de": {
        "granted": "{user} ist jetzt für {duration} VIP!",
        "extended": "{user} bleibt noch {time_left} VIP!",
        "soon": "@{user}, noch {time_left}, dann endet dein VIP-Abzeichen.",
        "ended": "{user} ist nicht mehr VIP. Danke, dass du da bist!",
        "refused": "@{user}, diesmal kein VIP: {reason}. Deine Punkte kommen zurück.",
        "online": "VIP-Abzeichen sind da: {free_slots} Plätze sind frei.",
        "sign_in": "Twitch nimmt unsere Anmeldung nicht mehr an. Melde dich in den Einstellungen neu an: "
        "bis dahin warten Abzeichen und Punkte, verloren geht nichts.",
    },
}
_OTHER_ENDS: Mapping[str, Mapping[tuple[schemas.Say, End], str]] = {
    "en": {
        ("granted", "stream"): "{user} is VIP now, until the stream ends!",
        ("granted", "later"): "{user} is VIP now, for {duration} and at least until the stream ends!",
        ("extended", "stream"): "{user} stays VIP until the stream ends!",
        ("extended", "later"): "{user} stays VIP, with {time_left} left and at least until the stream ends!",
    },
    "de": {
        ("granted", "stream"): "{user} ist jetzt VIP, bis der Stream endet!",
        ("granted", "later"): "{user} ist jetzt für {duration} VIP, mindestens bis der Stream endet!",
        ("extended", "stream"): "{user} bleibt VIP, bis der Stream endet!",
        ("extended", "later"): "{user} bleibt noch {time_left} VIP, mindestens bis der Stream endet!",
    },
}
_QUIET: frozenset[schemas.Say] = frozenset({"online"})
"""Said only by who switches it on."""
_UNSAYABLE: frozenset[schemas.Say] = frozenset({"sign_in"})
"""What cannot be said in the chat, because nothing can be."""


def line(settings: schemas.Settings, say: schemas.Say, *, on_discord: bool = False, end: End = "time") -> schemas.Line:
    """Return what is said on an occasion by these settings, about a badge that ends so."""
    chosen = (settings.notices if on_discord else settings.lines).get(say)
    usual = _OTHER_ENDS[settings.language].get((say, end), TEXTS[settings.language][say])
    if chosen is None:
        return schemas.Line(on=say not in _QUIET, text=usual)
    return schemas.Line(chosen.on, chosen.text or usual, chosen.announce)


async def tell(session: CreatorSession, say: schemas.Say, values: Mapping[str, str], *, about: str, cause: str, end: End = "time") -> None:
    """Ask for the chat line and the notice of an occasion, if the creator wants them; `about` names it in the audit log."""
    if values.get("user") == "":  # somebody forgotten
        return
    settings = await choices.read(session)
    in_chat, on_discord = line(settings, say, end=end), line(settings, say, on_discord=True, end=end)
    payload = {"say": say, "values": dict(values), "about": about, "cause": cause}
    if in_chat.on and say not in _UNSAYABLE:
        await queue.enqueue(
            session, kinds.SAY, {**payload, "text": in_chat.text, "announce": in_chat.announce}, lane="chat", max_attempts=4
        )
    if settings.discord and on_discord.on:
        await queue.enqueue(session, kinds.TELL, {**payload, "text": on_discord.text}, lane="discord", max_attempts=12)


async def need_sign_in(session: CreatorSession, why: str) -> None:
    """Remember that the platform asks for a new sign-in, and tell it once on Discord."""
    if await standing.need_sign_in(session, why):
        await tell(session, "sign_in", {}, about="vips.channel", cause="sign_in")


def sample(say: schemas.Say, text: str, language: wording.Language) -> str:
    """Fill a template (or the usual one) with somebody made up."""
    lasting = wording.time_left(7 * 86_400, language)
    values = {"user": "Mia", "time_left": lasting, "duration": lasting, "reason": wording.reason("full", language), "free_slots": "3"}
    return wording.fill(text or TEXTS[language][say], {**values, "channel": "Ada"})
