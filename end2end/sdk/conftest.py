"""Where the sandbox is, and the keys. The SDKs get a base URL and a key and nothing else."""

import os

import pytest

KEY = "sandbox-sdk"
BAD_KEY = "not-one-of-these"
POOR_KEY = "sandbox-no-credit-sdk"


@pytest.fixture(scope="session")
def sandbox() -> str:
    """The origin of a running sandbox, without a trailing slash."""
    return os.environ["FILM_SANDBOX"].rstrip("/")
