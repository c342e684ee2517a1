"""Values are checked as they are taken out of a text, and complaints say where they stand."""

import pytest

from SAMSegmenterLib.core.checked_json import Checked
from SAMSegmenterLib.core.errors import InputError

TEXT = '{"name": "a", "list": [{"n": 3, "x": 2.5, "on": true}, {"n": 4}], "empty": null}'


def parsed(text=TEXT):
    return Checked.parse(text, "The sheet")


def test_values_are_taken_out_by_name_and_number():
    fields = parsed().fields(("name", "list"), ("empty", "other"))
    assert sorted(fields) == ["list", "name"] and fields["name"].text() == "a"
    first, second = fields["list"].items()
    inner = first.fields(("n",), ("x", "on"))
    assert (inner["n"].whole(), inner["x"].number(), inner["on"].flag()) == (3, 2.5, True)
    assert second.fields(("n",))["n"].place == "list[1].n"
    assert Checked([1, 2.5]).numbers(2) == [1.0, 2.5] and Checked("b").choice(("a", "b")) == "b"


def test_a_byte_order_mark_is_no_fault():
    assert parsed("\ufeff" + TEXT).value["name"] == "a"


@pytest.mark.parametrize(
    ("take", "says"),
    [
        (lambda whole: whole.fields(("name",), ("list",)), "'empty' is not known"),
        (lambda whole: whole.fields(("name", "list", "empty")), "'empty' is missing"),
        (lambda whole: whole.items(), "a list is expected"),
        (lambda whole: whole.text(), "a text is expected"),
        (lambda whole: Checked([1], "a.b", "The sheet").fields(()), "wrong at a.b: an object is expected, not"),
        (lambda whole: Checked(True, "a").whole(), "whole number"),
        (lambda whole: Checked(2.0, "a").whole(), "whole number"),
        (lambda whole: Checked(-1, "a").whole(), "from 0"),
        (lambda whole: Checked(9, "a").whole(0, 8), "from 0 to 8"),
        (lambda whole: Checked(1, "a").flag(), "true or false"),
        (lambda whole: Checked(True, "a").number(), "a number"),
        (lambda whole: Checked("1", "a").number(), "a number"),
        (lambda whole: Checked(10**400, "a").number(), "too large"),
        (lambda whole: Checked([1, 2], "a").numbers(3), "3 numbers"),
        (lambda whole: Checked("c", "a").choice(("x", "y")), "none of x, y"),
    ],
)
def test_complaints_say_what_is_wrong_and_where(take, says):
    with pytest.raises(InputError, match=says):
        take(parsed())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ("[" * 100_000, "not valid JSON"),
        ("9" * 5000, "not valid JSON"),
    ],
)
def test_what_is_no_json_is_refused_in_one_sentence(text, says):
    with pytest.raises(InputError, match=f"The sheet is not valid JSON.*{says}" if "valid" not in says else says):
        parsed(text)


def test_long_values_are_cut_short_in_messages():
    with pytest.raises(InputError) as caught:
        Checked("x" * 5000, "a").whole()
    assert len(str(caught.value)) < 250
