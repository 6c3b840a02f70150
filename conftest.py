"""What every test may ask for, wherever it lies."""

pytest_plugins = ["lab.fixtures"]
