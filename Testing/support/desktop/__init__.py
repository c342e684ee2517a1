"""A stand-in for Slicer's desktop on PySide6: enough of `qt`, `ctk` and `slicer` to run module files and panels.

`install()` makes `import qt`, `import ctk`, `slicer.app`, `slicer.i18n`, `slicer.ScriptedLoadableModule` and the qMRML
widgets work. It is as strict as PythonQt where PySide6 is lax: properties are values, unknown attributes cannot be set,
connections hold on to what they call. Layouts, views and Slicer's own look are not imitated.
"""

from support.desktop.installation import close_windows, install, load_module_file

__all__ = ["close_windows", "install", "load_module_file"]
