"""A made-up sensor, and sets as a table in Markdown."""
