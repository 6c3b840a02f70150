"""GLOSSARY.md holds for every name in src/."""

import pytest

from tests.architecture.repository import read, sources_under
from tools.rules.glossary import parse_glossary
from tools.rules.source import Source
from tools.rules.vocabulary import find_synonyms, find_unused_allowances

GLOSSARY = """
## Words

| our word | meaning | the original said | never in a name |
| --- | --- | --- | --- |
| **resource** | has a CPU | system | `node` |
| **image** | a root | template | `golden_image` |

## Allowed all the same

| name | in | because |
| --- | --- | --- |
| `node_exporter` | `src/openqrm_plugins/prometheus/*` | its name |

## Prefixes promise
"""
SMALL = parse_glossary(GLOSSARY)


def synonyms(text: str, path: str = "src/openqrm/domain/rack.py") -> list[str]:
    return [finding.message for finding in find_synonyms(Source(path, text), SMALL)]


def test_src_keeps_to_the_glossary() -> None:
    glossary = parse_glossary(read("GLOSSARY.md"))
    found = [str(finding) for source in sources_under("src") for finding in find_synonyms(source, glossary)]
    assert not found, "\n".join(found)


def test_every_allowance_is_needed() -> None:
    assert find_unused_allowances(sources_under("src"), parse_glossary(read("GLOSSARY.md"))) == []


def test_the_glossary_is_read_whole() -> None:
    glossary = parse_glossary(read("GLOSSARY.md"))
    words = {term.word for term in glossary.terms}
    assert {"resource", "appliance", "ccu"} <= words
    assert all(term.forbidden and all(term.forbidden) for term in glossary.terms)


@pytest.mark.parametrize(
    "text",
    [
        "class StorageNode: ...",
        "class Rack:\n    nodes: list[str]",
        "def list_nodes(): ...",
        "async def start(node): ...",
        "node = 1",
        "for node, mac in pairs: ...",
        "self.node_id = 1",
        "import libvirt as node",
        "try: ...\nexcept OSError as node: ...",
        "match x:\n    case [node, *_]: ...",
        "golden_images = []",
        "class GoldenImage: ...",
        'Table("nodes", metadata)',
        'sa.Column("node_id", Integer)',
        'Route("/nodes/{id}", endpoint)',
        'declare(noun="node")',
    ],
)
def test_a_synonym_is_found(text: str) -> None:
    assert len(synonyms(text)) == 1


def test_a_synonym_is_found_in_a_file_name() -> None:
    assert synonyms("", "src/openqrm/domain/node.py") == ['"node": not "node" but "resource" (GLOSSARY.md)']


@pytest.mark.parametrize(
    "text", ["resource = tree.node", "image = golden", "anode = 1", '"a node"', "from x import node"]
)
def test_what_is_not_ours_to_name_is_left_alone(text: str) -> None:
    assert synonyms(text) == []


def test_an_allowance_covers_its_name_in_its_place_only() -> None:
    assert synonyms("node_exporter_port = 9100", "src/openqrm_plugins/prometheus/driver.py") == []
    assert synonyms("node_exporter_port = 9100", "src/openqrm_plugins/nagios/driver.py") != []
    assert synonyms("node = 1", "src/openqrm_plugins/prometheus/driver.py") != []


def test_an_unused_allowance_is_found() -> None:
    used = Source("src/openqrm_plugins/prometheus/driver.py", "node_exporter = 1")
    assert find_unused_allowances([used], SMALL) == []
    assert find_unused_allowances([Source(used.path, "")], SMALL) == list(SMALL.allowances)
