"""A stand-in for the command yt-dlp: tells what is written in a file, as yt-dlp would, or hangs."""

import json
import sys
import time
from pathlib import Path

told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
assert "--dump-json" in sys.argv
assert sys.argv[-2] == "--"
answer = told.get(sys.argv[-1], {"error": "Unsupported URL: nothing"})
if answer == "hang":
    time.sleep(60)
if "error" in answer:
    print(f"ERROR: {answer['error']}", file=sys.stderr)
    sys.exit(1)
print(json.dumps(answer))
