"""The checks of the first set-up: from nothing to all good, each fault with what mends it."""

from typing import Any

import msgspec
import pytest

from openqrm.domain.errors import Category, StepError
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import SELF, Bmc, Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import PluginState, Role
from openqrm.planning.site import CheckRow, CheckSite, Part, Sentence
from openqrm.plugin_api.checks import Verdict
from openqrm.plugin_api.intents import Intent
from openqrm.ports.world import Completed
from openqrm.services.caller import Caller
from tests.unit.services.site import ADMIN, StillHost, TestSite


def checks(site: TestSite, part: Part | None = None) -> list[CheckRow]:
    found: list[CheckRow] = site.desk.answer(ADMIN, CheckSite(part))
    return found


def first(site: TestSite, part: Part) -> tuple[Verdict, str]:
    row = checks(site, part)[0]
    return row.verdict, row.command


def test_each_fault_names_a_command_that_there_is(site: TestSite) -> None:
    site.database.records.remove(Kernel, "default")
    rows = checks(site)
    assert {row.part for row in rows} >= {"network", "dhcp", "kernel", "storage", "hosts", "machines"}
    for row in rows:
        assert row.verdict is Verdict.GOOD or row.do
        entry = site.catalogue.find(row.intent)
        assert bool(row.command) == bool(row.intent)
        if entry:
            assert issubclass(entry.declared, Intent)
            assert {name for name, _ in row.fields} <= {each.name for each in msgspec.structs.fields(entry.declared)}


def test_from_nothing_to_a_storage_that_answers(site: TestSite) -> None:
    records = site.database.records
    tmpfs = records.get(PluginState, "tmpfs-storage")
    records.remove(PluginState, "tmpfs-storage")
    assert first(site, "storage") == (Verdict.MISSING, "openqrm plugin enable directory-storage")
    records.put(PluginState(name=tmpfs.name, enabled=True, started=True))
    assert first(site, "storage") == (Verdict.MISSING, "openqrm storage create here tmpfs-storage")
    records.put(PluginState(name="directory-storage", enabled=True, started=True))
    types = ["directory-nfs", "directory-iscsi", "directory-qcow2", "tmpfs-storage"]
    assert [dict(row.fields)["type"] for row in checks(site, "storage")] == types
    records.put(Storage(name="mem", type="tmpfs-storage", resource=SELF))
    assert first(site, "storage") == (Verdict.GOOD, "")


def test_a_storage_whose_plugin_is_gone_is_told_with_what_to_do(site: TestSite) -> None:
    site.database.records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    row = checks(site, "storage")[0]
    assert (row.about, row.verdict) == ("storage/nas", Verdict.WRONG)
    assert "openqrm plugin enable nfs-storage" in row.do


def test_programs_are_looked_for_where_they_are_needed(site: TestSite) -> None:
    records = site.database.records
    records.put(PluginState(name="nfs-storage", enabled=True, started=True))
    assert checks(site, "programs") == []
    records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    row = checks(site, "programs")[0]
    assert row.verdict is Verdict.WRONG and row.seen.startswith("missing: cp, ")
    records.put(Storage(name="far", type="nfs-storage", resource="m1"))
    far = next(row for row in checks(site, "programs") if row.about == "resource/m1")
    assert (far.verdict, far.seen) == (Verdict.WRONG, "there is no way to m1")


def test_a_kernel_hosts_and_machines(site: TestSite) -> None:
    records = site.database.records
    assert first(site, "kernel") == (Verdict.GOOD, "")
    records.remove(Kernel, "default")
    assert first(site, "kernel")[1] == "openqrm kernel add default linux-image-amd64"
    assert first(site, "hosts") == (Verdict.OPTIONAL, "openqrm plugin enable kvm")
    records.put(PluginState(name="kvm", enabled=True, started=True))
    assert first(site, "hosts") == (Verdict.OPTIONAL, "openqrm host add NAME kvm")
    assert [row.verdict for row in checks(site, "machines")] == [Verdict.GOOD, Verdict.OPTIONAL]
    records.change(records.get(Resource, "m1"), {"bmc": Bmc(driver="ipmi")})
    assert [row.verdict for row in checks(site, "machines")] == [Verdict.GOOD]


def test_what_was_said_can_be_said_in_another_language(site: TestSite) -> None:
    row = checks(site, "kernel")[0]
    assert row.told["looked_at"] == Sentence("the default kernel", {}) and "do" not in row.told
    site.database.records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    for row in checks(site):
        for name, sentence in row.told.items():
            assert sentence.text.format_map(sentence.facts) == getattr(row, name)


class Gone(StillHost):
    """A machine that answers nothing any more."""

    def run(self, argv: tuple[str, ...], **_wishes: Any) -> Completed:
        raise StepError(Category.UNAVAILABLE, "it is gone", "Switch it on.")


def test_what_fails_unexpectedly_is_one_finding_among_others(site: TestSite) -> None:
    site.world.own = Gone()
    row = checks(site, "network")[0]
    assert (row.verdict, row.seen, row.do) == (Verdict.WRONG, "it is gone", "Switch it on.")


def test_a_reader_does_not_send_openqrm_around(site: TestSite) -> None:
    with pytest.raises(Exception, match="OPERATOR"):
        site.desk.answer(Caller("bob", Role.READ_ONLY), CheckSite())
