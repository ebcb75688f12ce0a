"""The settings of an installation: one list, read from the environment.

Each is `ENTOURAGE_<NAME>`; a secret is also read from the file named by `ENTOURAGE_<NAME>_FILE`.
`docs/settings.md` lists them all, and a test fails when one is missing there.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from entourage.kernel.errors import Invalid

_DEAREST = 1_000_000


def version() -> str:
    """Return the version of the installed house, or `0` in a source tree that was never installed."""
    try:
        return metadata.version("entourage")
    except metadata.PackageNotFoundError:
        return "0"


def _setting(default: Any, about: str, *, secret: bool = False, aliases: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    return field(default=default, repr=not secret, metadata={"about": about, "secret": secret, "aliases": aliases})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set from outside; creators' own choices live in the database."""

    data_dir: str = _setting("~/.entourage", "Folder of the embedded database, the key file and backups.")
    database_url: str = _setting(
        "", "PostgreSQL address, postgresql://user:password@host/name; empty uses SQLite in the data folder.", secret=True
    )
    redis_url: str = _setting("", "Redis address for updates between several processes; empty keeps them in one.", secret=True)
    host: str = _setting("127.0.0.1", "Address to listen on; 0.0.0.0 opens the house to the network.")
    port: int = _setting(3000, "Port to listen on.")
    health_port: int = _setting(0, "Port of /api/health and /metrics beside a listener or worker without web; 0 opens none.")
    trusted_proxies: str = _setting(
        "127.0.0.1", "Proxies whose X-Forwarded-For and -Proto are believed: addresses or networks, separated by commas."
    )
    public_url: str = _setting("", "Address under which people reach the house, for links and cookies.")
    secret_keys: str = _setting(
        "", "Keys for secrets at rest, newest first, separated by commas; empty keeps one in the data folder.", secret=True
    )
    backup_dir: str = _setting("", "Folder of the backups; empty keeps them in `backups` in the data folder.")
    backup_keep: int = _setting(14, "How many automatic backups to keep; 0 makes none. Those made by hand are never removed.")
    backup_hour: int = _setting(4, "Hour of the night, 0 to 23 by the first creator's clock, for backup, check and retention.")
    roles: str = _setting("web,listen,work", "What this process does: any of web, listen, work.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    log_format: str = _setting("auto", "console, json, gcloud (as Google Cloud reads it) or auto (json when the output is no terminal).")
    log_file: str = _setting("", "File that the log is also written to, as JSON, begun anew each midnight (UTC); one for each process.")
    log_days: int = _setting(30, "How many days of ENTOURAGE_LOG_FILE are kept.")
    log_requests: int = _setting(0, "1 writes a line for each request: method, route, status and time.")
    metrics_token: str = _setting("", "Token for /metrics, sent as a bearer token; empty shows it to this computer only.", secret=True)
    sentry_dsn: str = _setting("", "DSN of your Sentry project, to be told of errors (extra `sentry`); empty tells nobody.", secret=True)
    sentry_environment: str = _setting("production", "What Sentry calls this installation.")
    otel_url: str = _setting("", "Base URL of your OpenTelemetry collector (OTLP over HTTP, extra `otel`); empty traces nothing.")
    otel_headers: str = _setting("", "Headers for the collector, name=value separated by commas.", secret=True)
    otel_percent: int = _setting(100, "How many requests of a hundred are traced, where the caller did not decide.")
    gcloud_project: str = _setting("", "Google Cloud project, so that its log links lines to traces.", aliases=("GOOGLE_CLOUD_PROJECT",))
    tiktok_web_url: str = _setting("https://www.tiktok.com", "Where TikTok's pages live.")
    tiktok_webcast_url: str = _setting("https://webcast.tiktok.com/webcast", "Where TikTok's live API lives.")
    tiktok_sign_url: str = _setting("https://tiktok.eulerstream.com", "Base URL of the sign server.", aliases=("SIGN_API_URL",))
    tiktok_sign_key: str = _setting("", "Key for the sign server.", secret=True, aliases=("SIGN_API_KEY",))
    euler_url: str = _setting("wss://ws.eulerstream.com", "Where Euler offers live events over a websocket.")
    twitch_client_id: str = _setting(
        "", "Client ID of the Twitch app; empty lets an owner of the house type it on the settings page.", aliases=("TWITCH_CLIENT_ID",)
    )
    twitch_client_secret: str = _setting(
        "", "Client secret of the Twitch app; empty signs in by a code.", secret=True, aliases=("TWITCH_CLIENT_SECRET",)
    )
    cron_secret: str = _setting(
        "",
        "Secret with which a scheduler outside of the house calls /api/cron/...; empty refuses it.",
        secret=True,
        aliases=("CRON_SECRET",),
    )
    twitch_api_url: str = _setting("https://api.twitch.tv/helix", "Where Twitch's API lives.")
    twitch_auth_url: str = _setting("https://id.twitch.tv/oauth2", "Where Twitch's sign-in lives.")
    twitch_eventsub_url: str = _setting("wss://eventsub.wss.twitch.tv/ws", "Where Twitch tells events over a websocket.")
    twitch_transport: str = _setting(
        "", "How Twitch tells events: conduit, websocket or webhook; empty is conduit with a client secret, else websocket."
    )
    twitch_webhook_secret: str = _setting(
        "", "Secret of 10 to 100 characters by which Twitch signs webhooks; webhooks are only used with one.", secret=True
    )
    tikfinity_url: str = _setting("ws://localhost:21213/", "Where TikFinity on the same PC offers its events.")
    fanvue_client_id: str = _setting(
        "", "Client ID of the Fanvue app; empty lets an owner of the house type it on the page.", aliases=("FANVUE_CLIENT_ID",)
    )
    fanvue_client_secret: str = _setting("", "Client secret of the Fanvue app.", secret=True, aliases=("FANVUE_CLIENT_SECRET",))
    fanvue_webhook_secret: str = _setting(
        "",
        "Signing secrets of Fanvue's webhooks, separated by commas while one is changed; events are only taken with one.",
        secret=True,
        aliases=("FANVUE_WEBHOOK_SECRET",),
    )
    fanvue_api_url: str = _setting(
        "https://api.fanvue.com", "Where Fanvue's API lives; an address that ends in /v1 is spoken to in that dialect."
    )
    fanvue_auth_url: str = _setting("https://auth.fanvue.com/oauth2", "Where Fanvue's sign-in lives.")
    fanvue_api_version: str = _setting("2025-06-26", "Version of Fanvue's API that each call asks for.")
    llm_base_url: str = _setting(
        "", "Base URL of a language model with OpenAI's API, such as https://api.openai.com/v1; empty sets none up.",
        aliases=("LLM_BASE_URL",),
    )  # fmt: skip
    llm_api_key: str = _setting("", "Key for the language model; some need none.", secret=True, aliases=("LLM_API_KEY",))
    llm_model: str = _setting("", "Name of the language model; without one replies are written by hand.", aliases=("LLM_MODEL",))
    llm_price_read: str = _setting("2.50", "What a million tokens read cost, in the currency of the budgets.")
    llm_price_cached: str = _setting("1.25", "What a million tokens read again (cached) cost.")
    llm_price_written: str = _setting("10.00", "What a million tokens written cost.")
    apify_api_key: str = _setting(
        "", "API token of Apify, to count views; a creator's own one comes first.", secret=True, aliases=("APIFY_API_KEY",)
    )
    apify_url: str = _setting("https://api.apify.com", "Where Apify's API lives.")
    apify_tiktok_actor: str = _setting("clockworks~tiktok-scraper", "Actor that reads TikTok.")
    apify_instagram_actor: str = _setting("apify~instagram-scraper", "Actor that reads Instagram.")
    apify_x_actor: str = _setting("apidojo~twitter-scraper-lite", "Actor that reads X.")
    apify_price_tiktok: str = _setting("1.70", "What a thousand results of TikTok cost at Apify, in US dollars.")
    apify_price_instagram: str = _setting("2.30", "What a thousand results of Instagram cost at Apify, in US dollars.")
    apify_price_x: str = _setting("0.40", "What a thousand results of X cost at Apify, in US dollars.")
    youtube_api_key: str = _setting(
        "", "Key of the YouTube Data API, to count views; a creator's own one comes first.", secret=True, aliases=("YOUTUBE_API_KEY",)
    )
    youtube_url: str = _setting("https://www.googleapis.com/youtube/v3", "Where the YouTube Data API lives.")
    ytdlp: str = _setting("auto", "Whether yt-dlp counts where no key is: auto (if the extra `ytdlp` is installed), off, or a command.")
    short_links_url: str = _setting(
        "", "Where all hosts of short links are found instead, each below its name (the simulator); empty asks the hosts themselves."
    )
    llm_deadline: int = _setting(60, "Seconds that the language model may take for an answer.")

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read all settings; raises Invalid naming the setting whose value cannot be used."""
        env = os.environ if environ is None else environ
        found: dict[str, Any] = {}
        for one in fields(cls):
            text = _lookup(env, one.name, aliases=one.metadata["aliases"], secret=one.metadata["secret"])
            if text is not None:
                found[one.name] = _parse(one.name, text, type(one.default))
        return cls(**found)

    @property
    def data_path(self) -> Path:
        """The data folder, with `~` expanded."""
        return Path(self.data_dir).expanduser()

    @property
    def backup_path(self) -> Path:
        """The folder of the backups, with `~` expanded."""
        return Path(self.backup_dir).expanduser() if self.backup_dir else self.data_path / "backups"

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database, with its async driver."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_path / 'entourage.db'}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme.split("+")[0] in {"postgresql", "postgres"}:
            return f"postgresql+psycopg://{rest}"
        if scheme.split("+")[0] == "sqlite":
            return f"sqlite+aiosqlite://{rest}"
        msg = f"ENTOURAGE_DATABASE_URL must begin with postgresql:// or sqlite://, not {scheme}://"
        raise Invalid(msg)

    def micro(self, name: str) -> int:
        """Return an amount of money in millionths; raises Invalid naming the setting that is none."""
        text = str(getattr(self, name))
        try:
            amount = Decimal(text.replace(",", "."))
        except InvalidOperation:
            amount = Decimal(-1)
        if not 0 <= amount < _DEAREST:
            msg = f"ENTOURAGE_{name.upper()} must be an amount of money such as 2.50, not {text!r}"
            raise Invalid(msg)
        return int(amount * 1_000_000)

    @property
    def base_url(self) -> str:
        """The address people use, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


def _lookup(env: Mapping[str, str], name: str, *, aliases: tuple[str, ...], secret: bool) -> str | None:
    for key in (f"ENTOURAGE_{name.upper()}", *aliases):
        if env.get(key):
            return env[key]
        if secret and (path := env.get(f"{key}_FILE")):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                msg = f"{key}_FILE names a file that cannot be read: {error.strerror}"
                raise Invalid(msg) from error
    return None


def _parse(name: str, text: str, kind: type) -> str | int:
    if kind is not int:
        return text
    try:
        return int(text)
    except ValueError:
        msg = f"ENTOURAGE_{name.upper()} must be a whole number, not {text!r}"
        raise Invalid(msg) from None
