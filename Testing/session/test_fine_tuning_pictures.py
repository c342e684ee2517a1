"""Which objects are shown."""

from SAMBenchmarkLib.session.fine_tuning_pictures import choose_objects
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore


def scores(*values):
    return [ObjectScore("a", 0, value, value) for value in values]


def test_the_largest_gain_the_median_the_largest_loss_and_the_worst_are_shown():
    before, after = scores(0.5, 0.5, 0.5, 0.9, 0.1), scores(0.9, 0.6, 0.55, 0.7, 0.2)
    assert choose_objects(before, after) == {
        "largest gain": 0,
        "median change": 1,
        "largest loss": 3,
        "lowest DICE after": 4,
    }


def test_no_object_is_shown_twice():
    assert choose_objects(scores(0.5), scores(0.7)) == {"largest gain": 0}
    assert choose_objects(scores(0.5, 0.5), scores(0.7, 0.4)) == {"largest gain": 0, "largest loss": 1}


def test_titles_say_when_all_gained_or_all_lost():
    assert "smallest gain" in choose_objects(scores(0.5, 0.5, 0.1), scores(0.7, 0.6, 0.5))
    assert next(iter(choose_objects(scores(0.5, 0.5), scores(0.4, 0.1)))) == "smallest loss"
