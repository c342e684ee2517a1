"""Volumes and labels from and to files, through SimpleITK and pydicom; needs no MRML."""
