"""Every registered embedding keeps order, length and meaning enough to tell texts apart."""

import numpy as np
import psutil
import pytest

from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Embeddings, Vectors
from clonememoria.providers.registry import VENDORS

every_embedding = pytest.mark.parametrize("name", [v.name for v in VENDORS["embeddings"]])

TEXTS = ("the cat sat on the mat", "a cat is sitting on that mat", "quarterly tax returns")


async def embed(embeddings: Embeddings, *texts: str) -> Vectors:
    return await embeddings.embed(texts, model=embeddings.default_model)


@every_embedding
async def test_rows_are_float32_of_length_one(providers: Providers, name: str) -> None:
    vectors = await embed(providers.embeddings(name), *TEXTS)

    assert vectors.shape[0] == len(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


@every_embedding
async def test_texts_that_share_words_are_nearer(providers: Providers, name: str) -> None:
    cat, other_cat, tax = await embed(providers.embeddings(name), *TEXTS)

    assert cat @ other_cat > cat @ tax + 0.2


@every_embedding
async def test_the_order_of_the_texts_is_kept(providers: Providers, name: str) -> None:
    embeddings = providers.embeddings(name)
    texts = [f"text number {n}" for n in range(2 * embeddings.batch_size + 7)]

    together = await embed(embeddings, *texts)
    alone = await embed(embeddings, texts[-1], texts[0])

    assert together[-1] == pytest.approx(alone[0], abs=1e-6)
    assert together[0] == pytest.approx(alone[1], abs=1e-6)


@every_embedding
async def test_a_text_without_content_gives_a_zero_row(providers: Providers, name: str) -> None:
    empty, full, blank = await embed(providers.embeddings(name), "", "tea", " \n")

    assert not empty.any()
    assert not blank.any()
    assert full.any()


@every_embedding
async def test_no_texts_give_no_rows(providers: Providers, name: str) -> None:
    assert len(await embed(providers.embeddings(name))) == 0


@every_embedding
@pytest.mark.parametrize(
    "text", ["寺院的历史", "คำถามเกี่ยวกับชา", "İstanbul'da çay", "\ud800", "\x00 tea"]
)
async def test_any_script_and_any_code_point_has_a_vector(
    providers: Providers, name: str, text: str
) -> None:
    (vector,) = await embed(providers.embeddings(name), text)

    assert np.isfinite(vector).all()


@every_embedding
async def test_the_default_model_is_offered_first(providers: Providers, name: str) -> None:
    embeddings = providers.embeddings(name)

    assert (await embeddings.models())[0] == embeddings.default_model


async def test_many_texts_outlast_the_process_that_hashes_them(providers: Providers) -> None:
    dummy = providers.embeddings("dummy")
    texts = [*(f"text number {n}" for n in range(100)), "\ud800"]
    before = await embed(dummy, *texts)
    for child in psutil.Process().children():
        if any("hashing_child" in part for part in child.cmdline()):
            child.kill()
            child.wait()
    assert (await embed(dummy, *texts) == before).all()
    assert before[7] == pytest.approx((await embed(dummy, texts[7]))[0], abs=1e-6)
