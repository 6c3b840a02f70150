"""Plugins that are absent, disabled, incompatible, broken or fine; and what the fine ones bring."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import openqrm_plugins
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import Bmc, Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import PluginState
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.drivers import KINDS
from openqrm.plugin_api.service import Site
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm.plugin_host.find import check, find_plugins
from openqrm.plugin_host.host import PluginHost, Standing
from openqrm.plugin_host.scaffold import scaffold
from openqrm.ports.records import Facts

REFERENCE = check("openqrm_plugins._reference", Path(openqrm_plugins.__path__[0]) / "_reference")


def facts(*states: PluginState) -> Facts:
    return SimulatedWorld(given=states).records


def on(name: str, settings: str = "{}", *, started: bool = True) -> PluginState:
    return PluginState(name=name, enabled=True, started=started, settings=settings)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A package of plugins, called by the folder's own name so that no two tests share one."""
    package = tmp_path / f"plugins_{tmp_path.name}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    sys.path.insert(0, str(tmp_path))
    yield package
    sys.path.remove(str(tmp_path))


def plugin(place: Path, id_: str, toml: str = "", **modules: str) -> None:
    folder = place / id_.replace("-", "_")
    folder.mkdir()
    start = f'id = "{id_}"\nname = "X"\nsummary = "Of the test"\ncategory = "misc"\n'
    (folder / "plugin.toml").write_text(start + ("" if "api =" in toml else "api = [1, 1]\n") + toml)
    for name, text in {"__init__": "", **modules}.items():
        (folder / f"{name}.py").write_text(text)


def host_of(place: Path) -> PluginHost:
    return PluginHost(find_plugins(place.name, "no.such.group"))


def test_examples_are_not_offered_and_all_that_ship_load() -> None:
    host = PluginHost()
    assert host.refused == {} and "reference" not in host.plugins and {"nfs-storage", "dhcpd"} <= set(host.plugins)


@pytest.mark.parametrize(
    ("toml", "modules", "standing", "words"),
    [
        ("", {}, Standing.DISABLED, "plugin x is disabled"),
        ("api = [7, 8]", {}, Standing.INCOMPATIBLE, "x works with plugin API 7 to 8, and this openQRM has 1"),
        ("api = [2, 1]", {}, Standing.BROKEN, "api begins with 2 and ends with 1"),
        ("colour = 1", {}, Standing.BROKEN, "unknown field `colour`"),
        ("= no toml", {}, Standing.BROKEN, "plugin.toml"),
        ('drivers = { sail = "driver:Driver" }', {}, Standing.BROKEN, "there is no driver kind sail"),
        ('drivers = { power = "driver:Driver" }', {}, Standing.BROKEN, "driver driver:Driver does not exist"),
        (
            'drivers = { power = "driver:Driver" }',
            {"driver": "class Driver:\n    def __init__(self, settings): ...\n    def plan_on(self): ...\n"},
            Standing.BROKEN,
            "is no power driver, it lacks observe_power, plan_off",
        ),
        ("", {"actions": "import nothing_of_that_name"}, Standing.BROKEN, "actions cannot be imported: ModuleNotFound"),
        ("", {"actions": "1/0"}, Standing.BROKEN, "ZeroDivisionError: division by zero (actions.py:1)"),
        ("", {"actions": "class A:\n    name = 'y.a'\nACTIONS = (A,)"}, Standing.BROKEN, "does not begin with x."),
        ("", {"settings": "Settings = 3"}, Standing.BROKEN, "Settings is not a msgspec Struct"),
        ("", {"service": ""}, Standing.BROKEN, "service.py has no children"),
        ('initrd = ["x"]', {}, Standing.BROKEN, "there is no initrd/x.sh"),
        ('subscriptions = ["appliance.*"]', {}, Standing.BROKEN, "no subscriber.py"),
        (
            "",
            {"hooks": "from openqrm.plugin_api.hooks import hookimpl\n@hookimpl\ndef panels(colour): ..."},
            Standing.BROKEN,
            "colour",
        ),
    ],
)
def test_how_a_plugin_stands_and_why(
    place: Path, toml: str, modules: dict[str, str], standing: Standing, words: str
) -> None:
    plugin(place, "x", toml, **modules)
    plugin(place, "good")
    host = host_of(place)
    told = host.standing("x", facts())
    assert (told.standing, words in told.because) == (standing, True), told
    assert told.hint and "good" in host.plugins


def test_one_that_is_not_here_is_absent() -> None:
    told = PluginHost([]).standing("kvm", facts())
    assert told.standing is Standing.ABSENT and told.because == "there is no plugin kvm"


def test_enabled_and_started_are_read_from_the_records(place: Path) -> None:
    plugin(place, "x")
    host = host_of(place)
    assert host.standing("x", facts(on("x", started=False))).standing is Standing.ENABLED
    assert host.standing("x", facts(on("x"))).standing is Standing.STARTED
    assert host.enabled(facts(on("x"), on("gone"))) == ("x",)


def family(place: Path) -> PluginHost:
    plugin(place, "a", 'requires = ["b-service", "c"]')
    plugin(place, "b", 'provides = ["b-service"]\nrequires = ["c"]')
    plugin(place, "c")
    return host_of(place)


def test_it_is_enabled_with_all_it_needs(place: Path) -> None:
    host = family(place)
    assert host.enable_order("a", facts()) == ("c", "b", "a")
    assert host.enable_order("a", facts(on("c"))) == ("b", "a")
    assert host.started(facts(on("a"), on("b"), on("c"))) == ("c", "b", "a")


def test_one_that_is_needed_says_by_whom(place: Path) -> None:
    host = family(place)
    assert host.still_needed_by("c", facts(on("a"), on("b"), on("c"))) == ("a", "b")
    assert host.still_needed_by("a", facts(on("a"), on("b"), on("c"))) == ()


def test_a_service_of_two_plugins_is_a_choice(place: Path) -> None:
    plugin(place, "a", 'requires = ["dhcp"]')
    plugin(place, "dnsmasq", 'provides = ["dhcp"]')
    plugin(place, "kea", 'provides = ["dhcp"]')
    host = host_of(place)
    with pytest.raises(PlanningError, match="dnsmasq and kea provide"):
        host.enable_order("a", facts())
    assert host.enable_order("a", facts(on("kea"))) == ("a",)
    assert host.still_needed_by("kea", facts(on("a"), on("kea"), on("dnsmasq"))) == ()


@pytest.mark.parametrize(
    ("need", "words"), [("nowhere", "no plugin here provides"), ("a", "require each other: a → b")]
)
def test_what_cannot_be_enabled_says_why(place: Path, need: str, words: str) -> None:
    plugin(place, "a", 'requires = ["b"]')
    plugin(place, "b", f'requires = ["{need}"]')
    with pytest.raises(PlanningError, match=words):
        host_of(place).enable_order("a", facts())


def test_drivers_are_those_of_enabled_plugins(place: Path) -> None:
    for kind in ("storage", "power", "network-service"):
        scaffold(kind, f"my-{kind}", place)
    for path in place.rglob("*.py"):
        path.write_text(path.read_text().replace("from my_", f"from {place.name}.my_"))
    host = host_of(place)
    assert host.refused == {}
    shelf = Storage(name="s", type="my-storage")
    with pytest.raises(PlanningError, match="plugin my-storage is disabled") as refusal:
        host.drivers(facts()).storage(shelf)
    assert refusal.value.category is Category.UNSUPPORTED and "openqrm plugin enable my-storage" in refusal.value.hint
    drivers = host.drivers(facts(on("my-storage", '{"folder": "/srv"}'), on("my-power"), on("my-network-service")))
    assert isinstance(drivers.storage(shelf), KINDS["storage"])
    assert drivers.power(Resource(name="r")) is None
    assert isinstance(drivers.power(Resource(name="r", bmc=Bmc(driver="my-power"))), KINDS["power"])
    assert len(drivers.network_services()) == 1
    with pytest.raises(PlanningError, match="my-power has no storage driver"):
        drivers.get("storage", "my-power")


def test_settings_have_defaults_and_are_checked() -> None:
    host = PluginHost([REFERENCE])
    assert host.settings("reference", facts()).greeting == "Hello"
    assert host.settings("reference", facts(on("reference", '{"greeting": "Hi"}'))).greeting == "Hi"
    with pytest.raises(PlanningError, match="settings of reference"):
        host.settings("reference", facts(on("reference", '{"greeting": 3}')))


def test_the_reference_uses_every_extension_point() -> None:
    host, state = PluginHost([REFERENCE]), facts(on("reference"))
    assert host.refused == {}
    assert {a.name for a in host.actions()} >= {"reference.write-note", "openqrm.set-field"}
    ActionCodec(host.actions())
    assert {i.verb for i in host.planners()} == {"write", "tear"} and {q.verb for q in host.answers()} == {"show"}
    assert host.owner(next(iter(host.planners()))) == "reference"
    assert host.initrd_folders().keys() == {"reference"}
    assert list(host.subscribers("appliance.started", state)) == ["reference"]
    assert not host.subscribers("plan.stuck", state) and not host.subscribers("appliance.started", facts())
    site = Site(networks=(), directory=Path("/run/x"), address="10.0.0.1", http_url="http://10.0.0.1")
    (child,) = host.children(state, site)["reference"]
    assert child.files[0] == (Path("/run/x/reference/book"), b"Hello from 10.0.0.1\n")
    assert host.children(facts(), site) == {}


def test_a_failing_hook_is_told_and_stops_nobody(place: Path) -> None:
    start = "from openqrm.plugin_api.hooks import hookimpl, MenuItem\n@hookimpl\ndef menu_items():\n    "
    plugin(place, "a", hooks=start + "raise ValueError('oh')")
    plugin(place, "b", hooks=start + "return (MenuItem(title='B', noun='b'),)")
    plugin(place, "c", hooks=start + "return (MenuItem(title='C', noun='c'),)")
    told = []
    answers = host_of(place).ask(
        "menu_items", facts(on("a"), on("b")), lambda plugin, hook, error: told.append((plugin, hook, str(error)))
    )
    assert [(id_, items[0].title) for id_, items in answers] == [("b", "B")]
    assert told == [("a", "menu_items", "oh")]
