"""What the creator decides: settings, lines, rules, and the dry run of rules."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid
from entourage.kernel.http import Actor, Database, allowed
from entourage.vips import choices, rehearsal, rewards, rulebook, schemas, telling, wording
from entourage.vips.rehearsal import Rehearsal
from entourage.vips.routes.badges import READ

_DECIDE = [allowed("vips.decide")]
RuleId = Annotated[int, Parameter(ge=1, le=2**63 - 1)]


class Sample(msgspec.Struct):
    """An occasion, and the template to try on it; an empty one is the usual one."""

    say: schemas.Say
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    language: wording.Language = "en"


class Address(msgspec.Struct):
    """The address of a Discord webhook; an empty one forgets it."""

    url: Annotated[str, msgspec.Meta(max_length=400)]


class Proposal(msgspec.Struct):
    """Rules that are not saved yet."""

    rules: Annotated[list[schemas.RuleRow], msgspec.Meta(max_length=100)]
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 7


@get("/api/vip/settings", guards=READ, tags=["vips"])
async def show_vip_settings(actor: Actor, db: Database) -> Answer[schemas.Settings]:
    """Show what the creator decided about timed VIPs."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await choices.read(session))


@put("/api/vip/settings", guards=_DECIDE, tags=["vips"])
async def change_vip_settings(actor: Actor, db: Database, data: schemas.Settings) -> Answer[schemas.Settings]:
    """Decide anew; what is left out goes back to its default."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        written = await choices.write(session, data, actor.label)
        await session.flush()
        await rewards.wake(session)
        return Answer(written)


@put("/api/vip/discord", guards=_DECIDE, tags=["vips"])
async def change_discord(actor: Actor, db: Database, data: Address) -> Answer[schemas.Settings]:
    """Keep the address of the creator's Discord webhook, sealed; it is not shown again."""
    if data.url and not data.url.startswith(("https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/")):
        msg = "A Discord webhook begins with https://discord.com/api/webhooks/."
        raise Invalid(msg, details={"url": msg})
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await choices.put_discord(session, data.url, actor.label)
        await session.flush()
        return Answer(await choices.read(session))


@post("/api/vip/lines/preview", guards=READ, status_code=200, tags=["vips"])
async def preview_line(data: Sample) -> Answer[str]:
    """Fill a template as an occasion would."""
    if strange := wording.strange(data.text):
        msg = f"There is no {{{strange[0]}}}; there are {', '.join(wording.PLACEHOLDERS)}."
        raise Invalid(msg, details={"text": msg})
    return Answer(telling.sample(data.say, data.text, data.language))


@get("/api/vip/rules", guards=READ, tags=["vips"])
async def list_rules(actor: Actor, db: Database) -> Answer[list[schemas.RuleRow]]:
    """List the rules by which subscriptions, bits, loyalty tiers and big spenders get a badge."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await rulebook.rows(session))


@put("/api/vip/rules", guards=_DECIDE, tags=["vips"])
async def put_rule(actor: Actor, db: Database, data: schemas.RuleRow) -> Answer[schemas.RuleRow]:
    """Make a rule (id 0) or change one."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rulebook.put(session, data, actor.label))


@delete("/api/vip/rules/{rule_id:int}", guards=_DECIDE, status_code=200, tags=["vips"])
async def remove_rule(actor: Actor, db: Database, rule_id: RuleId) -> Answer[schemas.RuleRow]:
    """Remove a rule; badges that are out stay."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await rulebook.remove(session, rule_id, actor.label))


@post("/api/vip/rules/preview", guards=READ, status_code=200, tags=["vips"])
async def preview_rules(actor: Actor, db: Database, data: Proposal) -> Answer[Rehearsal]:
    """Say who would have got a badge in the last days by these rules. Nothing is changed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await rehearsal.rehearse(session, data.rules, data.days))


ROUTES = [
    show_vip_settings, change_vip_settings, change_discord, preview_line, list_rules, put_rule, remove_rule, preview_rules,
]  # fmt: skip
