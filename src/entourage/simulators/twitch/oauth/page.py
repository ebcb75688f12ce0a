"""The pages on which people let a program in, in the two languages that this fake Twitch speaks."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from entourage.simulators.twitch.oauth.clients import Client
from entourage.simulators.twitch.oauth.waiting import Device

_PAGES = Environment(loader=PackageLoader("entourage.simulators.twitch", "page"), autoescape=True, undefined=StrictUndefined)
_GERMAN = {
    "Authorize": "Erlauben",
    "Cancel": "Abbrechen",
    "Continue": "Weiter",
    "Done. You can close this page.": "Fertig. Du kannst diese Seite schließen.",
    "Make-believe Twitch": "Gespieltes Twitch",
    "Nobody waits for this code.": "Auf diesen Code wartet niemand.",
    "Sign in as": "Anmelden als",
    "This is the simulator. Nothing reaches the real Twitch.": "Das ist der Simulator. Nichts erreicht das echte Twitch.",
    "Type the code that your device shows.": "Gib den Code ein, den dein Gerät zeigt.",
    "You said no. You can close this page.": "Du hast abgelehnt. Du kannst diese Seite schließen.",
    "wants to": "möchte",
    "nothing but know who you are": "nichts, außer zu wissen, wer du bist",
}


def consent(query: Mapping[str, str], scopes: Sequence[str], client: Client, logins: Sequence[str], language: str) -> str:
    """Show who asks for what, with a yes and a no."""
    hidden = {key: query[key] for key in ("client_id", "redirect_uri", "response_type", "scope", "state") if key in query}
    return _page("consent.html", language, action="/oauth2/authorize", hidden=hidden, scopes=scopes, client=client.name, logins=logins)


def device(typed: str, waits: Device | None, client: Client | None, logins: Sequence[str], language: str) -> str:
    """Ask for a device's code, or, when there is one, whether to let it in."""
    if waits is None or client is None:
        return _page("device.html", language, typed=typed)
    hidden = {"device-code": waits.typed}
    return _page("consent.html", language, action="/activate", hidden=hidden, scopes=waits.scopes, client=client.name, logins=logins)


def done(language: str, *, denied: bool) -> str:
    """Say that the device knows."""
    return _page("done.html", language, denied=denied)


def _page(name: str, language: str, **values: object) -> str:
    words = _GERMAN if language == "de" else {}
    return _PAGES.get_template(name).render(language=language, _=lambda text: words.get(text, text), **values)
