"""What a storage can be of is offered by its own names, not by those of plugins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openqrm.domain.errors import OpenqrmError
from openqrm.domain.user import PluginState
from openqrm.planning.storage import CreateStorage, ListStorageTypes
from openqrm.services.schemas import render_schema
from tests.unit.services.site import ADMIN, TestSite, open_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path) as opened:
        opened.database.records.put(PluginState(name="lvm-storage", enabled=True, started=True))
        yield opened


def test_a_plugin_with_several_types_offers_each(site: TestSite) -> None:
    rows = {row.name: row for row in site.desk.answer(ADMIN, ListStorageTypes())}
    ours = {row.name: row.standing for row in rows.values() if row.plugin == "lvm-storage"}
    assert ours == {"lvm-aoe": "started", "lvm-iscsi": "started", "lvm-nfs": "started"}
    assert "lvm-storage" not in rows and all(row.summary for row in rows.values())
    assert {rows[name].standing for name in ("nfs-storage", "directory-qcow2", "sanboot-aoe")} == {"disabled"}


def test_the_form_refers_to_them_and_each_can_be_chosen(site: TestSite) -> None:
    assert render_schema(CreateStorage)["properties"]["type"]["x-noun"] == "storage-type"
    for row in site.desk.answer(ADMIN, ListStorageTypes()):
        wish = CreateStorage(name="new", type=row.name, resource="openqrm")
        if row.standing == "started":
            assert site.desk.preview(ADMIN, wish, look=False).plan.steps
        else:
            with pytest.raises(OpenqrmError, match=row.plugin):
                site.desk.preview(ADMIN, wish, look=False)
