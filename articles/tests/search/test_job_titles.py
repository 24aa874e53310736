"""Job titles in front of a name."""

import re

import pytest

from articles.search.job_titles import without_title


@pytest.mark.parametrize(
    ("name", "titles", "bare"),
    [
        ("記者林小鷗", r"^記者 *(?=\S{2,})", "林小鷗"),
        ("记者林小鸥", r"^記者 *(?=\S{2,})", "林小鸥"),
        ("記者林小鷗", r"^记者 *(?=\S{2,})", "林小鸥"),
        ("记者", r"^記者 *(?=\S{2,})", "记者"),
        ("记者林", r"^記者(?=[一-龥])", "林"),
        ("记者（港）林", r"^記者（港）", "记者（港）林"),
        ("Reporter Lam", r"^(?i:reporter) +(?=\S)", "Lam"),
        ("林小鷗", r"^記者", "林小鷗"),
    ],
)
def test_a_title_goes_and_the_name_stays(name, titles, bare):
    assert without_title(name, re.compile(titles)) == bare
