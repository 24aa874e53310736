"""What was done to many articles in one step, in the language of whoever looks. Pure.

A step keeps what was done as data: ``do`` names the kind, the other keys what is particular to it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Done = dict[str, Any]

MOST_SHOWN = 100  # characters of a text that was found or put


def replaced(find: str, put: str) -> Done:
    """Return what find and replace did."""
    return {"do": "replace", "find": find[:MOST_SHOWN], "put": put[:MOST_SHOWN]}


def filed(**names: list[str]) -> Done:
    """Return what was set, added and removed: names by ``section``, ``authors``, ``add_tags``, ``remove_tags``."""
    return {"do": "file_under", **{key: found for key, found in names.items() if found}}


def given(status: str) -> Done:
    """Return that articles were given a status."""
    return {"do": "status", "status": str(status)}


def undone(what: Done, description: str = "") -> Done:
    """Return that a step was undone; one of an earlier version has no data, but a description."""
    return {"do": "undo", "what": what or {"do": "as_described", "text": description}}


def said(what: Done) -> str:
    """Say what was done."""
    match what:
        case {"do": "replace"}:
            return _("“%(find)s” replaced by “%(put)s”") % {"find": what["find"], "put": what["put"]}
        case {"do": "file_under"}:
            words = {
                "section": _("Section: %(names)s"),
                "authors": _("Authors: %(names)s"),
                "add_tags": _("Tags added: %(names)s"),
                "remove_tags": _("Tags removed: %(names)s"),
            }
            between = pgettext("between what one step set", "; ")
            return between.join(text % {"names": ", ".join(what[key])} for key, text in words.items() if key in what)
        case {"do": "status"}:
            words = {"published": _("Published"), "review": _("Sent to review"), "withheld": _("Withheld")}
            return words[what["status"]]
        case {"do": "undo"}:
            return _("Undone: %(what)s") % {"what": said(what["what"])}
        case {"do": "as_described"}:
            return str(what["text"])
    return ""
