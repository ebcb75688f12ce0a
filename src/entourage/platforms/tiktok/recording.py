"""Recordings: JSONL files of what a live stream said, one line a message, read without ever loading the file.

A line with `method` and `payload` (base64) is a protobuf message as it came over the wire; any other line is JSON of
whatever shape the mapper reads. `received_at` (ISO 8601, UTC when it names no zone, or milliseconds) says when it came.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.platforms.tiktok.translate import Arrival, translate
from entourage.ports.live import LiveEvent, Mapper

_LONGEST_LINE = 16 * 2**20
_REASONS_KEPT = 20


@dataclass(slots=True)
class Tally:
    """How the reading goes: bytes and lines read, lines refused, and the first reasons in full sentences."""

    bytes_read: int = 0
    lines: int = 0
    refused: int = 0
    reasons: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """Count a line that could not be used."""
        self.refused += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(f"Line {self.lines}: {reason}")


def read(path: Path, mapper: Mapper, tally: Tally | None = None) -> Iterator[tuple[int, list[LiveEvent]]]:
    """Yield (received_ms, events) for each usable line, in the file's order.

    A line without a time of its own takes that of the line before. Lines that cannot be used are counted in `tally`,
    never fatal. Raises Invalid when the file itself cannot be read.
    """
    tally = tally if tally is not None else Tally()
    try:
        with path.open("rb") as file:
            yield from _read(file, mapper, tally)
    except OSError as error:
        msg = f"The recording {path.name} cannot be read: {error.strerror}."
        raise Invalid(msg) from error


def _read(file: BinaryIO, mapper: Mapper, tally: Tally) -> Iterator[tuple[int, list[LiveEvent]]]:
    received_ms = clock.now_ms()
    for text in _lines(file, tally):
        if not text.strip():
            continue
        try:
            raw = _object(text)
            received_ms = _received(raw, received_ms)
            events = _events(raw, received_ms, mapper)
        except Invalid as error:
            tally.refuse(error.message)
        else:
            yield received_ms, events


def _lines(file: BinaryIO, tally: Tally) -> Iterator[bytes]:
    while text := file.readline(_LONGEST_LINE):
        tally.lines += 1
        tally.bytes_read += len(text)
        if len(text) == _LONGEST_LINE and not text.endswith(b"\n"):
            tally.refuse(f"it is longer than {_LONGEST_LINE // 2**20} MiB.")
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                tally.bytes_read += len(rest)
            tally.bytes_read += len(rest)
            continue
        yield text.removeprefix(b"\xef\xbb\xbf") if tally.lines == 1 else text


def _object(text: bytes) -> Mapping[str, object]:
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"it is no JSON ({error})."
        raise Invalid(msg) from error
    if not isinstance(raw, dict):
        msg = "it is no JSON object."
        raise Invalid(msg)
    return raw


def _received(raw: Mapping[str, object], before_ms: int) -> int:
    told = raw.get("received_at", raw.get("received_ms"))
    if told is None:
        return before_ms
    if isinstance(told, str):
        try:
            moment = datetime.fromisoformat(told)
        except ValueError:
            msg = f"received_at is no moment: {told[:40]!r}."
            raise Invalid(msg) from None
        return clock.to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**53:
        return told
    msg = "received_at is neither ISO 8601 nor milliseconds."
    raise Invalid(msg)


def _events(raw: Mapping[str, object], received_ms: int, mapper: Mapper) -> list[LiveEvent]:
    method, payload = raw.get("method"), raw.get("payload")
    if not isinstance(method, str) or not isinstance(payload, str):
        return mapper(raw, received_ms=received_ms)
    try:
        message = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        msg = "its payload is no base64."
        raise Invalid(msg) from None
    return [translate(method, message, Arrival(received_ms))]
