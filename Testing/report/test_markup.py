from SAMBenchmarkLib.report.markup import Html, bullets, details, element, escape, join, section


def test_text_is_escaped_and_markup_is_not():
    assert element("p", "a < b & c", Html("<b>x</b>")) == "<p>a &lt; b &amp; c<b>x</b></p>"


def test_attributes_are_escaped():
    assert element("a", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;"></a>'


def test_names_of_attributes_follow_html():
    made = element("td", class_="x", aria_label="y", hidden=True, title=None, open=False)
    assert made == '<td class="x" aria-label="y" hidden></td>'


def test_void_elements_have_no_end_tag():
    assert element("img", src="#a") == '<img src="#a">'


def test_an_attribute_may_be_called_name():
    assert element("meta", name="viewport") == '<meta name="viewport">'


def test_characters_that_html_forbids_are_replaced():
    assert escape("a\x00b\x1bc\ud800d\ufffe") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert escape("line\nand\ttab") == "line\nand\ttab"


def test_missing_parts_are_left_out():
    assert join(["a", None, Html("<br>")], between=", ") == "a, <br>"


def test_parts_of_the_page_are_labelled_by_their_headings():
    assert section("x", "Title", "body") == (
        '<section id="x" aria-labelledby="x-heading"><h2 id="x-heading">Title</h2>body</section>'
    )


def test_lists_and_details():
    assert bullets(["<a>"]) == "<ul><li>&lt;a&gt;</li></ul>"
    assert details("More", "x") == "<details><summary>More</summary>x</details>"
