"""Short links followed hop by hop (`ports.views.ShortLinks`): only to hosts that we know, only over https, never further than five.

A redirect is an address that strangers chose: whatever leads elsewhere, to an address inside a network, to another port or to another
scheme is refused before anybody is asked.
"""

import asyncio
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urljoin, urlsplit

from entourage.kernel.errors import Later, Never
from entourage.platforms.http import Client, Reply

HOPS = 5
_REMEMBERED = 10_000
_LONGEST = 2_000
_AGENT = "facebookexternalhit/1.1"
"""TikTok's short links answer browsers with a page; those who preview links they send on."""
_SHORT_HOSTS = frozenset({"vm.tiktok.com", "vt.tiktok.com", "t.co"})
_SHORT_PATHS = {"tiktok.com": "/t/", "instagram.com": "/share/"}
_GOALS = frozenset({"tiktok.com", "instagram.com", "youtube.com", "youtu.be", "x.com", "twitter.com"})
_PREFIXES = ("www.", "m.", "mobile.", "us.")
_MOVED = frozenset({301, 302, 303, 307, 308})
_ASKED_OTHERWISE = frozenset({200, 400, 403, 405, 501})
_GONE = frozenset({404, 410})
_ACCEPTED = tuple(_MOVED | _ASKED_OTHERWISE | _GONE)

Resolve = Callable[[str], Awaitable[Sequence[str]]]


async def resolve(host: str) -> Sequence[str]:
    """Return the addresses of a host; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class LinkFollower:
    """Follows short links; what it found once it remembers for as long as it lives."""

    def __init__(self, http: Client, *, instead: str = "", resolver: Resolve = resolve) -> None:
        """Take a client; `instead` is a base URL below which all hosts are found by their names (the simulator's)."""
        self._http = http
        self._instead = instead.rstrip("/")
        self._resolve = resolver
        self._known: OrderedDict[str, str] = OrderedDict()

    async def follow(self, url: str) -> str:
        """Return the address that a short link leads to; Never for one that leads nowhere or elsewhere, Later when nobody answered."""
        if url in self._known:
            self._known.move_to_end(url)
            return self._known[url]
        found = await self._followed(url)
        self._known[url] = found
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _followed(self, url: str) -> str:
        seen: set[str] = set()
        for _ in range(HOPS + 1):
            check(url)
            if not is_short(url):
                return url
            if url in seen:
                msg = "This short link leads back to itself."
                raise Never(msg)
            seen.add(url)
            if len(seen) > HOPS:
                break
            url = await self._hop(url)
        msg = f"This short link goes on and on: more than {HOPS} times."
        raise Never(msg)

    async def _hop(self, url: str) -> str:
        await self._refuse_inner_hosts(url)
        for method in ("HEAD", "GET"):
            reply = await self._asked(method, url)
            if reply.status in _MOVED and reply.headers.get("location"):
                return urljoin(url, reply.headers["location"].strip())
            if reply.status in _GONE:
                msg = "This short link leads nowhere (any more)."
                raise Never(msg)
        msg = f"{urlsplit(url).hostname} does not say where this short link leads ({reply.status})."
        raise Later(msg)

    async def _asked(self, method: str, url: str) -> Reply:
        address = url
        if self._instead:
            parts = urlsplit(url)
            address = f"{self._instead}/{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return await self._http.call(
            method, address, accept=_ACCEPTED, follow_redirects=False, headers={"User-Agent": _AGENT, "Accept": "*/*"}
        )

    async def _refuse_inner_hosts(self, url: str) -> None:
        """Refuse a host whose name leads into a network of ours, whoever made it so."""
        if self._instead:
            return
        host = urlsplit(url).hostname or ""
        try:
            addresses = await self._resolve(host)
        except OSError as error:
            msg = f"{host} could not be found."
            raise Later(msg) from error
        if not addresses or any(not ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
            msg = f"{host} leads into a private network."
            raise Never(msg)


def check(url: str) -> None:
    """Raise Never unless an address is one of a platform that we know, over https, without a port or a name to sign in."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        msg = "This is no address."
        raise Never(msg) from error
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc or len(url) > _LONGEST:
        msg = "A short link must be an https address of its platform."
        raise Never(msg)
    if host not in _SHORT_HOSTS and _bare(host) not in _GOALS:
        msg = f"This short link leads away from the platforms, to {host[:60] or 'nowhere'}."
        raise Never(msg)


def is_short(url: str) -> bool:
    """Say whether an address only says where to go on."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return host in _SHORT_HOSTS or ((start := _SHORT_PATHS.get(_bare(host))) is not None and parts.path.startswith(start))


def _bare(host: str) -> str:
    for prefix in _PREFIXES:
        host = host.removeprefix(prefix)
    return host
