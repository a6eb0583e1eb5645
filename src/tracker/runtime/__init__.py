"""Time, tasks and files: runs a source through the engine, and says where things live."""
