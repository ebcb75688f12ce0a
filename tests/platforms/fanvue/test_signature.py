"""What is Fanvue's is told from what is not: by any of our secrets, in either reading of them, and not too long ago."""

import base64
import hashlib
import hmac

import pytest

from entourage.platforms.fanvue import signature
from entourage.platforms.fanvue.signature import Forged

SECRET, BODY, NOW = "whsec_test_secret", b'{"a":1}', 1795204800
DOCUMENTED = (
    b'{"id":"evt_01","type":"creator.message.received","timestamp":"2026-11-20T20:00:00Z","data":{"object":"message",'
    b'"uuid":"6f1f7d0e-5c0b-4a55-9c0e-0a3a4a0a1111","sender":"fan","text":"hey","creator":{"uuid":"11111111-1111-4111-8111-111111111111"},'
    b'"fan":{"uuid":"22222222-2222-4222-8222-222222222222","handle":"fan1","display_name":"Fan One"}}}'
)


def signed(key: bytes, body: bytes = BODY, at: int = NOW) -> str:
    return hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_the_documented_example_is_believed() -> None:
    v0 = "1c6332f4c547cabaf73d463b17835761f04d87ac104e1649a3d9903209c46ef9"
    assert signature.check([SECRET], f"t={NOW},v0={v0}", DOCUMENTED, NOW) == "fanvue"
    assert signature.sign(SECRET, DOCUMENTED, NOW) == f"t={NOW},v0={v0}"


def test_any_secret_will_do_whole_or_decoded_and_any_of_several_signatures() -> None:
    raw = b"thirty-two bytes of a secret ..."
    encoded = "whsec_" + base64.b64encode(raw).decode()
    assert signature.check(["old", encoded], f"t={NOW},v0={signed(raw)}", BODY, NOW) == "fanvue"
    assert signature.check(["old", encoded], f"t={NOW},v0={signed(encoded.encode())}", BODY, NOW) == "fanvue"
    assert signature.check(["old", "new"], f"t={NOW},v0=00,v0={signed(b'new')}", BODY, NOW) == "fanvue"
    assert signature.check(["old"], "sha256=" + hmac.new(b"old", BODY, hashlib.sha256).hexdigest(), BODY, NOW) == "trial"


@pytest.mark.parametrize("age_s", [-300, 300])
def test_five_minutes_either_way_are_allowed(age_s: int) -> None:
    header = f"t={NOW - age_s},v0={signed(b's', at=NOW - age_s)}"
    assert signature.check(["s"], header, BODY, NOW) == "fanvue"
    with pytest.raises(Forged, match="five minutes"):
        signature.check(["s"], header, BODY, NOW + (1 if age_s > 0 else -1))


@pytest.mark.parametrize(
    "header",
    [
        "", "t=", "v0=00", f"t={NOW}", f"t={NOW},v0=", f"v0={signed(b's')}", f"t={NOW},t={NOW},v0={signed(b's')}", f"t=-1,v0={signed(b's')}",
        f"t={NOW},v0={signed(b'guessed')}", f"t={NOW},v0={signed(b's', BODY + b' ')}", f"t={NOW + 1},v0={signed(b's')}", "sha256=",
        "sha256=" + signed(b"s"), f"t={NOW},v0=é", f"t={NOW},v1={signed(b's')}", f"t={'9' * 40},v0={signed(b's')}",
        f"t={NOW}," + ",".join(["v0=00"] * 50 + [f"v0={signed(b's')}"]),
    ],
)  # fmt: skip
def test_everything_else_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        signature.check(["s"], header, BODY, NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        signature.check([], f"t={NOW},v0={signed(b'')}", BODY, NOW)
