"""Every intent and query for every role: who may not, is refused before anything is looked at."""

from typing import Any

import msgspec
import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.user import Role
from openqrm.plugin_api.intents import Declared, Intent
from openqrm.plugin_host.host import PluginHost
from openqrm.services.caller import Caller
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.desk import Wishes
from tests.unit.services.site import TestSite

ENTRIES = list(Catalogue(PluginHost()))
# What each role may beyond the roles before it; a change here is a change of what people may do.
ADMINISTRATORS = {
    "host add", "host edit", "host remove", "image capture", "image fill",
    "kernel add", "kernel edit", "kernel remove", "kernel set-default", "network create", "network edit",
    "network remove", "plan abandon", "plugin disable", "plugin enable", "plugin set", "plugin start", "plugin stop",
    "storage create", "storage edit", "storage remove", "user create", "user list", "user remove",
    "user remove-second-factor", "user set-role", "volume adopt", "volume forget", "volume purge", "volume purge-due",
    "volume remove",
}  # fmt: skip


def some(declared: type[Declared]) -> Any:
    """An instance whose required fields hold anything."""
    values = {f.name: "x" for f in msgspec.structs.fields(declared) if f.required}
    return declared(**values)


def asked(site: TestSite, entry: Entry, caller: Caller) -> Category | None:
    """The category of the refusal, if any."""
    wish = some(entry.declared)
    try:
        if isinstance(wish, Intent):
            site.desk.ask(caller, wish, Wishes(confirm="-"))
        else:
            site.desk.answer(caller, wish)
    except OpenqrmError as refusal:
        return refusal.category if "needs the role" in refusal.message else None
    return None


def test_the_administrators_rights_are_these() -> None:
    core = [entry for entry in ENTRIES if not entry.plugin]
    found = {f"{e.declared.noun} {e.declared.verb}" for e in core if e.declared.role is Role.ADMINISTRATOR}
    assert found == ADMINISTRATORS


def test_what_changes_something_needs_more_than_looking() -> None:
    own = {"set-password", "create", "save", "remove"}  # of one's own password, tokens and views; planning checks whose
    for entry in ENTRIES:
        if entry.is_intent and entry.declared.role is Role.READ_ONLY:
            assert entry.declared.noun in ("user", "token", "view") and entry.declared.verb in own


@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_every_wish_of_this_role(site: TestSite, role: Role) -> None:
    for entry in ENTRIES:
        expected = Category.REFUSED if role < entry.declared.role else None
        found = asked(site, entry, Caller("somebody", role))
        assert found == expected, f"{entry.declared.noun} {entry.declared.verb} as {role.name}"


def test_a_preview_needs_the_same_role(site: TestSite) -> None:
    for entry in ENTRIES:
        if entry.is_intent and entry.declared.role > Role.READ_ONLY:
            with pytest.raises(OpenqrmError, match="needs the role"):
                site.desk.preview(Caller("somebody", Role.READ_ONLY), some(entry.declared), look=False)
