"""Who posts clips in the make-believe world, and what they call them."""

CLIPPERS = (
    "cutsbykai", "midnight.clips", "bestofnova", "clipgoblin", "loopmachine", "tinyhighlights", "novaout.ofcontext", "jumpcut.jo",
    "replayraccoon", "the.clip.cellar", "snippetsam", "vertical.vera", "hotclip.hana", "echo.edits", "frameperfect_", "clipsundklappe",
    "kurzundgut", "schnittstelle.x", "momente.mo", "besteszene", "otter.edits", "clipcourier", "lowlightreel", "streamscraps",
    "paperplane.cuts", "goldennugget.tv", "sideways.stories", "quickcat.clips", "afterglow.edits", "bitesized.ben", "nora.cuts.it",
    "pixelpostcard",
)  # fmt: skip
"""Handles of clippers; an author's number in an id is a place here, and whoever stands behind the end is somebody else."""

STRANGERS = ("randomreposter", "notnova", "clipthief99", "lost.in.feed")
"""Who posts what they did not make."""

TITLES = (
    "she did NOT see that coming", "the cat wins again", "wait for the drop", "chat made her do it", "10 seconds of pure panic",
    "best save of the night", "when the oven dings on stream", "nova explains art (badly)", "this raid was insane",
    "the whole chat lost it", "speedrun gone wrong", "sie hat es wirklich getan", "der Moment des Abends", "wer kocht denn so?",
    "bitte niemals nachmachen",
    "one take. no cuts.",
)  # fmt: skip


def author(number: int) -> str:
    """Return the handle of an author's number."""
    return CLIPPERS[number] if number < len(CLIPPERS) else STRANGERS[number % len(STRANGERS)]


def number_of(handle: str) -> int | None:
    """Return the number of a handle, None for somebody whom nobody here knows."""
    if handle in CLIPPERS:
        return CLIPPERS.index(handle)
    if handle in STRANGERS:
        return next(n for n in range(len(CLIPPERS), 256) if STRANGERS[n % len(STRANGERS)] == handle)
    return None
