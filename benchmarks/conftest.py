"""The environment of the tests: one BLAS thread, a kernel cache named by the sources."""

from tests.environment import prepare

prepare()
