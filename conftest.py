"""What every test may ask for, wherever it lies."""

import gc

from hypothesis import HealthCheck, settings

pytest_plugins = ["lab.fixtures"]
# how long it takes says nothing on a machine that has other work
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection() -> None:
    """What is collected stays until the end: no collector needs to go through it, now or in each test."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
