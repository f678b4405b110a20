"""The live business: one small transaction after another, now and then two that overlap.

Guards what counters depend on: a row and its event commit together, and ids are sometimes handed out in
another order than they commit. A lost database is waited for; nothing is written twice,
because what did not commit did not happen.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.random_source import RandomSource
from ledgerscope.demo.simulation import accounts, billing, credit, feedback, subscriptions, work
from ledgerscope.demo.simulation.scene import Scene
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    Act = Callable[[Scene], None]

__all__ = ["ACTS", "Simulation"]

ACTS: Final[dict[Act, float]] = {
    accounts.create_customer: 3.0,
    accounts.change_profile: 2.0,
    accounts.change_status: 0.8,
    subscriptions.subscribe: 3.0,
    subscriptions.change_quantity: 1.2,
    subscriptions.cancel: 0.8,
    billing.issue_invoice: 6.0,
    billing.pay: 5.0,
    billing.pay_a_part: 1.0,
    billing.pay_too_much: 0.8,
    billing.decline_card: 1.2,
    billing.give_credit: 0.8,
    credit.request_limit: 0.8,
    credit.decide_limit: 0.8,
    feedback.answer_nps: 1.5,
    feedback.answer_csat: 1.0,
    feedback.open_ticket: 1.0,
    feedback.close_ticket: 0.9,
    feedback.use_product: 2.0,
    work.enqueue: 5.0,
    work.start: 5.5,
    work.beat: 3.0,
    work.finish: 5.5,
    work.refresh_aging: 1.0,
}
"""What happens, by how often. Finishing outweighs enqueuing a little, so that queues do not grow for ever."""

_OVERLAP: Final = 0.1
_OVERLAPPING: Final = (feedback.answer_nps, accounts.create_customer)
"""Two acts that only insert: neither can wait for a lock of the other."""
_STEPS_PER_SECOND: Final = 4.0
_PATIENCE_SECONDS: Final = (0.5, 10.0)

_log = logging.getLogger(__name__)


class Simulation:
    """Writes as the application does: its role, its tenant setting, its transactions.

    `engine` has the application's rights, `clock` gives the instant of each transaction, and `speed`
    multiplies the four transactions a second that `run` makes. The same seed, clock and database give the
    same writes.
    """

    def __init__(
        self,
        engine: Engine,
        seed: int,
        clock: Callable[[], datetime],
        speed: float = 1.0,
        *,
        tenants: Sequence[str] = ("aurora", "basalt", "cinder"),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._tenants = tuple(tenants)
        self._pause = 1 / (_STEPS_PER_SECOND * speed)
        self._random = RandomSource(seed, "simulation")

    def step(self) -> tuple[str, ...]:
        """One transaction, or two that overlap; returns the acts by order of commit. Raises StoreError."""
        if self._random.chance(_OVERLAP):
            return self._overlap(*_OVERLAPPING)
        act = self._random.pick(ACTS)
        with self._transaction(act):
            return (act.__name__,)

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop; a lost database is tried again, ever more patiently."""
        patience = _PATIENCE_SECONDS[0]
        pause = self._pause
        while not stop.wait(pause):
            try:
                self.step()
            except StoreError as error:
                _log.warning("the live business waits %.1f s: %s", patience, error)
                pause, patience = patience, min(2 * patience, _PATIENCE_SECONDS[1])
            else:
                pause, patience = self._pause, _PATIENCE_SECONDS[0]

    def _overlap(self, early: Act, late: Act) -> tuple[str, ...]:
        """The early one gets its ids first and commits last."""
        with self._transaction(early), self._transaction(late):
            pass
        return late.__name__, early.__name__

    @contextmanager
    def _transaction(self, act: Act) -> Iterator[None]:
        """Do an act and write what it wrote; committed on leaving."""
        tenant_id = self._random.choice(self._tenants)
        with begin_as(self._engine, tenant_id) as connection:
            scene = Scene(connection, tenant_id, self._clock(), self._random)
            act(scene)
            scene.finish()
            yield
