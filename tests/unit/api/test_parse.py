"""What does not fit is refused in words, not as a pattern."""

import pytest

from openqrm.api.parse import parse_body
from openqrm.domain.errors import PlanningError
from openqrm.planning.volume import CreateVolume
from openqrm.planning.volume_removed import RestoreVolume
from openqrm.plugin_api.intents import Intent

WORDS = [
    (CreateVolume, {"name": "Web", "storage": "nas"}, "name", "lower-case letters, digits and dashes"),
    (CreateVolume, {"name": "web", "storage": ""}, "storage", "lower-case letters, digits and dashes"),
    (RestoreVolume, {"name": "web"}, "name", "a name and a number, such as web.7"),
]


@pytest.mark.parametrize(("intent", "said", "field", "words"), WORDS)
def test_a_pattern_is_told_in_words(intent: type[Intent], said: dict[str, str], field: str, words: str) -> None:
    body = "{" + ", ".join(f'"{key}": "{value}"' for key, value in said.items()) + "}"
    with pytest.raises(PlanningError) as told:
        parse_body(intent, body.encode())
    assert told.value.message.startswith(field) and words in told.value.hint and "regex" not in told.value.message
