"""A script as the messages of its broadcast, without a server: for measuring, for files, and for other tests."""

import base64
import json
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from entourage.kernel import clock
from entourage.simulators.tiktok import messages
from entourage.simulators.tiktok.messages import Broadcast, Message
from entourage.simulators.tiktok.script import Again, Beat, Cut, Say, Wake

HISTORY = 60
"""So many messages come again after each broken connection."""


def roll(beats: Iterable[Beat], broadcast: Broadcast) -> Iterator[tuple[int, Message]]:
    """Yield what a listener hears who comes back after every break: (milliseconds since the start, message).

    Repeats are part of it: those of the script, and the history after each broken connection.
    """
    past: deque[Message] = deque(maxlen=HISTORY)
    for beat in beats:
        match beat.what:
            case Say():
                past.append(write(beat.what, broadcast))
                yield beat.at_ms, past[-1]
            case Again(number):
                yield from ((beat.at_ms, one) for one in list(past)[-number:])
            case Cut(flying, lost):
                heard = [write(one, broadcast) for one in flying]
                yield from ((beat.at_ms, one) for one in heard)
                past.extend(heard)
                past.extend(write(one, broadcast) for one in lost)
                yield from ((beat.at_ms, one) for one in list(past))
            case Wake():
                yield from ((beat.at_ms, one) for one in list(past))
            case _:
                pass


def write(say: Say, broadcast: Broadcast) -> Message:
    """Write one message of a script; the same one always has the same id."""
    return messages.write(say.act, broadcast, at_ms=broadcast.start_ms + say.made_ms, serial=say.serial)


def record(beats: Iterable[Beat], broadcast: Broadcast, path: Path) -> int:
    """Write a script to a JSONL recording (received_at, method, payload in base64); returns the number of lines."""
    lines = 0
    with path.open("w", encoding="utf-8") as file:
        for at_ms, message in roll(beats, broadcast):
            line = {
                "received_at": clock.iso(broadcast.start_ms + at_ms),
                "method": message.method,
                "payload": base64.b64encode(message.payload).decode(),
            }
            file.write(json.dumps(line) + "\n")
            lines += 1
    return lines


def read(path: Path) -> Iterator[Message]:
    """Read a recording as messages with their exact bytes; ids are those inside, 0 where there is none.

    Raises ValueError naming the line that is no recorded message.
    """
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            try:
                line = json.loads(text)
                payload = base64.b64decode(line["payload"], validate=True)
                yield Message(str(line["method"]), payload, messages.message_id(payload))
            except (KeyError, TypeError, ValueError) as error:
                msg = f"line {number} of {path.name} is no recorded message: {error}"
                raise ValueError(msg) from error
