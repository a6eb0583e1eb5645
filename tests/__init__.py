"""A package, so that processes which tests start find it before any other called `tests`."""
