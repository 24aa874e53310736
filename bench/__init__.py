"""How fast the archive is, in ratios: ``python -m bench``."""
