"""Values within Markdown are nothing but themselves."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from slo_compiler.emitters.runbooks import markdown


def shown(source: str) -> str:
    """What a reader sees of a paragraph, in which there must be nothing but text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for token in inline for child in token.children or ()}
    assert kinds <= {"text", "text_special", "entity"}, kinds
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return "".join(child.content for token in inline for child in token.children or ())


@pytest.mark.parametrize(
    "text",
    [
        "1.44% and 2) not 3.",
        "1. not a list",
        "1) not a list",
        "- not a list",
        "+ not a list",
        "# not a heading",
        "## not a heading",
        "> not a quotation",
        "=== not an underline",
        "--- not a rule",
        "***",
        "a_b_c _d_ __e__",
        "`code` ```",
        "[link](https://example.com) ![image](x)",
        "<b>bold</b> &amp; &lt;",
        "a | b",
        r"\*back\slashes\\",
        "~~struck~~",
    ],
)
def test_text_is_shown_as_it_is(text: str) -> None:
    assert text == shown(markdown.text(text))


def test_lines_of_a_text_become_one() -> None:
    assert "a b c" == markdown.text(" a\n b\t\tc ")


@pytest.mark.parametrize("value", ["plain", "with ` one", "``two``", "`", 'up{a=~"b|c"}'])
def test_code_is_shown_as_it_is(value: str) -> None:
    (_, inline, _) = MarkdownIt("commonmark").parse(markdown.code(value))
    assert [("code_inline", value)] == [(child.type, child.content) for child in inline.children or ()]


@pytest.mark.parametrize(
    "value", ["up", "a\n+ b", 'label_replace(up, "a", `b```c`, "d", "e")', "```", "````\n"]
)
def test_a_block_of_code_is_shown_as_it_is(value: str) -> None:
    (block,) = MarkdownIt("commonmark").parse(markdown.fenced(value, "promql"))
    assert ("fence", "promql", value + "\n") == (block.type, block.info, block.content)


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("https://example.com/a(b)", "https://example.com/a%28b%29"),
        ("https://example.com/<b>", "https://example.com/%3Cb%3E"),
    ],
)
def test_a_link_leads_where_it_says(url: str, href: str) -> None:
    (_, inline, _) = MarkdownIt("commonmark").parse(markdown.link("a [title]", url))
    children = list(inline.children or ())
    opened, inner = children[0], children[1:-1]
    assert href == opened.attrs["href"]
    assert "a [title]" == "".join(child.content for child in inner)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.com", "https://a b"])
def test_what_is_no_link_of_the_web_is_its_title(url: str) -> None:
    assert "title" == markdown.link("title", url)
