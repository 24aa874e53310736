"""A rescued newsroom's articles: import, reading, correction."""
