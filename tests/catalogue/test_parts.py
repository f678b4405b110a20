"""Every part of an area is found by the area's name, and by the type that its package needs."""

from __future__ import annotations

import pytest

from ledgerscope.catalogue import AREAS, MissingPart, Part, WrongPart, aging, areas_with
from ledgerscope.catalogue.exporter import COLLECTORS
from ledgerscope.catalogue.parts import is_there, part_of


def test_an_area_has_all_parts_unless_it_says_otherwise() -> None:
    lacking = {area.name: set(Part) - area.parts for area in AREAS if area.parts != set(Part)}
    assert lacking == {
        "exporter": {Part.COLLECTOR},
        "api": {Part.COLLECTOR, Part.RULES, Part.SCENARIOS},
        "compat": set(Part) - {Part.RULES},
    }


def test_the_label_values_of_the_exporters_own_metrics_follow_from_the_list() -> None:
    assert areas_with(Part.COLLECTOR) == COLLECTORS
    assert "exporter" not in COLLECTORS
    assert len(COLLECTORS) == len(AREAS) - 3


def test_a_part_is_found_by_the_name_of_the_area() -> None:
    assert part_of("aging", Part.METRICS, "METRICS", tuple) is aging.METRICS
    assert next(area for area in AREAS if area.name == "aging").metrics is aging.METRICS


def test_a_part_that_is_missing_says_which_file_to_create() -> None:
    assert not is_there("nothing", Part.METRICS)
    with pytest.raises(
        MissingPart, match=r"^ledgerscope/catalogue/nothing\.py: missing; create it and define"
    ):
        part_of("nothing", Part.METRICS, "METRICS", tuple)


def test_a_part_of_another_type_says_what_to_define() -> None:
    with pytest.raises(WrongPart, match=r"^ledgerscope/catalogue/aging\.py: has to define METRICS"):
        part_of("aging", Part.METRICS, "METRICS", dict)
    with pytest.raises(WrongPart):
        part_of("aging", Part.METRICS, "METRIC", tuple)
