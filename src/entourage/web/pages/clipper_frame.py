"""What every page of a clipper shows besides its own: whom they clip for, and the words and sums of clips."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Template

from entourage.clips.desk import Desk
from entourage.kernel.http import Actor, Database, allowed
from entourage.web import clip_sums, clip_words, clipper_words, me

SUBMIT = [allowed("clips.submit")]
"""Clippers, and whoever else of a creator's people hands clips in."""
TheDesk = NamedDependency[SkipValidation[Desk]]
TOOLS: dict[str, Any] = {"sums": clip_sums, "words": clip_words, "mine": clipper_words}


async def clipper_page(db: Database, actor: Actor, way: str, template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a page inside a clipper's frame; `way` is the sidebar's entry it belongs to."""
    return Template(template, context={**TOOLS, "way": way, "creators": await me.creators_of(db, actor), **context})
