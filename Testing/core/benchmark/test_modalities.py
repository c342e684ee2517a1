import pytest

from SAMBenchmarkLib.core.modalities import MODALITIES, NOT_RECORDED, modality_codes, modality_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ct", "CT"),
        ("MR", "MRI"),
        (" t2 flair ", "T2-FLAIR"),
        ("T2_FLAIR", "T2-FLAIR"),
        ("x ray", "X-ray"),
        ("PET", "PET"),
        ("", NOT_RECORDED),
        ("  ", NOT_RECORDED),
    ],
)
def test_a_modality_has_one_spelling(text, name):
    assert modality_name(text) == name


def test_every_name_of_the_list_is_its_own_spelling():
    assert [modality_name(name) for name in MODALITIES] == list(MODALITIES)


def test_numbers_are_those_of_the_list_and_others_follow():
    codes = modality_codes(["PET", "US", "CT", "Angiography", NOT_RECORDED])
    assert codes == {"CT": 1, "US": 13, "Angiography": 19, "PET": 20}
    assert modality_codes([NOT_RECORDED]) == {}
