"""Who is meant, as the fields of an event or of an answer."""

from entourage.simulators.twitch.world import Person


def user(person: Person | None, user_id: str = "") -> dict[str, str]:
    """Write the user's three fields; of somebody who left, only the id is known."""
    if person is None:
        return {"user_id": user_id, "user_login": "", "user_name": ""}
    return {"user_id": person.id, "user_login": person.login, "user_name": person.name}


def nobody() -> dict[str, None]:
    """Write the user's fields of somebody anonymous."""
    return {"user_id": None, "user_login": None, "user_name": None}


def broadcaster(person: Person, prefix: str = "") -> dict[str, str]:
    """Write the broadcaster's three fields as EventSub does."""
    return {
        f"{prefix}broadcaster_user_id": person.id,
        f"{prefix}broadcaster_user_login": person.login,
        f"{prefix}broadcaster_user_name": person.name,
    }


def helix_broadcaster(person: Person) -> dict[str, str]:
    """Write the broadcaster's three fields as Helix does."""
    return {"broadcaster_id": person.id, "broadcaster_login": person.login, "broadcaster_name": person.name}


def moderator(person: Person) -> dict[str, str]:
    """Write the moderator's three fields."""
    return {"moderator_user_id": person.id, "moderator_user_login": person.login, "moderator_user_name": person.name}
