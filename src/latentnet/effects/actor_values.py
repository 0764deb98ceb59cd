"""Parts of verbs: η gets the value of each dyad's sender, or of its receiver."""

from __future__ import annotations

from latentnet.compiled import inline_kernel
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

__all__ = ["add_covariates", "add_values", "pull_covariates", "pull_values"]

# Role 0 is the sender, 1 the receiver: the run's own actor has it where it equals RUN_SWAPPED, else the columns have.


@inline_kernel
def add_values(runs, values, first, role, eta):
    """η += the value of the dyad's sender or receiver; actor `first` has the first value."""
    for r in range(runs.shape[0]):
        start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
        row = eta[start : start + length]
        if runs[r, RUN_SWAPPED] == role:
            value = values[runs[r, RUN_ACTOR] - first]
            for p in range(row.size):
                row[p] += value
        else:
            columns = values[runs[r, RUN_COLUMN] - first :]
            for p in range(row.size):
                row[p] += columns[p]


@inline_kernel
def pull_values(runs, score, first, role, gradient):
    """Each actor's value gets the scores of the dyads that it sends, or receives."""
    for r in range(runs.shape[0]):
        start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
        force = score[start : start + length]
        if runs[r, RUN_SWAPPED] == role:
            own = score.dtype.type(0.0)
            for p in range(force.size):
                own += force[p]
            gradient[runs[r, RUN_ACTOR] - first] += own
        else:
            pulled = gradient[runs[r, RUN_COLUMN] - first :]
            for p in range(force.size):
                pulled[p] += force[p]


@inline_kernel
def add_covariates(runs, values, data, role, eta):
    """η += Σ coefficient · x of the dyad's sender or receiver; data are x (n_coefficients, n_actors)."""
    real = eta.dtype.type
    for r in range(runs.shape[0]):
        start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
        row = eta[start : start + length]
        if runs[r, RUN_SWAPPED] == role:
            own = real(0.0)
            for c in range(data.shape[0]):
                own += values[c] * real(data[c, runs[r, RUN_ACTOR]])
            for p in range(row.size):
                row[p] += own
        else:
            for c in range(data.shape[0]):
                coefficient, columns = values[c], data[c, runs[r, RUN_COLUMN] :]
                for p in range(row.size):
                    row[p] += coefficient * real(columns[p])


@inline_kernel
def pull_covariates(runs, score, data, role, gradient):
    """Each coefficient gets Σ score · x of the dyad's sender or receiver."""
    real = score.dtype.type
    for r in range(runs.shape[0]):
        start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
        force = score[start : start + length]
        total = real(0.0)
        if runs[r, RUN_SWAPPED] == role:
            for p in range(force.size):
                total += force[p]
            for c in range(data.shape[0]):
                gradient[c] += total * data[c, runs[r, RUN_ACTOR]]
        else:
            for c in range(data.shape[0]):
                columns, total = data[c, runs[r, RUN_COLUMN] :], real(0.0)
                for p in range(force.size):
                    total += force[p] * real(columns[p])
                gradient[c] += total
