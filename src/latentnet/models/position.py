"""The latent position model."""

from __future__ import annotations

from latentnet.models.base import LatentModel

__all__ = ["LatentPositionModel"]


class LatentPositionModel(LatentModel):
    """Latent position model of a network (Hoff, Raftery & Handcock 2002).

    The closer two actors are in the latent space, the likelier they are tied: with the defaults

        logit P(Y_ij = 1) = intercept − ‖z_i − z_j‖,     z_i ~ N(0, σ² I).

    Parameters
    ----------
    n_dims : int or "auto"
        Dimensions of the latent space. "auto" infers the number by MCMC: the evidence for each one up to `most_dims`,
        by paths on which a dimension is narrowed to nothing (Bennett 1976; Crooks 2000), with a prior of positions
        that is the same for all (`Priors`); then the model is fitted with the most probable one. In sparse networks it
        often cannot tell: of 8 simulated with three dimensions at density 0.14, it was right in 4.
    most_dims : int
        The largest number that "auto" considers.
    similarity : {"distance", "squared_distance", "bilinear"}, Similarity or None
        What the space adds to the linear predictor: −‖z_i − z_j‖, −‖z_i − z_j‖², z_i·z_j, or nothing.
    family : str or Family
        Distribution of a tie given its linear predictor.
    effects : sequence of Effect
        Further terms, from `latentnet.effects`. The intercept is there unless `NoIntercept` is among them.
    layers : {"shared", "around"}
        Where several kinds of ties are fitted (`Layers`): whether all have the common positions, or each has positions
        of its own around these, z_i^l ~ N(z_i, τ_l² I), with τ_l learned. Then `positions_` are posterior means of the
        common ones, and ``layer(name).positions_`` of a layer's own.
    priors : Priors or None
        None: the defaults, which are those of R's ``latentnet``.
    inference : {"mcmc", "map", "variational", "auto"} or engine
        How to fit: `MCMC(...)` draws from the posterior, `MAP(...)` finds its mode, `Variational(...)` approximates it
        by Gaussians. "auto" takes "mcmc" up to 1,000 actors, beyond that "variational", or "map" for models that this
        is not for; it says so, and `inference_` keeps it.
    random_state : None, int, SeedSequence, Generator or RandomState
        The same integer gives the same draws, to the bit, whatever the number of threads; only the one process that
        compiles the kernels, at the first fit ever, may differ from later ones in the last bit.

    Attributes
    ----------
    positions_ : ndarray of shape (n_actors, n_dims)
        Minimum Kullback–Leibler positions under MCMC, or the mean of the draws' where the likelihood was approximated
        or there are over 2,000 actors, the mode under MAP; on principal axes, centred where the similarity does not
        feel a translation.
    posterior_ : arviz.InferenceData (ArviZ 0.x) or xarray.DataTree (1.x)
        Draws with positions aligned.
    intercept_ : float
        Posterior mean; 0.0 without an intercept.
    coefficients_ : pandas.Series
        Posterior means by name, without the intercept.
    draws_ : Draws
        The draws as arrays.
    thin_ : int
        One of how many draws was kept: more than one where chains ran on until they agreed.
    converged_ : bool
        Whether `diagnose` finds no problem.
    actors_ : ndarray of shape (n_actors,)
        Labels, in the order of the input.
    n_actors_ : int
    network_ : Network
        What was fitted.
    likelihood_ : pandas.Series
        Whether the likelihood was exact or approximated, and with what errors.
    priors_ : Priors
        What was used, every number resolved.

    n_dims_ : int
        `n_dims`, or the most probable number under "auto".
    n_dims_probabilities_ : pandas.Series
        Posterior of the number of dimensions.
    n_dims_evidence_ : pandas.DataFrame
        The same with the log evidence and its standard error.

    References
    ----------
    Hoff, P. D., Raftery, A. E. & Handcock, M. S. (2002). Latent space approaches to social network analysis. JASA 97,
    1090–1098.
    Bennett, C. H. (1976). Efficient estimation of free energy differences from Monte Carlo data. Journal of
    Computational Physics 22, 245–268.
    Crooks, G. E. (2000). Path-ensemble averages in systems driven far from equilibrium. Physical Review E 61,
    2361–2366.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
    >>> model.positions_.shape
    (18, 2)
    >>> bool(1.5 < model.intercept_ < 3.0)
    True
    """
