"""Backup and restore: what was there is there again."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from openqrm.adapters.database import Database
from openqrm.adapters.vault import DatabaseVault
from openqrm.cli.application import make_commands
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.storage import Storage
from openqrm.planning.storage import CreateStorage, RemoveStorage
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.codec import ActionCodec
from openqrm.services.desk import Wishes
from openqrm.services.site_settings import SiteSettings
from openqrm.services.state import ARCHIVE, backup, list_backups, remove_backup, restore
from tests.unit.services.site import ADMIN, open_site


def test_what_was_there_is_there_again(tmp_path: Path) -> None:
    settings = SiteSettings(base=str(tmp_path))
    with open_site(tmp_path) as site:
        site.desk.ask(ADMIN, CreateStorage("mem", "tmpfs-storage"), Wishes())
        site.world.vault.keep("word", "secret")
        archive = backup(settings, "before-update")
        site.desk.ask(ADMIN, RemoveStorage("mem"), Wishes())
    assert ARCHIVE.fullmatch(archive.name) and list_backups(settings) == [archive]
    (tmp_path / "vault.key").unlink()
    lines = list(restore(settings, archive.name.removesuffix(".tgz")))
    assert "restoring database from database.dump" in lines
    reopened = tmp_path / "reopened"
    reopened.mkdir()
    for each in ("openqrm.sqlite", "vault.key"):
        shutil.copy(tmp_path / each, reopened / each)
    database = Database(f"sqlite:///{reopened}/openqrm.sqlite", ActionCodec(CORE_ACTIONS))
    assert database.records.find(Storage, "mem") is not None
    assert DatabaseVault(database.connections, reopened / "vault.key").reveal("word") == "secret"
    database.close()


def test_nothing_is_restored_under_a_running_openqrm(tmp_path: Path) -> None:
    settings = SiteSettings(base=str(tmp_path))
    with open_site(tmp_path) as site, site.database.alone():
        archive = backup(settings, "nightly")
        site.desk.ask(ADMIN, CreateStorage("mem", "tmpfs-storage"), Wishes())
        with pytest.raises(OpenqrmError) as refused:
            list(restore(settings, archive.name))
        assert refused.value.category is Category.REFUSED and refused.value.hint
        assert site.database.records.find(Storage, "mem") is not None
    assert list(restore(settings, archive.name))[-1] == "done"


def test_an_unknown_backup_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(OpenqrmError, match="there is no backup"):
        list(restore(SiteSettings(base=str(tmp_path)), "../../etc/passwd"))


def test_a_backup_that_is_removed_is_gone_and_nothing_else(tmp_path: Path) -> None:
    settings = SiteSettings(base=str(tmp_path))
    with open_site(tmp_path):
        first, other = backup(settings, "nightly"), backup(settings, "weekly")
    foreign = first.parent / "mine.tgz"
    foreign.write_text("no backup")
    for name in ("mine", "../openqrm.sqlite", "nightly", ""):
        with pytest.raises(OpenqrmError, match="there is no backup") as refused:
            remove_backup(settings, name)
        assert refused.value.category is Category.NOT_FOUND
    remove_backup(settings, first.name.removesuffix(".tgz"))
    assert list_backups(settings) == [other] and foreign.exists()


def test_the_command_line_asks_before_it_removes(tmp_path: Path) -> None:
    settings = SiteSettings(base=str(tmp_path))
    with open_site(tmp_path):
        archive = backup(settings, "nightly")
    commands = make_commands({}, lambda *_: None, print)
    words = ["state", "remove", archive.name.removesuffix(".tgz"), "--base", str(tmp_path)]
    assert CliRunner().invoke(commands, words, input="n\n").exit_code == 1 and archive.exists()
    done = CliRunner().invoke(commands, [*words, "--yes"])
    assert done.exit_code == 0 and not archive.exists()
    assert "there is no backup" in CliRunner().invoke(commands, [*words, "--yes"]).output
