"""Parts: functions that compiled code alone calls, made into machine code only within who calls them.

Numba optimises every function by itself, writes machine code of it and two wrappers for Python and C, and then
optimises it again within each caller. For functions that nothing else calls this was half of a first fit's time. A
part is translated once, and linked into its callers as it is; what they make is optimised once, whole.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.typed_passes import AnnotateTypes, NativeLowering

__all__ = ["PART", "Loop", "Part", "Whole"]


class _Whole(JITCodeLibrary):
    """Code that is optimised once, when all of it is there."""

    def add_llvm_module(self, module: Any) -> None:
        """Take a translated function as it is."""
        module.data_layout = self._codegen._data_layout
        self._final_module.link_in(module)


class _Linked(_Whole):
    """Code that is not optimised, nor ever run from here."""

    def finalize(self) -> None:
        """Link what this calls, and leave the rest to the caller."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """None: there is no machine code."""
        return 0


class _Loop(_Linked):
    """Code that is optimised by itself first: inlined before that, loops of inner kernels took a quarter longer."""

    def add_llvm_module(self, module: Any) -> None:
        """Take a translated function, simplified."""
        self._optimize_functions(module)
        self._final_module.link_in(module)

    def finalize(self) -> None:
        """Link what this calls, and make its loops vectors."""
        super().finalize()
        self._optimize_final_module()


class _Step(LoweringPass):
    """Something beside Numba's steps."""

    def __init__(self) -> None:
        LoweringPass.__init__(self)


@register_pass(mutates_CFG=False, analysis_only=True)
class _OpenWhole(_Step):
    """Before translation: say where it goes."""

    _name = "latentnet_open_whole"

    def run_pass(self, state: Any) -> bool:
        """Give it a library of its own."""
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return False


@register_pass(mutates_CFG=False, analysis_only=True)
class _OpenPart(_Step):
    """Before translation: say where it goes, and that it needs no wrappers."""

    _name = "latentnet_open_part"
    _library = _Linked

    def run_pass(self, state: Any) -> bool:
        """Give it a library of its own."""
        state.library = self._library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        return False


@register_pass(mutates_CFG=False, analysis_only=True)
class _OpenLoop(_OpenPart):
    """The same for a part that is optimised by itself."""

    _name = "latentnet_open_loop"
    _library = _Loop


@register_pass(mutates_CFG=False, analysis_only=True)
class _ClosePart(_Step):
    """After translation: let callers find it."""

    _name = "latentnet_close_part"

    def run_pass(self, state: Any) -> bool:
        """Register it by a handle, which is not to be called."""
        lowered = state["cr"]
        name, module = lowered.fndesc.qualname, lowered.fndesc.lookup_module()
        handle = _dynfunc.make_function(module, name, "a part of compiled code", 0, lowered.env, (state.library,))
        state.targetctx.insert_user_function(handle, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=handle)
        return False


class Part(CompilerBase):
    """How to compile a part."""

    _open: type[LoweringPass] = _OpenPart

    def define_pipelines(self) -> list[Any]:
        """Numba's steps with ours among them."""
        steps = DefaultPassBuilder.define_nopython_pipeline(self.state)
        steps.add_pass_after(self._open, AnnotateTypes)
        steps.add_pass_after(_ClosePart, NativeLowering)
        steps.finalize()
        return [steps]


class Loop(Part):
    """How to compile a part whose loops must run as vectors."""

    _open = _OpenLoop


class Whole(CompilerBase):
    """How to compile what parts are linked into."""

    def define_pipelines(self) -> list[Any]:
        """Numba's steps with ours among them."""
        steps = DefaultPassBuilder.define_nopython_pipeline(self.state)
        steps.add_pass_after(_OpenWhole, AnnotateTypes)
        steps.finalize()
        return [steps]


# For what takes options of `numba.jit`.
PART = {"pipeline_class": Part}
