"""Reads the tables of `docs/`, so that what is written for people is what is tested."""

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def table(page: str, first_column: str) -> list[dict[str, str]]:
    """Return the rows of the table of a page whose first column has this heading; a page without one is a mistake."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_column} |"))
    heads = _cells(lines[start])
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(heads, _cells(line), strict=True)))
    assert rows, f"the table {first_column!r} in {page} is empty"
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def ids(row: dict[str, str]) -> str:
    """Name a case after its first cell."""
    return next(iter(row.values()))
