"""The table of plugins: what each can do, and how that is proven, as far as the code of its tests tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openqrm.plugin_api.manifest import Manifest, folder_of
from openqrm.plugin_host.host import PluginHost
from tools.proofs import plugins_reached

ROOT = Path(__file__).parent.parent
# What answered in the runs, where it was not the machine's own part: it speaks the same protocol.
PEERS = {"ipmi": "ipmi_sim", "redfish": "sushy-tools", "wake-on-lan": "a listener in place of the card"}
INTRODUCTION = (
    "A plugin is proven by its contract suite on a simulator, by transcripts that pin the simulator to the real tool's "
    "output, and by runs of the real tool itself. `protocol peer`: the tool is real, and what answered it was another "
    "program that speaks the protocol, not the hardware. A run is a test that imports the plugin or enables it. What "
    "is not in the last column has not been seen to work on the real thing.\n"
)


@dataclass(frozen=True)
class Proof:
    """Paths of files."""

    suite: bool
    transcripts: tuple[str, ...]
    real: tuple[str, ...]
    peer: str = ""

    @property
    def word(self) -> str:
        """The strongest of them."""
        if self.real:
            return f"protocol peer ({self.peer})" if self.peer else "real"
        return "transcript" if self.transcripts else "simulator" if self.suite else "none"


def proof_of(id_: str, root: Path = ROOT) -> Proof:
    """What proves this plugin."""
    folder = next(each for each in (root / "src/openqrm_plugins").iterdir() if each.name.strip("_") == folder_of(id_))
    suites = [*folder.glob("tests/test_*.py")]
    recorded = [path for path in folder.glob("tests/transcripts/*") if path.suffix != ".md"]
    tests = (path for place in (root / "tests", folder) for path in place.rglob("test_*.py"))
    runs = [path for path in tests if {id_, folder.name} & plugins_reached(path, root)]
    return Proof(
        suite=bool(suites),
        transcripts=tuple(sorted(path.stem for path in recorded)),
        real=tuple(sorted({str(path.relative_to(root)) for path in runs})),
        peer=PEERS.get(id_, ""),
    )


def render_plugins(host: PluginHost) -> Iterator[str]:
    """Lines of Markdown, by category."""
    yield INTRODUCTION
    yield "| plugin | category | drivers | capabilities | proven by | transcripts of | runs |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for manifest in sorted(host.manifests.values(), key=lambda each: (each.category, each.id)):
        yield _row(manifest, proof_of(manifest.id))


def _row(manifest: Manifest, proof: Proof) -> str:
    runs = ", ".join(f"[{Path(path).stem.removeprefix('test_')}](../../{path})" for path in proof.real)
    return (
        f"| `{manifest.id}` | {manifest.category} | {', '.join(sorted(manifest.drivers)) or 'none'} "
        f"| {', '.join(sorted(manifest.capabilities))} | {proof.word} | {', '.join(proof.transcripts)} | {runs} |"
    )
