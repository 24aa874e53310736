"""Numbers of things, in the English of reports and import issues."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 file, 2,000 files."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
