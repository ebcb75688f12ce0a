"""Fills the ${NAMES} of the files for Cloud Run from the environment, and refuses to leave one empty."""

import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("web.yaml", "listen.yaml", "worker.yaml", "migrate.yaml")


def fill(text: str, values: dict[str, str]) -> str:
    """Put values in; raises KeyError naming those that are missing or empty."""
    names = set(re.findall(r"\$\{(\w+)\}", text))
    if missing := sorted(name for name in names if not values.get(name)):
        raise KeyError(", ".join(missing))
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def main() -> None:
    """Write filled copies into the folder that is named."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    try:
        for name in FILES:
            (target / name).write_text(fill((HERE / name).read_text(encoding="utf-8"), dict(os.environ)), encoding="utf-8")
    except KeyError as error:
        sys.exit(f"Not filled in: {error.args[0]}. Give them as substitutions (see cloudbuild.yaml).")


if __name__ == "__main__":
    main()
