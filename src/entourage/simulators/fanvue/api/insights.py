"""What fans spent and what a creator earned, for each fan and for each payment."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from entourage.simulators.fanvue.api import shapes
from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.families import person
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.till import Earning
from entourage.simulators.fanvue.wire import cursored, moment, numbered, stamp
from entourage.simulators.fanvue.world import Bond

Asked = Request[Any, Any, Any]
_MOST_IN_ADDRESS = 20
_FAR_PAST, _FAR_FUTURE = "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


class Fans(Struct, frozen=True):
    """Whose insights are asked for."""

    fanUuids: Annotated[list[str], Meta(max_length=100)]  # noqa: N815 - Fanvue's word


def routes(desk: Desk) -> list[ControllerRouterHandler]:
    """Return the handlers."""

    @get("/insights/fans/{fan_id:str}")
    async def fan(request: Asked, fan_id: str) -> dict[str, Any]:
        call = desk.admit(request, "read:insights", "read:fan")
        bond = call.world.known(call.me.id, fan_id)
        if bond is None:
            raise Refusal(404, "Fan not found")
        return _fan(call, bond)

    @get("/insights/fans")
    async def fans(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:insights", "read:fan")
        asked = [one for one in call.may("fanUuids").split(",") if one]
        if not 1 <= len(asked) <= _MOST_IN_ADDRESS:
            raise Refusal(400, "Validation failed", errors=[{"message": f"fanUuids must name 1 to {_MOST_IN_ADDRESS} fans"}])
        return _fans(call, asked)

    @post("/insights/fans/batch", status_code=200)
    async def batch(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:insights", "read:fan")
        return _fans(call, (await call.body(Fans)).fanUuids)

    @get("/insights/earnings")
    async def earnings(request: Asked) -> dict[str, Any]:
        return _earnings(desk.admit(request, "read:insights"))

    @get("/insights/top-spenders")
    async def top(request: Asked) -> dict[str, Any]:
        return _top(desk.admit(request, "read:insights", "read:fan"))

    return [fan, fans, batch, earnings, top]


def _fan(call: Call, bond: Bond) -> dict[str, Any]:
    rows = call.world.till(call.me.id).of(bond.fan.id)
    sources: Counter[str] = Counter()
    for one in rows:
        sources[one.source] += one.gross
    kept, paid = bond.subscription, [one for one in rows if not one.refunds]
    subscription = kept and {"createdAt": stamp(kept.since), "renewsAt": stamp(kept.renews_at), "autoRenewalEnabled": kept.renews}
    return {
        "status": _status(bond),
        "spending": {
            "lastPurchaseAt": moment(paid[-1].at if paid else None),
            "total": {"gross": sum(one.gross for one in rows)},
            "maxSinglePayment": {"gross": max((one.gross for one in paid), default=0)},
            "sources": {source: {"gross": gross} for source, gross in sources.items()},
        },
        "subscription": subscription,
    }


def _status(bond: Bond) -> str:
    if not bond.reachable:
        return "not_contactable"
    if bond.subscription is not None:
        return "subscriber"
    return "expired" if bond.expired else "follower"


def _fans(call: Call, asked: list[str]) -> dict[str, Any]:
    results, errors = {}, []
    for fan_id in asked:
        bond = call.world.known(call.me.id, fan_id)
        if bond is None:
            errors.append({"code": "not_found", "fanUuid": fan_id, "message": "Fan not found"})
        else:
            results[fan_id] = _fan(call, bond)
    return {"results": results, "errors": errors}


def _earnings(call: Call) -> dict[str, Any]:
    begin, end, source = _moment(call, "startDate", _FAR_PAST), _moment(call, "endDate", _FAR_FUTURE), call.may("source")
    found = [one for one in call.world.till(call.me.id).rows if begin <= one.at < end and source in {"", one.source}]
    rows, cursor = cursored(found[::-1], call.may("cursor"), call.number("size", 20, 50))
    return {"data": [_row(call, one) for one in rows], "nextCursor": cursor}


def _row(call: Call, one: Earning) -> dict[str, Any]:
    fan = call.world.accounts.get(one.fan_id)
    return {
        "date": stamp(one.at),
        "gross": one.gross,
        "net": one.net,
        "currency": "USD",
        "source": one.source,
        **({"messageUuid": one.message_id} if one.message_id else {}),
        "transactionOrderId": one.order_id,
        "transactionOrderStatus": "pendingBalance",
        "user": None if fan is None or fan.deleted else person(fan),
    }


def _top(call: Call) -> dict[str, Any]:
    till = call.world.till(call.me.id)
    bonds = sorted((one for one in call.world.of(call.me.id) if till.spent(one.fan.id) > 0), key=lambda one: -till.spent(one.fan.id))
    rows, pagination = numbered(bonds, *call.sized())
    told = [
        {
            "gross": till.spent(one.fan.id),
            "net": sum(row.net for row in till.of(one.fan.id)),
            "messages": sum(said.sender_id == one.fan.id for said in one.messages),
            "user": shapes.fan(one, till),
        }
        for one in rows
    ]
    return {"data": told, "pagination": pagination}


def _moment(call: Call, name: str, usual: str) -> datetime:
    try:
        text = call.may(name) or usual
        return msgspec.convert(text if "T" in text else f"{text}T00:00:00Z", datetime, strict=False)
    except msgspec.ValidationError:
        raise Refusal(400, "Validation failed", errors=[{"path": [name], "message": "must be a date"}]) from None
