"""The pages of timed VIPs as they are answered: the next step, how rewards stand, rules in sentences, and what the weeks came to."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.ports.channel import RewardShape
from entourage.vips import schemas
from entourage.vips.rule import Terms
from entourage.vips.schemas import RuleRow
from entourage.vips.tables import VipClaim, VipReward
from entourage.web import bars, i18n, vip_words
from entourage.wiring import House
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio

HTML = {"accept": "text/html"}
GERMAN = HTML | {"accept-language": "de"}
PAGES = ("/vips/rewards", "/vips/rules", "/vips/settings", "/vips/analytics")
HOOK = "https://discord.com/api/webhooks/7/very-secret"
DAY = 86_400


class Discord:
    """Keeps the notices that it is given, or answers nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.away = False

    async def send(self, address: str, text: str) -> None:
        if self.away:
            msg = "away"
            raise Later(msg)
        self.sent.append((address, text))


@pytest.fixture
def discord() -> Discord:
    return Discord()


@pytest.fixture
def house(db: Database, tmp_path: Any, discord: Discord) -> House:
    """A house whose notices are kept here."""
    house = make_house(db, data_dir=str(tmp_path / "data"))
    object.__setattr__(house.desk, "notices", discord)
    return house


@pytest.fixture
def in_german() -> Iterator[None]:
    i18n.speak(i18n.Voice("de", "de"))
    yield
    i18n.speak(i18n.Voice())


async def reward(db: Database, creator_id: int, title: str, state: str, **more: Any) -> None:
    """Put a reward of ours into the house."""
    shape = {**msgspec.to_builtins(RewardShape(title=title, cost=5000)), **more.pop("shape", {})}
    row = {"full": False, "trouble": "", "created_at": clock.now(), "updated_at": clock.now(), **more}
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(VipReward(state=state, shape=shape, terms=schemas.as_dict(Terms(duration_s=DAY)), **row))


async def claim(db: Database, creator_id: int, user: str, source: str, days_ago: float, amount: int = 1000, **more: Any) -> None:
    """Put something that happened into the house."""
    at = clock.now() - timedelta(days=days_ago)
    row = {"state": "passed", "redemption_id": None, "by": "system", **more}
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(
            VipClaim(
                key=f"{source}:{user}:{days_ago}", source=source, user_id=user, login=user, name=user.title(), amount=amount,
                asked_at=at, received_at=at, updated_at=at, **row,
            )
        )  # fmt: skip


async def test_every_page_of_a_new_house_names_the_first_step_in_both_languages(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    for path in PAGES:
        page = (await browser.get(path, headers=HTML)).text
        assert "First: let Twitch know this house" in page, path
        assert 'href="/settings#connections"' in page
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        assert "Zuerst: Twitch dieses Haus vorstellen" in (await browser.get(path, headers=GERMAN)).text


async def test_a_reward_says_how_it_stands_and_what_can_be_done(doors: Doors, cast: Cast, db: Database) -> None:
    creator_id = cast.owner.creator_id
    taken = "The channel has a reward with this title already. Choose another one."
    await reward(db, creator_id, "Gone one", "gone", reward_id="1")
    await reward(db, creator_id, "Taken", "making", trouble=taken)
    await reward(db, creator_id, "Full", "on", reward_id="2", full=True)
    await reward(db, creator_id, "Resting", "on", reward_id="3", shape={"paused": True})
    await claim(db, creator_id, "mira", "redemption", 0, state="granting", reward_id="2", redemption_id="r1")
    browser = await doors.of(cast.owner)
    page = (await browser.get("/vips/rewards", headers=HTML)).text
    said = (
        "was deleted on Twitch",
        "Make it again",
        "Twitch did not take it",
        taken,
        "paused: all VIP places are taken",
        "1 redemption waits",
    )
    assert [one for one in (*said, "paused by you", "Let it go on") if one not in page] == []
    assert taken not in (await browser.get("/vips/rewards", headers=GERMAN)).text, "told in the reader's language"
    part = (await browser.get("/vips/rewards", headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert "data-busy" not in part, "nothing is on its way"
    assert "Twitch is not set up yet" in (await browser.get("/vips/rewards/others", headers=HTML)).text


async def test_a_moderator_looks_and_a_clipper_is_sent_away(doors: Doors, cast: Cast, db: Database) -> None:
    await reward(db, cast.owner.creator_id, "VIP", "on", reward_id="1")
    helper, clipper = await doors.of(cast.helper), await doors.of(cast.clipper)
    for path in PAGES:
        page = await helper.get(path, headers=HTML)
        assert (page.status_code, 'data-send="PUT /api/channel-points' in page.text) == (200, False)
        assert (await clipper.get(path, headers=HTML)).status_code == 403


async def test_a_dry_run_names_who_would_have_got_the_badge_and_why_others_not(doors: Doors, cast: Cast, db: Database) -> None:
    creator_id = cast.owner.creator_id
    await claim(db, creator_id, "mira", "sub", 2, amount=2000)
    await claim(db, creator_id, "juno", "sub", 3, amount=1000)
    await claim(db, creator_id, "max", "sub", 1, amount=3000, state="refused", reason="moderator")
    browser = await doors.of(cast.owner)
    saved = {"source": "bits", "least": 100, "terms": {}}
    assert (await browser.put("/api/vip/rules", json=saved)).status_code == 200
    page = (await browser.get("/vips/rules", headers=HTML)).text
    assert "Whoever cheers 100 bits or more at once gets the VIP badge for 30 days." in page
    assert "no rule for it" in page

    proposed = {"id": 0, "source": "sub", "least": 2000, "on": True, "terms": {"duration_s": None}}
    tried = (await browser.post("/vips/rules/rehearsal", json={"rule": proposed})).text
    assert re.search(r"1 person</b>\s+would have got the badge in the last 7 days", tried)
    assert re.search(r"verdict-given.*Mira.*until the stream ends", tried, re.DOTALL)
    assert re.search(r"verdict-no_rule.*Juno", tried, re.DOTALL)
    assert re.search(r"verdict-moderator.*Max.*was a moderator", tried, re.DOTALL)
    assert len((await browser.get("/api/vip/rules")).json()["data"]) == 1, "trying saves nothing"
    wrong = await browser.post("/vips/rules/rehearsal", json={"rule": proposed | {"least": 7}})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"least"})


async def test_a_test_notice_goes_to_discord_and_its_address_is_never_shown(doors: Doors, cast: Cast, discord: Discord) -> None:
    browser = await doors.of(cast.owner)
    assert (await browser.post("/api/vip/discord/test")).status_code == 409
    await browser.put("/api/vip/discord", json={"url": HOOK})
    assert (await browser.post("/api/vip/discord/test")).json()["data"] == "Mia is VIP now, for 7 days!"
    assert discord.sent == [(HOOK, "Mia is VIP now, for 7 days!")]
    page = (await browser.get("/vips/settings", headers=HTML)).text
    assert "An address is kept" in page
    assert "very-secret" not in page
    discord.away = True
    refused = await browser.post("/api/vip/discord/test", headers={"accept-language": "de"})
    assert (refused.status_code, "very-secret" in refused.text, "Discord antwortet gerade nicht" in refused.text) == (409, False, True)


async def test_the_weeks_say_what_badges_came_to_and_who_subscribed_afterwards(doors: Doors, cast: Cast, db: Database) -> None:
    creator_id = cast.owner.creator_id
    granted = {"state": "granted", "given_s": DAY, "reward_id": "1"}
    await claim(db, creator_id, "mira", "redemption", 9, amount=5000, redemption_id="a", **granted)
    await claim(db, creator_id, "mira", "redemption", 2, amount=5000, redemption_id="b", **granted)
    await claim(db, creator_id, "juno", "redemption", 2, amount=5000, redemption_id="c", **granted)
    await claim(db, creator_id, "tove", "redemption", 1, redemption_id="d", state="refused", reason="full", settled="refunded")
    await claim(db, creator_id, "mira", "sub", 1, amount=2000)
    await claim(db, creator_id, "juno", "sub", 5)  # was one before
    browser = await doors.of(cast.owner)
    page = (await browser.get("/vips/analytics", headers=HTML)).text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in (
        "Badges 3",
        "Renewals 1",
        "Different people 2",
        "Subscribed afterwards 1 of 2 who redeemed",
        "all places were taken 1",
        "subscribed, tier 2",
    ):
        assert said in words, said
    assert page.count("vip-bar") >= 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (RuleRow(source="sub", least=1000, terms=Terms()), "Wer abonniert, bekommt das VIP-Abzeichen für 30 Tage."),
        (RuleRow(source="gift", least=1, terms=Terms(duration_s=None)), "Wer ein Abo verschenkt, bekommt das VIP-Abzeichen bis der Stream endet."),
        (RuleRow(source="tier", tier="Gold", terms=Terms(duration_s=DAY + 3600)), "Wer Gold erreicht, bekommt das VIP-Abzeichen für 1 Tag 1 Stunde."),
        (RuleRow(source="cost", least=9000, terms=Terms(duration_s=90)), "Wer eine Belohnung von hier für mindestens 9.000 Punkte einlöst, bekommt das VIP-Abzeichen für 1 Minute."),
    ],
)  # fmt: skip
async def test_a_rule_is_a_sentence(row: RuleRow, said: str, in_german: None) -> None:
    assert vip_words.rule(row) == said


@pytest.mark.parametrize(
    ("seconds", "typed"), [(None, ("", 0)), (DAY, ("1", DAY)), (5400, ("90", 60)), (0, ("0", 60)), (7 * DAY, ("7", DAY))]
)
async def test_a_length_of_time_is_typed_in_its_biggest_whole_unit(seconds: int | None, typed: tuple[str, int]) -> None:
    assert vip_words.span(seconds) == vip_words.Amount(*typed)


async def test_bars_stand_in_their_picture_and_nothing_is_drawn_of_nothing() -> None:
    assert bars.draw([("2026-11-16", 0, 0)]) is None
    drawn = bars.draw([("2026-11-09", 3, 1), ("2026-11-16", 0, 2)])
    assert drawn is not None
    assert (drawn.top, [round(one.lower + one.upper) for one in drawn.bars]) == (4, [200, 100])
    assert drawn.ticks == ["2026-11-09", "2026-11-16"], "from the first to the last"
    assert all(one.x >= 0 and one.x + one.wide <= bars.WIDTH for one in drawn.bars)
