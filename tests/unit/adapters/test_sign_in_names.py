"""What is typed as a user's name, on both databases: PostgreSQL itself refuses a NUL."""

from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.domain.errors import OpenqrmError
from openqrm.services.sign_in import SignIn
from tests.unit.services.site import CHEAP, StillWorld


@pytest.mark.parametrize("name", ["nobody", "a\0b", "\x1b[31m", "x" * 10_000, "é", ""])
def test_a_name_of_any_kind_is_refused_in_the_same_words(database: Database, tmp_path: Path, name: str) -> None:
    sign_in = SignIn(database, StillWorld(database.records, None), tmp_path, CHEAP)
    with pytest.raises(OpenqrmError, match="user or password is wrong"):
        sign_in.by_password(name, "x", "10.0.0.1")
