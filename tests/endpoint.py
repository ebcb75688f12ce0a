"""An endpoint on loopback that takes whatever is posted to it, for programs that report to somebody."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Endpoint:
    """Where things are posted, and what came: path, headers in small letters, body."""

    port: int = 0
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def wait(self, number: int = 1, within_s: float = 10) -> list[tuple[str, dict[str, str], bytes]]:
        """Wait until so much has come; raises AssertionError when it does not."""
        give_up = time.monotonic() + within_s
        while len(self.came) < number:
            assert time.monotonic() < give_up, f"only {len(self.came)} of {number} came"
            time.sleep(0.02)
        return list(self.came)


@contextmanager
def taking() -> Iterator[Endpoint]:
    """Open an endpoint on a free port."""
    endpoint = Endpoint()

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.came.append((self.path, headers, gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        endpoint.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield endpoint
        server.shutdown()
        thread.join()
