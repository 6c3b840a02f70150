"""What the table of plugins says of proofs is what the tests' code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from openqrm.plugin_host.host import PluginHost
from tools.plugin_table import PEERS, proof_of
from tools.proofs import plugins_reached

IMPORT = "from openqrm_plugins.some_storage.driver import Driver\n"
FIXTURE = '@pytest.fixture\ndef enabled(api):\n    api.do("plugin", "enable", name="some-storage")\n'
USES = f"{IMPORT}def test_it():\n    Driver()\n"


def test_every_plugin_has_at_least_a_simulator() -> None:
    unproven = [id_ for id_ in PluginHost().manifests if proof_of(id_).word == "none"]
    assert not unproven


def test_what_was_not_hardware_is_said() -> None:
    assert not PEERS.keys() - PluginHost().manifests.keys()
    assert {proof_of(id_).word for id_ in PEERS} == {f"protocol peer ({peer})" for peer in PEERS.values()}


def test_a_run_counts_only_where_it_is_real(tmp_path: Path) -> None:
    plugin, lab = tmp_path / "src/openqrm_plugins/some_storage", tmp_path / "tests/lab"
    (plugin / "tests/transcripts").mkdir(parents=True)
    lab.mkdir(parents=True)
    assert proof_of("some-storage", tmp_path).word == "none"
    (plugin / "tests/test_contract.py").write_text("")
    assert proof_of("some-storage", tmp_path).word == "simulator"
    (plugin / "tests/transcripts/README.md").write_text("how it was recorded")
    (lab / "test_mounts.py").write_text(USES)
    assert proof_of("some-storage", tmp_path).word == "simulator"
    (plugin / "tests/transcripts/tool-1.0.txt").write_text("its output")
    assert proof_of("some-storage", tmp_path).word == "transcript"
    (lab / "test_really.py").write_text(f"pytestmark = pytest.mark.real\n{USES}")
    proof = proof_of("some-storage", tmp_path)
    assert (proof.word, proof.real) == ("real", ("tests/lab/test_really.py",))


MARKED = "@pytest.mark.lab\ndef test_it(site, storage):\n"
LIES = {
    "a docstring": f'{MARKED}    """By "some-storage", honestly."""\n',
    "a comment": f'{MARKED}    pass  # "some-storage"\n',
    "a word": f'{MARKED}    rack = Rack(bmc="some-storage")\n',
    "an import that another test uses": f"{IMPORT}def test_other():\n    Driver()\n{MARKED}    pass\n",
    "a fixture that another test uses": f"{FIXTURE}def test_other(enabled):\n    pass\n{MARKED}    pass\n",
    "a mark in a comment": f"# mark.real\n{USES}",
}
TRUTHS = {
    "an import": f"{IMPORT}{MARKED}    Driver()\n",
    "a constant made of it": f"{IMPORT}DRIVER = Driver()\n{MARKED}    DRIVER.plan()\n",
    "it is enabled": f'{MARKED}    site.do("plugin", "enable", name="some-storage")\n',
    "among others": f'{MARKED}    for each in ("dns", "some-storage"):\n        do("plugin", "enable", name=each)\n',
    "by a fixture": f"{FIXTURE}{MARKED.replace('storage', 'enabled')}    pass\n",
    "by what is shared": f"from tests.lab.shared import told\n{MARKED}    told()\n",
}


def reached(tmp_path: Path, text: str) -> bool:
    lab = tmp_path / "tests/lab"
    lab.mkdir(parents=True)
    (lab / "shared.py").write_text('def told():\n    return Scene(plugins={"some-storage": {}})\n')
    (lab / "test_it.py").write_text(text)
    return bool({"some-storage", "some_storage"} & plugins_reached(lab / "test_it.py", tmp_path))


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_noticed(lie: str, tmp_path: Path) -> None:
    assert not reached(tmp_path, LIES[lie])


@pytest.mark.parametrize("truth", TRUTHS)
def test_a_truth_is_not_overlooked(truth: str, tmp_path: Path) -> None:
    assert reached(tmp_path, TRUTHS[truth])
