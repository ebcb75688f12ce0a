"""A reply on trial: what the AI would answer to a message by a voice that may not be saved yet, and what the guard says of both."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from entourage.chats import choices, drafting, limits, prompt, schemas
from entourage.chats.desk import Desk
from entourage.chats.drafting import HandOver, Postponed, Question
from entourage.chats.guard import incoming
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, TooMany
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.rows import Claim

LONGEST = 2000


class Trial(msgspec.Struct, kw_only=True):
    """What would become of a message: a person is called (`held`, by reason), or a reply is written, which the guard may refuse."""

    held: Mapping[str, str] = {}
    reply: str = ""
    action: str = ""
    why: str = ""
    language: str = ""
    confidence: int = 0
    refused: Mapping[str, str] = {}
    discloses: bool = False


async def attempt(db: Database, creator_id: int, desk: Desk, voice: schemas.Voice, message: str) -> Trial:
    """Weigh a message, ask the model and judge its answer, within the creator's budget; nothing is kept and nothing is sent.

    Raises Invalid for a voice or a message that cannot be, TooMany, and Later while the model is away.
    """
    if details := limits.of_voice(voice) | ({} if 0 < len(message.strip()) <= LONGEST else {"message": f"One to {LONGEST:,} characters."}):
        msg = "Some of this cannot be used."
        raise Invalid(msg, details=details)
    async with tenancy.inside(db, creator_id) as session:
        settings, zone = await choices.read(session), ZoneInfo(await creators.zone_of(session))
    verdict = incoming.weigh([message], clock.now().astimezone(zone).date(), own_words=settings.own_words)
    if verdict.hands_over:
        return Trial(held={str(reason): what for reason, what in verdict.found.items()})
    question = Question(
        fan=None, mode=settings.mode, settings=settings, voice=voice, known=prompt.Fan(), lines=[prompt.Line("fan", message)],
        language=drafting.spoken([message], "", settings), last_replies=(), purpose="test",
    )  # fmt: skip
    context = JobContext(db, Claim(0, creator_id, "chats.trial", "", {}, 1, 1, {}))
    try:
        draft = await drafting.draft(desk, context, question)
    except HandOver as error:
        return Trial(held=error.why)
    except Postponed as error:
        msg = "The AI was asked as often as your settings allow for a minute."
        raise TooMany(msg, retry_after_s=max(1, int((error.until - clock.now()).total_seconds()))) from error
    answer = draft.answer
    goes_alone = settings.mode == "auto" and not draft.refused and answer.action == "send"
    text = drafting.introduced(answer.reply, question, told_before=False) if goes_alone else answer.reply
    return Trial(
        reply=text, action=answer.action, why=answer.reason, language=question.language, confidence=answer.confidence,
        refused=draft.refused, discloses=text != answer.reply,
    )  # fmt: skip
