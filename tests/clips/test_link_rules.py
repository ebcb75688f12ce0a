"""The tables of docs/rules/links.md."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.clips import link
from entourage.kernel.errors import Invalid
from tests.written import ids, table

PAGE = "rules/links.md"
EXAMPLES = {"tiktok": "7533731959172861206", "instagram": "DF1aBcD_e-9", "youtube": "dQw4w9WgXcQ", "x": "1850000000000000000"}
SENTENCES = {
    "no link": link.NO_LINK,
    "profile": link.PROFILE,
    "story": link.STORY,
    "not a video": link.NOT_A_VIDEO,
    "elsewhere": link.ELSEWHERE,
    "several": link.SEVERAL,
}
STARTS = datetime(2026, 11, 1, tzinfo=UTC)


def hour(cell: str) -> datetime:
    return STARTS + timedelta(hours=float(cell))


@pytest.mark.parametrize("case", table(PAGE, "pasted"), ids=ids)
def test_every_form_of_an_address_means_its_video(case: dict[str, str]) -> None:
    video = EXAMPLES[case["platform"]]
    found = link.read(case["pasted"].replace("ID", video))

    assert (found.platform, found.video_id, found.url, found.short) == (
        case["platform"],
        video,
        case["address"].replace("ID", video),
        False,
    )


@pytest.mark.parametrize("case", table(PAGE, "short link"), ids=ids)
def test_a_short_link_names_no_video_yet(case: dict[str, str]) -> None:
    found = link.read(case["short link"])

    assert (found.platform, found.video_id, found.url, found.short) == (case["platform"], None, case["address"], True)


@pytest.mark.thorough
@pytest.mark.parametrize("case", table(PAGE, "no clip"), ids=ids)
def test_what_is_no_clip_is_refused_with_what_to_do(case: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        link.read(case["no clip"])

    assert refused.value.message == SENTENCES[case["because"]]


def test_a_clean_address_means_itself() -> None:
    for case in [*table(PAGE, "pasted"), *table(PAGE, "short link")]:
        address = case["address"].replace("ID", EXAMPLES[case["platform"]])
        assert link.read(address).url == address


def test_the_handle_that_an_address_names_is_known() -> None:
    assert link.read("https://www.tiktok.com/@Some.One/video/7533731959172861206").handle == "some.one"
    assert link.read("https://x.com/Some_One/status/1850000000000000000").handle == "some_one"
    assert link.read("https://x.com/i/status/1850000000000000000").handle == ""


def test_the_same_video_twice_in_one_text_is_one_video() -> None:
    assert link.read("https://youtu.be/dQw4w9WgXcQ or https://www.youtube.com/shorts/dQw4w9WgXcQ").video_id == "dQw4w9WgXcQ"


def test_capital_letters_tell_instagrams_ids_apart() -> None:
    assert link.read("instagram.com/reel/ABCDEFGHIJK").video_id != link.read("instagram.com/reel/abcdefghijk").video_id


@given(st.text(max_size=300))
def test_any_text_is_a_link_or_refused_with_a_sentence(text: str) -> None:
    for pasted in (
        text,
        f"https://www.tiktok.com/{text}",
        f"https://x.com/{text}",
        f"https://www.youtube.com/watch?{text}",
        f"instagram.com/{text}",
    ):
        try:
            found = link.read(pasted)
        except Invalid as refused:
            assert refused.message in SENTENCES.values()
        else:
            assert found.short is (found.video_id is None)
            assert link.read(found.url) == found


@pytest.mark.parametrize("case", table(PAGE, "platform"), ids=lambda case: f"{case['platform']} {case['id']}")
def test_an_id_tells_when_its_video_was_posted(case: dict[str, str]) -> None:
    posted = link.posted_at(case["platform"], case["id"])  # type: ignore[arg-type]

    assert (posted.strftime("%Y-%m-%d %H:%M:%S") if posted else "unknown") == case["posted"]


@given(st.sampled_from(["tiktok", "instagram", "youtube", "x"]), st.text(max_size=25))
def test_no_nonsense_of_an_id_is_a_moment_before_the_platform(platform: str, video_id: str) -> None:
    posted = link.posted_at(platform, video_id)  # type: ignore[arg-type]

    assert posted is None or posted.year >= 2010


@pytest.mark.parametrize("case", table(PAGE, "posted at"), ids=lambda case: ", ".join(case.values()))
def test_a_video_of_another_time_cannot_take_part(case: dict[str, str]) -> None:
    posted = None if case["posted at"] == "unknown" else hour(case["posted at"])
    platform = None if case["on"] == "anything" else case["on"]

    assert (link.may_be(posted, STARTS, hour("240"), hour(case["now"]), platform=platform) or "fine") == case["so"]  # type: ignore[arg-type]
