"""Somebody who counts by one of Apify's actors (`ports.views.Counter`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entourage.kernel.errors import Later, PlatformError
from entourage.platforms.apify.client import WAIT_S, Api
from entourage.platforms.apify.reader import Translator, failed
from entourage.platforms.apify.shapes import Item, Run
from entourage.ports.views import Counted, Outcome, Reading, RunFailed, Wanted

_OVER = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
_SOON_S = 5.0
_SKEW = timedelta(minutes=1)
_ENDED: dict[str, Outcome] = {"SUCCEEDED": "missing", "TIMED-OUT": "timeout"}
_MICRO = 1_000_000
_ADDRESSES = ("submittedVideoUrl", "inputUrl", "url")


@dataclass(frozen=True, slots=True)
class Offer:
    """An actor and what it takes: micro-dollars for a thousand results."""

    actor: str
    price_micro: int

    def price(self, results: int) -> int:
        """Return what so many results cost, rounded up."""
        return -(-results * self.price_micro // 1_000)


@dataclass(frozen=True, slots=True)
class ApifyCounter:
    """Counts what one actor reads; a run's id comes back at once, so that it can be kept before anything is waited for.

    Videos that a run left out, or found without a count, are asked for once more; not when most of them are, for then something
    else is wrong.
    """

    api: Api
    translator: Translator
    offer: Offer
    most: int = 50
    wait_s: int = WAIT_S

    @property
    def name(self) -> str:
        """What it is called."""
        return self.translator.name

    def bound_micro(self, videos: int) -> int:
        """Return what a run over so many videos costs at most, those that are asked for again included."""
        return self.offer.price(videos + _again_at_most(videos)) if videos else 0

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:
        """Begin a run; its id comes at once. Raises Never when this may cost less than one result does."""
        run = await self.api.start(
            self.offer.actor, self.translator.ask(wanted), most=len(wanted), most_micro=min(most_micro, self.offer.price(len(wanted)))
        )
        return run.id

    async def find(self, wanted: Sequence[Wanted], *, since: datetime) -> str | None:
        """Return the id of a run over exactly these videos begun at or after a moment (by clocks that differ by a minute at most)."""
        asked = {self.translator.address(one) for one in wanted}
        for begun in await self.api.begun(self.offer.actor, since=since - _SKEW):
            sent = await self.api.asked(begun)
            if any(isinstance(value, list) and set(map(str, value)) == asked for value in sent.values()):
                return begun.id
        return None

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:
        """Return what a run found; Later while it runs, RunFailed when it ended badly with nothing at all."""
        run = await self.api.run(run_id, wait_s=self.wait_s)
        if run.status not in _OVER:
            msg = f"Apify is still reading ({run.status})."
            raise Later(msg, retry_after_s=_SOON_S)
        items = await self._items(run)
        cost = self._cost(run, len(items))
        if run.status != "SUCCEEDED" and not items:
            raise RunFailed(_ended(run), cost_micro=cost)
        found = self._matched(items, wanted)
        missing = [one for one in wanted if _is_missing(found.get(one.video_id))]
        if run.status == "SUCCEEDED" and 0 < len(missing) <= _again_at_most(len(wanted)):
            more, extra = await self._again(missing)
            found |= {video_id: one for video_id, one in more.items() if not _is_missing(one)}
            cost += extra
        return Counted(readings=[found.get(one.video_id) or self._left_out(one, run) for one in wanted], cost_micro=cost)

    async def _again(self, missing: Sequence[Wanted]) -> tuple[dict[str, Reading], int]:
        """Ask once more for what was left out; when that does not work at once, it was left out."""
        most = self.offer.price(len(missing))
        try:
            run = await self.api.start(
                self.offer.actor, self.translator.ask(missing), most=len(missing), most_micro=most, wait_s=self.wait_s
            )
        except PlatformError:
            return {}, 0
        if run.status not in _OVER:
            return {}, most
        try:
            items = await self._items(run)
        except PlatformError:
            return {}, most
        return self._matched(items, missing), min(self._cost(run, len(items)), most)

    async def _items(self, run: Run) -> list[Item]:
        return await self.api.items(run.default_dataset_id) if run.default_dataset_id else []

    def _matched(self, items: Iterable[Item], wanted: Sequence[Wanted]) -> dict[str, Reading]:
        """Read the items about what was asked for, by id; what nobody asked for is dropped, and a count beats a failure."""
        asked = {one.video_id for one in wanted}
        sent = {self.translator.address(one): one.video_id for one in wanted}
        found: dict[str, Reading] = {}
        for item in items:
            for video_id in self._about(item, sent):
                if video_id not in asked:
                    continue
                reading = self.translator.read(item, video_id)
                if video_id not in found or (reading.outcome == "ok" and found[video_id].outcome != "ok"):
                    found[video_id] = reading
        return found

    def _about(self, item: Item, sent: Mapping[str, str]) -> list[str]:
        """Return the ids of the videos that an item is about: one; or all of a list of addresses that were no good."""
        listed = item.get("invalidUrls")
        if isinstance(listed, list):
            return [sent[one] for one in listed if isinstance(one, str) and one in sent]
        if known := self.translator.key(item):
            return [known]
        return [sent[one] for one in (item.get(name) for name in _ADDRESSES) if isinstance(one, str) and one in sent][:1]

    def _left_out(self, one: Wanted, run: Run) -> Reading:
        outcome = _ENDED.get(run.status, "error")
        return failed(
            self.translator.platform, one.video_id, None, outcome, "left out of the answer" if outcome == "missing" else _ended(run)
        )

    def _cost(self, run: Run, items: int) -> int:
        """Return what a run cost: what Apify says by now, and never less than its results cost by the list."""
        return max(round((run.usage_total_usd or 0.0) * _MICRO), self.offer.price(items))


def _again_at_most(videos: int) -> int:
    return max(1, videos // 2)


def _is_missing(reading: Reading | None) -> bool:
    return reading is None or reading.outcome == "missing"


def _ended(run: Run) -> str:
    said = " ".join((run.status_message or "no reason given").split())[:160]
    return f"Apify's run ended as {run.status}: {said}"
