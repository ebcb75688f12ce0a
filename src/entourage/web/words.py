"""The words that the browser's scripts need, in the reader's language.

Scripts say `t("...")` or `tn("one", "many", n)` with the English sentence; a test keeps this list and them alike.
"""

from entourage.web.i18n import gettext, ngettext


def _n(message: str) -> str:
    """Mark a sentence for the catalogue; it is translated later."""
    return message


SENTENCES = (
    _n("just now"),
    _n("Undo"),
    _n("Close"),
)

PLURALS = (
    ("{n} new line", "{n} new lines"),
)


def for_browser() -> dict[str, str | list[str]]:
    """Return every sentence with its translation; a plural has its forms for one and for many."""
    said: dict[str, str | list[str]] = {text: gettext(text) for text in SENTENCES}
    for one, many in PLURALS:
        said[one] = [ngettext(one, many, 1), ngettext(one, many, 2)]
    return said
