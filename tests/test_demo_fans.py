"""The demo's fan chats: fans are there, the creator has agreed, and the make-believe model reads what our questions say."""

from pathlib import Path

import pytest

from entourage import demo_fans
from entourage.chats import choices, prompt
from entourage.kernel import tenancy
from entourage.kernel.accounts import creators, people
from entourage.kernel.settings import Settings
from entourage.ports.model import Asked
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.wiring import House, open_house

pytestmark = pytest.mark.anyio


async def moved_in(house: House) -> int:
    async with tenancy.everywhere(house.db, "a test", write=True) as session:
        owner = await people.add(session, email="nova@demo.invalid", name="Nova", password_hash=None, house_owner=True)
        return (await creators.add(session, name="Nova", zone="Europe/Berlin", owner_id=owner.id)).id


@pytest.mark.thorough
async def test_the_creator_is_connected_at_each_start_and_meets_the_same_fans(new_database: object, tmp_path: Path) -> None:
    url = str(new_database("sqlite"))  # type: ignore[operator]
    base = Settings(data_dir=str(tmp_path), database_url=url.replace("+aiosqlite", ""), port=1)
    met: list[set[str]] = []
    creator_id = 0
    for _ in range(2):
        fans, settings = await demo_fans.begin(base)
        house = open_house(settings)
        creator_id = creator_id or await moved_in(house)
        await fans.connect(house, creator_id)
        assert house.chat_desk is not None
        chats = await (await house.chat_desk.platform.of(creator_id)).recent()
        met.append({one.fan.id for one in chats})
        async with tenancy.inside(house.db, creator_id) as session:
            assert ((await choices.voice(session)).name, (await choices.read(session)).mode) == ("Nova", "auto")
        question = prompt.build(
            prompt.Voice(name="Nova"),
            prompt.Fan(name="mira"),
            [prompt.Line("fan", "hallo du"), prompt.Line("creator", "hi"), prompt.Line("fan", "wie geht es dir?")],
            "de",
        )
        answered = await house.chat_desk.model.ask(
            Asked(messages=question.messages(), schema={"properties": {"language": {"type": "string"}}})
        )
        assert answered.text == '{"language":"de"}'
        await house.close()
        await fans.stop()
    assert len(met[0]) == 21
    assert met[0] == met[1]


def test_an_account_is_the_same_at_each_start() -> None:
    one, other = FakeFanvue().world, FakeFanvue().world
    assert one.account("Mira").id == other.account("mira").id != one.account("tom").id
