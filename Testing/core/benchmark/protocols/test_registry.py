from SAMBenchmarkLib.core.protocols.registry import PROTOCOLS, protocol_answers
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, SETTING_NAMES, SETTING_TEXTS
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of


def test_every_protocol_with_a_title_is_there_in_the_same_order():
    assert list(PROTOCOLS) == list(PROTOCOL_TITLES)
    assert set(SETTING_TEXTS) == {"protocols", *SETTING_NAMES}


def test_the_chosen_protocols_are_asked_and_their_time_is_taken_apart():
    mask = square((20, 20), 4, 4, 12, 12)
    model = slice_model(ScriptedPredictor(lambda said: [mask] * 3), (20, 20))
    options = protocol_options("huang-rounds", "mazurowski-modes", modes=(1, 5))
    timed = []
    found = protocol_answers(model, [target_of(mask)], options, lambda name, work: timed.append(name) or work())
    assert [answer.variant for _t, answer in found] == ["huang-rounds"] * 2 + ["mazurowski-modes"] * 2
    assert timed == ["huang-rounds"] + ["mazurowski-modes"] * 2
