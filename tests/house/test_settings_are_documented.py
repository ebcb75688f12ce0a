"""Every setting is in docs/settings.md, with its default and help."""

from dataclasses import fields
from pathlib import Path

import pytest

from entourage.kernel.errors import Invalid
from entourage.kernel.settings import Settings
from tests.written import table


def test_the_page_lists_every_setting_and_no_other() -> None:
    rows = table("settings.md", "variable")
    listed = {row["variable"].split("`")[1]: row for row in rows}

    assert set(listed) == {f"ENTOURAGE_{one.name.upper()}" for one in fields(Settings)}
    for one in fields(Settings):
        row = listed[f"ENTOURAGE_{one.name.upper()}"]
        assert one.metadata["about"] in row["what"]
        assert str(one.default) in row["default"]
        assert all(f"`{alias}`" in row["variable"] for alias in one.metadata["aliases"])


def test_a_secret_is_read_from_a_file(tmp_path: object) -> None:
    path = f"{tmp_path}/key"
    with Path(path).open("w", encoding="utf-8") as file:
        file.write("s3cret\n")

    assert Settings.read({"ENTOURAGE_TIKTOK_SIGN_KEY_FILE": path}).tiktok_sign_key == "s3cret"
    assert Settings.read({"SIGN_API_KEY": "old name"}).tiktok_sign_key == "old name"
    assert "s3cret" not in repr(Settings.read({"ENTOURAGE_TIKTOK_SIGN_KEY_FILE": path}))


def test_a_bad_value_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="ENTOURAGE_PORT"):
        Settings.read({"ENTOURAGE_PORT": "three thousand"})
    with pytest.raises(Invalid, match="ENTOURAGE_DATABASE_URL"):
        _ = Settings.read({"ENTOURAGE_DATABASE_URL": "mysql://x"}).database
