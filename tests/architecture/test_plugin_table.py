"""What the table of plugins says of proofs is what the tests' files say."""

from __future__ import annotations

from pathlib import Path

from openqrm.plugin_host.host import PluginHost
from tools.plugin_table import PEERS, proof_of


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
    (lab / "test_mounts.py").write_text('STORAGE = "some-storage"\n')
    assert proof_of("some-storage", tmp_path).word == "simulator"
    (plugin / "tests/transcripts/tool-1.0.txt").write_text("its output")
    assert proof_of("some-storage", tmp_path).word == "transcript"
    (lab / "test_mounts.py").write_text('pytestmark = pytest.mark.real\nSTORAGE = "some-storage"\n')
    proof = proof_of("some-storage", tmp_path)
    assert (proof.word, proof.real) == ("real", ("tests/lab/test_mounts.py",))
