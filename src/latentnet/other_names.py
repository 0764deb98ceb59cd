"""What others call it: names of R's latentnet, scikit-learn, PyMC and networkx, and ours, for errors to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

__all__ = [
    "ATTRIBUTES",
    "PARAMETERS",
    "VALUES",
    "attribute_meant",
    "guide",
    "no_attribute",
    "parameter_meant",
    "value_meant",
]


def _by_theirs(ours: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """From ours with all of theirs, to theirs with all of ours."""
    found: dict[str, tuple[str, ...]] = {}
    for name, theirs in ours.items():
        for one in theirs.split():
            found[one] = (*found.get(one, ()), name)
    return found


# Ours, then theirs in lower case, "." as "_". What is no single name, such as "effects=[Sender()]", is told where none
# of the names is to be had.
PARAMETERS = _by_theirs(
    {
        "n_dims": "d k dim dims ndim ndims dimensions n_dimensions n_components latent_dim",
        "n_clusters": "g k groups n_groups n_blocks n_components nclusters num_clusters",
        "LatentClusterModel(n_clusters=...)": "n_clusters g groups n_groups n_blocks nclusters num_clusters",
        "random_state": "seed random_seed rng rng_key",
        "LatentPositionModel(random_state=...)": "random_state seed random_seed rng rng_key",
        "n_draws": "draws samples sample_size n_samples num_samples n_iter iter iterations niter",
        "n_networks": "nsim n_simulations n_samples num_samples n_sim draws",
        "groups": "log_likelihood posterior_predictive prior_predictive group",
        "var_names": "vars pars parameters variables",
        "n_replications": "n_simulations nsim n_replicates",
        "n_warmup": "tune burnin burn_in warmup num_warmup n_tune",
        "n_chains": "chains num_chains nchains",
        "thin": "interval thinning",
        "n_jobs": "cores threads n_cores n_threads parallel workers",
        "target_acceptance": "target_accept target_accept_prob adapt_delta target_acc_rate",
        "progress": "progressbar progress_bar verbose",
        "max_iterations": "max_iter maxiter maxit",
        "tolerance": "tol",
        "n_starts": "n_init restarts",
        "family": "distribution fam",
        "trials": "n n_trials size",
        "exposure": "offset",
        "link": "link_function",
        "similarity": "metric latent",
        "effects": "formula terms covariates",
        "effects=[Sociality()]": "rsociality sociality",
        "effects=[Sender()]": "rsender sender",
        "effects=[Receiver()]": "rreceiver receiver",
        "effects=[Homophily('...')]": "nodematch homophily",
        "effects=[DyadCovariate(matrix, name='...')]": "latentcov edgecov offset",
        "effects=[Loops()]": "loops",
        "priors": "prior",
        "priors=Priors(...)": "priors",
        "inference": "tofit method algorithm engine sampler control",
        "start": "user_start init initvals",
        "fit(network, start=...)": "start user_start init initvals",
        "align_to": "z_ref reference",
        "fit(network, align_to=...)": "align_to z_ref reference",
        "fit(network)": "network graph data x adjacency adjacency_matrix",
        "weight": "response edge_attr weights value",
        "value": "response edge_attr weights weight",
        "source": "from sender ego i tail src from_column",
        "target": "to receiver alter j head dst to_column",
        "respondent": "source sender ego from_column",
        "nominee": "target receiver alter to_column",
        "respondents": "asked informants egos",
        "max_nominations": "limit cap max_names max_degree",
        "rank": "order ranks ranking",
        "actors": "nodes nodelist node_labels vertices names labels",
        "attributes": "node_attributes vertex_attributes people attrs",
        "directed": "create_using is_directed",
        "self_ties": "loops self_loops selfloops",
        "frame": "df data table edges edgelist",
        "array": "a adj adjacency adjacency_matrix matrix data x",
        "matrix": "a array adjacency x data",
        "graph": "g network data",
        "network": "g graph data x",
        "n_actors": "n n_nodes n_vertices num_nodes",
        "ax": "axes axis",
        "color": "c colour hue node_color vertex_col col colors",
        "size": "s node_size vertex_cex cex sizes rand_eff",
        "shape": "marker node_shape vertex_sides style",
        "labels": "with_labels label annotate names",
        "name": "label",
        "title": "main suptitle",
        "clusters": "pie",
        "ties": "edges arrows",
        "path": "filename file fname",
        "probability": "prob level ci hdi_prob ci_prob credible_level",
        "level": "probability prob ci_prob",
        "model": "fit estimator est trace idata",
        "models": "compare_dict fits model",
        "statistics": "gof stats",
        "n_splits": "n_folds folds k",
        "cv": "n_folds folds n_splits",
        "grid": "param_grid params parameters",
        "attribute": "attr attrname column by name",
        "by_level": "diff",
        "reference": "base baseline levels",
        "intercept_mean": "beta_mean",
        "intercept_variance": "beta_var",
        "position_variance_scale": "z_var",
        "position_variance_df": "z_var_df",
        "cluster_mean_variance": "z_mean_var",
        "cluster_weight_concentration": "z_pk",
        "random_effect_variance_scale": "sender_var receiver_var sociality_var",
        "random_effect_variance_df": "sender_var_df receiver_var_df sociality_var_df",
    }
)

# By parameter: what to write, then their values.
VALUES = {
    parameter: {theirs: ours for ours, several in table.items() for theirs in several.split()}
    for parameter, table in {
        "family": {
            "family='bernoulli'": "bernoulli.logit bernoulli_logit logit logistic binary",
            "family=Bernoulli(link='cloglog'), from latentnet.families": "bernoulli.cloglog cloglog",
            "family=Bernoulli(link='probit'), from latentnet.families": "bernoulli.probit probit",
            "family=Binomial(trials=...), from latentnet.families": "binomial binomial.logit binomial_logit",
            "family='poisson'": "poisson.log count counts",
            "family='gaussian'": "normal normal.identity linear continuous",
            "family='negative_binomial'": "negbin nb nbinom negativebinomial",
            "family='ordinal'": "ordered cumulative ordered_logistic likert",
        },
        "inference": {
            "inference='map', priors=Priors.flat()": "mle ml",
            "inference='map'": "pmode mode posterior_mode optimize laplace",
            "inference='mcmc'": "mkl nuts hmc gibbs metropolis sample procrustes klswitch",
            "inference='variational'": "vi vb advi svi",
        },
        "similarity": {
            "similarity='distance'": "euclidean l2",
            "similarity='squared_distance'": "euclidean2 sqeuclidean squared squared_euclidean",
            "similarity='bilinear'": "dot dot_product inner_product cosine eigenmodel",
            "similarity=None": "none",
        },
        "criterion": {"criterion='loo'": "waic psis elpd_loo looic", "criterion='kfold'": "cv k-fold"},
        "statistics": {
            "statistics='in_degree'": "idegree indegree",
            "statistics='out_degree'": "odegree outdegree",
            "statistics='degree'": "degrees",
            "statistics='edgewise_shared_partners'": "esp espartners edgewise",
            "statistics='dyadwise_shared_partners'": "dsp dspartners dyadwise",
            "statistics='distance'": "geodist geodesic distances",
            "statistics='triad_census'": "triadcensus triads",
        },
        "layers": {"layers='around'": "separate own hierarchical", "layers='shared'": "common same"},
    }.items()
}

# Ours, then theirs: of models, networks and modules.
ATTRIBUTES = _by_theirs(
    {
        "positions_": "embedding_ embedding components_ z mkl latent_positions",
        "to_arviz": "sample_prior_predictive prior_predictive log_likelihood to_inference_data compute_log_likelihood",
        "coefficients_": "beta coef coef_ coefs params_",
        "posterior_": "posterior trace idata to_inference_data sample_stats inference_data samples sample mcmc",
        "labels_": "clusters clusters_ groups communities partition z_k",
        "membership_": "probabilities_ responsibilities_ z_pk",
        "labels_ of LatentClusterModel": "labels_ clusters groups communities partition z_k",
        "cluster_means_": "means_ centroids_ cluster_centers_ z_mean",
        "cluster_variances_": "covariances_ z_var",
        "cluster_weights_": "weights_",
        "fit_transform": "transform",
        "place": "transform",
        "latentnet.plot.positions(model)": "plot draw",
        "latentnet.plot.trace(model)": "plot_trace traceplot",
        "goodness_of_fit": "gof",
        "latentnet.goodness_of_fit(model)": "gof goodness_of_fit",
        "latentnet.bic(model)": "bic bic_ergmm aic",
        "latentnet.loo(model)": "loo waic",
        "latentnet.roles(model)": "roles",
        "latentnet.compare({'name': model, ...})": "compare",
        "diagnose": "diagnostics mcmc_diagnostics divergences rhat r_hat ess",
        "simulate": "sample_posterior_predictive posterior_predictive generate",
        "save": "to_netcdf to_pickle dump",
        "actors": "nodes vertices vs names",
        "actors_": "nodes nodes_ names feature_names_in_",
        "n_actors": "n_nodes number_of_nodes order vcount n",
        "n_ties": "n_edges number_of_edges ecount",
        "n_actors_": "n_nodes n_samples_ n_features_in_",
        "to_frame": "edges edges_ to_pandas to_pandas_edgelist to_dataframe",
        "network_": "graph_ network graph",
        "to_networkx": "graph to_nx",
        "directed": "is_directed",
        "attributes": "node_attributes",
        "from_edges": "from_pandas from_dataframe from_pandas_edgelist from_edgelist from_csv read_csv",
        "from_array": "from_numpy from_adjacency from_matrix from_numpy_array from_pandas_adjacency from_scipy",
        "from_networkx": "from_graph from_nx",
        "from_incidence": "from_bipartite from_biadjacency",
        "LatentPositionModel": "ergmm lpm",
        "LatentClusterModel": "ergmm lpcm",
        "load_sampson": "samplike sampson",
        "latentnet.datasets.load_sampson()": "samplike sampson load_sampson",
        "load": "load_model read",
        "Homophily": "nodematch",
        "Mixing": "nodemix",
        "AbsoluteDifference": "absdiff",
        "SenderCovariate": "sendercov nodeocov",
        "ReceiverCovariate": "receivercov nodeicov",
        "SocialityCovariate": "socialitycov nodecov",
        "DyadCovariate": "edgecov latentcov",
        "Sender": "rsender",
        "Receiver": "rreceiver",
        "Sociality": "rsociality",
        "Reciprocity": "mutual",
        "Gaussian": "normal",
        "Distance": "euclidean",
        "SquaredDistance": "euclidean2",
    }
)


def parameter_meant(name: str, names: Collection[str], elsewhere: Callable[[str], list[str]]) -> str:
    """What was meant by a parameter that there is not, such as "did you mean n_dims?", or nothing.

    Parameters
    ----------
    name : str
    names : collection of str
        The parameters that there are.
    elsewhere : callable
        How a parameter of that name is given to a part of what is called, such as "inference=MCMC(n_draws=...)".
    """
    told = PARAMETERS.get(_key(name), ())
    parts = [text for one in (name, *told) for text in elsewhere(one)]
    texts = [one for one in told if not one.isidentifier()]
    return _asked([one for one in told if one in names] or parts[:1] or _nearest(name, names) or texts)


def attribute_meant(name: str, names: Collection[str]) -> str:
    """What was meant by an attribute that there is not, or nothing, as of private ones: many look for these."""
    if name.startswith("_"):
        return ""
    told = ATTRIBUTES.get(_key(name), ())
    texts = [one for one in told if not one.isidentifier()]
    return _asked([one for one in told if one in names] or _nearest(name, names) or texts)


def guide(module: str, names: Collection[str]) -> Callable[[str], Any]:
    """What a module's `__getattr__` is: the error that says what was meant, and nothing else."""

    def absent(name: str) -> Any:
        raise no_attribute(f"module {module!r}", name, attribute_meant(name, names))

    return absent


def no_attribute(owner: str, name: str, hint: str) -> AttributeError:
    """The error for an attribute that there is not; it has its name, or Python would guess as well."""
    return AttributeError(f"{owner} has no attribute {name!r}{hint and '; ' + hint}", name=name)


def value_meant(parameter: str, value: str, choices: Collection[str]) -> str:
    """What to write for a value that a parameter does not take, or nothing."""
    found = VALUES.get(parameter, {}).get(value.lower())
    near = [f"{parameter}={one!r}" for one in _nearest(value, choices)]
    return f"write {found}" if found else _asked(near)


def _nearest(name: str, names: Collection[str]) -> list[str]:
    """The one of some names that is spelt most like it, if one is."""
    lower = {one.lower(): one for one in names}
    return [lower[one] for one in get_close_matches(name.lower(), list(lower), 1, 0.75)]


def _key(name: str) -> str:
    return name.lower().replace(".", "_")


def _asked(found: list[str]) -> str:
    return f"did you mean {' or '.join(found)}?" if found else ""
