"""Acts of the background workers: jobs are enqueued, started, give signs of life, end, fail, are retried."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.demo.operations.jobs import ERRORS, JOB_WEIGHTS, job_finished
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import JobRun

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.scene import Scene

__all__ = ["beat", "enqueue", "finish", "refresh_aging", "start"]

_FAILS: Final = 0.08
_ATTEMPTS: Final = 3
_ALIVE: Final = timedelta(minutes=5)


def enqueue(scene: Scene) -> None:
    """A job is put into its queue."""
    kind = scene.random.pick(JOB_WEIGHTS)
    scene.write(
        JobRun(
            scene.tenant_id,
            scene.random.id(),
            scene.random.id(),
            kind.queue,
            kind.name,
            "queued",
            1,
            scene.now,
        )
    )


def start(scene: Scene) -> None:
    """A worker takes a job from its queue."""
    run = scene.pick(t.job_run, "job_run_id", t.job_run.c.state == "queued")
    if run is not None:
        scene.change(
            t.job_run,
            "job_run_id",
            run,
            state="running",
            started_at=scene.now,
            heartbeat_at=scene.now,
        )


def beat(scene: Scene) -> None:
    """A running job gives a sign of life; one that hangs does not."""
    run = _pick_alive(scene)
    if run is not None:
        scene.change(t.job_run, "job_run_id", run, heartbeat_at=scene.now)


def finish(scene: Scene) -> None:
    """A running job ends: done, or failed and, unless it was the last try, enqueued again."""
    run = _pick_alive(scene)
    if run is None:
        return
    failed = scene.random.chance(_FAILS)
    ended: dict[str, Any] = {
        "state": "failed" if failed else "succeeded",
        "error_class": scene.random.choice(ERRORS) if failed else None,
        "heartbeat_at": scene.now,
        "finished_at": scene.now,
    }
    scene.change(t.job_run, "job_run_id", run, **ended)
    scene.write(job_finished(_as_record(run)._replace(**ended)))
    if failed and run.attempt < _ATTEMPTS:
        scene.write(_as_record(run)._replace(**_again(scene, run)))


def refresh_aging(scene: Scene) -> None:
    """Somebody asks for a fresh aging snapshot."""
    scene.emit(EventType.AGING_SNAPSHOT_REFRESHED, "on_demand")


def _pick_alive(scene: Scene) -> Row[Any] | None:
    run = t.job_run.c
    return scene.pick(t.job_run, "job_run_id", run.state == "running", run.heartbeat_at > scene.now - _ALIVE)


def _as_record(run: Row[Any]) -> JobRun:
    return JobRun(*(getattr(run, name) for name in JobRun._fields))


def _again(scene: Scene, run: Row[Any]) -> dict[str, Any]:
    return {
        "job_run_id": scene.random.id(),
        "state": "queued",
        "attempt": run.attempt + 1,
        "enqueued_at": scene.now,
        "started_at": None,
        "heartbeat_at": None,
    }
