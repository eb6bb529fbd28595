"""One request: runs the file, makes its models, and describes each of them, or says in one sentence what is in the way."""

import contextlib
import sys

from . import loading
from .limits import TimeIsUp, stop_clock
from .problems import Problem, describe, problem
from .sources import own_modules

no_model = (
    "No model was found: keep a PyTorch module or a Keras model in a module-level variable, or write a class or a function that makes one "
    "without arguments."
)


def inspect_file(request):
    """{models, problems, dependencies} of a request."""
    inspection = _Inspection(request, weightless=request.get("weightsFile") is None)
    inspection.run()
    if inspection.asks_for_values():
        loading.forget_own_modules()
        inspection = _Inspection(request, weightless=False)
        inspection.run()
    return {"models": inspection.models, "problems": inspection.problems, "dependencies": [file for file in own_modules() if file != request["file"]]}


class _Inspection:
    """One load of the file."""

    def __init__(self, request, weightless):
        self.request = request
        self.weightless = weightless
        self.models = []
        self.problems = []
        self.excused = []
        self.failures = []

    def run(self):
        made = []
        with contextlib.ExitStack() as stack:
            try:
                self.prepare(stack)
                module = loading.load(self.request["file"], self.request["text"])
            except (Exception, SystemExit, TimeIsUp) as failure:
                if isinstance(failure, TimeIsUp):
                    stop_clock()
                self.fail(failure, self.problems)
                return
            with contextlib.suppress(TimeIsUp):
                made = self.make_all(module)
        with contextlib.suppress(TimeIsUp):
            for candidate, model in made:
                self.follow(candidate, lambda model=model, candidate=candidate: self.describe(model, candidate), matters=True)
        self.models.sort(key=lambda model: model["source"]["line"])
        if not self.models and not self.problems:
            self.problems.append(self.excused[0] if self.excused else problem("no-model", no_model))

    def asks_for_values(self):
        """Whether the file, or a model's pass, failed for want of values that a load with them would have."""
        return self.weightless and any("meta" in str(failure).lower() for failure in self.failures)

    def prepare(self, stack):
        if "torch" in sys.modules or "import torch" in self.request["text"] or "from torch" in self.request["text"]:
            with contextlib.suppress(ImportError):
                from . import torch_loading

                stack.enter_context(torch_loading.noting_modules())
                if self.weightless and "keras" not in self.request["text"]:
                    stack.enter_context(torch_loading.weightless())
        if "keras" in self.request["text"]:
            with contextlib.suppress(ImportError):
                from . import keras_models

                stack.enter_context(keras_models.noting_layers())

    def make_all(self, module):
        """Every model of the file with its candidate; a class that another model is built of is none by itself."""
        made = []
        request = self.request
        found = loading.candidates(module, request["text"], request["file"], is_model, is_model_class)
        wanted = request.get("exportName")
        for candidate in found:
            if wanted is not None and candidate.name != wanted:
                continue
            if candidate.kind == "class" and any(candidate.value in part_types(model) for _, model in made):
                continue
            only = len(found) == 1 or wanted is not None
            model = self.follow(candidate, lambda candidate=candidate: self.make(candidate, only), matters=only or candidate.kind == "model")
            if model is not None:
                made.append((candidate, model))
        built_in = {kind for candidate, model in made for kind in part_types(model) if kind is not type(model) or candidate.kind != "class"}
        return [(candidate, model) for candidate, model in made if candidate.kind != "class" or candidate.value not in built_in]

    def make(self, candidate, only):
        if candidate.kind == "model":
            return candidate.value
        needed = loading.needed_arguments(candidate.value)
        if needed:
            if not only:
                return None
            names = ", ".join(needed)
            raise Problem("no-model", f"“{candidate.name}” needs arguments ({names}): give its parameters default values, so that its model can be shown.")
        model = candidate.value()
        if is_model(model):
            return model
        if not only:
            return None
        raise Problem("no-model", f"“{candidate.name}” gives a value of type {type(model).__name__}, not a model: return a PyTorch module or a Keras model.")

    def follow(self, candidate, action, matters):
        """Does something for a candidate; what goes wrong is told where it matters, and else only when there is nothing else to tell."""
        try:
            return action()
        except TimeIsUp as failure:
            stop_clock()
            self.fail(failure, self.problems, candidate)
            raise
        except (Exception, SystemExit) as failure:
            matters = matters or getattr(failure, "code", None) == "input-shape-needed"
            self.fail(failure, self.problems if matters else self.excused, candidate)
            return None

    def fail(self, failure, problems, candidate=None):
        self.failures.append(failure)
        described = describe(failure, self.request)
        if candidate is not None:
            described = {"source": candidate.source, **described, "exportName": candidate.name}
        problems.append(described)

    def describe(self, model, candidate):
        described = {"exportName": candidate.name, "source": candidate.source}
        if is_torch_module(model):
            from . import torch_models

            if self.request.get("weightsFile") is not None:
                from .safetensors import write

                write(self.request["weightsFile"], torch_models.state_of(model), "pt")
            graph = torch_models.describe_module(model, type(model).__name__, self.request["inputShape"], not self.weightless)
            self.models.append({**described, "framework": "pytorch", "graph": graph})
        else:
            from . import keras_models

            model = keras_models.traceable(model, self.request["inputShape"])
            if self.request.get("weightsFile") is not None:
                from .safetensors import write

                write(self.request["weightsFile"], keras_models.state_of(model), "keras")
            self.models.append({**described, "framework": "keras", **keras_models.describe_model(model)})


def is_torch_module(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module) and not is_keras_model(value)


def is_keras_model(value):
    keras = sys.modules.get("keras")
    return keras is not None and hasattr(keras, "Model") and isinstance(value, keras.Model)


def is_model(value):
    return not isinstance(value, type) and (is_torch_module(value) or is_keras_model(value))


def is_model_class(value):
    if not isinstance(value, type):
        return False
    torch, keras = sys.modules.get("torch"), sys.modules.get("keras")
    bases = [library for library in (torch and torch.nn.Module, keras and getattr(keras, "Model", None)) if library]
    return any(issubclass(value, base) for base in bases)


def part_types(model):
    """Classes that a model is built of, its own included."""
    if is_torch_module(model):
        return {type(part) for part in model.modules()}
    layers = getattr(model, "_flatten_layers", None)
    return {type(part) for part in layers()} if layers else {type(model)}
