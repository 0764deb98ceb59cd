"""Whom to ask next: the criterion against dense formulas, the greedy choice, its errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, ndtr

from latentnet import LatentPositionModel, Network, next_interviews
from latentnet.datasets import load_sampson
from latentnet.effects import Reciprocity
from latentnet.families import Bernoulli
from latentnet.study.information import Everything, Others, Targets
from latentnet.study.next_interviews import _CrossedRows, _named, _Rows
from tests.study.studies import centres, fit, observed, study


class FakeAnswers:
    """Answers with a few dyads each, of draws that are all there is."""

    def __init__(self, rng: np.random.Generator, n_actors: int = 5, n_draws: int = 400) -> None:
        self.n_draws = n_draws
        self.hidden = rng.standard_normal((n_draws, 3))
        self.x = {i: self._of(rng, i) for i in range(n_actors)}

    def _of(self, rng: np.random.Generator, i: int) -> np.ndarray:
        x = self.hidden @ rng.standard_normal((3, 4)) * (1 + i) + 0.3 * rng.standard_normal((self.n_draws, 4))
        return np.asarray((x - x.mean(axis=0)) * 0.3 / np.sqrt(self.n_draws - 1))

    def scaled(self, actor: int, without: list[int]) -> np.ndarray:
        return self.x[actor]


def log_det(answers: FakeAnswers, actors: list[int]) -> float:
    """½ log det(I + X' X), in the space of the dyads."""
    x = np.concatenate([answers.x[i] for i in actors], axis=1)
    return 0.5 * float(np.linalg.slogdet(np.eye(x.shape[1]) + x.T @ x)[1])


def test_information_and_choice_are_those_of_the_dense_formula() -> None:
    answers = FakeAnswers(np.random.default_rng(1))
    criterion = Everything(answers)
    chosen: list[int] = []
    total = 0.0
    for _ in range(4):
        left = [i for i in range(5) if i not in chosen]
        best, gain = criterion.best(left)
        expected = {i: log_det(answers, [*chosen, i]) for i in left}
        assert best == max(expected, key=lambda i: expected[i])
        total += gain
        criterion.add(best)
        chosen.append(best)
        assert total == pytest.approx(log_det(answers, chosen))


def conditional(answers: FakeAnswers, actors: list[int], target: np.ndarray) -> tuple[float, float]:
    """Information about a jointly normal target by the covariance of answers and target; what chance explains."""
    t = (target - target.mean(axis=0)) / np.sqrt(answers.n_draws - 1)
    x = np.concatenate([answers.x[i] for i in actors], axis=1)
    noisy = np.eye(x.shape[1]) + x.T @ x
    after = t.T @ t - t.T @ x @ np.linalg.solve(noisy, x.T @ t)
    ratio = np.linalg.slogdet(t.T @ t)[1] - np.linalg.slogdet(after)[1]
    freedom = np.trace(np.linalg.solve(noisy, x.T @ x)) / (answers.n_draws - 1)
    return 0.5 * float(ratio), 0.5 * t.shape[1] * float(np.log1p(-freedom))


def test_information_about_targets_is_that_of_the_dense_formula() -> None:
    rng = np.random.default_rng(2)
    answers = FakeAnswers(rng)
    targets = [answers.hidden[:, :2] * (1 + j) + rng.standard_normal((400, 2)) for j in range(5)]
    criterion = Targets(answers, targets)
    chosen: list[int] = []
    told = 0.0
    for _ in range(3):
        left = [i for i in range(5) if i not in chosen]
        best, gain = criterion.best(left)
        gains = {i: sum(sum(conditional(answers, [*chosen, i], target)) for target in targets) - told for i in left}
        assert best == max(gains, key=lambda i: gains[i])
        assert gain == pytest.approx(gains[best], rel=1e-6)
        criterion.add(best)
        chosen.append(best)
        told += gains[best]


class FakeCrossed:
    """Answers of 6 actors whose probabilities are given: [actor, draw of the asked, about whom, draw of that one]."""

    n_actors, n_others = 6, 5

    def __init__(self, rng: np.random.Generator, n_asked: int) -> None:
        self.n_asked = n_asked
        one = rng.uniform(0.02, 0.98, (6, 2, 6, 5))
        self.p = np.tile(one.astype(np.float32), (1, n_asked // 2, 1, 1))  # two different draws, many times

    def crossed(self, actor: int, without: list[int]) -> tuple[np.ndarray, np.ndarray]:
        partners = np.delete(np.arange(6), actor)
        return partners, self.p[actor][:, partners]


def about_others(answers: FakeCrossed, actors: list[int]) -> np.ndarray:
    """I(Y_Sj; z_j | z_S) of each j by all outcomes of the answers, one at a time."""
    told = np.zeros(6)
    for draw in range(2):
        for j in range(6):
            asked = [i for i in actors if i != j]
            for said in itertools.product([0, 1], repeat=len(asked)):
                likelihood = np.ones(5)
                for i, yes in zip(asked, said, strict=True):
                    p = answers.p[i, draw, j]
                    likelihood = likelihood * (p if yes else 1.0 - p)
                told[j] += 0.5 * np.mean(likelihood * np.log(likelihood / likelihood.mean()))
    return told


def test_information_about_others_is_that_of_all_outcomes() -> None:
    """The first is exact, the second within 5 % as its outcomes are simulated: over 4 of its standard errors."""
    answers = FakeCrossed(np.random.default_rng(6), 20_000)
    criterion = Others(answers)
    first, gain = criterion.best(list(range(6)))
    alone = {i: np.delete(about_others(answers, [i]), i).sum() for i in range(6)}
    assert first == max(alone, key=lambda i: alone[i])
    assert gain == pytest.approx(alone[first], rel=1e-4)
    criterion.add(first)
    before = about_others(answers, [first])
    for second in set(range(6)) - {first}:
        added = np.delete(about_others(answers, [first, second]) - before, [first, second]).sum()
        assert criterion._gain(second) == pytest.approx(added, rel=0.05)
        assert criterion._gain(second) < np.delete(about_others(answers, [second]), second).sum()


def test_answers_cross_the_actors_position_with_those_of_the_others() -> None:
    model = study()
    rows = _CrossedRows(model)
    partners, p = rows.crossed(4, [])
    assert partners.tolist() == [j for j in range(40) if j != 4]
    pooled = model.draws_.positions.reshape(-1, 40, model.draws_.n_dims)
    intercept = model.draws_.variables["intercept"].reshape(-1)
    s, t = 7, 30
    asked, others = rows._asked[s], rows._others[t]
    for column, j in enumerate(partners):
        distance = np.linalg.norm(pooled[asked, 4] - pooled[others, j])
        assert p[s, column, t] == pytest.approx(expit(intercept[asked] - distance))


def _reciprocal(eta: np.ndarray, back: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """P(a tie) whatever the one back is: the four outcomes of a pair, summed up."""
    one, other, both = np.exp(eta), np.exp(back), np.exp(eta + back + rho)
    return np.asarray((one + both) / (1.0 + one + other + both))


@pytest.mark.parametrize("what", ["probit", "cloglog", "reciprocity"])
def test_answers_have_the_probability_of_the_models_own_family(what: str) -> None:
    rng = np.random.default_rng(8)
    network = observed(centres(2, 1.5)[np.arange(12) % 2] + rng.standard_normal((12, 2)), 6, rng)
    link = "logit" if what == "reciprocity" else what
    effects = [Reciprocity()] if what == "reciprocity" else []
    model = fit(network, n_clusters=None, n_draws=60, family=Bernoulli(link), effects=effects)
    actor = int(np.flatnonzero(~network.observed.asked)[0])
    others = np.delete(np.arange(12), actor)
    there, back = ([(actor, int(j)) for j in others], [(int(j), actor) for j in others])
    eta, of_back = (model.linear_predictor(pairs, draws=True).reshape(-1, 11) for pairs in (there, back))
    if what == "reciprocity":
        rho = model.draws_.pooled[:, model.draws_.coefficient_indices[-1], None]
        assert np.abs(rho).mean() > 0.3  # else nothing would be told apart
        p = _reciprocal(eta, of_back, rho)
    else:
        p = ndtr(eta) if what == "probit" else 1.0 - np.exp(-np.exp(eta))
    rows = _Rows(model, np.arange(len(p)))
    noise = (p * (1.0 - p)).mean(axis=0) * (len(p) - 1)
    np.testing.assert_allclose(rows.scaled(actor, []), (p - p.mean(axis=0)) / np.sqrt(noise), rtol=1e-9, atol=1e-12)
    crossed = _CrossedRows(model)
    partners, found = crossed.crossed(actor, [])
    same = [(s, t) for s, i in enumerate(crossed._asked) for t, j in enumerate(crossed._others) if i == j]
    assert partners.tolist() == others.tolist()
    assert same  # positions of the asked and of the others are of one draw there
    for s, t in same:
        np.testing.assert_allclose(found[s, :, t], p[crossed._asked[s]], rtol=1e-5)


def test_a_cap_bounds_the_names_that_are_expected() -> None:
    p = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.1]])
    assert _named(p, 2).sum(axis=1) == pytest.approx([2.0, 0.4])
    assert _named(p, None) is p


def test_targets_without_relation_to_the_answers_are_told_nothing() -> None:
    """A hundred unrelated targets: the mean is within 4 standard errors of 0 (false alarm 6e-5)."""
    rng = np.random.default_rng(3)
    answers = FakeAnswers(rng)
    criterion = Targets(answers, [rng.standard_normal((400, 2)) for _ in range(100)])
    told = criterion._told(*criterion._after(4))
    assert abs(told.mean()) < 4 * told.std() / 10
    assert told.std() > 0


def test_targets_that_do_not_vary_are_left_out() -> None:
    answers = FakeAnswers(np.random.default_rng(4))
    fixed = np.tile([1.0, 0.0], (400, 1))
    one = Targets(answers, [answers.hidden[:, :1]]).best([0, 1])
    assert Targets(answers, [fixed, answers.hidden[:, :1]]).best([0, 1]) == pytest.approx(one)


def test_first_choice_has_the_most_information_of_the_model() -> None:
    model = study()
    found = next_interviews(model, 3, target="everything")
    unasked = np.flatnonzero(~model.network_.observed.asked)
    information = {}
    for i in unasked:
        pairs = [(model.actors_[i], actor) for actor in np.delete(model.actors_, i)]
        p = expit(model.linear_predictor(pairs, draws=True).reshape(-1, 39))
        noise = np.sqrt((p * (1 - p)).mean(axis=0))
        matrix = np.eye(39) + np.cov(p.T) / noise[:, None] / noise
        information[model.actors_[i]] = 0.5 * np.linalg.slogdet(matrix)[1]
    best = max(information, key=lambda actor: information[actor])
    assert found.index[0] == best
    assert found["information"].iloc[0] == pytest.approx(information[best])
    assert list(found) == ["information"]
    assert found.index.name == "actor"
    assert not set(found.index) & set(model.actors_[model.network_.observed.asked])


@pytest.mark.parametrize("target", ["everything", "others", "clusters"])
def test_choice_grows_with_n_and_is_the_same_each_time(target: Any) -> None:
    short, long = next_interviews(study(), 2, target=target), next_interviews(study(), 5, target=target)
    assert long.index[:2].equals(short.index)
    assert long.index.is_unique
    assert (np.diff(long["information"], prepend=0.0) > 0).all()


def test_everyone_left_can_be_chosen() -> None:
    model = study()
    found = next_interviews(model, 28)
    assert set(found.index) == set(model.actors_[~model.network_.observed.asked])


def test_balance_spreads_the_choice() -> None:
    model = study()
    found = next_interviews(model, 6, balance="organisation")
    counts = model.network_.attributes.loc[found.index, "organisation"].value_counts()
    assert counts.tolist() == [2, 2, 2]


def test_undirected_network_with_people_not_asked() -> None:
    rng = np.random.default_rng(5)
    positions = centres(2, 2.0)[np.arange(20) % 2] + 0.6 * rng.standard_normal((20, 2))
    ties = observed(positions, 20, rng).ties.toarray()
    ties = np.triu(ties) + np.triu(ties).T
    ties[np.ix_(range(8, 20), range(8, 20))] = np.nan  # what two people who were not asked have is not known
    np.fill_diagonal(ties, 0.0)
    model = fit(Network.from_array(ties, directed=False), n_clusters=None)
    found = next_interviews(model, 12)
    assert set(found.index) == set(range(8, 20))
    # The last one has told all in the others' answers.
    assert found["information"].iloc[-1] == pytest.approx(found["information"].iloc[-2])
    assert (np.diff(found["information"]) > -1e-9).all()


def test_rows_of_a_two_mode_network_can_be_asked() -> None:
    rng = np.random.default_rng(1)
    went = (rng.random((10, 8)) < 0.4).astype(float)
    went[[3, 7]] = np.nan
    model = fit(Network.from_incidence(went, rows=list("abcdefghij")), n_clusters=None)
    assert set(next_interviews(model, 2).index) == {"d", "h"}


def test_errors_name_the_argument_and_the_fix() -> None:
    with pytest.raises(ValueError, match="every row of the network is observed"):
        next_interviews(study(n_asked=40), 2)
    for n in (0, 29, 1.5, True):
        with pytest.raises(ValueError, match="n must be an integer from 1 to 28"):
            next_interviews(study(), n)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"target must be one of 'everything', .* but is 'all'"):
        next_interviews(study(), 2, target="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="LatentClusterModel"):
        next_interviews(study(n_clusters=None), 2, target="clusters")
    plain = fit(study().network_, n_clusters=None, similarity=None)
    with pytest.raises(ValueError, match=r"'others' is about positions, .* use target='everything'"):
        next_interviews(plain, 2)
    with pytest.raises(ValueError, match="balance needs the attribute"):
        next_interviews(study(), 2, balance="sector")
    mode = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    with pytest.raises(ValueError, match="inference='mcmc'"):
        next_interviews(mode, 2)
    counts = LatentPositionModel(family="poisson").set_params(inference="map")
    counts.draws_ = mode.draws_
    with pytest.raises(ValueError, match="family='bernoulli', but the model's is 'poisson'"):
        next_interviews(counts, 2)


def test_actors_without_a_value_to_balance_are_named_if_they_can_be_chosen() -> None:
    model = study()
    if model.network_.observed.asked[5]:
        assert len(next_interviews(model, 2, balance="grade")) == 2
    else:
        with pytest.raises(ValueError, match=r"'grade' of every actor .* missing for 'person 5'"):
            next_interviews(model, 2, balance="grade")
