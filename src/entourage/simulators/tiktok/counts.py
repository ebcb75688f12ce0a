"""What a fake TikTok has been asked and told, so that a test can assert it and the panel can show it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Running totals since the start; nothing ever lowers them."""

    pages: int = 0
    api_calls: int = 0
    alive_checks: int = 0
    signs: int = 0
    signs_refused: int = 0
    handshakes_refused: int = 0
    connects: int = 0
    entered: int = 0
    heartbeats: int = 0
    acks: int = 0
    odd_frames: int = 0
    frames: int = 0
    messages: int = 0
    history_messages: int = 0
    not_found: int = 0
