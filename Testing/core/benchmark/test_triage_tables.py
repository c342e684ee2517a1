import math

import numpy as np
import pytest

from SAMBenchmarkLib.core import row_batches
from SAMBenchmarkLib.core.row_batches import batches_of_rows
from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.triage import COMBINED
from SAMBenchmarkLib.core.triage_tables import TRIAGE_COLUMNS, TRIAGE_TABLES, triage_tables
from support.outcomes import a_row


def study(moved=True, count=24, **changes):
    """Objects in key order; the higher the predicted IoU and the smaller the uncertainty, the better the mask."""
    rng = np.random.default_rng(3)
    rows = []
    for case in range(4):
        for index in range(count // 4):
            dice = float(rng.uniform(0, 1))
            about = {"case_id": f"case {case}", "slice": index, "selection": "predicted_iou", "dice": dice}
            signs = {"predicted_iou": dice + rng.normal(0, 0.1), "stability": float(rng.uniform(0, 1))}
            rows.append(a_row(strategy="GrabCut", **about))
            rows.append(a_row(strategy="S2", **{**about, "dice": dice / 2}, **signs))
            rows.append(a_row(strategy="S5", **{**about, **changes}, **signs))
            if moved:
                rows.append(a_row(strategy="S5", variant="sam-u", uncertainty=1 - dice, **about))
            rows.append(a_row(strategy="S5", **{**about, "selection": "oracle", "dice": 1.0}, **signs))
    rows.append(a_row(variant=VOLUME, slice=WHOLE_VOLUME, selection="predicted_iou", case_id="case 4"))
    return rows


def tables(rows):
    return {table.name: table for table in triage_tables(batches_of_rows(rows, TRIAGE_COLUMNS))}


def records(table):
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


def test_every_sign_of_every_strategy_is_measured_over_objects_and_cases():
    found = tables(study())
    assert set(found) == set(TRIAGE_TABLES)
    keys = [(r["of"], r["strategy"], r["sign"], r["n"]) for r in records(found["triage"])]
    signs = ("predicted IoU", "stability", "agreement of moved boxes", COMBINED)
    assert keys == [
        (of, strategy, sign, n)
        for of, n in (("objects", 24), ("cases", 4))
        for strategy in ("S2", "S5")
        for sign in signs
    ]
    by_sign = {r["sign"]: r for r in records(found["triage"]) if (r["of"], r["strategy"]) == ("objects", "S5")}
    assert by_sign["agreement of moved boxes"]["auc"] == 1 and by_sign["predicted IoU"]["auc"] > 0.9
    assert by_sign["stability"]["auc"] < 0.8
    agreement = by_sign["agreement of moved boxes"]
    assert agreement["dice_kept_20"] == pytest.approx(agreement["dice_ideal_20"])
    assert agreement["dice_kept_20"] > agreement["dice_kept_0"]
    assert "4 answers only" in records(found["triage"])[-1]["note"]


def test_the_lists_begin_with_the_least_certain_and_show_no_classical_method():
    found = tables(study())
    listed = records(found["second_look"])
    assert len(listed) == 24 and {r["strategy"] for r in listed} == {"S5"}
    assert [r[COMBINED] for r in listed] == sorted(r[COMBINED] for r in listed)
    assert np.mean([r["dice_percent"] for r in listed[:8]]) < np.mean([r["dice_percent"] for r in listed[-8:]])
    cases = records(found["second_look_cases"])
    assert {r["case"] for r in cases} == {f"case {n}" for n in range(4)}


def test_an_object_without_an_answer_comes_first():
    rows = study(moved=False)
    at = next(n for n, row in enumerate(rows) if (row.strategy, row.selection, row.slice) == ("S5", "predicted_iou", 2))
    nothing = dict.fromkeys(("predicted_iou", "stability"), math.nan)
    rows[at] = type(rows[at])(**{**rows[at].__dict__, **nothing, "dice": 0.0})
    first = records(tables(rows)["second_look"])[0]
    assert (first["case"], first["slice"], first["dice_percent"]) == ("case 0", 2, 0.0)


def test_batches_may_end_anywhere(monkeypatch):
    whole = tables(study())
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 7)
    assert repr(tables(study())) == repr(whole)


def test_a_model_without_signs_and_oracle_choices_alone_give_nothing():
    rows = [a_row(slice=n, selection="predicted_iou") for n in range(6)]
    assert tables(rows) == {}
    assert tables([a_row(selection="oracle", predicted_iou=0.5)]) == {}
    assert tables([]) == {}


def test_one_object_and_constants_are_told_in_words():
    [only, *_] = records(tables([a_row(selection="predicted_iou", predicted_iou=0.5)])["triage"])
    assert "1 answer only" in only["note"] and math.isnan(only["auc"])
    same = [a_row(slice=n, selection="predicted_iou", predicted_iou=0.5, dice=n / 10) for n in range(9)]
    assert "same for all" in records(tables(same)["triage"])[0]["note"]
