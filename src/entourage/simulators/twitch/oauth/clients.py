"""The programs that are registered with the fake Twitch."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from entourage.simulators.twitch.refusal import Refusal


@dataclass(slots=True)
class Client:
    """A program; without a `secret` it is public, and its refresh tokens work once and for 30 days.

    `redirects` are the addresses registered for it; none means any that the console would take. `rotates` gives a
    confidential client a new refresh token at every refresh, the old one being refused from then on.
    """

    id: str
    secret: str | None = None
    name: str = "Entourage"
    redirects: tuple[str, ...] = ()
    rotates: bool = False

    def check_redirect(self, address: str) -> None:
        """Raise a 400 unless people may be sent back to this address."""
        parts = urlsplit(address)
        usual = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost")
        if address not in self.redirects and (self.redirects or not usual or not parts.hostname):
            raise Refusal(400, "Parameter redirect_uri does not match registered URI")


class Clients:
    """All registered programs, by client id.

    With `careless`, secrets may stand in an address, as the real one lets them; an address ends up in logs.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.careless = False
        self.known: dict[str, Client] = {}

    def register(self, client: Client) -> Client:
        """Register a program, or register it anew."""
        self.known[client.id] = client
        return client

    def at(self, client_id: str, *, missing: int = 400) -> Client:
        """Return a program; raises a Refusal with status `missing`."""
        if not client_id:
            raise Refusal(400, "missing client id")
        if client_id not in self.known:
            raise Refusal(missing, "client does not exist" if missing == 404 else "invalid client")  # noqa: PLR2004
        return self.known[client_id]

    def proven(self, client_id: str, secret: str, *, public: bool = False) -> Client:
        """Return a program that proved itself by its secret; a public one needs none where `public` says so."""
        client = self.at(client_id)
        if client.secret is None and public:
            return client
        if not secret:
            raise Refusal(400, "missing client secret")
        if client.secret != secret:
            raise Refusal(403, "invalid client secret")
        return client
