"""The public files lie in a folder of the test's own."""

from tests.minutes.publishing.conftest import public_root

__all__ = ["public_root"]
