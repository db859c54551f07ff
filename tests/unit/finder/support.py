"""Made-up lists of places in made-up worlds, and the browser's finder in Node, unchanged."""

from __future__ import annotations

import atexit
import functools
import json
import os
import random
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ebbtide.assets import CLIENT
from ebbtide.finder.files import finder_data
from ebbtide.finder.geo import HALF, QUARTER, UNIT, Point, rank
from ebbtide.model.facility import Facility, FacilityList, FacilityListSettings
from tests.unit.selfcheck.support import node

FULL = bool(os.environ.get("EBBTIDE_FULL"))
CORE = CLIENT / "finder-core.js"
FACETS = {"detox": "care", "medicine": "care", "day": "stay", "night": "stay", "free": "cost", "rare": "cost"}
SETTINGS: dict[str, Any] = {
    "title": "Places", "short": "List", "edition": "first", "dated": "2026", "source": "https://example.org/",
    "country": "US", "units": "miles", "groups": {"care": "Care", "stay": "Stay", "cost": "Cost"},
    "facets": {
        **{id: {"name": id.title(), "group": group} for id, group in list(FACETS.items())[:2]},
        "said": {"name": "Only said", "group": "stay", "filter": False, "warns": True},
        **{id: {"name": id.title(), "group": group} for id, group in list(FACETS.items())[2:]},
    },
}  # fmt: skip

_RUNNER = """
import * as core from "CORE";
import { createInterface } from "node:readline";
const jobs = {
  // Every query is answered with a fresh memory of files, so that what is fetched is what a first visit fetches.
  nearest({ files, queries }) {
    return queries.map(({ point, ticked, count, whole, lost }) => {
      const index = core.openIndex(files.index), asked = [], rounds = [];
      const search = core.searchFor(index, point, ticked, count, whole);
      for (let names = core.wanted(search); names.length; names = core.wanted(search)) {
        asked.push(names);
        for (const name of names) {
          if ((lost || []).includes(name)) core.missed(search, name);
          else core.take(search, name, JSON.parse(JSON.stringify(files[name])));
          if (lost) rounds.push(brief(core.found(search)));
        }
      }
      return { asked, rounds, ranks: search.best.map(({ rank }) => rank), ...brief(core.found(search)) };
    });
  },
  call({ name, given }) {
    return core[name](...given);
  },
  bounds({ pairs }) {
    return pairs.map(([point, box]) => core.bound(point, box));
  },
  havs({ angles }) {
    return angles.map(core.hav);
  },
  // The first leaf comes, the second is missed, the search goes on, and then the second comes after all.
  steps({ files, point, count }) {
    const index = core.openIndex(files.index), search = core.searchFor(index, point, [], count, false), asked = [core.wanted(search)];
    asked.push(core.wanted(search));
    core.take(search, asked[0][0], files[asked[0][0]]);
    asked.push(core.wanted(search));
    core.missed(search, asked[0][1]);
    asked.push(core.wanted(search));
    for (const name of asked[3]) core.take(search, name, files[name]);
    asked.push(core.wanted(search));
    const early = brief(core.found(search));
    core.take(search, asked[0][1], files[asked[0][1]]);
    return { asked, early, late: brief(core.found(search)) };
  },
  cards({ files, point, count }) {
    const index = core.openIndex(files.index), search = core.searchFor(index, point, [], count, true);
    for (let names = core.wanted(search); names.length; names = core.wanted(search)) names.forEach((name) => core.take(search, name, files[name]));
    return core.found(search);
  },
  async run({ files, point, count, lost }) {
    const told = [], loads = [], index = core.openIndex(files.index);
    const load = (name) => { loads.push(name); return lost.includes(name) ? Promise.reject(new Error(name)) : Promise.resolve(files[name]); };
    const last = await core.nearest(core.searchFor(index, point, [], count, false), load, (found) => told.push(brief(found)));
    const again = await core.nearest(core.searchFor(index, point, [], count, false), load);
    return { told, loads, last: brief(last), again: brief(again) };
  },
};
function brief({ places, loose, complete, sure, missed }) {
  return { places: places.map(({ number }) => number), loose: loose.map(({ number }) => number), complete, sure, missed };
}
for await (const line of createInterface({ input: process.stdin })) {
  const { job, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await jobs[job](given)));
}
"""


class Browser:
    """One Node process: a line of JSON in, a line out."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [node(), "--input-type=module", "-e", _RUNNER.replace("CORE", CORE.as_uri())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def __call__(self, job: str, **given: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watch = threading.Timer(120, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(json.dumps({"job": job, **given}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        assert line, "Node ended, or took too long"
        return json.loads(line)


@functools.cache
def browser() -> Browser:
    started = Browser()
    atexit.register(started.close)
    return started


def place(number: int, point: Point | None, facets: Sequence[str] = (), **more: Any) -> Facility:
    at = {"latitude": _degrees(point.latitude), "longitude": _degrees(point.longitude)} if point else {}
    given = {
        "id": f"p{number}",
        "name": f"Place {number:04}",
        "city": "Town",
        "region": "US-AA",
        "facets": tuple(facets),
    }
    return Facility.model_validate(given | at | more)


def _degrees(units: int) -> str:
    sign = "-" if units < 0 else ""
    return f"{sign}{abs(units) // UNIT}.{abs(units) % UNIT:04}"


def listed(
    facilities: Sequence[Facility], codes: Mapping[str, tuple[float, float]] | None = None, **settings: Any
) -> FacilityList:
    ordered = sorted(facilities, key=lambda one: (one.region, one.city or "", one.name, one.id))
    return FacilityList(
        "l", "l/", FacilityListSettings.model_validate(SETTINGS | settings, strict=False), tuple(ordered), codes or {}
    )


def files_of(facilities: FacilityList, leaf: int = 48) -> dict[str, Any]:
    """As a browser sees them: through JSON."""
    return json.loads(json.dumps(dict(finder_data(facilities, leaf))))  # type: ignore[no-any-return]


class Query(NamedTuple):
    point: Point
    ticked: tuple[str, ...]
    count: int
    whole: bool = False


def brute_force(facilities: FacilityList, query: Query) -> list[tuple[float, int]]:
    """Rank and number of the nearest that fit: every place looked at, everything sorted."""
    groups = [{id for id in query.ticked if FACETS[id] == group} for group in {FACETS[id] for id in query.ticked}]
    ranked = [
        (rank(query.point, Point(round(one.point[0] * UNIT), round(one.point[1] * UNIT))), number)
        for number, one in enumerate(facilities.facilities)
        if one.point and all(group & set(one.facets) for group in groups)
    ]
    return sorted(ranked)[: query.count]


# worlds

ENDS = {
    "Guam": (13.4443, 144.7937), "Samoa": (-14.2710, -170.1322), "Attu": (52.9086, 172.9097), "Adak": (51.8800, -176.6581),
    "Utqiagvik": (71.2906, -156.7886), "Honolulu": (21.3069, -157.8583), "Detroit": (42.3314, -83.0458), "San Juan": (18.4655, -66.1057),
    "Miami": (25.7617, -80.1918), "Seattle": (47.6062, -122.3321),
}  # fmt: skip


def anywhere(chance: random.Random) -> Point:
    return Point(chance.randint(-QUARTER, QUARTER), chance.randint(-HALF, HALF))


def near(chance: random.Random, point: Point, spread: int) -> Point:
    latitude = max(-QUARTER, min(QUARTER, point.latitude + chance.randint(-spread, spread)))
    longitude = (point.longitude + chance.randint(-spread, spread) + HALF) % (2 * HALF) - HALF
    return Point(latitude, longitude)


def _end(chance: random.Random) -> Point:
    latitude, longitude = chance.choice(sorted(ENDS.values()))
    return Point(round(latitude * UNIT), round(longitude * UNIT))


def points_of(kind: str, chance: random.Random) -> list[Point]:
    """Where the places of a world are."""
    count = chance.randint(15, 350)
    if kind == "everywhere":
        return [anywhere(chance) for _ in range(count)]
    if kind == "a country":
        return [near(chance, _end(chance), chance.choice((500, 20_000, 80_000))) for _ in range(count)]
    if kind == "the poles":
        return [
            Point(
                chance.choice((-1, 1)) * (QUARTER - chance.choice((0, 0, 1, 300, 30_000))), chance.randint(-HALF, HALF)
            )
            for _ in range(count)
        ]
    if kind == "the date line":
        return [
            Point(
                chance.randint(-300_000, 300_000), chance.choice((-1, 1)) * (HALF - chance.choice((0, 1, 2000, 40_000)))
            )
            for _ in range(count)
        ]
    if kind == "a grid":  # places that are exactly equally far in their hundreds
        step = chance.choice((1, 100, 7_500, 100_000))
        side = chance.randint(4, 17)
        return [
            Point((row - side // 2) * step, (column - side // 2) * step)
            for row in range(side)
            for column in range(side)
        ]
    if kind == "one spot":
        return [anywhere(chance)] * count
    if kind == "few spots":
        spots = [anywhere(chance) for _ in range(5)]
        return [chance.choice(spots) for _ in range(count)]
    if kind == "a meridian":
        return [Point(chance.randint(-QUARTER, QUARTER), 123_456) for _ in range(count)]
    return [anywhere(chance) for _ in range({"one place": 1, "no place": 0, "two leaves": 5}[kind])]


WORLDS = (
    "everywhere", "a country", "the poles", "the date line", "a grid", "one spot", "few spots", "a meridian", "one place", "no place", "two leaves",
)  # fmt: skip


def world(kind: str, chance: random.Random) -> FacilityList:
    """Places of a kind of world, with facets of which some are rare; in some worlds a few places have no point."""
    shares = {id: chance.choice((0.0, 0.02, 0.3, 0.6, 0.95)) for id in FACETS}
    points: list[Point | None] = list(points_of(kind, chance))
    points += [None] * chance.choice((0, 0, 3))
    return listed(
        [
            place(number, point, [id for id, share in shares.items() if chance.random() < share])
            for number, point in enumerate(points)
        ]
    )


def queries(facilities: FacilityList, chance: random.Random, count: int) -> Iterator[Query]:
    """Places themselves, points near them and between them, the antipodes, the poles, the date line and anywhere."""
    points = [
        Point(round(one.point[0] * UNIT), round(one.point[1] * UNIT)) for one in facilities.facilities if one.point
    ] or [Point(0, 0)]
    for _ in range(count):
        one, other = chance.choice(points), chance.choice(points)
        point = chance.choice((
            one, near(chance, one, 3), near(chance, one, 9_000), near(chance, one, 200_000), anywhere(chance),
            Point((one.latitude + other.latitude) // 2, (one.longitude + other.longitude) // 2),
            Point(-one.latitude, (one.longitude + 2 * HALF) % (2 * HALF) - HALF),
            Point(chance.choice((-QUARTER, QUARTER)), chance.choice((0, HALF, 77))), Point(0, chance.choice((-HALF, HALF))), _end(chance),
        ))  # fmt: skip
        ticked = chance.sample(sorted(FACETS), chance.choice((0, 0, 1, 1, 2, 3, 6)))
        yield Query(
            point, tuple(ticked), chance.choice((1, 2, 3, 5, 10, 20, chance.randint(1, 50))), chance.random() < 0.1
        )
