"""The effect of the module beside this folder."""
