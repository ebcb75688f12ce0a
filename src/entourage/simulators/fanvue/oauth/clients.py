"""The apps that are registered with the fake Fanvue, and where each wants its events."""

from dataclasses import dataclass, field

from entourage.simulators.fanvue.refusal import Denial

SCOPES = frozenset({
    "openid", "offline_access", "offline",
    *(f"{verb}:{what}" for what in ("chat", "creator", "media", "post", "tracking_links", "agency") for verb in ("read", "write")),
    "read:self", "read:fan", "read:insights",
})  # fmt: skip


@dataclass(slots=True)
class Endpoint:
    """Where events go: signed with every secret, of the families `creator` and `legacy`; no `events` means all of them."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    families: frozenset[str] = frozenset({"creator"})
    events: frozenset[str] = frozenset()
    id: str = ""
    creator_id: str = ""
    failures: int = 0
    disabled: bool = False

    def wants(self, family: str, kind: str, creator_id: str) -> bool:
        """Say whether an event of this family and kind about this creator goes here."""
        meant = family in self.families and self.creator_id in {"", creator_id}
        return meant and not self.disabled and (not self.events or kind in self.events)


@dataclass(slots=True)
class Client:
    """An app with its redirect addresses; `endpoints` are those of the app itself and those made over the API."""

    id: str
    secret: str = field(repr=False)
    redirects: tuple[str, ...]
    name: str = "Entourage"
    endpoints: list[Endpoint] = field(default_factory=list)


class Clients:
    """All registered apps, by client id."""

    def __init__(self) -> None:
        """Begin with none."""
        self.known: dict[str, Client] = {}

    def register(self, client: Client) -> Client:
        """Register an app, or register it anew."""
        self.known[client.id] = client
        return client

    def proven(self, client_id: str, secret: str) -> Client:
        """Return an app that proved itself by its secret; raises a 401."""
        found = self.known.get(client_id)
        if found is None or found.secret != secret:
            raise Denial(401, "invalid_client", "Client authentication failed (e.g., unknown client, no client authentication included).")
        return found
