"""One module for each widget; what it draws is a function of its own."""
