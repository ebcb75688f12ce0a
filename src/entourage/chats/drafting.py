"""A draft is asked of the model, within the budget and outside any transaction, and judged; what it wrote stays with whoever asked."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entourage.chats import budget, choices, disclosure, language, line, notice, prompt, schemas, usage
from entourage.chats.answer import SCHEMA, Answer, read
from entourage.chats.desk import Desk
from entourage.chats.guard import outgoing
from entourage.chats.language import Language
from entourage.chats.patience import creator_of
from entourage.chats.reply import Mode
from entourage.kernel import clock, ids, tenancy
from entourage.kernel.errors import Later, Never
from entourage.kernel.jobs.context import JobContext
from entourage.ports.model import Answered, Asked, Refused, Unheard

LONGEST = 700
"""Tokens of an answer at most."""

_REPAIR = "That was not one JSON object of the shape that was asked for. Write the same answer again as that JSON object, and nothing else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that goes into a prompt: fan (our id), voice, conversation, facts; and what a reply may be."""

    fan: int | None  # None for a trial
    mode: Mode
    settings: schemas.Settings
    voice: schemas.Voice
    known: prompt.Fan
    lines: Sequence[prompt.Line]
    language: Language
    last_replies: Sequence[str]
    hint: str = ""
    purpose: usage.Purpose = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the model wrote, and what the guard says of it."""

    answer: Answer
    written: str
    refused: Mapping[str, str] = field(default_factory=dict)


class HandOver(Exception):
    """No draft can be had, and a person must look: why, by reason."""

    def __init__(self, **why: str) -> None:
        """Keep why."""
        super().__init__(*why)
        self.why = why


class Postponed(Exception):
    """The model may not be asked before a moment."""

    def __init__(self, until: datetime) -> None:
        """Keep until when."""
        super().__init__(str(until))
        self.until = until


async def draft(desk: Desk, context: JobContext, question: Question) -> Draft:
    """Ask the model, once more if it wrote no answer, and judge; raises HandOver, Postponed, and Later while the model is away."""
    if not desk.model.name:
        await _trouble(context, "No language model is set up, so nothing is written by itself.")
        raise HandOver(no_model="")
    mark = ids.token(9)
    asked = prompt.build(
        choices.as_voice(question.voice), question.known, question.lines, question.language, mark
    )  # fmt: skip
    messages = asked.messages()
    if question.hint:
        messages[0]["content"] += f"\n\n{question.hint}"
    written = await _ask(desk, context, question, messages)
    answer = read(written.text)
    if answer is None:
        messages = [*messages, {"role": "assistant", "content": written.text[:4000]}, {"role": "user", "content": _REPAIR}]
        written = await _ask(desk, context, question, messages)
        answer = read(written.text)
    if answer is None:
        raise HandOver(unreadable="")
    terms = choices.terms(
        question.voice, language=question.language, secret=asked.instructions, marks=(mark,), last_replies=question.last_replies
    )  # fmt: skip
    refused = outgoing.judge(answer.reply, terms) if answer.action == "send" else {}
    return Draft(answer=answer, written=answer.reply, refused={str(reason): what[:200] for reason, what in refused.items()})


def introduced(reply: str, question: Question, *, told_before: bool) -> str:
    """Return a reply as it goes out without a person: the first one says that an AI helps."""
    settings, spoken = question.settings, question.language
    wording = settings.disclosure.get(spoken, "")
    return disclosure.introduce(reply, spoken, told_before=told_before, on=settings.disclose, wording=wording)


def spoken(texts: Sequence[str], settled: str, settings: schemas.Settings) -> Language:
    """Return the language to answer in, from what was written (newest first) and the one so far."""
    so_far: Language | None = next((one for one in language.LANGUAGES if one == settled), None)
    return language.choose(texts, settled=so_far, default=settings.language)


async def _ask(desk: Desk, context: JobContext, question: Question, messages: Sequence[Mapping[str, str]]) -> Answered:
    most = budget.reserve(sum(len(one["content"]) for one in messages), LONGEST, desk.tariff)
    call, began = await _reserve(desk, context, question, most), time.monotonic()
    try:
        with context.away():
            answered = await desk.model.ask(Asked(messages=messages, schema=SCHEMA, longest=LONGEST))
    except (Later, Never) as error:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await usage.fail(session, call, error.message, unheard=isinstance(error, Unheard))
            await line.trouble(session, f"The language model: {error.message}")
        if isinstance(error, Later):
            raise
        if isinstance(error, Refused):
            raise HandOver(refused=error.message) from error
        raise HandOver(no_model=error.message) from error
    took_ms = round((time.monotonic() - began) * 1000)
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await usage.settle(session, call, answered, desk.tariff, took_ms)
    return answered


async def _reserve(desk: Desk, context: JobContext, question: Question, most: int) -> int:
    try:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            return await usage.reserve(
                session, purpose=question.purpose, model=desk.model.name, most_micro=most, fan=question.fan, now=clock.now()
            )
    except usage.OverBudget as error:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await line.trouble(session, error.message)  # takes the row first: of two who find it spent one tells
            spent = await usage.standing(session)
            await notice.budget_spent(session, spent.month.month, spent.limit_micro)
        raise HandOver(budget="") from error
    except usage.TooFast as error:
        raise Postponed(error.until) from error


async def _trouble(context: JobContext, why: str) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await line.trouble(session, why)
