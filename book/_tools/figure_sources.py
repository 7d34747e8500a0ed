"""Which of the book's images are seen in a figure.

In the kernel that draws: every picture of the tasks is remembered with its source when it is made,
and what a figure draws is looked up among them. Outside of it: by what code a figure is made.
"""

import ast
import json

BRAIN, DIGITS = "MNI152 template", "handwritten digits"
SMALLEST = 8  # pixels: a strip of colours is no picture
ALIKE = 0.97  # correlation of a picture with what is drawn of it: it may be stretched, or marked

made = {}  # a picture's shape and bytes → its grey values, made even, and the names of its sources


def _plain(values):
    """Grey values of what is drawn, or None where it is no picture."""
    import numpy as np

    values = np.ma.getdata(values).astype(float)
    values = values[..., :3].mean(-1) if values.ndim == 3 else values
    return values if values.ndim == 2 and min(values.shape) >= SMALLEST else None


def _even(values):
    """Grey values as a vector of length 1 and mean 0: products of two are correlations."""
    import numpy as np

    values = values.ravel() - values.mean()
    return values / max(np.linalg.norm(values), 1e-12)


def watch():
    """Remember from now on what the tasks make."""
    from scse.data import brain, digits

    def wrapped(module, name, sources):
        original = getattr(module, name)

        def wrapper(*args, **kwargs):
            del crops[:]
            result = original(*args, **kwargs)
            images = result[0] if isinstance(result, tuple) else result
            for i, image in enumerate(images):
                values = image[0].numpy()
                made[values.shape, values.tobytes()] = _even(values), sources(i)
            return result

        setattr(module, name, wrapper)

    crops = []  # the photographs of the images that are being made
    photo, grounds = digits.photo, digits._grounds

    def noted(names, n, generator):
        def one(name):
            crops.append(name)
            return photo(name)

        digits.photo = one
        try:
            return grounds(names, n, generator)
        finally:
            digits.photo = photo

    digits._grounds = noted
    wrapped(digits, "sample", lambda i: [DIGITS, crops[i]])
    wrapped(brain, "_appearance", lambda i: [BRAIN])
    wrapped(brain, "example", lambda i: [BRAIN])


def drawn(figure):
    """Whether a matplotlib figure shows pictures, and whose images are among them."""
    import numpy as np

    arrays = [_plain(image.get_array()) for axes in figure.axes for image in axes.get_images()]
    arrays = [values for values in arrays if values is not None]
    seen = set()
    for shape in {values.shape for values in arrays}:
        known = [entry for (of, _), entry in made.items() if of == shape]
        if known:
            pictures = np.stack([picture for picture, _ in known])
            here = np.stack([_even(values) for values in arrays if values.shape == shape])
            for k in np.flatnonzero((pictures @ here.T).max(axis=1) > ALIKE):
                seen.update(known[k][1])
    return {"pictures": len(arrays), "seen": sorted(seen)}


def tell(shell, mime):
    """Put this beside the picture of each matplotlib figure that a cell shows."""
    from IPython.core.formatters import BaseFormatter
    from matplotlib.figure import Figure
    from traitlets import ObjectName, Unicode

    class Formatter(BaseFormatter):
        format_type = Unicode(mime)
        print_method = ObjectName("_repr_scse_drawn_")
        _return_type = str

    formatter = Formatter(parent=shell.display_formatter)
    formatter.for_type(Figure, lambda figure: json.dumps(drawn(figure)))
    shell.display_formatter.formatters[mime] = formatter


def _bound(statement):
    """The names that a statement gives a value."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
    return found


def _used(statement):
    walked = ast.walk(statement)
    return {n.id for n in walked if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def made_by(codes):
    """Of the code of cells, what the last of them draws from.

    >>> made_by(["a, b = 1, 2", "c = 3 * b", "d = c - 1", "print(c)"])
    'a, b = (1, 2)\\nc = 3 * b\\nprint(c)'
    """
    *before, last = [ast.parse(code).body for code in codes]
    needed = set().union(*map(_used, last))
    taken = list(last)
    for statement in reversed([statement for cell in before for statement in cell]):
        if bound := _bound(statement) & needed:
            if isinstance(statement, ast.Assign | ast.FunctionDef):
                needed -= bound
            needed |= _used(statement)
            taken.insert(0, statement)
    return "\n".join(map(ast.unparse, taken))
