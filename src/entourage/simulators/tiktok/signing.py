"""The sign server: who may ask, how often, and the tickets that open the websocket for thirty seconds."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from entourage.simulators.tiktok import answers, frames
from entourage.simulators.tiktok.answers import Answer
from entourage.simulators.tiktok.counts import Counts
from entourage.simulators.tiktok.faults import Faults
from entourage.simulators.tiktok.room import Room

_WINDOW_S = 60
_REASONS = {
    401: "The API key is invalid.",
    402: "This needs a premium plan.",
    403: "The API key may not sign websockets.",
    429: "Too many connections started, try again later.",
    500: "The signature could not be made.",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to open one websocket: for this room, with this cookie, until `until` (monotonic seconds)."""

    room: Room
    cookie: str
    after: int
    until: float


class SignDesk:
    """Signs websocket addresses as the hosted sign server does, with its limits and refusals."""

    def __init__(
        self,
        faults: Faults,
        counts: Counts,
        *,
        api_key: str | None = None,
        per_minute: int = 120,
        ticket_s: float = 30,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        """Open the desk; without an `api_key` any key will do."""
        self._faults = faults
        self._counts = counts
        self._api_key = api_key
        self._per_minute = per_minute
        self._ticket_s = ticket_s
        self._unix_s = unix_s
        self._window = 0
        self._signed = 0
        self._tickets: dict[str, Ticket] = {}

    def sign(self, room: Room | None, query: Mapping[str, str], headers: Mapping[str, str], push_server: str) -> Answer:
        """Answer a sign request for a room, or refuse it and say why."""
        refused = self._refusal(room, query, headers)
        if refused is not None or room is None:
            self._counts.signs_refused += 1
            return refused or _problem(404, "This room does not exist or is not live.")
        self._counts.signs += 1
        self._forget_expired()
        token, cookie = secrets.token_urlsafe(24), secrets.token_hex(16)
        self._tickets[token] = Ticket(room, cookie, room.published, self._faults.clock() + self._ticket_s)
        history = room.recent(room.history)
        self._counts.history_messages += len(history)
        body = frames.signed_batch(
            history,
            cursor=f"r-{room.published}_d-1_u-1",
            push_server=push_server,
            route={"imprp": token, "wrss": secrets.token_urlsafe(16), "ua": query.get("user_agent", "")},
        )
        return Answer(
            200,
            body,
            "application/x-protobuf",
            {
                "X-Set-TT-Cookie": f"ttwid={cookie}; Path=/; Secure; HttpOnly",
                "X-Room-ID": str(room.broadcast.room_id),
                "X-Request-ID": secrets.token_hex(8),
                **self._limits(),
            },
        )

    def redeem(self, token: str, room_id: str, cookies: str) -> Ticket | str:
        """Take a ticket at the websocket's door; returns the reason when it does not open."""
        ticket = self._tickets.pop(token, None)
        if ticket is None:
            return "illegal secret key"
        if self._faults.clock() > ticket.until:
            return "signature expired"
        if room_id != str(ticket.room.broadcast.room_id):
            return "room mismatch"
        if f"ttwid={ticket.cookie}" not in cookies:
            return "cookie missing"
        return ticket

    def _forget_expired(self) -> None:
        now = self._faults.clock()
        self._tickets = {token: one for token, one in self._tickets.items() if one.until >= now}

    def _refusal(self, room: Room | None, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer | None:
        fault = self._faults.hit("sign")
        if fault is not None:
            reset = None
            if fault.status == 429:  # noqa: PLR2004 - an HTTP status
                reset = int(self._unix_s() + (self._faults.seconds_left("sign") or _WINDOW_S)) + 1
            return _problem(fault.status, _REASONS.get(fault.status, "Something went wrong."), fault.label, reset)
        given = headers.get("X-Api-Key") or query.get("apiKey")
        if self._api_key is not None and given != self._api_key:
            return _problem(401, _REASONS[401])
        if room is None:
            return _problem(404, "This room does not exist or is not live.")
        return self._overdrawn()

    def _overdrawn(self) -> Answer | None:
        window = int(self._unix_s()) // _WINDOW_S
        if window != self._window:
            self._window, self._signed = window, 0
        if self._signed >= self._per_minute:
            return _problem(429, _REASONS[429], "rate_limit_account_minute", (window + 1) * _WINDOW_S)
        self._signed += 1
        return None

    def _limits(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self._per_minute),
            "RateLimit-Remaining": str(self._per_minute - self._signed),
            "RateLimit-Reset": str((self._window + 1) * _WINDOW_S),
        }


def _problem(status: int, message: str, label: str = "", reset: int | None = None) -> Answer:
    body: dict[str, object] = {"code": status, "message": message}
    headers: dict[str, str] = {}
    if label:
        body["limit_label"] = label
    if reset is not None:
        headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(reset)}
    return answers.as_json(body, status, headers)
