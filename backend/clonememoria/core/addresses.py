"""Which web addresses may be called for a user, and how they are written; calls none of them.

Written by yarl, which the HTTP client uses too: one that reads an address differently from the
one that checked it is how such checks are passed by.
"""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

from yarl import URL

from clonememoria.core.errors import AddressNotAllowed, InvalidInput

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL_CHARS: Final = 2_000
SCHEMES: Final = ("http", "https")

# IANA's registries of special-purpose addresses, 2024, and what may hide another address. Not
# asked of `ipaddress`: it calls NAT64, 6to4 and multicast global, and its answers change.
_NOT_PUBLIC_V4: Final = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared by the customers of a provider
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # the host of a machine at Azure
    "169.254.0.0/16",  # link-local, with the clouds' metadata
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # AMT
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
)
# All that is given out, and so neither NAT64 nor an IPv4 address in other clothes.
_PUBLIC_V6: Final = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC_V6: Final = (
    "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",  # AS112
    "3ffe::/16",  # 6bone
    "3fff::/20",  # documentation
)
_NOT_PUBLIC: Final = tuple(map(ipaddress.ip_network, (*_NOT_PUBLIC_V4, *_NOT_PUBLIC_V6)))
_LOOPBACKS: Final = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))

_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_NAME: Final = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_LOCAL_NAME: Final = re.compile(r"(?:.*\.)?(?:localhost|localhost\.localdomain|ip6-loopback)\.?")
# Read as an IPv4 address by browsers and by inet_aton: 127.1, 0x7f.1, 0177.0.0.1, 2130706433.
_NUMERIC: Final = re.compile(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """The public internet, and the networks that the operator adds."""

    allowed_networks: Collection[IPNetwork] = ()

    def allows(self, address: IPAddress) -> bool:
        if any(address in network for network in self.allowed_networks):
            return True
        is_given_out = address.version == 4 or address in _PUBLIC_V6
        return is_given_out and not any(address in network for network in _NOT_PUBLIC)

    def check_host(self, host: str) -> None:
        """Raise AddressNotAllowed for what is known to be; names are resolved by who connects."""
        literal = literal_address(host)
        if literal and not self.allows(literal):
            raise AddressNotAllowed
        if _LOCAL_NAME.fullmatch(host) and not any(map(self.allows, _LOOPBACKS)):
            raise AddressNotAllowed


def literal_address(host: str) -> IPAddress | None:
    """None for a name; raise ValueError for what looks like a number and is no address."""
    if ":" in host:
        # With a zone, it is of one interface of this machine.
        return ipaddress.IPv6Address(host.partition("%")[0])
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError as error:
        raise ValueError(f"{host} is no address") from error


def web_address(text: str, policy: AddressPolicy) -> URL:
    """Return it as it will be called, without its fragment; raise InvalidInput."""
    try:
        url = _parsed(text.strip())
    except ValueError as error:
        raise InvalidInput("This is not the address of a web page") from error
    if url.scheme not in SCHEMES:
        raise InvalidInput("The address must begin with http:// or https://")
    if url.raw_user is not None or url.raw_password is not None:
        raise InvalidInput("The address must have no user name and no password in it")
    if len(str(url)) > MAX_URL_CHARS:
        raise InvalidInput(f"The address is longer than {MAX_URL_CHARS} characters")
    policy.check_host(_host_of(url))
    return url


def _parsed(text: str) -> URL:
    if _BLANKS.search(text) or len(text) > MAX_URL_CHARS:
        raise ValueError("has blanks in it, or is too long")
    url = URL(text)
    if url.scheme not in SCHEMES:
        return url
    host = _host_of(url)
    literal = literal_address(host)
    if url.port == 0 or not (literal or _NAME.fullmatch(host)):
        raise ValueError("no such host or port can exist")
    # Without its fragment, and never without a path: "/" is the same page.
    url = url.with_path(url.raw_path, encoded=True, keep_query=True)
    return url.with_host(str(literal)) if literal else url


def _host_of(url: URL) -> str:
    if not url.raw_host:
        raise ValueError("names no host")
    return url.raw_host
