"""The policy table in the docs is the one in the code."""

import re

from django.conf import settings

from articles.importer.reconcile import ARTICLE_FIELDS, FIGURE_FIELDS, FOLLOW_UNLESS_CORRECTED, POLICY


def test_the_design_notes_name_every_field_with_its_policy():
    notes = (settings.BASE_DIR / "docs" / "design-notes.md").read_text()
    written = {}
    for fields, policy in re.findall(r"^\| ((?:`\w+`,? ?)+)[^|]*\| ([^|]+) \|$", notes, re.MULTILINE):
        written |= dict.fromkeys(re.findall(r"`(\w+)`", fields), policy)
    assert written == POLICY


def test_what_an_editor_can_correct_is_what_waits_for_corrections():
    protected = {name for name, policy in POLICY.items() if policy == FOLLOW_UNLESS_CORRECTED}
    assert protected == {*ARTICLE_FIELDS, *FIGURE_FIELDS}
