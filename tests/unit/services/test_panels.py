"""What plugins add to pages and menu is told while they are enabled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import openqrm_plugins
from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.user import PluginState
from openqrm.planning.plugin import DisablePlugin
from openqrm.planning.site import MenuRow, PanelView, ShowMenu, ShowPanels
from openqrm.plugin_host.find import check, find_plugins
from openqrm.plugin_host.host import PluginHost
from openqrm.services.desk import Wishes
from tests.unit.services.site import ADMIN, TestSite, open_site

REFERENCE = check("openqrm_plugins._reference", Path(openqrm_plugins.__path__[0]) / "_reference")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path, lambda: PluginHost([*find_plugins(), REFERENCE])) as opened:
        opened.database.records.put(PluginState(name="reference", enabled=True, started=True))
        opened.database.records.put(Appliance(name="web"))
        yield opened


def test_an_enabled_plugin_adds_a_panel_and_a_menu_item(site: TestSite) -> None:
    assert site.desk.answer(ADMIN, ShowPanels("appliance/web")) == [
        PanelView("reference", "Note", [("runs on", "nothing")])
    ]
    assert site.desk.answer(ADMIN, ShowPanels("kernel/default")) == []
    assert site.desk.answer(ADMIN, ShowMenu()) == [MenuRow("reference", "Notes", "note", "")]
    site.desk.ask(ADMIN, DisablePlugin("reference"), Wishes())
    assert site.desk.answer(ADMIN, ShowPanels("appliance/web")) == site.desk.answer(ADMIN, ShowMenu()) == []


@pytest.mark.parametrize(
    "about", ["appliance/none", "user/admin", "token/t", "factor/admin", "nothing", "", "secret/x"]
)
def test_what_has_no_page_has_no_panels(site: TestSite, about: str) -> None:
    with pytest.raises(OpenqrmError) as refused:
        site.desk.answer(ADMIN, ShowPanels(about))
    assert refused.value.category is Category.NOT_FOUND
