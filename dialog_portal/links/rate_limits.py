"""How often one client may fail, or ask for a letter, within a minute."""

from __future__ import annotations

import ipaddress
import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MAX_FAILURES_PER_MINUTE = 20
# Forms that ask for a link again, from one address: a whole municipality may share it, and many open their mail in the
# minute when a letter comes. Each costs a row and, once an hour, a letter to somebody who is invited.
MAX_REQUESTS_PER_MINUTE = 120


def exceeds_failure_limit(request: HttpRequest) -> bool:
    """Count one failure, and return whether this client has had more than the limit within the minute."""
    return exceeds_limit(MAX_FAILURES_PER_MINUTE, "failures", request)


def exceeds_request_limit(request: HttpRequest) -> bool:
    """Count one form that asks for a link again, and return whether there were more than the limit within the minute.

    It is counted apart from failures, so it changes nothing for links, broken or whole.
    """
    return exceeds_limit(MAX_REQUESTS_PER_MINUTE, "requests", request)


def exceeds_limit(most: int, what: str, request: HttpRequest) -> bool:
    """Count one more of something in the current minute of the clock, and return whether that is more than `most`.

    Without its cache the portal still answers: then nobody is counted.
    """
    key = f"links:{what}:{client_network(request)}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, 120)
        return cache.incr(key) > most
    except (RedisError, OSError, ValueError) as trouble:
        logger.warning("The limits of guests' pages are not counted: %s", type(trouble).__name__)
        return False


def client_network(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or the /64 network of an IPv6 address, which is one subscriber."""
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost trusted proxy saw; without proxies, the connection's own."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    return str(seen).partition("%")[0]
