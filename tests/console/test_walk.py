"""What is easily lost again: room on a tablet, German everywhere, and the way back by the keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import ViewportSize, expect

from openqrm.plugin_api.locale import load_words
from tests.console.visit import Visit
from tools.console import ROOT, WEB

PAGES = (
    "/", "/set-up", "/account", "/appliance/web", "/resource", "/plan/1", "/event", "/do/appliance/start?name=web",
)  # fmt: skip
WHOLE = ("/plugin", "/role", "/appliance/nobody", "/do/volume/create")  # all of it is German
TABLET: ViewportSize = {"width": 820, "height": 1180}
SPOKEN = "main :is(h1, h2, h3, th, dt, label, button, .pf-v6-c-label__text, .q-step-what, .q-step-why), nav :is(h2, a)"
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('main, .pf-v6-c-page__main-container')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.tagName + each.className)"""


def test_german_pages_fit_a_tablet_and_are_german(visit: Visit) -> None:
    visit.page.evaluate("localStorage.setItem('openqrm.language', 'de')")
    visit.page.set_viewport_size(TABLET)
    english = {*english_only()}
    for path in PAGES:
        visit.open(path)
        assert visit.page.evaluate(TOO_WIDE) == [], path
        said = {each.strip() for each in visit.page.locator(SPOKEN).all_inner_texts()}
        assert not said & english, path
    for path in WHOLE:
        visit.open(path)
        assert visit.page.locator("[lang=en]").all_inner_texts() == [], path


def english_only() -> Iterator[str]:
    """Each text of the console that is another one in German, as far as it has no blanks."""
    for folder in ("pages", "words", "errors"):
        german = texts(WEB / f"src/i18n/de/{folder}.ts")
        yield from (each for each in texts(WEB / f"src/i18n/en/{folder}.ts") - german if "{{" not in each)
    known = load_words(ROOT / "src/openqrm", "de").texts
    yield from (text for text, said in known.items() if text != said)


def texts(file: Path) -> set[str]:
    """What stands behind each colon."""
    return {*re.findall(r': "((?:[^"\\]|\\.)+)",?$', file.read_text(), re.MULTILINE)}


def test_who_comes_back_to_a_list_is_where_the_row_was_opened(visit: Visit) -> None:
    visit.open("/resource")
    link = visit.page.get_by_role("table").get_by_role("link", name="openqrm", exact=True).first
    link.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Resource openqrm")
    visit.page.go_back()
    expect(link).to_be_focused()


def test_what_is_missing_in_a_form_is_led_to(visit: Visit) -> None:
    visit.open("/do/network/create")
    visit.button("Carry out").focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_label("Name", exact=False).first).to_be_focused()
    expect(visit.page.locator("#field-name-help")).to_contain_text("This is needed.")


def test_a_name_is_chosen_by_the_keyboard_also_before_the_names_are_there(visit: Visit) -> None:
    with visit.held("**/api/v1/volume/list*"):
        visit.open("/do/image/create")
        field = visit.page.locator("#field-volume")
        field.focus()
        visit.page.keyboard.press("ArrowDown")
        expect(visit.page.get_by_role("option", name="Loading")).to_be_disabled()
    first = visit.page.get_by_role("option").first
    expect(first).to_be_focused()
    name = first.inner_text()
    visit.page.keyboard.press("Enter")
    expect(field).to_be_focused()
    assert name.startswith(field.input_value() or "-")
