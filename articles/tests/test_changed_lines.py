"""The lines that differ, for editors."""

import re

import pytest

from articles.changed_lines import changed_lines

FERRY = "渡輪公司宣布，由下月起減少班次，碼頭上的人比往日多。"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("渡輸", "渡輪", ["渡<del>輸</del><ins>輪</ins>"]),
        ("甲", "乙丙", ["<del>甲</del><ins>乙丙</ins>"]),
        ("", "乙", ["<ins>乙</ins>"]),
        (["甲", "乙"], ["甲", "丙"], ["<del>乙</del><ins>丙</ins>"]),
        # a heading that came above a line is no change of that line
        (FERRY, f"## 停航\n\n{FERRY}又及。", ["<ins>## 停航</ins>", f"{FERRY}<ins>又及。</ins>"]),
        (FERRY, f"## 渡輪由下月起減少班次\n\n{FERRY}", ["<ins>## 渡輪由下月起減少班次</ins>"]),
        (f"舊題\n{FERRY}", f"{FERRY}又及。", ["<del>舊題</del>", f"{FERRY}<ins>又及。</ins>"]),
        ("<b>", "<i>", ["&lt;<del>b</del><ins>i</ins>&gt;"]),
    ],
)
def test_each_line_stands_against_the_one_it_became(before, after, shown):
    found = [row for row in re.findall("<p>(.*?)</p>", changed_lines(before, after)) if row]
    assert found == shown
