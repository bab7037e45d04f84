"""Gets a web page over HTTP, from allowed addresses alone; knows nothing of documents."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from clonememoria import __version__
from clonememoria.core.addresses import AddressPolicy, web_address
from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    AddressNotAllowed,
    InvalidInput,
    PageUnavailable,
    PageUnreachable,
)
from clonememoria.knowledge.upload import ReceivedFile, file_too_large, spool_folder
from clonememoria.providers.http import retry_after_s, trusted_certificates

MAX_REDIRECTS: Final = 5
PIECE_BYTES: Final = 64 * 1024
# Of an unpacked body to what came over the wire, once it is of any size.
MAX_RATIO: Final = 100
RATIO_FROM_BYTES: Final = 1024 * 1024
# Some sites say much in the headers that a browser must obey.
MAX_HEADER_BYTES: Final = 64 * 1024

HEADERS: Final = {
    "User-Agent": f"Mozilla/5.0 (compatible; CloneMemoria/{__version__})",
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
}

_REASONS: Final = {
    400: "The site did not understand the request for this page (400)",
    401: "This page asks for a log-in (401), so it cannot be read from here",
    402: "This page asks for a payment (402), so it cannot be read from here",
    403: "The site refuses to show this page to programs (403)",
    404: "This page was not found (404)",
    406: "The site has this page in no form that can be read (406)",
    407: "A proxy before this page asks for a log-in (407)",
    410: "This page is gone (410)",
    451: "The site may not show this page for legal reasons (451)",
}
# Come again (408), come again with what was already said (425), come again later.
_LATER: Final = frozenset({408, 425, 429})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# What is sent back to the site at the next visit, and stored till then.
_VALIDATOR: Final = re.compile(r"[ -~]{1,1000}")


@dataclass(frozen=True, slots=True)
class Web:
    """What may be called, for how long, and how much of it is taken into which folder."""

    policy: AddressPolicy
    max_bytes: int
    folder: Path
    connect_s: float = 10.0
    idle_s: float = 15.0
    total_s: float = 60.0
    resolver: AbstractResolver | None = None


def web_of(settings: Settings) -> Web:
    return Web(
        policy=AddressPolicy(tuple(settings.url_allowed_networks)),
        max_bytes=settings.max_upload_mb * 1024 * 1024,
        folder=spool_folder(settings.data_dir),
    )


@dataclass(frozen=True, slots=True)
class Validators:
    """By which the site knows whether a page is still as it was."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        known = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where the page was in the end, and what the site says that it is."""

    url: str
    media_type: str
    charset: str | None
    validators: Validators


async def fetch(
    address: str, *, into: ReceivedFile, web: Web, known: Validators = Validators()
) -> Fetched | None:
    """None where the page has not changed; raise PageUnavailable, AddressNotAllowed or TooLarge."""
    with _in_our_words():
        async with (
            asyncio.timeout(web.total_s),
            _session(web) as session,
            _answer(session, address, web=web, known=known) as response,
        ):
            if response.status == HTTPStatus.NOT_MODIFIED and known.headers:
                return None
            _check(response)
            await _receive(response, into, max_bytes=web.max_bytes)
            return _described(response)


@asynccontextmanager
async def _session(web: Web) -> AsyncIterator[aiohttp.ClientSession]:
    """For one page: no cookie of one owner's page is sent with another's."""
    connector = aiohttp.TCPConnector(
        ssl=await asyncio.to_thread(trusted_certificates),
        resolver=_PublicResolver(web.resolver or ThreadedResolver(), web.policy),
        socket_factory=_guarded_socket(web.policy),
        use_dns_cache=False,
    )
    timeout = aiohttp.ClientTimeout(total=web.total_s, connect=web.connect_s, sock_read=web.idle_s)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        headers=HEADERS,
        # No proxy and no password from the environment: the check would be of the proxy.
        trust_env=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
    ) as session:
        yield session


class _PublicResolver(AbstractResolver):
    """What it returns is what is connected to: nobody looks the name up a second time."""

    def __init__(self, resolver: AbstractResolver, policy: AddressPolicy) -> None:
        self._resolver = resolver
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raise AddressNotAllowed if but one of the addresses is none to call."""
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            _check_address(result["host"], self._policy)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _guarded_socket(policy: AddressPolicy) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    """The last gate, for addresses that were no names: nothing connects but through it."""

    def open_socket(target: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = target
        _check_address(str(address[0]), policy)
        return socket.socket(family, kind, protocol)

    return open_socket


def _check_address(address: str, policy: AddressPolicy) -> None:
    if not policy.allows(ipaddress.ip_address(address)):
        raise AddressNotAllowed


@asynccontextmanager
async def _answer(
    session: aiohttp.ClientSession, address: str, *, web: Web, known: Validators
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The first answer that sends us nowhere else."""
    url = web_address(address, web.policy)
    for _ in range(MAX_REDIRECTS + 1):
        response = await session.get(url, headers=known.headers, allow_redirects=False)
        try:
            target = _target(response, web.policy)
            if target is None:
                yield response
                return
        finally:
            # Not read to its end, which may be far.
            response.close()
        url = target
    raise PageUnavailable(f"This page leads on and on, over more than {MAX_REDIRECTS} addresses")


def _target(response: aiohttp.ClientResponse, policy: AddressPolicy) -> URL | None:
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        return web_address(str(response.url.join(URL(location))), policy)
    except AddressNotAllowed:
        raise
    except (InvalidInput, ValueError):
        raise PageUnavailable("This page leads to an address that no page can have") from None


def _check(response: aiohttp.ClientResponse) -> None:
    """Say what the status says, and never what the body does: it may hold anything."""
    status = response.status
    if status in _LATER or status >= 500:
        wait_s = retry_after_s(response.headers)
        raise PageUnreachable(f"The site has no answer now ({status})", retry_after_s=wait_s)
    if status not in {200, 203}:
        reason = _REASONS.get(status, f"The site gives no page under this address ({status})")
        raise PageUnavailable(reason)


async def _receive(response: aiohttp.ClientResponse, into: ReceivedFile, *, max_bytes: int) -> None:
    if (response.content_length or 0) > max_bytes:
        raise file_too_large(max_bytes)
    async for data in response.content.iter_chunked(PIECE_BYTES):
        size = into.size_bytes + len(data)
        if size > max_bytes:
            raise file_too_large(max_bytes)
        if size > RATIO_FROM_BYTES and size > MAX_RATIO * response.content.total_raw_bytes:
            raise PageUnavailable("This page unpacks to far more than a page is")
        await into.write(data)


def _described(response: aiohttp.ClientResponse) -> Fetched:
    return Fetched(
        url=str(response.url),
        media_type=response.content_type,
        charset=response.charset,
        validators=Validators(
            _validator(response.headers, "ETag"), _validator(response.headers, "Last-Modified")
        ),
    )


def _validator(headers: Mapping[str, str], name: str) -> str | None:
    value = headers.get(name, "")
    return value if _VALIDATOR.fullmatch(value) else None


@contextmanager
def _in_our_words() -> Iterator[None]:
    """The client's own are dropped, not chained: they quote what the site sent."""
    try:
        yield
    except TimeoutError:
        raise PageUnreachable("The site of this page did not answer in time") from None
    except aiohttp.ClientConnectorDNSError:
        raise PageUnreachable("No site of this name can be found now") from None
    except aiohttp.ClientSSLError:
        raise PageUnavailable("The site of this page cannot prove that it is itself") from None
    except aiohttp.ClientPayloadError:
        raise PageUnreachable("The page broke off before its end") from None
    except (aiohttp.ClientResponseError, aiohttp.InvalidURL):
        raise PageUnavailable("The site's answer is not one of the web") from None
    except (aiohttp.ClientError, OSError):
        raise PageUnreachable from None
