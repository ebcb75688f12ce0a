"""The make-believe Apify: REST v2 with actors, runs, datasets and one's own account."""

import secrets
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, Parameter
from litestar.types import ControllerRouterHandler

from entourage.simulators.clips.refusal import ApifyRefusal
from entourage.simulators.clips.runs import Account, Actor, Machines, Run
from entourage.simulators.timepiece import Timepiece

Asking = Request[Any, Any, Any]
_SYNC_S = 300.0
_WAIT_MOST = 60.0
_PAGE = 250_000
_STAMP = "%Y-%m-%dT%H:%M:%S.%f"


class Apify:
    """Accounts by their tokens, and who may ask what."""

    def __init__(self, time: Timepiece, machines: Machines, actors: dict[str, Actor]) -> None:
        """Begin without an account."""
        self.accounts: dict[str, Account] = {}
        self.machines = machines
        self.actors = actors
        self.time = time

    def register(self, token: str = "", *, name: str = "nova", plan: str = "FREE", credit_usd: float = 5.0) -> str:
        """Open an account; returns its API token."""
        token = token or f"apify_api_{secrets.token_hex(18)}"
        self.accounts[token] = Account(f"user{len(self.accounts):013d}", name, plan, credit_usd)
        return token

    def account(self, request: Asking) -> Account:
        """Return whose request this is; raises a 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token if scheme.casefold() == "bearer" else request.query_params.get("token", "")
        if not token:
            raise ApifyRefusal(401, "token-not-provided", "Authentication token was not provided")
        if token not in self.accounts:
            raise ApifyRefusal(401, "user-or-token-not-found", "User was not found or authentication token is not valid")
        return self.accounts[token]

    def actor(self, name: str) -> Actor:
        """Return an actor by its name with a tilde; raises a 404."""
        if name not in self.actors:
            raise ApifyRefusal(404, "record-not-found", "Actor was not found")
        return self.actors[name]

    def run(self, run_id: str, account: Account) -> Run:
        """Return a run of this account; raises a 404."""
        run = self.machines.runs.get(run_id)
        if run is None or run.account is not account:
            raise ApifyRefusal(404, "record-not-found", "Run was not found")
        return run

    def told(self, run: Run) -> dict[str, Any]:
        """Write a run as it stands."""
        status = self.machines.status(run)
        over = run.items is not None
        return {
            "id": run.id, "actId": run.actor.name.replace("~", "-"), "userId": run.account.id,
            "startedAt": _stamp(run.started_at), "finishedAt": _stamp(run.ends_at) if over else None,
            "status": status, "statusMessage": (run.message or None) if over else "Crawling the posts", "isStatusMessageTerminal": over,
            "meta": {"origin": "API"}, "stats": {"runTimeSecs": (run.ends_at - run.started_at).total_seconds() if over else 0},
            "options": {"build": "latest", "timeoutSecs": 0, "memoryMbytes": 1024, "maxItems": run.most, "maxTotalChargeUsd": run.most_usd},
            "defaultKeyValueStoreId": _store(run), "defaultDatasetId": run.dataset_id,
            "defaultRequestQueueId": f"rq{run.dataset_id[2:]}",
            "pricingInfo": {"pricingModel": "PRICE_PER_DATASET_ITEM", "pricePerUnitUsd": run.actor.price_usd / 1_000},
            "chargedEventCounts": {}, "usageTotalUsd": run.cost_usd if over else 0,
        }  # fmt: skip


def routes(apify: Apify) -> list[ControllerRouterHandler]:
    """Make the routes of everything below /v2."""
    return [*_actors(apify), *_runs(apify), *_account(apify)]


Amount = Annotated[float | None, Parameter(query="maxTotalChargeUsd")]
Most = Annotated[int | None, Parameter(query="maxItems")]
Wait = Annotated[float, Parameter(query="waitForFinish")]


def _actors(apify: Apify) -> list[ControllerRouterHandler]:
    @get(["/v2/acts/{actor_id:str}", "/v2/actors/{actor_id:str}"])
    async def actor(request: Asking, actor_id: FromPath[str]) -> dict[str, Any]:
        apify.account(request)
        found = apify.actor(actor_id)
        username, _, name = found.name.partition("~")
        return {"data": {"id": found.name.replace("~", "-"), "name": name, "username": username, "isPublic": True}}

    @post(["/v2/acts/{actor_id:str}/runs", "/v2/actors/{actor_id:str}/runs"], status_code=201)
    async def start(
        request: Asking, actor_id: FromPath[str], most: Most = None, most_usd: Amount = None, wait: Wait = 0.0
    ) -> dict[str, Any]:  # fmt: skip
        account = apify.account(request)
        run = apify.machines.start(apify.actor(actor_id), account, await _asked(request), most=most, most_usd=most_usd)
        await apify.machines.wait(run, min(wait, _WAIT_MOST))
        return {"data": apify.told(run)}

    @post(["/v2/acts/{actor_id:str}/run-sync-get-dataset-items", "/v2/actors/{actor_id:str}/run-sync-get-dataset-items"], status_code=201)
    async def at_once(request: Asking, actor_id: FromPath[str], most: Most = None, most_usd: Amount = None) -> Response[bytes]:
        account = apify.account(request)
        run = apify.machines.start(apify.actor(actor_id), account, await _asked(request), most=most, most_usd=most_usd)
        await apify.machines.wait(run, _SYNC_S)
        if apify.machines.status(run) in {"READY", "RUNNING"}:
            raise ApifyRefusal(
                408, "run-timeout-exceeded", f"Actor run exceeded the timeout of {_SYNC_S:.0f} seconds for this API endpoint"
            )
        if run.end != "SUCCEEDED":
            raise ApifyRefusal(400, "run-failed", f"Actor run did not succeed (run ID: {run.id}, status: {run.end}).")
        return _items(run, 0, _PAGE, desc=False, status=201)

    return [actor, start, at_once]


def _runs(apify: Apify) -> list[ControllerRouterHandler]:
    @get(["/v2/actor-runs/{run_id:str}"])
    async def run(request: Asking, run_id: FromPath[str], wait: Wait = 0.0) -> dict[str, Any]:
        found = apify.run(run_id, apify.account(request))
        await apify.machines.wait(found, min(wait, _WAIT_MOST))
        return {"data": apify.told(found)}

    @post("/v2/actor-runs/{run_id:str}/abort", status_code=200)
    async def abort(request: Asking, run_id: FromPath[str]) -> dict[str, Any]:
        found = apify.run(run_id, apify.account(request))
        apify.machines.abort(found)
        return {"data": apify.told(found)}

    @get(["/v2/acts/{actor_id:str}/runs", "/v2/actors/{actor_id:str}/runs"])
    async def listed(request: Asking, actor_id: FromPath[str], offset: int = 0, limit: int = 1_000, desc: str = "") -> dict[str, Any]:
        account, actor = apify.account(request), apify.actor(actor_id)
        runs = [one for one in apify.machines.runs.values() if one.account is account and one.actor is actor]
        page = (runs[::-1] if desc in {"1", "true"} else runs)[offset : offset + limit]
        about = {"total": len(runs), "offset": offset, "limit": limit, "count": len(page), "desc": desc in {"1", "true"}}
        return {"data": {**about, "items": [apify.told(one) for one in page]}}

    @get("/v2/key-value-stores/{store_id:str}/records/INPUT")
    async def given(request: Asking, store_id: FromPath[str]) -> dict[str, Any]:
        account = apify.account(request)
        run = next((one for one in apify.machines.runs.values() if one.account is account and _store(one) == store_id), None)
        if run is None:
            raise ApifyRefusal(404, "record-not-found", "Record was not found")
        return run.asked

    @get("/v2/datasets/{dataset_id:str}/items")
    async def items(
        request: Asking, dataset_id: FromPath[str], offset: int = 0, limit: int = _PAGE, desc: str = "false"
    ) -> Response[bytes]:
        account = apify.account(request)
        found = apify.machines.datasets.get(dataset_id)
        if found is None or found.account is not account:
            raise ApifyRefusal(404, "record-not-found", "Dataset was not found")
        apify.machines.status(found)
        return _items(found, offset, limit, desc=desc in {"1", "true"}, status=200)

    return [run, abort, listed, given, items]


def _account(apify: Apify) -> list[ControllerRouterHandler]:
    @get("/v2/users/me")
    async def me(request: Asking) -> dict[str, Any]:
        account = apify.account(request)
        plan = {"id": account.plan, "isEnabled": True, "monthlyBasePriceUsd": 0, "monthlyUsageCreditsUsd": account.credit_usd}
        return {"data": {"id": account.id, "username": account.name, "plan": plan, "isPaying": account.plan != "FREE"}}

    @get("/v2/users/me/limits")
    async def limits(request: Asking) -> dict[str, Any]:
        account = apify.account(request)
        apify.machines.settle()
        now = apify.time.now()
        return {
            "data": {
                "monthlyUsageCycle": {"startAt": _stamp(now.replace(day=1, hour=0)), "endAt": _stamp(now.replace(day=28, hour=23))},
                "limits": {"maxMonthlyUsageUsd": account.credit_usd, "maxConcurrentActorJobs": account.concurrent},
                "current": {"monthlyUsageUsd": round(account.used_usd, 4), "activeActorJobCount": 0},
            }
        }

    return [me, limits]


def _store(run: Run) -> str:
    """Return the id of the store in which a run's input lies."""
    return f"kv{run.dataset_id[2:]}"


async def _asked(request: Asking) -> dict[str, Any]:
    try:
        asked = msgspec.json.decode(await request.body())
    except msgspec.DecodeError as error:
        raise ApifyRefusal(400, "run-input-body-not-valid-json", "Run input body is not a valid JSON.") from error
    if not isinstance(asked, dict):
        raise ApifyRefusal(400, "input-json-not-object", "Input JSON must be an object.")
    return asked


def _items(run: Run, offset: int, limit: int, *, desc: bool, status: int) -> Response[bytes]:
    """Write a page of a dataset: a bare array, and where it stands in five headers."""
    rows = run.items or []
    page = (rows[::-1] if desc else rows)[offset : offset + limit]
    headers = {
        "X-Apify-Pagination-Total": str(len(rows)),
        "X-Apify-Pagination-Offset": str(offset),
        "X-Apify-Pagination-Count": str(len(page)),
        "X-Apify-Pagination-Limit": str(limit),
        "X-Apify-Pagination-Desc": str(desc).lower(),
    }
    return Response(msgspec.json.encode(page), status_code=status, headers=headers, media_type="application/json; charset=utf-8")


def _stamp(moment: Any) -> str:  # noqa: ANN401 - a datetime
    return f"{moment.strftime(_STAMP)[:-3]}Z"
