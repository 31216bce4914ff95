"""Runs first in the next version's bundle: the same program, one version up and one migration further."""

import app
import app.store.upgrade

head, _, last = app.__version__.rpartition(".")
app.__version__ = f"{head}.{int(last) + 1}"
app.store.upgrade.HEAD = "9999"
