"""What tests of imports share."""

from pathlib import Path

import pytest

from entourage.kernel.db import Database
from entourage.viewers.intake import Intake
from tests.viewers.imports.desk import Desk


@pytest.fixture
def desk(db: Database, creator_id: int, intake: Intake, tmp_path: Path) -> Desk:
    """A desk of the creator's, with a folder for files."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(db, creator_id, intake, folder)
