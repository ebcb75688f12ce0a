"""A viewer's drawer: the profile with an address of its own, and its tabs."""

from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.chats import people as fan_people
from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, heatmap, histories, profile, schemas, tags, tierlog, tiers
from entourage.web import badges, i18n
from entourage.web.pages import viewers
from entourage.web.pages.frame import Asked, part, wants_part
from entourage.web.pages.tiers import hands

_LINES = 40
_TIER_CHANGES = 30
_GUARDS = [allowed("viewers.read")]
_VOICES = (
    "de_001", "de_002", "en_us_001", "en_us_002", "en_us_006", "en_us_007", "en_us_009", "en_us_010", "en_uk_001", "en_uk_003",
    "en_au_001", "en_au_002", "es_002", "fr_001", "fr_002", "br_003", "jp_001", "kr_002",
)  # fmt: skip
"""Names of TikTok's own voices, as text-to-speech programs take them."""
_LETTERS = 2  # in the code of a country, and of a language that is widely spoken
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ"})


@dataclass(frozen=True, slots=True)
class Way:
    """One of the three ways to the next tier: what somebody has of what it asks."""

    key: str
    have: float  # hours to a tenth
    need: int

    @property
    def done(self) -> bool:
        """Nothing is missing on this way."""
        return self.have >= self.need


@dataclass(frozen=True, slots=True)
class Birthday:
    """The next celebration: in how many days, and the age it brings, None when the year is not known."""

    days: int
    turns: int | None
    age: int | None


@get("/viewers/{ref:str}", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, ref: str) -> Template:
    """Show the drawer: to a script alone, to a browser over the list."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
        page = part("parts/drawer.html") if wants_part(request) else await viewers.page(session, actor, viewers.Choice(), viewer)
        page.context.update(viewer=viewer, **_rights(actor), **await _tier_of(session, viewer))
        page.context.update(badge=await badges.of_viewer(session, actor, viewer.id), fans=await _fans(session, actor, viewer))
    page.context.update(coming=_birthday(viewer, actor))
    return page


@get("/viewers/{ref:str}/about", guards=_GUARDS, include_in_schema=False)
async def about(actor: Actor, db: Database, ref: str) -> Template:
    """Show what the creator wrote about somebody, to read and to change."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
    return part("parts/about.html", viewer=viewer, coming=_birthday(viewer, actor), **_rights(actor))


@get("/viewers/{ref:str}/tier", guards=_GUARDS, include_in_schema=False)
async def tier(actor: Actor, db: Database, ref: str) -> Template:
    """Show somebody's tier: why they have it, what the next one asks, and what became of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
        return part("parts/tier.html", viewer=viewer, **_rights(actor), **await _tier_of(session, viewer))


@get("/viewers/{ref:str}/visits", guards=_GUARDS, include_in_schema=False)
async def visits(actor: Actor, db: Database, ref: str, before: str | None = None) -> Template:
    """Show visits, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        rows, following = await histories.visits(session, viewer.id, before, _LINES)
    return part("parts/visits.html", rows=rows, following=following, viewer_id=viewer.id, more=before is not None)


@get("/viewers/{ref:str}/gifts", guards=_GUARDS, include_in_schema=False)
async def gifts(actor: Actor, db: Database, ref: str, before: str | None = None) -> Template:
    """Show gifts, newest first, under the sums of each kind."""
    more = before is not None
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        rows, following = await histories.gifts(session, viewer.id, before, _LINES)
        sums = [] if more else await histories.gift_sums(session, viewer.id)
    return part("parts/gifts.html", rows=rows, following=following, viewer_id=viewer.id, sums=sums, more=more)


@get("/viewers/{ref:str}/chat", guards=_GUARDS, include_in_schema=False)
async def chat(
    request: Asked, actor: Actor, db: Database, ref: str, before: str | None = None,
    words: Annotated[str, Parameter(max_length=100)] = "",
) -> Template:  # fmt: skip
    """Show what somebody wrote, newest first; with `words` only what has them in it."""
    words = words.strip()
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        rows, following = await histories.interactions(session, viewer.id, before, _LINES, chat_only=True, containing=words)
    # The search field asks for the lines alone, so that it is not replaced under the fingers.
    lines_only = before is not None or request.headers.get("hx-trigger") == "chat-words"
    template = "parts/chat_lines.html" if lines_only else "parts/chat.html"
    return part(template, rows=rows, following=following, viewer_id=viewer.id, more=before is not None, words=words)


@get("/viewers/{ref:str}/week", guards=_GUARDS, include_in_schema=False)
async def week(actor: Actor, db: Database, ref: str) -> Template:
    """Show at which hours of the week somebody is here, and at which they give."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        heat = await heatmap.of_viewer(session, viewer.id)
    return part("parts/week.html", heat=heat, table=f"week-{viewer.id}")


@get("/suggestions", guards=_GUARDS, include_in_schema=False)
async def suggestions(actor: Actor, db: Database) -> Template:
    """Give what may be chosen in the fields of a profile: tags there are, voices, countries and languages in the reader's words."""
    async with tenancy.inside(db, actor.creator_id) as session:
        known = await tags.known(session)
    locale = i18n.voice().locale
    countries = sorted(name for code, name in locale.territories.items() if len(code) == _LETTERS and code not in _NO_COUNTRIES)
    languages = sorted(name for code, name in locale.languages.items() if len(code) == _LETTERS)
    return part("parts/suggestions.html", tags=known, voices=_VOICES, countries=countries, languages=languages)


async def _fans(session: CreatorSession, actor: Actor, viewer: schemas.ViewerDetail) -> list[tuple[int, str]]:
    """Return the fans whom the creator knows as this person, each our id and what they are called."""
    if not actor.may("chats.decide"):
        return []
    accounts = [(one.platform, one.tiktok_user_id) for one in viewer.accounts]
    return [(row.id, row.name or row.handle or row.fan_id) for row in await fan_people.known_as(session, accounts)]


def _rights(actor: Actor) -> dict[str, bool]:
    return {"may_edit": actor.may("viewers.edit"), "may_erase": actor.may("viewers.erase"), "may_export": actor.may("viewers.export")}


async def _tier_of(session: CreatorSession, viewer: schemas.ViewerDetail) -> dict[str, Any]:
    """Gather what the part about the tier shows."""
    rules = await tiers.rules(session)
    past = await tierlog.of_viewer(session, viewer.id, _TIER_CHANGES)
    names = await hands(session, [one.why for one in past])
    has = next((rule for rule in rules if rule.tier_name == viewer.vip_tier), None)
    return {"rules": rules, "past": past, "hands": names, "ways": _ways(viewer, rules), "benefits": has.benefits if has else []}


def _ways(viewer: schemas.ViewerDetail, rules: list[schemas.TierInfo]) -> list[Way]:
    following = next((rule for rule in rules if rule.tier_name == viewer.tier.next), None)
    if following is None:
        return []
    ways = [
        Way("coins", viewer.total_coins_spent, following.min_coins_spent),
        Way("hours", viewer.total_watchtime_seconds // 360 / 10, following.min_watchtime_hours),
        Way("visits", viewer.total_visits, following.min_visits),
    ]
    return [way for way in ways if way.need]


def _birthday(viewer: schemas.ViewerDetail, actor: Actor) -> Birthday | None:
    if not viewer.birthday:
        return None
    today = clock.now().astimezone(ZoneInfo(actor.zone)).date()
    days, age = birthday.days_until(viewer.birthday, today), birthday.age(viewer.birthday, today)
    return Birthday(days, age if age is None else age + (days > 0), age)
