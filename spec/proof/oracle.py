"""Says what an envelope's reader must say of a body, by Python's json module, made strict.

json alone decides what is JSON. Positions follow from that: a refusal stands at the first byte after
which no ending makes a document of what came before, so the endings are tried. Latin-1 makes one
character of each byte, whence json's positions are bytes; texts are decoded from UTF-8 one by one.
"""

import json
import re

DEPTH = 64
BLANK = " \t\n\r"
MARK = "\xef\xbb\xbf"


class Number(str):
    """A number's source."""


def _refuse(word):
    raise ValueError(word)  # NaN, Infinity and -Infinity


_decoder = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse)
_scan_string = json.decoder.scanstring


def _is_json(text):
    try:
        _decoder.decode(text)  # skips white space round the document
    except ValueError:
        return False
    return True


def _brackets(text):
    """The index and the byte of each bracket outside strings."""
    for match in re.finditer(r'"(?:[^"\\]|\\.)*(?:"|$|\\$)|[][{}]', text, re.S):
        if match.group()[0] != '"':
            yield match.start(), match.group()


def _closers(text):
    opened = []
    for _, bracket in _brackets(text):
        if bracket in "[{":
            opened.append("]" if bracket == "[" else "}")
        elif opened:
            opened.pop()
    return "".join(reversed(opened))


# What may still be missing to the token at the end, and after that to the member.
_TOKENS = [""] + ["0", "0", '""'] + ["rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l"] + [
    escape + '"' for escape in ["", "n", "u0000", "0000", "000", "00", "0"]]
_ENDINGS = [token + member for member in ["", ":0", '"":0'] for token in _TOKENS]


def _goes_on(text):
    closers = _closers(text)
    return any(_is_json(text + ending + closers) for ending in _ENDINGS)


def _dead_end(text):
    """The index of the first byte with which no document goes on; the length if there is none."""
    good, bad = 0, len(text) + 1  # as lengths of prefixes
    while bad - good > 1:
        middle = (good + bad) // 2
        if _goes_on(text[:middle]):
            good = middle
        else:
            bad = middle
    return good


def _too_deep(text):
    depth = 0
    for index, bracket in _brackets(text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            return index
    return len(text) + 1


def _text(source):
    """The text of a string or a number, in UTF-8; None for other values."""
    value = _decoder.decode(source.encode("latin-1").decode("utf-8", "replace"))
    if not isinstance(value, str):
        return None
    return re.sub("[\ud800-\udfff]", "\ufffd", value).encode("utf-8")


def _skip(text, index):
    while text[index] in BLANK:
        index += 1
    return index


def _members(text, index):
    """Of the object at the index: each name, where it is, the value's source, where that is."""
    index = _skip(text, index + 1)
    while text[index] != "}":
        name_at = index
        index = _scan_string(text, index + 1)[1]
        name = _text(text[name_at:index])
        value_at = _skip(text, _skip(text, index) + 1)
        index = _decoder.raw_decode(text, value_at)[1]
        yield name, name_at, text[value_at:index], value_at
        index = _skip(text, index)
        if text[index] == ",":
            index = _skip(text, index + 1)


_FIELDS = {b"code": 0, b"message": 1, b"requestId": 2, b"requestID": 2, b"request_id": 2}


def _envelope(text, root):
    """The three texts and whether there are others, or the index of what is at fault."""
    if text[root] != "{":
        return None, root
    fields, seen, others, fault = [None, None, None], set(), False, None
    for name, name_at, source, value_at in _members(text, root):
        field = _FIELDS.get(name)
        if field is None:
            others = True
            continue
        if field in seen and fault is None:
            fault = name_at
        seen.add(field)
        fields[field] = _text(source)
        absent = source == "null" and field != 0
        if not absent and (fields[field] is None or field == 0 and fields[field] == b""):
            fault = value_at if fault is None else fault
    if fault is None and 0 not in seen:
        fault = root
    return (fields, others), fault


def judge(body):
    """What, its position (0 for an envelope), and for an envelope (code, message, request id), others."""
    text = body.decode("latin-1")
    skipped = 0
    if text[:1] == MARK[0]:
        while skipped < 3 and text[skipped:skipped + 1] == MARK[skipped]:
            skipped += 1
        if skipped < 3:
            return "malformed", skipped + 1, None, False
    document = text[skipped:]
    start = document.lstrip(BLANK)
    root = len(document) - len(start)
    if start == "":
        return "empty", len(body) + 1, None, False
    if start[0] == "<":
        return "html", skipped + root + 1, None, False
    good = _is_json(document)
    dead, deep = len(document) + 1 if good else _dead_end(document), _too_deep(document)
    if deep <= dead and deep < len(document):
        return "too_deep", skipped + deep + 1, None, False
    if not good:
        return "malformed", skipped + dead + 1, None, False
    read, fault = _envelope(document, root)
    if fault is not None:
        return "not_envelope", skipped + fault + 1, None, False
    return "envelope", 0, read[0], read[1]
