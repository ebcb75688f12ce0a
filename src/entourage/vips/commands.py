"""Commands that viewers write in the chat: !vip and !checkvip, answered with the time left."""

from collections.abc import Mapping

from entourage.kernel import clock, tenancy
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import ChatLine
from entourage.vips import choices, duration, grant, kinds, permanent, speaking, wording
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of

_COMMANDS = frozenset({"!vip", "!checkvip"})
_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "time": "you are VIP, with {time_left} left.",
        "stream": "you are VIP until the stream ends.",
        "later": "you are VIP, with {time_left} left and at least until the stream ends.",
        "other": "you are VIP for good.",
        "none": "you are not VIP right now.",
    },
    "de": {
        "time": "du bist noch {time_left} VIP.",
        "stream": "du bist VIP, bis der Stream endet.",
        "later": "du bist noch {time_left} VIP, mindestens bis der Stream endet.",
        "other": "du bist dauerhaft VIP.",
        "none": "du bist gerade kein VIP.",
    },
}


async def read(session: CreatorSession, line: ChatLine) -> None:
    """See whether a line is a command of ours, and ask for the answer: one at a time for each viewer."""
    word = line.text.strip().partition(" ")[0].casefold()
    if word in _COMMANDS and (await choices.read(session)).commands:
        payload = {"user": line.user.id, "name": line.user.name or line.user.login, "message": line.message_id}
        await queue.enqueue(session, kinds.ANSWER, payload, lane="chat", dedup=f"answer:{line.user.id}", max_attempts=2)


async def answer(desk: Desk, context: JobContext) -> None:
    """Answer a viewer with the time left."""
    user_id = context.payload["user"]
    async with tenancy.inside(context.db, creator_of(context)) as session:
        language = (await choices.read(session)).language
        row, other = await grant.open_of(session, user_id), await permanent.holds(session, user_id)
    answers, left = _ANSWERS[language], None
    if row is not None and row.state == "active":
        end, left = duration.stays(clock.now(), row.fixed_until, row.ends_at)
        text = answers[end]
    else:
        text = answers["other" if other else "none"]
    filled = wording.fill(text, {"time_left": wording.time_left(left, language)})
    said = wording.fill(f"@{{user}} {filled}", {"user": context.payload["name"]})
    await speaking.speak(desk, context, said, about=kinds.about(user_id), cause="command", reply_to=context.payload["message"])
