import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_score.readers.html_text import html_text
from empathy_score.readers.quoted_mail import without_quoted_mail

FIVE_MB = 5_000_000


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One.</p>\n  <p>Two.", "One.\n\nTwo."),
        ("One.<br>Two.<br/><br />\n<br>Three.", "One.\nTwo.\n\nThree."),
        ("<div>One.</div><div><br></div><div>Two.<br></div>3", "One.\n\nTwo.\n3"),
        ("We:<ul><li>pay<li>call</ul>Bye", "We:\n\npay\ncall\n\nBye"),
        ("<table><tr><td>A</td><td> b</td></tr><tr><th>C</table>", "A\nb\nC"),
        ("I&#39;m <b>so</b>\n  sorry &amp; <i>s</i>ad", "I'm so sorry & sad"),
        ("<p>a&nbsp;&nbsp;b\u00a0c\u202fd", "a b c d"),
        ("See <a href='https://x.example/?a=1'>our page</a>.", "See our page."),
        ("<p><img alt=' A  cat '><img src='x.png'><img alt=''>", "[A cat]"),
        ("<pre>one\n  two</pre>three\nfour", "one\ntwo\n\nthree four"),
        ('<div style="white-space: pre-wrap">a\nb <b>c</b></div>d\ne', "a\nb c\nd e"),
        ("<p>Sorry<br>-- <br>Ann", "Sorry\n--\nAnn"),
        ("a</p></div></td>b", "a\n\nb"),
        ("1 < 2 &lt; 3 <br> ok", "1 < 2 < 3\nok"),
        ("", ""),
        ("<frameset><frame></frameset>", ""),
    ],
)
def test_blocks_become_lines_and_entities_characters(html, text):
    assert html_text(html) == text


def test_what_a_reader_does_not_see_is_dropped():
    html = (
        "<html><head><title>t</title><style>p {}</style></head><body>"
        "<script>let a = '<p>b</p>';</script><!-- c --><![if !mso]>Hi<![endif]>"
        "<template>d</template><noscript>e</noscript></body></html>"
    )
    assert html_text(html) == "Hi"


def test_a_text_without_tags_keeps_its_lines():
    assert html_text("a\nb &amp; c < d\n\n\n\ne") == "a\nb & c < d\n\ne"


QUOTED = {
    "gmail": '<div>Yes.</div><br><div class="gmail_quote gmail_quote_container">'
    '<div class="gmail_attr">On Fri, Bo wrote:</div><blockquote>old</blockquote></div>',
    "apple": '<div>Yes.</div><blockquote type="cite"><div>On 3 May, Bo wrote:</div>old'
    "</blockquote>",
    "thunderbird": '<p>Yes.</p><div class="moz-cite-prefix">On 3 May, Bo wrote:</div>'
    '<blockquote type="cite" cite="mid:1">old</blockquote>',
    "yahoo": '<div>Yes.</div><div class="yahoo_quoted"><div>On May 3, Bo wrote:</div>'
    "<div>old</div></div>",
    "outlook-web": '<div>Yes.</div><div id="appendonsend"></div><hr>'
    '<div id="divRplyFwdMsg"><b>From:</b> Bo</div><div>old</div>',
    "outlook": '<div>Yes.</div><div><div style="border:none;border-top:solid #E1E1E1 '
    '1.0pt"><p><b>From:</b> Bo<br><b>Sent:</b> Friday</p></div></div><p>old</p>',
    "line-before": "Yes.<br>On Fri, 3 May 2024, <a>Bo</a> &lt;bo@x.example&gt; wrote:"
    "<br><blockquote>old</blockquote>",
    "wrapped-line-before": "<p>Yes.</p>On Fri, 3 May<br>Bo wrote:<blockquote>old",
    "zendesk": "<p>Yes.</p><p>##- Please type your reply above this line -##</p>old",
}


@pytest.mark.parametrize("html", QUOTED.values(), ids=QUOTED.keys())
def test_quoted_mail_is_not_the_writers(html):
    assert html_text(html) == "Yes."


def test_words_between_quotes_stay():
    html = "<blockquote>Late?</blockquote>Yes.<blockquote>Paid?</blockquote>No."
    assert html_text(html) == "Yes.\nNo."


def test_indented_words_are_the_writers():
    html = '<blockquote style="margin:0 0 0 40px; border: none;">Sorry</blockquote>'
    assert html_text(html) == "Sorry"


def test_a_rule_that_no_head_of_a_mail_follows_cuts_nothing():
    html = 'a<div style="border-top:solid #E1E1E1 1.0pt">Kind regards</div>b'
    assert html_text(html) == "a\nKind regards\nb"


def test_a_mail_of_nothing_but_quotes_is_empty():
    assert html_text("<blockquote>old</blockquote>") == ""


@pytest.mark.parametrize(
    ("piece", "tail"),
    [
        ("<p>So <b>sorry</b> &amp; sad.<br>Bye</p>\n", ""),
        ("<div>", "x"),
        ("<blockquote>", "x"),
        ("<ul><li>a", ""),
        ("<p><font color=1>x", ""),
        ("<table><tr><td>", "x"),
        ("<", ""),
        ("<a ", ""),
        ('<a b="', ""),
        ("<!--", ""),
        ("<![CDATA[", ""),
        ("</", ""),
        ("<?", ""),
        ("&", ""),
        ("<span></x>", ""),
        ("<span><div></span></div>", ""),
        ("On 3 May, x wrote:\n", ""),
        ("> \n", ""),
        ("On 3 May, x wrote:\n> x\n", ""),
        ("- _", ""),
    ],
)
def test_large_and_broken_bodies_take_time_by_their_length(piece, tail):
    def seconds(length):
        body = piece * (length // len(piece)) + tail
        begun = time.process_time()
        html_text(body)
        without_quoted_mail(body)
        return time.process_time() - begun

    # A twentieth of 5 MB; quadratic cost would already take minutes.
    assert seconds(FIVE_MB // 20) < 3


@pytest.mark.slow
def test_a_body_of_5_mb_is_read():
    said = "<p>I am <b>so</b> sorry.</p>" * (FIVE_MB // 28)
    assert html_text(said).count("I am so sorry.") == FIVE_MB // 28
    deep = "<div>" * (FIVE_MB // 11) + "x" + "</div>" * (FIVE_MB // 11)
    assert html_text(deep) == "x"


def test_a_large_body_reads_as_its_small_parts_do():
    part = (
        "<!--[if mso]><table><tr><td><![endif]--><div><p>Hi <b>An<i>n</b></i>,<br>so "
        '<span>sorry<p>Bye</div><!-- </div> --><div class="gmail_quote"><table><tr>'
        "<td>old</table></div><ul><li>one<li>two</ul>"
    )
    once = html_text(part)
    assert once == "Hi Ann,\nso sorry\n\nBye\n\none\ntwo"
    assert html_text(part * 300) == "\n\n".join([once] * 300)


def test_each_of_many_fonts_that_never_end_costs_the_same():
    html = "".join(f"<p><font color={number}>x" for number in range(20_000))
    begun = time.process_time()
    assert html_text(html).count("x") == 20_000
    assert time.process_time() - begun < 3


PIECES = (
    "<p> </p> <div> <br> <b> </b> <blockquote> </blockquote> <table> <td> <li> <pre> "
    "<!-- --> < > & &amp; &nbsp; &#0; <img/alt=x> <script> <svg> <select> <template> "
    "<frameset> On 3 wrote: so sorry . - _ \ud83d \0"
)
MARKUP = st.lists(st.sampled_from([*PIECES.split(), "\n"]), max_size=40).map(" ".join)


@given(MARKUP)
@settings(max_examples=200, deadline=None)
def test_any_markup_gives_clean_text(html):
    text = html_text(html)
    assert text == text.strip()
    assert "\0" not in text
    assert "\n\n\n" not in text
    text.encode()


def test_json_may_hold_half_a_character():
    assert html_text(json.loads('"<p>Hi \\ud83d"')) == "Hi \ufffd"
