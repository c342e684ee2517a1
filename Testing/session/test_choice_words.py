"""What faces offer to choose from is what sessions understand."""

from SAMSegmenterLib.core.cleanup import KEEP
from SAMSegmenterLib.core.prompt_file import MODES
from SAMSegmenterLib.session.choice_words import keep_choices, mode_choices, window_choices
from support.editing import a_desk


def test_values_are_those_of_the_session():
    assert [value for value, _name in mode_choices()] == list(MODES)
    assert [value for value, _name in keep_choices()] == list(KEEP)
    session = a_desk().session
    for value, _name in window_choices():
        session.window = value
        assert session.window == value


def test_names_are_translated():
    assert all(name.startswith("~") for _value, name in window_choices(lambda text: f"~{text}"))
