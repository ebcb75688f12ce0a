"""The script of an evening: the same for a seed, true to its own truth, and full of what goes wrong in life."""

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from entourage.kernel.errors import Invalid
from entourage.simulators.tiktok import acts, tape
from entourage.simulators.tiktok.evening import CUTS_AT, HUSH_MS, RENAME_AT, Evening
from entourage.simulators.tiktok.messages import Broadcast
from entourage.simulators.tiktok.script import Again, Cut, Hush, Over, Say, Wake
from tests.simulators.tiktok.listening import Heard

START_MS = 1_790_000_000_000
BROADCAST = Broadcast(7_688_000_000_000_000_001, acts.Guest(id=6_900_000_000_000_000_001, handle="host", name="H"), START_MS)
COUNTED = ("chats", "likes", "follows", "shares", "joins", "subscribes", "gift_units", "coins")


@pytest.fixture(scope="module")
def evening() -> Evening:
    """Write one evening for all tests here."""
    return Evening(42, people=400, minutes=30)


def digest(evening: Evening) -> str:
    """Boil an evening down to one word."""
    seen = hashlib.sha256()
    for at_ms, message in tape.roll(evening, BROADCAST):
        seen.update(f"{at_ms} {message.msg_id} {message.method} ".encode() + message.payload)
    return seen.hexdigest()


def heard(evening: Evening) -> Heard:
    """Count an evening from its messages alone."""
    found = Heard()
    for _, message in tape.roll(evening, BROADCAST):
        found.take(message.method, message.payload)
    return found


def says(evening: Evening) -> list[tuple[int, Say]]:
    """Lay all messages of a script out, those of broken connections too, with the moment they go out."""
    flat: list[tuple[int, Say]] = []
    for beat in evening:
        match beat.what:
            case Say():
                flat.append((beat.at_ms, beat.what))
            case Cut(flying, lost):
                flat += [(beat.at_ms, one) for one in (*flying, *lost)]
            case _:
                pass
    return flat


def test_the_same_seed_gives_the_same_evening_and_another_seed_another() -> None:
    assert digest(Evening(7, 60, 5)) == digest(Evening(7, 60, 5)) != digest(Evening(8, 60, 5))


@pytest.mark.thorough
@pytest.mark.parametrize(("seed", "people", "minutes"), [(1, 20, 1), (2, 150, 10), (42, 400, 30), (9, 1000, 120)])
def test_what_is_counted_from_the_messages_is_what_was_meant(seed: int, people: int, minutes: float) -> None:
    evening = Evening(seed, people, minutes)
    found = heard(evening)
    assert {name: found.totals[name] for name in COUNTED} == {name: getattr(evening.truth, name) for name in COUNTED}
    assert found.people == evening.truth.people
    assert dict(found.coins_of) == evening.truth.coins_of
    assert found.undecodable == 0
    assert found.rooms == {BROADCAST.room_id}


def test_everybody_who_comes_is_somebody_else(evening: Evening) -> None:
    assert len(evening.truth.people) == 400
    assert len(set(evening.truth.handles.values())) == 400
    assert sum(one > 2**53 for one in evening.truth.people) > 350
    assert max(evening.truth.people) < 2**63


def test_names_come_in_many_scripts(evening: Evening) -> None:
    names = "".join({one.act.who.name for _, one in says(evening) if isinstance(one.act, acts.Join) and one.act.who})
    for sign in ("ß", "ل", "נ", "ш", "さ", "✨", "<b>", "\u202e"):
        assert sign in names, sign


def test_few_people_do_most_of_it(evening: Evening) -> None:
    busy = Counter(one.act.who.id for _, one in says(evening) if isinstance(one.act, acts.Chat | acts.Like) and one.act.who)
    tenth = sum(number for _, number in busy.most_common(40))
    assert 0.4 < tenth / busy.total() < 0.95


def test_streaks_lose_their_end_or_get_it_late_out_of_order_or_twice(evening: Evening) -> None:
    streaks: dict[tuple[int, int | None], list[tuple[int, Say]]] = {}
    for at_ms, one in says(evening):
        if isinstance(one.act, acts.Gift) and one.act.group_ms is not None and one.act.kind.type == 1:
            streaks.setdefault((one.act.who.id, one.act.group_ms), []).append((at_ms, one))
    shapes: Counter[str] = Counter()
    for frames in streaks.values():
        sent = [one for _, one in frames]
        gifts = [one.act for one in sent if isinstance(one.act, acts.Gift)]
        shapes["no end"] += not any(one.ended for one in gifts)
        shapes["twice"] += len({one.serial for one in sent}) < len(sent)
        shapes["out of order"] += [one.serial for one in sent] != sorted(one.serial for one in sent)
        shapes["late end"] += any(at - one.made_ms > 25_000 for at, one in frames)
        shapes["jumps"] += any(one.added > 1 for one in gifts)
        assert all(one.repeat >= 1 for one in gifts)
    assert all(shapes[name] >= 3 for name in ("no end", "twice", "out of order", "late end", "jumps")), shapes


def test_all_three_kinds_of_gifts_are_given(evening: Evening) -> None:
    kinds = {one.act.kind.type for _, one in says(evening) if isinstance(one.act, acts.Gift)}
    assert kinds == {acts.GiftType.STREAK, acts.GiftType.SINGLE, acts.GiftType.HEART_ME}
    groups = {one.act.group_ms is None for _, one in says(evening) if isinstance(one.act, acts.Gift) and one.act.kind.type == 2}
    assert groups == {True, False}


def test_likes_come_in_handfuls_and_sometimes_from_nobody(evening: Evening) -> None:
    likes = [one.act for _, one in says(evening) if isinstance(one.act, acts.Like)]
    assert {one.count for one in likes} == set(range(1, 16))
    assert any(one.who is None for one in likes)


def test_a_rename_keeps_the_id_and_somebody_else_takes_the_old_handle(evening: Evening) -> None:
    before, after, heir = evening.renamed.before, evening.renamed.after, evening.renamed.heir
    assert before.id == after.id != heir.id
    assert before.handle == heir.handle != after.handle
    found = heard(evening)
    assert found.handles[before.id] == {before.handle, after.handle}
    assert found.handles[heir.id] == {before.handle}
    assert evening.truth.handles[before.id] == after.handle
    first = min(at for at, one in says(evening) if isinstance(one.act, acts.Join) and one.act.who == heir)
    assert first > evening.minutes * 60_000 * RENAME_AT


def test_the_story_has_its_breaks_in_order(evening: Evening) -> None:
    kinds = [type(one.what) for one in evening if not isinstance(one.what, Say)]
    assert kinds == [Again, Cut, Hush, Wake, Again, Cut, Over]
    hush, wake = (one.at_ms for one in evening if isinstance(one.what, Hush | Wake))
    assert wake - hush == HUSH_MS > 60_000
    assert len([at for at, _ in says(evening) if hush < at < wake]) <= 20
    cuts = [one.what for one in evening if isinstance(one.what, Cut)]
    assert len(cuts) == len(CUTS_AT)
    assert all(one.flying and one.lost for one in cuts)


def test_a_raid_comes_all_at_once(evening: Evening) -> None:
    joins = sorted(at for at, one in says(evening) if isinstance(one.act, acts.Join))
    assert max(sum(start <= at < start + 25_000 for at in joins) for start in joins) >= 30


def test_the_stream_pauses_ends_and_gifts_still_come_in_after_its_end(evening: Evening) -> None:
    controls = [(at, one.act) for at, one in says(evening) if isinstance(one.act, acts.Control)]
    assert [one for _, one in controls] == [acts.Control.PAUSED, acts.Control.RESUMED, acts.Control.ENDED]
    end = controls[-1][0]
    late = [one.act for at, one in says(evening) if at > end]
    assert any(isinstance(one, acts.Gift) and not one.ended and one.added for one in late)
    assert evening.length_ms > end


def test_ids_and_times_grow_with_the_stream_but_not_every_message_is_in_order(evening: Evening) -> None:
    made = [one for _, one in says(evening)]
    written = [tape.write(one, BROADCAST) for one in sorted(made, key=lambda one: one.serial)]
    ids = [one.msg_id for one in written]
    assert ids == sorted(ids)
    assert all(one >> 32 >= START_MS // 1000 for one in ids)
    inversions = sum(one.made_ms > two.made_ms for one, two in pairwise(made))
    assert 0 < inversions < len(made) * 0.1


def test_an_evening_on_tape_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    evening = Evening(5, 30, 2)
    lines = tape.record(evening, BROADCAST, tmp_path / "evening.jsonl")
    assert [one.payload for one in tape.read(tmp_path / "evening.jsonl")] == [one.payload for _, one in tape.roll(evening, BROADCAST)]
    assert lines > 200


def test_a_recording_that_is_none_says_in_which_line(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text('{"method": "x", "payload": "AA=="}\n{"method": "x"}\n')
    with pytest.raises(ValueError, match=r"line 2 of broken\.jsonl"):
        list(tape.read(tmp_path / "broken.jsonl"))


def test_an_evening_needs_people() -> None:
    with pytest.raises(Invalid, match="at least 20 people"):
        Evening(1, people=3)
