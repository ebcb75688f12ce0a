"""The settings of fan chats: how much the AI may do by itself, what it says about itself, when it rests, and what it may cost."""

from typing import Any

from litestar import get
from litestar.response import Template

from entourage.chats import choices, disclosure, notice, schemas, wording
from entourage.chats.language import LANGUAGES
from entourage.kernel import placeholders, tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices as vip_choices
from entourage.web import chat_words, vip_words
from entourage.web.pages.chat_frame import READ, chat_page


@get("/chats/settings", guards=READ, include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show what was decided."""
    async with tenancy.inside(db, actor.creator_id) as session:
        chosen = await choices.read(session)
        context = {
            "chosen": chosen,
            "base": schemas.as_dict(chosen),
            "languages_of_fans": [(language, chat_words.language(language)) for language in LANGUAGES],
            "first": disclosure.FIRST,
            "honest": disclosure.HONEST,
            "span": vip_words.span,
            "keep_days": await choices.keep_days(session),
            **await _notices(session, chosen),
        }
        return await chat_page(session, actor, "settings", "pages/chat_settings.html", **context)


async def _notices(session: CreatorSession, chosen: schemas.Settings) -> dict[str, Any]:
    """Return what may be told on Discord, with the usual words; where it goes is decided with the VIPs."""
    said = await vip_choices.read(session)
    usual = wording.TEXTS[wording.spoken(said.language)]
    return {
        "discord": said.discord,
        "occasions": [(one, notice.chosen(chosen, one), usual[one], wording.PLACEHOLDERS[one]) for one in wording.OCCASIONS],
        "sample": lambda occasion, text: wording.sample(occasion, text, said.language),
        "longest": placeholders.LONGEST,
    }
