#!/usr/bin/python3
"""Reads one report on standard input: its tags nest, nothing in it acts, each drawing is XML with a
title and stays inside of its viewBox. Exit status 0, or 1 with what is wrong.
"""
import html.parser
import re
import sys
import xml.etree.ElementTree

VOID = {"meta", "br", "hr", "img", "link"}
KNOWN = {"html", "head", "meta", "title", "style", "body", "main", "h2", "p", "svg", "path", "rect"}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "role", "viewbox", "xmlns", "d", "x",
              "y", "width", "height", "preserveaspectratio"}


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in KNOWN, f"a tag <{tag}> that nobody wrote"
        unknown = {name for name, _ in attrs} - ATTRIBUTES
        assert not unknown, f"attributes {unknown} of <{tag}> that nobody wrote"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_comment(self, data):
        raise AssertionError("a comment that nobody wrote")


def numbers(text):
    assert re.fullmatch(r"(?:[MHVhvz]|\s|-?\d+(?:\.\d+)?(?:e-?\d+)?)*", text), f"path {text!r}"
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def check_svg(text):
    root = xml.etree.ElementTree.fromstring(text)
    assert root[0].tag.endswith("title"), "a drawing has no title"
    _, _, width, height = map(float, root.get("viewBox").split())
    for shape in root[1:]:
        values = numbers(shape.get("d", "")) + numbers(shape.get("width", ""))
        assert all(0 <= x <= max(width, height) + 1e-6 for x in values), f"out of frame: {values}"


text = sys.stdin.buffer.read().decode("utf-8")
try:
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert not checker.open, f"never closed: {checker.open}"
    drawings = re.findall(r"<svg.*?</svg>", text, re.S)
    assert drawings
    for drawing in drawings:
        check_svg(drawing)
except (AssertionError, xml.etree.ElementTree.ParseError) as wrong:
    print("# wrong:", wrong, file=sys.stderr)
    sys.exit(1)
