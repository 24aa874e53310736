"""The tests' own guard: nothing may reach another machine."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443), ("2001:db8::1", 80)])
def test_other_machines_are_refused(address):
    with pytest.raises(AssertionError, match="tried to reach"):
        socket.create_connection(address, timeout=1)


def test_this_machine_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
