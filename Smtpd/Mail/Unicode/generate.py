#!/usr/bin/env python3
"""Writes unicode.tables, what UnicodeTables.cs reads, from the files of the Unicode Character Database.

    generate.py [FOLDER]      FOLDER holds UnicodeData.txt and its kin; default: /usr/share/unicode, where the Debian package
                              unicode-data has them

The file is little-endian: eight numbers of 32 bits that say where each section begins, then the sections:

    0  for every 128 code points the number of their block, 8 bits
    1  the blocks: for every code point the number of its traits, 8 bits
    2  the traits, 32 bits each: combining class | bidi class << 8 | joining type << 12 | mark << 15 | IDNA status << 16
    3  canonical decompositions: code point, place in section 7 << 8 | length; sorted, 64 bits each
    4  compatibility decompositions where they differ from the canonical ones, likewise
    5  case foldings, likewise
    6  compositions: first, second, result; sorted, 96 bits each
    7  the texts to which sections 3 to 5 refer, UTF-16
"""
import os, struct, sys

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
COUNT = 0x110000
BLOCK = 128
BIDI = ["other", "L", "R", "AL", "EN", "ES", "CS", "ET", "AN", "ON", "BN", "NSM"]
JOINING = "UCDLRT"
DISALLOWED, VALID, MAPPED, IGNORED = range(4)


def rows(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def span(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def text_of(field):
    return "".join(chr(int(one, 16)) for one in field.split())


category, combining, bidi = ["Cn"] * COUNT, [0] * COUNT, ["other"] * COUNT
canonical, compatible = {}, {}
first = None
for row in rows("UnicodeData.txt"):
    code = int(row[0], 16)
    if row[1].endswith("First>"):
        first = code
        continue
    for one in range(first if first is not None else code, code + 1):
        category[one], combining[one], bidi[one] = row[2], int(row[3]), row[4] if row[4] in BIDI else "other"
    first = None
    if row[5]:
        if row[5].startswith("<"):
            compatible[code] = text_of(row[5].split("> ")[1])
        else:
            canonical[code] = text_of(row[5])

joining = ["T" if one in ("Mn", "Me", "Cf") else "U" for one in category]
for row in rows("ArabicShaping.txt"):
    joining[int(row[0], 16)] = row[2]

folding = {int(row[0], 16): text_of(row[2]) for row in rows("CaseFolding.txt") if row[1] in "CF"}

excluded, folded_to = set(), {}
for row in rows("DerivedNormalizationProps.txt"):
    if row[1] == "Full_Composition_Exclusion":
        excluded.update(span(row[0]))
    elif row[1] == "NFKC_CF":
        for code in span(row[0]):
            folded_to[code] = text_of(row[2]) if len(row) > 2 else ""

# --- the status of UTS 46, §6, derived as that section says, without the letters of STD 3 that are no letters of host names ----

ALWAYS_VALID = {0x00DF, 0x03C2, 0x200C, 0x200D}          # the deviations, which non-transitional processing keeps
SEPARATORS = {0x3002, 0xFF0E, 0xFF61}                      # read as full stops
IGNORABLE = {0x00AD, 0x034F, 0x180B, 0x180C, 0x180D, 0x180F, 0x200B, 0x2060, 0x2064, 0xFEFF,
             *range(0xFE00, 0xFE10), *range(0x1BCA0, 0x1BCA4), *range(0xE0100, 0xE01F0)}
EXCEPTIONS = {0x04C0, 0x1806, 0x2132, 0x2183, 0x2260, 0x226E, 0x226F, 0xFE12, 0xFFFC, 0xFFFD,
              0x2F868, 0x2F874, 0x2F91F, 0x2F95F, 0x2F9BF, *range(0x10A0, 0x10C6), *range(0x2FF0, 0x2FFC)}
PLAIN = set("-abcdefghijklmnopqrstuvwxyz0123456789")


def idna(code):
    if code in ALWAYS_VALID or chr(code) in PLAIN:
        return VALID
    if code in SEPARATORS or 0x41 <= code <= 0x5A:
        return MAPPED
    if code in IGNORABLE:
        return IGNORED
    result = folded_to.get(code, chr(code))
    if code < 0x80 or code in EXCEPTIONS or not result:
        return DISALLOWED
    if any(ord(one) < 0x80 and one not in PLAIN for one in result):
        return DISALLOWED
    if result != chr(code):
        return MAPPED
    return DISALLOWED if category[code][0] in "CZ" else VALID


# --- the sections ---------------------------------------------------------------------------------------------------------

def decompose(text, tables):
    for table in tables:
        if len(text) == 1 and ord(text) in table:
            return "".join(decompose(one, tables) for one in table[ord(text)])
    return text if len(text) == 1 else "".join(decompose(one, tables) for one in text)


texts, places = [], {}


def place(text):
    units = text.encode("utf-16-le")
    if units not in places:
        places[units] = sum(len(one) for one in texts) // 2
        texts.append(units)
    return places[units] << 8 | len(units) // 2


def mapping(table):
    return b"".join(struct.pack("<II", code, place(text)) for code, text in sorted(table.items()))


full_canonical = {code: decompose(chr(code), [canonical]) for code in canonical}
full_compatible = {code: decompose(chr(code), [canonical, compatible]) for code in {**canonical, **compatible}}
full_compatible = {code: text for code, text in full_compatible.items() if full_canonical.get(code) != text}
pairs = sorted((ord(text[0]), ord(text[1]), code) for code, text in canonical.items() if len(text) == 2 and code not in excluded)

numbers, trait_of = {}, bytearray()
for code in range(COUNT):
    traits = (combining[code] | BIDI.index(bidi[code]) << 8 | JOINING.index(joining[code]) << 12
              | (category[code][0] == "M") << 15 | idna(code) << 16)
    trait_of.append(numbers.setdefault(traits, len(numbers)))
blocks, index = {}, bytearray()
for start in range(0, COUNT, BLOCK):
    index.append(blocks.setdefault(bytes(trait_of[start:start + BLOCK]), len(blocks)))

sections = [bytes(index), b"".join(blocks), b"".join(struct.pack("<I", one) for one in numbers),
            mapping(full_canonical), mapping(full_compatible), mapping(folding),
            b"".join(struct.pack("<III", *pair) for pair in pairs), b"".join(texts)]
starts, end = [], 4 * len(sections)
for section in sections:
    section_padding = -end % 4
    starts.append(end + section_padding)
    end = starts[-1] + len(section)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "unicode.tables"), "wb") as out:
    out.write(struct.pack(f"<{len(starts)}I", *starts))
    for start, section in zip(starts, sections):
        out.write(b"\0" * (start - out.tell()) + section)
print(f"{end} octets, {len(numbers)} traits, {len(blocks)} blocks")
