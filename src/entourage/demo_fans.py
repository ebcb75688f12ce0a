"""The demo's fan chats: a make-believe Fanvue and a make-believe language model, a creator who agreed, and fans who write."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile

import msgspec
from litestar import Router
from litestar.types import Guard

from entourage.chats import choices, schemas
from entourage.kernel import tenancy
from entourage.kernel.settings import Settings
from entourage.platforms.fanvue import scopes
from entourage.simulators.fanvue import panel
from entourage.simulators.fanvue.crowd import Crowd
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.oauth import codes
from entourage.simulators.fanvue.stage import Stage
from entourage.simulators.llm.asked import Asked
from entourage.simulators.llm.fake import FakeModel
from entourage.wiring import House

PANEL = "/simulators/fanvue"
HANDLE = "nova"
_CLIENT, _SECRET, _SIGNING = "demo", "make-believe", "whsec_make_believe"
_FANS = 21
_EARLIER_S = 45 * 60
_LATENCY_S = 0.6

VOICE = schemas.Voice(
    name="Nova",
    persona="Nova draws at night, cooks while she streams, and remembers what people tell her. Warm, quick, a little cheeky.",
    style="Short messages, lower case, one emoji at most. Asks back.",
    rules=["Ask about what the fan told before.", "Say thank you for a tip, once."],
    never=["Never promise to meet.", "Never speak of other fans."],
    examples=[("good morning!", "good morning you, slept at all? 😄"), ("what are you drawing?", "a very grumpy cat. want to name it?")],
    about=["Lives in Berlin.", "Has a cat called Miso.", "Streams on Fridays at eight."],
    prices=["Custom drawing: $50"],
)


class _Line(msgspec.Struct, frozen=True):
    who: str
    text: str


class _Told(msgspec.Struct, frozen=True):
    messages: list[_Line] = []


@dataclass(frozen=True, slots=True)
class DemoFans:
    """The two simulators, and the company of the creator."""

    fanvue: FakeFanvue
    model: FakeModel
    stage: Stage
    crowd: Crowd

    async def stop(self) -> None:
        """Stop both."""
        await self.fanvue.stop()
        await self.model.stop()

    def router(self, guards: list[Guard]) -> Router:
        """Make the panel's routes."""
        return panel.router(self.stage, path=PANEL, page="simulators/fanvue.html", guards=guards)

    async def connect(self, house: House, creator_id: int) -> None:
        """Let the creator agree (anew at each start, for the make-believe Fanvue forgets), and choose a voice the first time."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        redirect = _redirect(house.settings)
        wish = codes.Wish(self.fanvue.clients.known[_CLIENT], redirect, scopes.ALL, "a-state-of-the-demo", challenge)
        code = self.fanvue.codes.give(wish, self.fanvue.world.creator(HANDLE).id)
        await house.fan_consents.accept(creator_id, code=code, redirect=redirect, verifier=verifier, actor="demo")
        async with tenancy.inside(house.db, creator_id, write=True) as session:
            if not (await choices.voice(session)).persona:
                await choices.write_voice(session, VOICE, "demo")
                await choices.write(session, schemas.Settings(mode="auto"), "demo")
                await choices.set_step(session, choices.STEPS)


async def begin(settings: Settings) -> tuple[DemoFans, Settings]:
    """Start both simulators; returns them with the settings that lead there."""
    fanvue, model = FakeFanvue(), FakeModel()
    await fanvue.start()
    await model.start()
    model.latency_s, model.heard, model.varied = _LATENCY_S, heard, True
    fanvue.register(_CLIENT, _SECRET, (_redirect(settings),), name="Entourage (demo)")
    fanvue.listen(_CLIENT, f"http://127.0.0.1:{settings.port}/fanvue-webhook", _SIGNING)
    stage = Stage(fanvue, HANDLE)
    crowd = stage.crowd(fanvue.world.creator(HANDLE, name="Nova"))
    now = fanvue.time.now()
    for number, guest in enumerate(crowd.invite(_FANS)):
        crowd.burst(guest, now - timedelta(seconds=_EARLIER_S * (number + 1) / _FANS))
    crowd.catch_up()
    on_fanvue = replace(
        settings,
        fanvue_api_url=fanvue.api_url,
        fanvue_auth_url=fanvue.auth_url,
        fanvue_client_id=_CLIENT,
        fanvue_client_secret=_SECRET,
        fanvue_webhook_secret=_SIGNING,
        llm_base_url=model.base_url,
        llm_model=model.name,
        llm_api_key="",
    )
    return DemoFans(fanvue, model, stage, crowd), on_fanvue


def _redirect(settings: Settings) -> str:
    return f"{settings.base_url}/oauth-callback"


def heard(asked: Asked) -> str:
    """Find in a question of ours what the fan said last, as a model that reads would: the newest messages of the fan, together."""
    text = next((one.text for one in reversed(asked.messages) if one.role == "user"), "")
    data = next((line for line in text.splitlines() if line.startswith("{")), "{}")
    try:
        said = msgspec.json.decode(data, type=_Told).messages
    except msgspec.DecodeError:
        return text
    newest = takewhile(lambda one: one.who == "fan", reversed(said))
    return "\n".join(one.text for one in reversed(list(newest)))
