"""Blocks: typed configuration and credentials, saved under a name; `segue.blocks.core.Block` is where to begin."""
