from __future__ import annotations

import ipaddress
import re
import socket

import pytest

from tracker.web.door import Door, Role
from tracker.web.server import Link, is_local, new_token, private_addresses, reachable_host


def test_the_token_is_the_first_part_of_the_path() -> None:
    assert str(Link("192.0.2.7", 8000, "abc")) == "http://192.0.2.7:8000/abc/"


def test_an_address_with_colons_is_set_in_brackets() -> None:
    assert str(Link("fe80::1", 80, "abc")) == "http://[fe80::1]:80/abc/"


def test_tokens_are_long_random_and_fit_an_address() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


@pytest.mark.parametrize("path", ["/abc", "/abc/", "/abc/static/js/textual.js"])
def test_everything_below_the_token_is_let_in(path: str) -> None:
    assert Door("abc", (), encrypted=False).role_of_path(path) is Role.CONTROL


@pytest.mark.parametrize("path", ["", "/", "//abc/", "/ab/", "/abcd/", "/static/abc/", "/äbc/"])
def test_nothing_else_is(path: str) -> None:
    assert Door("abc", (), encrypted=False).role_of_path(path) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_loopback_is_local(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bench.example", ""])
def test_what_others_may_reach_is_not(host: str) -> None:
    assert not is_local(host)


def test_the_reachable_host_is_an_address_or_the_name_of_this_computer() -> None:
    host = reachable_host()
    if host != socket.gethostname():
        assert not ipaddress.ip_address(host).is_unspecified


def test_without_a_network_it_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unconnected(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Unconnected)
    assert reachable_host() == socket.gethostname()


def test_each_link_has_a_role_of_its_own() -> None:
    door = Door("abc", (), encrypted=False, watch_token="xyz")
    assert door.role_of_path("/xyz/") is Role.WATCH
    assert door.role_of_path("/abc/") is Role.CONTROL
    assert door.role_of_path("/None/") is None


def test_every_private_address_is_named_once_and_the_way_out_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = ["10.0.0.7", "127.0.0.1", "169.254.3.4", "8.8.8.8"]
    monkeypatch.setattr("tracker.web.server.reachable_host", lambda: "192.168.1.5")
    monkeypatch.setattr("tracker.web.server._interface_addresses", lambda: found)

    def known(*_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (each, 0)) for each in ("10.0.0.7", "172.16.0.9")]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    assert private_addresses() == ("192.168.1.5", "10.0.0.7", "172.16.0.9")


def test_the_system_is_asked_for_real_addresses() -> None:
    for each in private_addresses():
        assert ipaddress.ip_address(each).version == 4
        assert not ipaddress.ip_address(each).is_loopback
