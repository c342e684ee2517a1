"""One step's loss, and which optimiser takes which weight."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.training.batches import BatchMaker, BatchOptions
from SAMSegmenterLib.models.training.decoding import set_input_size
from SAMSegmenterLib.models.training.muon import Muon
from SAMSegmenterLib.models.training.step import make_optimizers, step_loss
from support.tiny_training import OPTIONS, tiny_sam


def computed(prompts=True, crutch=0.0, grouping_weight=0.5):
    sam = tiny_sam().train()
    set_input_size(sam, 64)
    rng = np.random.default_rng(3)
    batch = BatchMaker([], BatchOptions(images=2, objects_per_image=2)).draw(64, rng)
    return sam, *step_loss(sam, batch, crutch, rng, grouping_weight, prompts)


def test_every_round_is_in_the_record_and_in_the_loss():
    sam, loss, record = computed()
    assert set(record) == {"grouping"} | {
        f"{name}_{part}" for name in ("box", "point", "clicks") for part in ("mask", "iou")
    }
    loss.backward()
    untouched = [name for name, p in sam.named_parameters() if p.requires_grad and p.grad is None]
    assert not [name for name in untouched if not name.startswith("prompt_encoder")]
    assert torch.isfinite(loss) and float(loss.detach()) > record["box_mask"]


def test_a_step_without_prompts_has_the_grouping_loss_alone():
    sam, loss, record = computed(prompts=False)
    assert set(record) == {"grouping"} and float(loss.detach()) == pytest.approx(record["grouping"], abs=1e-4)
    loss.backward()
    assert sam.image_encoder.stem[0].weight.grad.abs().sum() > 0
    assert sam.mask_decoder.iou_token.weight.grad is None


def test_the_grouping_loss_has_its_weight():
    (_, light, record), (_, heavy, _) = computed(grouping_weight=0.0), computed(grouping_weight=2.0)
    assert float((heavy - light).detach()) == pytest.approx(2 * record["grouping"], abs=1e-3)


def test_matrices_and_kernels_go_to_muon_and_vectors_to_adamw():
    sam = tiny_sam()
    muon, adamw = make_optimizers(sam, OPTIONS)
    names = {id(parameter): name for name, parameter in sam.named_parameters()}
    taken, others = ([names[id(p)] for group in each.param_groups for p in group["params"]] for each in (muon, adamw))
    assert isinstance(muon, Muon) and isinstance(adamw, torch.optim.AdamW)
    assert "image_encoder.stem.0.weight" in taken and "mask_decoder.transformer.layers.0.mlp.lin1.weight" in taken
    assert all(dict(sam.named_parameters())[name].ndim >= 2 for name in taken)
    assert "mask_decoder.iou_token.weight" in others and any(name.endswith("bias") for name in others)
    assert not set(taken) & set(others)
    assert set(taken) | set(others) == {name for name, p in sam.named_parameters() if p.requires_grad}
    assert adamw.param_groups[0]["weight_decay"] == 0 and muon.param_groups[0]["weight_decay"] == OPTIONS.weight_decay
