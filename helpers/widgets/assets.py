"""What the browser loads for a widget: its module and its style sheet, with all they import.

Every .js file is a module that is valid on its own and imports others by name. anywidget loads a
single module per widget, so `javascript` puts the imported modules in front of the widget's own,
each in a function of its own: their private names cannot clash. `stylesheet` does the same for
the `@import` lines of a .css file.
"""

import os
import re
from pathlib import Path

_JS_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_JS_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (\w+))", re.MULTILINE)
_CSS_IMPORT = re.compile(r'^@import "([^"]+)";\n', re.MULTILINE)


def javascript(file):
    """The module of a widget, everything it imports included.

    Args:
        file: the widget's Python file; the module is the .js file beside it.
    Raises:
        FileNotFoundError: a module is missing.
        ImportError: a module imports a name that the other does not export.
    """
    modules = {}
    own = _load(Path(file).with_suffix(".js"), modules)
    return "\n".join([*(wrapped for wrapped, _ in modules.values()), own])


def _load(path, modules):
    """Source of a module with its imports resolved; adds what it imports to `modules`."""

    def resolve(found):
        names = [name for name in re.split(r"[,\s]+", found[1]) if name]
        imported = _beside(path, found[2])
        if imported not in modules:
            source = _load(imported, modules)
            exports = _JS_EXPORT.findall(source)
            body = _JS_EXPORT.sub("", source)
            wrapped = f"{body}return {{ {', '.join(exports)} }};\n"
            modules[imported] = f"const {_name(imported)} = (() => {{\n{wrapped}}})();\n", exports
        missing = set(names) - set(modules[imported][1])
        if missing:
            raise ImportError(f"{path.name} imports {min(missing)}, not found in {imported.name}.")
        return f"const {{ {', '.join(names)} }} = {_name(imported)};\n"

    return _JS_IMPORT.sub(resolve, path.read_text(encoding="utf-8"))


def _name(path):
    return f"module_{path.stem}"


def stylesheet(file):
    """The style sheet of a widget, everything it imports included.

    Args:
        file: the widget's Python file; the style sheet is the .css file beside it.
    Raises:
        FileNotFoundError: a style sheet is missing.
    """
    return _inline(Path(file).with_suffix(".css"), set())


def _inline(path, seen):
    def resolve(found):
        imported = _beside(path, found[1])
        if imported in seen:
            return ""
        seen.add(imported)
        return _inline(imported, seen)

    return _CSS_IMPORT.sub(resolve, path.read_text(encoding="utf-8"))


def _beside(path, relative):
    imported = Path(os.path.normpath(path.parent / relative))
    if not imported.is_file():
        raise FileNotFoundError(f"{path.name} imports {relative}, but there is no such file.")
    return imported
