"""The set-up: what was looked at, and the way to mend it and back."""

from playwright.sync_api import Locator, expect

from tests.console.visit import Visit


def part(visit: Visit, title: str) -> Locator:
    return visit.page.locator(".q-setup > li").filter(has=visit.page.get_by_role("heading", name=title))


def test_what_is_wrong_is_mended_from_the_set_up(visit: Visit) -> None:
    visit.open("/set-up")
    expect(part(visit, "A kernel to boot")).to_contain_text("default")
    expect(part(visit, "Storages").get_by_role("img", name="good")).to_be_visible()
    assert visit.impaired() == []
    network = part(visit, "The network of the machines")
    expect(network.locator("code")).to_have_text("openqrm network edit rack --dhcp full")
    network.get_by_role("link", name="Mend it").click()
    expect(visit.page.locator(".q-preview")).to_contain_text("network rack")
    try:
        visit.button("Carry out").click()
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("Set-up")
        expect(network).to_contain_text("none is up with an address in 10.0.0.0/8")
    finally:
        visit.site.api.do("network", "edit", name="rack", dhcp="off")


def test_what_was_looked_at_is_told_in_german(visit: Visit) -> None:
    visit.page.evaluate("localStorage.setItem('openqrm.language', 'de')")
    visit.open("/set-up")
    expect(part(visit, "Ein Kernel zum Booten")).to_contain_text("die Maschinen starten ihn")
