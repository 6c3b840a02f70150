"""The desk: previews, confirmation, staleness, sealing, idempotency, decisions."""

import threading
from dataclasses import replace

import msgspec
import pytest

from openqrm.adapters.database.tables import SECRETS
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.network import Network
from openqrm.domain.plan import PlanState, Reversal
from openqrm.domain.record import Record
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState, Role, Token, User
from openqrm.planning.appliance import CreateAppliance, EditAppliance, ListAppliances
from openqrm.planning.appliance_start import StartAppliance
from openqrm.planning.image import CreateImage, EditImage
from openqrm.planning.network import CreateNetwork
from openqrm.planning.plan import ListEvents, ListPlans, SkipStep, UndoPlan
from openqrm.planning.plugin import EnablePlugin, SetPlugin
from openqrm.planning.resource import AddResource
from openqrm.planning.storage import CreateStorage
from openqrm.planning.user import CreateToken, CreateUser, RemoveToken, RemoveUser, SetUserPassword, SetUserRole
from openqrm.planning.volume import CreateVolume, RemoveVolume
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.intents import Intent, Password, Secret
from openqrm.services.caller import Caller
from openqrm.services.desk import Outcome, Wishes
from openqrm.services.plan_view import PlanView
from openqrm_plugins.image_shelf.catalogue import Catalogue, Entry, Shelf
from openqrm_plugins.image_shelf.settings import Settings
from openqrm_plugins.image_shelf.unpacking import UnpackEntry
from tests.unit.services.site import ADMIN, TestSite


def ask(site: TestSite, intent: Intent, **wishes: str) -> Outcome:
    return site.desk.ask(ADMIN, intent, Wishes(**wishes))


def with_image(site: TestSite) -> None:
    ask(site, CreateStorage("mem", "tmpfs-storage"))
    ask(site, CreateVolume("web-root", "mem", 64))
    ask(site, CreateImage("web", "web-root"))


def start_that_waits(site: TestSite) -> PlanView:
    """The storage that its image is installed from does not answer yet."""
    with_image(site)
    site.world.own.answers.clear()
    records = site.database.records
    records.put(replace(records.get(Resource, "m1"), address="10.0.0.11"))
    records.put(PluginState(name="nfs-storage", enabled=True, started=True))
    records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    records.put(Volume(name="golden", storage="nas"))
    records.put(replace(records.get(Image, "web"), install_from="golden"))
    ask(site, CreateAppliance("web", "web"))
    return ask(site, StartAppliance("web")).plan


def test_a_record_is_there_when_the_desk_answers(site: TestSite) -> None:
    assert ask(site, CreateStorage("mem", "tmpfs-storage")).plan.state == PlanState.DONE
    assert site.database.records.find(Volume, "mem") is None


def test_a_preview_changes_nothing_and_says_what_is_so(site: TestSite) -> None:
    shown = site.desk.preview(ADMIN, CreateStorage("mem", "tmpfs-storage"), look=True)
    assert shown.plan.steps[0].state == "would change"
    assert "Create storage mem" in shown.text
    assert not site.desk.answer(ADMIN, ListPlans())


def test_a_rehearsal_shows_how_it_would_go_and_changes_nothing(site: TestSite) -> None:
    intent = CreateStorage("mem", "tmpfs-storage")
    whole = site.desk.rehearse(ADMIN, intent, "")
    assert (whole.ends, whole.lines) == (PlanState.DONE, ["  1. Create storage mem: is done"])
    for failing in ("record", "1"):
        broken = site.desk.rehearse(ADMIN, intent, failing)
        assert broken.ends == PlanState.UNDONE and "  1. Create storage mem: fails" in broken.lines
    with pytest.raises(OpenqrmError, match="no step 99"):
        site.desk.rehearse(ADMIN, intent, "99")
    assert site.database.records.find(Storage, "mem") is None and not site.desk.answer(ADMIN, ListPlans())


def test_a_preview_does_not_change_its_digest_and_is_what_is_done(site: TestSite) -> None:
    ask(site, CreateStorage("mem", "tmpfs-storage"))
    ask(site, CreateVolume("web-root", "mem", 64))
    intent = CreateImage("web", "web-root", root_password=Secret("secret words"))
    first, second = (site.desk.preview(ADMIN, intent, look=False).digest for _ in range(2))
    assert first == second
    assert ask(site, intent, expected=first).plan.state == PlanState.DONE


def test_a_name_of_the_moment_makes_no_other_plan(site: TestSite) -> None:
    entry = Entry("debian", "debian.tar", 1000, "0" * 64)
    settings = msgspec.json.encode(Settings(shelves={"shelf": Shelf("/shelf", catalogue=Catalogue((entry,)))})).decode()
    records = site.database.records
    records.put(PluginState(name="nfs-storage", enabled=True, started=True))
    records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    records.put(PluginState(name="image-shelf", enabled=True, started=True, settings=settings))
    first, second = (site.desk.preview(ADMIN, UnpackEntry("shelf", "debian", "web", "nas"), look=False) for _ in "12")
    assert first.text != second.text and first.digest == second.digest


def test_what_differs_from_the_preview_is_told(site: TestSite) -> None:
    with_image(site)
    shown = site.desk.preview(ADMIN, EditImage("web", comment="x"), look=False)
    with pytest.raises(OpenqrmError) as refusal:
        ask(site, CreateVolume("other", "mem", 64), expected=shown.digest)
    assert refusal.value.category is Category.STALE
    assert "Create volume other" in refusal.value.hint


def test_data_is_destroyed_only_when_its_name_is_typed(site: TestSite) -> None:
    ask(site, CreateStorage("mem", "tmpfs-storage"))
    ask(site, CreateVolume("old", "mem", 64))
    with pytest.raises(OpenqrmError) as refusal:
        ask(site, RemoveVolume("old"))
    assert refusal.value.category is Category.REFUSED and "old" in refusal.value.hint
    assert ask(site, RemoveVolume("old"), confirm="old").plan.state == PlanState.DONE


def test_a_secret_is_in_the_vault_and_in_no_plan(site: TestSite) -> None:
    with_image(site)
    outcome = ask(site, EditImage("web", root_password=Secret("very secret words")))
    reference = site.database.records.get(Image, "web").root_password
    assert site.world.vault.reveal(reference) == "very secret words"
    assert b"very secret words" not in msgspec.json.encode(outcome)
    assert b"very secret words" not in stored_actions(site, outcome.plan.id)


def stored_actions(site: TestSite, plan: str) -> bytes:
    return msgspec.json.encode([msgspec.to_builtins(step.action) for step in site.database.plans.load(plan).plan.steps])


def test_a_refused_plan_leaves_no_secret_behind(site: TestSite) -> None:
    with pytest.raises(OpenqrmError):
        ask(site, EditImage("none", root_password=Secret("very secret words")))
    with site.database.connections.single() as connection:
        assert connection.execute(SECRETS.select()).all() == []


def test_a_wish_can_be_asked_again_without_its_secrets(site: TestSite) -> None:
    with_image(site)
    plan = ask(site, EditImage("web", comment="shop", root_password=Secret("very secret words"))).plan
    assert site.desk.show(ADMIN, plan.id).wish == {"name": "web", "comment": "shop"}
    assert ask(site, SetPlugin("dhcpd", {"directory": "/elsewhere"})).plan.wish is None


def test_a_plan_of_an_older_version_is_shown_and_cannot_be_asked_again(site: TestSite) -> None:
    plan = ask(site, CreateStorage("mem", "tmpfs-storage")).plan
    with site.database.transaction() as tx:
        stored = tx.plans.load(plan.id).plan
        codec = ActionCodec(site.host.actions())
        older = msgspec.json.decode(codec.dump_plan(stored))
        del older["wish"]
        assert codec.load_plan(msgspec.json.encode(older)).wish is None


def test_a_password_is_kept_as_a_hash(site: TestSite) -> None:
    ask(site, CreateUser("bob", password=Password("a good password")))
    assert site.database.records.get(User, "bob").password_hash.startswith("$argon2id$")
    assert site.sign_in.by_password("bob", "a good password") == Caller("bob", Role.READ_ONLY)


def test_a_token_is_told_once_and_opens_the_door(site: TestSite) -> None:
    outcome = ask(site, CreateToken("ci"))
    token = outcome.told["token"]
    assert site.sign_in.by_token(token) == ADMIN
    assert token not in site.database.records.get(Token, "ci").digest


def test_a_token_is_its_users_alone_and_goes_with_the_user(site: TestSite) -> None:
    olga = Caller("olga", Role.OPERATOR)
    ask(site, CreateUser("olga", as_role="OPERATOR"))
    ask(site, CreateToken("ci"))
    for intent in (CreateToken("mine", user="admin"), RemoveToken("ci")):
        with pytest.raises(OpenqrmError, match="may do this for olga alone"):
            site.desk.ask(olga, intent, Wishes())
    site.desk.ask(olga, CreateToken("own", days=2), Wishes())
    days = (site.database.records.get(Token, "own").expires_at_s - site.world.now_s()) / 86_400
    assert 1 < days <= 2
    ask(site, RemoveUser("olga"))
    assert site.database.records.find(Token, "own") is None and site.database.records.find(Token, "ci")


def test_the_same_key_is_the_same_plan(site: TestSite) -> None:
    first = ask(site, CreateStorage("mem", "tmpfs-storage"), key="k1")
    second = ask(site, CreateStorage("mem", "tmpfs-storage"), key="k1")
    assert first.plan.id == second.plan.id
    with pytest.raises(OpenqrmError) as refusal:
        ask(site, CreateStorage("other", "tmpfs-storage"), key="k1")
    assert refusal.value.category is Category.CONFLICT


def test_many_at_once_with_one_key_do_it_once(site: TestSite) -> None:
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.append(ask(site, CreateUser("bob"), key="k").plan.id)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8 and len(set(seen)) == 1


def test_a_plan_can_be_taken_back(site: TestSite) -> None:
    plan = ask(site, CreateUser("bob")).plan
    assert plan.can == ["undo"]
    assert plan.reversal == Reversal("user.remove", {"name": "bob"})
    back = ask(site, UndoPlan(plan.id)).plan
    assert (back.intent, back.state, back.reason) == ("user.remove", PlanState.DONE, f"takes back plan {plan.id}")
    assert site.database.records.find(User, "bob") is None
    with pytest.raises(OpenqrmError, match=f"plan {back.id} has worked on user/bob since") as refusal:
        site.desk.preview(ADMIN, UndoPlan(plan.id), look=True)
    assert refusal.value.category is Category.CONFLICT


def test_one_without_a_reversal_is_taken_back_by_its_steps(site: TestSite) -> None:
    ask(site, CreateUser("bob"))
    plan = ask(site, SetUserRole("bob", as_role="OPERATOR")).plan
    assert plan.reversal is None
    with pytest.raises(OpenqrmError, match="no preview"):
        site.desk.preview(ADMIN, UndoPlan(plan.id), look=False)
    undone = ask(site, UndoPlan(plan.id)).plan
    assert (undone.id, undone.state) == (plan.id, PlanState.UNDONE)
    assert site.database.records.get(User, "bob").role == "READ_ONLY"


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        (CreateUser("bob"), User),
        (CreateToken("bot"), Token),
        (CreateNetwork("lab", "10.9.0.0/24"), Network),
        (AddResource("m2", "52:54:00:00:00:02"), Resource),
        (CreateStorage("mem", "tmpfs-storage"), Storage),
        (EnablePlugin("ipmi"), PluginState),
    ],
    ids=lambda each: f"{each.noun}-{each.verb}" if isinstance(each, Intent) else "",
)
def test_what_was_made_is_removed_with_all_that_its_removal_looks_at(
    site: TestSite, intent: Intent, kind: type[Record]
) -> None:
    plan = ask(site, intent).plan
    shown = site.desk.preview(ADMIN, UndoPlan(plan.id), look=True)
    assert shown.plan.steps and plan.reversal and shown.plan.intent == plan.reversal.intent
    assert ask(site, UndoPlan(plan.id), expected=shown.digest).plan.state == PlanState.DONE
    left = site.database.records.find(kind, plan.about.partition("/")[2])
    assert left is None or (isinstance(left, PluginState) and not left.enabled)


def test_what_is_in_use_is_not_taken_back(site: TestSite) -> None:
    storage = ask(site, CreateStorage("mem", "tmpfs-storage")).plan
    volume = ask(site, CreateVolume("web-root", "mem", 64)).plan
    with pytest.raises(OpenqrmError, match="storage mem is in use by volume web-root"):
        ask(site, UndoPlan(storage.id))
    image = ask(site, CreateImage("web", "web-root")).plan
    with pytest.raises(OpenqrmError, match="has worked on volume/web-root since"):
        ask(site, UndoPlan(volume.id))
    for plan in (image, volume, storage):
        assert ask(site, UndoPlan(plan.id)).plan.state in (PlanState.DONE, PlanState.UNDONE)
    assert site.database.records.find(Storage, "mem") is None


def test_an_undo_with_the_same_key_is_done_once(site: TestSite) -> None:
    plan = ask(site, CreateUser("bob")).plan
    first, second = (ask(site, UndoPlan(plan.id), key="k1").plan.id for _ in range(2))
    assert first == second != plan.id


def test_a_secret_is_forgotten_with_the_plan_that_brought_it(site: TestSite) -> None:
    with_image(site)
    plan = ask(site, EditImage("web", root_password=Secret("very secret words"))).plan
    reference = site.database.records.get(Image, "web").root_password
    assert site.world.vault.holds(reference)
    assert ask(site, UndoPlan(plan.id)).plan.state == PlanState.UNDONE
    assert not site.world.vault.holds(reference)


def test_nobody_takes_back_what_they_may_not_ask_for(site: TestSite) -> None:
    operator = Caller("olga", Role.OPERATOR)
    ask(site, CreateUser("olga", as_role="ADMINISTRATOR"))
    demoted = ask(site, SetUserRole("olga", as_role="OPERATOR")).plan
    renewed = ask(site, SetUserPassword("admin", Password("a password that is new"))).plan
    for plan in (demoted, renewed):
        with pytest.raises(OpenqrmError, match="needs the role ADMINISTRATOR") as refusal:
            site.desk.ask(operator, UndoPlan(plan.id), Wishes())
        assert refusal.value.category is Category.REFUSED
    assert site.database.records.get(User, "olga").role == "OPERATOR"
    own = site.desk.ask(operator, SetUserPassword("olga", Password("a password of mine")), Wishes()).plan
    assert site.desk.ask(operator, UndoPlan(own.id), Wishes()).plan.state == PlanState.UNDONE


def test_a_step_that_is_not_there_cannot_be_skipped(site: TestSite) -> None:
    running = start_that_waits(site)
    with pytest.raises(OpenqrmError, match="has no step 'redy'") as refusal:
        ask(site, SkipStep(running.id, "redy", "a slip of the finger"))
    assert refusal.value.category is Category.NOT_FOUND and "ready" in refusal.value.hint


def test_two_plans_do_not_touch_the_same_object(site: TestSite) -> None:
    running = start_that_waits(site)
    assert running.state == PlanState.RUNNING
    with pytest.raises(OpenqrmError) as refusal:
        ask(site, EditAppliance("web", comment="busy"))
    assert refusal.value.category is Category.BUSY and running.id in refusal.value.message
    assert site.desk.answer(ADMIN, ListAppliances())[0].condition == "starting"


def test_who_asked_and_why_is_on_record(site: TestSite) -> None:
    plan = ask(site, CreateUser("bob"), reason="new colleague").plan
    assert (plan.asked_by, plan.reason) == ("admin", "new colleague")
    event = site.desk.answer(ADMIN, ListEvents(about="user/bob"))[0]
    assert (event.topic, event.user, event.plan) == ("user.created", "admin", plan.id)
