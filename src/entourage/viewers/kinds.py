"""The kinds of interaction as they are stored: small numbers that never change their meaning."""

from typing import Final

CHAT: Final = 1
LIKE: Final = 2
SHARE: Final = 3
FOLLOW: Final = 4
JOIN: Final = 5
SUBSCRIBE: Final = 6

NAMES: Final = {CHAT: "comment", LIKE: "like", SHARE: "share", FOLLOW: "follow", JOIN: "join", SUBSCRIBE: "subscribe"}
