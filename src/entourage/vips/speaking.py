"""Writing in the chat and on Discord: tried, noted in the audit log, and rather lost than said twice."""

from entourage.kernel import audit, tenancy
from entourage.kernel.errors import Invalid, Later, Never, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.vips import choices, wording
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of

_BEGUN = "begun"


async def say(desk: Desk, context: JobContext) -> None:
    """Write the chat line or announcement of an occasion."""
    payload = context.payload
    about, cause = payload["about"], payload["cause"]
    channel = await _channel_name(desk, context)
    text = wording.fill(payload["text"], {**payload["values"], "channel": channel})
    await speak(desk, context, text, about=about, cause=cause, announce=payload["announce"])


async def speak(  # noqa: PLR0913 - all but three are options by name
    desk: Desk, context: JobContext, text: str, *, about: str, cause: str, announce: bool = False, reply_to: str = ""
) -> None:
    """Write one line; what may have been said before a crash is not said again."""
    if not text:
        return
    if context.step.get(_BEGUN):
        await _note(context, "unknown", about, cause, "It may have been said before a crash.")
        return
    try:
        channel = await desk.channels.of(creator_of(context))
        await context.note(_BEGUN)
        if announce:
            await channel.announce(text)
            await _note(context, "sent", about, cause, text)
            return
        said = await channel.say(text, reply_to=reply_to)
    except (SignInAgain, Never) as error:
        await _note(context, "unsent", about, cause, error.message)
        return
    except Later as error:
        if error.retry_after_s:  # it was refused for its pace, so it was certainly not said
            await context.note(_BEGUN, value=False)
        raise
    await _note(context, "sent" if said.sent else "unsent", about, cause, text if said.sent else said.why)


async def tell(desk: Desk, context: JobContext) -> None:
    """Write the Discord notice of an occasion; raises Later when Discord asks to wait."""
    async with tenancy.inside(context.db, creator_of(context)) as session:
        address = await choices.discord_url(session)
    if desk.notices is None or not address:
        return
    payload = context.payload
    text = wording.fill(payload["text"], {**payload["values"], "channel": await _channel_name(desk, context)})
    try:
        await desk.notices.send(address, text)
    except (Never, Invalid) as error:
        await _note(context, "unsent", payload["about"], payload["cause"], error.message, where="discord")
        return
    await _note(context, "sent", payload["about"], payload["cause"], text, where="discord")


async def _channel_name(desk: Desk, context: JobContext) -> str:
    if "{channel}" not in context.payload["text"]:
        return ""
    try:
        owner = (await desk.channels.of(creator_of(context))).owner
    except SignInAgain:
        return ""
    return owner.name or owner.login


async def _note(context: JobContext, how: str, about: str, cause: str, text: str, *, where: str = "chat") -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        audit.record(session, f"vips.{where}.{how}", about, cause=cause, meta={"text": text})
