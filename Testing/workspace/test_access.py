"""Nobody but the user gets in: other addresses need a token, other web pages get nothing."""

import contextlib
import socket
from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.access import Access, access_for, free_port, is_loopback


def test_this_computer_alone_needs_no_token():
    access = access_for("127.0.0.1", 8787, False, None, None)
    assert access.token == "" and access.url() == "http://127.0.0.1:8787/"
    assert access.refusal("127.0.0.1:8787", None, None) == ""
    assert access.refusal("localhost:8787", "http://localhost:8787", None) == ""


@pytest.mark.parametrize("host", ["evil.example:8787", "evil.example", "", "[", "10.0.0.1:8787"])
def test_a_page_of_another_name_that_leads_here_is_refused(host):
    assert "Open this page as" in access_for("127.0.0.1", 8787, False, None, None).refusal(host, None, None)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", ""])
def test_what_another_page_asks_for_is_refused(origin):
    assert "Another web page" in Access(port=8787).refusal("127.0.0.1:8787", origin, None)
    assert Access(port=8787, token="t").refusal("127.0.0.1:8787", origin, "t")


def test_what_changes_something_names_its_origin():
    access = Access(port=8787)
    assert "Another web page" in access.refusal("127.0.0.1:8787", None, None, changes=True)
    assert access.refusal("127.0.0.1:8787", "http://127.0.0.1:8787", None, changes=True) == ""


def test_other_addresses_need_tls_or_the_users_word(tmp_path):
    with pytest.raises(InputError, match=r"could be read on the way.*--insecure"):
        access_for("0.0.0.0", 8787, False, None, None)
    pem = tmp_path / "pem"
    pem.touch()
    assert access_for("0.0.0.0", 8787, False, pem, pem).scheme == "https"
    first, second = (access_for("0.0.0.0", 8787, True, None, None) for _ in range(2))
    assert len(first.token) > 30 and first.token != second.token and first.url().endswith(first.token)


def test_with_a_token_only_that_token_gets_in():
    access = Access("0.0.0.0", 8787, "right")
    assert access.refusal("server:8787", "http://server:8787", "right") == ""
    for given in (None, "", "wrong", "rightly", "räuber"):
        assert "token" in access.refusal("server:8787", None, given)


def test_half_a_certificate_is_told(tmp_path):
    pem = tmp_path / "pem"
    pem.touch()
    for pair in ((pem, None), (None, pem)):
        with pytest.raises(InputError, match="both --certificate and --key"):
            access_for("127.0.0.1", 0, False, *pair)
    with pytest.raises(InputError, match="cannot be used for TLS"):
        access_for("127.0.0.1", 0, False, pem, Path("gone"))


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_told(port):
    with pytest.raises(InputError, match="no port"):
        access_for("127.0.0.1", port, False, None, None)


def test_a_port_in_use_is_told_and_zero_takes_a_free_one():
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="Nothing can listen"):
            free_port("127.0.0.1", taken.getsockname()[1])
        assert free_port("127.0.0.1", 0) not in (0, taken.getsockname()[1])


def test_loopback_is_every_address_of_this_computer_alone():
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.4", "example.org", "localhost.example"))


def test_answers_may_not_be_framed_nor_load_from_elsewhere():
    headers = Access(port=8787).headers("127.0.0.1:8787")
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "connect-src 'self' ws://127.0.0.1:8787;" in policy
    assert "http:" not in policy and "*" not in policy
