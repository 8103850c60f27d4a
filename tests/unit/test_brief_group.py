"""Papers in themes."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering

from rag.brief.group import REST, Member, average_linkage, heading, themes


def members(*tagged: dict[str, float]) -> list[Member]:
    return [Member(f"p{n:03}", tags, f"paper {n} on {' '.join(tags)}") for n, tags in enumerate(tagged)]


def vectors(count: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(count, 8)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def orthogonal(count: int) -> np.ndarray:
    return np.eye(count, dtype=np.float32)


def test_shared_tags_make_themes_and_the_rest_stands_last() -> None:
    made = themes(members({"dna": 0.7}, {"code": 0.7}, {"dna": 0.6}, {"speech": 0.7}, {"code": 0.5}), orthogonal(5))
    assert [(theme.heading, theme.places) for theme in made] == [("Code", (1, 4)), ("Dna", (0, 2)), (REST, (3,))]


def test_every_paper_is_in_one_theme() -> None:
    rng = random.Random(4)
    tagged = [{tag: rng.random() for tag in rng.sample("abcdefgh", rng.randint(0, 3))} for _ in range(120)]
    made = themes(members(*tagged), vectors(120))
    assert sorted(place for theme in made for place in theme.places) == list(range(120))
    assert len({theme.tag for theme in made}) == len(made)
    for theme in made:
        assert len(theme.places) >= 2 or theme.tag is None


def test_the_same_papers_give_the_same_themes() -> None:
    tagged = [{"a": 0.5, "b": 0.5}, {"b": 0.5, "c": 0.5}, {"a": 0.5, "c": 0.5}, {"a": 0.5}] * 10
    assert themes(members(*tagged), vectors(40)) == themes(members(*tagged), vectors(40))


def test_a_paper_without_a_theme_joins_the_one_that_it_clearly_resembles() -> None:
    near = np.array([[1, 0, 0], [0.9, 0.1, 0], [0.95, 0.05, 0], [0, 0, 1]], np.float32)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    made = themes(members({"dna": 0.7}, {"dna": 0.7}, {}, {}), near)
    assert [(theme.tag, theme.places) for theme in made] == [("dna", (0, 1, 2)), (None, (3,))]


def test_a_large_theme_is_divided_by_what_its_parts_share() -> None:
    tagged = [{"code": 0.7, "search": 0.5}] * 6 + [{"code": 0.7, "repair": 0.5}] * 6
    apart = np.repeat(np.eye(2, dtype=np.float32), 6, axis=0)
    made = themes(members(*tagged), apart)
    assert sorted(theme.places for theme in made) == [(0, 1, 2, 3, 4, 5), (6, 7, 8, 9, 10, 11)]


def test_a_preferred_tag_names_a_theme_that_two_tags_cover() -> None:
    tagged = [{"inference": 0.6, "decoding": 0.55}] * 4
    assert themes(members(*tagged), orthogonal(4))[0].tag == "inference"
    assert themes(members(*tagged), orthogonal(4), frozenset({"decoding"}))[0].tag == "decoding"


@given(st.integers(2, 30), st.integers(0, 2**32 - 1), st.data())
def test_linkage_is_that_of_scikit_learn(size: int, seed: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, size))
    points = np.random.default_rng(seed).normal(size=(size, 3))
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    theirs = AgglomerativeClustering(n_clusters=count, metric="precomputed", linkage="average").fit_predict(distance)
    ours = average_linkage(distance, count)

    def parts(labels: list[int]) -> set[frozenset[int]]:
        return {frozenset(i for i, label in enumerate(labels) if label == one) for one in labels}

    assert parts(ours) == parts(list(theirs))


def test_headings() -> None:
    assert heading("speculative decoding") == "Speculative decoding"
    assert heading("DNA, RNA and genomes") == "DNA, RNA and genomes"
    assert heading(None) == REST
