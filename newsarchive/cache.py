"""Redis as a cache that may be missing: pages are slower then, and nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SECONDS_TO_WAIT = 0.5  # for a server that does not answer
SECONDS_TO_LEAVE_IT = 5  # before it is asked again

Answer = TypeVar("Answer")


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, which answers like an empty one while its server cannot be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": SECONDS_TO_WAIT, "socket_timeout": SECONDS_TO_WAIT}
        super().__init__(server, {**params, "OPTIONS": options | params.get("OPTIONS", {})})
        self._left_until = 0.0

    def _try(self, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Return Redis's answer, or the other one; a server that failed is left alone for some seconds."""
        if time.monotonic() < self._left_until:
            return otherwise
        try:
            return ask()
        except RedisError as error:
            self._left_until = time.monotonic() + SECONDS_TO_LEAVE_IT
            log.warning("The cache cannot be reached; the site goes on without: %s", error)
            return otherwise

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._try(lambda: super(FailOpenRedisCache, self).add(key, value, timeout, version), False)

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        return self._try(lambda: super(FailOpenRedisCache, self).get(key, default, version), default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._try(lambda: super(FailOpenRedisCache, self).set(key, value, timeout, version), None)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._try(lambda: super(FailOpenRedisCache, self).touch(key, timeout, version), False)

    def delete(self, key: str, version: Any = None) -> bool:
        return self._try(lambda: super(FailOpenRedisCache, self).delete(key, version), False)

    def get_many(self, keys: Any, version: Any = None) -> dict[str, Any]:
        keys = list(keys)
        return self._try(lambda: super(FailOpenRedisCache, self).get_many(keys, version), {})

    def has_key(self, key: str, version: Any = None) -> bool:
        return self._try(lambda: super(FailOpenRedisCache, self).has_key(key, version), False)

    def incr(self, key: str, delta: int = 1, version: Any = None) -> int:
        """Count up; a key that is not there raises ValueError, as ever, and so does a cache that is not there."""
        counted = self._try(lambda: super(FailOpenRedisCache, self).incr(key, delta, version), None)
        if counted is None:
            raise ValueError(f"Key {key!r} not found")
        return counted

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[str]:
        return self._try(lambda: super(FailOpenRedisCache, self).set_many(data, timeout, version), list(data))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        keys = list(keys)
        self._try(lambda: super(FailOpenRedisCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        self._try(super().clear, None)
