"""The commands about people: make one, let one in who is locked out, list them."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entourage.cli.opening import briefly, run_now, settings_of
from entourage.cli.running import show_link
from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import creators, links, members, people, roles
from entourage.kernel.accounts.passwords import check_length
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tables import Creator, User
from entourage.kernel.tenancy import CreatorSession
from entourage.wiring import House

app = typer.Typer(help="People who sign in: add one, let one in who is locked out, list them.", no_args_is_help=True)

_say = Console()


@app.command("link")
def link(
    email: Annotated[str | None, typer.Argument(help="Whom to let in; leave it out while there is no owner yet.")] = None,
) -> None:
    """Print a link that works once, within 15 minutes: for somebody locked out, or for the first owner."""
    settings = settings_of()

    async def work() -> None:
        async with briefly(settings) as house:
            async with tenancy.everywhere(house.db, "a link from the command line", write=True) as session:
                if email is None:
                    await people.check_has_no_owner(session)
                    path = f"/welcome/{await links.make_for_owner(session)}"
                else:
                    user = await _find(session, email)
                    path = f"/signin/{await links.make_for_user(session, user.id)}"
            if email is None:
                show_link(
                    "This link makes the first owner. Open it in a browser on this computer:", f"http://localhost:{settings.port}{path}"
                )
            else:
                show_link(f"This link lets {user.email} choose a new password. It works once, within 15 minutes:", settings.base_url + path)

    run_now(work)


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    name: Annotated[str, typer.Option(prompt="Name", help="How others see them.")],
    creator: Annotated[str | None, typer.Option(help="Creator to help, by name; made when there is none yet.")] = None,
    role: Annotated[str, typer.Option(help="owner, manager, moderator or clipper.")] = "owner",
    zone: Annotated[str, typer.Option(help="Time zone of a creator that is made, like Europe/Berlin.")] = "UTC",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,  # noqa: FBT002
) -> None:
    """Add somebody with a password: the first one owns the house (for servers without a browser)."""
    settings, wanted = settings_of(), roles.read(role)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_length(password)

    async def work() -> None:
        async with briefly(settings) as house:
            password_hash = await house.passwords.hash(password)
            async with tenancy.everywhere(house.db, "somebody is added from the command line", write=True) as session:
                first = not await people.has_owner(session)
                user = await people.add(session, email=email, name=name, password_hash=password_hash, house_owner=first)
                place = await _creator(session, creator, owner=user, zone=zone)
            if place is not None:
                await _join(house, place, user, wanted)
        _say.print(f"{user.name} can sign in with {user.email} at {settings.base_url}/signin", highlight=False)

    run_now(work)


@app.command("list")
def list_all() -> None:
    """List the creators of the house and their people."""
    settings = settings_of()

    async def work() -> Table:
        table = Table("Creator", "Name", "E-mail", "Role", "Last seen")
        async with briefly(settings) as house:
            async with tenancy.everywhere(house.db, "list all people on the command line") as session:
                all_creators = await creators.every(session)
            for one in all_creators:
                async with tenancy.inside(house.db, one.id) as session:
                    for user, membership in await members.all_of(session):
                        seen = user.last_seen_at.strftime("%Y-%m-%d %H:%M UTC") if user.last_seen_at else "never"
                        table.add_row(one.name, user.name, user.email, membership.role, seen)
        return table

    _say.print(run_now(work))


async def _find(session: CreatorSession, email: str) -> User:
    user = await people.find(session, email)
    if user is None:
        msg = f"Nobody here has the e-mail address {email}. `entourage user list` shows who is here, `entourage user add` adds somebody."
        raise NotFound(msg)
    return user


async def _creator(session: CreatorSession, name: str | None, *, owner: User, zone: str) -> Creator | None:
    """Choose the creator by name, or make the first one for its owner; None when it was made (they own it already)."""
    here = await creators.every(session)
    if not here:
        made = await creators.add(session, name=name or owner.name, zone=zone, owner_id=owner.id)
        audit.record(session, "house.begin", f"user:{owner.id}", cause="command line", creator_id=made.id)
        return None
    found = [one for one in here if name is None or one.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in here)
    if not found:
        msg = f"There is no creator called {name}; there are: {names}."
        raise Invalid(msg)
    msg = f"Say which creator with --creator: {names}."
    raise Conflict(msg)


async def _join(house: House, place: Creator, user: User, role: roles.Role) -> None:
    async with tenancy.inside(house.db, place.id, write=True) as session:
        await members.add(session, user.id, role)
        audit.record(session, "member.join", f"user:{user.id}", cause="command line", meta={"role": role})
