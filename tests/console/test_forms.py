"""Every intent has its form: opened, filled in from its declaration alone, and given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.console.visit import Visit, visiting
from tests.journeys.site import site

LAST = ("stop", "abandon", "disable", "remove")  # in this order
SAMPLES = {
    "cidr": "10.9.0.0/24",
    "mac": "52:54:99:00:00:01",
    "password": "long enough for anybody",
    "source": "/sample",
}
FAULTY = ".pf-v6-c-helper-text__item.pf-m-error"


@pytest.fixture
def own(built: Path, browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """A site of its own: its forms are given in earnest."""
    with site(tmp_path) as running, visiting(browser, running) as begun:
        begun.sign_in()
        yield begun


def intents(visit: Visit) -> list[dict[str, Any]]:
    """What makes before what takes away."""
    found = [each for each in visit.get("intents") if each["is_intent"]]
    return sorted(
        found,
        key=lambda each: (LAST.index(each["verb"]) + 1 if each["verb"] in LAST else 0, each["noun"], each["verb"]),
    )


def test_every_form_is_opened_and_given(own: Visit) -> None:
    given, wrong = 0, []
    for intent in intents(own):
        name = f"{intent['noun']} {intent['verb']}"
        own.open(f"/do/{intent['noun']}/{intent['verb']}")
        for field, schema in intent["schema"]["properties"].items():
            if field in intent["schema"].get("required", []):
                fill(own, field, schema)
        submit(own)
        problem = own.page.locator("[data-category]")
        category = problem.first.get_attribute("data-category") if problem.count() else ""
        if category == "bug" or own.page.locator(FAULTY).count():
            wrong.append(f"{name}: {own.page.locator(f'{FAULTY}, [data-category]').first.inner_text()}")
        given += not category
    assert not wrong, "\n".join(wrong)
    assert given >= 15  # the rest was refused with reasons, which is right on a site as bare as this


def fill(visit: Visit, field: str, schema: dict[str, Any]) -> None:
    """Something that fits: the first that is offered, or a sample."""
    control = visit.page.locator(f"#field-{field}")
    if "x-noun" in schema:
        pick(visit, control, visit.page.locator(f"#field-{field}-list"))
    elif "enum" in schema or "$ref" in schema:
        control.select_option(index=1)
    elif schema.get("type") == "object":
        visit.page.get_by_role("button", name="Add a line").click()
        visit.page.get_by_label("Key").fill("directory")
        visit.page.get_by_label("Value").fill("/elsewhere")
    elif schema.get("type") == "boolean":
        control.check(force=True)
    elif schema.get("type") == "integer":
        control.fill("1")
    else:
        control.fill("sample.1" if "NUMBER" in schema.get("description", "") else SAMPLES.get(field, "sample"))


def pick(visit: Visit, control: Locator, offers: Locator) -> None:
    """What we have made, else the first object that is offered; a name of none where there is none."""
    control.click()
    offered = offers.get_by_role("option")
    expect(offered.first).to_be_visible()
    expect(offered.filter(has_text="Loading")).to_have_count(0)
    if (ours := offered.filter(has_text="sample")).count():  # and not the user who clicks here
        ours.first.click()
    elif offered.first.is_enabled():
        offered.first.click()
    else:
        control.fill("nothing")
        visit.page.keyboard.press("Escape")


def submit(visit: Visit) -> None:
    """Give it as soon as its preview allows; one that is refused shows why already."""
    button = visit.page.get_by_role("button", name="Carry out")
    preview = visit.page.locator(".q-preview")
    expect(preview.locator(".q-preview-title, [data-category], p, .pf-v6-c-empty-state").first).to_be_visible()
    confirm = visit.page.locator("#confirm")
    if confirm.count():
        confirm.fill(visit.page.locator("label[for=confirm] code").inner_text())
    if button.is_enabled():
        button.click()
        form = visit.page.locator("form:has(#wish-reason)")  # it is gone, or says why not
        expect(form.filter(has_not=visit.page.locator(f"{FAULTY}, [data-category]"))).to_have_count(0)


def test_a_form_says_what_would_happen_while_it_is_filled_in(visit: Visit) -> None:
    visit.open("/do/volume/create")
    preview = visit.page.locator(".q-preview")
    expect(preview).to_contain_text("Nothing has happened yet")
    visit.page.get_by_label("Name").fill("Data")
    expect(visit.page.locator("#field-name-help")).to_contain_text("Small letters")
    visit.page.get_by_label("Name").fill("data")
    fill(visit, "storage", {"x-noun": "storage"})
    expect(preview).to_contain_text("Create volume data")
    visit.page.get_by_label("Reason").fill("a test")
    visit.button("Carry out").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("data")
    plans = visit.site.api.ask("plan", "list", about="volume/data")
    assert [plan["reason"] for plan in plans] == ["a test"]


def test_what_is_carried_out_is_what_the_form_says_however_fast(visit: Visit) -> None:
    """The preview comes when typing pauses: until then nothing is expected of it."""
    visit.open("/do/network/create?name=fast&cidr=10.9.0.0/24&dhcp=off")
    expect(visit.page.locator(".q-preview")).to_contain_text("Create network fast")
    visit.page.route("**/network/create?preview*", lambda _asked: None)  # the next one is still on its way
    visit.page.locator("#field-comment").fill("typed in a hurry")
    visit.button("Carry out").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Network fast")
    try:
        expect(visit.page.get_by_role("main")).to_contain_text("typed in a hurry")
    finally:
        visit.site.api.do("network", "remove", name="fast")


def test_a_file_is_written_in_lines(visit: Visit) -> None:
    visit.open("/do/vm/seed")
    lines = visit.page.locator("textarea#field-user_data")
    lines.fill("#cloud-config\nhostname: web\n")
    expect(lines).to_have_value("#cloud-config\nhostname: web\n")


def test_what_destroys_data_is_typed(visit: Visit) -> None:
    visit.site.api.do("volume", "create", name="doomed", storage="shelf")
    visit.open("/do/volume/remove?name=doomed")
    visit.page.locator("#confirm").fill("doom")
    expect(visit.page.get_by_role("button", name="Carry out")).to_be_disabled()
    visit.page.locator("#confirm").fill("doomed")
    visit.button("Carry out").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("done")
    assert "doomed" not in [row["name"] for row in visit.site.api.ask("volume", "list")]


def test_a_new_token_is_shown_once(visit: Visit) -> None:
    visit.open("/do/token/create")
    visit.page.get_by_label("Name").fill("for-a-test")
    visit.button("Carry out").click()
    expect(visit.page.locator(".q-told input")).not_to_have_value("")
    visit.button("I have kept it").click()
    expect(visit.page.get_by_role("link", name="for-a-test")).to_be_visible()


def test_many_at_once_are_shown_first(visit: Visit) -> None:
    for name in ("one", "two"):
        visit.site.api.do("volume", "create", name=name, storage="shelf")
    visit.open("/volume")
    for name in ("one", "two"):
        visit.page.get_by_label(f"Select {name}").check()
    late: list[Route] = []
    visit.page.route(
        "**/volume/remove?preview*",
        lambda asked: late.append(asked) if asked.request.post_data_json["name"] == "two" else asked.continue_(),
    )
    visit.button("With 2 selected").click()
    visit.page.get_by_role("menuitem", name="Remove", exact=True).click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("one")
    dialog.locator("#confirm").fill("2")
    expect(dialog.get_by_role("button", name="Carry out")).to_be_disabled()  # two is not shown yet
    late.pop().continue_()
    expect(dialog.get_by_role("button", name="Carry out")).to_be_enabled()
    dialog.locator("#confirm").fill("3")
    expect(dialog.get_by_role("button", name="Carry out")).to_be_disabled()
    dialog.locator("#confirm").fill("2")
    with visit.page.expect_request(lambda asked: "/volume/remove?expected=" in asked.url):  # what was shown, or nothing
        dialog.get_by_role("button", name="Carry out").click()
    expect(dialog.get_by_text("done")).to_have_count(2)
    dialog.get_by_role("button", name="Close").last.click()
    expect(visit.page.get_by_role("link", name="one", exact=True)).to_have_count(0)
