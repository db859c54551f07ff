"""What the browser says of a line's hours (client/hours.js) is what the reference says (`hours.is_open`), in Node, unchanged."""

from __future__ import annotations

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ebbtide.model.base import Strict, parse
from ebbtide.model.hours import DAYS, Hours, OpeningTimes, is_open
from ebbtide.problem import Places
from tests.unit.selfcheck.support import node

SCRIPT = Path(__file__).resolve().parents[2] / "ebbtide" / "client" / "hours.js"
ZONES = (
    "America/New_York", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu", "Pacific/Guam", "Europe/London", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "America/Anchorage",
)  # fmt: skip


class _Line(Strict):
    hours: Hours


def _opening(zone: str, open: list[dict[str, str]]) -> OpeningTimes | None:
    line, _ = parse(_Line, {"hours": {"zone": zone, "open": open}}, Places(""))
    return line.hours if line is not None and isinstance(line.hours, OpeningTimes) else None


def _javascript(cases: list[tuple[str, str, int]]) -> list[Any]:
    """`isOpen` of each week, zone and moment (seconds since 1970)."""
    runner = (
        f"import {{ isOpen }} from 'file://{SCRIPT}';"
        "const cases = JSON.parse(await new Promise((done) => { let all = ''; process.stdin.on('data', (part) => all += part).on('end', () => done(all)); }));"
        "console.log(JSON.stringify(cases.map(([week, zone, moment]) => { try { return isOpen(week, zone, new Date(moment * 1000)); } catch (error) { return error.name; } })));"
    )
    done = subprocess.run(
        [node(), "--input-type=module", "-e", runner], input=json.dumps(cases), capture_output=True, text=True, timeout=120, check=True
    )  # fmt: skip
    return list(json.loads(done.stdout))


def _moments(random: random.Random, zone: str, hours: OpeningTimes) -> list[datetime]:
    """Any moment; the minutes around each end of an open time; and the nights on which clocks change."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = [start + timedelta(minutes=random.randrange(60 * 24 * 400)) for _ in range(6)]
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo(zone))
    for minute in (edge for part in hours.week for edge in part):
        found += [monday + timedelta(minutes=minute + step) for step in (-1, 0, 1)]
    for change in ("2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-10-04", "2026-04-05"):
        found += [
            datetime.fromisoformat(f"{change}T00:00+00:00") + timedelta(minutes=20 * step) for step in range(0, 72, 9)
        ]
    return found


def test_the_browser_and_the_reference_agree() -> None:
    chance = random.Random(20261124)
    cases, expected = [], []
    while len(cases) < 20_000:
        zone, days = chance.choice(ZONES), sorted(chance.sample(DAYS, chance.randint(1, 7)), key=DAYS.index)
        clock = [f"{chance.randrange(24):02}:{chance.choice((0, 15, 30, 59)):02}" for _ in range(2)]
        hours = _opening(zone, [{"days": ", ".join(days), "from": clock[0], "to": clock[1]}])
        if hours is None:  # no time at all, or two days that overlap
            continue
        for moment in _moments(chance, zone, hours):
            cases.append((hours.said, zone, int(moment.timestamp())))
            expected.append(is_open(hours, moment))
    assert {True, False} == set(expected)
    assert _javascript(cases) == expected


def test_a_zone_that_the_browser_does_not_know_is_no_answer() -> None:
    assert _javascript([("0-10080", "Atlantis/Capital", 0)]) == ["RangeError"]
