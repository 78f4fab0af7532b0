"""Makes documents by rule, and writes each with the oracle's judgement, one a line:

    body  what  position  code  message  requestId  others

The body and the texts are hexadecimal, "-" stands for an absent text. The last line goes to stderr.
"""

import itertools
import sys

from oracle import judge

PRINTED = bytes(range(0x20, 0x7F))
HEX = b"0123456789abcdefABCDEF"


def every_byte():
    return (bytes([value]) for value in range(256))


def quoted(inside):
    return b'"' + inside + b'"'


def numbers():
    """Every string of up to four of the bytes that numbers are made of, and longer ones."""
    for length in range(1, 5):
        for letters in itertools.product("-01.e+", repeat=length):
            yield "".join(letters).encode()
    for whole, fraction, exponent in itertools.product(
            ["0", "-0", "7", "-12", "01", "1" * 40, "--1", "+1", ""],
            ["", ".", ".0", ".5", ".25" * 9, ".-1"],
            ["", "e", "E5", "e+5", "E-05", "e+", "e" + "9" * 20, "e1.5"]):
        yield (whole + fraction + exponent).encode()
    yield from (b"0x1F", b"1_000", b"NaN", b"Infinity", b"-Infinity", b"-NaN", b"1f", b"\xef\xbc\x91")


def escapes():
    """Each byte behind a backslash; each place of \\u spoilt; surrogates in pairs and alone."""
    for byte in every_byte():
        yield quoted(b"a\\" + byte + b"z")
    for place in range(4):
        for byte in every_byte():
            if byte not in HEX or place == 3:
                digits = b"00e9"
                yield quoted(b"\\u" + digits[:place] + byte + digits[place + 1:])
    units = ["0000", "0041", "007f", "0080", "07FF", "0800", "d7ff", "D800", "dbff", "dc00", "DFFF",
             "e000", "fffd", "FFFF", "2028"]
    for first, second in itertools.product(units, repeat=2):
        yield quoted(f"\\u{first}\\u{second}".encode())
    for first, between in itertools.product(["d83d", "de00"], ["", " ", "\\n", "\\\\", "u", "\\u00e9"]):
        yield quoted(f"\\u{first}{between}\\ude00".encode())
        yield quoted(f"\\u{first}{between}".encode())
    cut = rb"\ud83d\ude00\n"
    for length in range(len(cut) + 1):
        yield b'"' + cut[:length]
        yield quoted(cut[:length])


def utf8():
    """Each first byte with following bytes from both sides of every border."""
    for first in range(0x80, 0x100):
        for second in [b"", b"\x7f", b"\x80", b"\x8f", b"\x90", b"\x9f", b"\xa0", b"\xbf", b"\xc0"]:
            yield quoted(bytes([first]) + second)
            yield quoted(b"a" + bytes([first]) + second + b"z")
    for character in "\u2027\u2028\u2029\u202a":
        yield quoted(character.encode())
    for first in [0xC3, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFC]:
        for second in [b"\x80", b"\x8f", b"\x90", b"\x9f", b"\xa0", b"\xbf"]:
            for rest in [b"\x7f", b"\x80", b"\xbf", b"\xc0", b"\x80\x80", b"\xbf\xbf", b"\x80a", b"\x80\xe2",
                         b"\x80\x80\x80", b"\xbf\xf0\x9f\x98\x80", b"\\n"]:
                yield quoted(bytes([first]) + second + rest)


def controls():
    """Each control byte, and DEL, at each end of a string and within."""
    for value in [*range(0x20), 0x7F]:
        for before, after in [(b"", b""), (b"a", b""), (b"", b"z"), (b"0123456789abcdef", b"z")]:
            yield quoted(before + bytes([value]) + after)


def borders():
    """What ends a run of plain bytes, at each offset round the widths that bytes are read by."""
    ends = [b"", b'\\"', b"\\\\", b"\\u00e9", b"\\ud83d\\ude00", b"\\q", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xf0\x9f",
            b"\x80", b"\xff", b"\x1f", b"\x00", b"\x7f", b" ", b"!", b"#", b"[", b"]"]
    for offset, end in itertools.product(range(0, 67), ends):
        run = (PRINTED * 2).translate(None, b'"\\')[:offset]
        yield quoted(run + end)
        if offset % 16 in (0, 1, 15):
            yield quoted(run + end + run)
            yield b'"' + run + end


def words():
    for word in [b"true", b"false", b"null"]:
        for length in range(len(word) + 1):
            yield word[:length]
            for byte in [b"x", b"\x00", b"E", b"\xc3", b"1", b" ", b"e"]:
                yield word[:length] + byte + word[length + 1:]
                yield word[:length] + byte
        yield from (word.upper(), word.capitalize(), word + word, b"-" + word)


def structures():
    """Every string of up to four tokens, and some of five within an array and an object."""
    tokens = [b"{", b"}", b"[", b"]", b":", b",", b'"a"', b"1"]
    for length in range(1, 5):
        for row in itertools.product(tokens, repeat=length):
            yield b"".join(row)
    for row in itertools.product(tokens, repeat=3):
        yield b"[" + b" ".join(row) + b"]"
        yield b'{"a"' + b" ".join(row) + b"}"


def depths():
    for depth in [1, 2, 31, 32, 33, 62, 63, 64, 65, 66, 70, 130]:
        for opening, closing in [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]"), (b'{"a":[', b"]}")]:
            levels = depth // (2 if len(closing) == 2 else 1)
            for inside in [b"1", b"", b'"' + b"[" * 70 + b'"']:
                yield opening * levels + inside + closing * levels
                yield opening * levels + inside + closing * (levels - 1)
                yield opening * levels + inside + closing * (levels + 1)
            yield opening * levels
            yield opening * levels + b"1" + closing * (levels - 1) + (b"}" if closing[-1:] == b"]" else b"]")
            yield (opening * levels + b"1" + closing * levels + b",") * 2 + b"1"
    yield b"[" + b",".join([b"[" * 63 + b"]" * 63] * 3) + b"]"


def spaces():
    """Each kind of white space, and what is none, in every gap."""
    gaps = b'@{@"a"@:@[@1@,@{@}@,@[@]@]@,@"b"@:@null@}@'
    kinds = [b" ", b"\t", b"\n", b"\r", b" \t\n\r" * 9, b"\v", b"\f", b"\0", b"\xa0", b"\xc2\xa0", b"\xc2\x85", b"\xe2\x80\xa8",
             b"\xef\xbb\xbf", b"//\n", b"/**/", b"#\n"]
    for kind in kinds:
        yield gaps.replace(b"@", kind)
        for gap in range(gaps.count(b"@")):
            parts = gaps.split(b"@")
            yield b"".join(parts[:gap + 1]) + kind + b"".join(parts[gap + 1:])


def values():
    for rule in [numbers, escapes, utf8, controls, borders, words, structures, depths, spaces]:
        yield from rule()


def as_values():
    """Each value naked, as an unknown member's, and as the envelope's own."""
    for value in values():
        yield value
        yield b'{"code":"A","x":' + value + b"}"
        yield b'{"code":' + value + b"}"
    for rule in [escapes, utf8, controls, borders]:
        for value in rule():
            yield b'{"code":"A",' + value + b":1}"


def bytes_in_places():
    """Each byte at every kind of place in a document."""
    places = [
        b'@{"code":"A"}', b'{@"code":"A"}', b'{"@code":"A"}', b'{"co@de":"A"}', b'{"code@":"A"}', b'{"code"@:"A"}',
        b'{"code":@"A"}', b'{"code":"@"}', b'{"code":"A@"}', b'{"code":"0123456789abcdef@0123456789abcdef"}', b'{"code":"A"@}',
        b'{"code":"A"}@', b'{"code":"A",@"x":1}', b'{"code":"A","x":1@}', b'{"code":"A","x":@1}', b'{"code":"A","x":-@1}',
        b'{"code":"A","x":1.@0}', b'{"code":"A","x":1e@0}', b'{"code":"A","x":1e+@0}', b'{"code":"A","x":0@}',
        b'{"code":"A","x":t@ue}', b'{"code":"A","x":[@]}', b'{"code":"A","x":[1@]}', b'{"code":"A","x":[1,@]}',
        b'{"code":"A","x":{@}}', b'{"code":"A","x":[]@}', b'{"code":"A\\@"}', b'{"code":"A\\u00@9"}', b'\xef@\xbf{"code":"A"}',
        b'\xef\xbb@{"code":"A"}', b'\xef\xbb\xbf@{"code":"A"}', b'{"code":"A","x":"@', b'{"code":@', b'@', b' @',
    ]
    for place in places:
        for byte in every_byte():
            yield place.replace(b"@", byte)


def members():
    """Names and values of every kind, alone, beside a code, and twice."""
    names = ["code", "message", "requestId", "requestID", "request_id", "\\u0063ode", "\\u0072equest\\u005fid", "Code",
             "code ", "cod", "code\\u0000", "", "requestid", "message\\n", "requestIx", "messagE", "request_iD", "\\u006d\\u0065\\u0073\\u0073\\u0061\\u0067\\u0065"]
    kinds = ['"A"', '""', "1", "-0.5e3", "null", "true", "false", "[]", "{}", '["A"]', '{"code":"B"}', '"\\u0000"', '"\\ud800"']
    for name, value in itertools.product(names, kinds):
        yield f'{{"{name}":{value}}}'.encode()
        yield f'{{"code":"C","{name}":{value}}}'.encode()
        yield f'{{"{name}":{value},"code":"C"}}'.encode()
    for first, second in itertools.product(names, repeat=2):
        for one, other in [('"A"', '"B"'), ("null", "null"), ("[1]", '"B"'), ('"A"', "{}")]:
            yield f'{{"{first}":{one},"x":0,"{second}":{other},"code":"C"}}'.encode()
    yield from (b"", b" ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"<", b"\n<html>", b"\xef\xbb\xbf<", b"\xef\xbb\xbf\xef\xbb\xbf{}",
                b"\xef", b"\xef\xbb")


def main():
    seen = set()
    for body in itertools.chain(as_values(), bytes_in_places(), members()):
        if body in seen:
            continue
        seen.add(body)
        what, position, texts, others = judge(body)
        shown = ["-" if text is None else text.hex() for text in texts or [None] * 3]
        print(body.hex(), what, position, *shown, int(others), sep="\t")


if __name__ == "__main__":
    sys.exit(main())
