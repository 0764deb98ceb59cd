"""Sampson's monks (files and their provenance: the folder `data`)."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from latentnet.constraints import checked
from latentnet.network import Network

__all__ = ["load_sampson", "load_sampson_waves"]

WAVES = ("wave_1", "wave_2", "wave_3")


@checked()
def load_sampson() -> Network:
    """Who liked whom among 18 novices of a monastery, over three waves.

    Returns
    -------
    Network
        18 actors, directed, 88 ties of value 1: i named j as one whom he liked in at least one of the three
        waves. The attribute `group` is the faction that Sampson described: Turks, Outcasts or Loyal.

    References
    ----------
    .. [1] S. F. Sampson, "A Novitiate in a Period of Change: An Experimental and Case Study of Social
       Relationships", Ph.D. thesis, Cornell University, 1968.
    .. [2] P. D. Hoff, A. E. Raftery and M. S. Handcock, "Latent space approaches to social network analysis",
       Journal of the American Statistical Association 97, 1090-1098, 2002.

    Examples
    --------
    >>> load_sampson()
    Network(n_actors=18, n_ties=88, directed, density=0.288, observed=all 306 dyads, attributes=['group'])
    """
    return _network(_table("sampson.csv"))


@checked()
def load_sampson_waves() -> tuple[Network, Network, Network]:
    """Who liked whom among Sampson's monks, each of the three waves by itself.

    Returns
    -------
    tuple of three Networks
        As `load_sampson`, with the ties of the first, second and third wave (55, 57 and 56 ties of value 1;
        Sampson's ranks of the choices are left out). Every actor is in every wave.

    Examples
    --------
    >>> [wave.n_ties for wave in load_sampson_waves()]
    [55, 57, 56]
    """
    ties = _table("sampson.csv")
    first, second, third = (_network(ties[ties[wave] == 1]) for wave in WAVES)
    return first, second, third


def _network(ties: pd.DataFrame) -> Network:
    attributes = _table("sampson_actors.csv").set_index("actor")
    return Network.from_edges(ties, "sender", "receiver", actors=attributes.index, directed=True, attributes=attributes)


def _table(name: str) -> pd.DataFrame:
    with files("latentnet.datasets").joinpath("data", name).open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")
