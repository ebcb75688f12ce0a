"""Company for many creators at once: a house that is connected for all of them, and fans who write in bursts at a steady rate."""

import asyncio
import heapq
import random
from datetime import UTC, datetime, timedelta

from benchmarks import ground
from entourage.chats import choices, kinds, schemas
from entourage.kernel import secrets, tenancy
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Creator
from entourage.platforms.fanvue import grant as grants
from entourage.platforms.fanvue.grant import Grant
from entourage.ports.fans import Owner
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.world import Bond
from entourage.simulators.llm.fake import FakeModel

AWAITED = (kinds.HEARD, kinds.WRITE, kinds.SEND)
_CLIENT, _SECRET, _SIGNING = "a-benchmark", "no secret at all", "whsec_of_a_benchmark"
_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
_SCOPES = ("openid", "offline_access", "offline", "read:self", "read:chat", "write:chat", "read:fan", "read:creator", "read:insights")
_REST_S = 60.0
_BURST = (1, 5)
_ECHO = 0.25
_WORDS = (
    "hey, how was your day?", "I just came home from work", "the weather is lovely here", "what are you cooking tonight?",
    "I listened to that song you like", "my dog says hello", "did you sleep well?", "that last picture made me smile",
    "I am learning to play the guitar", "what is your favourite film?", "I had the best coffee this morning", "have a good evening",
)  # fmt: skip


def environ(fake: FakeFanvue, model: FakeModel) -> dict[str, str]:
    """Return the settings of a house that knows nobody but these two."""
    return {
        "ENTOURAGE_SECRET_KEYS": _KEY,
        "ENTOURAGE_BACKUP_KEEP": "0",
        "ENTOURAGE_FANVUE_CLIENT_ID": _CLIENT,
        "ENTOURAGE_FANVUE_CLIENT_SECRET": _SECRET,
        "ENTOURAGE_FANVUE_WEBHOOK_SECRET": _SIGNING,
        "ENTOURAGE_FANVUE_API_URL": fake.api_url,
        "ENTOURAGE_FANVUE_AUTH_URL": fake.auth_url,
        "ENTOURAGE_LLM_BASE_URL": model.base_url,
        "ENTOURAGE_LLM_MODEL": model.name,
    }


def listen(fake: FakeFanvue, house: str) -> None:
    """Let the app's events go to a house."""
    fake.listen(_CLIENT, f"{house}/fanvue-webhook", _SIGNING)


async def move_in(fake: FakeFanvue, address: str, creators: int) -> None:
    """Register the app, and make creators who agreed to it and let an AI answer by itself without a human's pace."""
    fake.register(_CLIENT, _SECRET, ("https://house.example/oauth-callback",))
    secrets.use(Vault([_KEY]))
    settings = schemas.Settings(mode="auto", delay=False, quiet_s=6, month_micro=None, calls_a_minute=600, most_in_a_row=50)
    now = datetime.now(UTC)
    async with ground.opened(address) as db:
        async with tenancy.everywhere(db, "a benchmark", write=True) as session:
            made = [Creator(name=f"Creator {number}", zone="UTC", created_at=now) for number in range(creators)]
            session.add_all(made)
            await session.flush()
            ids = [one.id for one in made]
        for number, creator_id in enumerate(ids):
            async with tenancy.inside(db, creator_id, write=True) as session:
                await grants.begin(session, _grant(fake, number, now))
                await choices.write(session, settings, "benchmark")


def _grant(fake: FakeFanvue, number: int, now: datetime) -> Grant:
    token = fake.consent(_CLIENT, f"creator{number}", _SCOPES)
    account = fake.world.creator(f"creator{number}")
    until = now + timedelta(seconds=token["expires_in"])
    return Grant(
        access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=until, renew_at=until - timedelta(minutes=5),
        scopes=_SCOPES, client_id=_CLIENT, owner=Owner(id=account.id, handle=account.handle, name=account.name), since=now,
    )  # fmt: skip


class Writer:
    """Fans who each begin a burst, rest for a minute at least, and come again."""

    def __init__(self, fake: FakeFanvue, creators: int, fans: int, seed: int) -> None:
        """Let everybody in."""
        self._fake = fake
        self._dice = random.Random(seed)
        world = fake.world
        self.bonds = [
            world.bond(world.creator(f"creator{number}"), world.account(f"fan{fan}_of_{number}"))
            for fan in range(fans) for number in range(creators)
        ]  # fmt: skip
        self.messages = 0

    async def run(self, seconds: float, rate: int) -> None:
        """Write for so long, so that messages and the echoes of their answers come to `rate` webhooks a second."""
        loop = asyncio.get_running_loop()
        began, agenda = loop.time(), self._agenda(seconds, rate * (1 - _ECHO))
        while agenda:
            due, _, bond, text = heapq.heappop(agenda)
            await asyncio.sleep(max(0.0, began + due - loop.time()))
            self._fake.post.receive(bond, text)
            self.messages += 1

    def _agenda(self, seconds: float, rate: float) -> list[tuple[float, int, Bond, str]]:
        """Plan all messages: bursts of one to five within seconds, evenly over the time, a fan's own a minute apart at least."""
        dice, agenda = self._dice, list[tuple[float, int, Bond, str]]()
        rest: list[tuple[float, int]] = [(0.0, number) for number in dice.sample(range(len(self.bonds)), len(self.bonds))]
        heapq.heapify(rest)
        at = 0.0
        while at < seconds:
            free, number = heapq.heappop(rest)
            at = max(at, free)
            due, count = at, dice.randint(*_BURST)
            for _ in range(count):
                agenda.append((due, len(agenda), self.bonds[number], dice.choice(_WORDS)))
                due += dice.uniform(0.2, 1.8)
            heapq.heappush(rest, (due + _REST_S, number))
            at += count / rate
        heapq.heapify(agenda)
        return agenda
