"""Full-text search for Chinese and English: one analyzer, one query tree, a compiler for each database."""
