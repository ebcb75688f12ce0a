"""What may be wrong with timed VIPs, as their room and Discord say it: the sentences of their errors, for the catalogue."""

from typing import Final


def _n(message: str) -> str:
    """Mark a sentence for the catalogue; it is translated when it is told."""
    return message


VIP_PROBLEMS: Final = (
    _n("A badge lasts from a minute to ten years."),
    _n("A badge that is {old} cannot become {new}."),
    _n("A channel has 1 to {most} VIP places."),
    _n("A claim that is {old} cannot become {new}."),
    _n("A colour is written #9147FF."),
    _n("A cooldown is from 1 to {most} seconds."),
    _n("A Discord webhook begins with https://discord.com/api/webhooks/."),
    _n("A limit is at least 1."),
    _n("A reward costs at least 1 point."),
    _n("A title has 1 to {most} characters."),
    _n("At most twenty names of tiers."),
    _n("At most {most} characters."),
    _n("Discord does not answer just now. The address is kept; try again in a moment."),
    _n("From 0 to 3,660 days."),
    _n("From {least} to {most} seconds."),
    _n("From {least} to {most}."),
    _n("Name somebody by userId or by login."),
    _n("Name the loyalty tier."),
    _n("Only a badge that was taken back by hand and had time left can be restored."),
    _n("Save the address of a Discord webhook first."),
    _n("Some of these settings cannot be used."),
    _n("There are {most} rules already; remove one first."),
    _n("There is no badge here that was given on Twitch."),
    _n("There is no such badge."),
    _n("Who had this badge was forgotten; give it anew."),
    _n("There is no such reward of ours."),
    _n("There is no such rule."),
    _n("There is no {{name}}; there are {names}."),
    _n("This badge had not been given yet; give it anew."),
    _n("This badge is not out yet, or already on its way back; wait a moment."),
    _n("This badge was there before us: it has no end, and we never touch it."),
    _n("This badge stays for that long already."),
    _n("This Discord webhook was deleted; make a new one and save its address again."),
    _n("This is for the house's own scheduler: it sends the cron secret as a bearer token."),
    _n("This is no address of a Discord webhook."),
    _n("This reward cannot be made so."),
    _n("This reward is being deleted."),
    _n("This reward is there."),
    _n("This rule cannot be used."),
    _n("This viewer"),
    _n("This viewer has no badge of ours."),
    _n("Twitch knows nobody of this name."),
    _n("VIPs belong to a creator."),
    _n("{name} has a VIP badge that was not given here: it has no end, and we never touch it."),
)
