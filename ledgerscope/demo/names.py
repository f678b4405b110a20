"""Invented names of businesses and people; addresses use domains reserved for examples (RFC 2606)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgerscope.demo.random_source import RandomSource

__all__ = ["address", "business", "email", "person", "phone"]

_FIRST = (
    "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper",
    "Kestrel", "Lantern", "Meadow", "Nimbus", "Orchard", "Pebble", "Quill", "Ridge", "Saffron", "Thistle",
    "Umber", "Velvet", "Willow", "Yarrow", "Zephyr",
)  # fmt: skip
_TRADE = (
    "Bakery", "Books", "Ceramics", "Clinics", "Couriers", "Dairies", "Designs", "Farms", "Foundry",
    "Gardens", "Hotels", "Kitchens", "Labs", "Logistics", "Looms", "Mills", "Optics", "Outfitters", "Press",
    "Robotics", "Schools", "Studios", "Textiles", "Tools", "Travel", "Works",
)  # fmt: skip
_FORM = ("Ltd", "GmbH", "Inc", "LLC", "Co-op", "Group", "Partners", "SARL")
_GIVEN = (
    "Ada", "Bela", "Chidi", "Dara", "Emre", "Farah", "Goran", "Hana", "Ines", "Jun", "Kavya", "Lior", "Mira",
    "Noor", "Otis", "Priya", "Quentin", "Rosa", "Sven", "Tala", "Uma", "Viktor", "Wren", "Ximena", "Yusuf",
    "Zoe",
)  # fmt: skip
_FAMILY = (
    "Abara", "Brandt", "Castell", "Dorsey", "Eklund", "Fontaine", "Gerrit", "Holub", "Iyer", "Janda",
    "Kowal", "Lindqvist", "Marek", "Nakai", "Okoro", "Pereira", "Quist", "Rao", "Sato", "Tamm", "Ueda",
    "Varga", "Weiss", "Yilmaz", "Zeman",
)  # fmt: skip
_STREET = ("Avenue", "Lane", "Road", "Row", "Square", "Street", "Yard")
_DOMAINS = ("example.com", "example.org", "example.net")


def business(random: RandomSource) -> str:
    """A business that does not exist."""
    return f"{random.choice(_FIRST)} {random.choice(_TRADE)} {random.choice(_FORM)}"


def person(random: RandomSource) -> str:
    """A person who does not exist."""
    return f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}"


def email(random: RandomSource, name: str, number: int) -> str:
    """An address that reaches nobody."""
    return f"{name.lower().replace(' ', '.')}.{number}@{random.choice(_DOMAINS)}"


def phone(random: RandomSource) -> str:
    """A number from the range kept for fiction."""
    return f"+1-555-01{random.randrange(100):02d}"


def address(random: RandomSource) -> str:
    """A street that no city has."""
    return f"{random.randrange(1, 200)} {random.choice(_FAMILY)} {random.choice(_STREET)}"
