"""What all tests share: their own database and media folder, no network, the corpus."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings

# Other work on this machine makes an example slow; what takes more than its share of time has tests of its own.
hypothesis.settings.register_profile(
    "newsarchive", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("newsarchive")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_client", "admin_user"}


def pytest_report_header() -> str:
    """Name the database that the tests run on."""
    return f"database: {connection.vendor}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the database; leave PostgreSQL's own tests to the PostgreSQL run."""
    elsewhere = []
    for item in items:
        test_class = getattr(item, "cls", None)
        if (
            item.get_closest_marker("django_db")
            or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
            or (test_class and issubclass(test_class, TransactionTestCase))
        ):
            item.add_marker("database")
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            elsewhere.append(item)
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """Put SQLite's test database in a file: the same locks, pragmas and threads as in real life."""
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / "archive.sqlite3")
        settings.DATABASES["default"]["TEST"]["NAME"] = name
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(autouse=True, scope="session")
def english() -> Iterator[None]:
    """Read and write expectations in the language of the sources; what is about languages says so itself."""
    with override_settings(LANGUAGE_CODE="en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests' files out of the site's folders."""
    with override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        UPLOAD_FOLDER=tmp_path_factory.mktemp("uploads"),
        # a safe hash takes half a second on purpose
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


class NetworkRefused(AssertionError):
    """A test tried to reach another machine."""


def _is_this_machine(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse connections to, and names of, any machine but this one."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: Any) -> None:
        if not _is_this_machine(host):
            raise NetworkRefused(f"a test tried to reach {host!r}")

    def guarded(original: Any) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX:
                refuse(address[0])
            return original(self, address)

        return call

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host)
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the Citizen News sample; a test that asks for it skips, saying so, where there is none."""
    from bench.corpus import sample_folder

    folder = sample_folder(os.environ.get("CORPUS", ""))
    if folder is None:
        pytest.skip("no Citizen News sample: it is neither in ../shared/corpus nor named by CORPUS")
    return folder
