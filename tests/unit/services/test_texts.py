"""No declaration has to think of NUL, one of a plugin neither."""

from typing import Any

import msgspec
import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.texts import refuse_nul


class Careless(msgspec.Struct):
    """A declaration that bounds nothing."""

    name: str = ""
    rows: list[dict[str, Any]] = []


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (Careless("a\0"), "name"),
        (Careless(rows=[{"a": "b"}, {"c": "\0"}]), "rows.1.c"),
        (Careless(rows=[{"\0": 1}]), "rows.0"),
        ([Careless(), "why\0"], "1"),
    ],
)
def test_a_nul_is_refused_wherever_it_stands(said: object, where: str) -> None:
    with pytest.raises(OpenqrmError) as refusal:
        refuse_nul(said)
    assert refusal.value.category is Category.BAD_INPUT and refusal.value.message.startswith(f"{where}: ")
    assert refusal.value.hint


def test_what_looks_like_one_is_text() -> None:
    refuse_nul(Careless("\\u0000", [{"a": 1, "b": None, "c": 0.5}]))
