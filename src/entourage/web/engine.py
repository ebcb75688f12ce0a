"""The template engine: Jinja with our words, formats and icons, speaking the reader's language."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from litestar.connection import ASGIConnection
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from markupsafe import Markup

from entourage.kernel.http import Actor
from entourage.web import formats, i18n, missed, retelling, words

_HERE = Path(__file__).parent


class SpokenTemplate(Template):
    """A template that is rendered in the language of the request it is rendered for."""

    def render(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - Jinja's own signature
        """Set the voice from `request`, then render."""
        request = kwargs.get("request")
        if request is not None:
            i18n.speak(i18n.voice_of(request))
        return super().render(*args, **kwargs)


def environment() -> Environment:
    """Build the Jinja environment."""
    env = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.template_class = SpokenTemplate
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    for shape in (
        "number",
        "compact",
        "duration",
        "size",
        "ordinal",
        "moment",
        "day",
        "clock_time",
        "ago",
        "last_seen",
        "day_of_year",
        "initials",
        "colour",
        "evening",
        "birthday",
    ):
        env.filters[shape] = getattr(formats, shape)
    env.filters["data"] = data
    env.filters["spoken"] = retelling.retell
    env.globals.update(
        icon=icon, voice=i18n.voice, languages=i18n.LANGUAGES, browser_words=words.for_browser, theme_of=theme_of, demo_panel=demo_panel
    )
    env.globals.update(weekdays=formats.weekdays, hour_of_week=formats.hour_of_week, against_usual=formats.against_usual)
    env.globals.update(beside_usual=formats.beside_usual, hours_of_week=formats.hours_of_week, missed_words=missed)
    env.globals["get_flashes"] = flashes
    return env


@cache
def config() -> TemplateConfig[JinjaTemplateEngine]:
    """Return the engine as Litestar takes it; all applications of a process share it, and what it has compiled."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))


@pass_context
def flashes(context: Context) -> list[dict[str, str]]:
    """Take the messages that `litestar.plugins.flash.flash` left for the next page; none where there is no session."""
    session = context["request"].scope.get("session")
    taken: list[dict[str, str]] = session.pop("_messages", []) if isinstance(session, dict) else []
    return taken


def theme_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Choose dark or light: the person's own setting, the cookie of this browser, else dark."""
    chosen = getattr(connection.scope.get("user"), "theme", "") or connection.cookies.get("theme", "")
    return "light" if chosen == "light" else "dark"


def demo_panel(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the address of the simulator's panel in a demo, for whoever may press its buttons; else an empty string."""
    panel = getattr(connection.app.state.get("house"), "panel", None)
    actor = connection.scope.get("user")
    return str(panel.path) if panel is not None and isinstance(actor, Actor) and actor.may("live.control") else ""


def icon(name: str, classes: str = "") -> Markup:
    """Draw an icon of the sprite (package.json lists which there are); it says nothing to a screen reader."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="/static/vendor/icons.svg#{}"></use></svg>').format(classes, name)


def data(value: Any) -> Markup:  # noqa: ANN401 - whatever a page hands to its script
    """Write a value as JSON that is safe inside a `<script type="application/json">`."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped just here
