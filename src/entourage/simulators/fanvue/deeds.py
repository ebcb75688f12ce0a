"""What people do on the fake Fanvue besides writing: follow, subscribe, pay, take money back, block, leave."""

from datetime import timedelta

from entourage.simulators.fanvue.hindrance import Hindrance
from entourage.simulators.fanvue.hub import Hub
from entourage.simulators.fanvue.post import Post
from entourage.simulators.fanvue.till import Earning, Source
from entourage.simulators.fanvue.wire import uid
from entourage.simulators.fanvue.world import Bond, Message, World

_MONTH = timedelta(days=30)


class Deeds:
    """Deeds of fans towards a creator; each is told to the hub. Amounts in cents."""

    def __init__(self, world: World, hub: Hub, post: Post) -> None:
        """Act on a world."""
        self._world = world
        self._hub = hub
        self._post = post

    def follow(self, bond: Bond) -> None:
        """Let a fan follow; raises Hindrance when they do already."""
        if bond.follows:
            raise Hindrance(code="follows", who=bond.fan.name)
        bond.follows, bond.seen_at = True, self._world.time.now()
        self._hub.follow(bond)

    def subscribe(self, bond: Bond, price: int = 999, *, trial: bool = False) -> None:
        """Let a fan subscribe for a month."""
        if bond.subscription is not None:
            raise Hindrance(code="subscribed", who=bond.fan.name)
        bond.follows = True
        bond.subscribe(price, self._world.time.now(), trial=trial)
        self._hub.subscription(bond, "activated")
        if not trial:
            self._pay(bond, "subscription", price)

    def renew(self, bond: Bond) -> None:
        """Let a subscription begin its next month."""
        one = bond.subscription
        if one is None:
            raise Hindrance(code="no_subscription", who=bond.fan.name)
        one.renews_at, one.trial = one.renews_at + _MONTH, False
        self._hub.subscription(bond, "renewed")
        self._pay(bond, "renewal", one.price)

    def cancel(self, bond: Bond) -> None:
        """Let a fan say that the subscription shall not be renewed."""
        if bond.subscription is None:
            raise Hindrance(code="no_subscription", who=bond.fan.name)
        bond.subscription.renews = False
        self._hub.subscription(bond, "cancel_at_period_end_changed")

    def lapse(self, bond: Bond) -> None:
        """Let a subscription end."""
        if bond.subscription is None:
            raise Hindrance(code="no_subscription", who=bond.fan.name)
        self._hub.subscription(bond, "deactivated")
        bond.subscription, bond.expired = None, True

    def tip(self, bond: Bond, cents: int, text: str = "") -> Earning:
        """Let a fan give a tip, which stands in the chat."""
        said = self._post.receive(bond, text or f"Tipped ${cents / 100:.2f}", kind="TIP")
        return self._pay(bond, "tip", cents, said.id)

    def buy(self, bond: Bond, message: Message | None = None) -> Earning:
        """Let a fan pay for a message that has a price, the last one if none is named."""
        waiting = (one for one in reversed(bond.messages) if one.price and one.purchased_at is None)
        one = message or next(waiting, None)
        if one is None or not one.price:
            raise Hindrance(code="nothing_to_buy", who=bond.fan.name)
        one.purchased_at, one.read = self._world.time.now(), True
        return self._pay(bond, "message", one.price, one.id)

    def refund(self, bond: Bond) -> Earning:
        """Let the fan's last payment be taken back: a row of its own, below zero."""
        till = self._world.till(bond.creator.id)
        paid = till.last(bond.fan.id)
        if paid is None:
            raise Hindrance(code="nothing_paid", who=bond.fan.name)
        now = self._world.time.now()
        row = Earning(uid(), now, paid.source, -paid.gross, bond.fan.id, paid.message_id, paid.order_id)
        till.rows.append(row)
        self._hub.money(bond, row)
        return row

    def block(self, bond: Bond) -> None:
        """Let a fan block the creator, who can then not write any more."""
        bond.barred = True

    def unblock(self, bond: Bond) -> None:
        """Let the creator write again."""
        bond.barred = False

    def leave(self, bond: Bond) -> None:
        """Let a fan delete the account."""
        bond.fan.deleted = True

    def come(self, bond: Bond) -> None:
        """Let a fan be online."""
        bond.seen_at = self._world.time.now()
        self._hub.presence(bond)

    def _pay(self, bond: Bond, source: Source, cents: int, message_id: str = "") -> Earning:
        row = Earning(uid(), self._world.time.now(), source, cents, bond.fan.id, message_id)
        self._world.till(bond.creator.id).rows.append(row)
        bond.seen_at = row.at
        self._hub.money(bond, row)
        return row
