"""What every page of clips shows besides its own: tabs with what waits, and what the reader may do."""

from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Template

from entourage.clips import submissions
from entourage.clips.desk import Desk
from entourage.clips.submissions import Wish
from entourage.kernel.http import Actor, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_sums, clip_words
from entourage.web.pages.frame import framed, part

READ = [allowed("clips.read")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Maybe = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]
Search = Annotated[str, Parameter(max_length=100)]
TheClipDesk = NamedDependency[SkipValidation[Desk]]


async def clip_page(session: CreatorSession, actor: Actor, way: str, template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a page of clips inside the shell; `way` is its tab."""
    return await framed(session, "clips", template, way=way, waiting=await waiting(session), **around(actor), **context)


def clip_part(actor: Actor, template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a part of a page of clips."""
    return part(template, **around(actor), **context)


def around(actor: Actor) -> dict[str, Any]:
    """Return what templates of clips speak with, and what the reader may do."""
    return {
        "sums": clip_sums,
        "words": clip_words,
        "may_review": actor.may("clips.review"),
        "may_decide": actor.may("clips.decide"),
        "may_pay": actor.may("clips.pay"),
    }


async def waiting(session: CreatorSession) -> int:
    """Count the clips that wait for a decision, and those whose clipper asks for another look."""
    return await submissions.count(session, Wish(waiting=True))
