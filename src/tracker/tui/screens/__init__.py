"""One module for each screen, with its layout beside it."""
