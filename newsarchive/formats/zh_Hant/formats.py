"""Numbers as Hong Kong and mainland papers print them; the rest is Django's own."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
