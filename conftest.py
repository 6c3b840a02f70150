"""What every test may ask for, wherever it lies."""

import gc

pytest_plugins = ["lab.fixtures"]


def pytest_collection() -> None:
    """What is collected stays until the end: no collector needs to go through it, now or in each test."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
