"""The browser workspace: a page on trame that drives an editing session as the Segment Editor's effect does."""
