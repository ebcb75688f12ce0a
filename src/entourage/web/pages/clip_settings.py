"""The settings of clips: keys of those who count, what counting may cost, the currency, the least payout, and the house's rules."""

from dataclasses import dataclass
from typing import Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from entourage.clips import choices, schemas
from entourage.kernel import connections, tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.money import decimals
from entourage.kernel.settings import Settings
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_sums
from entourage.web.i18n import gettext as _
from entourage.web.pages.clip_frame import READ, clip_page


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is shown: never itself, only whether there is one."""

    name: str
    title: str
    words: str
    link: str
    link_words: str
    tone: Literal["good", "off"]
    standing: str
    own: bool


@get("/clips/settings", guards=READ, include_in_schema=False)
async def show(actor: Actor, db: Database, settings: NamedDependency[Settings]) -> Template:
    """Show what was decided."""
    async with tenancy.inside(db, actor.creator_id) as session:
        chosen = await choices.read(session)
        places = decimals(chosen.currency)
        context = {
            "chosen": chosen, "base": schemas.as_dict(chosen), "keys": await _keys(session, settings),
            "month": "" if chosen.month_micro is None else f"{chosen.month_micro / 1_000_000:.2f}",
            "least": clip_sums.plain(chosen.least_payout, chosen.currency), "factor": 10**places,
            "step": str(10**-places) if places else "1", "sign": clip_sums.sign(chosen.currency),
            "currencies": sorted({*clip_sums.CURRENCIES, chosen.currency}),
        }  # fmt: skip
        return await clip_page(session, actor, "settings", "pages/clip_settings.html", **context)


async def _keys(session: CreatorSession, settings: Settings) -> list[Key]:
    apify = _("It counts TikTok, Instagram and X, for about two dollars per 1,000 counts, on your own bill at Apify.")
    youtube = _("It counts YouTube for nothing: a key of Google's YouTube Data API.")
    return [
        await _key(session, "apify", "Apify", apify, "https://console.apify.com/account/integrations", settings.apify_api_key),
        await _key(session, "youtube", "YouTube", youtube, "https://console.cloud.google.com/apis/credentials", settings.youtube_api_key),
    ]


async def _key(session: CreatorSession, name: str, title: str, said: str, link: str, house: str) -> Key:
    found = await connections.get(session, name)
    own = found is not None and found.enabled and bool(await connections.secret_of(session, name))
    account = str(found.state.get("account", "")) if own and found is not None else ""
    standing = _("your key works") if own else _("the house's key is used") if house else _("no key yet")
    shown = f"{standing} · {account}" if account else standing
    return Key(name, _("%(name)s key") % {"name": title}, said, link, _("Where you find it"), "good" if own or house else "off", shown, own)
