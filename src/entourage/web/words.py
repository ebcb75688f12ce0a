"""The words that are not said in a template: by the browser's scripts, and as titles of error pages.

Scripts say `t("...")` or `tn("one", "many", n)` with the English sentence; a test keeps this list and them alike.
"""

from typing import Final

from entourage.web.i18n import gettext, ngettext


def _n(message: str) -> str:
    """Mark a sentence for the catalogue; it is translated later."""
    return message


def _nn(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence about a number of things for the catalogue."""
    return one, many


SENTENCES: Final = (
    _n("Connected to Twitch as {name}."),
    _n("just now"),
    _n("Undo"),
    _n("Close"),
    _n("Saved."),
    _n("Remove {tag}"),
    _n("A number, please."),
    _n("This person was forgotten."),
    _n("Copied."),
    _n("Show"),
    _n("Hide"),
    _n("That did not work. Nothing was changed."),
    _n("The house does not answer. Is it still running?"),
    _n("times seen"),
    _n("{share} over the usual {n}"),
    _n("usually {n}"),
    _n("gave {gift} × {n}"),
    _n("gave {gift}"),
    _n("a gift"),
    _n("shared the stream"),
    _n("follows you now"),
    _n("is here for the first time"),
    _n("came in"),
    _n("subscribed, month {n}"),
    _n("subscribed"),
    _n("is now {tier}"),
    _n("new"),
    _n("The tiers are as they were. Whoever was moved goes back."),
    _n("At least"),
    _n("Nobody moves."),
    _n("Automatic promotion is switched off: nobody moves up by themselves."),
    _n("Asks for fewer coins than {below} below it."),
    _n("Asks for fewer hours than {below} below it."),
    _n("Asks for fewer visits than {below} below it."),
    _n("{names} and others"),
    _n("no tier"),
    _n("Nobody has it."),
    _n("move to {tier}"),
    _n("Test"),
    _n("has their birthday today"),
    _n("had their birthday: all the best!"),
    _n("{name} is here and has their birthday today!"),
    _n("{name} is here and turns {age} today!"),
    _n("{name} has their birthday today."),
    _n("Top supporters tonight"),
    _n("Top supporters this week"),
    _n("Top supporters this month"),
    _n("Top supporters"),
    _n("Here the longest tonight"),
    _n("Here the longest this week"),
    _n("Here the longest this month"),
    _n("Here the longest"),
    _n("Coins tonight"),
    _n("New followers tonight"),
    _n("New viewers tonight"),
    _n("Reached!"),
    _n("When you are here"),
    _n("Tonight so far"),
    _n("The overlay is gone; where OBS shows it, it is blank."),
    _n("OBS was here"),
    _n("{handle} is linked to {name}."),
    _n("{handle} is by itself again."),
    _n("Select all that match"),
    _n("{whom} selected"),
    _n("Tag {whom}"),
    _n("Remove a tag from {whom}"),
    _n("Make {whom} favorites"),
    _n("Take the star from {whom}"),
    _n("Block {whom}"),
    _n("Unblock {whom}"),
    _n("Nobody had to be changed."),
    _n("Undone."),
    _n("Working: {n} of {of}"),
    _n("Working: {n}"),
    _n("That did not work to the end. What was changed can be undone."),
    _n("Take this condition away"),
    _n("Add a condition"),
    _n("Add a condition …"),
    _n("The segment is gone; its viewers were not touched."),
    _n("Sort again"),
    _n("Everything is going back as it was before this import."),
    _n("Accounts that were seen here become one person."),
    _n("ends now"),
    _n("{name} stays VIP for longer."),
    _n("The badge of {name} is being taken back."),
    _n("{name} gets the badge back."),
    _n("A badge is on its way to {name}."),
    _n("The badge of {name} stays."),
    _n("The badge of {name} has an end now."),
)

PLURALS: Final = (
    _nn("{n} new line", "{n} new lines"),
    _nn("{n} new viewer", "{n} new viewers"),
    _nn("{n} watching", "{n} watching"),
    _nn("of {n} viewer", "of {n} viewers"),
    _nn("liked", "liked × {n}"),
    _nn("{n} coin", "{n} coins"),
    _nn("{n} visit", "{n} visits"),
    _nn("{n} viewer moves up", "{n} viewers move up"),
    _nn("{n} moves down", "{n} move down"),
    _nn("{n} viewer has a tier set by hand and stays.", "{n} viewers have a tier set by hand and stay."),
    _nn("{n} viewer after saving", "{n} viewers after saving"),
    _nn("{n} viewer:", "{n} viewers:"),
    _nn("{n} viewer has it.", "{n} viewers have it."),
    _nn("{n} gift", "{n} gifts"),
    _nn("{n} new follower", "{n} new followers"),
    _nn("{n} new tier", "{n} new tiers"),
    _nn("{n} birthday", "{n} birthdays"),
    _nn("{n} birthday today", "{n} birthdays today"),
    _nn("{name} is here. Their birthday was yesterday!", "{name} is here. Their birthday was {n} days ago!"),
    _nn("{n} came in", "{n} came in"),
    _nn("from {n} person", "from {n} people"),
    _nn("all {n} viewer", "all {n} viewers"),
    _nn("at least {n} viewer", "at least {n} viewers"),
    _nn("{n} selected", "{n} selected"),
    _nn("Select the {n} shown", "Select the {n} shown"),
    _nn("{n} viewer", "{n} viewers"),
    _nn("{n} viewer tagged.", "{n} viewers tagged."),
    _nn("Tag removed from {n} viewer.", "Tag removed from {n} viewers."),
    _nn("{n} favorite more.", "{n} favorites more."),
    _nn("{n} favorite less.", "{n} favorites less."),
    _nn("{n} viewer blocked.", "{n} viewers blocked."),
    _nn("{n} viewer unblocked.", "{n} viewers unblocked."),
    _nn("{n} viewer changed.", "{n} viewers changed."),
    _nn("{n} day", "{n} days"),
    _nn("{n} viewer has no room for another tag.", "{n} viewers have no room for another tag."),
)

TITLES: Final = (
    _n("This cannot be used"),
    _n("Please sign in"),
    _n("This is not for you"),
    _n("There is nothing here"),
    _n("This cannot be done here"),
    _n("This does not fit"),
    _n("This is too much at once"),
    _n("Too fast"),
    _n("Something went wrong"),
    _n("The other side did not answer well"),
    _n("Not now"),
    _n("This did not work"),
)
"""Titles of error pages, which the kernel's http chooses by status."""


def for_browser() -> dict[str, str | list[str]]:
    """Return every sentence with its translation; a plural has its forms for one and for many."""
    said: dict[str, str | list[str]] = {text: gettext(text) for text in SENTENCES}
    for one, many in PLURALS:
        said[one] = [ngettext(one, many, 1), ngettext(one, many, 2)]
    return said
