"""Draw generated dashboards as PNG files from a Prometheus that holds their data; for the documentation.

Needs node, npm and chromium, no Grafana. Queries go to a real Prometheus exactly as a board asks them, so a
panel that stays empty in the picture is empty in Grafana as well; such panels are listed at the end.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import requests

HERE = Path(__file__).parent
CHROMIUM_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--allow-file-access-from-files", "--virtual-time-budget=8000", "--force-device-scale-factor=1"),
)
CELL, HEADER = 38, 64
COLUMNS = 24
SCRAPE = 15
_PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css">
<style>body{{margin:0}}</style><div id="root"></div><script>
window.grafanaBootData={{settings:{{featureToggles:{{}},regionalFormat:'en-GB'}},user:{{timezone:'utc',locale:'en-GB'}}}};
window.PICTURE={picture}</script><script src="page.js"></script>"""


@dataclass(frozen=True, slots=True)
class Window:
    """The time range of the pictures, in seconds since the epoch."""

    start: float
    end: float
    points: int = 300

    @property
    def step(self) -> int:
        return max(1, round((self.end - self.start) / self.points))

    @property
    def rate_interval(self) -> int:
        """As Grafana has it: no shorter than four scrapes, and than a step and a scrape."""
        return max(4 * SCRAPE, self.step + SCRAPE)


@click.command()
@click.option("--prometheus", default="http://127.0.0.1:9090", show_default=True)
@click.option("--minutes", default=30.0, show_default=True, help="Length of the time range.")
@click.option("--points", default=300, show_default=True, help="How many instants a curve is drawn of.")
@click.option("--width", default=1400, show_default=True)
@click.option("--mode", type=click.Choice(["dark", "light"]), default="dark", show_default=True)
@click.option(
    "--variable", "variables", multiple=True, metavar="NAME=VALUE", help="Value of a board's variable."
)
@click.option("--out", type=click.Path(path_type=Path), default=HERE, help="Folder for the PNG files.")
@click.argument("boards", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(
    prometheus: str,
    minutes: float,
    points: int,
    width: int,
    mode: str,
    variables: tuple[str, ...],
    out: Path,
    boards: tuple[Path, ...],
) -> None:
    """Draw BOARDS (dashboard JSON files)."""
    window = Window(time.time() - 60 * minutes, time.time(), points)
    chosen = dict(one.split("=", 1) for one in variables)
    with tempfile.TemporaryDirectory() as folder:
        _bundle(Path(folder))
        for path in boards:
            board = json.loads(path.read_text(encoding="utf-8"))
            board["panels"] = _repeated(prometheus, board, chosen)
            results = {
                panel["id"]: _results(prometheus, panel, window, chosen | panel.get("scoped", {}))
                for panel in _panels(board)
            }
            picture = {
                "dashboard": board,
                "results": results,
                "range": {"from": window.start, "to": window.end},
                "width": width,
                "mode": mode,
            }
            target = out / f"{path.stem}.png"
            _shoot(Path(folder), picture, board, width, target)
            empty = [
                p["title"] for p in _panels(board) if p.get("targets") and not _has_data(results[p["id"]])
            ]
            click.echo(f"{target}" + (f"  EMPTY: {', '.join(empty)}" if empty else ""))


def _bundle(folder: Path) -> None:
    npm = shutil.which("npm") or "npm"
    if not (HERE / "node_modules").exists():
        arguments = [
            "install",
            "--no-package-lock",
            "--legacy-peer-deps",
            "--no-audit",
            "--no-fund",
            "--silent",
        ]
        subprocess.run([npm, *arguments], cwd=HERE, check=True)
    subprocess.run(["node", "bundle.mjs", str(folder / "page.js")], cwd=HERE, check=True)


def _repeated(prometheus: str, board: dict[str, Any], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The panels, with a copy of each repeated one for every value of its variable, as in Grafana."""
    queries = {one["name"]: one["query"] for one in board["templating"]["list"]}
    panels, below = [], 0
    for panel in board["panels"]:
        place = panel["gridPos"] | {"y": panel["gridPos"]["y"] + below}
        if "repeat" not in panel:
            panels.append(panel | {"gridPos": place})
            continue
        name = panel["repeat"]
        values = _label_values(prometheus, queries[name], chosen)
        beside = min(len(values), panel["maxPerRow"])
        width = COLUMNS // beside
        for number, value in enumerate(values):
            down, across = divmod(number, beside)
            at = place | {"x": across * width, "y": place["y"] + down * place["h"], "w": width}
            panels.append(panel | {"id": f"{panel['id']}-{value}", "gridPos": at, "scoped": {name: value}})
        below += (len(values) - 1) // beside * place["h"]
    return panels


def _label_values(prometheus: str, query: str, chosen: dict[str, str]) -> list[str]:
    asked = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
    if asked is None:
        raise click.ClickException(f"{query}: only label_values is understood")
    series = re.sub(r"\$(\w+)", lambda match: chosen.get(match[1], ".*"), asked[1])
    path = f"{prometheus}/api/v1/label/{asked[2]}/values"
    values: list[str] = requests.get(path, params={"match[]": series}, timeout=30).json()["data"]
    return values or [".*"]


def _panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [inner for panel in board["panels"] for inner in (panel, *panel.get("panels", ()))]


def _results(
    prometheus: str, panel: dict[str, Any], window: Window, chosen: dict[str, str]
) -> list[dict[str, Any]]:
    return [
        {"refId": target["refId"], "series": _query(prometheus, target, window, chosen)}
        for target in panel.get("targets", ())
        if target.get("expr")
    ]


def _query(
    prometheus: str, target: dict[str, Any], window: Window, chosen: dict[str, str]
) -> list[dict[str, Any]]:
    expr = _substitute(target["expr"], window, chosen)
    instant = bool(target.get("instant"))
    path = "query" if instant else "query_range"
    times: dict[str, Any] = (
        {"time": window.end}
        if instant
        else {
            "start": window.start,
            "end": window.end,
            "step": window.step,
        }
    )
    answer = requests.get(f"{prometheus}/api/v1/{path}", params={"query": expr, **times}, timeout=30).json()
    if answer["status"] != "success":
        raise click.ClickException(f"{expr}: {answer.get('error')}")
    return [
        {
            "name": _legend(target.get("legendFormat") or "", one["metric"]),
            "labels": one["metric"],
            "values": [one["value"]] if instant else one["values"],
        }
        for one in answer["data"]["result"]
    ]


def _substitute(expr: str, window: Window, chosen: dict[str, str]) -> str:
    span = f"{round(window.end - window.start)}s"
    known = {
        "__rate_interval": f"{window.rate_interval}s",
        "__interval": f"{window.step}s",
        "__range": span,
        **chosen,
    }
    return re.sub(r"\$\{?(\w+)(?::\w+)?\}?", lambda match: known.get(match[1], ".*"), expr)


def _legend(form: str, labels: dict[str, str]) -> str:
    if not form or form == "__auto":
        return (
            ", ".join(value for name, value in labels.items() if name not in ("__name__", "instance", "job"))
            or "value"
        )
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), form)


def _has_data(results: list[dict[str, Any]]) -> bool:
    return any(query["series"] for query in results)


def _shoot(folder: Path, picture: dict[str, Any], board: dict[str, Any], width: int, target: Path) -> None:
    (folder / "index.html").write_text(_PAGE.format(picture=json.dumps(picture)), encoding="utf-8")
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in _panels(board)) * CELL + HEADER
    chromium = shutil.which("chromium") or "chromium"
    profile = folder / "profile"
    arguments = [
        f"--user-data-dir={profile}",
        f"--window-size={width},{height}",
        f"--screenshot={target.absolute()}",
    ]
    subprocess.run(
        [chromium, *CHROMIUM_FLAGS, *arguments, (folder / "index.html").as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    shutil.rmtree(profile, ignore_errors=True)


if __name__ == "__main__":
    main()
