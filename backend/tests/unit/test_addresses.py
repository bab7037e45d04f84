"""Which addresses the product calls for a user, and in which form."""

from ipaddress import ip_address, ip_network

import pytest

from clonememoria.core.addresses import AddressPolicy, web_address
from clonememoria.core.errors import AddressNotAllowed, InvalidInput

PUBLIC = AddressPolicy()

NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    "255.255.255.255",
    *("::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:4136:e378::", "2001:2::1", "2001:10::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_on_the_public_internet_is_not_called(address: str) -> None:
    assert not PUBLIC.allows(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1"),
        *("172.15.0.1", "172.32.0.1", "192.167.0.1", "223.255.255.254"),
        *("2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001:81a::200e"),
    ],
)
def test_what_is_on_the_public_internet_is_called(address: str) -> None:
    assert PUBLIC.allows(ip_address(address))


def test_an_operator_adds_networks() -> None:
    policy = AddressPolicy((ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")))
    assert policy.allows(ip_address("10.1.2.3"))
    assert policy.allows(ip_address("fd00:1::7"))
    assert not policy.allows(ip_address("10.2.0.1"))
    assert str(web_address("http://10.1.0.5/wiki", policy)) == "http://10.1.0.5/wiki"
    with pytest.raises(AddressNotAllowed):
        web_address("http://localhost/", policy)


@pytest.mark.parametrize(
    "host",
    [
        *NOT_PUBLIC[:21],
        *("127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0.0.0x1", "017700000001"),
        *("0177.0.0.1", "0300.0250.1.1", "127.0.0.1.", "0", "0x0", "１２７.0.0.1", "127。0。0。1"),
        *("①②⑦.⓪.⓪.①", "localhost", "LOCALHOST", "localhost.", "a.b.localhost", "ⓛocalhost"),
        *("localhost.localdomain", "ip6-loopback"),
        *("[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        *("[fe80::1%25eth0]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fd00::1]"),
    ],
)
def test_no_form_of_a_private_address_passes(host: str) -> None:
    with pytest.raises(AddressNotAllowed, match="public internet"):
        web_address(f"http://{host}:8080/admin", PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "example.com", "//example.com/x", "https:", "http://", "http:///x"),
        *("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://example.com/a"),
        *("javascript:alert(1)", "data:text/html,hello", "dict://example.com", "HTTPS+x://a"),
        *("http://ada@example.com", "http://ada:secret@example.com", "http://@127.0.0.1@a.com"),
        *("http://evil.com\\@127.0.0.1/", "http://a b.com", "http://a\tb.com", "http://a\r\nb.com"),
        *("http://a\x00.com", "http://127.0.0.1%00.a.com", "http://%6cocalhost/", "http://a..b"),
        *("http://1.2.3.4.5/", "http://999.1.1.1/", "http://1.2.3.0xfffff", "http://[::1"),
        *("http://[v1.a:b]/", "http://example.com:0/", "http://example.com:99999/"),
        *("http://example.com:abc/", f"http://{'a' * 64}.com/", f"http://{'a.' * 130}com/"),
        *(f"http://example.com/{'a' * 2000}", f"http://example.com/{'ü' * 700}"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        web_address(text, PUBLIC)
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://Example.COM", "https://example.com/"),
        ("  https://example.com:443/#top  ", "https://example.com/"),
        ("http://example.com:80?b=1&a=2#x", "http://example.com/?b=1&a=2"),
        ("http://example.com:8080/a/../b/./c", "http://example.com:8080/b/c"),
        ("https://bücher.example/straße?q=ü", "https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%BC"),
        ("https://xn--bcher-kva.example/%7euser", "https://xn--bcher-kva.example/~user"),
        ("https://example.com/a%2Fb?x=%26", "https://example.com/a%2Fb?x=%26"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert str(web_address(text, PUBLIC)) == address
    assert str(web_address(address, PUBLIC)) == address
