"""What readers see: one module a kind of page."""
