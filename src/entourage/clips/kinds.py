"""The kinds of jobs of the room and their lanes."""

ROUNDS = "clips.rounds"
ROUND = "clips.round"
COUNT = "clips.count"
FOLLOW = "clips.follow"
ACCRUE = "clips.accrue"
RELEASE = "clips.release"
FORECAST = "clips.forecast"
VERIFY = "clips.verify"
UPKEEP = "clips.upkeep"
NIGHT = "clips.night"
RECOUNT = "clips.recount"
NOTICE = "clips.notice"

LANES = 5
"""How many runs of a creator's go on at once."""

PATIENT = 100_000
"""Tries of a job that must not give up by itself."""

NAMES = {"tiktok": "TikTok", "instagram": "Instagram", "youtube": "YouTube", "x": "X"}
"""Platforms as people call them."""


def lane(creator_id: int) -> str:
    """Name the lane in which a creator's clips are planned and money is posted, one after another."""
    return f"clips:{creator_id}"


def counting(creator_id: int, run: int) -> str:
    """Name one of the lanes in which a creator's runs go on."""
    return f"clips:{creator_id}:count:{run % LANES}"


def about(submission: int) -> str:
    """Name a clip in the audit log."""
    return f"clip:{submission}"


def campaign(campaign_id: int) -> str:
    """Name a campaign in the audit log."""
    return f"campaign:{campaign_id}"
