"""The Twitch part of the settings: how to set it up, the way to sign in, and what was agreed to."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect, Template

from entourage.kernel.errors import NotFound
from entourage.kernel.http import Actor
from entourage.kernel.settings import Settings
from entourage.ports.consent import FEATURES, Consents
from entourage.web import connect, consent_words
from entourage.web.pages.frame import Asked, part, wants_part

_ALWAYS = ("vips",)


@get("/settings/twitch", include_in_schema=False)
async def show(
    request: Asked, actor: Actor, consents: NamedDependency[SkipValidation[Consents]], settings: NamedDependency[Settings]
) -> Template | Redirect:
    """Show how things stand with Twitch, to whoever may change it."""
    if not actor.may("settings.edit"):
        msg = "There is no such part of the settings."
        raise NotFound(msg)
    if not wants_part(request):
        return Redirect("/settings#connections")
    app = await consents.registration()
    consent = await consents.of(actor.creator_id)
    wanted, words = await consents.wanted(actor.creator_id), consent_words.features()
    missing = dict.fromkeys(words[one.feature].name for one in consent.missing) if consent else {}
    return part(
        "parts/settings/twitch.html",
        twitch={
            "app": app, "consent": consent, "wanted": wanted, "always": _ALWAYS, "features": FEATURES,
            "words": words, "missing": list(missing), "address": connect.sign_in_path(wanted),
            "redirect": _redirect(settings), "by_code": app is not None and not (app.has_secret and connect.comes_back(request, settings)),
            "may_set_up": actor.house_owner,
        },
    )  # fmt: skip


def _redirect(settings: Settings) -> str:
    """Return the address to register: one that Twitch takes, if people come by one; else one that is never used."""
    base = settings.base_url if connect.is_taken(settings) else f"http://localhost:{settings.port}"
    return base + connect.BACK
