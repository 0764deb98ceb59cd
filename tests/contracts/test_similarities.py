"""A similarity from outside of the library: its own start, invariance and words are taken, and nobody asks its name."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from latentnet import LatentPositionModel, Network, Priors, load, plot
from latentnet.contract import Similarity, make_problem, start_parameters
from latentnet.datasets import make_latent_network
from latentnet.effects import SIMILARITIES, Bilinear, Distance
from latentnet.families import Bernoulli
from latentnet.plot.picture import has_origin
from tests.contracts.networks import engine, quick_fit
from tests.plot.fakes import position_model

NETWORK = Network.from_array(np.ones((6, 6)) - np.eye(6), directed=True)


class Doubled(Similarity):
    """η gets 2·z_i·z_j, of which no translation is left out."""

    invariance = "orthogonal"
    add = Bilinear.add
    pull = Bilinear.pull

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.sum(first * second, axis=-1)

    def start(self, graph: Any, n_dims: int, rng: np.random.Generator) -> np.ndarray:
        return np.arange(graph.shape[0] * n_dims, dtype=float).reshape(-1, n_dims)

    def reading(self, length: float, predictor: str) -> str:
        return f"{predictor}: {length:g} from the middle"


class Fixed(Doubled):
    """The same, said to feel every map."""

    invariance = "none"


def _problem(similarity: Any, n_dims: int = 2) -> Any:
    return make_problem(NETWORK, family=Bernoulli(), similarity=similarity, n_dims=n_dims, effects=(), priors=Priors())


def test_it_starts_where_it_says() -> None:
    problem = _problem(Doubled())
    theta = start_parameters(problem, np.random.default_rng(1))
    np.testing.assert_array_equal(problem.parameters.positions(theta), np.arange(12.0).reshape(6, 2))


@pytest.mark.parametrize("similarity", [Doubled(), Fixed(), *(kind() for kind in SIMILARITIES.values())])
def test_its_invariance_is_asked_for(similarity: Similarity) -> None:
    assert _problem(similarity).invariance == similarity.invariance


def test_draws_are_moved_by_its_maps_alone() -> None:
    """Under "none" they stay where they were drawn; under "orthogonal" they keep their distances from the origin."""
    draws = {kind: quick_fit(NETWORK, engine(), similarity=kind()).draws_.positions for kind in (Doubled, Fixed)}
    lengths = [np.linalg.norm(one, axis=-1) for one in draws.values()]  # of the same draws: the seed is one
    np.testing.assert_allclose(lengths[0], lengths[1], rtol=1e-8)
    assert not np.allclose(draws[Doubled], draws[Fixed])


def test_pictures_say_its_words_and_show_its_origin() -> None:
    model = position_model(12, 2)
    model.similarity = Doubled()  # type: ignore[assignment]
    (box,) = [one for one in plot.positions(model).get_children() if one.get_gid() == "scale-bar"]
    (words,) = [text.get_text() for text in box.findobj(Text)]
    assert words.startswith("log odds of a tie: ")
    assert words.strip().endswith("from the middle")
    assert has_origin(model)
    model.similarity = "distance"
    assert not has_origin(model)
    plt.close("all")


@pytest.mark.parametrize(
    ("name", "length", "expected"),
    [
        ("distance", 2.0, "distance 2, log odds of a tie 2 lower; orientation is arbitrary"),
        ("squared_distance", 2.0, "distance 2, log odds of a tie 4 lower; orientation is arbitrary"),
        ("squared_distance", 0.5, "distance 0.5, log odds of a tie 0.25 lower; orientation is arbitrary"),
        ("bilinear", 2.0, "length 2 from the origin (+); angles and lengths matter, not the orientation"),
    ],
)
def test_words_of_the_librarys_own(name: str, length: float, expected: str) -> None:
    assert SIMILARITIES[name]().reading(length, "log odds of a tie") == expected
    assert "log odds" not in SIMILARITIES[name]().reading(length, "")


def test_it_can_be_simulated_and_compared() -> None:
    by_name = make_latent_network(20, 2, similarity="distance", random_state=1).network
    assert make_latent_network(20, 2, similarity=Distance(), random_state=1).network == by_name
    assert Distance() != Doubled()
    assert LatentPositionModel(similarity=Doubled()).get_params()["similarity"] == Doubled()


def test_a_saved_model_is_loaded_with_its_class(tmp_path: Any) -> None:
    model = quick_fit(NETWORK, engine(), similarity=Doubled())
    model.save(tmp_path / "model")
    with pytest.raises(ValueError, match="user-made class 'Doubled', which load must be given"):
        load(tmp_path / "model")
    again = load(tmp_path / "model", components=[Doubled])
    np.testing.assert_array_equal(again.positions_, model.positions_)


@pytest.mark.parametrize("wrong", [Distance, "cosine", 3, ["distance"]])
def test_what_is_no_similarity_is_refused(wrong: Any) -> None:
    hint = r"; write Distance\(\) with parentheses" if wrong is Distance else ""
    with pytest.raises(ValueError, match=rf"similarity must be one of 'distance', .*, a Similarity or None, .*{hint}$"):
        LatentPositionModel(similarity=wrong).fit(NETWORK)
