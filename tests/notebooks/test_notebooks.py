"""Each notebook runs from its first cell to its last, and only uses what exists."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def client():
    """One kernel for all: what was loaded once need not be loaded again."""
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
        timeout=120,
    )
    with client.setup_kernel():
        yield client


def code_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


@pytest.mark.slow
@each_notebook
def test_a_notebook_runs(path, client):
    notebook = nbformat.read(path, as_version=4)
    forget = nbformat.v4.new_code_cell("%reset -f")
    notebook.cells.insert(0, forget)  # nothing is taken from the notebook before
    client.nb = notebook
    client.execute(cleanup_kc=False)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert [out for out in outputs if out.get("name") == "stderr"] == []
    assert any(out.output_type == "execute_result" for out in outputs)


@each_notebook
def test_a_notebook_imports_and_does_not_define(path):
    for cell in code_of(path):
        tree = ast.parse(cell.source)
        found = [node for node in ast.walk(tree) if isinstance(node, DEFINES)]
        assert found == [], cell.source


@each_notebook
def test_a_notebook_is_kept_without_output(path):
    for cell in code_of(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@each_notebook
def test_a_notebook_begins_with_a_title_and_what_it_is_about(path):
    first = nbformat.read(path, as_version=4).cells[0]
    title, _, about = first.source.partition("\n\n")
    assert first.cell_type == "markdown"
    assert title.startswith("# ")
    assert about


def test_there_are_five():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["1_", "2_", "3_", "4_", "5_"]
