"""The command line: the only room that parses arguments. stdout is data, stderr is talk."""

from tracker.cli.app import main

__all__ = ["main"]
