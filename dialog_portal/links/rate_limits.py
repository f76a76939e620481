"""Rate limits of guests' pages: failed links and requests for a new letter, for each client and minute."""

from __future__ import annotations

import ipaddress
import logging
import time

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MAX_FAILURES_PER_MINUTE = 20
# Forms that ask for a lost link. A whole municipality may share one address, and many people open their mail in the
# minute when a letter arrives. Each form costs a row and, at most once an hour, a letter to a person who is invited.
MAX_REQUESTS_PER_MINUTE = 120


def exceeds_failure_limit(request: HttpRequest) -> bool:
    """Count one failed link and return whether this client is over MAX_FAILURES_PER_MINUTE."""
    return exceeds_limit(MAX_FAILURES_PER_MINUTE, "failures", request)


def exceeds_request_limit(request: HttpRequest) -> bool:
    """Count one form that asks for a lost link and return whether this client is over MAX_REQUESTS_PER_MINUTE.

    It is counted apart from failures, so it does not affect what happens to links.
    """
    return exceeds_limit(MAX_REQUESTS_PER_MINUTE, "requests", request)


def exceeds_limit(most: int, what: str, request: HttpRequest) -> bool:
    """Count one more `what` for this client in the current minute of the clock; return whether that exceeds `most`.

    When the cache cannot be reached nothing is counted and False is returned, so the pages still work.
    """
    key = f"links:{what}:{client_network(request)}:{int(time.time() // 60)}"
    cache = caches["links"]
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
    """Return the address that the outermost trusted proxy saw; without proxies, the address of the connection."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    return str(seen).partition("%")[0]
