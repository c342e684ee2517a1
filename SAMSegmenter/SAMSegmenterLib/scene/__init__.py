"""MRML nodes to arrays and back; the same code in the Slicer desktop and on the slicer-core wheel."""
