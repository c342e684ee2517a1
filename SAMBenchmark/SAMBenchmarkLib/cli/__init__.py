"""One file per command."""

from SAMSegmenterLib.cli.interrupts import quieten_interrupts

quieten_interrupts()  # here, because the commands' own files load the libraries before anything of theirs runs
