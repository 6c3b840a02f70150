import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """All rules in one process: each source is parsed once."""
    if __file__.removesuffix("conftest.py") in str(item.path):
        item.add_marker(pytest.mark.xdist_group("architecture"))
