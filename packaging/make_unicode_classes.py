r"""Write the general categories and scripts of Unicode for `\p{..}`, as google-re2 knows them.

    python packaging/make_unicode_classes.py && ruff format ledgerscope/promql/regex

RE2's tables and Go's come from the same Unicode data. The package google-re2 1.1 has Unicode 15.1, Go 1.21 to
1.25 have 15.0: 627 code points, all Chinese characters or parts of them, came in between.
"""  # noqa: INP001 - a script beside the packages

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

import re2  # type: ignore[import-untyped]  # the package has no types

TARGET = Path(__file__).parents[1] / "ledgerscope" / "promql" / "regex" / "unicode_classes.py"
CATEGORIES = "Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()  # noqa: SIM905 - a word list
SCRIPTS = """
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki
Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee
Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra
Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati
Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic
Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li
Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu
Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin
Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar
Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki
Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian
Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician
Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian
Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil
Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi
Yezidi Yi Zanabazar_Square
""".split()  # noqa: SIM905 - a word list
SURROGATES = range(0xD800, 0xE000)
LINE = 98
HEAD = '''"""The categories and scripts of Unicode 15.1; written by `packaging/make_unicode_classes.py`.

Each class is a list of ranges, each written as the number of characters left out since the range before
and, after a comma, the number of characters that follow its first; hexadecimal, the second left out if 0.
"""

from __future__ import annotations

TABLES: dict[str, str] = {
'''


def ranges(name: str) -> list[tuple[int, int]]:
    """The code points of a class, as RE2 matches them."""
    if name == "Cs":  # no text can hold them
        return [(SURROGATES.start, SURROGATES.stop - 1)]
    text = "".join(chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES)
    found: list[tuple[int, int]] = []
    for match in re2.finditer(rf"\p{{{name}}}+", text):
        low, high = ord(match[0][0]), ord(match[0][-1])
        # The text goes from one side of the surrogates to the other.
        split = low < SURROGATES.start <= high
        found += [(low, SURROGATES.start - 1), (SURROGATES.stop, high)] if split else [(low, high)]
    return found


def encoded(found: list[tuple[int, int]]) -> str:
    """The ranges as the table holds them."""
    starts = chain([0], (high + 1 for _, high in found))
    return " ".join(
        f"{low - after:x},{high - low:x}" if high > low else f"{low - after:x}"
        for after, (low, high) in zip(starts, found, strict=False)
    )


def entry(name: str) -> str:
    """A class's line, or lines, of the module."""
    text = encoded(ranges(name))
    pieces: list[str] = []
    while text:
        cut = len(text) if len(text) <= LINE - 2 else text.rindex(" ", 0, LINE - 2) + 1
        pieces.append(text[:cut])
        text = text[cut:]
    if len(pieces) == 1 and len(f'    "{name}": "{pieces[0]}",') <= LINE + 6:
        return f'    "{name}": "{pieces[0]}",\n'
    body = "".join(f'        "{piece}"\n' for piece in pieces)
    return f'    "{name}": (\n{body}    ),\n' if len(pieces) > 1 else f'    "{name}": {body.strip()},\n'


if __name__ == "__main__":
    TARGET.write_text(HEAD + "".join(entry(name) for name in (*CATEGORIES, *SCRIPTS)) + "}\n", "utf-8")
