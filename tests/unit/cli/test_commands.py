"""The command line against a real REST door on loopback: arguments, refusals, exit statuses, tables."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from openqrm.api.application import make_application
from openqrm.api.listen import Listener, bind
from openqrm.api.plan_watch import watch_route
from openqrm.api.routes import Door
from openqrm.cli.application import NOUNS, make_commands
from openqrm.cli.declared import verbs_of
from openqrm.cli.forms import values_of
from openqrm.planning.vm_seed import SeedVm
from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue
from tests.unit.services.site import PASSWORD, TestSite, open_site


class Shell:
    """`openqrm …` with an environment of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        environment = {"OPENQRM_URL": url, "HOME": str(home)}
        self._commands = make_commands(environment, lambda *_: None, lambda _: "")

    def __call__(self, line: str, given: str = "") -> Result:
        return CliRunner().invoke(self._commands, line.split(), input=given)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def shell(site: TestSite, tmp_path: Path) -> Iterator[Shell]:
    listening = bind("127.0.0.1", 0)
    more = [watch_route(site.live, site.desk, site.sign_in)]
    application = make_application(Door(site.desk, site.sign_in, site.catalogue), lambda: "", more)
    door = Listener("rest", application, [listening])
    door.start()
    signed_in = Shell(f"http://127.0.0.1:{listening.getsockname()[1]}", tmp_path)
    assert signed_in("login admin", PASSWORD + "\n").exit_code == 0
    yield signed_in
    door.close()


def test_every_declaration_of_the_core_is_a_command() -> None:
    for entry in Catalogue(PluginHost()):
        if not entry.plugin:
            assert entry.declared.noun in NOUNS
            assert verbs_of(entry.declared.noun)[entry.declared.verb] is entry.declared


def test_a_secret_of_several_lines_is_read_to_its_end() -> None:
    with CliRunner().isolation(input="#cloud-config\nx: y\n"):
        assert values_of(SeedVm, {"name": "db"}) == {"name": "db", "user_data": "#cloud-config\nx: y\n"}


def test_the_token_is_readable_by_its_owner_alone(shell: Shell, tmp_path: Path) -> None:
    assert (tmp_path / ".config/openqrm/token").stat().st_mode & 0o777 == 0o600


def test_create_list_and_show(shell: Shell) -> None:
    done = shell("storage create mem tmpfs-storage --comment fast")
    assert (done.exit_code, done.output) == (0, "plan 2: Create storage mem: done\n")
    assert "mem" in shell("storage list").output
    assert json.loads(shell("storage show mem --json").output)["comment"] == "fast"


def test_a_plan_is_watched_to_its_end_and_its_end_is_the_status(shell: Shell) -> None:
    shell("storage create mem tmpfs-storage")
    assert shell("plan watch 2").output.endswith("plan 2: Create storage mem: done\n")
    shell("storage edit mem --comment fast")
    assert shell("plan undo 3").exit_code == 0
    watched = shell("plan watch 3")
    assert watched.exit_code == 1 and "is undone" in watched.output


def test_a_refusal_is_a_message_a_hint_and_a_status(shell: Shell) -> None:
    refused = shell("volume create root none")
    assert refused.exit_code == 1
    assert "Error: there is no storage 'none'" in refused.output and "storage list" in refused.output


def test_a_preview_changes_nothing(shell: Shell) -> None:
    assert "would change" in shell("storage create mem tmpfs-storage --preview").output
    assert "there are none" in shell("storage list").output


def test_a_volume_is_destroyed_only_when_its_name_is_typed(shell: Shell) -> None:
    shell("storage create mem tmpfs-storage")
    shell("volume create old mem --size-mib 64")
    assert shell("volume remove old", "new\n").exit_code == 1
    assert "there are none" not in shell("volume list").output
    assert shell("volume remove old", "old\n").exit_code == 0
    assert "there are none" in shell("volume list").output


def test_a_secret_is_read_from_stdin_and_is_no_argument(shell: Shell, site: TestSite) -> None:
    assert shell("user create bob --password", "a good password\n").exit_code == 0
    assert site.sign_in.by_password("bob", "a good password").user == "bob"


def test_a_plan_can_be_given_up(shell: Shell) -> None:
    assert shell("resource reboot m1 --no-wait").exit_code == 0  # no agent will ever answer
    plan = json.loads(shell("plan list --json").output)[0]["id"]
    assert shell(f"plan abandon {plan} test-it").output.endswith(": abandoned by an operator\n")
    assert json.loads(shell(f"plan show {plan} --json").output)["state"] == "abandoned"


def test_who_is_not_signed_in_is_told_how(tmp_path: Path) -> None:
    told = Shell("http://127.0.0.1:1", tmp_path)("resource list")
    assert told.exit_code == 1 and "openqrm login" in told.output


def test_a_sign_in_link_is_printed_whole(shell: Shell, site: TestSite) -> None:
    address, _, link = shell("user sign-in-link").output.strip().partition("/sign-in#link=")
    assert address == shell.url
    assert site.sign_in.sessions.user_of_link(link) == "admin"


def test_who_has_a_second_factor_gives_its_code_to_login(shell: Shell, site: TestSite) -> None:
    totp = pyotp.TOTP(site.sign_in.factors.enrol("admin").secret)
    codes = site.sign_in.factors.confirm("admin", totp.now())
    assert shell("login admin", f"{PASSWORD}\nnonsense\n").exit_code == 1
    assert shell("login admin", f"{PASSWORD}\n{codes[0]}\n").exit_code == 0


def test_initrds_are_built_by_hand_with_words_of_their_own() -> None:
    asked: list[tuple[str, dict[str, object]]] = []

    def initrd(verb: str, **given: object) -> str:
        asked.append((verb, given))
        return "made"

    commands = make_commands({}, lambda *_: None, initrd)
    words = ["initrd", "build", "/srv/k", "--source", "linux-image-cloud-amd64", "--root", "nfs", "--root", "iscsi"]
    assert CliRunner().invoke(commands, words).output == "made\n"
    source = "linux-image-cloud-amd64"
    assert asked == [("build", {"folder": "/srv/k", "source": source, "card": "", "root": ("nfs", "iscsi")})]
    assert CliRunner().invoke(commands, ["initrd", "build"]).exit_code == 2
