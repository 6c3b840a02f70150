"""Users, their roles and their API tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.list_view import ListView
from openqrm.domain.plan import Plan, Step
from openqrm.domain.user import Role, SecondFactor, Token, User
from openqrm.planning.fields import Name, NameOrNone, Text
from openqrm.planning.record_plans import ASKED, new_name, plan_of, plan_put, plan_remove
from openqrm.plugin_api.actions import ForgetSecret, remove
from openqrm.plugin_api.intents import Intent, Issued, Password, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.planning import Planning, Reading

RoleName = Literal["READ_ONLY", "OPERATOR", "ADMINISTRATOR"]
MIN_PASSWORD = 10
DAY_S = 86400.0


class UserRow(msgspec.Struct):
    """A user in a list; no password in any form."""

    name: str
    role: str
    has_password: bool
    second_factor: bool
    comment: str


class RoleRow(msgspec.Struct):
    """A role and what it is for."""

    name: str
    may: str


class TokenRow(msgspec.Struct):
    """A token in a list; the token itself is nowhere kept."""

    name: str
    user: str
    expires_at_s: float


class ListUsers(ListQuery, noun="user", verb="list", role=Role.ADMINISTRATOR):
    """List the users."""


class ListRoles(ListQuery, noun="role", verb="list", role=Role.READ_ONLY):
    """List the roles; each may do what the ones before it may."""


class ListTokens(ListQuery, noun="token", verb="list", role=Role.READ_ONLY):
    """List API tokens: your own, or everybody's for an administrator."""


class CreateUser(Intent, noun="user", verb="create", role=Role.ADMINISTRATOR):
    """Create a user. Without a password only tokens open the door."""

    name: Annotated[Name, Meta(description="a name")]
    as_role: Annotated[RoleName, Meta(description="what the user may do")] = msgspec.field(
        name="role", default="READ_ONLY"
    )
    password: Annotated[Password, Meta(description="10 characters at least", max_length=200)] = Password("")
    comment: Annotated[Text, Meta(description="free text")] = ""


class SetUserRole(Intent, noun="user", verb="set-role", role=Role.ADMINISTRATOR):
    """Give a user another role."""

    name: Annotated[Name, refers_to("user"), Meta(description="the user")]
    as_role: Annotated[RoleName, Meta(description="what the user may do")] = msgspec.field(name="role")


class SetUserPassword(Intent, noun="user", verb="set-password", role=Role.READ_ONLY):
    """Set a user's password: your own, or anybody's for an administrator."""

    name: Annotated[Name, refers_to("user"), Meta(description="the user")]
    password: Annotated[Password, Meta(description="10 characters at least", min_length=MIN_PASSWORD, max_length=200)]


class RemoveUser(Intent, noun="user", verb="remove", role=Role.ADMINISTRATOR):
    """Remove a user with all tokens."""

    name: Annotated[Name, refers_to("user"), Meta(description="the user")]


class RemoveSecondFactor(Intent, noun="user", verb="remove-second-factor", role=Role.ADMINISTRATOR):
    """Remove a user's second factor, for one who has lost telephone and recovery codes.

    All sessions of the user end. Nobody is asked for a code any more until the user enrols anew in the console.
    """

    name: Annotated[Name, refers_to("user"), Meta(description="the user")]


class CreateToken(Intent, noun="token", verb="create", role=Role.READ_ONLY):
    """Create an API token: for yourself, or for anybody as an administrator. It is shown once, in the answer."""

    name: Annotated[Name, Meta(description="a name for it")]
    user: Annotated[NameOrNone, refers_to("user"), Meta(description="whose; empty: yours")] = ""
    days: Annotated[int, Meta(description="how long it is good for; 0: for ever", ge=0, le=36500)] = 0
    secret: Issued = Issued("")


class RemoveToken(Intent, noun="token", verb="remove", role=Role.READ_ONLY):
    """Remove an API token; it opens no door from then on."""

    name: Annotated[Name, refers_to("token"), Meta(description="the token")]


def plan_create_user(intent: CreateUser, planning: Planning) -> Plan:
    new_name(planning.facts, User, intent.name)
    return plan_put(
        intent, User(name=intent.name, role=intent.as_role, password_hash=intent.password, comment=intent.comment)
    )


def plan_set_user_role(intent: SetUserRole, planning: Planning) -> Plan:
    before = planning.facts.get(User, intent.name)
    if intent.as_role != Role.ADMINISTRATOR.name:
        _keep_an_administrator(before, planning)
    return plan_put(intent, replace(before, role=intent.as_role), before)


def plan_set_user_password(intent: SetUserPassword, planning: Planning) -> Plan:
    before = planning.facts.get(User, intent.name)
    own_or_administrator(intent.name, planning)
    return plan_put(intent, replace(before, password_hash=intent.password), before)


def plan_remove_user(intent: RemoveUser, planning: Planning) -> Plan:
    user = planning.facts.get(User, intent.name)
    _keep_an_administrator(user, planning)
    say = f"Remove user {user.name}"
    steps = [Step(id="record", action=remove(user, say), why=ASKED)]
    for token in planning.facts.list(Token, user=user.name):
        action = remove(token, f"Remove token {token.name}")
        steps.append(Step(id=f"token-{token.name}", action=action, why="nobody has it any more"))
    for view in planning.facts.list(ListView, user=user.name):
        action = remove(view, f"Remove view {view.name}")
        steps.append(Step(id=f"view-{view.name}", action=action, why="nobody has it any more"))
    if factor := planning.facts.find(SecondFactor, user.name):
        steps += _without(factor, "nobody has it any more")
    return plan_of(intent, say, steps, about=user)


def plan_remove_second_factor(intent: RemoveSecondFactor, planning: Planning) -> Plan:
    user = planning.facts.get(User, intent.name)
    factor = planning.facts.find(SecondFactor, user.name)
    if factor is None:
        message = f"user {user.name} has no second factor"
        raise PlanningError(Category.CONFLICT, message, "Nothing is to be done.")
    say = f"Remove the second factor of user {user.name}"
    return plan_of(intent, say, _without(factor, ASKED), about=user, past="second-factor-removed")


def _without(factor: SecondFactor, why: str) -> list[Step]:
    """The record first: with neither record nor key nobody could sign in if this ended in between."""
    record = remove(factor, f"Remove the second factor of {factor.name}")
    return [
        Step(id="factor", action=record, why=why),
        Step(id="factor-key", action=ForgetSecret(factor.reference), needs=("factor",), why="it opens nothing now"),
    ]


def plan_create_token(intent: CreateToken, planning: Planning) -> Plan:
    name = intent.user or planning.user
    own_or_administrator(name, planning)
    planning.facts.get(User, name)
    new_name(planning.facts, Token, intent.name)
    until_s = planning.now_s + intent.days * DAY_S if intent.days else 0.0
    return plan_put(intent, Token(name=intent.name, user=name, digest=intent.secret, expires_at_s=until_s))


def plan_remove_token(intent: RemoveToken, planning: Planning) -> Plan:
    token = planning.facts.get(Token, intent.name)
    own_or_administrator(token.user, planning)
    return plan_remove(intent, token)


def own_or_administrator(name: str, planning: Planning) -> None:
    """Raises PlanningError `refused` for what is another user's."""
    if name == planning.user:
        return
    asking = planning.facts.find(User, planning.user)
    if asking is None or asking.role != Role.ADMINISTRATOR.name:
        message = f"user {planning.user} may do this for {planning.user} alone"
        raise PlanningError(Category.REFUSED, message, "Ask an administrator.")


def _keep_an_administrator(user: User, planning: Planning) -> None:
    if [user.name] == [each.name for each in planning.facts.list(User, role=Role.ADMINISTRATOR.name)]:
        message = f"user {user.name} is the only administrator"
        raise PlanningError(Category.CONFLICT, message, "Make somebody else administrator first.")


def user_rows(users: Iterable[User], reading: Reading) -> list[UserRow]:
    """As a list has them."""
    having = {factor.name for factor in reading.facts.list(SecondFactor, is_on=True)}
    return [
        UserRow(each.name, each.role, bool(each.password_hash), each.name in having, each.comment) for each in users
    ]


def answer_list_roles(_query: ListRoles, _reading: Reading) -> list[RoleRow]:
    return [
        RoleRow(Role.READ_ONLY.name, "look at everything but users"),
        RoleRow(Role.OPERATOR.name, "also start, stop, create and change what runs"),
        RoleRow(Role.ADMINISTRATOR.name, "also storages, kernels, networks, plugins, users, and destroy volumes"),
    ]


def own_alone(reading: Reading) -> dict[str, object]:
    """Everybody's are for administrators."""
    asking = reading.facts.get(User, reading.user)
    return {} if asking.role == Role.ADMINISTRATOR.name else {"user": asking.name}


def token_row(token: Token) -> TokenRow:
    """As a list has it."""
    return TokenRow(token.name, token.user, token.expires_at_s)


PLANNERS = {
    CreateUser: plan_create_user,
    SetUserRole: plan_set_user_role,
    SetUserPassword: plan_set_user_password,
    RemoveUser: plan_remove_user,
    RemoveSecondFactor: plan_remove_second_factor,
    CreateToken: plan_create_token,
    RemoveToken: plan_remove_token,
}
ANSWERS = {ListRoles: answer_list_roles}
LISTS = {
    ListUsers: Listing(User, UserRow, lambda users, _related, reading: user_rows(users, reading)),
    ListTokens: Listing(Token, TokenRow, lambda tokens, *_: [token_row(each) for each in tokens], narrow=own_alone),
}
