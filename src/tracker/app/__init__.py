"""Time, tasks and files: runs a source through the engine, and says where things live."""

from __future__ import annotations
