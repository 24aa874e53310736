"""Debian's packages, for what the tests need and pip does not have."""

import os
import shutil
import subprocess


def install(*packages: str) -> bool:
    """Install packages with apt-get, where there is one and we may; return whether that worked."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing Debian's {' '.join(packages)} (apt-get) …", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *step], env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0
