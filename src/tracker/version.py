"""The version of the package, below every room: none of them imports the package itself for it."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("hip-thrust-tracker")
"""As it was installed."""
