"""A stand-in for Slicer's desktop on PySide6: enough of `qt`, `ctk` and `slicer` to run modules, panels and effects.

`install()` makes `import qt`, `import ctk`, `slicer.app`, `slicer.i18n`, `slicer.ScriptedLoadableModule`, the qMRML
widgets, the Segment Editor and its base classes for effects work. Slicer's own classes from the wheel do the work where
there are any: scene, editor logic, slice logic, displayable managers, interactor style. What is imitated is as strict
as PythonQt and Slicer's C++ code where PySide6 and Python are lax; tests of that are `Testing/desktop/test_stand_in*`.

Tests use it through the fixtures of `Testing/desktop/conftest.py`:

    def test_a_click_adds_a_point(start_editing, register_effect):
        register_effect(EFFECT_FILE)                        # as a module does at start-up; before editing starts
        editing = start_editing(two_boxes_volume()[0])      # volume, segments "one" and "two", editor, three views
        effect = editing.activate("SAM")                    # the C++ half; effect.self() is the Python half
        red = editing.views["Red"]                          # a hand at a view: positions are RAS
        red.click(editing.ras(8, 20, 24), modifiers=["control"])
        red.drag(from_ras, over_ras, to_ras)
        red.scroll(1); red.show(ras); red.type("Escape"); red.picture()
        editing.mask("one")                                 # voxels on the volume's lattice
        editing.editor.undo()

`complaints` (part of `start_editing`) watches the log: an exception in a hook, slot or observer, a parameter that
does not exist, a message box that nobody answers, all of which Slicer would only print, fail the test at its end
unless it takes them with `complaints.take()`. `support.desktop.editing.open_editor` opens a second editor.
`questions.answer("yes")` answers the next message box. `drawing` skips where nothing can be drawn; events need no
drawing. `gil.run_event_loop(until)` is an event loop that holds the interpreter lock as Slicer's does, for the speed
of workers. `slicer.util.selectModule("SegmentEditor")` enters the module, with its keyboard shortcuts; without views
there is no main window and `slicer.app.layoutManager()` is None, as in Slicer.

Not imitated: 3D views, the look of Slicer, the list of segments, the masking section (set it on the editor node), touch
gestures, ownership of C++ objects, `isinstance(slicer.qMRMLWidget(), qt.QWidget)`, which can be False in Slicer.
"""

from support.desktop.installation import close_windows, install, load_module_file

__all__ = ["close_windows", "install", "load_module_file"]
