"""The page on which a creator lets an app in, in the two languages that this fake Fanvue speaks."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from entourage.simulators.fanvue.oauth.codes import Wish

_PAGES = Environment(loader=PackageLoader("entourage.simulators.fanvue", "page"), autoescape=True, undefined=StrictUndefined)
_GERMAN = {
    "Allow": "Erlauben",
    "Cancel": "Abbrechen",
    "Make-believe Fanvue": "Gespieltes Fanvue",
    "Sign in as": "Anmelden als",
    "This is the simulator. Nothing reaches the real Fanvue.": "Das ist der Simulator. Nichts erreicht das echte Fanvue.",
    "wants to": "möchte",
}
_HIDDEN = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method")


def consent(query: Mapping[str, str], asked: Wish, handles: Sequence[str], language: str) -> str:
    """Show who asks for what, with a yes and a no."""
    words = _GERMAN if language == "de" else {}
    hidden = {key: query[key] for key in _HIDDEN if key in query}
    shown = {"hidden": hidden, "scopes": asked.scopes, "client": asked.client.name, "handles": handles}
    return _PAGES.get_template("consent.html").render(language=language, _=lambda text: words.get(text, text), **shown)
