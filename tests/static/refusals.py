"""The sentences with which the server refuses, as it sends them: places are {a}, {b} in their order."""

import re

from repository import SOURCE

CALL = re.compile(r"\b(?:lab_refuse|reply_problem|refuse|error_set|access_require_presenter)\s*\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
LITERALS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+')
NUMBER = re.compile(r'"\s*PRI\w+(\s*")?')
CONVERSION = re.compile(r"%(?:%|[-+ #0-9.*hlzjt]*[a-zA-Z])")


def named(format_):
    """A printf format with named places, as server/base/sentence.c names them."""
    count = 0

    def place(match):
        nonlocal count
        if match.group() == "%%":
            return "%"
        count += 1
        return "{" + chr(ord("a") + count - 1) + "}"
    return CONVERSION.sub(place, format_)


def texts(source):
    """Each text of a piece of C, its parts put together."""
    whole = NUMBER.sub(lambda number: "lu" if number.group(1) else 'lu"', source)
    for match in LITERALS.finditer(whole):
        text = "".join(LITERAL.findall(match.group()))
        yield named(text.replace('\\"', '"').replace("\\\\", "\\"))


def arguments(source, begin):
    """What stands between the parenthesis that opens just before `begin` and the one that closes it."""
    depth, at = 1, begin
    while depth > 0:
        if source[at] == '"':
            at = LITERAL.match(source, at).end()
            continue
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
    return source[begin:at - 1]


def refusals(path):
    """The sentences of one file."""
    source = path.read_text()
    for call in CALL.finditer(source):
        yield from list(texts(arguments(source, call.end())))[:1]


def all_texts():
    """Every text of the rooms whose refusals a page can get."""
    return {text for room in ("http", "lab", "store") for path in (SOURCE / "server" / room).glob("*.c")
            for text in texts(path.read_text())}
