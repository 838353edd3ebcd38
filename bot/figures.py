"""What the bot counts about itself, for Prometheus; see /metrics."""

import time
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import generate_latest

from storage import outbox
from storage.database import Database
from storage.models import OutboxState

COUNTED_FOR_S = 5.0
"""So long a count of the queues is good enough, however often somebody asks."""

TURN_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

disable_created_metrics()  # type: ignore[no-untyped-call]


class Figures:
    """Counters that parts of one bot increase, and what is counted when somebody asks."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.turns = Histogram(
            "kawan_turn_seconds",
            "From the moment a tap's turn comes to the answer on the phone.",
            ["kind"],
            buckets=TURN_BUCKETS_S,
            registry=registry,
        )
        self.updates = Counter("kawan_updates", "Updates handled.", registry=registry)
        self.refused = Counter(
            "kawan_outbox_refused",
            "Messages that Telegram answered with 429.",
            registry=registry,
        )
        self._closed = Counter(
            "kawan_outbox_closed",
            "Messages closed, by how they ended.",
            ["kind", "state"],
            registry=registry,
        )
        self._waiting = Gauge(
            "kawan_outbox_waiting",
            "Messages waiting or on their way.",
            ["kind"],
            registry=registry,
        )
        self._oldest = Gauge(
            "kawan_outbox_oldest_seconds",
            "Since when the oldest has been due.",
            ["kind"],
            registry=registry,
        )
        self._elected = Gauge(
            "kawan_elected", "1 in the process that sends and schedules.", registry=registry
        )
        self._uptime = Gauge("kawan_uptime_seconds", "Seconds since the start.", registry=registry)
        self._started = time.monotonic()
        self._counted_at = -COUNTED_FOR_S

    def closed(self, kind: str, state: OutboxState) -> None:
        """Count a message that was sent or never will be."""
        self._closed.labels(kind, state.value).inc()

    async def told(self, database: Database, now: datetime, *, elected: bool) -> bytes:
        """Give everything in Prometheus' text format."""
        ticks = time.monotonic()
        if ticks - self._counted_at >= COUNTED_FOR_S:
            async with database.reading() as session:
                queues = await outbox.queues(session, now)
            self._counted_at = ticks
            self._waiting.clear()
            self._oldest.clear()
            for queue in queues:
                age = (now - queue.oldest).total_seconds() if queue.oldest else 0.0
                self._waiting.labels(queue.kind).set(queue.length)
                self._oldest.labels(queue.kind).set(age)
        self._elected.set(elected)
        self._uptime.set(int(ticks - self._started))
        return generate_latest(self._registry)
